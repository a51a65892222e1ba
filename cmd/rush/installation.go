package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
	"github.com/wartefrei/wartefrei/web/api"
)

// installation is a city's servers: PostgreSQL, Redis, and nodes that reach one
// PostgreSQL and one Redis over wires of ours, each its own, and others as they are.
// All of it lies in one folder.
type installation struct {
	plan    plan
	folder  string
	program string // its path

	postgres  *pgserver.Server    // the primary
	standby   *pgserver.Server    // may stand in for it; nil: none
	primaryIn string              // folder of the primary
	standbyIn string              // folder of the standby
	redis     *redisserver.Server // the one; nil if they are many
	many      *redisserver.Many
	pool      *pgxpool.Pool // past the wire: what we look at afterwards
	rdb       *redis.Client // likewise, of the one Redis
	past      servers       // past the wires
	nodes     []*node
	token     string                                // a clerk's of all offices
	terminals map[booking.HouseID]string            // their tokens
	codes     map[booking.HouseID][]api.Appointment // of today
	closers   []func()
}

// servers are the URLs of PostgreSQL and Redis.
type servers struct{ postgres, redis string }

// node is one process of the program.
type node struct {
	address      string
	command      child.Command
	process      *child.Process
	log          *bytes.Buffer // read after the end only
	postgresWire *wire         // nil: none
	redisWire    *wire
}

// patience is how long we wait for what must come.
const patience = 2 * time.Minute

// wordsOfNode is how many lines of a node's log a run that failed prints.
const wordsOfNode = 40

// install starts everything, with the demonstration's city in it.
func install(ctx context.Context, p plan) (*installation, error) {
	path, err := filepath.Abs(p.program)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s is not there: run make build", p.program)
	}
	i := &installation{plan: p, program: path}
	if err := i.start(ctx); err != nil {
		i.close()
		return nil, err
	}
	return i, nil
}

func (i *installation) start(ctx context.Context) (err error) {
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
	for range i.plan.nodes {
		if err := i.addNode(); err != nil {
			return err
		}
	}
	for _, n := range i.nodes {
		if err := n.await(ctx); err != nil {
			return err
		}
	}
	return i.book(ctx)
}

func (i *installation) startServers(ctx context.Context) error {
	if err := i.startPostgres(ctx); err != nil {
		return err
	}
	return i.startRedis(ctx)
}

func (i *installation) startPostgres(ctx context.Context) (err error) {
	i.primaryIn, i.standbyIn = filepath.Join(i.folder, "postgres"), filepath.Join(i.folder, "standby")
	if i.postgres, err = pgserver.Start(ctx, pgserver.Config{Folder: i.primaryIn}); err != nil {
		return err
	}
	i.onClose(func() { stop(i.postgres.Stop) })
	i.past.postgres = i.postgres.URL()
	if i.plan.standby {
		if i.standby, err = pgserver.Start(ctx, pgserver.Config{Folder: i.standbyIn, Follows: i.postgres}); err != nil {
			return err
		}
		i.onClose(i.stopStandby)
		i.past.postgres = i.postgres.Either(i.standby, "postgres")
	}
	if i.pool, err = pgxpool.New(ctx, i.past.postgres); err != nil {
		return err
	}
	i.onClose(i.pool.Close)
	return nil
}

func (i *installation) startRedis(ctx context.Context) (err error) {
	folder := filepath.Join(i.folder, "redis")
	switch i.plan.redis {
	case "sentinel":
		i.many, err = redisserver.Sentinel(ctx, folder)
	case "cluster":
		i.many, err = redisserver.Cluster(ctx, folder)
	default:
		return i.startOneRedis(ctx, folder)
	}
	if err != nil {
		return err
	}
	i.onClose(func() { stop(i.many.Stop) })
	i.past.redis = i.many.URL()
	return nil
}

func (i *installation) startOneRedis(ctx context.Context, folder string) (err error) {
	if i.redis, err = redisserver.Start(ctx, redisserver.Config{Folder: folder}); err != nil {
		return err
	}
	i.onClose(func() { stop(i.redis.Stop) })
	i.past.redis = i.redis.URL()
	i.rdb = redis.NewClient(&redis.Options{Network: "unix", Addr: i.redis.Socket()})
	i.onClose(func() { i.rdb.Close() })
	return nil
}

// environment names servers to the program. With Sentinel a replica must have
// what is answered while the record is away, so that a failover loses nothing.
func (i *installation) environment(s servers) []string {
	env := append(os.Environ(), "WARTEFREI_POSTGRES_URL="+s.postgres, "WARTEFREI_REDIS_URL="+s.redis)
	if i.plan.redis == "sentinel" {
		env = append(env, "WARTEFREI_REDIS_REPLICAS=1")
	}
	return env
}

