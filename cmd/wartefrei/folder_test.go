package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

// TestFolderRemoved holds that a demonstration whose folder somebody removes does not
// make it anew: the next start would take what it noted there for done.
func TestFolderRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	f, err := openFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	done := 0
	step := func() error { done++; return nil }
	for range 2 {
		if err := f.once("a step", step); err != nil || done != 1 {
			t.Fatalf("done %d times, %v", done, err)
		}
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := f.once("another", step); err == nil {
		t.Error("noted in a folder that is gone")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is there again: %v", err)
	}
}

// TestFolderUnusable names the folder, why it cannot be, and the setting.
func TestFolderUnusable(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	file, taken := filepath.Join(top, "file"), filepath.Join(top, "taken")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(lockOf(taken), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/proc/nope":                "no such file or directory", // a file system that takes none of ours
		file:                        "no folder",
		filepath.Join(file, "data"): "no folder",
		filepath.Join(top, strings.Repeat("long", 70)): "name is too long",
		taken: "is a directory",
	} {
		_, err := openFolder(path)
		if err == nil {
			t.Errorf("%s is taken", path)
			continue
		}
		said := sentence(err)
		if !strings.HasPrefix(said, "the folder "+path+" cannot be used: ") || !strings.Contains(said, want) ||
			!strings.HasSuffix(said, "; choose another one with WARTEFREI_DATA") {
			t.Errorf("%s: %q, want %q in it", path, said, want)
		}
	}
	for reason, want := range map[error]string{
		syscall.EACCES: "belongs to somebody else", syscall.EPERM: "belongs to somebody else",
		syscall.EROFS: "read-only", syscall.ENOSPC: "the disk is full", syscall.EDQUOT: "quota",
	} {
		err := closedFolder("/x", &fs.PathError{Op: "mkdir", Path: "/x", Err: reason})
		if said := sentence(err); !strings.Contains(said, want) || strings.Count(said, "choose another") > 1 {
			t.Errorf("%v: %q, want %q in it", reason, said, want)
		}
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
