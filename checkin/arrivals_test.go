package checkin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

var terminal = queue.Actor{Role: "terminal"}

// entrance is the demonstration city on real servers, with a clock to set.
type entrance struct {
	*checkin.Arrivals
	bookings *pgbooking.Store
	now      time.Time
}

func open(t *testing.T) *entrance {
	t.Helper()
	e := &entrance{now: at(t, "2026-11-30T07:00")}
	pool := pgtest.New(t)
	store, err := pgbooking.New(t.Context(), pool, func() time.Time { return e.now })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Import(t.Context(), democity.City()); err != nil {
		t.Fatal(err)
	}
	e.bookings = store
	e.Arrivals = &checkin.Arrivals{Appointments: store, Line: redisqueue.New(redistest.New(t), pgjournal.New(pool)), City: store.City,
		Now: func() time.Time { return e.now }, NewTicket: func() queue.TicketID { return queue.TicketID(rand.Text()) }}
	return e
}

func at(t *testing.T, local string) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02T15:04", local, berlin)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// book books an identity card at a time and returns the check-in code.
func (e *entrance) book(t *testing.T, start time.Time) string {
	t.Helper()
	wish := booking.Wish{Office: "buergerbuero", Services: []booking.Choice{{Service: "personalausweis", Persons: 1}}}
	_, link, err := e.bookings.Hold(t.Context(), wish, start, "de", "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.bookings.Confirm(t.Context(), "", link, booking.Contact{Name: "Erika Muster", Mail: "erika@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	return e.bookings.Code(a)
}

func TestByCode(t *testing.T) {
	e := open(t)
	slot := at(t, "2026-11-30T09:15")
	code := e.book(t, slot)
	show := func(house booking.HouseID, code string, now string) checkin.Answer {
		t.Helper()
		e.now = at(t, now)
		answer, err := e.ByCode(t.Context(), house, code, "show-"+now+string(house), terminal)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if a := show("fischmarkt", code, "2026-11-30T08:30"); a.Outcome != checkin.Early || !a.Opens.Equal(at(t, "2026-11-30T09:00")) {
		t.Errorf("at 08:30: %s, opens %v", a.Outcome, a.Opens)
	}
	if a := show("hauptstrasse", code, "2026-11-30T09:05"); a.Outcome != checkin.Unknown {
		t.Errorf("in another house: %s", a.Outcome)
	}
	if a := show("fischmarkt", "00000000", "2026-11-30T09:05"); a.Outcome != checkin.Unknown {
		t.Errorf("another code: %s", a.Outcome)
	}
	welcome := show("fischmarkt", code, "2026-11-30T09:06")
	if welcome.Outcome != checkin.Welcome || welcome.Ticket.Due != slot.UnixMilli() || welcome.Ticket.Class != queue.Booked {
		t.Errorf("at 09:06: %s, ticket %+v", welcome.Outcome, welcome.Ticket)
	}
	again := show("fischmarkt", code, "2026-11-30T09:07")
	if again.Outcome != checkin.Already || again.Ticket.ID != welcome.Ticket.ID {
		t.Errorf("again: %s, ticket %s, want %s", again.Outcome, again.Ticket.ID, welcome.Ticket.ID)
	}
	if _, err := e.Line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: "leaves", Actor: terminal, At: e.now, Day: "2026-11-30",
		Command: queue.Leave{Ticket: welcome.Ticket.ID}}); err != nil {
		t.Fatal(err)
	}
	if a := show("fischmarkt", code, "2026-11-30T09:08"); a.Outcome != checkin.Ended || a.Ticket.ID != "" {
		t.Errorf("after the number was given back: %s, ticket %q", a.Outcome, a.Ticket.ID)
	}
	if a := show("fischmarkt", code, "2026-12-01T09:06"); a.Outcome != checkin.Unknown {
		t.Errorf("on the next day: %s", a.Outcome)
	}
}

// Two terminals read one code at once: one ticket.
func TestOneCodeTwoTerminals(t *testing.T) {
	e := open(t)
	code := e.book(t, at(t, "2026-11-30T09:15"))
	e.now = at(t, "2026-11-30T09:10")
	var both sync.WaitGroup
	tickets := make([]queue.TicketID, 8)
	for i := range tickets {
		both.Go(func() {
			answer, err := e.ByCode(context.WithoutCancel(t.Context()), "fischmarkt", code, fmt.Sprint("terminal-", i), terminal)
			if err != nil {
				t.Error(err)
			}
			tickets[i] = answer.Ticket.ID
		})
	}
	both.Wait()
	for _, id := range tickets {
		if id == "" || id != tickets[0] {
			t.Fatalf("tickets are %v, want one", tickets)
		}
	}
}

