package dashboards_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

const amt = "buergerbuero"

// story is a short morning in one office that two nodes watch, on a real Redis.
type story struct {
	t     *testing.T
	rdb   *redis.Client
	pool  *pgxpool.Pool
	line  *redisqueue.Queue
	clock atomic.Int64 // the office clock, ms
	steps int
	nodes []*node
}

// node is what one node of the installation measures.
type node struct {
	reg    *client.Registry
	server *httptest.Server
	events *prommetrics.Queue
	state  atomic.Pointer[queue.Office]
	http   *prommetrics.HTTP
	live   *wsscreen.Hub
}

func city() *booking.City {
	return &booking.City{Zone: "Europe/Berlin", Houses: []booking.House{{Offices: []booking.Office{{
		ID: amt, Services: []booking.Service{{ID: "ausweis"}, {ID: "pass"}}, Desks: []booking.Desk{{ID: "1"}, {ID: "2"}, {ID: "3"}},
	}}}}}
}

func newStory(t *testing.T) *story {
	rdb := redistest.New(t)
	s := &story{t: t, rdb: rdb, line: redisqueue.New(rdb)}
	s.at("08:00")
	s.nodes = []*node{s.node(), s.node()}
	redisqueue.Measure(rdb, s.nodes[0].reg)
	pool, err := pg.OpenMeasured(t.Context(), pgtest.URL(t), s.nodes[0].reg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.pool = pool
	return s
}

func (s *story) now() time.Time { return time.UnixMilli(s.clock.Load()) }

// at moves the office clock.
func (s *story) at(clock string) {
	at, err := time.Parse("2006-01-02 15:04 MST", "2026-11-24 "+clock+" CET")
	if err != nil {
		s.t.Fatal(err)
	}
	s.clock.Store(at.UnixMilli())
}

func (s *story) node() *node {
	n := &node{reg: client.NewRegistry()}
	prommetrics.Program(n.reg)
	n.events, n.http = prommetrics.NewQueue(n.reg, city), prommetrics.NewHTTP(n.reg)
	n.reg.MustRegister(&prommetrics.Offices{City: city, Now: s.now, State: func(queue.OfficeID) *queue.Office { return n.state.Load() }})
	n.live = wsscreen.New(wsscreen.Config{Now: s.now, Rate: func() float64 { return 1 }, Age: func() time.Duration { return 0 },
		Metrics: n.reg, Log: slog.New(slog.DiscardHandler)})
	s.t.Cleanup(n.live.Close)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(n.reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {
		n.live.Serve(w, r, wsscreen.Topic{Key: "screen", Kind: "screen", Offices: []queue.OfficeID{amt}, Render: n.board})
	})
	n.server = httptest.NewServer(mux)
	s.t.Cleanup(n.server.Close)
	return n
}

func (n *node) board() (wsscreen.Frame, error) {
	state := n.state.Load()
	return wsscreen.Frame{Epoch: state.Epoch, Version: state.Version, Content: wsscreen.Content{HTML: fmt.Sprint(state.Version)}}, nil
}

func (n *node) address() string { return strings.TrimPrefix(n.server.URL, "http://") }

// do carries out a command; the nodes given learn of it.
func (s *story) do(c queue.Command, learn ...*node) queue.Event {
	s.t.Helper()
	s.steps++
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := s.line.Do(ctx, queue.Request{Office: amt, ID: fmt.Sprint("step-", s.steps), At: s.now(), Day: "2026-11-24",
		Actor: queue.Actor{Role: "clerk"}, Command: c})
	if err != nil {
		s.t.Fatalf("%s: %v", c.Kind(), err)
	}
	state, err := s.line.Office(ctx, amt)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range learn {
		n.events.Event(e)
		n.state.Store(state)
		n.live.Changed(amt, time.Now())
	}
	return e
}

// join lets somebody in, due by the rules.
func (s *story) join(class queue.Class, slot time.Time, services []queue.ServiceID, learn ...*node) queue.Event {
	s.t.Helper()
	id := queue.TicketID(strings.Repeat("0", 24) + fmt.Sprintf("%02d", s.steps))
	t := queue.Ticket{ID: id, Class: class, Services: services, Persons: 1, Area: "eg",
		Due: queue.DefaultRules.Due(class, slot, s.now()).UnixMilli()}
	if !slot.IsZero() {
		t.Slot, t.Appointment = slot.UnixMilli(), string(id)
	}
	if class == queue.Urgent {
		t.Reason = "deadline"
	}
	return s.do(queue.Join{Ticket: t, Numbers: queue.NewNumbers("B", amt, "2026-11-24", true)}, learn...)
}

// begin plays what must be there before Prometheus looks for the first time:
// it sees an increase only of what it has seen before.
func (s *story) begin() {
	a := s.nodes[0]
	s.do(queue.OpenDesk{Desk: "1", Label: "1", Serves: []queue.ServiceID{"pass"}}, s.nodes...)
	a.look(s.t)
	a.http.Observe("GET", "/booking", 200, 9*time.Millisecond)
	a.http.Observe("GET", "/booking", 500, 9*time.Millisecond)
	s.stores(0)
}

// look connects a screen that reads until the story ends.
func (n *node) look(t *testing.T) {
	c, _, err := websocket.DefaultDialer.Dial("ws://"+n.address()+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}()
}

// stores asks PostgreSQL and Redis what takes them so many seconds, and
// PostgreSQL what it refuses.
func (s *story) stores(seconds float64) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), fmt.Sprintf("-- name: Slow\nSELECT pg_sleep(%v)", seconds)); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.pool.Exec(context.Background(), "-- name: Wrong\nSELECT 1/0"); err == nil {
		s.t.Fatal("PostgreSQL has divided by zero")
	}
	if err := s.rdb.Do(context.Background(), "blpop", "nothing", seconds+0.001).Err(); !errors.Is(err, redis.Nil) {
		s.t.Fatal(err)
	}
}

// play plays the morning. Node b is away while the first three join, as if it
// was started later: what it has not seen makes no figure smaller, and that
// both saw the rest makes none larger.
func (s *story) play() {
	a, both, pass := s.nodes[0], s.nodes, []queue.ServiceID{"pass"}
	s.join(queue.WalkIn, time.Time{}, pass, a)
	s.join(queue.Booked, s.now().Add(10*time.Minute), []queue.ServiceID{"ausweis"}, a)
	s.at("08:05")
	s.join(queue.WalkIn, time.Time{}, []queue.ServiceID{"ausweis", "pass"}, a)
	s.at("08:06")
	for range 4 {
		s.join(queue.Urgent, time.Time{}, pass, both...)
	}
	s.at("08:10") // an emergency is due first, and does not come
	s.do(queue.CallNext{Desk: "1"}, both...)
	s.at("08:11")
	s.do(queue.Recall{Desk: "1"}, both...)
	s.at("08:13")
	s.do(queue.NoShow{Desk: "1", NotBefore: 120_000}, both...)
	s.at("08:15")
	s.do(queue.CallNext{Desk: "1"}, both...)
	s.at("08:16")
	s.do(queue.Came{Desk: "1"}, both...)
	s.at("08:24")
	s.do(queue.Finish{Desk: "1", Done: pass}, both...)
	s.at("08:50") // the desk has stood idle: the first walk-in waits for 50 minutes
	for range 19 {
		a.http.Observe("GET", "/booking", 200, 9*time.Millisecond)
	}
	a.http.Observe("GET", "/booking", 503, 9*time.Millisecond)
	for range 3 {
		s.stores(0.6)
	}
}
