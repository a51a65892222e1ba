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

// TestSentinel kills a master: another is found, which has what was written.
func TestSentinel(t *testing.T) {
	t.Parallel()
	m := many(t, redisserver.Sentinel)
	options, err := redis.ParseFailoverURL(strings.Replace(m.URL(), "redis-sentinel", "redis", 1))
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewFailoverClient(options)
	t.Cleanup(func() { rdb.Close() })
	if err := rdb.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := rdb.Wait(t.Context(), 2, 10*time.Second).Result(); n != 2 || err != nil {
		t.Fatalf("%d replicas have the word, %v", n, err)
	}
	killed := master(t, m)
	m.Kill(killed)
	if promoted := master(t, m); promoted == killed {
		t.Errorf("server %d was killed and is the master", killed)
	}
	if err := m.Restart(t.Context(), killed); err != nil {
		t.Fatal(err)
	}
	if got := rdb.Get(t.Context(), "word").Val(); got != "kept" {
		t.Errorf("after the failover the word is %q", got)
	}
}

// TestCluster kills each master of a cluster and starts it again: it has its words.
func TestCluster(t *testing.T) {
	t.Parallel()
	m := many(t, redisserver.Cluster)
	options, err := redis.ParseClusterURL(strings.Replace(m.URL(), "redis-cluster", "redis", 1))
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClusterClient(options)
	t.Cleanup(func() { rdb.Close() })
	words := []string{"a", "b", "c"} // of one master each
	for _, word := range words {
		if err := rdb.Set(t.Context(), word, "kept", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		m.Kill(n)
		if err := m.Restart(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range words {
		got, err := rdb.Get(t.Context(), word).Result()
		for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			got, err = rdb.Get(t.Context(), word).Result() // a master that comes back waits for the others
		}
		if got != "kept" || err != nil {
			t.Errorf("after the kills the word %s is %q, %v", word, got, err)
		}
	}
}

func many(t *testing.T, start func(context.Context, string) (*redisserver.Many, error)) *redisserver.Many {
	t.Helper()
	m, err := start(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := m.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return m
}

func master(t *testing.T, m *redisserver.Many) int {
	t.Helper()
	n, err := m.Master(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
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
