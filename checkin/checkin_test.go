package checkin

import (
	"slices"
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
	got := Rules(booking.Office{Rules: map[string]int{"walkIn": 600, "atOnceLimit": 2, "ascending": 1, "noted": 1}})
	want := queue.DefaultRules
	want.WalkIn, want.AtOnceLimit, want.Ascending, want.Noted = 10*time.Minute, 2, true, true
	if got != want {
		t.Errorf("rules are %+v, want %+v", got, want)
	}
}

// What some desk of an office names, only those that name it meet; all else every desk.
func TestMeets(t *testing.T) {
	lift, both, plain := booking.Desk{Meets: []string{"step-free"}}, booking.Desk{Meets: []string{"step-free", "interpreter"}}, booking.Desk{}
	for _, c := range []struct {
		desks []booking.Desk
		desk  booking.Desk
		want  []queue.Need
	}{
		{[]booking.Desk{plain, plain}, plain, queue.Needs},
		{[]booking.Desk{plain, lift}, plain, []queue.Need{queue.Fetched, queue.Interpreter, queue.MoreTime}},
		{[]booking.Desk{plain, lift}, lift, queue.Needs},
		{[]booking.Desk{plain, lift, both}, lift, []queue.Need{queue.Fetched, queue.MoreTime, queue.StepFree}},
		{[]booking.Desk{plain, lift, both}, both, queue.Needs},
	} {
		if got := Meets(booking.Office{Desks: c.desks}, c.desk); !slices.Equal(got, c.want) {
			t.Errorf("desk %v of %v meets %v, want %v", c.desk.Meets, c.desks, got, c.want)
		}
	}
}

// The two rooms call the same things needs.
func TestNeedsOfCity(t *testing.T) {
	for i, need := range queue.Needs {
		if len(booking.Needs) != len(queue.Needs) || booking.Needs[i] != string(need) {
			t.Fatalf("a city's desks meet %v, the queue knows %v", booking.Needs, queue.Needs)
		}
	}
}
