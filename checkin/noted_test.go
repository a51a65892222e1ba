package checkin_test

import (
	"errors"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// TestNoted: where an office has set it, who comes too early gets their number,
// and joins the line by themselves when their window opens, whichever node looks.
func TestNoted(t *testing.T) {
	e := open(t)
	city := democity.City()
	for h := range city.Houses {
		for o := range city.Houses[h].Offices {
			city.Houses[h].Offices[o].Rules = map[string]int{"noted": 1}
		}
	}
	if _, err := e.bookings.Import(t.Context(), city); err != nil {
		t.Fatal(err)
	}
	slot := at(t, "2026-11-30T09:15")
	code := e.book(t, slot)
	opens := at(t, "2026-11-30T09:00")
	a, err := e.bookings.ByCode(t.Context(), "fischmarkt", booking.Day("2026-11-30"), code)
	if err != nil {
		t.Fatal(err)
	}

	e.now = at(t, "2026-11-29T20:00")
	if answer, err := e.ByAppointment(t.Context(), a, "the day before", terminal); err != nil || answer.Outcome != checkin.Early {
		t.Errorf("the day before: %s %v", answer.Outcome, err)
	}
	e.now = at(t, "2026-11-30T07:00")
	if err := e.NotHere(t.Context(), a); err != nil {
		t.Errorf("before anybody is here: %v", err)
	}
	answer, err := e.ByCode(t.Context(), "fischmarkt", code, "early", terminal)
	noted := answer.Ticket
	if err != nil || answer.Outcome != checkin.Welcome || noted.State != queue.Parked || noted.Desk != "" ||
		noted.Joins != opens.UnixMilli() || noted.Due != slot.UnixMilli() || noted.Number == "" {
		t.Fatalf("at 07:00: %+v %v", answer, err)
	}
	if err := e.NotHere(t.Context(), a); !errors.Is(err, checkin.ErrHere) {
		t.Errorf("a noted one gives the time up: %v", err)
	}
	if again, err := e.ByCode(t.Context(), "fischmarkt", code, "again", terminal); err != nil || again.Outcome != checkin.Already || again.Ticket.ID != noted.ID {
		t.Errorf("shown again: %s %v", again.Outcome, err)
	}

	state := e.state(t)
	if early := checkin.Joining(state, opens.Add(-time.Millisecond)); len(early) != 0 {
		t.Errorf("too early join %+v", early)
	}
	e.now = opens
	joining := checkin.Joining(state, e.now)
	if len(joining) != 1 || joining[0].ID != noted.ID {
		t.Fatalf("joining are %+v", joining)
	}
	for range 2 { // two nodes
		if err := e.JoinNoted(t.Context(), "buergerbuero", joining[0], e.now); err != nil {
			t.Fatal(err)
		}
	}
	state = e.state(t)
	if waits := state.Tickets.At(noted.ID); waits.State != queue.Waiting || waits.Due != slot.UnixMilli() || waits.Joins != 0 {
		t.Errorf("after the window opened: %+v", waits)
	}
	if left := checkin.Joining(state, e.now); len(left) != 0 {
		t.Errorf("still joining: %+v", left)
	}
}

func (e *entrance) state(t *testing.T) *queue.Office {
	t.Helper()
	state, err := e.Line.Office(t.Context(), "buergerbuero")
	if err != nil {
		t.Fatal(err)
	}
	return state
}
