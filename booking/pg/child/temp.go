package child

import (
	"os"
	"os/exec"
	"syscall"
)

// TempFolder makes a folder below /tmp that every user may enter, and that is
// removed when remove is called or when this process ends, however it ends: a
// shell waits for the end of a pipe whose other end only we hold. Servers may
// still write as they end, so it tries until all is gone.
func TempFolder(prefix string) (folder string, remove func() error, err error) {
	if folder, err = os.MkdirTemp("/tmp", prefix); err != nil {
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
