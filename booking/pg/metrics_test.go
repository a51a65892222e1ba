package pg_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

// Queries count under their names, and values never become labels.
func TestOpenMeasured(t *testing.T) {
	reg := prometheus.NewRegistry()
	pool, err := pg.OpenMeasured(context.Background(), pgtest.URL(t), reg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, sql := range []string{"-- name: Fine\nSELECT 1", "-- name: Fine\nSELECT 2", "-- name: Wrong\nSELECT 1/0", "SELECT 'Erika'"} {
		rows, err := pool.Query(context.Background(), sql)
		if err == nil {
			rows.Close()
		}
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, family := range families {
		for _, m := range family.Metric {
			labels := family.GetName()
			for _, l := range m.Label {
				labels += " " + l.GetValue()
			}
			got[labels] = m.GetHistogram().GetSampleCount() + uint64(m.GetGauge().GetValue())
		}
	}
	want := map[string]uint64{
		"wartefrei_postgres_query_seconds Fine ok":      2,
		"wartefrei_postgres_query_seconds Wrong failed": 1,
		"wartefrei_postgres_connections busy":           0,
		"wartefrei_postgres_connections most":           20,
	}
	for series, n := range want {
		if count, ok := got[series]; !ok || count != n {
			t.Errorf("%s is %d, want %d", series, count, n)
		}
	}
	if len(got) != len(want)+2 || got["wartefrei_postgres_query_seconds other ok"] == 0 {
		t.Errorf("series: %v, want also that of nameless queries, and idle connections, and nothing else", got)
	}
}

// away is a measured PostgreSQL that a test takes away.
type away struct {
	folder string
	server *pgserver.Server
	pool   *pgxpool.Pool
	reg    *prometheus.Registry
}

func measured(t *testing.T) *away {
	t.Helper()
	a := &away{folder: pgtest.Folder(t), reg: prometheus.NewRegistry()}
	var err error
	if a.server, err = pgserver.Start(t.Context(), pgserver.Config{Folder: a.folder, Throwaway: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.server.Stop(context.Background()) })
	if a.pool, err = pg.OpenMeasured(t.Context(), a.server.URL(), a.reg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.pool.Close)
	return a
}

// fails asks five times in vain, and holds that each time counts as failed, once.
func (a *away) fails(t *testing.T, patience time.Duration) {
	t.Helper()
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if _, err := a.pool.Exec(ctx, "-- name: Asked\nSELECT 1"); err == nil {
			t.Error("PostgreSQL answers")
		}
		cancel()
	}
	if n := a.failed(t); n != 5 {
		t.Errorf("%d queries count as failed, want 5", n)
	}
}

func (a *away) failed(t *testing.T) (n uint64) {
	t.Helper()
	families, err := a.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.Metric {
			for _, l := range m.Label {
				if l.GetValue() == "failed" {
					n += m.GetHistogram().GetSampleCount()
				}
			}
		}
	}
	return n
}

func TestStoppedServerCounts(t *testing.T) {
	t.Parallel()
	a := measured(t)
	if err := a.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.fails(t, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.pool.Exec(ctx, "SELECT 1"); err == nil {
		t.Error("PostgreSQL answers")
	}
	if n := a.failed(t); n != 5 {
		t.Errorf("who gave up counts as failed: %d", n)
	}
}

// A frozen server takes connections and never answers.
func TestFrozenServerCounts(t *testing.T) {
	t.Parallel()
	a := measured(t)
	var backend int
	if err := a.pool.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{a.postmaster(t), backend} {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Kill(pid, syscall.SIGCONT) })
	}
	a.fails(t, 50*time.Millisecond)
}

func (a *away) postmaster(t *testing.T) (pid int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(a.folder, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(content), &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}
