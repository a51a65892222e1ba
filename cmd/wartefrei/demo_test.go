package main

import (
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// TestBusyMoment looks for a lively moment at any hour, on Sundays, holidays
// and closing days: the demonstration's clock only goes forward.
func TestBusyMoment(t *testing.T) {
	t.Parallel()
	city := democity.City()
	for from, want := range map[string]string{
		"2026-11-24T10:00:00+01:00": "2026-11-24T10:00:00+01:00", // open
		"2026-11-24T03:00:00+01:00": "2026-11-24T09:26:00+01:00", // before it opens
		"2026-11-24T17:30:00+01:00": "2026-11-25T09:26:00+01:00", // about to close
		"2026-11-24T23:59:00+01:00": "2026-11-25T09:26:00+01:00",
		"2026-11-29T12:00:00+01:00": "2026-11-30T09:26:00+01:00", // Sunday
		"2026-12-23T20:00:00+01:00": "2026-12-28T09:26:00+01:00", // Christmas, and a Sunday
		"2026-03-28T20:00:00+01:00": "2026-03-30T09:26:00+02:00", // over the day of 23 hours
	} {
		start, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		got, err := busyMoment(&city, start)
		if err != nil {
			t.Fatal(err)
		}
		if said := got.In(city.Location()).Format(time.RFC3339); said != want {
			t.Errorf("from %s: %s, want %s", from, said, want)
		}
	}
}

// TestStartWasKilled adds accounts and terminals after a start that was killed
// in the middle of one each: the account gets the password that is told, and
// the token that nobody knows is revoked.
func TestStartWasKilled(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), pgtest.New(t)
	bookings, err := pgbooking.New(ctx, pool, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Import(ctx, democity.City()); err != nil {
		t.Fatal(err)
	}
	accounts, err := pgaccounts.New(ctx, pool, redistest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{bookings: bookings, accounts: accounts, folder: &folder{path: t.TempDir()}}
	if _, err := accounts.AddAccount(ctx, "keller", pgaccounts.Clerk, []booking.OfficeID{"buergerbuero"}); err != nil {
		t.Fatal(err)
	}
	if err := n.addTerminals(ctx, &secrets{Terminals: map[booking.HouseID]string{}}); err != nil { // and its secrets were not kept
		t.Fatal(err)
	}

	kept := secrets{Password: "probe-abcdefgh", Terminals: map[booking.HouseID]string{}}
	for range 2 {
		if err := n.addTerminals(ctx, &kept); err != nil {
			t.Fatal(err)
		}
		for _, a := range people(bookings.City(), kept.Password, accounts.ByName) {
			if err := n.addAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := accounts.SignIn(ctx, "keller", kept.Password, "here"); err != nil {
		t.Errorf("the account of the killed start: %v", err)
	}
	tokens, err := accounts.Tokens(ctx)
	good := slices.DeleteFunc(tokens, func(h pgaccounts.Holder) bool { return !h.Revoked.IsZero() })
	if houses := len(bookings.City().Houses); err != nil || len(good) != houses {
		t.Errorf("%d good tokens for %d houses, %v", len(good), houses, err)
	}
}

// TestPeopleStay: an office that an import puts first gets people of its own, and everybody else stays where they are.
func TestPeopleStay(t *testing.T) {
	t.Parallel()
	there := map[string]pgaccounts.Account{}
	known := func(name string) (pgaccounts.Account, bool) { a, ok := there[name]; return a, ok }
	city := democity.City()
	before := people(&city, "", known)
	for _, a := range before {
		there[a.Name] = pgaccounts.Account{Name: a.Name, Role: a.Role, Offices: []booking.OfficeID{a.Office}}
	}
	office := city.Houses[0].Offices[0]
	office.ID = "kfz"
	city.Houses[0].Offices = slices.Insert(city.Houses[0].Offices, 0, office)
	seen := map[string]bool{}
	for _, a := range people(&city, "", known) {
		if seen[a.Name] {
			t.Errorf("two are called %s", a.Name)
		}
		seen[a.Name] = true
		if was, ok := there[a.Name]; ok && a.Role != pgaccounts.Administrator && (was.Role != a.Role || was.Offices[0] != a.Office) {
			t.Errorf("%s was %s of %v and is %s of %s", a.Name, was.Role, was.Offices, a.Role, a.Office)
		}
	}
	if len(seen) != len(before)+2 || seen[""] {
		t.Errorf("%d people, want two clerks and a manager more than %d, and one clerk less: %v", len(seen), len(before), seen)
	}
}
