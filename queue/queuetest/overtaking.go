package queuetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// noOvertaking plays days of all classes with the default rules: whoever is called
// in turn arrived at most 45 minutes after the due time of anybody whom the desk
// would have called.
//
// The due time is the one that a person has by how they came, and by what they did
// themselves ([promises]): who steps aside, or misses a call, is due when they are
// back, or later. Nothing that an office does with a ticket moves it. Two who are
// merged count as the one of them who came first, and are due as the earlier was. Whom no
// desk sees, because a service is disturbed or a need not met, waits meanwhile. A
// clerk who calls out of turn is not bound. The bound is of one office: nobody is sent
// here to another, or received.
func noOvertaking(t *testing.T, line queue.Line) {
	p := &pair{line: line, office: theOffice}
	g := newGenerator(*seed+1, p)
	state, promised := &queue.Office{ID: theOffice}, promises{}
	kinds, tight := map[string]int{}, 0
	for n := range max(1500, *commands/4) {
		g.made++
		g.at = g.at.Add(time.Duration(g.IntN(30)) * time.Second)
		if n%100 == 0 { // everybody stops for a while, so that some are long due
			g.at = g.at.Add(20 * time.Minute)
		}
		c := g.ofTheDay(state)
		if n < 3 {
			c = open(queue.DeskID(fmt.Sprint(1+n)), [][]queue.ServiceID{{"id", "pass"}, {"id", "move", "tax"}, {"id", "move", "pass", "register", "tax"}}[n]...)
			c = meeting(c.(queue.OpenDesk), [][]queue.Need{nil, {queue.MoreTime}, queue.Needs}[n]...)
		}
		event, err := line.Do(t.Context(), queue.Request{Office: theOffice, ID: fmt.Sprintf("r%d", n), At: g.at, Day: today,
			Actor: queue.Actor{Role: "clerk"}, Command: c})
		if err != nil {
			continue
		}
		kinds[event.Kind]++
		promised.take(t, state, event)
		if last := event.Tickets; event.Kind == "call-next" || event.Kind == "finish-and-call-next" && len(last) == 2 {
			tight += promised.overtaken(t, state, event.Desks[0], last[len(last)-1])
		}
		fold(t, line, state, event)
		if t.Failed() {
			t.Fatalf("command %d, %s %+v", n, c.Kind(), c)
		}
	}
	for _, kind := range []string{"join", "call-next", "finish", "finish-and-call-next", "put-back", "no-show", "revoke", "here", "step-aside",
		"park", "bring-back", "transfer", "change", "set-needs", "split", "merge", "call-this", "disturb", "restore"} {
		if kinds[kind] < 3 {
			t.Errorf("%s was done %d times: the test tests little", kind, kinds[kind])
		}
	}
	if tight < 100 {
		t.Errorf("%d times somebody waited who must not overtake: the test tests little", tight)
	}
	t.Logf("done: %v; %d times somebody waited who must not overtake", kinds, tight)
}

// ofTheDay is a command of a day with three open desks, that is likely to be done.
func (g *generator) ofTheDay(state *queue.Office) queue.Command {
	one := func(states ...queue.State) queue.Ticket {
		if all := state.In(states...); len(all) > 0 {
			return pick(g, all...)
		}
		return queue.Ticket{ID: "nobody"}
	}
	desk := state.Desks[queue.DeskID(fmt.Sprint(1+g.IntN(3)))]
	waiting, parked, missed := one(queue.Waiting), one(queue.Parked), one(queue.Missed)
	back := queue.BringBack{Ticket: parked.ID}
	if !parked.Aside && g.IntN(3) == 0 {
		back.Desk = desk.ID
	}
	switch n := g.IntN(40); {
	case n < 14:
		return g.join()
	case n < 25 && desk.Ticket == "":
		return next(desk.ID)
	case n < 25:
		return pick[queue.Command](g, queue.Came{Desk: desk.ID}, finish(desk.ID), finish(desk.ID), finishAndNext(desk.ID), finishAndNext(desk.ID),
			queue.PutBack{Desk: desk.ID}, noShow(desk.ID, 0), queue.Park{Desk: desk.ID},
			queue.Transfer{Ticket: desk.Ticket, Services: g.services(3)})
	case n < 29:
		return pick[queue.Command](g, back, back, here(parked.ID), queue.Transfer{Ticket: parked.ID, Services: g.services(3)})
	case n < 32:
		return pick[queue.Command](g, here(missed.ID), here(missed.ID), queue.Revoke{Ticket: missed.ID})
	case n < 34:
		return aside(waiting.ID)
	case n < 35:
		return pick[queue.Command](g, change(waiting.ID, 2, g.services(2)...), queue.SetNeeds{Ticket: waiting.ID, Needs: g.needs()})
	case n < 36:
		return g.split(waiting.ID)
	case n < 37:
		return merge(waiting.ID, one(queue.Waiting, queue.Parked, queue.Missed, queue.Serving).ID)
	case n < 38:
		return this(desk.ID, waiting.ID)
	default:
		return pick[queue.Command](g, queue.Disturb{Service: "tax"}, queue.Restore{Service: "tax"})
	}
}

// promise is when somebody came, and when they are due: by the rules alone, not by
// what a line made of it.
type promise struct{ arrived, due int64 }

type promises map[queue.TicketID]promise

// take notes what an event makes of promises, and holds its tickets to them.
func (all promises) take(t *testing.T, before *queue.Office, event queue.Event) {
	t.Helper()
	about := event.Tickets
	later := func(due int64) {
		p := all[about[0].ID]
		p.due = max(p.due, due)
		all[about[0].ID] = p
	}
	switch was := before.Tickets.At(firstID(about)); event.Kind {
	case "join":
		all[about[0].ID] = promise{event.At, about[0].Due}
	case "split":
		all[about[1].ID] = all[about[0].ID]
	case "merge":
		a, b := all[about[0].ID], all[about[1].ID]
		all[about[1].ID] = promise{min(a.arrived, b.arrived), min(a.due, b.due)}
	case "here", "bring-back", "transfer":
		switch {
		case was.Aside:
			later(event.At)
		case was.State == queue.Missed && event.At-was.MissedAt > (15*time.Minute).Milliseconds():
			all[was.ID] = promise{all[was.ID].arrived, event.At + (20 * time.Minute).Milliseconds()}
		case was.State == queue.Missed:
			later(event.At)
		}
	}
	for _, ticket := range about {
		if want := all[ticket.ID].due; ticket.Due != want && ticket.State != queue.Merged {
			t.Errorf("%s is due %v after what it was to be due", ticket.ID, time.Duration(ticket.Due-want)*time.Millisecond)
		}
	}
}

func firstID(tickets []queue.Ticket) queue.TicketID {
	if len(tickets) == 0 {
		return ""
	}
	return tickets[0].ID
}

// overtaken looks for somebody whom a call in turn passed over who should not be. It
// counts those calls that one who waited could have been called by, but for the bound.
func (all promises) overtaken(t *testing.T, before *queue.Office, desk queue.Desk, called queue.Ticket) (tight int) {
	t.Helper()
	const most = 45 * 60_000
	others := slices.DeleteFunc(before.WaitingFor(desk), func(other queue.Ticket) bool { return other.ID == called.ID })
	for _, other := range others {
		if late := all[called.ID].arrived - all[other.ID].due; late > most {
			t.Errorf("%s (%s) arrived %v after %s was due, and overtook it", called.ID, called.Class, time.Duration(late)*time.Millisecond, other.ID)
		}
		if all[other.ID].arrived-all[called.ID].due > most {
			tight = 1
		}
	}
	return tight
}
