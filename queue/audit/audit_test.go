package audit

import (
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
)

// journal is a right one: two come, the first is called, comes and is served.
func journal() []queue.Event {
	both := []queue.ServiceID{"id", "pass"}
	a := queue.Ticket{ID: "A", Number: "K 1", Class: queue.Booked, Services: both[:1], State: queue.Waiting, Slot: 10, Due: 10, Seq: 1, Arrived: 1}
	b := queue.Ticket{ID: "B", Number: "K 2", Class: queue.Booked, Services: both, State: queue.Waiting, Slot: 20, Due: 20, Seq: 2, Arrived: 2}
	free := queue.Desk{ID: "1", State: queue.DeskOpen, Serves: both}
	called, at := a, free
	called.State, called.Desk, called.Call, called.Why, at.Ticket = queue.Called, "1", "1-5", &queue.Why{Rule: queue.RuleEarliest, Due: 10}, "A"
	done, calledB, atB := called, b, free
	done.State = queue.Done
	calledB.State, calledB.Desk, calledB.Call, calledB.Why, atB.Ticket = queue.Called, "1", "1-6", &queue.Why{Rule: queue.RuleEarliest, Due: 20}, "B"
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
		e.Counters.Seq = min(int64(n), 2)
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
		"nobody is counted":    {func(es []queue.Event) { es[2].Counters.Seq = 1 }, "1 have come, want 2"},
		"counted backwards":    {func(es []queue.Event) { es[2].Tickets[0].Seq = 98 }, "K 2 came as 98, want 2"},
		"disturbed by a call": {func(es []queue.Event) {
			es[4].Counters.Disturbed = map[queue.ServiceID]int64{"tax": 4}
		}, "disturbed was map[], and is map[tax:4]"},
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
			why := &queue.Why{Rule: queue.RuleChosen, Due: 10, Reason: "frail"}
			es[4].Kind, es[4].Tickets[0].Why, es[5].Tickets[0].Why = "call-this", why, why
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
		"another due":         {func(es []queue.Event) { es[4].Tickets[0].Due = 11 }, "was due 10 and is due 11"},
		"due a day too early": {func(es []queue.Event) { es[1].Tickets[0].Due -= 24 * 60 * 60 * 1000 }, "want 10 to 10"},
		"another number":      {func(es []queue.Event) { es[4].Tickets[0].Number = "K 9" }, "changes [number] of K 9"},
		"back from the dead": {func(es []queue.Event) {
			es[3].Kind, es[3].Tickets = "leave", []queue.Ticket{es[1].Tickets[0]}
			es[3].Tickets[0].State = queue.Gone
		}, "was gone and is called"},
		"a call that changes the class": {func(es []queue.Event) { es[4].Tickets[0].Class = queue.Urgent }, "was booked and is urgent"},
		"a call that changes services":  {func(es []queue.Event) { es[4].Tickets[0].Services = es[2].Tickets[0].Services }, "changes [services] of K 1"},
		"finished and gone":             {func(es []queue.Event) { es[5].Tickets[0].State = queue.Gone }, "K 1 was called and is gone"},
		"a kind that nobody knows":      {func(es []queue.Event) { es[3].Kind = "sell" }, "sell: has 0 tickets"},
		"a call of nobody":              {func(es []queue.Event) { es[4].Tickets = nil }, "has 0 tickets"},
		"a call to no desk":             {func(es []queue.Event) { es[4].Desks = nil }, "has 0 desks"},
		"a desk that calls and closes":  {func(es []queue.Event) { es[4].Desks[0].State = queue.DeskClosed }, "changes [state] of desk 1"},
		"opened within its epoch": {func(es []queue.Event) {
			es[3] = queue.Event{Office: "o", Kind: "opened", Epoch: 1, Version: 4, At: 3, Day: es[2].Day, Command: "again"}
		}, "does not follow"},
		"a day with open tickets": {func(es []queue.Event) { es[3].Kind, es[3].Day, es[3].Desks = "day", "2026-11-25", nil }, "K 1 is still waiting"},
		"a day that goes back":    {func(es []queue.Event) { es[1].Kind, es[1].Day, es[1].Tickets = "day", "2026-11-23", nil }, "2026-11-23 begins after 2026-11-24"},
		"another day in between":  {func(es []queue.Event) { es[3].Day = "2026-11-25" }, "the day was 2026-11-24 and is 2026-11-25"},
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

// TestKinds: what an event may change is said for every kind.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range queue.Kinds() {
		if _, ok := ways[kind]; !ok {
			t.Errorf("nothing says what %s may change", kind)
		}
	}
}

