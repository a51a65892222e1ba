package pg

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database to this version's schema. It only goes forward.
// Nodes that start at once wait for one another. A database that a newer
// version has migrated is left as it is: versions N and N−1 read it both.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(migrationLock{}))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

// migrationLock lets one node migrate at a time. Its number is any that no
// other advisory lock of ours has.
type migrationLock struct{}

const lockMigrations = `-- name: LockMigrations
	SELECT pg_advisory_lock(7724100631)`

const unlockMigrations = `-- name: UnlockMigrations
	SELECT pg_advisory_unlock(7724100631)`

// SessionLock waits as long as the other node needs, and lets a long migration run.
func (migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SET statement_timeout = 0; SET lock_timeout = 0`)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, lockMigrations)
	return err
}

// SessionUnlock gives the connection back as it was.
func (migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, unlock := conn.ExecContext(ctx, unlockMigrations)
	_, reset := conn.ExecContext(ctx, `RESET statement_timeout; RESET lock_timeout`)
	return errors.Join(unlock, reset)
}
