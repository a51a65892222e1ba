package main

import (
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
)

// TestNoRoom: servers are not started where there is no room, since they would
// say something else, minutes later. The system's /proc is a file system
// without any.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	_, err := startServers(t.Context(), "/proc", slog.New(slog.DiscardHandler))
	if !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(sentence(err), "the disk is full: make room") {
		t.Errorf("without room: %v", err)
	}
	if err := roomIn(t.TempDir()); err != nil {
		t.Errorf("with room: %v", err)
	}
}
