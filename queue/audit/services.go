package audit

import (
	"slices"

	"github.com/wartefrei/wartefrei/queue"
)

// services holds that no service of a visit is lost on its way, and none comes from
// nowhere.
func (o *Office) services(e queue.Event, say sayer) {
	switch e.Kind {
	case queue.Finish{}.Kind(), queue.FinishAndCallNext{}.Kind():
		o.afterStep(e.Tickets[0], say)
	case queue.Split{}.Kind():
		t, part := e.Tickets[0], e.Tickets[1]
		whole, both := o.Tickets.At(t.ID).Services, slices.Concat(t.Services, part.Services)
		if slices.Sort(both); !slices.Equal(both, whole) {
			say("%s was for %v, and was split into %v and %v", t.Number, whole, t.Services, part.Services)
		}
	case queue.Merge{}.Kind():
		t, into := e.Tickets[0], e.Tickets[1]
		had := o.Tickets.At(into.ID).Services
		if !slices.Equal(into.Services, queue.Set(slices.Concat(t.Services, had))) {
			say("%s is for %v, and was merged of %v and %v", into.Number, into.Services, had, t.Services)
		}
	}
}

// afterStep holds that a visit goes on, for what its desk does not serve of it and what
// was not done nevertheless, and ends where nothing is left, or at a desk that serves
// nothing of it and that it was called to for the whole.
func (o *Office) afterStep(t queue.Ticket, say sayer) {
	before := o.Tickets.At(t.ID)
	served := o.Serves(o.Desks[before.Desk])
	rest := slices.DeleteFunc(slices.Clone(before.Services), func(s queue.ServiceID) bool { return slices.Contains(served, s) })
	undone := slices.DeleteFunc(slices.Clone(rest), func(s queue.ServiceID) bool { return slices.Contains(t.Finished, s) })
	if len(rest) == len(before.Services) && (before.Why == nil || before.Why.Rule != queue.RuleStep) {
		rest, undone = nil, nil
	}
	goesOn := t.State == queue.Waiting && queue.Serves(rest, t.Services) && queue.Serves(t.Services, undone)
	if !goesOn && (t.State != queue.Done || len(undone) > 0) {
		say("%s came for %v and is %s for %v, left were %v", t.Number, before.Services, t.State, t.Services, undone)
	}
}
