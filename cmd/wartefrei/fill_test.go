package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/cmd/wartefrei/play"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/web"
)

// TestKillWhileFilling kills the program in the middle of what it does before
// it serves: while it adds its accounts, while it books, and while it plays the
// morning. The next start fills the day as one that nobody has disturbed.
func TestKillWhileFilling(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	for _, c := range []struct {
		while string
		under func() bool
	}{
		{"accounts are added", func() bool { return ask(t, data, `SELECT count(*) FROM account`) > 0 }},
		{"people book", func() bool { return ask(t, data, `SELECT count(*) FROM appointment WHERE state = 'booked'`) > 20 }},
		{"people come", func() bool { return ask(t, data, `SELECT count(*) FROM queue_event WHERE kind = 'join'`) > 0 }},
		{"somebody is served", func() bool { return ask(t, data, `SELECT count(*) FROM queue_event WHERE kind = 'came'`) > 0 }},
	} {
		p := start(t, data)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the program said while %s: %s", c.while, p.said.String())
			}
		})
		// At some hours nobody comes to an office: on a Friday afternoon to the last one.
		eventually(t, c.while, func() bool { return c.under() || strings.Contains(p.said.String(), "msg=serving") })
		p.Process.Kill()
		p.Wait()
		// A start waits for them too, but on a slow machine not for long enough; see TestKill.
		eventually(t, "its servers have ended", func() bool { return len(workingBelow(data)) == 0 })
	}
	p := start(t, data)
	url := p.serving(t)
	pool, clock := clockOf(t, data)
	now := clock.Now().Add(-10 * time.Minute) // the kills have taken time since
	found := whoCame(t, pool, now)
	if want := undisturbed(t, now); !slices.Equal(found, want) {
		t.Errorf("filled after kills: %d lines\n%q\nundisturbed: %d lines\n%q", len(found), found, len(want), want)
	}
	secrets, err := os.ReadFile(filepath.Join(data, "secrets.json"))
	if err != nil || ask(t, data, `SELECT count(*) FROM account WHERE initial IS NOT NULL`) != 0 {
		t.Errorf("some accounts at %s do not have the password of %s, %v", url, secrets, err)
	}
}

// TestForwardToAnotherDay puts the clock forward to the middle of another day's
// morning, on which people came at their times, not all in this moment.
func TestForwardToAnotherDay(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	start(t, data).serving(t)
	city := democity.City()
	pool, clock := clockOf(t, data)
	busy, err := busyMoment(&city, clock.Now().Add(20*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := clock.Forward(t.Context(), busy.Sub(clock.Now())); err != nil {
		t.Fatal(err)
	}
	want := undisturbed(t, busy)
	eventually(t, "the other day's people have come", func() bool { return slices.Equal(whoCame(t, pool, busy), want) })
}

// ask asks the database of a demonstration that may not be there yet: -1.
func ask(t *testing.T, data, query string) (n int) {
	pool, err := pgxpool.New(t.Context(), "postgres:///postgres?user=wartefrei&sslmode=disable&host="+filepath.Join(data, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		return -1
	}
	return n
}

// clockOf opens the database and the office clock of a running demonstration.
func clockOf(t *testing.T, data string) (*pgxpool.Pool, *pg.Clock) {
	t.Helper()
	at, ok := findRunning(data)
	if !ok {
		t.Fatal("the demonstration does not say where it runs")
	}
	return installation{environment: []string{"WARTEFREI_POSTGRES_URL=" + at.Postgres}}.officeClock(t)
}

// whoCame lists what a running demonstration was filled with until an instant.
func whoCame(t *testing.T, pool *pgxpool.Pool, until time.Time) []string {
	t.Helper()
	bookings, err := pgbooking.New(t.Context(), pool, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return lines(t, bookings, pool, until)
}

// undisturbed lists what a demonstration is filled with in which nobody was killed.
func undisturbed(t *testing.T, now time.Time) []string {
	t.Helper()
	city := democity.City()
	local := now.In(city.Location())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, city.Location())
	pool := pgtest.New(t)
	bookings, err := pgbooking.New(t.Context(), pool, func() time.Time { return midnight })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Import(t.Context(), city); err != nil {
		t.Fatal(err)
	}
	holidays, err := calholiday.In(city.State)
	if err != nil {
		t.Fatal(err)
	}
	line := redisqueue.New(redistest.New(t), pgjournal.New(pool))
	players := &play.Players{City: bookings.City, Holidays: holidays,
		Town: &play.Rooms{City: bookings.City, Bookings: bookings, Line: line, NewTicket: web.NewTicketID}}
	if err := players.Book(t.Context(), bookings, city.Day(now)); err != nil {
		t.Fatal(err)
	}
	if err := players.Fill(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return lines(t, bookings, pool, now)
}

// lines are the appointments of a day, and who came in the last two hours of it.
func lines(t *testing.T, bookings *pgbooking.Store, pool *pgxpool.Pool, now time.Time) (lines []string) {
	t.Helper()
	for _, office := range bookings.City().Offices() {
		appointments, err := bookings.Day(t.Context(), office.ID, bookings.City().Day(now))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range appointments {
			lines = append(lines, fmt.Sprint("booked ", office.ID, a.Start.UTC(), a.Place, a.Choices, a.State))
		}
		lines = append(lines, joined(t, pool, office.ID, now)...)
	}
	slices.Sort(lines)
	return lines
}

// joined is who came: what their tickets are for now may be something else.
func joined(t *testing.T, pool *pgxpool.Pool, office booking.OfficeID, now time.Time) (lines []string) {
	t.Helper()
	for _, e := range recorded(t, pool, office) {
		if e.Kind != (queue.Join{}.Kind()) {
			continue
		}
		x := e.Tickets[0]
		came := time.UnixMilli(x.Arrived)
		if came.After(now.Add(-2*time.Hour)) && !came.After(now) {
			lines = append(lines, fmt.Sprint("came ", office, came.UTC(), x.Class, x.Services))
		}
	}
	return lines
}

// recorded is all that an office has recorded.
func recorded(t *testing.T, pool *pgxpool.Pool, office booking.OfficeID) (events []queue.Event) {
	t.Helper()
	rows, err := pool.Query(t.Context(), "SELECT event::text FROM queue_event WHERE office = $1 ORDER BY version", office)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		e, err := pgjournal.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e.Event)
	}
	return events
}
