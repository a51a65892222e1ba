package pgserver

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

// lockFolder takes the folder's lock, or says ErrInUse. The lock goes with our
// process, so it never needs to be cleared.
func lockFolder(folder string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, noSpace(err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		file.Close()
		return nil, ErrInUse
	}
	return file, nil
}

func noSpace(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return ErrDiskFull
	}
	return err
}

// clearRemains removes what a killed server left. PostgreSQL itself refuses to
// start while the process number in postmaster.pid is alive, though it may be
// a zombie or a stranger by now. We hold the folder's lock, so what counts is
// whether a process still works in data/: the last server of a killed
// predecessor, which its watcher is ending, gets 20 s for that.
func clearRemains(ctx context.Context, data, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		pid := workingIn(data)
		if pid == 0 {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: a server that was started before still runs (process %d)", ErrInUse, pid)
		}
	}
	for _, file := range []string{filepath.Join(data, "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// workingIn finds a process whose working directory is data: all processes of
// a PostgreSQL have that, and a zombie has none. 0 if there is none.
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
