package redistest

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// Many are the servers of a Cluster or of a Sentinel installation (package
// redisserver). They go with the test.
type Many struct {
	t       testing.TB
	servers *redisserver.Many
}

// Cluster starts three masters that share the slots.
func Cluster(t testing.TB) *Many {
	t.Helper()
	return startMany(t, redisserver.Cluster)
}

// Sentinel starts a master with two replicas, and three sentinels that promote
// one of these when the master is gone for a second.
func Sentinel(t testing.TB) *Many {
	t.Helper()
	return startMany(t, redisserver.Sentinel)
}

func startMany(t testing.TB, start func(context.Context, string) (*redisserver.Many, error)) *Many {
	t.Helper()
	folder := ownFolder(t)
	t.Cleanup(func() { os.RemoveAll(folder) })
	servers, err := start(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		servers.Stop(ctx)
		if t.Failed() {
			t.Log(servers.Log())
		}
	})
	return &Many{t, servers}
}

// URL is where clients connect.
func (m *Many) URL() string { return m.servers.URL() }

// Kill ends the n-th server at once, as kill −9 does: of a cluster the n-th
// master, of Sentinel's the n-th data server.
func (m *Many) Kill(n int) { m.servers.Kill(n) }

// Restart starts a killed server again in its folder.
func (m *Many) Restart(n int) {
	m.t.Helper()
	if err := m.servers.Restart(m.t.Context(), n); err != nil {
		m.t.Fatal(err)
	}
}

// Master is which of Sentinel's data servers is the master, once the sentinels
// agree about that.
func (m *Many) Master() int {
	m.t.Helper()
	n, err := m.servers.Master(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}
