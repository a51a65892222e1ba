package pgbooking_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// TestManyWantOneTime lets 60 citizens hold the same time, while holds that
// are over still lie on some of its places.
func TestManyWantOneTime(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 3 {
		o.hold(t, passport, ten.Add(10*time.Minute))
	}
	o.wait(10 * time.Minute)
	var held, taken atomic.Int64
	var citizens sync.WaitGroup
	for range 60 {
		citizens.Go(func() {
			switch _, _, err := o.Hold(ctx, passport, ten, "de", ""); {
			case err == nil:
				held.Add(1)
			case errors.Is(err, booking.ErrSlotTaken):
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	citizens.Wait()
	if held.Load() != 5 || taken.Load() != 55 {
		t.Errorf("%d of 60 hold a time with 5 places, %d were told that it is taken", held.Load(), taken.Load())
	}
	if n := o.overlaps(t); n != 0 {
		t.Errorf("%d overlaps", n)
	}
}

// TestNothingIsSoldTwice lets citizens do what they like on one morning, while
// time passes.
func TestNothingIsSoldTwice(t *testing.T) {
	t.Parallel()
	o := open(t)
	expected := []error{nil, booking.ErrSlotTaken, booking.ErrHoldExpired, booking.ErrCancelled, booking.ErrUnknown}
	var citizens sync.WaitGroup
	for citizen := range 8 {
		citizens.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(citizen)))
			link := ""
			for step := range 60 {
				err := o.anything(random, &link)
				if !anyOf(err, expected) {
					t.Errorf("citizen %d, step %d: %v", citizen, step, err)
				}
			}
		})
	}
	citizens.Wait()
	if n := o.overlaps(t); n != 0 {
		t.Errorf("%d overlaps", n)
	}
	var booked, coded int
	err := o.pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state <> 'held'), (SELECT count(*) FROM appointment_code)
		FROM appointment`).Scan(&booked, &coded)
	if err != nil || booked == 0 || booked != coded {
		t.Errorf("%d appointments, %d codes, %v", booked, coded, err)
	}
}

// TestMovedTogether moves one appointment to two days at once, again and again:
// its code is that of the day on which it ends.
func TestMovedTogether(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.book(t, passport, ten)
	for range 25 {
		var windows sync.WaitGroup
		for window := range 4 {
			windows.Go(func() {
				if _, err := o.Move(ctx, "", link, ten.AddDate(0, 0, window%2)); err != nil {
					t.Error(err)
				}
			})
		}
		windows.Wait()
		a, err := o.ByLink(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		found, err := o.ByCode(ctx, "fischmarkt", booking.DayOf(a.Start, berlin), o.Code(a))
		if err != nil || found.ID != a.ID {
			t.Fatalf("on %v its code finds %v, %v", a.Start, found.ID, err)
		}
	}
}

func (o *office) anything(random *rand.Rand, link *string) error {
	wish := booking.Wish{Office: "buergerbuero", Services: []booking.Choice{{Service: "anmeldung", Persons: 1 + random.IntN(4)}}}
	start := ten.Add(time.Duration(random.IntN(12)) * 5 * time.Minute)
	var err error
	switch random.IntN(8) {
	case 0, 1, 2:
		var next string
		if _, next, err = o.Hold(ctx, wish, start, "de", *link); err == nil {
			*link = next
		}
	case 3, 4:
		_, err = o.Confirm(ctx, "", *link, contact)
	case 5:
		_, err = o.Cancel(ctx, *link)
	case 6:
		_, err = o.Move(ctx, "", *link, start)
	case 7:
		o.wait(time.Duration(random.IntN(90)) * time.Second)
	}
	return err
}

func anyOf(err error, list []error) bool {
	for _, e := range list {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// TestClockChangeDays books every start of the days of 23 and 25 hours once.
func TestClockChangeDays(t *testing.T) {
	t.Parallel()
	city := democity.City()
	o, _ := city.Office("buergerbuero")
	o.Doors, o.Duty = nil, nil
	for d := range time.Weekday(7) {
		hours := booking.Hours{Weekday: d, Close: 24 * 60}
		o.Doors, o.Duty = append(o.Doors, hours), append(o.Duty, booking.Duty{Hours: hours, Places: 1})
	}
	o.Grid, o.Services[2].Minutes = 15*time.Minute, 15 // Reisepass
	for _, c := range []struct {
		day   booking.Day
		now   time.Time
		slots int
	}{
		{"2026-10-25", time.Date(2026, 10, 24, 12, 0, 0, 0, berlin), 100},
		{"2027-03-28", time.Date(2027, 3, 27, 12, 0, 0, 0, berlin), 92},
	} {
		t.Run(string(c.day), func(t *testing.T) {
			t.Parallel()
			at := open(t)
			at.mu.Lock()
			at.now = c.now
			at.mu.Unlock()
			if _, err := at.Import(ctx, city); err != nil {
				t.Fatal(err)
			}
			days, err := at.Free(ctx, passport, c.day, 1)
			if err != nil || len(days[0].Slots) != c.slots {
				t.Fatalf("%d slots, %v; want %d", len(days[0].Slots), err, c.slots)
			}
			for _, slot := range days[0].Slots {
				at.hold(t, passport, slot.Start)
				_, _, err := at.Hold(ctx, passport, slot.Start, "de", "")
				refused(t, "the same time again", err, booking.ErrSlotTaken)
			}
			if days, err = at.Free(ctx, passport, c.day, 1); err != nil || len(days[0].Slots) != 0 || days[0].Free != 0 {
				t.Errorf("all are held, but %d are free, %v", len(days[0].Slots), err)
			}
		})
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	o := open(t)
	if lines, err := o.Import(ctx, democity.City()); err != nil || len(lines) != 0 {
		t.Errorf("imported again: %q, %v", lines, err)
	}
	city := democity.City()
	city.Houses[0].Offices[0].Services[0].Minutes = 20
	lines, err := o.Import(ctx, city)
	if err != nil || len(lines) != 1 || !strings.HasSuffix(lines[0], ".minutes: 15 → 20") {
		t.Errorf("one thing changed: %q, %v", lines, err)
	}
	if got := o.City().Houses[0].Offices[0].Services[0].Minutes; got != 20 {
		t.Errorf("the city in force says %d minutes", got)
	}
	other, err := pgbooking.New(ctx, o.pool, o.clock) // another node
	if err != nil || len(booking.Diff(*other.City(), city)) != 0 {
		t.Errorf("another node reads %q, %v", booking.Diff(*other.City(), city), err)
	}
	city.Houses[0].Offices[0].Services[0].Minutes = 0
	if _, err := o.Import(ctx, city); err == nil || !strings.Contains(err.Error(), "services[0].minutes") {
		t.Errorf("a wrong city: %v", err)
	}
	var versions int
	if err := o.pool.QueryRow(ctx, `SELECT count(*) FROM city`).Scan(&versions); err != nil || versions != 2 {
		t.Errorf("%d versions of the city, %v; want 2", versions, err)
	}
}

func TestImportKeepsWhatIsBooked(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.book(t, passport, ten)
	withoutService := democity.City()
	office, _ := withoutService.Office("buergerbuero")
	office.Services = append(office.Services[:2:2], office.Services[3:]...) // no Reisepass
	withoutOffice := democity.City()
	withoutOffice.Houses[0].Offices = withoutOffice.Houses[0].Offices[1:]
	for what, city := range map[string]booking.City{"service": withoutService, "office": withoutOffice} {
		_, err := o.Import(ctx, city)
		if !errors.Is(err, pgbooking.ErrStillBooked) || !strings.Contains(err.Error(), "reisepass in buergerbuero") {
			t.Errorf("a city without the %s: %v", what, err)
		}
		if _, err := o.Free(ctx, passport, "2026-11-26", 1); err != nil {
			t.Errorf("after the refusal: %v", err)
		}
	}
	o.wait(28 * time.Hour) // over
	if _, err := o.Import(ctx, withoutService); err != nil {
		t.Errorf("when it is over: %v", err)
	}
}

// TestNoSecretInClear looks for link and code in everything that is stored.
func TestNoSecretInClear(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, link := o.book(t, passport, ten)
	code := o.Code(a)
	for _, table := range []string{"appointment", "appointment_link", "appointment_code", "city", "installation"} {
		var text string
		err := o.pool.QueryRow(ctx, fmt.Sprintf(`SELECT coalesce(string_agg(%[1]s::text, ' '), '') FROM %[1]s`, table)).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}
		for what, secret := range map[string]string{"link": link, "code": code,
			"link in hex": fmt.Sprintf("%x", link), "code in hex": fmt.Sprintf("%x", code)} {
			if strings.Contains(text, secret) {
				t.Errorf("table %s has the %s", table, what)
			}
		}
	}
}

func TestCodesDiffer(t *testing.T) {
	t.Parallel()
	o := open(t)
	seen := map[string]bool{}
	for place := range 5 {
		for i := range 8 {
			a, _ := o.book(t, passport, ten.Add(time.Duration(i)*15*time.Minute))
			if code := o.Code(a); len(code) != 8 || seen[code] {
				t.Errorf("place %d: code %q, seen before: %v", place+1, code, seen[code])
			} else {
				seen[code] = true
			}
		}
	}
}
