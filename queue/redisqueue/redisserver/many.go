package redisserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// manyWithin is how long many servers may take to find each other.
const manyWithin = time.Minute

// Many are the servers of a Cluster or of a Sentinel installation. They listen
// on ports, since they tell each other where they are, and fsync like those of
// an office. Like one server they end when we end; their folder is left.
type Many struct {
	path      string // of the program
	folder    string // has a folder of each
	members   []*member
	sentinels []*redis.SentinelClient // of the last three members
	url       string
}

// member is one of them.
type member struct {
	folder    string
	port, bus int
	args      []string
	process   *child.Process
	client    *redis.Client
	log       strings.Builder // read after the end only
}

// Cluster starts three masters that share the slots.
func Cluster(ctx context.Context, folder string) (*Many, error) {
	return startMany(ctx, folder, (*Many).cluster)
}

// Sentinel starts a master with two replicas, and three sentinels that promote
// one of these when the master is gone for a second.
func Sentinel(ctx context.Context, folder string) (*Many, error) {
	return startMany(ctx, folder, (*Many).sentinel)
}

func startMany(ctx context.Context, folder string, start func(*Many, context.Context) error) (*Many, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNotInstalled
	}
	m := &Many{path: path, folder: folder}
	if err := start(m, ctx); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		m.Stop(stopping)
		return nil, fmt.Errorf("start many Redis in %s: %w\n%s", folder, err, m.Log())
	}
	return m, nil
}

func (m *Many) cluster(ctx context.Context) error {
	for range 3 {
		bus, err := child.FreePort()
		if err != nil {
			return err
		}
		if _, err := m.start(ctx, bus, "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no"); err != nil {
			return err
		}
	}
	const slots = 16384
	first := m.members[0]
	for i, one := range m.members {
		for _, command := range [][]any{
			{"ADDSLOTSRANGE", i * slots / 3, (i+1)*slots/3 - 1}, {"SET-CONFIG-EPOCH", i + 1},
		} {
			if err := one.client.Do(ctx, append([]any{"CLUSTER"}, command...)...).Err(); err != nil {
				return err
			}
		}
	}
	for _, one := range m.members[1:] {
		if err := first.client.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", one.port, one.bus).Err(); err != nil {
			return err
		}
	}
	m.url = fmt.Sprintf("redis-cluster://%s?addr=%s&addr=%s", first.address(), m.members[1].address(), m.members[2].address())
	return until(ctx, "the cluster stands", func(ctx context.Context) bool {
		return !slices.ContainsFunc(m.members, func(one *member) bool {
			return !strings.Contains(one.client.ClusterInfo(ctx).Val(), "cluster_state:ok")
		})
	})
}

func (m *Many) sentinel(ctx context.Context) error {
	master, err := m.start(ctx, 0)
	if err != nil {
		return err
	}
	for range 2 {
		if _, err := m.start(ctx, 0, "--replicaof", fmt.Sprint("127.0.0.1 ", master.port)); err != nil {
			return err
		}
	}
	if err := until(ctx, "two replicas follow", func(ctx context.Context) bool { return master.followers(ctx) == 2 }); err != nil {
		return err
	}
	var at []any
	for range 3 {
		s, err := m.start(ctx, 0, "--sentinel")
		if err != nil {
			return err
		}
		for _, setting := range [][]any{
			{"MONITOR", "queue", "127.0.0.1", master.port, 2}, {"SET", "queue", "down-after-milliseconds", 1000}, {"SET", "queue", "failover-timeout", 5000},
		} {
			if err := s.client.Do(ctx, append([]any{"SENTINEL"}, setting...)...).Err(); err != nil {
				return err
			}
		}
		m.sentinels, at = append(m.sentinels, redis.NewSentinelClient(s.client.Options())), append(at, s.address())
	}
	m.url = fmt.Sprintf("redis-sentinel://%s?master_name=queue&addr=%s&addr=%s", at...)
	return until(ctx, "the sentinels know all", func(ctx context.Context) bool {
		return !slices.ContainsFunc(m.sentinels, func(s *redis.SentinelClient) bool {
			seen := s.Master(ctx, "queue").Val()
			return seen["num-slaves"] != "2" || seen["num-other-sentinels"] != "2"
		})
	})
}

