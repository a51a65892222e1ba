// Package audit holds what an office recorded against the rules of package
// queue, one event after the other, from the record alone: who was called was
// due first, the why says so, nobody was at two desks, no number was given
// twice, who comes is counted, a due is what the rules say (due.go), no service of a
// visit is lost (services.go), and an event changes what its kind may change (ways.go).
//
// It cannot know what a command said, such as which services a clerk chose, nor how
// long a missed call was forgiven; of somebody whom another office sent, when they
// were due there.
//
// It can judge a day as long as what people needed is not forgotten (pgjournal.ForgetNeeds):
// afterwards it cannot know why a desk passed somebody by.
//
// It is the opposite of a script or a model: it does not decide, it judges
// what was decided. cmd/rush judges by it what broken servers left, tests of
// redisqueue and of the demonstration's day likewise, queuetest its own model.
package audit

import (
	"fmt"

	"github.com/wartefrei/wartefrei/queue"
)

// Office is the state that the events so far come to. Use [New].
type Office struct {
	queue.Office
	Rules   queue.Rules // of whoever joins
	waiting map[queue.TicketID]queue.Ticket
	desks   map[queue.TicketID]queue.DeskID // who is at which desk
	numbers map[string]queue.TicketID       // of the day
	ids     map[string]int64                // of commands: in which version they were done
}

// New returns an office before its first event, with the default rules.
func New() *Office {
	return &Office{Rules: queue.DefaultRules, waiting: map[queue.TicketID]queue.Ticket{}, desks: map[queue.TicketID]queue.DeskID{},
		numbers: map[string]queue.TicketID{}, ids: map[string]int64{}}
}

// Take applies the next event and says in sentences what is wrong with it; nothing, if it is right.
func (o *Office) Take(e queue.Event) (wrong []string) {
	say := func(format string, values ...any) {
		wrong = append(wrong, fmt.Sprintf("%s %d-%d %s: ", e.Office, e.Epoch, e.Version, e.Kind)+fmt.Sprintf(format, values...))
	}
	o.follow(e, say)
	if o.changes(e, say) {
		o.inTurn(e, say)
		o.services(e, say)
	}
	if e.Kind == "day" || e.Kind == "opened" && len(e.Tickets)+len(e.Desks) > 0 { // a clean sheet, or the whole state
		clear(o.waiting)
		clear(o.numbers)
	}
	for _, t := range e.Tickets {
		o.ticket(e, t, say)
	}
	o.Epoch, o.Version = e.Epoch, e.Version-1 // go on from there, also after a gap
	o.Apply(e)
	o.seats(e, say)
	return wrong
}

// At says who is at which desk.
func (o *Office) At() map[queue.TicketID]queue.DeskID { return o.desks }

type sayer func(format string, values ...any)

// follow holds that an event follows the one before, and that its command was not done before.
func (o *Office) follow(e queue.Event, say sayer) {
	within := e.Kind == "opened" && e.Epoch <= o.Epoch
	if e.Kind == "opened" && !within {
		o.Epoch = e.Epoch - 1 // openings that were cut short leave epochs out
	}
	if within || !o.Next(e) {
		say("does not follow %d-%d", o.Epoch, o.Version)
	}
	if e.At < o.Office.At {
		say("time falls from %d to %d", o.Office.At, e.At)
	}
	o.day(e, say)
	o.counters(e, say)
	if before, ok := o.ids[e.Command]; ok {
		say("command %s was version %d already", e.Command, before)
	}
	o.ids[e.Command] = e.Version
}

// day holds that a day begins after the one before, when nobody is left of it, and
// that nothing else changes it.
func (o *Office) day(e queue.Event, say sayer) {
	if e.Kind != "day" {
		if e.Day != o.Day && o.Day != "" {
			say("the day was %s and is %s", o.Day, e.Day)
		}
		return
	}
	if e.Day <= o.Day {
		say("%s begins after %s", e.Day, o.Day)
	}
	for t := range o.Tickets.All() {
		if t.State.Open() {
			say("%s is still %s", t.Number, t.State)
		}
	}
}

// counters holds that who comes is counted, each with the next sequence, and that
// nothing else changes what is counted or disturbed.
func (o *Office) counters(e queue.Event, say sayer) {
	if e.Kind == "opened" || e.Kind == "day" {
		return
	}
	seq := o.Counters.Seq
	for _, t := range e.Tickets {
		if _, known := o.Tickets.Get(t.ID); known {
			continue
		}
		if seq++; t.Seq != seq {
			say("%s came as %d, want %d", t.Number, t.Seq, seq)
		}
	}
	if e.Counters.Seq != seq {
		say("%d have come, want %d", e.Counters.Seq, seq)
	}
	before, after := o.Counters.Disturbed, e.Counters.Disturbed
	fewer, more := missing(before, after), missing(after, before)
	switch {
	case len(fewer) == 0 && len(more) == 0:
	case e.Kind == queue.Disturb{}.Kind() && len(fewer) == 0 && len(more) == 1 && after[more[0]] == e.At:
	case e.Kind == queue.Restore{}.Kind() && len(fewer) == 1 && len(more) == 0:
	default:
		say("disturbed was %v, and is %v", before, after)
	}
}

