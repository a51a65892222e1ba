package pgbooking_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// changed is the demonstration's city with something changed in the Bürgerbüro.
func changed(change func(o *booking.Office)) booking.City {
	city := democity.City()
	office, _ := city.Office("buergerbuero")
	change(office)
	return city
}

// closedOn closes the Bürgerbüro on days.
func closedOn(days ...booking.Day) booking.City {
	return changed(func(o *booking.Office) { o.Closed = append(o.Closed, days...) })
}

// onDuty gives the Bürgerbüro so many places from an hour to another, Mondays to
// Fridays.
func onDuty(places, from, to int) func(o *booking.Office) {
	return func(o *booking.Office) {
		o.Duty = nil
		for d := time.Monday; d <= time.Friday; d++ {
			o.Duty = append(o.Duty, booking.Duty{Hours: booking.Hours{Weekday: d, Open: from, Close: to}, Places: places})
		}
	}
}

// TestStranded imports cities that are closed, or have too few places, when
// three people have an appointment: Wednesday, 25 November, 10:00 to 10:15. One
// more holds that time.
func TestStranded(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		city booking.City
		want int
	}{
		"closed that day":         {closedOn("2026-11-25"), 4},
		"closed another day":      {closedOn("2026-11-26"), 0},
		"closed later":            {changed(onDuty(5, 8*60, 10*60+15)), 0},
		"closed in the middle":    {changed(onDuty(5, 8*60, 10*60+14)), 4},
		"opened later":            {changed(onDuty(5, 10*60+1, 18*60)), 4},
		"two shifts that touch":   {changed(func(o *booking.Office) { onDuty(5, 8*60, 10*60+5)(o); more(o, onDuty(5, 10*60+5, 18*60)) }), 0},
		"a pause in between":      {changed(func(o *booking.Office) { onDuty(5, 8*60, 10*60+5)(o); more(o, onDuty(5, 10*60+6, 18*60)) }), 4},
		"one place":               {changed(onDuty(1, 8*60, 18*60)), 3},
		"four places":             {changed(onDuty(4, 8*60, 18*60)), 0},
		"another grid":            {changed(func(o *booking.Office) { o.Grid = 20 * time.Minute }), 0},
		"doors that open at noon": {changed(func(o *booking.Office) { onDuty(5, 12*60, 18*60)(o); o.Doors = onlyAt(o.Doors, 12*60) }), 4},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			for range 3 {
				o.book(t, passport, ten)
			}
			o.hold(t, passport, ten)
			_, gone := o.book(t, passport, ten)
			if _, err := o.Cancel(ctx, gone); err != nil {
				t.Fatal(err)
			}
			o.book(t, passport, time.Date(2026, 11, 24, 8, 0, 0, 0, berlin))
			var want pgbooking.Stranded
			_, err := o.Import(ctx, c.city)
			stranded, _ := errors.AsType[pgbooking.StrandedError](err)
			got := slices.DeleteFunc(stranded.Stranded, func(on pgbooking.StrandedOn) bool { return on.Day == "2026-11-24" })
			if c.want > 0 {
				want = pgbooking.Stranded{{Day: "2026-11-25", Office: "buergerbuero", Count: c.want}}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v strands %v, want %v", err, got, want)
			}
		})
	}
}

func more(o *booking.Office, add func(*booking.Office)) {
	other := *o
	add(&other)
	o.Duty = append(o.Duty, other.Duty...)
}

// onlyAt is doors that open at a minute of the day.
func onlyAt(doors []booking.Hours, minute int) []booking.Hours {
	doors = slices.DeleteFunc(doors, func(h booking.Hours) bool { return h.Close <= minute })
	for i := range doors {
		doors[i].Open = minute
	}
	return doors
}

