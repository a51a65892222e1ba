package queuetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// properties are what must be true of any line.
var properties = map[string]func(*testing.T, queue.Line){
	"called by due, then arrival":          calledInOrder,
	"fifty desks never call one ticket":    oneDeskATicket,
	"numbers are given once a day":         numbersOnce,
	"nobody later than due + 45 overtakes": noOvertaking,
	"coming early gains nothing":           earlyGainsNothing,
	"stepping aside gains nothing":         asideGainsNothing,
	"never empty while somebody waits":     neverEmpty,
	"never idle beside who is early":       neverIdle,
	"a visit in steps is done whole":       stepsDoAll,
	"the fold of the events is the state":  foldIsState,
	"a new day begins with a clean sheet":  newDay,
	"time never falls":                     timeNeverFalls,
	"a recall keeps the why of the call":   recallKeepsWhy,
}

func calledInOrder(t *testing.T, line queue.Line) {
	random := rand.New(rand.NewPCG(1, 0))
	give(t, line, request("open", 0, open("1", "id", "pass")))
	for n := range 200 {
		j := join(ticketID(n), random.IntN(30), []queue.ServiceID{"id", "pass"}[random.IntN(2)])
		give(t, line, request(fmt.Sprintf("join-%d", n), 0, j))
	}
	var last queue.Ticket
	for n := range 200 {
		called := give(t, line, request(fmt.Sprintf("next-%d", n), 0, next("1"))).Tickets[0]
		if n > 0 && queue.Before(last, called) > 0 {
			t.Fatalf("due %d, sequence %d was called before due %d, sequence %d", last.Due, last.Seq, called.Due, called.Seq)
		}
		last = called
		give(t, line, request(fmt.Sprintf("finish-%d", n), 0, finish("1")))
	}
}

