package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrInUse says that another process runs a server in the folder.
var ErrInUse = errors.New("another process uses this folder")

// Lock takes a folder's lock, or says ErrInUse. The lock goes with our
// process, so it never needs to be cleared.
func Lock(folder string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		file.Close()
		return nil, ErrInUse
	}
	return file, nil
}

// Unlock gives a lock back. Closing alone would not do: a process that somebody
// starts at this moment has a copy of the file until it executes.
func Unlock(lock *os.File) {
	syscall.Flock(int(lock.Fd()), syscall.LOCK_UN)
	lock.Close()
}

// AwaitLast waits until no server works in the folder data any more: the last
// one of a killed predecessor, which its watcher is ending, gets 20 s for
// that. It asks who works there, not for a number in a file, which may be a
// zombie's or a stranger's by now. The caller holds the folder's lock.
func AwaitLast(ctx context.Context, data string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		pid := workingIn(data)
		if pid == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: a server that was started before still runs (process %d)", ErrInUse, pid)
		}
	}
}

// workingIn finds a process whose working directory is data: all processes of
// a server have that, and a zombie has none. 0 if there is none.
func workingIn(data string) int {
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		return 0
	}
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return 0
	}
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == real {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			return pid
		}
	}
	return 0
}