// Who comes too late gets a ticket for today, until the doors close, due like a
// walk-in's, whatever the service's flag.
func TestEntitle(t *testing.T) {
	e := open(t)
	code := e.book(t, at(t, "2026-11-30T09:15"))
	e.now = at(t, "2026-11-30T10:00")
	answer, err := e.ByCode(t.Context(), "fischmarkt", code, "late", terminal)
	if err != nil || answer.Outcome != checkin.Late {
		t.Fatalf("%s, %v", answer.Outcome, err)
	}
	e.now = at(t, "2026-11-30T18:00")
	if _, err := e.Entitle(t.Context(), answer.Appointment, "closed", terminal); !errors.Is(err, checkin.ErrClosed) {
		t.Errorf("with the doors closed: %v", err)
	}
	e.now = at(t, "2026-11-30T17:59")
	ticket, err := e.Entitle(t.Context(), answer.Appointment, "entitle", terminal)
	if err != nil {
		t.Fatal(err)
	}
	if want := e.now.Add(20 * time.Minute).UnixMilli(); ticket.Class != queue.Entitled || ticket.Due != want {
		t.Errorf("class %s, due %d, want %d", ticket.Class, ticket.Due, want)
	}
}

func TestWalkInAndLetIn(t *testing.T) {
	e := open(t)
	e.now = at(t, "2026-11-30T10:00")
	one := func(service booking.ServiceID) []booking.Choice {
		return []booking.Choice{{Service: service, Persons: 1}}
	}
	for _, c := range []struct {
		name    string
		do      func() (checkin.Given, error)
		due     time.Duration // after arrival
		refusal error
	}{
		{"walk-in", func() (checkin.Given, error) {
			return e.WalkIn(t.Context(), "buergerbuero", one("abholung"), "1", terminal)
		}, 20 * time.Minute, nil},
		{"information desk", func() (checkin.Given, error) {
			return e.WalkIn(t.Context(), "buergerbuero", one("infotheke"), "2", terminal)
		}, 10 * time.Minute, nil},
		{"let in for the information desk", func() (checkin.Given, error) {
			return e.LetIn(t.Context(), "buergerbuero", one("infotheke"), queue.WalkIn, "", nil, "10", terminal)
		}, 10 * time.Minute, nil},
		{"walk-in for what is booked", func() (checkin.Given, error) {
			return e.WalkIn(t.Context(), "buergerbuero", one("reisepass"), "3", terminal)
		}, 0, checkin.ErrNoWalkIn},
		{"urgent", func() (checkin.Given, error) {
			return e.LetIn(t.Context(), "buergerbuero", one("reisepass"), queue.Urgent, "deadline", nil, "4", terminal)
		}, 0, nil},
		{"at once", func() (checkin.Given, error) {
			return e.LetIn(t.Context(), "buergerbuero", one("reisepass"), queue.AtOnce, "departs-today", nil, "5", terminal)
		}, -45 * time.Minute, nil},
		{"at once with a reason of another list", func() (checkin.Given, error) {
			return e.LetIn(t.Context(), "buergerbuero", one("reisepass"), queue.AtOnce, "deadline", nil, "6", terminal)
		}, 0, checkin.ErrReason},
		{"let in as booked", func() (checkin.Given, error) {
			return e.LetIn(t.Context(), "buergerbuero", one("reisepass"), queue.Booked, "", nil, "7", terminal)
		}, 0, checkin.ErrNotUrgent},
		{"no persons", func() (checkin.Given, error) {
			return e.WalkIn(t.Context(), "buergerbuero", []booking.Choice{{Service: "abholung"}}, "8", terminal)
		}, 0, booking.ErrPersons},
		{"unknown office", func() (checkin.Given, error) { return e.WalkIn(t.Context(), "nowhere", one("abholung"), "9", terminal) }, 0, booking.ErrOfficeUnknown},
	} {
		ticket, err := c.do()
		if !errors.Is(err, c.refusal) {
			t.Errorf("%s: %v, want %v", c.name, err, c.refusal)
		}
		if want := e.now.Add(c.due).UnixMilli(); c.refusal == nil && ticket.Due != want {
			t.Errorf("%s: due %s, want %s", c.name, time.UnixMilli(ticket.Due), time.UnixMilli(want))
		}
	}
}

// TestWalkInWhileOpen asks for numbers around the doors' hours, 08:00 to 18:00
// on a Monday, on a Sunday and on a holiday. A clerk may let in anybody at any time.
func TestWalkInWhileOpen(t *testing.T) {
	e := open(t)
	wish := []booking.Choice{{Service: "abholung", Persons: 1}}
	for i, c := range []struct {
		now  string
		want error
	}{
		{"2026-11-30T07:59", checkin.ErrClosed},
		{"2026-11-30T08:00", nil},
		{"2026-11-30T17:59", nil},
		{"2026-11-30T18:00", checkin.ErrClosed},
		{"2026-12-01T01:08", checkin.ErrClosed},
		{"2026-12-06T10:00", checkin.ErrClosed},
		{"2026-12-25T10:00", checkin.ErrClosed},
	} {
		e.now = at(t, c.now)
		if _, err := e.WalkIn(t.Context(), "buergerbuero", wish, fmt.Sprint("walk-in-", i), terminal); !errors.Is(err, c.want) {
			t.Errorf("at %s: %v, want %v", c.now, err, c.want)
		}
		if _, err := e.LetIn(t.Context(), "buergerbuero", wish, queue.WalkIn, "", nil, fmt.Sprint("let-in-", i), terminal); err != nil {
			t.Errorf("let in at %s: %v", c.now, err)
		}
	}
}
