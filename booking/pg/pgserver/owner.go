package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the user that PostgreSQL runs as.
type owner struct {
	name       string
	credential *syscall.Credential // nil: as we are
}

func findOwner() (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return owner{}, ErrNotInstalled // Debian's package makes the user
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return owner{}, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return owner{}, err
	}
	return owner{u.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// checkFolder refuses a folder that holds other things: it would become the
// server's, and closed to everybody else.
func checkFolder(folder string) error {
	if !filepath.IsAbs(folder) {
		return fmt.Errorf("%s is not an absolute path", folder)
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			return nil
		}
	}
	return ErrNotOurs
}

// makeFolder makes a folder that the owner alone can enter.
func (o owner) makeFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if o.credential == nil {
		return os.Chmod(folder, 0o700)
	}
	if err := os.Chown(folder, int(o.credential.Uid), int(o.credential.Gid)); err != nil {
		return err
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return err
	}
	if err := o.command(context.Background(), "/bin/sh", "-c", `cd "$1"`, "sh", folder).Run(); err != nil {
		return fmt.Errorf("%w: choose one that is not below a private folder, such as /var/lib/wartefrei", ErrNoEntry)
	}
	return nil
}

func (o owner) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: o.credential}
	return cmd
}

// environment keeps PG… variables of ours away, and messages in English, which
// explain reads.
func environment() []string { return []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "TZ=UTC"} }

// binaries is the folder of the newest PostgreSQL on this machine.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	newest, folder := 0, ""
	for _, path := range found {
		bin := filepath.Dir(path)
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
		if err == nil && version > newest {
			newest, folder = version, bin
		}
	}
	if folder == "" {
		return "", ErrNotInstalled
	}
	return folder, nil
}
