package queue_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/wartefrei/wartefrei/queue"
)

func TestDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		when, err := time.ParseInLocation("2006-01-02 15:04", clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for name, c := range map[string]struct {
		class               queue.Class
		slot, arrived, want string
	}{
		"booked, early":               {queue.Booked, "2026-11-24 09:00", "2026-11-24 08:45", "2026-11-24 09:00"},
		"booked, on time":             {queue.Booked, "2026-11-24 09:00", "2026-11-24 09:00", "2026-11-24 09:00"},
		"booked, late":                {queue.Booked, "2026-11-24 09:00", "2026-11-24 09:15", "2026-11-24 09:15"},
		"entitled":                    {queue.Entitled, "2026-11-24 09:00", "2026-11-24 10:00", "2026-11-24 10:20"},
		"walk-in":                     {queue.WalkIn, "", "2026-11-24 10:00", "2026-11-24 10:20"},
		"information desk":            {queue.Info, "", "2026-11-24 10:00", "2026-11-24 10:10"},
		"urgent":                      {queue.Urgent, "", "2026-11-24 10:00", "2026-11-24 10:00"},
		"urgent with a quota slot":    {queue.Urgent, "2026-11-24 11:00", "2026-11-24 10:00", "2026-11-24 11:00"},
		"at once":                     {queue.AtOnce, "", "2026-11-24 10:00", "2026-11-24 09:15"},
		"walk-in as clocks go on":     {queue.WalkIn, "", "2026-03-29 01:50", "2026-03-29 03:10"},
		"at once as clocks went on":   {queue.AtOnce, "", "2026-03-29 03:20", "2026-03-29 01:35"},
		"booked on the day of 23 h":   {queue.Booked, "2026-03-29 03:00", "2026-03-29 01:50", "2026-03-29 03:00"},
		"booked on the day of 25 h":   {queue.Booked, "2026-10-25 09:00", "2026-10-25 08:45", "2026-10-25 09:00"},
		"entitled on the day of 25 h": {queue.Entitled, "2026-10-25 09:00", "2026-10-25 09:30", "2026-10-25 09:50"},
	} {
		if got := queue.DefaultRules.Due(c.class, at(c.slot), at(c.arrived)); !got.Equal(at(c.want)) {
			t.Errorf("%s: due %v, want %s", name, got.In(zone), c.want)
		}
	}
}

// TestDueAsClocksGoBack: at 2:50, the first of two that night, a walk-in is due
// 20 minutes later, though the clock then shows 2:10.
func TestDueAsClocksGoBack(t *testing.T) {
	t.Parallel()
	arrived := time.Date(2026, 10, 25, 0, 50, 0, 0, time.UTC)
	due := queue.DefaultRules.Due(queue.WalkIn, time.Time{}, arrived)
	if want := time.Date(2026, 10, 25, 1, 10, 0, 0, time.UTC); !due.Equal(want) {
		t.Errorf("due %v, want %v", due, want)
	}
}

// TestRulesOfAnOffice holds that each allowance is the office's own.
func TestRulesOfAnOffice(t *testing.T) {
	t.Parallel()
	rules := queue.Rules{WalkIn: time.Minute, Info: 2 * time.Minute, AtOnce: 3 * time.Minute}
	arrived := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for class, want := range map[queue.Class]time.Duration{
		queue.WalkIn: time.Minute, queue.Entitled: time.Minute, queue.Info: 2 * time.Minute,
		queue.AtOnce: -3 * time.Minute, queue.Urgent: 0, queue.Booked: 0,
	} {
		if got := rules.Due(class, time.Time{}, arrived).Sub(arrived); got != want {
			t.Errorf("%s: due %v after arrival, want %v", class, got, want)
		}
	}
}

// TestLonger holds that needs take what the office says, all of them together.
func TestLonger(t *testing.T) {
	t.Parallel()
	rules := queue.Rules{Fetched: time.Minute, Interpreter: 2 * time.Minute, MoreTime: 4 * time.Minute, StepFree: 8 * time.Minute}
	for want, needs := range map[time.Duration][]queue.Need{
		0: nil, time.Minute: {queue.Fetched}, 2 * time.Minute: {queue.Interpreter}, 4 * time.Minute: {queue.MoreTime}, 8 * time.Minute: {queue.StepFree},
		15 * time.Minute: queue.Needs,
	} {
		if got := rules.Longer(needs); got != want {
			t.Errorf("%v take %v longer, want %v", needs, got, want)
		}
	}
}
