// Package pgtest gives a test a real PostgreSQL database of its own.
//
// The first call in a test process starts a private server (package pgserver)
// and migrates a template; each test gets a copy of it. The server and its
// folder go when the process ends, however it ends.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
)

// cluster is the server of this test process.
type cluster struct {
	server *pgserver.Server
	admin  *pgxpool.Pool
	names  atomic.Int64
	remove func() error // of the folder: while it is known, the folder stays
}

var shared = sync.OnceValues(start)

// New returns a pool on a fresh, migrated database that goes with the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(context.Background(), URL(t))
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the URL of a fresh, migrated database that goes with the test.
func URL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", err)
	}
	name := fmt.Sprintf("test_%d", c.names.Add(1))
	c.do(t, "CREATE DATABASE "+name+" TEMPLATE template_wartefrei")
	t.Cleanup(func() { c.do(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return c.server.Database(name)
}

func (c *cluster) do(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := c.admin.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func start() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	folder, remove, err := child.TempFolder("wartefrei-test-") // goes with this process
	if err != nil {
		return nil, err
	}
	server, err := pgserver.Start(ctx, pgserver.Config{Folder: folder, Throwaway: true})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	admin, err := pg.Open(ctx, server.URL()+"&statement_timeout=60s&pool_max_conns=2")
	if err != nil {
		return nil, err
	}
	c := &cluster{server: server, admin: admin, remove: remove}
	return c, c.template(ctx)
}

// template migrates the database that tests copy. Copying needs that nobody is
// connected to it.
func (c *cluster) template(ctx context.Context) error {
	if _, err := c.admin.Exec(ctx, "CREATE DATABASE template_wartefrei"); err != nil {
		return err
	}
	pool, err := pg.Open(ctx, c.server.Database("template_wartefrei"))
	if err != nil {
		return err
	}
	defer pool.Close()
	return pg.Migrate(ctx, pool)
}
