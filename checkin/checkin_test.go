package checkin

import (
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

func TestWindow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	slot := time.Date(2026, 11, 30, 9, 15, 0, 0, berlin)
	for _, c := range []struct {
		name  string
		state booking.AppointmentState
		after time.Duration // of the slot
		want  Outcome
	}{
		{"a second before it opens", booking.Booked, -15*time.Minute - time.Second, Early},
		{"when it opens", booking.Booked, -15 * time.Minute, Welcome},
		{"on time", booking.Booked, 0, Welcome},
		{"in the last minute", booking.Booked, 15*time.Minute + 59*time.Second, Welcome},
		{"when the clock shows the next minute", booking.Booked, 16 * time.Minute, Late},
		{"hours early", booking.Booked, -3 * time.Hour, Early},
		{"hours late", booking.Booked, 3 * time.Hour, Late},
		{"cancelled, on time", booking.Cancelled, 0, Cancelled},
		{"a hold only", booking.Held, 0, Unknown},
	} {
		a := booking.Appointment{State: c.state, Start: slot}
		if got := Window(queue.DefaultRules, a, slot.Add(c.after)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Services may have allowances of their own; of several the longest counts.
func TestRulesFor(t *testing.T) {
	office := booking.Office{Rules: map[string]int{"walkIn": 600}, Services: []booking.Service{{ID: "quick", Allowance: 5}, {ID: "slow", Allowance: 40}, {ID: "plain"}}}
	for _, c := range []struct {
		services []queue.ServiceID
		want     time.Duration
	}{
		{[]queue.ServiceID{"quick"}, 5 * time.Minute},
		{[]queue.ServiceID{"plain"}, 10 * time.Minute},
		{[]queue.ServiceID{"plain", "quick"}, 10 * time.Minute},
		{[]queue.ServiceID{"plain", "quick", "slow"}, 40 * time.Minute},
		{[]queue.ServiceID{"abolished", "quick"}, 10 * time.Minute},
		{nil, 10 * time.Minute},
	} {
		if got := RulesFor(office, c.services); got.WalkIn != c.want {
			t.Errorf("%v: allowance %v, want %v", c.services, got.WalkIn, c.want)
		}
	}
}

// An office's settings replace the defaults one by one.
func TestRules(t *testing.T) {
	got := Rules(booking.Office{Rules: map[string]int{"walkIn": 600, "atOnceLimit": 2, "ascending": 1}})
	want := queue.DefaultRules
	want.WalkIn, want.AtOnceLimit, want.Ascending = 10*time.Minute, 2, true
	if got != want {
		t.Errorf("rules are %+v, want %+v", got, want)
	}
}