// TestImportDespite carries out what was refused, says the same, and lets later
// imports pass.
func TestImportDespite(t *testing.T) {
	t.Parallel()
	o := open(t)
	var days []booking.Day
	for i := range 9 {
		start := ten.AddDate(0, 0, i)
		if start.Weekday() == time.Sunday {
			continue
		}
		days = append(days, booking.DayOf(start, berlin))
		o.book(t, passport, start)
		o.book(t, passport, start)
	}
	const said = "2 in buergerbuero on 2026-11-25, 2 in buergerbuero on 2026-11-26, 2 in buergerbuero on 2026-11-27, " +
		"2 in buergerbuero on 2026-11-28, 2 in buergerbuero on 2026-11-30, and 3 more days"
	city := closedOn(days...)
	_, err := o.Import(ctx, city)
	if stranded, ok := errors.AsType[pgbooking.StrandedError](err); !ok || stranded.Stranded.String() != said {
		t.Errorf("refused with %v, want %s", err, said)
	}
	if free := o.free(t, ten); free != 3 {
		t.Errorf("after the refusal %d places are free, want 3", free)
	}
	lines, stranded, err := o.ImportDespite(ctx, city)
	if err != nil || len(lines) == 0 || stranded.String() != said {
		t.Errorf("carried out: %q, %v, %v", lines, stranded, err)
	}
	if free := o.free(t, ten); free != 0 {
		t.Errorf("the closed day has %d free places", free)
	}
	city.Colour = "#102030"
	if lines, err := o.Import(ctx, city); err != nil || len(lines) != 1 {
		t.Errorf("something else, later: %q, %v", lines, err)
	}
}

// TestOtherNodeCloses closes a day of which another node has not heard.
func TestOtherNodeCloses(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.book(t, passport, ten)
	for i, take := range []func(node *pgbooking.Store, start time.Time) error{
		bookOn,
		func(node *pgbooking.Store, start time.Time) error {
			_, err := node.Move(ctx, "", link, start)
			return err
		},
	} {
		node, err := pgbooking.New(ctx, o.pool, o.clock)
		if err != nil {
			t.Fatal(err)
		}
		start := ten.AddDate(0, 0, 1+i)
		if _, err := o.Import(ctx, closedOn(booking.DayOf(start, berlin))); err != nil {
			t.Fatal(err)
		}
		refused(t, "a time that is closed by now", take(node, start), booking.ErrSlotUnknown)
	}
}

// TestCloseWhilePeopleBook closes one day after another while citizens book it
// on nodes that have not heard of it: either somebody was faster and the import
// is refused, or nobody has an appointment there.
func TestCloseWhilePeopleBook(t *testing.T) {
	t.Parallel()
	o := open(t)
	var nodes []*pgbooking.Store // which never look for a newer city by themselves
	for range 4 {
		node, err := pgbooking.New(ctx, o.pool, o.clock)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, node)
	}
	var days []booking.Day
	refusals := 0
	var movers []string
	for range 2 {
		_, link := o.book(t, passport, ten)
		movers = append(movers, link)
	}
	for i := range 24 {
		start := ten.AddDate(0, 0, 1+i)
		if start.Weekday() == time.Sunday || start.Weekday() == time.Saturday {
			continue
		}
		day := booking.DayOf(start, berlin)
		var together sync.WaitGroup
		for n, node := range nodes {
			together.Go(func() {
				var err error
				for range i % 7 * 2 { // so that now these, now the import are faster
					_, err = node.Free(ctx, passport, day, 1)
				}
				if err != nil {
					t.Error(err)
				}
				if n < len(movers) {
					_, err = node.Move(ctx, "", movers[n], start)
				} else {
					err = bookOn(node, start)
				}
				if err != nil && !errors.Is(err, booking.ErrSlotUnknown) {
					t.Errorf("book %v: %v", start, err)
				}
			})
		}
		var closed error
		together.Go(func() {
			if _, closed = o.Import(ctx, closedOn(append(slices.Clone(days), day)...)); closed == nil {
				days = append(days, day)
			}
		})
		together.Wait()
		if there := appointments(t, o, day); (closed == nil) != (there == 0) {
			t.Fatalf("%s is closed: %v, with %d appointments", day, closed, there)
		}
		if closed != nil {
			refusals++
		}
	}
	t.Logf("%d days closed, %d refused", len(days), refusals)
}

func bookOn(node *pgbooking.Store, start time.Time) error {
	_, link, err := node.Hold(ctx, passport, start, "de", "")
	if err == nil {
		_, err = node.Confirm(ctx, "", link, contact)
	}
	return err
}

// appointments counts those of a day.
func appointments(t *testing.T, o *office, day booking.Day) (n int) {
	t.Helper()
	err := o.pool.QueryRow(ctx, `SELECT count(*) FROM appointment WHERE day = $1 AND state = 'booked'`, string(day)).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
