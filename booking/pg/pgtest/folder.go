package pgtest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// Folder makes a folder that PostgreSQL's own user can enter, unlike
// testing.T's. It goes with the test, also when the test is killed: a shell
// waits for the end of a pipe whose other end only this process holds. Servers
// may still write as they end, so the shell tries until all is gone.
func Folder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "wartefrei-test-")
	if err != nil {
		t.Fatal(err)
	}
	keeper := exec.Command("/bin/sh", "-c", `cat; until rm -rf -- "$1"; do sleep 0.2; done`, "keeper", folder)
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	held, err := keeper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		held.Close()
		if err := keeper.Wait(); err != nil {
			t.Errorf("%s is not removed: %v", folder, err)
		}
	})
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}
