package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
)

// follow makes a standby of PostgreSQL, where the last primary was: the nodes
// know two places. It returns when the standby follows.
func (i *installation) follow(ctx context.Context) (err error) {
	folder := i.standbyIn
	if err := child.AwaitLast(ctx, filepath.Join(folder, "data")); err != nil { // those whom a killed primary leaves end by themselves
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if i.standby, err = pgserver.Start(ctx, pgserver.Config{Folder: folder, Follows: i.postgres}); err != nil {
		return err
	}
	return i.following(ctx, true)
}

func (i *installation) stopStandby() {
	if i.standby != nil {
		stop(i.standby.Stop)
	}
}

// unfollow has the standby hear nothing more of its primary.
func (i *installation) unfollow(ctx context.Context) error {
	if err := i.following(ctx, true); err != nil { // a primary that was killed before is found again after seconds
		return err
	}
	conn, err := pgx.Connect(ctx, i.standby.URL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range []string{"ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return i.following(ctx, false)
}

// following waits until a standby follows the primary, or none does.
func (i *installation) following(ctx context.Context, want bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var follows bool
		if err := i.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')`).Scan(&follows); err != nil {
			return err
		}
		if follows == want {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return errors.New("the standby does not follow as it is told")
		}
	}
}

// promote makes the standby the primary. There is no standby then.
func (i *installation) promote(ctx context.Context) error {
	if err := i.standby.Promote(ctx); err != nil {
		return err
	}
	gone := i.postgres
	i.postgres, i.standby = i.standby, nil
	i.primaryIn, i.standbyIn = i.standbyIn, i.primaryIn
	i.pool.Reset() // it has connections to the one that is gone
	return gone.Stop(ctx)
}

// versions is how many versions of offices a server has recorded.
func versions(ctx context.Context, s *pgserver.Server) (sum int64, err error) {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `SELECT sum(version) FROM queue_head`).Scan(&sum)
	return sum, err
}
