package dashboards_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

const amt = "buergerbuero"

// story is a short morning in one office on a real Redis, followed by two nodes.
type story struct {
	t       *testing.T
	rdb     *redis.Client
	pool    *pgxpool.Pool
	clock   atomic.Int64 // the office clock, ms
	steps   int
	journal *pgjournal.Journal
	a, b    *node
}

// node is what one node of the installation measures.
type node struct {
	line     *redisqueue.Queue
	follower *redisqueue.Follower
	http     *prommetrics.HTTP
	live     *wsscreen.Hub
	server   *httptest.Server
}

func city() *booking.City {
	return &booking.City{Zone: "Europe/Berlin", Houses: []booking.House{{Offices: []booking.Office{{
		ID: amt, Services: []booking.Service{{ID: "ausweis"}, {ID: "pass"}}, Desks: []booking.Desk{{ID: "1"}, {ID: "2"}, {ID: "3"}},
	}}}}}
}

func newStory(t *testing.T) *story {
	s := &story{t: t, rdb: redistest.New(t)}
	s.at("08:00")
	regA, regB := client.NewRegistry(), client.NewRegistry()
	redisqueue.Measure(s.rdb, regA)
	pool, err := pg.OpenMeasured(t.Context(), pgtest.URL(t), regA)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.pool, s.journal = pool, pgjournal.New(pgtest.New(t)) // apart: it asks so often that what fails here would not be seen
	s.a, s.b = s.node(regA), s.node(regB)
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

func (s *story) node(reg *client.Registry) *node {
	n := &node{line: redisqueue.New(s.rdb, s.journal), http: prommetrics.NewHTTP(reg)}
	log := slog.New(slog.DiscardHandler)
	n.follower = redisqueue.NewFollower(n.line, func() []queue.OfficeID { return []queue.OfficeID{amt} }, log)
	age := func() time.Duration { return time.Since(n.follower.Checked()) }
	prommetrics.Program(reg, "a1b2c3")
	reg.MustRegister(&prommetrics.Offices{City: city, Now: s.now, Age: age, State: n.follower.Office, Behind: n.follower.Behind})
	n.live = wsscreen.New(wsscreen.Config{Now: s.now, Rate: func() float64 { return 1 }, Age: age, Metrics: reg, Log: log})
	s.t.Cleanup(n.live.Close)
	n.follower.OnEvent(prommetrics.NewQueue(reg, city).Event)
	n.follower.OnChange(func(office queue.OfficeID) { n.live.Changed(office, time.Now()) })
	n.serve(s.t, reg)
	return n
}

func (n *node) serve(t *testing.T, reg *client.Registry) {
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {
		n.live.Serve(w, r, wsscreen.Topic{Key: "screen", Kind: "screen", Offices: []queue.OfficeID{amt}, Render: n.board})
	})
	n.server = httptest.NewServer(mux)
	t.Cleanup(n.server.Close)
}

// follow starts the node's following and waits until it knows the newest state.
func (n *node) follow(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { n.follower.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for n.follower.Checked().IsZero() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the node does not learn the queue's state")
		}
	}
}

func (n *node) board() (wsscreen.Frame, error) {
	state := n.follower.Office(amt)
	return wsscreen.Frame{Epoch: state.Epoch, Version: state.Version, Content: wsscreen.Content{HTML: fmt.Sprint(state.Version)}}, nil
}

func (n *node) address() string { return strings.TrimPrefix(n.server.URL, "http://") }

// do carries out a command on node a.
func (s *story) do(c queue.Command) {
	s.t.Helper()
	s.steps++
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.a.line.Do(ctx, queue.Request{Office: amt, ID: fmt.Sprint("step-", s.steps), At: s.now(), Day: "2026-11-24",
		Actor: queue.Actor{Role: "clerk"}, Command: c}); err != nil {
		s.t.Fatalf("%s: %v", c.Kind(), err)
	}
}

// join lets somebody in, due by the rules.
func (s *story) join(class queue.Class, slot time.Time, services ...queue.ServiceID) {
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
	s.do(queue.Join{Ticket: t, Numbers: queue.NewNumbers("B", amt, "2026-11-24", true)})
}

// begin plays what must be there before Prometheus looks for the first time:
// it sees an increase only of what it has seen before.
func (s *story) begin() {
	s.a.follow(s.t)
	s.do(queue.OpenDesk{Desk: "1", Label: "1", Serves: []queue.ServiceID{"pass"}})
	s.a.look(s.t)
	s.a.http.Observe("GET", "/booking", 200, 9*time.Millisecond)
	s.a.http.Observe("GET", "/booking", 500, 9*time.Millisecond)
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

// play plays the morning. Node b starts when three have joined: what it has
// not seen makes no figure smaller, and that both saw the rest makes none larger.
func (s *story) play() {
	s.join(queue.WalkIn, time.Time{}, "pass")
	s.join(queue.Booked, s.now().Add(10*time.Minute), "ausweis")
	s.at("08:05")
	s.join(queue.WalkIn, time.Time{}, "ausweis", "meldung")
	s.b.follow(s.t)
	s.at("08:06")
	for range 4 {
		s.join(queue.Urgent, time.Time{}, "pass")
	}
	s.at("08:10") // an emergency is due first, and does not come
	s.do(queue.CallNext{Desk: "1"})
	s.at("08:11")
	s.do(queue.Recall{Desk: "1"})
	s.at("08:13")
	s.do(queue.NoShow{Desk: "1", NotBefore: 120_000})
	s.at("08:15")
	s.do(queue.CallNext{Desk: "1"})
	s.at("08:16")
	s.do(queue.Came{Desk: "1"})
	s.at("08:24")
	s.do(queue.Finish{Desk: "1", Done: []queue.ServiceID{"pass"}})
	s.at("08:50") // the desk has stood idle: the first walk-in waits for 50 minutes
	for range 19 {
		s.a.http.Observe("GET", "/booking", 200, 9*time.Millisecond)
	}
	s.a.http.Observe("GET", "/booking", 503, 9*time.Millisecond)
	for range 3 {
		s.stores(0.6)
	}
}
