package pgserver_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

func start(t *testing.T, dir string) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(t.Context(), pgserver.Config{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *pgserver.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// ask runs one statement and returns its one value.
func ask(t *testing.T, s *pgserver.Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var value string
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestServer(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := start(t, dir)
	for sql, want := range map[string]string{
		"SHOW listen_addresses": "",
		"SHOW fsync":            "on",
		"SHOW server_encoding":  "UTF8",
		"SELECT datcollate FROM pg_database WHERE datname = 'postgres'": "C.UTF-8",
	} {
		if got := ask(t, s, sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	if _, err := pgserver.Start(t.Context(), pgserver.Config{Folder: dir}); !errors.Is(err, pgserver.ErrInUse) {
		t.Errorf("second server in a folder: %v, want ErrInUse", err)
	}
}

func keep(t *testing.T, s *pgserver.Server) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'yes' AS word")
	return err
}

// TestStale starts a folder again whose server was killed, with the number of
// a living stranger in postmaster.pid.
func TestStale(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := start(t, dir)
	if err := keep(t, s); err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(dir, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	syscall.Kill(workingIn(t, filepath.Join(dir, "data")), syscall.SIGKILL)
	<-s.Done()
	stop(t, s)

	stranger := exec.Command("cat")
	stranger.SysProcAttr = asPostgres(t, dir)
	wait, err := stranger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wait.Close(); stranger.Wait() })
	if err := os.WriteFile(pidFile, fmt.Appendf(nil, "%d\n%s", stranger.Process.Pid, rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, start(t, dir), "SELECT word FROM kept"); got != "yes" {
		t.Errorf("the table says %q after the crash", got)
	}
}

// asPostgres is who owns the data: PostgreSQL fears only strangers of its own user.
func asPostgres(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return nil
	}
	stat := info.Sys().(*syscall.Stat_t)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}}
}

// TestRestart starts a killed server again at the same URL, also where its
// socket lies elsewhere because of a long name.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Folder(t), strings.Repeat("long", 30))
	s := start(t, dir)
	if err := keep(t, s); err != nil {
		t.Fatal(err)
	}
	url := s.URL()
	syscall.Kill(workingIn(t, filepath.Join(dir, "data")), syscall.SIGKILL)
	<-s.Done()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, "SELECT word FROM kept"); got != "yes" || s.URL() != url {
		t.Errorf("after the restart the table says %q, at %s instead of %s", got, s.URL(), url)
	}
}

// workingIn reads the number of the server of a data folder.
func workingIn(t *testing.T, data string) (pid int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(content), &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestFolderRefused(t *testing.T) {
	t.Parallel()
	other := pgtest.Folder(t)
	if err := os.WriteFile(filepath.Join(other, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pgserver.Start(t.Context(), pgserver.Config{Folder: other}); !errors.Is(err, pgserver.ErrNotOurs) {
		t.Errorf("folder with a letter in it: %v, want ErrNotOurs", err)
	}
	if os.Geteuid() == 0 {
		closed := filepath.Join(t.TempDir(), "below") // 0700, root's
		if _, err := pgserver.Start(t.Context(), pgserver.Config{Folder: closed}); !errors.Is(err, pgserver.ErrNoEntry) {
			t.Errorf("folder below a closed one: %v, want ErrNoEntry", err)
		}
	}
}
