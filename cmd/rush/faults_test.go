package main

import (
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaults is a short run: one fault of each kind.
func TestFaults(t *testing.T) {
	program := filepath.Join(t.TempDir(), "wartefrei")
	if said, err := exec.Command("go", "build", "-o", program, "../wartefrei").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var said strings.Builder
	err := execute(t.Context(), []string{"faults", "-program", program, "-commands", "40"}, &said)
	t.Log("\n" + said.String())
	if err != nil {
		t.Error(err)
	}
}

// TestNoRun refuses what would pass without having looked at anything.
func TestNoRun(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"simulate"}, {"faults", "-only", "redis kiled"}, {"faults", "-nodes", "0"}, {"faults", "-each", "0"}, {"faults", "-seeds", "0"}, {"faults", "-commands", "-1"},
		{"faults", "-redis", "two"}, {"faults", "-redis", "sentinel", "-only", "redis full"}, {"faults", "-standby", "-only", "postgres slow"}, {"faults", "-standby", "-pairs"}} {
		if err := execute(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q is a run", args)
		}
	}
}
