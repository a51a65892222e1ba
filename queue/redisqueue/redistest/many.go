package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// patience is how long servers may take to find each other.
const patience = time.Minute

// Many are the servers of a Cluster or of a Sentinel installation. They listen
// on ports, since they tell each other where they are, and fsync like those of
// an office. They go with the test.
type Many struct {
	t         testing.TB
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
func Cluster(t testing.TB) *Many {
	t.Helper()
	m := &Many{t: t}
	for range 3 {
		bus := freePort(t)
		m.start(bus, "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "2000")
	}
	const slots = 16384
	for i, one := range m.members {
		m.must(one.client.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", i*slots/3, (i+1)*slots/3-1).Err())
		m.must(one.client.Do(t.Context(), "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err())
	}
	for _, one := range m.members[1:] {
		m.must(m.members[0].client.Do(t.Context(), "CLUSTER", "MEET", "127.0.0.1", one.port, one.bus).Err())
	}
	for _, one := range m.members {
		m.until("the cluster stands", func() bool {
			return strings.Contains(one.client.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
		})
	}
	m.url = fmt.Sprintf("redis-cluster://%s?addr=%s&addr=%s", m.members[0].address(), m.members[1].address(), m.members[2].address())
	return m
}

// Sentinel starts a master with two replicas, and three sentinels that promote
// one of these when the master is gone for a second.
func Sentinel(t testing.TB) *Many {
	t.Helper()
	m := &Many{t: t}
	master := m.start(0)
	for range 2 {
		m.start(0, "--replicaof", "127.0.0.1 "+fmt.Sprint(master.port))
	}
	m.until("two replicas follow", func() bool {
		return following(master.client.Info(t.Context(), "replication").Val()) == 2
	})
	var at []any
	for range 3 {
		s := m.start(0, "--sentinel")
		for _, setting := range [][]any{
			{"MONITOR", "queue", "127.0.0.1", master.port, 2}, {"SET", "queue", "down-after-milliseconds", 1000}, {"SET", "queue", "failover-timeout", 5000},
		} {
			m.must(s.client.Do(t.Context(), append([]any{"SENTINEL"}, setting...)...).Err())
		}
		watching := redis.NewSentinelClient(s.client.Options())
		t.Cleanup(func() { watching.Close() })
		m.sentinels, at = append(m.sentinels, watching), append(at, s.address())
	}
	for _, s := range m.sentinels {
		m.until("the sentinels know all", func() bool {
			seen := s.Master(t.Context(), "queue").Val()
			return seen["num-slaves"] == "2" && seen["num-other-sentinels"] == "2"
		})
	}
	m.url = fmt.Sprintf("redis-sentinel://%s?master_name=queue&addr=%s&addr=%s", at...)
	return m
}

// URL is where clients connect.
func (m *Many) URL() string { return m.url }

// Kill ends the n-th server at once, as kill −9 does: of a cluster the n-th
// master, of Sentinel's the n-th data server.
func (m *Many) Kill(n int) {
	m.t.Helper()
	m.must(syscall.Kill(m.members[n].process.Pid, syscall.SIGKILL))
	<-m.members[n].process.Done()
}

// Restart starts a killed server again in its folder.
func (m *Many) Restart(n int) {
	m.t.Helper()
	m.members[n].process.Replace()
	m.run(m.members[n])
}

// Master is which of Sentinel's data servers is the master. It waits until the
// sentinels agree about that, none is still at a failover, and a replica follows:
// a failover that begins in another can leave them at odds for good.
func (m *Many) Master() int {
	m.t.Helper()
	found := -1
	m.until("the sentinels agree", func() bool {
		var seen [3]map[string]string
		for i, sentinel := range m.sentinels {
			seen[i] = sentinel.Master(m.t.Context(), "queue").Val()
			if seen[i]["flags"] != "master" || seen[i]["port"] != seen[0]["port"] {
				return false
			}
		}
		found = slices.IndexFunc(m.members[:3], func(one *member) bool { return fmt.Sprint(one.port) == seen[0]["port"] })
		return found >= 0 && following(m.members[found].client.Info(m.t.Context(), "replication").Val()) > 0
	})
	return found
}

// following is how many replicas a master has, as its INFO says.
func following(info string) int { return strings.Count(info, "state=online") }

// start makes a server, and runs it.
func (m *Many) start(bus int, args ...string) *member {
	m.t.Helper()
	mother, err := shared() // its watcher removes our folder with its own
	if err != nil {
		m.t.Fatalf("start Redis for tests: %v", err)
	}
	one := &member{folder: filepath.Join(filepath.Dir(mother.Socket()), fmt.Sprintf("server-%d", counted.Add(1))), port: freePort(m.t), bus: bus, args: args}
	m.must(os.MkdirAll(one.folder, 0o700))
	one.client = redis.NewClient(&redis.Options{Addr: one.address(), MaxRetries: -1, ContextTimeoutEnabled: true})
	m.members = append(m.members, one)
	m.run(one)
	m.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		one.client.Close()
		one.process.Stop(ctx)
		if m.t.Failed() {
			m.t.Logf("server %s %v wrote:\n%s", one.address(), one.args, one.log.String())
		}
		os.RemoveAll(one.folder)
	})
	return one
}

// run runs a server, and waits until it answers. A sentinel wants a file that it may write.
func (m *Many) run(one *member) {
	m.t.Helper()
	file := filepath.Join(one.folder, "redis.conf")
	if _, err := os.Stat(file); err != nil {
		m.must(os.WriteFile(file, nil, 0o600))
	}
	args := []string{file, "--port", fmt.Sprint(one.port), "--bind", "127.0.0.1", "--dir", one.folder}
	if len(one.args) == 0 || one.args[0] != "--sentinel" {
		args = append(args, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction")
	}
	var err error
	one.process, err = child.Start(child.Command{Path: "/usr/bin/redis-server", Args: append(args, one.args...), Log: &one.log, Stop: syscall.SIGTERM})
	m.must(err)
	m.until("a server answers", func() bool { return one.client.Ping(m.t.Context()).Err() == nil })
}

func (one *member) address() string { return fmt.Sprintf("127.0.0.1:%d", one.port) }

func (m *Many) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *Many) until(what string, reached func() bool) {
	m.t.Helper()
	for limit := time.Now().Add(patience); !reached(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			m.t.Fatalf("%s: not after %v", what, patience)
		}
	}
}

// freePort is a port that nobody has now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
