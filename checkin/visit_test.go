package checkin_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// TestCodeFollowsTheVisit: a code tells where the number is, whatever became of
// it: sent to other offices and back, merged, and while it is on its way. As long
// as it waits anywhere, the time is not given up.
func TestCodeFollowsTheVisit(t *testing.T) {
	e := open(t)
	code := e.book(t, at(t, "2026-11-30T09:15"))
	e.now = at(t, "2026-11-30T09:10")
	first, err := e.ByCode(t.Context(), "fischmarkt", code, "first", terminal)
	if err != nil {
		t.Fatal(err)
	}
	do := func(office queue.OfficeID, id string, c queue.Command) {
		t.Helper()
		if _, err := e.Line.Do(t.Context(), queue.Request{Office: office, ID: id, Actor: terminal, At: e.now, Day: "2026-11-30", Command: c}); err != nil {
			t.Fatal(err)
		}
	}
	send := func(from booking.OfficeID, to queue.OfficeID, service queue.ServiceID) {
		t.Helper()
		if _, _, err := e.Send(t.Context(), from, queue.Send{Ticket: first.Ticket.ID, Office: to, Services: []queue.ServiceID{service}}, "to-"+string(to), terminal); err != nil {
			t.Fatal(err)
		}
	}
	waits := func(office booking.OfficeID, ticket queue.TicketID, state queue.State) {
		t.Helper()
		again, err := e.ByCode(t.Context(), "fischmarkt", code, rand.Text(), terminal)
		if err != nil || again.Outcome != checkin.Already || again.Office != office || again.Ticket.ID != ticket || again.Ticket.State != state {
			t.Errorf("%s in %s, ticket %+v, %v; want %s %s in %s", again.Outcome, again.Office, again.Ticket, err, ticket, state, office)
		}
		if err := e.NotHere(t.Context(), first.Appointment); !errors.Is(err, checkin.ErrHere) {
			t.Errorf("waits in %s, and gives the time up: %v", office, err)
		}
	}

	send("buergerbuero", "wohngeld", "wohngeld")
	waits("wohngeld", first.Ticket.ID, queue.Waiting)
	send("wohngeld", "standesamt", "urkunde")
	waits("standesamt", first.Ticket.ID, queue.Parked)
	do("standesamt", "back", queue.Send{Ticket: first.Ticket.ID, Office: "buergerbuero", Services: []queue.ServiceID{"anmeldung"}})
	waits("standesamt", first.Ticket.ID, queue.Sent) // and no office has it
	if _, err := e.Receive(t.Context(), "standesamt", e.ticket(t, "standesamt", first.Ticket.ID)); err != nil {
		t.Fatal(err)
	}
	waits("buergerbuero", first.Ticket.ID, queue.Parked)

	do("buergerbuero", "is-here", queue.BringBack{Ticket: first.Ticket.ID})
	other := e.walkIn(t, "other")
	do("buergerbuero", "merge", queue.Merge{Ticket: first.Ticket.ID, Into: other.ID})
	waits("buergerbuero", other.ID, queue.Waiting)
	do("buergerbuero", "leave", queue.Leave{Ticket: other.ID})
	if ended, err := e.ByCode(t.Context(), "fischmarkt", code, rand.Text(), terminal); err != nil || ended.Outcome != checkin.Ended || ended.Ticket.ID != "" {
		t.Errorf("after all: %s %+v %v", ended.Outcome, ended.Ticket, err)
	}
	if err := e.NotHere(t.Context(), first.Appointment); err != nil {
		t.Errorf("after all, the time is not given up: %v", err)
	}
}
