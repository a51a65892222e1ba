// Package redisserver runs a private Redis under a folder: no port, only a
// unix socket. wartefrei demo, rush and redistest use it; the latter two also
// the installations that fail over (Many).
//
// The folder holds the append-only file, fsynced before every answer, and a
// lock that keeps a second server out. The server ends when we end, however
// that happens (package child).
package redisserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// Refusals. The errors that wrap them say in one sentence what to do.
var (
	ErrNotInstalled = errors.New("Redis is not installed: run apt-get install redis-server")
	ErrInUse        = child.ErrInUse
)

// Config says where and how a server runs.
type Config struct {
	Folder string // absolute; made if it is missing

	// Throwaway servers write nothing to disk, have many databases, and their
	// folder goes with them. For tests.
	Throwaway bool
}

// Server is a running Redis.
type Server struct {
	config  Config
	sockets string // folder of the socket
	lock    *os.File
	log     *child.Tail
	process *child.Process
}

// Start starts the server of a folder. It returns when the server answers.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{config: c, log: &child.Tail{}}
	err := s.start(ctx)
	if err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		s.Stop(stopping)
		return nil, fmt.Errorf("start Redis in %s: %w", c.Folder, err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return ErrNotInstalled
	}
	if err := os.MkdirAll(s.config.Folder, 0o700); err != nil {
		return err
	}
	if s.lock, err = child.Lock(s.config.Folder); err != nil {
		return err
	}
	if err := child.AwaitLast(ctx, s.config.Folder); err != nil {
		return err
	}
	if err := s.makeSockets(); err != nil {
		return err
	}
	return s.run(ctx, path)
}

// Socket is the path of the unix socket.
func (s *Server) Socket() string { return filepath.Join(s.sockets, "redis.sock") }

// URL is where clients connect, database 0.
func (s *Server) URL() string { return (&url.URL{Scheme: "unix", Path: s.Socket()}).String() }

// Pid is the server's process, for whoever kills it.
func (s *Server) Pid() int { return s.process.Pid }

// makeSockets chooses the folder of the socket: ours, or one below /tmp where
// the name would be longer than the 107 bytes that the system allows. A stale
// socket there is replaced by Redis itself.
func (s *Server) makeSockets() error {
	s.sockets = s.config.Folder
	if len(s.Socket()) <= 100 {
		return nil
	}
	var err error
	s.sockets, err = os.MkdirTemp("/tmp", "wartefrei-")
	return err
}

func (s *Server) run(ctx context.Context, path string) error {
	command := child.Command{
		Path: path,
		Args: append([]string{"--port", "0", "--unixsocket", s.Socket(), "--unixsocketperm", "700",
			"--dir", s.config.Folder, "--maxmemory-policy", "noeviction", "--save", ""}, s.flags()...),
		Log:  s.log,
		Stop: syscall.SIGTERM, // Redis writes its file and ends
	}
	if s.config.Throwaway {
		command.Remove = []string{s.config.Folder}
	}
	if s.sockets != s.config.Folder {
		command.Remove = append(command.Remove, s.sockets)
	}
	var err error
	if s.process, err = child.Start(command); err != nil {
		return err
	}
	return s.await(ctx)
}

func (s *Server) flags() []string {
	if s.config.Throwaway {
		return []string{"--appendonly", "no", "--databases", "4096"}
	}
	return []string{"--appendonly", "yes", "--appendfsync", "always"}
}

// await returns when the server answers. After a crash it first reads its file.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: s.Socket(), MaxRetries: -1, PoolSize: 1})
	defer rdb.Close()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := answers(ctx, rdb)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.process.Done():
			return fmt.Errorf("ended at once: %w: %s", s.process.Err(), lastLine(s.log.String()))
		case <-ctx.Done():
			return fmt.Errorf("does not answer: %w", err)
		}
	}
}

// answers returns nil when a server answers. It tries by hand before: the client
// would log that nobody is there yet.
func answers(ctx context.Context, rdb *redis.Client) error {
	conn, err := net.Dial(rdb.Options().Network, rdb.Options().Addr)
	if err != nil {
		return err
	}
	conn.Close()
	return rdb.Ping(ctx).Err()
}

func lastLine(output string) string {
	output = strings.TrimSpace(output)
	return output[strings.LastIndexByte(output, '\n')+1:]
}

// Restart starts a server that has ended by itself, as Done says, at the same
// URL.
func (s *Server) Restart(ctx context.Context) error {
	s.process.Replace()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return ErrNotInstalled
	}
	return s.run(ctx, path)
}

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Stop ends the server and waits for it, until ctx ends; then it is killed.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	if s.process != nil {
		err = s.process.Stop(ctx)
	}
	if s.lock != nil {
		child.Unlock(s.lock)
	}
	return err
}
