// Package wsscreen sends what changes to everybody who looks: screens, ticket
// pages, desks, managers.
//
//	queue event ─▶ Hub.Changed(office) ─▶ topics of the office, each rendered once
//	                                          │ if it looks different
//	                                          ▼
//	                       one slot per reader, newest frame wins ─▶ WebSocket
//
// A [Topic] is what one or many readers look at. It exists while somebody
// reads it. Its [Frame] is the whole of what its readers see, never a
// difference, so a reader that lost the connection needs only the newest one.
//
// Nobody waits for a slow reader: offering it a frame never blocks, a frame
// that it has not taken is replaced by the next, and a write that does not end
// in time ends the connection. Every 2 seconds each reader is told the time
// and the age of the data, so that a page notices 5 seconds of silence and
// says that it is old. Where WebSockets are blocked the same frames go by long
// poll.
//
// The package knows no pages: package web hands in how a topic is rendered.
// signage makes the boards, web/look/live.js is the other end of the wire.
package wsscreen

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/queue"
)

// Refusals of Serve. Nothing was written to the response.
var (
	ErrFull      = errors.New("too many live readers")              // the node has MaxReaders
	ErrClosed    = errors.New("live connections are ending")        // after Close: ask another node
	ErrOrigin    = errors.New("a page from elsewhere")              // another site's page asks with a visitor's cookies
	ErrHandshake = errors.New("WebSocket handshake is malformed")   // or cannot be answered
	ErrPoll      = errors.New("after or wait cannot be understood") // of a long poll
)

// MaxReaders is how many readers a node serves: about 13 kB each, so 260 MB.
const MaxReaders = 20_000

// Config is what a hub needs. All fields are required.
type Config struct {
	Now  func() time.Time     // the office clock
	Rate func() float64       // seconds of the office clock in a second of the machine's: 1 but in the demonstration
	Age  func() time.Duration // since the node last knew that its queue state was the newest

	Metrics prometheus.Registerer
	Log     *slog.Logger
}

// Topic is what its readers look at.
type Topic struct {
	// Key names the topic. Whoever asks for the same key sees the same frame,
	// so it holds all that the frame depends on, such as the language.
	Key     string
	Kind    string           // label in metrics: "screen", "ticket", "desk" …
	Offices []queue.OfficeID // whose events change it
	Ticks   bool             // it also changes by time alone: rendered each second
	// Render makes the present frame. It is called by one goroutine at a time
	// per topic, and must not wait for anything but the processor.
	Render func() (Frame, error)
}

// Hub holds the live readers of a node. It is made by New.
type Hub struct {
	cfg     Config
	metrics *metrics
	max     int           // MaxReaders
	patient time.Duration // how long a write may take
	silence time.Duration // whoever was not heard of for so long is gone; asked every 10 s

	mu       sync.Mutex
	topics   map[string]*topic
	byOffice map[queue.OfficeID]map[*topic]struct{}
	sockets  [beatsPerRound]map[*reader]struct{} // by phase, see beat
	joined   int                                 // sockets ever
	users    int                                 // sockets, handshakes and polls
	closed   bool

	backlog backlog
	done    chan struct{}  // closed by Close
	working sync.WaitGroup // renderers, beat
	reading sync.WaitGroup // sockets
}

// New starts a hub. Close ends it.
func New(cfg Config) *Hub {
	h := &Hub{
		cfg: cfg, metrics: newMetrics(cfg.Metrics), max: MaxReaders, patient: 5 * time.Second, silence: 25 * time.Second,
		topics: map[string]*topic{}, byOffice: map[queue.OfficeID]map[*topic]struct{}{},
		done: make(chan struct{}),
	}
	for i := range h.sockets {
		h.sockets[i] = map[*reader]struct{}{}
	}
	h.backlog.some.L = &h.backlog.mu
	for range max(2, runtime.GOMAXPROCS(0)) {
		h.working.Go(h.renderer)
	}
	h.working.Go(h.beat)
	return h
}

// Serve answers a request for a topic: a WebSocket if it asks for one, else a
// long poll (see poll). A WebSocket lives on after Serve has returned. An error
// says that nothing was answered yet.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, t Topic) error {
	if websocket.IsWebSocketUpgrade(r) {
		return h.socket(w, r, t)
	}
	return h.poll(w, r, t)
}

// Changed says that an office has an event that this node learnt of at
// arrived, by the machine's clock. It never waits.
func (h *Hub) Changed(office queue.OfficeID, arrived time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.byOffice[office] {
		h.want(t, arrived)
	}
}

// want has a topic rendered soon. arrived is zero if no event is the cause.
func (h *Hub) want(t *topic, arrived time.Time) {
	if t.mark(arrived) {
		h.backlog.push(t)
	}
}

// enter counts one more user of a topic, and makes the topic for the first.
// Each enter needs a leave.
func (h *Hub) enter(t Topic) (*topic, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, ErrClosed
	case h.users >= h.max:
		return nil, ErrFull
	}
	known, ok := h.topics[t.Key]
	if !ok {
		known = newTopic(t, h.metrics)
		h.topics[t.Key] = known
		for _, office := range t.Offices {
			if h.byOffice[office] == nil {
				h.byOffice[office] = map[*topic]struct{}{}
			}
			h.byOffice[office][known] = struct{}{}
		}
	}
	known.users++
	h.users++
	known.count.readers.Inc()
	return known, nil
}

func (h *Hub) leave(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users--
	t.users--
	t.count.readers.Dec()
	if t.users > 0 {
		return
	}
	delete(h.topics, t.Key)
	for _, office := range t.Offices {
		delete(h.byOffice[office], t)
		if len(h.byOffice[office]) == 0 {
			delete(h.byOffice, office)
		}
	}
}

func (h *Hub) stamp() Stamp {
	return Stamp{Now: h.cfg.Now().UnixMilli(), Rate: h.cfg.Rate(), Age: h.cfg.Age().Milliseconds()}
}
