package booking_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/democity"
)

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

func at(t testing.TB, wall string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04:05", wall, berlin)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func calendar(t testing.TB, office booking.OfficeID) booking.Calendar {
	t.Helper()
	city := democity.City()
	holidays, err := calholiday.In(city.State)
	if err != nil {
		t.Fatal(err)
	}
	o, ok := city.Office(office)
	if !ok {
		t.Fatalf("no office %s", office)
	}
	return booking.Calendar{Office: o, Zone: berlin, Holidays: holidays}
}

// allDay is an office with one place, open every minute of every day.
func allDay() booking.Calendar {
	o := &booking.Office{Grid: 30 * time.Minute, Horizon: 10000 * time.Hour}
	for d := range time.Weekday(7) {
		o.Duty = append(o.Duty, booking.Duty{Hours: booking.Hours{Weekday: d, Close: 24 * 60}, Places: 1})
	}
	return booking.Calendar{Office: o, Zone: berlin, Holidays: func(booking.Day) string { return "" }}
}

func TestClockChanges(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-10-01 08:00:00")
	for _, c := range []struct {
		day         booking.Day
		slots       int
		first, last string // in UTC
	}{
		{"2026-10-24", 48, "2026-10-23T22:00:00Z", "2026-10-24T21:30:00Z"},
		{"2026-10-25", 50, "2026-10-24T22:00:00Z", "2026-10-25T22:30:00Z"}, // 25 hours
		{"2027-03-28", 46, "2027-03-27T23:00:00Z", "2027-03-28T21:30:00Z"}, // 23 hours
	} {
		day := allDay().FreeTimes(30*time.Minute, c.day, 1, nil, now)[0]
		if len(day.Slots) != c.slots || day.Free != c.slots {
			t.Errorf("%s: %d slots, room for %d, want %d", c.day, len(day.Slots), day.Free, c.slots)
			continue
		}
		first, last := day.Slots[0].Start.UTC().Format(time.RFC3339), day.Slots[c.slots-1].Start.UTC().Format(time.RFC3339)
		if first != c.first || last != c.last {
			t.Errorf("%s: from %s to %s, want %s to %s", c.day, first, last, c.first, c.last)
		}
		for i, slot := range day.Slots[1:] {
			if slot.Start.Sub(day.Slots[i].Start) != 30*time.Minute {
				t.Errorf("%s: %v follows %v", c.day, slot.Start, day.Slots[i].Start)
			}
		}
	}
	// Duty from 08:00 is at 08:00 by the wall clock on both sides of a change.
	for _, day := range calendar(t, "buergerbuero").FreeTimes(15*time.Minute, "2026-10-23", 4, nil, now) {
		if !day.Closed && day.Slots[0].Start.Format("15:04") != "08:00" {
			t.Errorf("%s begins at %s", day.Day, day.Slots[0].Start)
		}
	}
}

func TestClosedDays(t *testing.T) {
	t.Parallel()
	days := calendar(t, "buergerbuero").FreeTimes(15*time.Minute, "2026-12-20", 14, nil, at(t, "2026-12-01 08:00:00"))
	var closed []booking.Day
	for _, d := range days {
		if d.Closed {
			closed = append(closed, d.Day)
		}
		if d.Closed != (len(d.Slots) == 0) {
			t.Errorf("%s: closed %v with %d slots", d.Day, d.Closed, len(d.Slots))
		}
	}
	want := []booking.Day{"2026-12-20", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-31", "2027-01-01"}
	if !slices.Equal(closed, want) {
		t.Errorf("closed on %v, want %v", closed, want)
	}
	if days[5].Holiday == "" {
		t.Error("25 December has no name")
	}
}

func TestLeadAndHorizon(t *testing.T) {
	t.Parallel()
	c, now := calendar(t, "buergerbuero"), at(t, "2026-11-24 09:01:30")
	days := c.FreeTimes(15*time.Minute, "2026-11-23", 100, nil, now)
	if len(days[0].Slots) != 0 || days[0].Closed {
		t.Errorf("yesterday: closed %v, %d slots", days[0].Closed, len(days[0].Slots))
	}
	if got := days[1].Slots[0].Start; !got.Equal(at(t, "2026-11-24 10:05:00")) {
		t.Errorf("an hour from now the first slot is %v", got)
	}
	for _, d := range days {
		if d.Day > "2027-02-22" && len(d.Slots) > 0 {
			t.Errorf("%s lies after 90 days", d.Day)
		}
	}
	if days[91].Day != "2027-02-22" || len(days[91].Slots) == 0 {
		t.Errorf("the 90th day, %s, has no slots", days[91].Day)
	}
	if got := c.FreeTimes(15*time.Minute, "tomorrow", 3, nil, now); got != nil {
		t.Errorf("a day that is none: %v", got)
	}
}

// TestFreeTimesModel holds FreeTimes against the plain reading of the rules:
// a start is free at each place that is on duty for the whole of it and not taken.
func TestFreeTimesModel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	now := at(t, "2026-10-22 07:30:00")
	for range 40 {
		c := randomCalendar(random)
		length := time.Duration(1+random.IntN(20)) * 5 * time.Minute
		taken := randomTaken(random, c, at(t, "2026-10-22 00:00:00"))
		for _, day := range c.FreeTimes(length, "2026-10-22", 6, taken, now) {
			want := modelDay(t, c, day.Day, length, taken, now)
			if !slices.EqualFunc(day.Slots, want, sameSlot) {
				t.Fatalf("%s, %v, duty %v, taken %v:\ngot  %v\nwant %v", day.Day, length, c.Office.Duty, taken, day.Slots, want)
			}
		}
	}
}

