package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
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

// TestGongs: a screen gongs once for each call that is newer than all before,
// and says when it shows one that it did not gong for.
func TestGongs(t *testing.T) {
	t.Parallel()
	s := newScreen("halle", &node{})
	call := api.Call{ID: "o/2-5", Number: "K 1", Desk: "1"}
	s.take([]byte(`{"epoch": 2, "version": 5, "data": {"now": [{"id": "o/2-5", "number": "K 1", "desk": "1"}]}, "calls": [{"id": "o/2-5"}, {"id": "p/1-9"}]}`))
	s.take([]byte(`{"epoch": 2, "version": 6, "data": {"now": [{"id": "o/2-5", "number": "K 1", "desk": "1"}]}, "calls": [{"id": "o/2-4"}]}`))
	if len(s.gongs) != 2 || !s.gongs["o/2-5"] || !s.gongs["p/1-9"] {
		t.Errorf("gongs for %v", s.gongs)
	}
	every := func(api.Call) bool { return true }
	if wrong := s.shows([]api.Call{call}, every); wrong != "" {
		t.Error(wrong)
	}
	delete(s.gongs, call.ID)
	if wrong := s.shows([]api.Call{call}, every); !strings.Contains(wrong, "did not gong") {
		t.Errorf("found %q", wrong)
	}
	call.ID = "o/2-7"
	if wrong := s.shows([]api.Call{call}, every); !strings.Contains(wrong, "lacks") {
		t.Errorf("found %q", wrong)
	}
	s.take([]byte(`{"epoch": 2, "version": 7, "data": {}, "calls": [{"id": "o/B4DS2521"}]}`))
	if len(s.fell) != 1 {
		t.Errorf("an id that names no event: %v", s.fell)
	}
}

// TestUnexplained: whoever is told that nobody waits must have been told so
// while nobody waited.
func TestUnexplained(t *testing.T) {
	t.Parallel()
	r := &run{site: &installation{pool: pgtest.New(t)}}
	day := []queue.Event{
		{Kind: "opened"},
		{Kind: "open", Desks: []queue.Desk{{ID: "1", State: queue.DeskOpen, Serves: []queue.ServiceID{"pass"}}}},
		{Kind: "join", Tickets: []queue.Ticket{{ID: "A", Services: []queue.ServiceID{"pass"}, State: queue.Waiting}}},
		{Kind: "leave", Tickets: []queue.Ticket{{ID: "A", Services: []queue.ServiceID{"pass"}, State: queue.Gone}}},
	}
	batch := pgjournal.Batch{Office: "o"}
	for n, e := range day {
		e.Office, e.Epoch, e.Version, e.Day = "o", 1, int64(n+1), "2026-11-24"
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		batch.Entries = append(batch.Entries, pgjournal.Entry{Event: e, Text: string(text)})
	}
	if recorded, err := pgjournal.New(r.site.pool).Append(t.Context(), []pgjournal.Batch{batch}); err != nil || !recorded[0] {
		t.Fatal(recorded, err)
	}
	done := func(version, sent, answer int64) command {
		return command{Office: "o", Status: 200, Sent: time.UnixMilli(sent), Answer: time.UnixMilli(answer), Event: api.Event{Version: version}}
	}
	sent := []command{done(2, 0, 10), done(3, 20, 30), done(4, 60, 70)}
	for _, c := range []struct {
		path, body, code string
		sent, answer     int64
		right            bool
	}{
		{"/offices/o/desks/1/call-next", "{}", "empty", 11, 19, true}, // before A came
		{"/offices/o/desks/1/call-next", "{}", "empty", 25, 35, true}, // maybe before
		{"/offices/o/desks/1/call-next", "{}", "empty", 31, 59, false},
		{"/offices/o/desks/1/call-next", "{}", "empty", 31, 61, true}, // maybe after A had left
		{"/offices/o/desks/1/call-next", "{}", "empty", 71, 72, true},
		{"/offices/o/desks/1/call-next", "{}", "desk-busy", 71, 72, false},
		{"/offices/o/desks/2/call-next", "{}", "desk-unknown", 0, 99, true},
		{"/offices/o/tickets/A/leave", "{}", "wrong-state", 71, 72, true},
		{"/offices/o/tickets/A/leave", "{}", "wrong-state", 31, 59, false},
		{"/offices/o/desks/1/no-show", `{"ticket": "A"}`, "desk-idle", 31, 59, true},
	} {
		refused := command{Office: "o", Status: 409, Path: c.path, Body: c.body, Code: c.code, Sent: time.UnixMilli(c.sent), Answer: time.UnixMilli(c.answer)}
		if wrong := r.refusals(t.Context(), append(sent, refused)); (len(wrong) == 0) != c.right {
			t.Errorf("%+v: %v", c, wrong)
		}
	}
	odd := command{Office: "o", Status: 409, Path: "/offices/o/tickets", Body: "{}"}
	if wrong := r.refusals(t.Context(), append(sent, odd)); len(wrong) != 1 {
		t.Errorf("a refusal that cannot be judged: %v", wrong)
	}
}
