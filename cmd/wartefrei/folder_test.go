package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	first, err := openFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, found := findRunning(path); found {
		t.Error("found a demonstration that is not ready")
	}
	here := running{os.Getpid(), "http://127.0.0.1:1", "postgres:///w", "unix:///r"}
	if err := first.say(here); err != nil {
		t.Fatal(err)
	}
	var second errRunning
	if _, err := openFolder(path); !errors.As(err, &second) || running(second) != here {
		t.Errorf("the second start: %v, want one that names %v", err, here)
	}
	if found, ok := findRunning(path); !ok || found != here {
		t.Errorf("found %v, want %v", found, here)
	}
	for set, want := range map[string]Config{
		"":           {Postgres: here.Postgres, Redis: here.Redis, Data: path},
		"postgres:a": {Postgres: "postgres:a", Redis: "redis:a", Data: path}, // a city's, beside which the demonstration runs
	} {
		if got := (Config{Postgres: set, Redis: "redis:a", Data: path}).orRunning(); got.Postgres != want.Postgres || got.Redis != want.Redis {
			t.Errorf("with database %q: %q and %q, want %q and %q", set, got.Postgres, got.Redis, want.Postgres, want.Redis)
		}
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	if _, found := findRunning(path); found {
		t.Error("found a demonstration that has ended")
	}
	again, err := openFolder(path)
	if err != nil {
		t.Fatalf("start after the end: %v", err)
	}
	again.close()
}

// TestFolderUnwritable is told what to do where the folder cannot be.
func TestFolderUnwritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openFolder(filepath.Join(file, "data")); err == nil || !strings.Contains(sentence(err), "WARTEFREI_DATA") {
		t.Errorf("below a file: %v", err)
	}
}

func TestBelowClosed(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	for _, c := range []struct {
		mode os.FileMode
		want bool
	}{{0o755, belowClosed(top)}, {0o700, true}, {0o750, true}} {
		folder := filepath.Join(top, c.mode.String())
		if err := os.Mkdir(folder, c.mode); err != nil {
			t.Fatal(err)
		}
		if got := belowClosed(filepath.Join(folder, "not-there-yet", "data")); got != c.want {
			t.Errorf("below a folder of mode %v: %v, want %v", c.mode, got, c.want)
		}
	}
}
