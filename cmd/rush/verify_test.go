package main

import (
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestCompareNotices holds answers against a record in which B joined and A was called.
func TestCompareNotices(t *testing.T) {
	t.Parallel()
	r := &record{offices: map[string]*history{"o": newHistory()}}
	r.offices["o"].take(queue.Event{Epoch: 1, Version: 4, Kind: "join", Tickets: []queue.Ticket{{ID: "B", Number: "K 2", State: queue.Waiting}}})
	r.offices["o"].take(queue.Event{Epoch: 1, Version: 5, Kind: "call-next", Tickets: []queue.Ticket{{ID: "A", Number: "K 1", State: queue.Called, Desk: "1", Due: 10}},
		Desks: []queue.Desk{{ID: "1", State: queue.DeskOpen, Ticket: "A"}}})
	at := time.UnixMilli(10)
	right := api.Event{Epoch: 1, Version: 5, Kind: "call-next",
		Tickets: []api.Ticket{{ID: "A", Number: "K 1", State: "called", Desk: "1", Due: at}}, Desks: []api.Desk{{ID: "1", State: "open", Ticket: "A"}}}
	another, lost, older := right, right, right
	another.Tickets = []api.Ticket{{ID: "B", Number: "K 2", State: "called", Desk: "1", Due: at}}
	lost.Version, older.Epoch = 7, 2
	for name, c := range map[string]struct {
		sent command
		want string
	}{
		"right":             {command{Event: right}, ""},
		"refused":           {command{Status: 409}, ""},
		"another answer":    {command{Event: another}, "recorded"},
		"lost":              {command{Event: lost}, "recorded"},
		"of another epoch":  {command{Event: older}, "recorded"},
		"a lost ticket":     {command{Visit: api.Visit{ID: "C", Number: "K 3"}}, "is not in the record"},
		"a ticket":          {command{Visit: api.Visit{ID: "B", Number: "K 2"}}, ""},
		"an office unknown": {command{Office: "p", Event: right}, "no record"},
	} {
		if c.sent.Office == "" {
			c.sent.Office = "o"
		}
		if c.sent.Status == 0 {
			c.sent.Status, r.offices["o"].done = 200, 1
		} else {
			r.offices["o"].done = 0
		}
		said := strings.Join(compare([]command{c.sent}, r), "\n")
		if c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: found %q, want %q", name, said, c.want)
		}
	}
	r.offices["o"].done = 2
	if said := strings.Join(compare([]command{{Office: "o", Status: 200, Event: right}}, r), "\n"); !strings.Contains(said, "2 commands are recorded, 1 were answered") {
		t.Errorf("a command that nobody was answered: found %q", said)
	}
}

// TestInOrder: what was sent after an answer must not come before it.
func TestInOrder(t *testing.T) {
	t.Parallel()
	at := func(sent, answer int64, version int64) command {
		return command{Office: "o", Sent: time.UnixMilli(sent), Answer: time.UnixMilli(answer), Event: api.Event{Version: version}}
	}
	if wrong := inOrder([]command{at(0, 10, 2), at(5, 9, 1), at(11, 12, 3)}); len(wrong) != 0 {
		t.Errorf("at once, then later: %v", wrong)
	}
	if wrong := inOrder([]command{at(0, 10, 3), at(5, 30, 4), at(11, 12, 2)}); len(wrong) != 1 {
		t.Errorf("2 was sent after 3 was answered: %v", wrong)
	}
}

// TestMade knows the calls that were made from any others.
func TestMade(t *testing.T) {
	t.Parallel()
	r := &record{offices: map[string]*history{"o": newHistory()}}
	r.offices["o"].take(queue.Event{Epoch: 2, Version: 5, Kind: "call-next", Tickets: []queue.Ticket{{ID: "A", Number: "K 1", State: queue.Called, Desk: "1", Call: "2-5"}},
		Desks: []queue.Desk{{ID: "1", State: queue.DeskOpen, Ticket: "A"}}})
	for call, want := range map[api.Call]bool{{ID: "o/2-5", Number: "K 1"}: true, {ID: "o/1-5", Number: "K 1"}: false, {ID: "o/2-6", Number: "K 1"}: false,
		{ID: "p/2-5", Number: "K 1"}: false, {ID: "o/2-5", Number: "K 2"}: false, {ID: "x", Number: "K 1"}: false} {
		if r.made(call) != want {
			t.Errorf("%+v was made: %t", call, !want)
		}
	}
}
