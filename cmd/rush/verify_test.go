package main

import (
	"encoding/json"
	"fmt"
	"slices"
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
	r.offices["o"].take(queue.Event{Office: "o", Epoch: 1, Version: 4, Kind: "join", Tickets: []queue.Ticket{{ID: "B", Number: "K 2", State: queue.Waiting, Due: 10, Services: []queue.ServiceID{"id"}}}})
	r.offices["o"].take(queue.Event{Office: "o", Epoch: 1, Version: 5, Kind: "call-next", Tickets: []queue.Ticket{{ID: "A", Number: "K 1", Class: queue.Booked, State: queue.Called, Desk: "1", Due: 10,
		Why: &queue.Why{Rule: queue.RuleEarliest, Due: 10}}}, Desks: []queue.Desk{{ID: "1", State: queue.DeskOpen, Serves: []queue.ServiceID{"id"}, Ticket: "A"}}})
	at := time.UnixMilli(10)
	right := func() api.Event {
		return api.Event{Office: "o", Epoch: 1, Version: 5, Kind: "call-next", Tickets: []api.Ticket{{ID: "A", Number: "K 1", Class: "booked", State: "called", Desk: "1", Due: at,
			Why: &api.Why{Rule: "earliest", Due: at}}}, Desks: []api.Desk{{ID: "1", State: "open", Serves: []string{"id"}, Meets: []string{}, Ticket: "A"}}}
	}
	but := func(change func(*api.Event)) command {
		e := right()
		change(&e)
		return command{Event: e}
	}
	joined := api.Visit{Office: "o", ID: "B", Number: "K 2", State: "waiting", Due: at, Services: []string{"id"}, Ahead: 3, Desks: 1}
	another := joined
	another.Services = []string{"pass"}
	for name, c := range map[string]struct {
		sent command
		want string
	}{
		"right":             {command{Event: right()}, ""},
		"refused":           {command{Status: 409}, ""},
		"another answer":    {but(func(e *api.Event) { e.Tickets[0].ID, e.Tickets[0].Number = "B", "K 2" }), "recorded"},
		"another class":     {but(func(e *api.Event) { e.Tickets[0].Class = "urgent" }), "recorded"},
		"another service":   {but(func(e *api.Event) { e.Tickets[0].Services = []string{"pass"} }), "recorded"},
		"another reason":    {but(func(e *api.Event) { e.Tickets[0].Why.Rule = "chosen" }), "recorded"},
		"another desk":      {but(func(e *api.Event) { e.Desks[0].Serves = []string{"pass"} }), "recorded"},
		"lost":              {but(func(e *api.Event) { e.Version = 7 }), "recorded"},
		"of another epoch":  {but(func(e *api.Event) { e.Epoch = 2 }), "recorded"},
		"a lost ticket":     {command{Visit: api.Visit{ID: "C", Number: "K 3"}}, "recorded"},
		"a ticket":          {command{Visit: joined}, ""},
		"another ticket":    {command{Visit: another}, "recorded"},
		"an office unknown": {command{Office: "p", Event: right()}, "no record"},
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
	if said := strings.Join(compare([]command{{Office: "o", Status: 200, Event: right()}}, r), "\n"); !strings.Contains(said, "2 commands are recorded, 1 were answered") {
		t.Errorf("a command that nobody was answered: found %q", said)
	}
}

// TestInOrder: what was sent after an answer must not come before it.
func TestInOrder(t *testing.T) {
	t.Parallel()
	at := func(sent, answer int64, version int64) command {
		return command{Office: "o", Sent: time.UnixMilli(sent), Answer: time.UnixMilli(answer), Version: version}
	}
	if wrong := inOrder([]command{at(0, 10, 2), at(5, 9, 1), at(11, 12, 3)}); len(wrong) != 0 {
		t.Errorf("at once, then later: %v", wrong)
	}
	if wrong := inOrder([]command{at(0, 10, 3), at(5, 30, 4), at(11, 12, 2)}); len(wrong) != 1 {
		t.Errorf("2 was sent after 3 was answered: %v", wrong)
	}
}

// TestBoards: a screen shows the calls that stand and no other, in their order,
// each with what it says.
func TestBoards(t *testing.T) {
	t.Parallel()
	r := &record{offices: map[string]*history{"o": newHistory()}}
	ticket := func(n int64, state queue.State) queue.Ticket {
		return queue.Ticket{ID: queue.TicketID(fmt.Sprint(n)), Number: fmt.Sprintf("K %d", n), Area: "halle", State: state, Desk: "1", Call: fmt.Sprintf("2-%d", n), CalledAt: n * 100_000}
	}
	aside := ticket(8, queue.Parked)
	aside.Aside = true
	r.offices["o"].take(queue.Event{Office: "o", Epoch: 2, Version: 10, Kind: "opened", Desks: []queue.Desk{{ID: "1", Label: "4", Way: "upstairs"}},
		Tickets: []queue.Ticket{ticket(1, queue.Called), ticket(2, queue.Done), ticket(3, queue.Waiting), ticket(4, queue.Gone), ticket(5, queue.Serving),
			ticket(6, queue.Missed), ticket(7, queue.Parked), aside, ticket(9, queue.Done)}})
	call := func(n int64) api.Call {
		return api.Call{ID: fmt.Sprintf("o/2-%d", n), Number: fmt.Sprintf("K %d", n), Desk: "4", Way: "upstairs", At: time.UnixMilli(n * 100_000)}
	}
	right := func() *screen {
		s := newScreen("halle", &node{})
		s.gongs["o/2-1"] = true
		s.board = api.Board{Now: []api.Call{call(9), call(1)}, Earlier: []api.Call{call(7), call(6), call(5)}}
		return s
	}
	for name, c := range map[string]struct {
		spoil func(*screen)
		at    int64
		right bool
	}{
		"right":               {func(*screen) {}, 910_000, true},
		"a moment late":       {func(*screen) {}, 961_000, true},
		"too late":            {func(*screen) {}, 966_000, false},
		"one who waits again": {func(s *screen) { s.board.Earlier[0] = call(3) }, 910_000, false},
		"one who is gone":     {func(s *screen) { s.board.Now = append(s.board.Now, call(4)) }, 910_000, false},
		"one who is aside":    {func(s *screen) { s.board.Earlier[0] = call(8) }, 910_000, false},
		"one is lacking":      {func(s *screen) { s.board.Now = s.board.Now[:1] }, 910_000, false},
		"another order":       {func(s *screen) { s.board.Earlier[0], s.board.Earlier[1] = call(6), call(7) }, 910_000, false},
		"one too many":        {func(s *screen) { s.board.Earlier = append(s.board.Earlier, call(2)) }, 910_000, false},
		"another desk":        {func(s *screen) { s.board.Now[0].Desk = "5" }, 910_000, false},
		"no gong":             {func(s *screen) { delete(s.gongs, "o/2-1") }, 910_000, false},
	} {
		s := right()
		c.spoil(s)
		if wrong := s.shows(r.standing("halle"), time.UnixMilli(c.at)); (wrong == "") != c.right {
			t.Errorf("%s: found %q", name, wrong)
		}
	}
}

// TestGongs: a screen gongs once for each call that is newer than all before, and
// says when a frame is older than the one before.
func TestGongs(t *testing.T) {
	t.Parallel()
	s := newScreen("halle", &node{})
	s.take([]byte(`{"epoch": 2, "version": 5, "data": {"now": [{"id": "o/2-5", "number": "K 1", "desk": "1"}]}, "calls": [{"id": "o/2-5"}, {"id": "p/1-9"}]}`))
	s.take([]byte(`{"epoch": 2, "version": 6, "data": {"now": [{"id": "o/2-5", "number": "K 1", "desk": "1"}]}, "calls": [{"id": "o/2-4"}]}`))
	if len(s.gongs) != 2 || !s.gongs["o/2-5"] || !s.gongs["p/1-9"] {
		t.Errorf("gongs for %v", s.gongs)
	}
	s.take([]byte(`{"epoch": 2, "version": 7, "data": {}, "calls": [{"id": "o/B4DS2521"}]}`))
	if len(s.fell) != 1 {
		t.Errorf("an id that names no event: %v", s.fell)
	}
	s.take([]byte(`{"epoch": 2, "version": 6, "data": {}}`))
	if len(s.fell) != 2 {
		t.Errorf("a frame that is older than the one before: %v", s.fell)
	}
}

// TestDecisions: whoever is told that nobody waits must have been told so while nobody
// waited, and what is done must be what was asked for.
func TestDecisions(t *testing.T) {
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
	r.record = newRecord(r.site.pool)
	if err := r.record.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := func(path, body string, version, sent, answer int64) command {
		return command{Office: "o", Path: path, Body: body, Status: 200, Sent: time.UnixMilli(sent), Answer: time.UnixMilli(answer), Event: api.Event{Version: version}}
	}
	join := done("/offices/o/tickets", `{"services": [{"service": "pass", "persons": 1}]}`, 0, 20, 30)
	join.Status, join.Visit.ID = 201, "A"
	sent := r.record.placed([]command{done("/offices/o/desks/1/open", `{"serves": ["pass"]}`, 2, 0, 10), join, done("/offices/o/tickets/A/leave", "{}", 4, 60, 70)})
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
		if wrong := r.decisions(t.Context(), append(sent, refused)); (len(wrong) == 0) != c.right {
			t.Errorf("%+v: %v", c, wrong)
		}
	}
	for what, change := range map[string]func([]command){
		"another service":   func(all []command) { all[1].Body = `{"services": [{"service": "id", "persons": 1}]}` },
		"another ticket":    func(all []command) { all[2].Path = "/offices/o/tickets/B/leave" },
		"another command":   func(all []command) { all[2].Path = "/offices/o/tickets/A/step-aside" },
		"a desk for others": func(all []command) { all[0].Body = `{"serves": ["id"]}` },
		"another reason": func(all []command) {
			all[1].Body = `{"services": [{"service": "pass", "persons": 1}], "reason": "frail"}`
		},
	} {
		asked := slices.Clone(sent)
		change(asked)
		if wrong := r.decisions(t.Context(), asked); len(wrong) != 1 {
			t.Errorf("asked for %s: %v", what, wrong)
		}
	}
	odd := command{Office: "o", Status: 409, Path: "/offices/o/tickets", Body: "{}"}
	if wrong := r.decisions(t.Context(), append(sent, odd)); len(wrong) != 1 {
		t.Errorf("a refusal that cannot be judged: %v", wrong)
	}
}

