package checkin_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// walkIn is somebody who waits in the citizens' office.
func (e *entrance) walkIn(t *testing.T, id string) queue.Ticket {
	t.Helper()
	ticket, err := e.WalkIn(t.Context(), "buergerbuero", []booking.Choice{{Service: "abholung", Persons: 2}}, id, terminal)
	if err != nil {
		t.Fatal(err)
	}
	return ticket.Ticket
}

func (e *entrance) ticket(t *testing.T, office queue.OfficeID, id queue.TicketID) queue.Ticket {
	t.Helper()
	state, err := e.Line.Office(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	return state.Tickets.At(id)
}

// TestSend sends somebody to an office in the house, one in another house, and
// back: the id and the due stay, and the number as long as they are in the house.
func TestSend(t *testing.T) {
	e := open(t)
	e.now = at(t, "2026-11-30T09:00")
	first := e.walkIn(t, "w1")
	e.now = e.now.Add(30 * time.Minute)
	needs := queue.SetNeeds{Ticket: first.ID, Needs: []queue.Need{queue.MoreTime}}
	if _, err := e.Line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: "n1", Actor: terminal, At: e.now, Day: "2026-11-30", Command: needs}); err != nil {
		t.Fatal(err)
	}

	event, here, err := e.Send(t.Context(), "buergerbuero", queue.Send{Ticket: first.ID, Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}}, "s1", terminal)
	if err != nil {
		t.Fatal(err)
	}
	want := queue.Ticket{ID: first.ID, Number: first.Number, Seq: 1, Class: queue.WalkIn, Services: []queue.ServiceID{"wohngeld"}, Needs: needs.Needs, Persons: 2, Area: "flur",
		Due: first.Due, State: queue.Waiting, Arrived: e.now.UnixMilli(), SentFrom: &queue.Passage{Office: "buergerbuero", Epoch: event.Epoch, Version: event.Version, Arrived: first.Arrived}}
	if !reflect.DeepEqual(here, want) {
		t.Errorf("in the house\n%+v, want\n%+v", here, want)
	}
	if sent := e.ticket(t, "buergerbuero", first.ID); sent.State != queue.Sent || sent.SentTo.Office != "wohngeld" || sent.EndedAt != e.now.UnixMilli() {
		t.Errorf("there is left of it %+v", sent)
	}
	again, same, err := e.Send(t.Context(), "buergerbuero", queue.Send{Ticket: first.ID, Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}}, "s1", terminal)
	if err != nil || !reflect.DeepEqual(again, event) || !reflect.DeepEqual(same, here) {
		t.Errorf("the repeat\n%+v %+v %v, want\n%+v %+v", again, same, err, event, here)
	}

	_, far, err := e.Send(t.Context(), "wohngeld", queue.Send{Ticket: first.ID, Office: "standesamt", Services: []queue.ServiceID{"urkunde"}}, "s2", terminal)
	if err != nil || far.State != queue.Parked || far.Due != first.Due || far.Number == first.Number || far.Number[0] != 'R' || far.Desk != "" {
		t.Errorf("in another house %+v %v", far, err)
	}
	_, back, err := e.Send(t.Context(), "standesamt", queue.Send{Ticket: first.ID, Office: "buergerbuero", Services: []queue.ServiceID{"anmeldung"}}, "s3", terminal)
	if err != nil || back.State != queue.Parked || back.Number != first.Number || back.Seq != first.Seq || back.Due != first.Due {
		t.Errorf("back %+v %v", back, err)
	}
}

