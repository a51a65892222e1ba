package queue_test

import (
	"reflect"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
)

func event(epoch, version int64, kind string, tickets ...queue.Ticket) queue.Event {
	return queue.Event{Office: "o", Epoch: epoch, Version: version, Day: "2026-11-24", Kind: kind, Tickets: tickets}
}

func TestApply(t *testing.T) {
	t.Parallel()
	a := queue.Ticket{ID: "A", State: queue.Waiting}
	for name, c := range map[string]struct {
		event queue.Event
		want  bool
	}{
		"the next":                     {event(2, 11, "join"), true},
		"the same again":               {event(2, 10, "join"), false},
		"an old one":                   {event(2, 3, "join"), false},
		"after a gap":                  {event(2, 12, "join"), false},
		"of an old epoch":              {event(1, 11, "join"), false},
		"opens the next epoch":         {event(3, 11, "opened"), true},
		"opens an epoch after a gap":   {event(3, 13, "opened"), false},
		"of an epoch not seen to open": {event(3, 11, "join"), false},
		"opens an epoch too far on":    {event(4, 11, "opened"), false},
	} {
		o := queue.Office{ID: "o", Epoch: 2, Version: 10, Tickets: queue.TicketsOf(a)}
		before := o.Clone()
		if got := o.Apply(c.event); got != c.want {
			t.Errorf("%s: applied %v, want %v", name, got, c.want)
		}
		if !c.want && !reflect.DeepEqual(&o, before) {
			t.Errorf("%s: was refused and changed the office to %+v", name, o)
		}
		if c.want && (o.Version != c.event.Version || o.Epoch != c.event.Epoch || o.Tickets.Len() != 1) {
			t.Errorf("%s: office is %+v", name, o)
		}
	}
}

func TestApplyLastStateWins(t *testing.T) {
	t.Parallel()
	o := queue.Office{ID: "o"}
	first := event(1, 1, "opened")
	join := event(1, 2, "join", queue.Ticket{ID: "A", State: queue.Waiting})
	call := event(1, 3, "call-next", queue.Ticket{ID: "A", State: queue.Called, Desk: "1"})
	call.Desks = []queue.Desk{{ID: "1", State: queue.DeskOpen, Ticket: "A"}}
	for _, e := range []queue.Event{first, join, call} {
		if !o.Apply(e) {
			t.Fatalf("%s was refused", e.Kind)
		}
	}
	clone := o.Clone()
	if o.Tickets.At("A").State != queue.Called || o.Desks["1"].Ticket != "A" {
		t.Errorf("office is %+v", o)
	}
	if !o.Apply(event(1, 4, "day")) || o.Tickets.Len() != 0 || len(o.Desks) != 0 {
		t.Errorf("after the day's change: %+v", o)
	}
	if clone.Tickets.Len() != 1 || clone.Version != 3 {
		t.Errorf("the clone changed, too: %+v", clone)
	}
}

// TestApplyTakesAll: what an event says of the office as a whole is the office's.
func TestApplyTakesAll(t *testing.T) {
	t.Parallel()
	ticket, desk := queue.Ticket{ID: "A", Seq: 7, State: queue.Waiting}, queue.Desk{ID: "1", State: queue.DeskOpen}
	e := event(1, 1, "opened", ticket)
	e.At, e.Desks, e.Counters = 42, []queue.Desk{desk}, queue.Counters{Seq: 7, AtOnce: []int64{40, 41}}
	var got queue.Office
	if !got.Apply(e) {
		t.Fatal("the first event was refused")
	}
	want := queue.Office{ID: "o", Epoch: 1, Version: 1, At: 42, Day: "2026-11-24", Counters: e.Counters,
		Tickets: queue.TicketsOf(ticket), Desks: map[queue.DeskID]queue.Desk{"1": desk}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("office is\n%+v, want\n%+v", got, want)
	}
}