// hasty is the office where nobody is waited for: who does not come at once can be
// missed, and waits anew two seconds later. In the others that is always too soon.
const hasty = "buergerbuero"

// openCity is the demonstration's, open day and night, with appointments at all
// desks from now on. Who comes early for one joins by themselves when it is time.
func openCity() booking.City {
	city := democity.City()
	for _, office := range city.Offices() {
		office.Closed, office.Doors, office.Duty, office.Lead = nil, nil, nil, 0
		for day := time.Sunday; day <= time.Saturday; day++ {
			hours := booking.Hours{Weekday: day, Close: 24 * 60}
			office.Doors = append(office.Doors, hours)
			office.Duty = append(office.Duty, booking.Duty{Hours: hours, Places: len(office.Desks)})
		}
		office.Rules = map[string]int{"noted": 1}
		if office.ID == hasty {
			office.Rules = map[string]int{"noted": 1, "recall": 0, "noShow": 0, "return": 2}
		}
	}
	return city
}

// fill makes the schema, the city and tokens.
func (i *installation) fill(ctx context.Context) error {
	city := openCity()
	text, err := json.Marshal(city)
	if err != nil {
		return err
	}
	file := filepath.Join(i.folder, "city.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return err
	}
	var offices []string
	for _, office := range city.Offices() {
		offices = append(offices, string(office.ID))
	}
	for _, args := range [][]string{{"migrate"}, {"import", file}} {
		if _, err := i.run(ctx, args...); err != nil {
			return err
		}
	}
	i.terminals = map[booking.HouseID]string{}
	for _, house := range city.Houses {
		if i.terminals[house.ID], err = i.newToken(ctx, "terminal", string(house.ID), string(house.ID)); err != nil {
			return err
		}
	}
	i.token, err = i.newToken(ctx, append([]string{"clerk", "rush"}, offices...)...)
	return err
}

// newToken makes a token of a role, a name and where it opens something.
func (i *installation) newToken(ctx context.Context, args ...string) (string, error) {
	said, err := i.run(ctx, append([]string{"token", "add"}, args...)...)
	token, _, _ := strings.Cut(said, "\n")
	return token, err
}

// run runs a command of the program, past the wires.
func (i *installation) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, i.program, args...)
	cmd.Env = i.environment(i.past)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("wartefrei %s: %w: %s", args[0], err, said)
	}
	return string(said), nil
}

func (i *installation) addNode() error {
	port, err := child.FreePort()
	if err != nil {
		return err
	}
	n := &node{address: fmt.Sprintf("127.0.0.1:%d", port), log: &bytes.Buffer{}}
	known, err := i.wire(n)
	if err != nil {
		return err
	}
	n.command = child.Command{Path: i.program, Args: []string{"serve"}, Stop: syscall.SIGTERM, Log: n.log,
		Env: append(i.environment(known), "WARTEFREI_LISTEN="+n.address, "WARTEFREI_LOG=warn")}
	if n.process, err = child.Start(n.command); err != nil {
		return err
	}
	i.nodes = append(i.nodes, n)
	i.onClose(func() { stop(n.process.Stop) })
	return nil
}

// wire gives a node its wires, and says under which URLs it knows the servers. One
// that may fail over is at another place then, and has none.
func (i *installation) wire(n *node) (known servers, err error) {
	known = i.past
	folder := filepath.Join(i.folder, fmt.Sprint("wires-", len(i.nodes)))
	if err := os.Mkdir(folder, 0o755); err != nil {
		return known, err
	}
	if i.redis != nil {
		place := filepath.Join(folder, "redis")
		if n.redisWire, err = newWire(place, i.redis.Socket()); err != nil {
			return known, err
		}
		i.onClose(func() { n.redisWire.close() })
		known.redis = "unix://" + place
	}
	if !i.plan.standby {
		own, err := url.Parse(i.postgres.URL())
		if err != nil {
			return known, err
		}
		const socket = ".s.PGSQL.5432"
		query := own.Query()
		if n.postgresWire, err = newWire(filepath.Join(folder, socket), filepath.Join(query.Get("host"), socket)); err != nil {
			return known, err
		}
		i.onClose(func() { n.postgresWire.close() })
		query.Set("host", folder)
		own.RawQuery = query.Encode()
		known.postgres = own.String()
	}
	return known, nil
}

// redisWires are those of all nodes.
func (i *installation) redisWires() (all []*wire) {
	for _, n := range i.nodes {
		all = append(all, n.redisWire)
	}
	return all
}

// postgresWires are those of all nodes.
func (i *installation) postgresWires() (all []*wire) {
	for _, n := range i.nodes {
		all = append(all, n.postgresWire)
	}
	return all
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
