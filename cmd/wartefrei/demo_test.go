package main

import (
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/democity"
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