// room is an office with two desks: one serves id and pass, a closed one move.
func room() *queue.Office {
	o := &queue.Office{ID: "o", Desks: map[queue.DeskID]queue.Desk{
		"1": {ID: "1", State: queue.DeskOpen, Serves: []queue.ServiceID{"id", "pass"}},
		"2": {ID: "2", State: queue.DeskClosed, Serves: []queue.ServiceID{"id", "move", "pass"}},
		"3": {ID: "3", State: queue.DeskPaused, Serves: []queue.ServiceID{"tax"}},
	}}
	for _, t := range []queue.Ticket{
		{ID: "late", Seq: 1, Due: 30, State: queue.Waiting, Services: []queue.ServiceID{"id"}},
		{ID: "first", Seq: 4, Due: 10, State: queue.Waiting, Services: []queue.ServiceID{"id", "pass"}},
		{ID: "second", Seq: 5, Due: 10, State: queue.Waiting, Services: []queue.ServiceID{"pass"}},
		{ID: "steps", Seq: 3, Due: 5, State: queue.Waiting, Services: []queue.ServiceID{"id", "move"}},
		{ID: "stranded", Seq: 8, Due: 70, State: queue.Waiting, Services: []queue.ServiceID{"move"}},
		{ID: "paused", Seq: 6, Due: 50, State: queue.Waiting, Services: []queue.ServiceID{"tax"}},
		{ID: "called", Seq: 2, Due: 1, State: queue.Called, Services: []queue.ServiceID{"id"}, Appointment: "ap1"},
		{ID: "part", Seq: 7, Due: 60, State: queue.Done, Services: []queue.ServiceID{"pass"}, Appointment: "ap1", From: "called"},
	} {
		o.Tickets = o.Tickets.With(t)
	}
	return o
}

func ids(tickets []queue.Ticket) []queue.TicketID {
	list := []queue.TicketID{}
	for _, t := range tickets {
		list = append(list, t.ID)
	}
	return list
}

func desk(serves ...queue.ServiceID) queue.Desk {
	return queue.Desk{State: queue.DeskOpen, Serves: serves}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	o := room()
	for name, c := range map[string]struct {
		got  []queue.Ticket
		want []queue.TicketID
	}{
		"all":            {o.Waiting(), []queue.TicketID{"steps", "first", "second", "late", "paused", "stranded"}},
		"id and pass":    {o.WaitingFor(desk("id", "pass")), []queue.TicketID{"steps", "first", "second", "late"}}, // a step of one that nobody serves whole
		"pass alone":     {o.WaitingFor(desk("pass")), []queue.TicketID{"second"}},                                 // the first is served whole elsewhere
		"move alone":     {o.WaitingFor(desk("move")), []queue.TicketID{"steps", "stranded"}},
		"nobody's":       {o.WaitingFor(desk("weapon")), []queue.TicketID{}},
		"called, done":   {o.In(queue.Called, queue.Done), []queue.TicketID{"called", "part"}},
		"none is parked": {o.In(queue.Parked), []queue.TicketID{}},
	} {
		if got := ids(c.got); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAheadAndDesksFor(t *testing.T) {
	t.Parallel()
	o := room()
	for id, want := range map[queue.TicketID]struct {
		ahead, desks int
	}{
		"steps": {0, 1}, // the desk that serves it whole is closed
		"first": {1, 1}, "second": {2, 1}, "late": {3, 1},
		"stranded": {1, 0},
		"paused":   {0, 0}, // its desk pauses
	} {
		ticket := o.Tickets.At(id)
		if got := o.Ahead(ticket); got != want.ahead {
			t.Errorf("%s: %d ahead, want %d", id, got, want.ahead)
		}
		if got := o.DesksFor(ticket); got != want.desks {
			t.Errorf("%s: %d desks see it, want %d", id, got, want.desks)
		}
	}
}

// TestAheadBeforeDesksOpen: whoever came earlier for one of the same services is ahead.
func TestAheadBeforeDesksOpen(t *testing.T) {
	t.Parallel()
	o := room()
	o.Desks = nil
	for id, want := range map[queue.TicketID]int{"steps": 0, "first": 1, "second": 1, "late": 2, "paused": 0, "stranded": 1} {
		if got := o.Ahead(o.Tickets.At(id)); got != want {
			t.Errorf("%s: %d ahead, want %d", id, got, want)
		}
	}
}

func TestByAppointment(t *testing.T) {
	t.Parallel()
	o := room()
	if got, ok := o.ByAppointment("ap1"); !ok || got.ID != "called" {
		t.Errorf("found %v %v, want the ticket that the other was split from", got.ID, ok)
	}
	if _, ok := o.ByAppointment(""); ok {
		t.Error("tickets without an appointment have the empty one")
	}
}

// TestStep: a desk does of a visit what it serves, or all where a clerk chose it all the same.
func TestStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ serves, here, rest []queue.ServiceID }{
		"all":  {[]queue.ServiceID{"id", "pass", "tax"}, []queue.ServiceID{"id", "pass"}, nil},
		"part": {[]queue.ServiceID{"pass", "tax"}, []queue.ServiceID{"pass"}, []queue.ServiceID{"id"}},
		"none": {[]queue.ServiceID{"tax"}, []queue.ServiceID{"id", "pass"}, nil},
	} {
		here, rest := (&queue.Office{}).Step(desk(c.serves...), queue.Ticket{Services: []queue.ServiceID{"id", "pass"}})
		if !reflect.DeepEqual(here, c.here) || !reflect.DeepEqual(rest, c.rest) {
			t.Errorf("%s: %v and then %v, want %v and %v", name, here, rest, c.here, c.rest)
		}
	}
}