func sameSlot(a, b booking.Slot) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.Free == b.Free
}

func randomCalendar(random *rand.Rand) booking.Calendar {
	grids := []time.Duration{5, 10, 15, 20}
	o := &booking.Office{Grid: grids[random.IntN(4)] * time.Minute, Horizon: 5 * 24 * time.Hour, Closed: []booking.Day{"2026-10-23"}}
	for range 25 {
		open := random.IntN(23 * 60)
		hours := booking.Hours{Weekday: time.Weekday(random.IntN(7)), Open: open, Close: open + 1 + random.IntN(24*60-open)}
		o.Duty = append(o.Duty, booking.Duty{Hours: hours, Places: 1 + random.IntN(4)})
	}
	return booking.Calendar{Office: o, Zone: berlin, Holidays: func(booking.Day) string { return "" }}
}

// randomTaken takes times that do not overlap at a place, in any order, also
// where no duty is.
func randomTaken(random *rand.Rand, c booking.Calendar, from time.Time) []booking.Taken {
	var taken []booking.Taken
	for place := range 6 {
		for t := from; t.Before(from.AddDate(0, 0, 7)); {
			t = t.Add(time.Duration(random.IntN(300)) * time.Minute)
			end := t.Add(time.Duration(1+random.IntN(90)) * time.Minute)
			taken = append(taken, booking.Taken{Place: place + 1, Start: t, End: end})
			t = end
		}
	}
	random.Shuffle(len(taken), func(i, j int) { taken[i], taken[j] = taken[j], taken[i] })
	return taken
}

func modelDay(t *testing.T, c booking.Calendar, day booking.Day, length time.Duration, taken []booking.Taken, now time.Time) []booking.Slot {
	t.Helper()
	var slots []booking.Slot
	for start := at(t, string(day)+" 00:00:00"); booking.DayOf(start, berlin) == day; start = start.Add(time.Minute) {
		if start.Before(now.Add(c.Office.Lead)) || day > booking.DayOf(now.Add(c.Office.Horizon), berlin) {
			continue
		}
		slot := booking.Slot{Start: start, End: start.Add(length)}
		for _, place := range c.Places(start, length) {
			if !slices.ContainsFunc(taken, func(t booking.Taken) bool {
				return t.Place == place && t.Start.Before(slot.End) && slot.Start.Before(t.End)
			}) {
				slot.Free++
			}
		}
		if slot.Free > 0 {
			slots = append(slots, slot)
		}
	}
	return slots
}

func TestRoom(t *testing.T) {
	t.Parallel()
	c := allDay()
	taken := []booking.Taken{
		{Place: 1, Start: at(t, "2026-11-24 00:00:00"), End: at(t, "2026-11-24 08:00:00")},
		{Place: 1, Start: at(t, "2026-11-24 10:00:00"), End: at(t, "2026-11-24 22:50:00")},
	}
	day := c.FreeTimes(45*time.Minute, "2026-11-24", 1, taken, at(t, "2026-11-23 00:00:00"))[0]
	if len(day.Slots) != 4 || day.Free != 3 { // 08:00 08:30 09:00, and 23:00; 45 minutes take an hour of the grid
		t.Errorf("%d starts and room for %d, want 4 and 3", len(day.Slots), day.Free)
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	c, now := calendar(t, "buergerbuero"), at(t, "2026-11-24 09:00:00")
	for _, o := range []struct {
		start  string
		places int
		err    error
	}{
		{"2026-11-24 10:00:00", 5, nil},
		{"2026-11-24 09:55:00", 5, nil}, // was offered when the page was made
		{"2026-11-24 09:45:00", 0, booking.ErrSlotUnknown},
		{"2026-11-24 09:00:00", 0, booking.ErrPast},
		{"2026-11-25 11:50:00", 3, nil}, // two places end at 12
		{"2026-11-25 17:50:00", 0, booking.ErrSlotUnknown},
		{"2026-11-25 10:01:00", 0, booking.ErrSlotUnknown},
		{"2026-11-25 10:00:01", 0, booking.ErrSlotUnknown},
		{"2026-11-29 10:00:00", 0, booking.ErrSlotUnknown}, // Sunday
		{"2026-12-24 10:00:00", 0, booking.ErrSlotUnknown},
		{"2026-12-25 10:00:00", 0, booking.ErrSlotUnknown},
		{"2027-02-23 10:00:00", 0, booking.ErrSlotUnknown},
	} {
		places, err := c.Offer(at(t, o.start), 15*time.Minute, now)
		if len(places) != o.places || err != o.err {
			t.Errorf("%s: %v, %v; want %d places, %v", o.start, places, err, o.places, o.err)
		}
	}
}

func BenchmarkFreeTimes(b *testing.B) {
	c, now := calendar(b, "buergerbuero"), at(b, "2026-11-24 07:00:00")
	var taken []booking.Taken
	for start := now; len(taken) < 5000; start = start.Add(15 * time.Minute) {
		for place := range 5 {
			taken = append(taken, booking.Taken{Place: place + 1, Start: start, End: start.Add(15 * time.Minute)})
		}
	}
	for b.Loop() {
		c.FreeTimes(35*time.Minute, "2026-11-24", 90, taken, now)
	}
}
