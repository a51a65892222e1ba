package pgaccounts_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

const chosen = "kirschkuchen am see"

var offices = []booking.OfficeID{"buergerbuero", "standesamt"}

// node is one node's view of the accounts.
func node(t *testing.T, pool *pgxpool.Pool, rdb *redis.Client) *pgaccounts.Store {
	t.Helper()
	s, err := pgaccounts.New(context.Background(), pool, rdb)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newStore(t *testing.T) *pgaccounts.Store {
	t.Helper()
	return node(t, pgtest.New(t), redistest.New(t))
}

// add makes an account with the chosen password.
func add(t *testing.T, s *pgaccounts.Store, name, role string) pgaccounts.Account {
	t.Helper()
	ctx := context.Background()
	if _, err := s.AddAccount(ctx, name, role, offices); err != nil {
		t.Fatal(err)
	}
	a, ok := s.ByName(name)
	if !ok {
		t.Fatalf("%s is not there after being added", name)
	}
	if err := s.SetPassword(ctx, a.ID, chosen); err != nil {
		t.Fatal(err)
	}
	a, _ = s.Account(a.ID)
	return a
}

func TestInitialPassword(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t)
	password, err := s.AddAccount(ctx, "a.meyer", pgaccounts.Clerk, offices)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.SignIn(ctx, " A.Meyer ", password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	left := time.Until(a.Initial).Hours() / 24
	if a.Role != pgaccounts.Clerk || len(a.Offices) != 2 || left < pgaccounts.InitialDays-1 || left > pgaccounts.InitialDays {
		t.Errorf("signed in as %+v", a)
	}
	for _, easy := range []string{"a.meyer2026", "Offenburg 77652", "short"} {
		if err := s.SetPassword(ctx, a.ID, easy, "Offenburg"); !errors.Is(err, pgaccounts.ErrPassword) {
			t.Errorf("SetPassword(%q) = %v", easy, err)
		}
	}
	if err := s.SetPassword(ctx, a.ID, chosen, "Offenburg"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(ctx, "a.meyer", password, "192.0.2.1"); !errors.Is(err, pgaccounts.ErrRefused) {
		t.Errorf("the initial password still opens: %v", err)
	}
	b, err := s.SignIn(ctx, "a.meyer", chosen, "192.0.2.1")
	if err != nil || !b.Initial.IsZero() || b.Generation <= a.Generation {
		t.Errorf("signed in as %+v, %v", b, err)
	}
}

func TestInitialPasswordRunsOut(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := pgtest.New(t)
	s := node(t, pool, redistest.New(t))
	password, err := s.AddAccount(ctx, "a.meyer", pgaccounts.Clerk, offices)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, "UPDATE account SET initial = now() - interval '1 second'"); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(ctx, "a.meyer", password, "192.0.2.1"); !errors.Is(err, pgaccounts.ErrRefused) {
		t.Errorf("an initial password opens after its time: %v", err)
	}
}

func TestWhoMayNotSignIn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t)
	add(t, s, "a.meyer", pgaccounts.Clerk)
	for _, c := range []struct{ name, password string }{
		{"a.meyer", "wrong and wrong"}, {"nobody", chosen}, {"", ""}, {"a.meyer", ""}, {"a.meyer\x00", chosen},
		{"a.meyer", strings.Repeat("x", 1<<16)},
	} {
		if _, err := s.SignIn(ctx, c.name, c.password, "192.0.2.1"); !errors.Is(err, pgaccounts.ErrRefused) {
			t.Errorf("SignIn(%q, %.20q) = %v", c.name, c.password, err)
		}
	}
	if err := s.Disable(ctx, "a.meyer"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(ctx, "a.meyer", chosen, "192.0.2.1"); !errors.Is(err, pgaccounts.ErrRefused) {
		t.Errorf("a disabled account signs in: %v", err)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	rdb := redistest.New(t)
	s := node(t, pgtest.New(t), rdb)
	add(t, s, "a.meyer", pgaccounts.Clerk)
	add(t, s, "b.schulz", pgaccounts.Clerk)
	try := func(name, client string) error {
		_, err := s.SignIn(ctx, name, "wrong and wrong", client)
		return err
	}
	throttled := func(tries int, next func(i int) error) bool {
		for i := range tries {
			if errors.Is(next(i), pgaccounts.ErrThrottled) {
				return true
			}
		}
		return false
	}
	// One more than the limit and what it regains while a slow machine tries.
	if !throttled(4*pgaccounts.PerName.Burst, func(int) error { return try("a.meyer", "192.0.2.1") }) {
		t.Error("one name is tried without limit")
	}
	if _, err := s.SignIn(ctx, "b.schulz", chosen, "192.0.2.2"); err != nil {
		t.Errorf("somebody else is kept out too: %v", err)
	}
	if !throttled(4*pgaccounts.PerClient.Burst, func(i int) error { return try("n"+strings.Repeat("x", i), "192.0.2.3") }) {
		t.Error("one client tries names without limit")
	}
	keys, err := rdb.Keys(ctx, "*meyer*").Result()
	if err != nil || len(keys) > 0 {
		t.Errorf("names stand in Redis: %v, %v", keys, err)
	}
}

func TestAddAccountRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newStore(t)
	add(t, s, "a.meyer", pgaccounts.Clerk)
	for _, c := range []struct {
		name, role string
		offices    []booking.OfficeID
		want       error
	}{
		{"A.Meyer", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"x", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"a meyer", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"  ", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"b.meyer\n", pgaccounts.Clerk, offices, pgaccounts.ErrName},
		{"b.meyer", pgaccounts.Clerk, append(offices, offices[0]), pgaccounts.ErrOfficeTwice},
		{"b.meyer", pgaccounts.Terminal, offices, pgaccounts.ErrRole},
		{"b.meyer", pgaccounts.Clerk, nil, pgaccounts.ErrScope},
		{"a.meyer", pgaccounts.Manager, offices, pgaccounts.ErrExists},
	} {
		if _, err := s.AddAccount(ctx, c.name, c.role, c.offices); !errors.Is(err, c.want) {
			t.Errorf("AddAccount(%q, %q, %v) = %v, want %v", c.name, c.role, c.offices, err, c.want)
		}
	}
	for what, err := range map[string]error{
		"disable": s.Disable(ctx, "nobody"), "revoke": s.Revoke(ctx, "nothing"),
		"revoke a UUID": s.Revoke(ctx, "00000000-0000-4000-8000-000000000000"),
	} {
		if !errors.Is(err, pgaccounts.ErrUnknown) {
			t.Errorf("%s = %v, want ErrUnknown", what, err)
		}
	}
}