// TestReturns holds when somebody is due who missed a call and is back, and what a merge makes of two.
func TestReturns(t *testing.T) {
	t.Parallel()
	const allowance = 20 * 60_000
	for name, c := range map[string]struct {
		change func(before queue.Ticket, e *queue.Event)
		want   string
	}{
		"in time": {func(_ queue.Ticket, e *queue.Event) { e.Tickets[0].Due = 40 }, ""},
		"late": {func(_ queue.Ticket, e *queue.Event) {
			e.Tickets[0].Due, e.Tickets[0].Class = 40+allowance, queue.Entitled
		}, ""},
		"due at no time":   {func(_ queue.Ticket, e *queue.Event) { e.Tickets[0].Due = 0 }, "is back at 40 and is booked, due 0"},
		"due as ever":      {func(before queue.Ticket, e *queue.Event) { e.Tickets[0].Due = before.Due }, "is back at 40 and is booked, due 10"},
		"late and booked":  {func(_ queue.Ticket, e *queue.Event) { e.Tickets[0].Due = 40 + allowance }, "is back at 40"},
		"merged":           {func(before queue.Ticket, e *queue.Event) { merge(before, e); e.Tickets[1].Due = 10 }, ""},
		"merged, due late": {merge, "K 1 is due 20, and was merged to be due 10"},
		"merged, and forgotten what for": {func(before queue.Ticket, e *queue.Event) {
			merge(before, e)
			e.Tickets[1].Due, e.Tickets[1].Services = 10, []queue.ServiceID{"pass"}
		}, "K 1 is for [pass], and was merged of [id] and [id]"},
	} {
		before := queue.Ticket{ID: "A", Number: "K 1", Class: queue.Booked, Services: []queue.ServiceID{"id"}, State: queue.Missed, Slot: 10, Due: 10, MissedAt: 30}
		o := New()
		o.Take(queue.Event{Epoch: 1, Version: 1, At: 30, Day: "2026-11-24", Kind: "opened", Command: "1", Tickets: []queue.Ticket{before,
			{ID: "B", Number: "K 2", Services: []queue.ServiceID{"id"}, State: queue.Waiting, Due: 20}}})
		back := before
		back.State = queue.Waiting
		e := queue.Event{Epoch: 1, Version: 2, At: 40, Day: "2026-11-24", Kind: "here", Command: "2", Tickets: []queue.Ticket{back}}
		c.change(before, &e)
		if said := strings.Join(o.Take(e), "\n"); (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: found %q, want %q", name, said, c.want)
		}
	}
}

// TestCounters: of those who are let in at once, the first two of an hour are due
// before they came, and a disturbance lasts until it is said to be over.
func TestCounters(t *testing.T) {
	t.Parallel()
	const hour = 60 * 60_000
	early := func(at int64) int64 { return at - queue.DefaultRules.AtOnce.Milliseconds() }
	day := func() []queue.Event {
		var events []queue.Event
		for n, at := range []int64{hour, 2*hour - 1, 2*hour - 1, 2 * hour} { // the last when the first is an hour ago
			id := string(rune('A' + n))
			events = append(events, queue.Event{At: at, Kind: "join", Counters: queue.Counters{Seq: int64(n + 1)},
				Tickets: []queue.Ticket{{ID: queue.TicketID(id), Number: id, Class: queue.AtOnce, Seq: int64(n + 1), Arrived: at, Due: early(at), State: queue.Waiting, Services: []queue.ServiceID{"id"}}}})
		}
		events[0].Counters.AtOnce = []int64{hour}
		events[1].Counters.AtOnce = []int64{hour, 2*hour - 1}
		events[2].Counters.AtOnce, events[2].Tickets[0].Due = events[1].Counters.AtOnce, 2*hour-1
		events[3].Counters.AtOnce = []int64{2*hour - 1, 2 * hour}
		for n, kind := range []string{"disturb", "pause", "restore"} {
			counters := events[3].Counters
			if kind != "restore" {
				counters.Disturbed = map[queue.ServiceID]int64{"id": 2 * hour}
			}
			events = append(events, queue.Event{At: int64(2*hour + n), Kind: kind, Counters: counters})
		}
		events[5].Desks = []queue.Desk{{ID: "1", State: queue.DeskPaused}}
		return append([]queue.Event{{Kind: "opened", Desks: []queue.Desk{{ID: "1", State: queue.DeskOpen}}}}, events...)
	}
	for name, c := range map[string]struct {
		spoil func([]queue.Event)
		want  string
	}{
		"right":                {func([]queue.Event) {}, ""},
		"one too many":         {func(es []queue.Event) { es[3].Tickets[0].Due = early(2*hour - 1) }, "C, at-once"},
		"one too few":          {func(es []queue.Event) { es[4].Tickets[0].Due = 2 * hour }, "D, at-once"},
		"not counted":          {func(es []queue.Event) { es[2].Counters.AtOnce = es[1].Counters.AtOnce }, "let in at once in this hour"},
		"a disturbance ends":   {func(es []queue.Event) { es[6].Counters.Disturbed = nil }, "pause: disturbed was map[id:7200000], and is map[]"},
		"disturbed before now": {func(es []queue.Event) { es[5].Counters.Disturbed = map[queue.ServiceID]int64{"id": 1} }, "disturb: disturbed was map[], and is map[id:1]"},
		"two are disturbed":    {func(es []queue.Event) { es[5].Counters.Disturbed["pass"] = 2 * hour }, "disturb: disturbed was map[]"},
	} {
		o, events := New(), day()
		o.Rules.AtOnceLimit = 2
		c.spoil(events)
		var wrong []string
		for n, e := range events {
			e.Office, e.Epoch, e.Version, e.Day, e.Command = "o", 1, int64(n+1), "2026-11-24", strings.Repeat("c", n+1)
			wrong = append(wrong, o.Take(e)...)
		}
		if said := strings.Join(wrong, "\n"); (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: found %q, want %q", name, said, c.want)
		}
	}
}

