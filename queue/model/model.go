// Package model is the rules of the queue in plain Go, sequential and in
// memory: what the comments in queue/command.go mean, said once more in another
// way than the scripts say it.
//
// Package queuetest holds a line against it, command by command; cmd/rush asks
// it what a command should have done, and whether a refusal was right.
package model

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/wartefrei/wartefrei/queue"
)

// Line is the reference: a line that is easily seen to be right. It is not
// safe for concurrent use.
type Line struct {
	Tell    func(queue.Event) // gets every event, also those that end a day; may be nil
	offices map[queue.OfficeID]*office
}

var _ queue.Line = (*Line)(nil)

// office is one office's queue, and what it answered.
type office struct {
	tell      func(queue.Event)
	state     queue.Office
	today     map[string]answer
	yesterday map[string]answer
}

type answer struct {
	hash  string
	event queue.Event
	err   error
}

// Do carries out a command.
func (m *Line) Do(ctx context.Context, r queue.Request) (queue.Event, error) {
	if err := r.Validate(); err != nil {
		return queue.Event{}, err
	}
	hash, err := queue.Hash(r.Command)
	if err != nil {
		return queue.Event{}, err
	}
	o := m.open(r)
	if first, ok := o.answered(r.ID); ok {
		if first.hash != hash {
			return queue.Event{}, queue.ErrOtherContent
		}
		return first.event, first.err
	}
	if r.Day > o.state.Day {
		m.turnDay(ctx, o, r)
	}
	d := decision{office: &o.state, now: max(r.At.UnixMilli(), o.state.At), counters: o.state.Counters}
	if err := d.decide(r.Command); err != nil {
		o.today[r.ID] = answer{hash: hash, err: err}
		return queue.Event{}, err
	}
	event := o.emit(queue.Event{At: d.now, Kind: r.Command.Kind(), Command: r.ID, Hash: hash, Actor: r.Actor,
		Tickets: d.tickets, Desks: d.desks, Counters: d.counters})
	o.today[r.ID] = answer{hash: hash, event: event}
	return event, nil
}

// Office returns the whole state.
func (m *Line) Office(ctx context.Context, id queue.OfficeID) (*queue.Office, error) {
	return m.Present(id).Clone(), nil
}

// Present is an office's state as it is kept: do not change it.
func (m *Line) Present(id queue.OfficeID) *queue.Office {
	if o, ok := m.offices[id]; ok {
		return &o.state
	}
	return &queue.Office{ID: id}
}

// Decide says what a command would change in a state, or why it would be refused.
// now is in ms. Nothing is changed.
func Decide(state *queue.Office, now int64, c queue.Command) (queue.Event, error) {
	d := decision{office: state, now: max(now, state.At), counters: state.Counters}
	err := d.decide(c)
	return queue.Event{At: d.now, Kind: c.Kind(), Tickets: d.tickets, Desks: d.desks, Counters: d.counters}, err
}

// open returns the office; its first request opens it.
func (m *Line) open(r queue.Request) *office {
	if o, ok := m.offices[r.Office]; ok {
		return o
	}
	if m.offices == nil {
		m.offices = map[queue.OfficeID]*office{}
	}
	o := &office{tell: m.Tell, today: map[string]answer{}}
	o.state.ID, o.state.Day = r.Office, r.Day
	m.offices[r.Office] = o
	o.emit(queue.Event{Epoch: 1, At: r.At.UnixMilli(), Kind: "opened", Command: "opened:1", Actor: queue.Actor{Role: "system"}})
	return o
}

func (o *office) answered(id string) (answer, bool) {
	if a, ok := o.today[id]; ok {
		return a, true
	}
	a, ok := o.yesterday[id]
	return a, ok
}

// turnDay ends what is open, then begins the request's day with a clean sheet.
func (m *Line) turnDay(ctx context.Context, o *office, r queue.Request) {
	end := func(about string, c queue.Command) {
		r.ID, r.Day, r.Command = "end:"+o.state.Day+":"+about, o.state.Day, c
		r.Actor = queue.Actor{Role: "system"}
		if _, err := m.Do(ctx, r); err != nil {
			panic(fmt.Sprintf("the model cannot end its day: %v", err))
		}
	}
	day := r.Day
	for _, t := range o.state.In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed) {
		end(string(t.ID), queue.Cancel{Ticket: t.ID, Reason: "day-end"})
	}
	for _, id := range slices.Sorted(maps.Keys(o.state.Desks)) {
		if o.state.Desks[id].State != queue.DeskClosed {
			end(string(id), queue.CloseDesk{Desk: id})
		}
	}
	o.state.Day = day
	o.emit(queue.Event{At: max(r.At.UnixMilli(), o.state.At), Kind: "day", Command: "day:" + day,
		Actor: queue.Actor{Role: "system"}})
	o.yesterday, o.today = o.today, map[string]answer{}
}

