package redisserver_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

func start(t *testing.T, folder string) (*redisserver.Server, *redis.Client) {
	t.Helper()
	s, err := redisserver.Start(t.Context(), redisserver.Config{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	options, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(options)
	t.Cleanup(func() { rdb.Close() })
	return s, rdb
}

func stop(t *testing.T, s *redisserver.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// TestServer also starts in a folder whose name no socket could have.
func TestServer(t *testing.T) {
	t.Parallel()
	_, rdb := start(t, filepath.Join(t.TempDir(), strings.Repeat("long", 30)))
	for name, want := range map[string]string{
		"port": "0", "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "save": "",
	} {
		if got := rdb.ConfigGet(t.Context(), name).Val()[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestStale starts a folder again whose server was killed: its socket is still
// there.
func TestStale(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, rdb := start(t, folder)
	if err := rdb.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(s.Pid(), syscall.SIGKILL)
	<-s.Done()
	stop(t, s)
	_, rdb = start(t, folder)
	if got := rdb.Get(t.Context(), "word").Val(); got != "kept" {
		t.Errorf("after the kill the word is %q", got)
	}
}

// TestRestart starts a killed server again at the same URL, also where its
// socket lies elsewhere because of a long name.
func TestRestart(t *testing.T) {
	t.Parallel()
	s, rdb := start(t, filepath.Join(t.TempDir(), strings.Repeat("long", 30)))
	if err := rdb.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(s.Pid(), syscall.SIGKILL)
	<-s.Done()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rdb.Get(t.Context(), "word").Val(); got != "kept" {
		t.Errorf("after the restart the word is %q", got)
	}
}

func TestInUse(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	start(t, folder)
	if _, err := redisserver.Start(t.Context(), redisserver.Config{Folder: folder}); !errors.Is(err, redisserver.ErrInUse) {
		t.Errorf("second server in a folder: %v, want ErrInUse", err)
	}
}

func TestNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := redisserver.Start(t.Context(), redisserver.Config{Folder: t.TempDir()}); !errors.Is(err, redisserver.ErrNotInstalled) {
		t.Errorf("without a redis-server: %v, want ErrNotInstalled", err)
	}
}