// URL is where clients connect.
func (m *Many) URL() string { return m.url }

// Kill ends the n-th server at once, as kill −9 does: of a cluster the n-th
// master, of Sentinel's the n-th data server. There are three of either.
func (m *Many) Kill(n int) {
	process := m.members[n].process
	syscall.Kill(process.Pid, syscall.SIGKILL)
	<-process.Done()
}

// Pid is the process of the n-th server, as Kill counts them.
func (m *Many) Pid(n int) int { return m.members[n].process.Pid }

// Restart starts a killed server again in its folder.
func (m *Many) Restart(ctx context.Context, n int) error {
	m.members[n].process.Replace()
	return m.run(ctx, m.members[n])
}

// Master is which of Sentinel's data servers is the master. It waits until the
// sentinels agree about that, none is still at a failover, and a replica follows:
// a failover that begins in another can leave them at odds for good.
func (m *Many) Master(ctx context.Context) (int, error) {
	found := -1
	err := until(ctx, "the sentinels agree", func(ctx context.Context) bool {
		port := ""
		for _, sentinel := range m.sentinels {
			seen := sentinel.Master(ctx, "queue").Val()
			if seen["flags"] != "master" || port != "" && seen["port"] != port {
				return false
			}
			port = seen["port"]
		}
		found = slices.IndexFunc(m.members[:3], func(one *member) bool { return fmt.Sprint(one.port) == port })
		return found >= 0 && m.members[found].followers(ctx) > 0
	})
	return found, err
}

// Stop ends all servers, the last first, and waits for them, until ctx ends;
// then they are killed.
func (m *Many) Stop(ctx context.Context) error {
	var errs []error
	for _, s := range m.sentinels {
		s.Close()
	}
	for _, one := range slices.Backward(m.members) {
		one.client.Close()
		if one.process != nil {
			errs = append(errs, one.process.Stop(ctx))
		}
	}
	return errors.Join(errs...)
}

// Log is what the servers wrote, after Stop.
func (m *Many) Log() string {
	var all strings.Builder
	for _, one := range m.members {
		fmt.Fprintf(&all, "server %s %v wrote:\n%s", one.address(), one.args, one.log.String())
	}
	return all.String()
}

// start makes a server, and runs it. A sentinel wants a file that it may write.
func (m *Many) start(ctx context.Context, bus int, args ...string) (*member, error) {
	port, err := child.FreePort()
	if err != nil {
		return nil, err
	}
	one := &member{folder: filepath.Join(m.folder, fmt.Sprint(len(m.members))), port: port, bus: bus, args: args}
	if err := os.MkdirAll(one.folder, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(one.file(), nil, 0o600); err != nil {
		return nil, err
	}
	one.client = redis.NewClient(&redis.Options{Addr: one.address(), MaxRetries: -1, ContextTimeoutEnabled: true})
	m.members = append(m.members, one)
	return one, m.run(ctx, one)
}

// run runs a server, and waits until it answers.
func (m *Many) run(ctx context.Context, one *member) error {
	args := []string{one.file(), "--port", fmt.Sprint(one.port), "--bind", "127.0.0.1", "--dir", one.folder}
	if !slices.Contains(one.args, "--sentinel") {
		args = append(args, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction")
	}
	process, err := child.Start(child.Command{Path: m.path, Args: append(args, one.args...), Log: &one.log, Stop: syscall.SIGTERM})
	if err != nil {
		return err
	}
	one.process = process
	return until(ctx, "a server answers", func(ctx context.Context) bool { return answers(ctx, one.client) == nil })
}

func (one *member) file() string { return filepath.Join(one.folder, "redis.conf") }

func (one *member) address() string { return fmt.Sprintf("127.0.0.1:%d", one.port) }

// followers is how many replicas a master has, as its INFO says.
func (one *member) followers(ctx context.Context) int {
	if answers(ctx, one.client) != nil {
		return 0
	}
	return strings.Count(one.client.Info(ctx, "replication").Val(), "state=online")
}

// until waits for what must come within manyWithin.
func until(ctx context.Context, what string, reached func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, manyWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !reached(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
	}
	return nil
}
