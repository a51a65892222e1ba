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

// An office's settings replace the defaults one by one.
func TestRules(t *testing.T) {
	got := Rules(booking.Office{Rules: map[string]int{"walkIn": 600, "atOnceLimit": 2, "ascending": 1}})
	want := queue.DefaultRules
	want.WalkIn, want.AtOnceLimit, want.Ascending = 10*time.Minute, 2, true
	if got != want {
		t.Errorf("rules are %+v, want %+v", got, want)
	}
}