func TestSets(t *testing.T) {
	t.Parallel()
	set := queue.Set([]queue.ServiceID{"pass", "id", "pass"})
	if want := []queue.ServiceID{"id", "pass"}; !reflect.DeepEqual(set, want) {
		t.Errorf("set %v, want %v", set, want)
	}
	if got := queue.LineOf(queue.Ticket{Services: set}); got != "id+pass" {
		t.Errorf("line %q", got)
	}
	if got := queue.LineOf(queue.Ticket{Services: set, Needs: queue.Needs[2:]}); got != "id+pass+!more-time+!step-free" {
		t.Errorf("line %q", got)
	}
	if !queue.Serves(set, set[:1]) || queue.Serves(set[:1], set) {
		t.Error("a desk serves a ticket if it serves all of its services")
	}
}

// TestSeesNeeds holds Sees, Ahead and Stranded to what people need: a desk that does not
// meet it neither calls them, nor makes others wait for them.
func TestSeesNeeds(t *testing.T) {
	t.Parallel()
	plain, lift := desk("pass"), desk("pass")
	plain.ID, lift.ID, lift.Meets = "1", "2", []queue.Need{queue.StepFree}
	needs := queue.Ticket{ID: "A", Seq: 1, State: queue.Waiting, Services: []queue.ServiceID{"pass"}, Needs: []queue.Need{queue.StepFree}}
	after := queue.Ticket{ID: "B", Seq: 2, State: queue.Waiting, Services: []queue.ServiceID{"pass"}}
	o := &queue.Office{Desks: map[queue.DeskID]queue.Desk{"1": plain}, Tickets: queue.TicketsOf(needs, after)}
	if o.Sees(plain, needs) || !o.Stranded(needs) || !o.Sees(plain, after) || o.Ahead(after) != 0 {
		t.Errorf("with desk 1 alone: sees %v, stranded %v, sees who needs nothing %v, ahead of them %d", o.Sees(plain, needs), o.Stranded(needs), o.Sees(plain, after), o.Ahead(after))
	}
	o.Desks["2"] = lift
	if !o.Sees(lift, needs) || o.Sees(plain, needs) || o.Stranded(needs) || o.Ahead(after) != 1 {
		t.Errorf("with desk 2: sees %v, desk 1 does %v, stranded %v, ahead %d", o.Sees(lift, needs), o.Sees(plain, needs), o.Stranded(needs), o.Ahead(after))
	}
}
