package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// cityFile writes the demonstration's city with something changed.
func cityFile(t *testing.T, change func(*booking.City)) string {
	t.Helper()
	city := democity.City()
	change(&city)
	content, err := json.Marshal(city)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "city.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// without takes services out of an office.
func without(id booking.OfficeID, services ...booking.ServiceID) func(*booking.City) {
	return func(c *booking.City) {
		office, _ := c.Office(id)
		office.Services = slices.DeleteFunc(office.Services, func(s booking.Service) bool { return slices.Contains(services, s.ID) })
	}
}

// officeClock opens the installation's database and its office clock.
func (i installation) officeClock(t *testing.T) (*pgxpool.Pool, *pg.Clock) {
	t.Helper()
	var url string
	for _, set := range i.environment {
		if value, ok := strings.CutPrefix(set, "WARTEFREI_POSTGRES_URL="); ok {
			url = value
		}
	}
	pool, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	clock, err := pg.NewClock(t.Context(), pool, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return pool, clock
}

// TestImportJudgesByTheOfficeClock removes what was booked for a day that the
// office clock has passed and the machine's has not.
func TestImportJudgesByTheOfficeClock(t *testing.T) {
	t.Parallel()
	i := install(t)
	i.must(t, "import", offenburg)
	pool, clock := i.officeClock(t)
	bookings, err := pgbooking.New(t.Context(), pool, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	wish := booking.Wish{Office: "standesamt", Services: []booking.Choice{{Service: "kirchenaustritt", Persons: 1}}}
	start := firstFree(t, bookings, wish, clock.Now().AddDate(0, 0, 20))
	_, link, err := bookings.Hold(t.Context(), wish, start, "de", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Confirm(t.Context(), link, booking.Contact{Name: "Erika Mustermann", Phone: "0781 820"}); err != nil {
		t.Fatal(err)
	}
	smaller := cityFile(t, without("standesamt", "kirchenaustritt"))
	if s := i.run(t, "", "import", smaller); s.ok || !strings.Contains(s.err, "there are appointments to come") {
		t.Errorf("before the appointment: %v, %q, %q", s.ok, s.out, s.err)
	}
	if err := clock.Forward(t.Context(), start.Sub(clock.Now())+24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if s := i.run(t, "", "import", smaller); !s.ok || !strings.Contains(s.out, "services[kirchenaustritt]: removed\n") {
		t.Errorf("a day after the appointment: %v, %q, %q", s.ok, s.out, s.err)
	}
}

// firstFree is the first time for a wish from a day on.
func firstFree(t *testing.T, bookings *pgbooking.Store, wish booking.Wish, from time.Time) time.Time {
	t.Helper()
	days, err := bookings.Free(t.Context(), wish, bookings.City().Day(from), 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range days {
		for _, slot := range day.Slots {
			return slot.Start
		}
	}
	t.Fatal("nothing is free for a month")
	return time.Time{}
}
