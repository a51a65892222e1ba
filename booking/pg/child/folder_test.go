package child_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// TestUnlock gives a lock back of which a process that is just being started has
// a copy, as every fork makes one.
func TestUnlock(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	lock, err := child.Lock(folder)
	if err != nil {
		t.Fatal(err)
	}
	dup, err := syscall.Dup(int(lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(dup)
	if _, err := child.Lock(folder); !errors.Is(err, child.ErrInUse) {
		t.Errorf("locked twice: %v", err)
	}
	child.Unlock(lock)
	again, err := child.Lock(folder)
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	child.Unlock(again)
}
