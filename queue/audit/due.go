package audit

import (
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// late is how long a join may wait for its decision: it is due by the time at which
// somebody asked, and arrives at the one at which Redis answered.
const late = 30 * time.Second

// dueAtFirst holds a new ticket's due against its class, slot and arrival
// (queue.Rules.Due), or against the ticket that it was split from.
func (o *Office) dueAtFirst(e queue.Event, t queue.Ticket, say sayer) {
	switch e.Kind {
	case queue.Join{}.Kind():
		var slot time.Time
		if t.Slot != 0 {
			slot = time.UnixMilli(t.Slot)
		}
		arrived := time.UnixMilli(e.At)
		least, most := o.Rules.Due(t.Class, slot, arrived.Add(-late)).UnixMilli(), o.Rules.Due(t.Class, slot, arrived).UnixMilli()
		if t.Class == queue.AtOnce && !o.letIn(e, say) {
			least, most = e.At, e.At
		}
		if t.Due < least || t.Due > most || t.Arrived != e.At {
			say("%s, %s, slot %d, arrived %d at %d, is due %d, want %d to %d", t.Number, t.Class, t.Slot, t.Arrived, e.At, t.Due, least, most)
		}
	case queue.Split{}.Kind():
		if whole := o.Tickets.At(t.From); t.Due != whole.Due || t.Class != whole.Class || t.Arrived != whole.Arrived {
			say("%s, due %d, was split from %s, due %d", t.Number, t.Due, whole.Number, whole.Due)
		}
	}
}

// letIn says whether somebody is one of those whom an hour lets in at once, and holds
// that they are counted.
func (o *Office) letIn(e queue.Event, say sayer) bool {
	var hour []int64
	for _, at := range o.Counters.AtOnce {
		if e.At-at < time.Hour.Milliseconds() {
			hour = append(hour, at)
		}
	}
	in := len(hour) < o.Rules.AtOnceLimit
	if in {
		hour = append(hour, e.At)
	}
	if !slices.Equal(e.Counters.AtOnce, hour) {
		say("let in at once in this hour: %v, want %v", e.Counters.AtOnce, hour)
	}
	return in
}

// dueAfter holds a ticket's due against the one that it had.
func (o *Office) dueAfter(e queue.Event, before, t queue.Ticket, say sayer) {
	back := before.Aside && !t.Aside
	switch {
	case e.Kind == queue.Receive{}.Kind():
	case e.Kind == queue.Here{}.Kind() && before.State == queue.Missed:
		inTime := t.Due == max(before.Due, e.At) && t.Class == before.Class
		anew := t.Due == max(before.Due, e.At+o.Rules.WalkIn.Milliseconds()) && t.Class == queue.Entitled
		if !inTime && !anew {
			say("%s missed a call, %s, due %d, is back at %d and is %s, due %d", t.Number, before.Class, before.Due, e.At, t.Class, t.Due)
		}
	case back && t.Due != max(before.Due, e.At):
		say("%s stepped aside, due %d, is back at %d and is due %d", t.Number, before.Due, e.At, t.Due)
	case back:
	case t.Class != before.Class:
		say("%s was %s and is %s", t.Number, before.Class, t.Class)
	case e.Kind == queue.Merge{}.Kind() && t.State != queue.Merged:
		if due := min(before.Due, o.Tickets.At(e.Tickets[0].ID).Due); t.Due != due {
			say("%s is due %d, and was merged to be due %d", t.Number, t.Due, due)
		}
	case t.Due != before.Due:
		say("%s was due %d and is due %d", t.Number, before.Due, t.Due)
	}
}
