package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// installation is a city's servers: one PostgreSQL, one Redis, and nodes that
// reach both over wires of ours. All of it lies in one folder.
type installation struct {
	folder  string
	program string

	postgres     *pgserver.Server
	redis        *redisserver.Server
	postgresWire *wire
	redisWire    *wire
	pool         *pgxpool.Pool // past the wire: what we look at afterwards
	rdb          *redis.Client // likewise
	nodes        []*node
	token        string // a clerk's of all offices
	closers      []func()
}

// node is one process of the program.
type node struct {
	address string
	command child.Command
	process *child.Process
	log     *bytes.Buffer // read after the end only
}

// patience is how long we wait for what must come.
const patience = 2 * time.Minute

// wordsOfNode is how many lines of a node's log a run that failed prints.
const wordsOfNode = 40

// install starts everything, with the demonstration's city in it.
func install(ctx context.Context, program string, nodes int) (*installation, error) {
	path, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s is not there: run make build", program)
	}
	i := &installation{program: path}
	if err := i.start(ctx, nodes); err != nil {
		i.close()
		return nil, err
	}
	return i, nil
}

func (i *installation) start(ctx context.Context, nodes int) (err error) {
	var remove func() error
	if i.folder, remove, err = child.TempFolder("wartefrei-rush-"); err != nil {
		return err
	}
	i.onClose(func() { remove() })
	if err := i.startServers(ctx); err != nil {
		return err
	}
	if err := i.fill(ctx); err != nil {
		return err
	}
	for range nodes {
		if err := i.addNode(); err != nil {
			return err
		}
	}
	for _, n := range i.nodes {
		if err := n.await(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (i *installation) startServers(ctx context.Context) (err error) {
	if i.postgres, err = pgserver.Start(ctx, pgserver.Config{Folder: filepath.Join(i.folder, "postgres")}); err != nil {
		return err
	}
	i.onClose(func() { stop(i.postgres.Stop) })
	if i.redis, err = redisserver.Start(ctx, redisserver.Config{Folder: filepath.Join(i.folder, "redis")}); err != nil {
		return err
	}
	i.onClose(func() { stop(i.redis.Stop) })
	if err := os.Mkdir(filepath.Join(i.folder, "wires"), 0o755); err != nil {
		return err
	}
	own, err := url.Parse(i.postgres.URL())
	if err != nil {
		return err
	}
	if i.postgresWire, err = newWire(filepath.Join(i.folder, "wires", ".s.PGSQL.5432"), filepath.Join(own.Query().Get("host"), ".s.PGSQL.5432")); err != nil {
		return err
	}
	i.onClose(func() { i.postgresWire.close() })
	if i.redisWire, err = newWire(filepath.Join(i.folder, "wires", "redis"), i.redis.Socket()); err != nil {
		return err
	}
	i.onClose(func() { i.redisWire.close() })
	if i.pool, err = pgxpool.New(ctx, i.postgres.URL()); err != nil {
		return err
	}
	i.onClose(i.pool.Close)
	i.rdb = redis.NewClient(&redis.Options{Network: "unix", Addr: i.redis.Socket()})
	i.onClose(func() { i.rdb.Close() })
	return nil
}

// fill makes the schema, the city and a token.
func (i *installation) fill(ctx context.Context) error {
	file := filepath.Join(i.folder, "city.json")
	if err := os.WriteFile(file, democity.File, 0o644); err != nil {
		return err
	}
	city := democity.City()
	holder := []string{"token", "add", "clerk", "rush"}
	for _, office := range city.Offices() {
		holder = append(holder, string(office.ID))
	}
	var said string
	var err error
	for _, args := range [][]string{{"migrate"}, {"import", file}, holder} {
		if said, err = i.run(ctx, args...); err != nil {
			return err
		}
	}
	i.token, _, _ = strings.Cut(said, "\n")
	return nil
}

// run runs a command of the program, past the wires.
func (i *installation) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, i.program, args...)
	cmd.Env = append(os.Environ(), "WARTEFREI_POSTGRES_URL="+i.postgres.URL(), "WARTEFREI_REDIS_URL="+i.redis.URL())
	said, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("wartefrei %s: %w: %s", args[0], err, said)
	}
	return string(said), nil
}

func (i *installation) addNode() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	n := &node{address: fmt.Sprintf("127.0.0.1:%d", port), log: &bytes.Buffer{}}
	values := url.Values{"host": {filepath.Join(i.folder, "wires")}, "user": {"wartefrei"}, "sslmode": {"disable"}}
	n.command = child.Command{Path: i.program, Args: []string{"serve"}, Stop: syscall.SIGTERM, Log: n.log, Env: append(os.Environ(),
		"WARTEFREI_LISTEN="+n.address, "WARTEFREI_LOG=warn",
		"WARTEFREI_POSTGRES_URL=postgres:///postgres?"+values.Encode(), "WARTEFREI_REDIS_URL=unix://"+filepath.Join(i.folder, "wires", "redis"))}
	if n.process, err = child.Start(n.command); err != nil {
		return err
	}
	i.nodes = append(i.nodes, n)
	i.onClose(func() { stop(n.process.Stop) })
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// restart starts a node that has ended.
func (n *node) restart() (err error) {
	n.process.Replace()
	n.process, err = child.Start(n.command)
	return err
}

// await returns when the node says that it is ready.
func (n *node) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.address+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-n.process.Done():
			return fmt.Errorf("a node ended: %s", n.log)
		case <-ctx.Done():
			return errors.New("a node does not become ready")
		}
	}
}

// lastWords prints how the nodes' logs end. The nodes must have ended.
func (i *installation) lastWords(out io.Writer) {
	for _, n := range i.nodes {
		lines := strings.SplitAfter(n.log.String(), "\n")
		fmt.Fprintf(out, "the log of %s ends:\n%s", n.address, strings.Join(lines[max(0, len(lines)-wordsOfNode):], ""))
	}
}

func (i *installation) onClose(f func()) { i.closers = append(i.closers, f) }

// close ends all that was started, the last first.
func (i *installation) close() {
	for n := len(i.closers) - 1; n >= 0; n-- {
		i.closers[n]()
	}
	i.closers = nil
}

// stop gives a server a while to end.
func stop(end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	end(ctx)
}
