// Package redistest gives a test a real Redis of its own.
//
// The first call in a test process starts a private server (package
// redisserver); each test gets a database of it. Servers and their folders go
// when the process ends, however it ends.
package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

var (
	shared  = sync.OnceValues(start)
	counted atomic.Int64 // databases and folders handed out
)

func start() (*redisserver.Server, error) {
	folder, err := os.MkdirTemp("/tmp", "wartefrei-redistest-")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := redisserver.Start(ctx, redisserver.Config{Folder: folder, Throwaway: true})
	if err != nil {
		os.RemoveAll(folder)
	}
	return server, err
}

// New returns a client on an empty database that goes with the test.
func New(t testing.TB) *redis.Client {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatalf("start Redis for tests: %v", err)
	}
	rdb := connect(t, fmt.Sprintf("%s?db=%d", server.URL(), counted.Add(1)%4096))
	flush := func() {
		if err := rdb.FlushDB(context.Background()).Err(); err != nil {
			t.Errorf("empty a test database: %v", err)
		}
	}
	flush() // a database comes round again after 4096 tests
	t.Cleanup(flush)
	return rdb
}

func connect(t testing.TB, url string) *redis.Client {
	t.Helper()
	rdb, err := redisqueue.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rdb.Close() })
	return rdb.(*redis.Client)
}

// Server is a Redis that a test may kill. It writes and fsyncs like that of an
// office.
type Server struct {
	t      testing.TB
	server *redisserver.Server
}

// Start starts a server that goes with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	folder := ownFolder(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := redisserver.Start(ctx, redisserver.Config{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		server.Stop(ctx)
		os.RemoveAll(folder)
	})
	return &Server{t, server}
}

// ownFolder is a folder for servers of the test's own.
func ownFolder(t testing.TB) string {
	t.Helper()
	mother, err := shared() // its watcher removes our folder with its own
	if err != nil {
		t.Fatalf("start Redis for tests: %v", err)
	}
	return filepath.Join(filepath.Dir(mother.Socket()), fmt.Sprintf("server-%d", counted.Add(1)))
}

// Client returns a client of the server that goes with the test.
func (s *Server) Client() *redis.Client { return connect(s.t, s.server.URL()) }

// Pid is the server's process.
func (s *Server) Pid() int { return s.server.Pid() }

// Kill ends the server at once, as kill −9 does.
func (s *Server) Kill() {
	s.t.Helper()
	if err := syscall.Kill(s.server.Pid(), syscall.SIGKILL); err != nil {
		s.t.Fatalf("kill Redis: %v", err)
	}
	<-s.server.Done()
}

// Restart starts the server again in its folder, after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.server.Restart(ctx); err != nil {
		s.t.Fatal(err)
	}
}