// TestServices holds what is left of a visit for two services after one of them, and
// after it was split.
func TestServices(t *testing.T) {
	t.Parallel()
	both := []queue.ServiceID{"id", "pass"}
	before := queue.Ticket{ID: "A", Number: "K 1", Services: both, State: queue.Serving, Desk: "1", Due: 10}
	at := queue.Desk{ID: "1", State: queue.DeskOpen, Serves: both[:1], Ticket: "A"}
	part := before
	part.ID, part.Number, part.Services, part.State, part.Desk, part.From, part.Seq = "B", "K 2", both[1:], queue.Waiting, "", "A", 1
	for name, c := range map[string]struct {
		kind     string
		state    queue.State
		services []queue.ServiceID
		finished []queue.ServiceID
		want     string
	}{
		"the rest is left":               {"finish", queue.Waiting, both[1:], both[:1], ""},
		"also of what was not done":      {"finish", queue.Waiting, both[1:], nil, ""},
		"the rest is lost":               {"finish", queue.Done, both, both[:1], "K 1 came for [id pass] and is done for [id pass], left were [pass]"},
		"all is left":                    {"finish", queue.Waiting, both, nil, "is waiting for [id pass], left were [pass]"},
		"the rest was done nevertheless": {"finish", queue.Done, both, both, ""},
		"split":                          {"split", queue.Serving, both[:1], nil, ""},
		"split, and both are for one":    {"split", queue.Serving, both[1:], nil, "K 1 was for [id pass], and was split into [pass] and [pass]"},
	} {
		o := New()
		o.Take(queue.Event{Epoch: 1, Version: 1, Day: "2026-11-24", Kind: "opened", Command: "1", Tickets: []queue.Ticket{before}, Desks: []queue.Desk{at}})
		after, e := before, queue.Event{Epoch: 1, Version: 2, Day: "2026-11-24", Kind: c.kind, Command: "2"}
		after.State, after.Services, after.Finished = c.state, c.services, c.finished
		e.Tickets = []queue.Ticket{after}
		if c.kind == "split" {
			e.Tickets, e.Counters.Seq = append(e.Tickets, part), 1
		} else {
			free := at
			free.Ticket = ""
			e.Desks = []queue.Desk{free}
		}
		if said := strings.Join(o.Take(e), "\n"); (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: found %q, want %q", name, said, c.want)
		}
	}
}

// merge makes of an event that B, due 20, is merged into A, which missed a call.
func merge(before queue.Ticket, e *queue.Event) {
	e.Kind = "merge"
	into := before
	into.Due = 20
	e.Tickets = []queue.Ticket{{ID: "B", Number: "K 2", Services: []queue.ServiceID{"id"}, State: queue.Merged, Due: 20, Into: "A"}, into}
}