// TestForgotten: only what was answered while PostgreSQL was away and Redis forgot
// may be lost, and of that only what was said to be behind.
func TestForgotten(t *testing.T) {
	t.Parallel()
	for name, forgets := range map[string]bool{"postgres killed + redis killed": false, "postgres cut off + redis full": false, "node killed + redis emptied": false,
		"postgres killed": false, "redis emptied": false, "postgres silent + redis emptied": true, "postgres killed + redis set back": true} {
		if (kind{name: name}).forgets() != forgets {
			t.Errorf("%s forgets: %t", name, !forgets)
		}
	}
	r := &run{record: &record{offices: map[string]*history{"o": newHistory()}}, forgets: []span{{time.UnixMilli(10), time.UnixMilli(20)}}}
	behind := func(answer int64, so bool) command {
		return command{Office: "o", Status: 200, Answer: time.UnixMilli(answer), Behind: so, Event: api.Event{Epoch: 1, Version: 2}}
	}
	join := command{Office: "o", Status: 201, Answer: time.UnixMilli(25), Visit: api.Visit{ID: "A"}}
	for _, c := range []struct {
		sent command
		may  bool
	}{{behind(15, true), true}, {behind(15, false), false}, {behind(5, true), false}, {behind(21, true), false}, {join, false}} {
		if kept := r.forgotten([]command{c.sent}); (len(kept) == 0) != c.may {
			t.Errorf("%+v may be lost: %t", c.sent, !c.may)
		}
	}
}

