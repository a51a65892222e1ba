package pgbooking_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// until waits for something that Run does in its own time.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

func TestOtherNodeImports(t *testing.T) {
	t.Parallel()
	o := open(t)
	node, err := pgbooking.New(ctx, o.pool, o.clock)
	if err != nil {
		t.Fatal(err)
	}
	go node.Run(t.Context(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	city := democity.City()
	city.Colour = "#102030"
	if _, err := o.Import(ctx, city); err != nil {
		t.Fatal(err)
	}
	until(t, "the other node has the new city", func() bool { return node.City().Colour == "#102030" })
}

// TestPostgresAway stops the server. City and codes of the day are known still.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start(ctx, pgserver.Config{Folder: pgtest.Folder(t), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(ctx) })
	pool, err := pg.Open(ctx, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pg.Migrate(ctx, pool); err != nil {
		t.Fatal(err)
	}
	o := &office{pool: pool, now: ten.Add(-3 * time.Hour)}
	if o.Store, err = pgbooking.New(ctx, pool, o.clock); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Import(ctx, democity.City()); err != nil {
		t.Fatal(err)
	}
	a, _ := o.book(t, passport, ten)
	tomorrow, _ := o.book(t, passport, ten.AddDate(0, 0, 1))
	if o.Store, err = pgbooking.New(ctx, pool, o.clock); err != nil { // reads the day's codes, as Run does
		t.Fatal(err)
	}
	if err := server.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	found, err := o.ByCode(ctx, "fischmarkt", "2026-11-25", o.Code(a))
	if err != nil || found.ID != a.ID || !found.Start.Equal(ten) || found.Choices[0].Service != "reisepass" {
		t.Errorf("without PostgreSQL the code finds %+v, %v", found, err)
	}
	if found.Contact != (booking.Contact{}) {
		t.Error("memory holds a contact")
	}
	if found, err := o.ByCode(ctx, "fischmarkt", "2026-11-26", o.Code(tomorrow)); err != nil || found.ID != tomorrow.ID {
		t.Errorf("without PostgreSQL since yesterday the code finds %+v, %v", found, err)
	}
	for what, code := range map[string]string{"unknown": "00000000", "tomorrow's": o.Code(tomorrow)} {
		if _, err := o.ByCode(ctx, "fischmarkt", "2026-11-25", code); !errors.Is(err, booking.ErrUnchecked) || errors.Is(err, booking.ErrUnknown) {
			t.Errorf("without PostgreSQL, of the %s code: %v; want a failure", what, err)
		}
	}
	if _, err := o.ByCode(ctx, "hauptstrasse", "2026-11-25", o.Code(a)); err == nil {
		t.Error("without PostgreSQL a code opens in another house")
	}
	if len(o.City().Houses) == 0 {
		t.Error("the city is gone")
	}
}
