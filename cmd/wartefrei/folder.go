package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// folder is where a demonstration keeps its data. One process has it at a
// time: the lock goes with the process, however that ends.
type folder struct {
	path string // absolute
	lock *os.File
}

// running is what the process that has a folder writes into its lock.
type running struct {
	Pid      int    `json:"pid"`
	Address  string `json:"address"`  // of its pages
	Postgres string `json:"postgres"` // URL of its database, for the commands that use it
	Redis    string `json:"redis"`
}

// errRunning says that a demonstration runs in the folder already.
type errRunning running

func (e errRunning) Error() string {
	if e.Address == "" {
		return fmt.Sprintf("the demonstration is being started by process %d already", e.Pid)
	}
	return fmt.Sprintf("the demonstration runs already, at %s (process %d): use it, or end it first", e.Address, e.Pid)
}

// openFolder takes the folder for this process.
func openFolder(path string) (*folder, error) {
	path, err := chooseFolder(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(path, doneFolder), 0o755); err != nil {
		return nil, closedFolder(path, err)
	}
	lock, err := os.OpenFile(lockOf(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, closedFolder(path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer lock.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) { // a file system without locks
			return nil, closedFolder(path, err)
		}
		return nil, errRunning(readRunning(lock))
	}
	f := &folder{path, lock}
	return f, f.say(running{Pid: os.Getpid()})
}

func lockOf(path string) string { return filepath.Join(path, "running") }

// closedFolder says why a folder cannot be used, and what to do. A full disk is
// no fault of the folder: sentence says what to do about it.
func closedFolder(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return err
	}
	var system syscall.Errno
	errors.As(err, &system)
	why := system.Error()
	switch {
	case system == 0:
		why = err.Error()
	case errors.Is(system, fs.ErrPermission):
		why = "it belongs to somebody else"
	case system == syscall.ENOTDIR, system == syscall.EEXIST:
		why = "something is there that is no folder"
	case system == syscall.EROFS:
		why = "its file system is read-only"
	case system == syscall.ENAMETOOLONG:
		why = "its name is too long"
	}
	return fmt.Errorf("the folder %s cannot be used: %s; choose another one with WARTEFREI_DATA", path, why)
}

// say writes who has the folder.
func (f *folder) say(r running) error {
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := f.lock.Truncate(0); err != nil {
		return err
	}
	_, err = f.lock.WriteAt(content, 0)
	return err
}

func readRunning(file io.ReaderAt) running {
	var r running
	content, err := io.ReadAll(io.NewSectionReader(file, 0, 4096))
	if err == nil {
		_ = json.Unmarshal(content, &r) // it may be half written: then nothing is known yet
	}
	return r
}

// findRunning returns the demonstration that runs in a folder, if one does.
func findRunning(path string) (running, bool) {
	path, err := chooseFolder(path)
	if err != nil {
		return running{}, false
	}
	lock, err := os.Open(lockOf(path))
	if err != nil {
		return running{}, false
	}
	defer lock.Close()
	if syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		unlock(lock)
		return running{}, false // nobody has it
	}
	r := readRunning(lock)
	return r, r.Postgres != ""
}

// doneFolder has a mark for each step that is done. It is made with the folder and
// never again: who removes the folder of a demonstration that runs has removed it.
const doneFolder = "done"

// once does a step that an earlier start has not done to its end. The mark comes
// after it: a step that was killed in between is done again, and must be such
// that this adds nothing.
func (f *folder) once(step string, do func() error) error {
	mark := filepath.Join(f.path, doneFolder, step)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o600)
}

// close gives the folder up.
func (f *folder) close() error { return errors.Join(unlock(f.lock), f.lock.Close()) }

// unlock gives a lock up at once. Closing would not, while a child that is being
// started has the file still.
func unlock(lock *os.File) error { return syscall.Flock(int(lock.Fd()), syscall.LOCK_UN) }

// stateFolder is where the system keeps what programs need from start to start.
const stateFolder = "/var/lib/wartefrei"

// chooseFolder makes the path absolute. PostgreSQL refuses to run as root and
// runs as another user, who cannot enter a folder below one that is closed to
// others, such as root's home. There the preset folder is one of the system's
// state folders instead, named after the first.
func chooseFolder(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if path != presetData || os.Geteuid() != 0 || !belowClosed(absolute) {
		return absolute, nil
	}
	return filepath.Join(stateFolder, strings.ReplaceAll(strings.Trim(absolute, "/"), "/", "-")), nil
}

// belowClosed says whether others cannot enter a folder above the path.
func belowClosed(path string) bool {
	for above := filepath.Dir(path); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err == nil && info.Mode().Perm()&0o001 == 0 {
			return true
		}
		if above == filepath.Dir(above) {
			return false
		}
	}
}