// missing are services disturbed in one, and not, or not since then, in the other.
func missing(one, other map[queue.ServiceID]int64) (services []queue.ServiceID) {
	for service, since := range one {
		if other[service] != since {
			services = append(services, service)
		}
	}
	return services
}

// inTurn holds that a call in turn calls whom the desk sees first, that the why
// says so, and that nobody is left where somebody could be called.
func (o *Office) inTurn(e queue.Event, say sayer) {
	var called []queue.Ticket
	switch e.Kind {
	case queue.CallNext{}.Kind():
		called = e.Tickets
	case queue.FinishAndCallNext{}.Kind():
		called = e.Tickets[1:]
	default:
		return
	}
	desk := o.Desks[e.Desks[0].ID]
	first, ok := o.first(desk)
	switch {
	case len(called) == 0 && ok:
		say("nobody was called, but %s was due", first.Number)
	case len(called) == 0:
	case !ok || first.ID != called[0].ID:
		say("%s was called, due first was %s", called[0].Number, first.Number)
	default:
		rule := queue.RuleEarliest
		if !queue.Serves(o.Serves(desk), first.Services) {
			rule = queue.RuleStep
		}
		if why := called[0].Why; why == nil || why.Rule != rule || why.Due != first.Due {
			say("%s was called because of %+v, want %s, due %d", called[0].Number, why, rule, first.Due)
		}
	}
}

func (o *Office) first(desk queue.Desk) (first queue.Ticket, ok bool) {
	if desk.State != queue.DeskOpen {
		return first, false
	}
	for _, t := range o.waiting {
		if o.Sees(desk, t) && (!ok || queue.Before(t, first) < 0) {
			first, ok = t, true
		}
	}
	return first, ok
}

// ticket holds a changed ticket against what it was.
func (o *Office) ticket(e queue.Event, t queue.Ticket, say sayer) {
	before, known := o.Tickets.Get(t.ID)
	switch {
	case e.Kind == "opened": // the whole state, taken over from Redis
		o.numbers[t.Number] = t.ID
	case !known:
		if other, ok := o.numbers[t.Number]; ok {
			say("number %s is %s's already", t.Number, other)
		}
		o.numbers[t.Number] = t.ID
		o.dueAtFirst(e, t, say)
	default:
		o.dueAfter(e, before, t, say)
	}
	if t.State == queue.Called {
		o.why(e, before, t, say)
	}
	if before.Joins > e.At && t.State.Open() && t.State != queue.Parked {
		say("%s is %s at %d, but joins at %d", t.Number, t.State, e.At, before.Joins)
	}
	delete(o.waiting, t.ID)
	if t.State == queue.Waiting {
		o.waiting[t.ID] = t
	}
}

// why holds that the why of a call can be told from the record: of a call in
// turn inTurn has looked; one that a clerk chose has a reason from the list; a
// recall keeps the why of its call. Each is a call of its own, named by its event.
func (o *Office) why(e queue.Event, before, t queue.Ticket, say sayer) {
	again := e.Kind == queue.Recall{}.Kind()
	if id := fmt.Sprintf("%d-%d", e.Epoch, e.Version); (before.State != queue.Called || again) && e.Kind != "opened" && t.Call != id {
		say("%s is called as %q", t.Number, t.Call)
	}
	switch {
	case e.Kind == "opened":
	case t.Why == nil:
		say("%s is called, and nobody can say why", t.Number)
	case before.State == queue.Called:
		if *t.Why != *before.Why {
			say("%s was called because of %+v, and now of %+v", t.Number, *before.Why, *t.Why)
		}
	case e.Kind == queue.CallThis{}.Kind():
		if t.Why.Rule != queue.RuleChosen || t.Why.Due != before.Due || !queue.ChosenReasons.Has(t.Why.Reason) {
			say("%s was chosen because of %+v, due %d", t.Number, *t.Why, before.Due)
		}
	case e.Kind != queue.CallNext{}.Kind() && e.Kind != queue.FinishAndCallNext{}.Kind():
		say("%s is called", t.Number)
	}
}

// seats holds who is at which desk after an event: one ticket a desk, one desk a ticket.
func (o *Office) seats(e queue.Event, say sayer) {
	clear(o.desks)
	for id, desk := range o.Desks {
		if desk.Ticket == "" {
			continue
		}
		if other, ok := o.desks[desk.Ticket]; ok {
			say("%s is at the desks %s and %s", desk.Ticket, other, id)
		}
		o.desks[desk.Ticket] = id
		if t := o.Tickets.At(desk.Ticket); t.Desk != id || t.State != queue.Called && t.State != queue.Serving {
			say("desk %s has %s, which is %s at %q", id, t.Number, t.State, t.Desk)
		}
	}
	for _, t := range e.Tickets {
		if _, seated := o.desks[t.ID]; seated != (t.State == queue.Called || t.State == queue.Serving) {
			say("%s is %s, at a desk: %t", t.Number, t.State, seated)
		}
	}
}
