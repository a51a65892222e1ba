package pgserver

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// lockFolder takes the folder's lock, or says ErrInUse.
func lockFolder(folder string) (*os.File, error) {
	file, err := child.Lock(folder)
	if errors.Is(err, syscall.ENOSPC) {
		return nil, ErrDiskFull
	}
	return file, err
}

// clearRemains removes what a killed server left. PostgreSQL itself refuses to
// start while the process number in postmaster.pid is alive, though it may be
// a zombie or a stranger by now.
func clearRemains(ctx context.Context, data, socket string) error {
	if err := child.AwaitLast(ctx, data); err != nil {
		return err
	}
	for _, file := range []string{filepath.Join(data, "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
