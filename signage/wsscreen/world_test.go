package wsscreen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/queue"
)

const host = "wartefrei.test"

// world is a hub behind a real server, with one topic whose content the test sets.
type world struct {
	t      testing.TB
	hub    *Hub
	reg    *prometheus.Registry
	socket string

	mu      sync.Mutex
	frame   Frame
	err     error
	renders int
	ticks   bool
	offices []queue.OfficeID
}

// newWorld starts a hub. set may change it before the first reader comes.
func newWorld(t testing.TB, set ...func(*Hub)) *world {
	w := &world{t: t, reg: prometheus.NewRegistry(), socket: filepath.Join(t.TempDir(), "hub"), offices: []queue.OfficeID{"a"}}
	w.hub = New(Config{
		Now:     func() time.Time { return time.UnixMilli(1_795_506_120_000) },
		Rate:    func() float64 { return 60 },
		Age:     func() time.Duration { return 180 * time.Millisecond },
		Metrics: w.reg, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	for _, f := range set {
		f(w.hub)
	}
	w.set(1, "first")
	listener, err := net.Listen("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(w.serve)}
	go server.Serve(listener)
	t.Cleanup(func() {
		w.hub.Close()
		server.Close()
	})
	return w
}

var statuses = map[error]int{ErrFull: 503, ErrClosed: 503, ErrOrigin: 403, ErrHandshake: 400, ErrPoll: 400}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	err := w.hub.Serve(rw, r, Topic{Key: r.URL.Path, Kind: "screen", Offices: w.offices, Ticks: w.ticks, Render: w.render})
	if err == nil {
		return
	}
	for known, status := range statuses {
		if errors.Is(err, known) {
			http.Error(rw, err.Error(), status)
			return
		}
	}
	http.Error(rw, err.Error(), 500)
}

func (w *world) render() (Frame, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.renders++
	return w.frame, w.err
}

func (w *world) set(version int64, html string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frame, w.err = Frame{Epoch: 1, Version: version, Content: Content{HTML: html}}, nil
}

// show sets the content and says that the office changed.
func (w *world) show(version int64, html string) {
	w.set(version, html)
	w.hub.Changed("a", time.Now())
}

func (w *world) break_(err error) {
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
	w.hub.Changed("a", time.Now())
}

func (w *world) net(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", w.socket)
}

// hang ends a test that waits in vain. It decides nothing.
const hang = 30 * time.Second

// client is one reader. It never falls back behind a version that it has seen.
type client struct {
	*websocket.Conn
	t    testing.TB
	last Message
}

func (w *world) dial(header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.net(ctx) }}
	return d.Dial("ws://"+host+"/board", header)
}

func (w *world) client() *client {
	w.t.Helper()
	conn, _, err := w.dial(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	return &client{Conn: conn, t: w.t}
}

// next reads one message. An error is how the connection ended.
func (c *client) next() (Message, error) {
	c.SetReadDeadline(time.Now().Add(hang))
	_, text, err := c.ReadMessage()
	if err != nil {
		return Message{}, err
	}
	var m Message
	if err := json.Unmarshal(text, &m); err != nil {
		return Message{}, fmt.Errorf("%s: %w", text, err)
	}
	if m.Version > 0 {
		if m.Epoch < c.last.Epoch || m.Epoch == c.last.Epoch && m.Version < c.last.Version {
			return m, fmt.Errorf("version fell from %d-%d to %d-%d", c.last.Epoch, c.last.Version, m.Epoch, m.Version)
		}
		c.last = m
	}
	return m, nil
}

// until reads frames until the version is there, and returns how many it took.
func (c *client) until(version int64) (n int, err error) {
	for c.last.Version < version {
		m, err := c.next()
		if err != nil {
			return n, err
		}
		if m.Version > 0 {
			n++
		}
	}
	return n, nil
}

func (c *client) mustReach(version int64) int {
	c.t.Helper()
	n, err := c.until(version)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// ending reads until the connection ends, and returns the close code.
func (c *client) ending() int {
	c.t.Helper()
	for {
		_, err := c.next()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

func (w *world) transport() *http.Transport {
	return &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.net(ctx) }}
}

// get asks by poll.
func (w *world) get(query string) (int, Message) {
	w.t.Helper()
	resp, err := (&http.Client{Transport: w.transport(), Timeout: hang}).Get("http://" + host + "/board" + query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var m Message
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &m); err != nil {
			w.t.Fatalf("%s: %v", text, err)
		}
	}
	return resp.StatusCode, m
}

// metric reads a counter, a gauge, or how often a histogram was observed.
func (w *world) metric(name string) (value float64) {
	w.t.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				value += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return value
}

// awaitReaders waits until so many readers are counted. A reader counts from
// before its handshake is answered until it is forgotten.
func (w *world) awaitReaders(n int) {
	w.t.Helper()
	w.await(fmt.Sprint(n, " readers"), func() bool { return w.metric("wartefrei_live_readers") == float64(n) })
}

func (w *world) await(what string, reached func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(hang); !reached(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("no %s", what)
		}
	}
}

func big(word string) string { return word + strings.Repeat("x", 256<<10) }
