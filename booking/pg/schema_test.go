package pg_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

var update = flag.Bool("update", false, "write schema.golden.sql")

const schema = `-- name: Schema
	SELECT line FROM (
		SELECT c.relname AS of, 1 AS part, a.attnum::int AS at, format('%s.%s %s%s%s', c.relname, a.attname,
			format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' NOT NULL' END,
			' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) AS line
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = 'public'::regnamespace
		UNION ALL
		SELECT conrelid::regclass::text, 2, 0, format('%s CONSTRAINT %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
		UNION ALL
		SELECT tablename, 3, 0, indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL
		SELECT t.tgrelid::regclass::text, 4, 0, pg_get_triggerdef(t.oid)
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
	) lines WHERE of NOT LIKE 'goose%' AND of NOT LIKE 'river%' ORDER BY of, part, at, line`

// TestSchema shows in review what a migration makes of the schema.
func TestSchema(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.New(t).Query(context.Background(), schema)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	got := "-- What the migrations make. Written by: go test ./booking/pg -run TestSchema -update\n" +
		strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile("schema.golden.sql", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.golden.sql")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("schema differs from schema.golden.sql (if meant: -update). It is now:\n%s", got)
	}
}

func TestNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := pgtest.New(t)
	if _, err := pool.Exec(ctx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
	var nodes sync.WaitGroup
	for range 5 {
		nodes.Go(func() {
			if err := pg.Migrate(ctx, pool); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	var keys int
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM installation").Scan(&keys); err != nil || keys != 1 {
		t.Errorf("%d installation keys, %v; want 1", keys, err)
	}
	var timeout string
	if err := pool.QueryRow(ctx, "SHOW statement_timeout").Scan(&timeout); err != nil || timeout != "10s" {
		t.Errorf("statement_timeout %q after migrating, %v; want 10s", timeout, err)
	}
}

func TestOpenSaysWhy(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://wartefrei:secret@/x?host=/nonexistent": "reach the database",
		"postgres://wartefrei:secret@/x?port=many":         "read the database URL",
	} {
		_, err := pg.Open(context.Background(), url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) tells the password: %v", url, err)
		}
	}
}