// TestSendCutShort: a node that sent somebody and then died leaves them to any
// other, also to two at once.
func TestSendCutShort(t *testing.T) {
	e := open(t)
	e.now = at(t, "2026-11-30T09:00")
	first := e.walkIn(t, "w1")
	send := queue.Send{Ticket: first.ID, Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}}
	if _, err := e.Line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: "s1", Actor: terminal, At: e.now, Day: "2026-11-30", Command: send}); err != nil {
		t.Fatal(err)
	}
	read := func(id queue.OfficeID) *queue.Office {
		state, err := e.Line.Office(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	state := read("buergerbuero")
	recorded := queue.Mark{Epoch: state.Epoch, Version: state.Version}
	if early := checkin.Unreceived(state, queue.Mark{Epoch: state.Epoch, Version: state.Version - 1}, read); len(early) != 0 {
		t.Errorf("on the way are, before that is recorded, %+v", early)
	}
	left := checkin.Unreceived(state, recorded, read)
	if len(left) != 1 || left[0].ID != first.ID {
		t.Fatalf("on the way are %+v", left)
	}
	for range 2 {
		if got, err := e.Receive(t.Context(), "buergerbuero", left[0]); err != nil || got.State != queue.Waiting {
			t.Fatalf("received %+v %v", got, err)
		}
	}
	if left := checkin.Unreceived(state, recorded, read); len(left) != 0 {
		t.Errorf("still on the way: %+v", left)
	}
	if n := read("wohngeld").Tickets.Len(); n != 1 {
		t.Errorf("received %d times", n)
	}
}

// TestSendRefused: what is refused has changed nothing, here or there.
func TestSendRefused(t *testing.T) {
	e := open(t)
	e.now = at(t, "2026-11-30T09:00")
	first := e.walkIn(t, "w1")
	for name, c := range map[string]struct {
		send queue.Send
		want error
	}{
		"to no office":         {queue.Send{Ticket: first.ID, Office: "rathaus", Services: []queue.ServiceID{"wohngeld"}}, booking.ErrOfficeUnknown},
		"to where they are":    {queue.Send{Ticket: first.ID, Office: "buergerbuero", Services: []queue.ServiceID{"anmeldung"}}, booking.ErrOfficeUnknown},
		"for another's":        {queue.Send{Ticket: first.ID, Office: "wohngeld", Services: []queue.ServiceID{"anmeldung"}}, booking.ErrServiceUnknown},
		"for nothing":          {queue.Send{Ticket: first.ID, Office: "wohngeld"}, queue.ErrInvalid},
		"a ticket of nobody's": {queue.Send{Ticket: "X", Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}}, queue.ErrTicketUnknown},
	} {
		if _, _, err := e.Send(t.Context(), "buergerbuero", c.send, "r"+string(c.send.Office)+string(c.send.Ticket)+fmt.Sprint(len(c.send.Services)), terminal); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got := e.ticket(t, "buergerbuero", first.ID); got.State != queue.Waiting {
		t.Errorf("is %s", got.State)
	}
	if got := e.ticket(t, "wohngeld", first.ID); got.ID != "" {
		t.Errorf("is there: %+v", got)
	}
}

// TestSendWhoMissedACall sends on every kind of visit, also whose class has changed
// since they were let in: they arrive.
func TestSendWhoMissedACall(t *testing.T) {
	for _, c := range []struct {
		class  queue.Class
		reason string
	}{{queue.WalkIn, ""}, {queue.Urgent, "deadline"}, {queue.AtOnce, "frail"}} {
		e := open(t)
		e.now = at(t, "2026-11-30T09:00")
		let, err := e.LetIn(t.Context(), "buergerbuero", []booking.Choice{{Service: "abholung", Persons: 1}}, c.class, c.reason, nil, "in", terminal)
		if err != nil {
			t.Fatal(err)
		}
		desk := queue.OpenDesk{Desk: "1", Label: "1", Serves: []queue.ServiceID{"abholung"}}
		for _, step := range []queue.Command{desk, queue.CallNext{Desk: "1"}, queue.NoShow{Desk: "1"}, queue.Here{Ticket: let.ID, Window: 1, Allowance: 60_000}} {
			e.now = e.now.Add(time.Minute)
			_, err := e.Line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: step.Kind(), Actor: terminal, At: e.now, Day: "2026-11-30", Command: step})
			if err != nil {
				t.Fatalf("%s: %v", step.Kind(), err)
			}
		}
		_, there, err := e.Send(t.Context(), "buergerbuero", queue.Send{Ticket: let.ID, Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}}, "s", terminal)
		if err != nil || there.State != queue.Waiting || there.Class != queue.Entitled || there.Came() != let.Arrived {
			t.Errorf("%s: %v, there %+v", c.class, err, there)
		}
	}
}