// emit completes the event and folds it. The JSON there and back makes it a
// copy, and like one that was sent.
func (o *office) emit(e queue.Event) queue.Event {
	e.Office, e.Day, e.Version = o.state.ID, o.state.Day, o.state.Version+1
	e.Epoch = max(e.Epoch, o.state.Epoch)
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	var sent queue.Event
	if err := json.Unmarshal(text, &sent); err != nil {
		panic(err)
	}
	if !o.state.Apply(sent) {
		panic(fmt.Sprintf("the model does not accept its own %+v", sent))
	}
	if o.tell != nil {
		o.tell(sent)
	}
	return sent
}

// decision is one command at work: what it reads, and what it changes.
type decision struct {
	office   *queue.Office
	now      int64
	counters queue.Counters
	tickets  []queue.Ticket
	desks    []queue.Desk
}

// ticket reads a ticket that must be in one of the states.
func (d *decision) ticket(id queue.TicketID, states ...queue.State) (queue.Ticket, error) {
	t, ok := d.office.Tickets.Get(id)
	switch {
	case !ok:
		return t, queue.ErrTicketUnknown
	case !slices.Contains(states, t.State):
		return t, queue.ErrWrongState
	}
	return t, nil
}

func (d *decision) openTicket(id queue.TicketID) (queue.Ticket, error) {
	return d.ticket(id, queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed)
}

// freeDesk reads a desk that may call.
func (d *decision) freeDesk(id queue.DeskID) (queue.Desk, error) {
	desk, ok := d.office.Desks[id]
	switch {
	case !ok:
		return desk, queue.ErrDeskUnknown
	case desk.State != queue.DeskOpen:
		return desk, queue.ErrDeskNotOpen
	case desk.Ticket != "":
		return desk, queue.ErrDeskBusy
	}
	return desk, nil
}

// atDesk reads a desk and its ticket, which must be in one of the states.
func (d *decision) atDesk(id queue.DeskID, meant queue.TicketID, states ...queue.State) (queue.Desk, queue.Ticket, error) {
	desk, ok := d.office.Desks[id]
	switch {
	case !ok:
		return desk, queue.Ticket{}, queue.ErrDeskUnknown
	case desk.Ticket == "":
		return desk, queue.Ticket{}, queue.ErrDeskIdle
	case meant != "" && meant != desk.Ticket:
		return desk, queue.Ticket{}, queue.ErrWrongState
	}
	t, err := d.ticket(desk.Ticket, states...)
	return desk, t, err
}

func (d *decision) changed(ts ...queue.Ticket) { d.tickets = append(d.tickets, ts...) }

// free takes the ticket from a desk.
func (d *decision) free(desk queue.Desk) {
	desk.Ticket = ""
	d.desks = append(d.desks, desk)
}

// release frees the desk at which a ticket is, if it is at one.
func (d *decision) release(t queue.Ticket) {
	if t.State == queue.Called || t.State == queue.Serving {
		d.free(d.office.Desks[t.Desk])
	}
}

// first is the ticket that is due first of those a desk serves, and why: it
// serves the whole, or a part of what no open desk serves whole.
func (d *decision) first(desk queue.Desk) (queue.Ticket, queue.Why, bool) {
	var ts []queue.Ticket
	for t := range d.office.Tickets.All() {
		if t.State == queue.Waiting && meets(desk, t) && (covers(d.serves(desk), t.Services) || d.step(desk, t)) {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 {
		return queue.Ticket{}, queue.Why{}, false
	}
	t := slices.MinFunc(ts, func(a, b queue.Ticket) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Seq, b.Seq))
	})
	if d.step(desk, t) {
		return t, queue.Why{Rule: queue.RuleStep}, true
	}
	return t, queue.Why{Rule: queue.RuleEarliest}, true
}

// step says whether a desk would do only a part of the visit: no open desk that meets its needs does the whole.
func (d *decision) step(desk queue.Desk, t queue.Ticket) bool {
	for _, other := range d.office.Desks {
		if other.State == queue.DeskOpen && meets(other, t) && covers(d.serves(other), t.Services) {
			return false
		}
	}
	return !covers(d.serves(desk), t.Services) && slices.ContainsFunc(t.Services, func(s queue.ServiceID) bool { return slices.Contains(d.serves(desk), s) })
}

// serves is what a desk serves and is not disturbed.
func (d *decision) serves(desk queue.Desk) (serves []queue.ServiceID) {
	for _, s := range desk.Serves {
		if d.counters.Disturbed[s] == 0 {
			serves = append(serves, s)
		}
	}
	return serves
}

func covers(serves, want []queue.ServiceID) bool {
	return !slices.ContainsFunc(want, func(s queue.ServiceID) bool { return !slices.Contains(serves, s) })
}

// meets says whether a desk has all that a ticket's person needs.
func meets(desk queue.Desk, t queue.Ticket) bool {
	return !slices.ContainsFunc(t.Needs, func(n queue.Need) bool { return !slices.Contains(desk.Meets, n) })
}

func unite(a, b []queue.Need) (all []queue.Need) {
	for _, n := range queue.Needs {
		if slices.Contains(a, n) || slices.Contains(b, n) {
			all = append(all, n)
		}
	}
	return all
}
