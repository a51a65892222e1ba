package main

import (
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