func refusesTokens(t *testing.T, s *pgaccounts.Store) {
	t.Helper()
	for _, c := range []struct {
		holder pgaccounts.Holder
		want   error
	}{
		{pgaccounts.Holder{Role: pgaccounts.Terminal, Name: "n"}, pgaccounts.ErrScope},
		{pgaccounts.Holder{Role: pgaccounts.Terminal, Name: "n", House: "h", Offices: offices}, pgaccounts.ErrScope},
		{pgaccounts.Holder{Role: pgaccounts.Clerk, Name: "n"}, pgaccounts.ErrScope},
		{pgaccounts.Holder{Role: pgaccounts.Clerk, Name: "n", House: "h"}, pgaccounts.ErrScope},
		{pgaccounts.Holder{Role: "king", Name: "n", House: "h"}, pgaccounts.ErrRole},
		{pgaccounts.Holder{Role: pgaccounts.Clerk, Name: "n", Offices: append(offices, offices[1])}, pgaccounts.ErrOfficeTwice},
		{pgaccounts.Holder{Role: pgaccounts.Administrator}, pgaccounts.ErrTokenName},
		{pgaccounts.Holder{Role: pgaccounts.Administrator, Name: " \u00a0"}, pgaccounts.ErrTokenName},
		{pgaccounts.Holder{Role: pgaccounts.Administrator, Name: "one\ntwo"}, pgaccounts.ErrTokenName},
		{pgaccounts.Holder{Role: pgaccounts.Administrator, Name: "red\x1b[31m"}, pgaccounts.ErrTokenName},
		{pgaccounts.Holder{Role: pgaccounts.Administrator, Name: "no \xff UTF-8"}, pgaccounts.ErrTokenName},
		{pgaccounts.Holder{Role: pgaccounts.Administrator, Name: strings.Repeat("ä", 401)}, pgaccounts.ErrTokenName},
	} {
		if _, _, err := s.AddToken(t.Context(), c.holder); !errors.Is(err, c.want) {
			t.Errorf("AddToken(%+v) = %v, want %v", c.holder, err, c.want)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := pgtest.New(t)
	s := node(t, pool, redistest.New(t))
	refusesTokens(t, s)
	secret, made, err := s.AddToken(ctx, pgaccounts.Holder{Role: pgaccounts.Terminal, Name: "entrance", House: "fischmarkt"})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := s.Token(secret)
	if !ok || got.ID != made.ID || got.Role != pgaccounts.Terminal || got.House != "fischmarkt" || len(got.Offices) != 0 {
		t.Errorf("Token = %+v, %v", got, ok)
	}
	var stored int
	err = pool.QueryRow(ctx, "SELECT count(*) FROM token WHERE token::text LIKE '%' || $1 || '%'", secret[10:]).Scan(&stored)
	if err != nil || stored != 0 {
		t.Errorf("the secret stands in %d rows, %v", stored, err)
	}
	for _, wrong := range []string{"", "wartefrei_", secret + "A", strings.ToLower(secret)} {
		if _, ok := s.Token(wrong); ok {
			t.Errorf("%q is a token", wrong)
		}
	}
	if err := s.Revoke(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Token(secret); ok {
		t.Error("a revoked token is good")
	}
	all, err := s.Tokens(ctx)
	if err != nil || len(all) != 1 || all[0].Revoked.IsZero() {
		t.Errorf("Tokens = %+v, %v", all, err)
	}
}

// TestOtherNodesLearn: what one node writes is true on the others, and stays so without PostgreSQL.
func TestOtherNodesLearn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pool, rdb := pgtest.New(t), redistest.New(t)
	one, two := node(t, pool, rdb), node(t, pool, rdb)
	go two.Run(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	a := add(t, one, "a.meyer", pgaccounts.Clerk)
	await(t, "the account", func() bool { b, ok := two.Account(a.ID); return ok && b.Generation == a.Generation })
	if err := one.Disable(ctx, "a.meyer"); err != nil {
		t.Fatal(err)
	}
	await(t, "its end", func() bool { b, _ := two.Account(a.ID); return !b.Active && b.Generation > a.Generation })
	if _, err := one.ResetPassword(ctx, "a.meyer"); err != nil {
		t.Fatal(err)
	}
	await(t, "its return", func() bool { b, _ := two.Account(a.ID); return b.Active && !b.Initial.IsZero() })
	pool.Close()
	if err := two.Refresh(ctx); err == nil {
		t.Error("Refresh does not say that PostgreSQL is away")
	}
	if _, ok := two.ByName("a.meyer"); !ok {
		t.Error("accounts are forgotten without PostgreSQL")
	}
}

// await waits until something is true; a minute means never.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s never came", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