// TestLost: whoever was sent to another office is there, and only there, as they were sent.
func TestLost(t *testing.T) {
	t.Parallel()
	services := []queue.ServiceID{"id"}
	sent := queue.Ticket{ID: "A", Class: queue.Booked, Due: 10, State: queue.Sent, SentTo: &queue.Passage{Office: "p", Services: services, Epoch: 1, Version: 3}}
	for name, c := range map[string]struct {
		change func(*queue.Ticket)
		want   string
	}{
		"arrived":           {func(*queue.Ticket) {}, ""},
		"of an earlier way": {func(t *queue.Ticket) { t.SentFrom.Version = 2 }, "never arrived"},
		"due later":         {func(t *queue.Ticket) { t.Due = 11 }, "arrived in p as"},
		"another service":   {func(t *queue.Ticket) { t.Services = []queue.ServiceID{"pass"} }, "arrived in p as"},
	} {
		r := &record{offices: map[string]*history{"o": newHistory(), "p": newHistory()}}
		r.offices["o"].take(queue.Event{Office: "o", Epoch: 1, Version: 3, Kind: "send", Tickets: []queue.Ticket{sent}})
		arrived := queue.Ticket{ID: "A", Class: queue.Booked, Due: 10, State: queue.Waiting, Services: services, SentFrom: &queue.Passage{Office: "o", Epoch: 1, Version: 3}}
		c.change(&arrived)
		r.offices["p"].take(queue.Event{Office: "p", Epoch: 1, Version: 3, Kind: "receive", Tickets: []queue.Ticket{arrived}})
		if said := strings.Join(r.lost(), "\n"); (c.want == "") != (said == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: found %q, want %q", name, said, c.want)
		}
	}
}
