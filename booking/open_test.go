package booking_test

import (
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	office := booking.Office{
		Doors: []booking.Hours{
			{Weekday: time.Tuesday, Open: 8 * 60, Close: 12 * 60},
			{Weekday: time.Tuesday, Open: 14 * 60, Close: 18 * 60},
		},
		Closed: []booking.Day{"2026-11-17"},
	}
	holidays := func(d booking.Day) string {
		if d == "2026-12-01" {
			return "Feiertag"
		}
		return ""
	}
	calendar := booking.Calendar{Office: &office, Zone: zone, Holidays: holidays}
	for at, want := range map[string]bool{
		"2026-11-24T07:59:59+01:00": false,
		"2026-11-24T08:00:00+01:00": true,
		"2026-11-24T10:59:00Z":      true, // by the office's wall clock
		"2026-11-24T12:00:00+01:00": false,
		"2026-11-24T17:59:59+01:00": true,
		"2026-11-25T09:00:00+01:00": false, // another weekday
		"2026-11-17T09:00:00+01:00": false, // a closing day
		"2026-12-01T09:00:00+01:00": false, // a holiday
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Open(moment); got != want {
			t.Errorf("open at %s: %v, want %v", at, got, want)
		}
	}
}
