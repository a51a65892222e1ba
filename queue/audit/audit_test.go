package audit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
)

// journal is a right one: two come, the first is called, comes and is served.
func journal() []queue.Event {
	both := []queue.ServiceID{"id", "pass"}
	a := queue.Ticket{ID: "A", Number: "K 1", Services: both[:1], State: queue.Waiting, Due: 10, Seq: 1}
	b := queue.Ticket{ID: "B", Number: "K 2", Services: both, State: queue.Waiting, Due: 20, Seq: 2}
	free := queue.Desk{ID: "1", State: queue.DeskOpen, Serves: both}
	called, at := a, free
	called.State, called.Desk, called.Why, at.Ticket = queue.Called, "1", &queue.Why{Rule: queue.RuleEarliest, Due: 10}, "A"
	done, calledB, atB := called, b, free
	done.State = queue.Done
	calledB.State, calledB.Desk, calledB.Why, atB.Ticket = queue.Called, "1", &queue.Why{Rule: queue.RuleEarliest, Due: 20}, "B"
	events := []queue.Event{
		{Kind: "opened", Actor: queue.Actor{Role: "system"}},
		{Kind: "join", Tickets: []queue.Ticket{a}},
		{Kind: "join", Tickets: []queue.Ticket{b}},
		{Kind: "open", Desks: []queue.Desk{free}},
		{Kind: "call-next", Tickets: []queue.Ticket{called}, Desks: []queue.Desk{at}},
		{Kind: "finish-and-call-next", Tickets: []queue.Ticket{done, calledB}, Desks: []queue.Desk{atB}},
	}
	for n := range events {
		e := &events[n]
		e.Office, e.Epoch, e.Version, e.At, e.Day, e.Command = "o", 1, int64(n+1), int64(n), "2026-11-24", strings.Repeat("c", n+1)
		for i := range e.Tickets {
			if t := &e.Tickets[i]; t.State == queue.Called {
				t.Call = fmt.Sprintf("1-%d", n+1)
			}
		}
	}
	return events
}

// TestNotices breaks the journal in one place each, as a lost fence, a
// second desk or a late event would.
func TestNotices(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func([]queue.Event)
		want  string
	}{
		"nothing":              {func([]queue.Event) {}, ""},
		"a version is missing": {func(es []queue.Event) { es[3].Version = 9 }, "does not follow"},
		"an old epoch":         {func(es []queue.Event) { es[4].Epoch = 0 }, "does not follow"},
		"an epoch unopened":    {func(es []queue.Event) { es[4].Epoch = 2 }, "does not follow"},
		"time falls":           {func(es []queue.Event) { es[4].At = 1 }, "time falls"},
		"a command twice":      {func(es []queue.Event) { es[4].Command = es[3].Command }, "already"},
		"a number twice":       {func(es []queue.Event) { es[2].Tickets[0].Number = "K 1" }, "K 1 is A's already"},
		"called out of turn": {func(es []queue.Event) {
			b := es[5].Tickets[1]
			es[4].Tickets[0], es[4].Desks[0].Ticket = b, "B"
		}, "due first was"},
		"nobody called":        {func(es []queue.Event) { es[5].Tickets, es[5].Desks[0].Ticket = es[5].Tickets[:1], "" }, "nobody was called"},
		"a wrong reason":       {func(es []queue.Event) { es[4].Tickets[0].Why = &queue.Why{Rule: queue.RuleStep, Due: 10} }, "because of"},
		"an old call's id":     {func(es []queue.Event) { es[5].Tickets[1].Call = "1-5" }, `K 2 is called as "1-5"`},
		"no reason":            {func(es []queue.Event) { es[4].Tickets[0].Why = nil }, "nobody can say why"},
		"a call by a change":   {func(es []queue.Event) { es[4].Kind = "change" }, "K 1 is called"},
		"chosen for no reason": {func(es []queue.Event) { es[4].Kind = "call-this" }, "was chosen because of"},
		"chosen": {func(es []queue.Event) {
			es[4].Kind, es[4].Tickets[0].Why = "call-this", &queue.Why{Rule: queue.RuleChosen, Due: 10, Reason: "frail"}
		}, ""},
		"a recall that is no call of its own": {func(es []queue.Event) {
			es[5] = es[4]
			es[5].Kind, es[5].Version, es[5].At, es[5].Command = "recall", 6, 5, "another"
		}, `K 1 is called as "1-5"`},
		"a recall for another reason": {func(es []queue.Event) {
			es[5] = es[4]
			es[5].Kind, es[5].Version, es[5].At, es[5].Command = "recall", 6, 5, "another"
			es[5].Tickets = []queue.Ticket{es[4].Tickets[0]}
			es[5].Tickets[0].Why = &queue.Why{Rule: queue.RuleStep, Due: 10}
		}, "and now of"},
		"a due that changed":      {func(es []queue.Event) { es[4].Tickets[0].Why = &queue.Why{Rule: queue.RuleEarliest, Due: 11} }, "because of"},
		"a desk without its own":  {func(es []queue.Event) { es[4].Desks[0].Ticket = "" }, "at a desk: false"},
		"a desk with one waiting": {func(es []queue.Event) { es[3].Desks[0].Ticket = "B" }, "which is waiting"},
		"joined before the moment": {func(es []queue.Event) {
			b := &es[2].Tickets[0]
			b.State, b.Joins = queue.Parked, 6
		}, "is called at 5, but joins at 6"},
		"back from aside, but not due then": {func(es []queue.Event) {
			b := &es[2].Tickets[0]
			b.State, b.Aside, b.Due = queue.Parked, true, 1
		}, "stepped aside, due 1, is back at 5 and is due 20"},
		"another due":    {func(es []queue.Event) { es[4].Tickets[0].Due = 11 }, "was due 10 and is due 11"},
		"another number": {func(es []queue.Event) { es[4].Tickets[0].Number = "K 9" }, "nothing changes that"},
		"back from the dead": {func(es []queue.Event) {
			es[3].Kind, es[3].Tickets = "leave", []queue.Ticket{es[1].Tickets[0]}
			es[3].Tickets[0].State = queue.Gone
		}, "but was gone"},
		"one at two desks": {func(es []queue.Event) {
			second := es[4].Desks[0]
			second.ID = "2"
			es[4].Desks = append(es[4].Desks, second)
		}, "is at the desks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := journal()
			c.spoil(events)
			o := New()
			var wrong []string
			for _, e := range events {
				wrong = append(wrong, o.Take(e)...)
			}
			if said := strings.Join(wrong, "\n"); (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
				t.Errorf("found %q, want %q", said, c.want)
			}
		})
	}
}
