// Package pgserver runs a private PostgreSQL under a folder: no port, only a
// unix socket in that folder. wartefrei demo and pgtest use it.
//
// The folder holds data/ (the cluster), the socket, and a lock that keeps a
// second server out. PostgreSQL refuses to run as root, so as root it runs as
// the operating system's user postgres; else as who we are. It ends when we
// end, however that happens (package child).
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// Refusals. The errors that wrap them say in one sentence what to do.
var (
	ErrNotInstalled = errors.New("PostgreSQL is not installed: run apt-get install postgresql")
	ErrInUse        = child.ErrInUse
	ErrNoEntry      = errors.New("the user postgres cannot enter this folder")
	ErrNotOurs      = errors.New("the folder has other things in it: choose one of its own")
	ErrDiskFull     = errors.New("the disk is full")
)

// Config says where and how a server runs.
type Config struct {
	Folder string // absolute; made if it is missing

	// Follows is a server of whose cluster this one makes a copy on first use, and
	// which it follows as a standby until it is promoted (asynchronous streaming
	// replication). nil: it makes a cluster of its own. For tests and rush.
	Follows *Server

	// Throwaway servers write without fsync, and their folder goes with them.
	// For tests.
	Throwaway bool
}

// Server is a running PostgreSQL.
type Server struct {
	config  Config
	owner   owner
	sockets string // folder of the socket
	lock    *os.File
	log     *child.Tail
	process *child.Process
}

// Start starts the server of a folder, and makes its cluster on first use. It
// returns when the server answers.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{config: c, log: &child.Tail{}}
	err := s.start(ctx)
	if err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		s.Stop(stopping)
		return nil, fmt.Errorf("start PostgreSQL in %s: %w", c.Folder, err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	if s.owner, err = findOwner(); err != nil {
		return err
	}
	if err := checkFolder(s.config.Folder); err != nil {
		return err
	}
	if err := s.owner.makeFolder(s.config.Folder); err != nil {
		return err
	}
	if s.lock, err = lockFolder(s.config.Folder); err != nil {
		return err
	}
	if err := s.makeSockets(); err != nil {
		return err
	}
	if err := s.makeCluster(ctx, bin); err != nil {
		return err
	}
	if err := clearRemains(ctx, s.data(), s.socket()); err != nil {
		return err
	}
	return s.run(ctx, bin)
}

func (s *Server) data() string   { return filepath.Join(s.config.Folder, "data") }
func (s *Server) socket() string { return filepath.Join(s.sockets, ".s.PGSQL.5432") }

// makeSockets chooses the folder of the socket: ours, or one below /tmp where
// the name would be longer than the 107 bytes that the system allows.
func (s *Server) makeSockets() error {
	s.sockets = s.config.Folder
	if len(s.socket()) <= 100 {
		return nil
	}
	folder, err := os.MkdirTemp("/tmp", "wartefrei-")
	if err != nil {
		return fmt.Errorf("make a folder for the socket: %w", err)
	}
	s.sockets = folder
	return s.owner.makeFolder(folder)
}

// makeCluster runs initdb beside data/ and then renames, so that an initdb cut
// short is begun anew.
func (s *Server) makeCluster(ctx context.Context, bin string) error {
	if _, err := os.Stat(s.data()); err == nil {
		return nil
	}
	making := s.data() + ".new"
	if err := os.RemoveAll(making); err != nil {
		return err
	}
	cmd := s.owner.command(ctx, filepath.Join(bin, "initdb"), "--pgdata="+making, "--username=wartefrei",
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
	if s.config.Follows != nil {
		cmd = s.owner.command(ctx, filepath.Join(bin, "pg_basebackup"), "--pgdata="+making, "--username=wartefrei",
			"--host="+s.config.Follows.sockets, "--write-recovery-conf", "--checkpoint=fast")
	}
	if s.config.Throwaway {
		cmd.Args = append(cmd.Args, "--no-sync")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return explain(string(out), err)
	}
	return os.Rename(making, s.data())
}

func (s *Server) run(ctx context.Context, bin string) error {
	command := child.Command{
		Path: filepath.Join(bin, "postgres"),
		Args: append([]string{"-D", s.data(), "-k", s.sockets}, s.flags()...),
		Env:  environment(),
		User: s.owner.credential,
		Log:  s.log,
		Stop: syscall.SIGINT, // PostgreSQL's "fast": roll back, write, end
	}
	if s.config.Throwaway {
		command.Stop, command.Remove = syscall.SIGQUIT, []string{s.config.Folder}
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

// flags are settings of ours. Terse errors keep values, so names and mail
// addresses, out of the server's log.
func (s *Server) flags() []string {
	settings := []string{"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200",
		"timezone=UTC", "log_timezone=UTC", "log_error_verbosity=terse"}
	if s.config.Throwaway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
	}
	var flags []string
	for _, setting := range settings {
		flags = append(flags, "-c", setting)
	}
	return flags
}

// await returns when the server answers. After a crash it first replays its log.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.process.Done():
			return explain(s.log.String(), fmt.Errorf("ended at once: %w", s.process.Err()))
		case <-ctx.Done():
			return fmt.Errorf("does not answer: %w", err)
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is where to connect, as the database's owner.
func (s *Server) URL() string { return s.Database("postgres") }

// Database is the URL of another database of the server.
func (s *Server) Database(name string) string {
	values := url.Values{"host": {s.sockets}, "user": {"wartefrei"}, "sslmode": {"disable"}}
	return "postgres:///" + name + "?" + values.Encode()
}

// Promote ends following: the server decides alone from now on.
func (s *Server) Promote(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return fmt.Errorf("promote PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_promote(true, 60)"); err != nil {
		return fmt.Errorf("promote PostgreSQL: %w", err)
	}
	return nil
}

// Either is the URL of a database of this server or of the one that follows it:
// of whichever takes writes.
func (s *Server) Either(follower *Server, name string) string {
	values := url.Values{"host": {s.sockets + "," + follower.sockets}, "user": {"wartefrei"}, "sslmode": {"disable"}, "target_session_attrs": {"read-write"}}
	return "postgres:///" + name + "?" + values.Encode()
}

// Pid is the server's first process, for whoever kills it.
func (s *Server) Pid() int { return s.process.Pid }

// Restart starts a server that has ended by itself, as Done says, at the same
// URL.
func (s *Server) Restart(ctx context.Context) error {
	s.process.Replace()
	bin, err := binaries()
	if err != nil {
		return err
	}
	if err := clearRemains(ctx, s.data(), s.socket()); err != nil {
		return err
	}
	return s.run(ctx, bin)
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

// noSpace are PostgreSQL's words for a full disk: of a write that failed, and
// of one that ended in the middle.
var noSpace = []string{"No space left on device", "Check free disk space", ": wrote only "}

// explain turns what PostgreSQL printed into one sentence.
func explain(output string, err error) error {
	for _, full := range noSpace {
		if strings.Contains(output, full) {
			return ErrDiskFull
		}
	}
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.Contains(lines[i], "FATAL:") || strings.Contains(lines[i], "error:") {
			return fmt.Errorf("%w: %s", err, strings.TrimSpace(lines[i]))
		}
	}
	return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
}