// oneDeskATicket has fifty desks call and finish at once until nobody waits.
func oneDeskATicket(t *testing.T, line queue.Line) {
	const desks, tickets = 50, 120
	for n := range tickets {
		give(t, line, request(fmt.Sprintf("join-%d", n), 0, join(ticketID(n), n%7, "id")))
	}
	for n := range desks {
		give(t, line, request(fmt.Sprintf("open-%d", n), 0, open(queue.DeskID(fmt.Sprint(n)), "id")))
	}
	var mu sync.Mutex
	calls := map[queue.TicketID]queue.DeskID{}
	var all sync.WaitGroup
	for n := range desks {
		all.Go(func() {
			desk := queue.DeskID(fmt.Sprint(n))
			for i := 0; ; i++ {
				event, err := line.Do(t.Context(), request(fmt.Sprintf("next-%d-%d", n, i), 0, next(desk)))
				if errors.Is(err, queue.ErrEmpty) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				called := event.Tickets[0].ID
				mu.Lock()
				if other, ok := calls[called]; ok {
					t.Errorf("desks %s and %s called %s", other, desk, called)
				}
				calls[called] = desk
				mu.Unlock()
				if _, err := line.Do(t.Context(), request(fmt.Sprintf("finish-%d-%d", n, i), 0, finish(desk))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if len(calls) != tickets {
		t.Errorf("%d of %d tickets were called", len(calls), tickets)
	}
}

func numbersOnce(t *testing.T, line queue.Line) {
	const each, at = 150, 8 // more than the 999 with three digits
	var mu sync.Mutex
	seen := map[string]queue.TicketID{}
	var all sync.WaitGroup
	for worker := range at {
		all.Go(func() {
			for n := range each {
				id := ticketID(worker*each + n)
				event, err := line.Do(t.Context(), request("join-"+string(id), 0, join(id, 5, "id")))
				if err != nil {
					t.Error(err)
					return
				}
				number := event.Tickets[0].Number
				mu.Lock()
				if other, ok := seen[number]; ok {
					t.Errorf("%s and %s have number %s", other, id, number)
				}
				seen[number] = id
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

// fold applies an event. The event that opened the office was nobody's answer.
func fold(t *testing.T, line queue.Line, state *queue.Office, event queue.Event) {
	t.Helper()
	if state.Version == 0 {
		*state = *read(t, line, event.Office)
		return
	}
	if !state.Apply(event) {
		t.Fatalf("version %d is not the next after %d", event.Version, state.Version)
	}
}

// earlyGainsNothing: of two with appointments, who has the earlier one is
// called first, though the other came earlier, even so early that they were noted;
// and two of one time go by arrival. Nobody noted is called before they join, and no
// command has them join before they may.
func earlyGainsNothing(t *testing.T, line queue.Line) {
	arrive := func(id queue.TicketID, minute, slot int) {
		at := opens.Add(time.Duration(minute) * time.Minute)
		j := booked(id, slot, "ap-"+string(id))
		j.Ticket.Due = queue.DefaultRules.Due(queue.Booked, opens.Add(time.Duration(slot)*time.Minute), at).UnixMilli()
		give(t, line, request("join-"+string(id), time.Duration(minute)*time.Minute, j))
	}
	give(t, line, request("open", 0, open("1", "id")))
	give(t, line, request("join-noted-for-30", 0, noted("noted-for-30", 30, 15)))
	if e, err := line.Do(t.Context(), request("next-noted", 14*time.Minute, next("1"))); !errors.Is(err, queue.ErrEmpty) {
		t.Errorf("before anybody joins: called %v, %v", e.Tickets, err)
	}
	for n, c := range []queue.Command{here("noted-for-30"), queue.BringBack{Ticket: "noted-for-30"},
		queue.Transfer{Ticket: "noted-for-30", Services: set("id")}, send("noted-for-30", "urkunde")} {
		if e, err := line.Do(t.Context(), request(fmt.Sprintf("too-soon-%d", n), 15*time.Minute-time.Millisecond, c)); !errors.Is(err, queue.ErrTooSoon) {
			t.Errorf("%s before they join: %q, %v", c.Kind(), summary(e), err)
		}
	}
	to := queue.BringBack{Ticket: "noted-for-30", Desk: "1"} // no desk has parked them
	if e, err := line.Do(t.Context(), request("to-a-desk", 15*time.Minute, to)); !errors.Is(err, queue.ErrWrongState) {
		t.Errorf("to a desk: %q, %v", summary(e), err)
	}
	give(t, line, request("noted-joins", 15*time.Minute, queue.BringBack{Ticket: "noted-for-30"}))
	arrive("early-for-30", 15, 30)
	arrive("on-time-for-30", 20, 30)
	arrive("on-time-for-25", 25, 25)
	arrive("late-for-20", 28, 20)
	var order []queue.TicketID
	for n := range 5 {
		order = append(order, give(t, line, request(fmt.Sprintf("next-%d", n), time.Hour, next("1"))).Tickets[0].ID)
		give(t, line, request(fmt.Sprintf("finish-%d", n), time.Hour, finish("1")))
	}
	want := []queue.TicketID{"on-time-for-25", "late-for-20", "noted-for-30", "early-for-30", "on-time-for-30"}
	if !slices.Equal(order, want) {
		t.Errorf("called %v, want %v", order, want)
	}
}

// asideGainsNothing: whoever steps aside is called when they are back after all who
// were due by then, and never before anybody whom they would have come after.
func asideGainsNothing(t *testing.T, line queue.Line) {
	random := rand.New(rand.NewPCG(5, 0))
	give(t, line, request("open", 0, open("1", "id")))
	for round := range 20 {
		begin := time.Duration(round) * time.Hour
		minutes := int(begin.Minutes())
		dues := map[queue.TicketID]int64{}
		var all []queue.TicketID
		for n := range 8 {
			id := ticketID(8*round + n)
			all = append(all, id)
			dues[id] = give(t, line, request("join-"+string(id), begin, join(id, minutes+random.IntN(30), "id"))).Tickets[0].Due
		}
		who, away := all[random.IntN(len(all))], begin+time.Duration(random.IntN(30))*time.Minute
		give(t, line, request(fmt.Sprintf("aside-%d", round), begin, aside(who)))
		ways := []queue.Command{here(who), queue.BringBack{Ticket: who}, queue.Transfer{Ticket: who, Services: set("id")}}
		give(t, line, request(fmt.Sprintf("back-%d", round), away, ways[round%len(ways)]))
		var order []queue.TicketID
		for n := range all {
			order = append(order, give(t, line, request(fmt.Sprintf("next-%d-%d", round, n), away, next("1"))).Tickets[0].ID)
			give(t, line, request(fmt.Sprintf("finish-%d-%d", round, n), away, finish("1")))
		}
		for _, later := range order[slices.Index(order, who)+1:] {
			if dues[later] < dues[who] || dues[later] < opens.Add(away).UnixMilli() {
				t.Errorf("round %d: %s, due %d, stepped aside until %v and was called before %s, due %d", round, who, dues[who], away, later, dues[later])
			}
		}
	}
}

// neverEmpty gives random commands, of a calm day and of a busy one: no desk is
// told that nobody waits while somebody does, be they due or not.
func neverEmpty(t *testing.T, line queue.Line) {
	p := &pair{line: line, office: theOffice}
	g := newGenerator(*seed+2, p)
	empty, early, beforeSlot := 0, 0, 0
	for range max(1500, *commands/4) {
		r := g.request()
		event, _, err := p.do(r)
		c, ok := r.Command.(queue.CallNext)
		switch {
		case !ok || r.ID != fmt.Sprintf("r%d", g.made): // a repeat is answered as then
		case err == nil && event.Tickets[0].Slot > event.At:
			beforeSlot++
		case err == nil && event.Tickets[0].Due > event.At:
			early++
		case errors.Is(err, queue.ErrEmpty):
			empty++
			state := read(t, line, theOffice)
			if waiting := state.WaitingFor(state.Desks[c.Desk]); len(waiting) > 0 {
				t.Fatalf("desk %s was told that nobody waits: %+v does", c.Desk, waiting[0])
			}
		}
	}
	if figures := fmt.Sprintf("%d times nobody waited, %d were called before their slot, %d others before they were due", empty, beforeSlot, early); empty < 50 || beforeSlot < 10 || early < 20 {
		t.Error("the test tests little:", figures)
	} else {
		t.Log(figures)
	}
}

// stepsDoAll has desks that nobody of them serves all of a visit: each does its
// part, and the visit ends when all is done. Whoever is due first comes first
// at every desk.
func stepsDoAll(t *testing.T, line queue.Line) {
	desks := map[queue.DeskID][]queue.ServiceID{"1": {"id", "pass"}, "2": {"move", "pass"}, "3": {"tax"}}
	for id, serves := range desks {
		give(t, line, request("open-"+string(id), 0, open(id, serves...)))
	}
	visits := [][]queue.ServiceID{{"id", "move"}, {"id", "move", "tax"}, {"pass", "tax"}, {"id", "move", "pass", "tax"}, {"tax"}, {"move", "pass"}}
	const tickets = 60
	for n := range tickets {
		give(t, line, request(fmt.Sprintf("join-%d", n), 0, join(ticketID(n), n%11, visits[n%len(visits)]...)))
	}
	calls, idle := 0, 0
	for n := 0; idle < len(desks); n++ {
		id := queue.DeskID(fmt.Sprint(1 + n%len(desks)))
		called, err := line.Do(t.Context(), request(fmt.Sprintf("next-%d", n), 0, next(id)))
		if idle++; errors.Is(err, queue.ErrEmpty) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		calls, idle = calls+1, 0
		here, _ := (&queue.Office{}).Step(called.Desks[0], called.Tickets[0])
		give(t, line, request(fmt.Sprintf("finish-%d", n), 0, finish(id, here...)))
	}
	for ticket := range read(t, line, theOffice).Tickets.All() {
		n := 0
		fmt.Sscanf(string(ticket.ID), "T%d", &n)
		if ticket.State != queue.Done || !slices.Equal(ticket.Finished, visits[n%len(visits)]) || ticket.Due != due(n%11) {
			t.Errorf("%s is %s and due %d, done are %v, want %v", ticket.ID, ticket.State, ticket.Due, ticket.Finished, visits[n%len(visits)])
		}
	}
	if calls <= tickets {
		t.Errorf("%d calls for %d visits: none went in steps", calls, tickets)
	}
}

func foldIsState(t *testing.T, line queue.Line) {
	p := &pair{line: line, office: theOffice}
	g := newGenerator(4, p)
	state := &queue.Office{ID: theOffice}
	for range 900 { // less than a day
		r := g.request()
		event, _, err := p.do(r)
		if err == nil && event.Version > state.Version {
			fold(t, line, state, event)
		}
	}
	if want := read(t, line, theOffice); !reflect.DeepEqual(state, want) {
		t.Errorf("fold\n%+v, want\n%+v", state, want)
	}
}

func newDay(t *testing.T, line queue.Line) {
	give(t, line, request("open", 0, open("1", "id")))
	give(t, line, request("open-2", 0, open("2", "id")))
	for n := range 5 {
		give(t, line, request(fmt.Sprintf("join-%d", n), 0, join(ticketID(n), n, "id")))
	}
	first := give(t, line, request("next", 0, next("1")))
	r := request("tomorrow", 24*time.Hour, join("N", 24*60, "id"))
	r.Day = tomorrow
	event := give(t, line, r)
	if event.Day != tomorrow || event.Tickets[0].Seq != 1 || event.Counters.Seq != 1 {
		t.Errorf("first ticket of the day: %+v", event)
	}
	if want := int64(1 + 8 + 6 + 1 + 1); event.Version < want {
		t.Errorf("version %d, want at least %d: every visit ends with an event of its own", event.Version, want)
	}
	state := read(t, line, theOffice)
	if state.Tickets.Len() != 1 || len(state.Desks) != 0 || state.Day != tomorrow {
		t.Errorf("state after the day's change: %+v", state)
	}
	if again := give(t, line, request("next", 25*time.Hour, next("1"))); !reflect.DeepEqual(again, first) {
		t.Errorf("repeat of yesterday's command\n%+v, want\n%+v", again, first)
	}
	late := give(t, line, request("late", time.Hour, join("L", 90, "id"))) // a node that has not noticed
	if late.Day != tomorrow || late.At < event.At {
		t.Errorf("a command of the day before: day %s, time %d after %d", late.Day, late.At, event.At)
	}
}

func timeNeverFalls(t *testing.T, line queue.Line) {
	last := give(t, line, request("a", time.Hour, open("1", "id"))).At
	event := give(t, line, request("b", time.Minute, join("A", 5, "id")))
	if event.At < last || event.Tickets[0].Arrived != event.At {
		t.Errorf("at %d after %d, arrived %d", event.At, last, event.Tickets[0].Arrived)
	}
	if o, err := line.Office(context.Background(), theOffice); err != nil || o.At != event.At {
		t.Errorf("the state is of %d, %v", o.At, err)
	}
}

// recallKeepsWhy has a visit that was due earlier come in between: it makes the
// called one due earlier, and is not why that was called.
func recallKeepsWhy(t *testing.T, line queue.Line) {
	for n, c := range []queue.Command{open("1", "id"), join("A", 5, "id"), next("1"), join("B", 3, "id"), merge("B", "A")} {
		give(t, line, request(fmt.Sprint(n), 0, c))
	}
	again := give(t, line, request("recall", 0, queue.Recall{Desk: "1"})).Tickets[0]
	if want := (queue.Why{Rule: queue.RuleEarliest, Due: due(5)}); *again.Why != want || again.Due != due(3) {
		t.Errorf("due %d, called again because of %+v, want due %d and %+v", again.Due, *again.Why, due(3), want)
	}
}

func ticketID(n int) queue.TicketID { return queue.TicketID(fmt.Sprintf("T%d", n)) }
