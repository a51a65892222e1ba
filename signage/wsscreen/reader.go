package wsscreen

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Limits of a WebSocket.
const (
	maxIncoming = 512         // bytes of a message: readers send nothing but pongs
	goodbye     = time.Second // for a close frame, and for its answer
)

// Why a connection ends, for the reader. Both mean: come back.
const (
	closeGoingAway = websocket.CloseGoingAway     // the node goes
	closeTryAgain  = websocket.CloseTryAgainLater // the topic cannot be shown
)

// upgrader keeps little per connection: a small read buffer, because readers
// send nothing, and write buffers only while they are used.
var upgrader = websocket.Upgrader{
	CheckOrigin:      sameHost,
	HandshakeTimeout: 5 * time.Second,
	ReadBufferSize:   512,
	WriteBufferSize:  1024,
	WriteBufferPool:  &sync.Pool{},
	Error:            func(http.ResponseWriter, *http.Request, int, error) {}, // Serve's caller answers
}

// sameHost refuses pages from elsewhere: a browser sends cookies along with a
// WebSocket to anywhere, and says in Origin whose page opened it. Programs send
// no Origin.
func sameHost(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// message is encoded once for all who get it.
type message struct {
	prepared *websocket.PreparedMessage
	frame    bool      // has a frame; otherwise it is a sign of life
	ask      bool      // ask for a pong
	arrived  time.Time // of the oldest event that it shows; zero if none is the cause
}

func newMessage(text []byte, frame bool, arrived time.Time) *message {
	prepared, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil {
		panic(err) // a text message can always be prepared
	}
	return &message{prepared: prepared, frame: frame, arrived: arrived}
}

// reader is one WebSocket. One goroutine reads it for as long as it lives;
// another writes only while there is something to write, which halves the
// memory of the thousands that are quiet.
type reader struct {
	hub   *Hub
	topic *topic
	conn  *websocket.Conn
	phase int // when it gets its sign of life, see beat

	mu      sync.Mutex
	next    *message // the slot: the newest message not yet taken
	writing bool
}

// hijackable reaches the connection through the writers that middleware wraps
// around it: gorilla looks for an http.Hijacker only.
type hijackable struct {
	http.ResponseWriter
	*http.ResponseController
}

func (h *Hub) socket(w http.ResponseWriter, r *http.Request, t Topic) error {
	if !sameHost(r) {
		return ErrOrigin
	}
	topic, err := h.enter(t)
	if err != nil {
		return err
	}
	if err := h.ready(topic); err != nil {
		h.leave(topic)
		return err
	}
	conn, err := upgrader.Upgrade(hijackable{w, http.NewResponseController(w)}, r, nil)
	if err != nil {
		h.leave(topic)
		return errors.Join(ErrHandshake, err)
	}
	h.start(&reader{hub: h, topic: topic, conn: conn})
	return nil
}

// start lets a connected reader read. The request's goroutine returns, so that
// net/http can let go of its buffers.
func (h *Hub) start(r *reader) {
	h.mu.Lock()
	closed := h.closed
	if !closed {
		h.joined++
		r.phase = h.joined % beatsPerRound
		h.sockets[r.phase][r] = struct{}{}
		h.reading.Add(1)
	}
	h.mu.Unlock()
	if closed {
		r.conn.Close()
		h.leave(r.topic)
		return
	}
	if err := r.topic.add(r, h.stamp()); err != nil {
		go r.end(closeTryAgain)
	}
	go r.read()
}

// read reads until the connection ends, and is the only one that lets a reader go.
func (r *reader) read() {
	defer r.hub.reading.Done()
	defer r.forget()
	r.conn.SetReadLimit(maxIncoming)
	r.heard("")
	r.conn.SetPongHandler(r.heard)
	for {
		if _, _, err := r.conn.NextReader(); err != nil {
			return
		}
	}
}

func (r *reader) heard(string) error { return r.conn.SetReadDeadline(time.Now().Add(r.hub.silence)) }

func (r *reader) forget() {
	r.conn.Close()
	r.topic.remove(r)
	r.hub.mu.Lock()
	delete(r.hub.sockets[r.phase], r)
	r.hub.mu.Unlock()
	r.hub.leave(r.topic)
}

// offer puts a message in the slot. It never blocks.
func (r *reader) offer(m *message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next != nil {
		if !m.frame {
			return // what waits is a sign of life too
		}
		if r.next.frame {
			r.topic.count.replaced.Inc()
		}
	}
	r.next = m
	if !r.writing {
		r.writing = true
		go r.write()
	}
}

// take empties the slot. Without a message the writer must stop.
func (r *reader) take() *message {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.next
	r.next = nil
	r.writing = m != nil
	return m
}

// write writes until the slot is empty.
func (r *reader) write() {
	for m := r.take(); m != nil; m = r.take() {
		if err := r.send(m); err != nil {
			if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
				r.topic.count.slow.Inc()
			}
			r.conn.Close() // ends read, which forgets the reader
			return         // writing stays true: nothing is written any more
		}
	}
}

func (r *reader) send(m *message) error {
	deadline := time.Now().Add(r.hub.patient)
	r.conn.SetWriteDeadline(deadline)
	if err := r.conn.WritePreparedMessage(m.prepared); err != nil {
		return err
	}
	if m.frame {
		r.topic.count.sent.Inc()
	}
	if !m.arrived.IsZero() {
		r.topic.count.delay.Observe(time.Since(m.arrived).Seconds())
	}
	if m.ask {
		return r.conn.WriteControl(websocket.PingMessage, nil, deadline)
	}
	return nil
}

// end says goodbye and gives the reader a moment to answer. It may take a
// second, if a slow write is under way.
func (r *reader) end(code int) {
	text := websocket.FormatCloseMessage(code, "")
	if err := r.conn.WriteControl(websocket.CloseMessage, text, time.Now().Add(goodbye)); err != nil {
		r.conn.Close()
		return
	}
	time.AfterFunc(goodbye, func() { r.conn.Close() })
}
