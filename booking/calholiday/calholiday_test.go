package calholiday_test

import (
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
)

func TestBadenWürttemberg(t *testing.T) {
	t.Parallel()
	holidays, err := calholiday.In("DE-BW")
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int][]booking.Day{
		2026: {"2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25",
			"2026-06-04", "2026-10-03", "2026-11-01", "2026-12-25", "2026-12-26"},
		2027: {"2027-01-01", "2027-01-06", "2027-03-26", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-17",
			"2027-05-27", "2027-10-03", "2027-11-01", "2027-12-25", "2027-12-26"},
	} {
		if got := of(holidays, year); !slices.Equal(got, want) {
			t.Errorf("%d: got %v, want %v", year, got, want)
		}
	}
	if got := holidays("2026-06-04"); got != "Fronleichnam" {
		t.Errorf("2026-06-04 is %q", got)
	}
}

// of lists the holidays of a year.
func of(holidays booking.Holidays, year int) []booking.Day {
	var days []booking.Day
	for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
		if day := booking.DayOf(d, time.UTC); holidays(day) != "" {
			days = append(days, day)
		}
	}
	return days
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, state := range booking.States {
		holidays, err := calholiday.In(state)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := of(holidays, 2026); len(got) < 9 || !slices.Contains(got, "2026-10-03") {
			t.Errorf("%s has %v", state, got)
		}
		if got := holidays("x"); got != "" {
			t.Errorf("%s: no day is %q", state, got)
		}
	}
	if _, err := calholiday.In("BW"); err == nil {
		t.Error("BW is known")
	}
	if mv, err := calholiday.In("DE-MV"); err != nil || mv("2027-03-08") != "Frauentag" {
		t.Error("Mecklenburg-Vorpommern lacks its Frauentag")
	}
}
