package pgtest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// Folder makes a folder that PostgreSQL's own user can enter, unlike
// testing.T's. It goes with the test, also when the test is killed.
func Folder(t testing.TB) string {
	t.Helper()
	folder, remove, err := makeFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(); err != nil {
			t.Errorf("%s is not removed: %v", folder, err)
		}
	})
	return folder
}

// makeFolder makes a folder that is removed when it is told so, or when this
// process ends, however it ends: a shell waits for the end of a pipe whose other
// end only we hold. Servers may still write as they end, so it tries until all
// is gone.
func makeFolder() (folder string, remove func() error, err error) {
	if folder, err = os.MkdirTemp("/tmp", "wartefrei-test-"); err != nil {
		return "", nil, err
	}
	keeper := exec.Command("/bin/sh", "-c", `cat; until rm -rf -- "$1"; do sleep 0.2; done`, "keeper", folder)
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	held, err := keeper.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := keeper.Start(); err != nil {
		return "", nil, err
	}
	remove = func() error {
		held.Close()
		return keeper.Wait()
	}
	return folder, remove, os.Chmod(folder, 0o755)
}
