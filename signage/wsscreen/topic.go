package wsscreen

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// errNoFrame is the state of a topic that cannot be rendered.
var errNoFrame = errors.New("nothing to show")

// topic is a Topic with its readers.
type topic struct {
	Topic
	count counters
	users int // guarded by Hub.mu

	rendering sync.Mutex // one render at a time, so that a later one is never overtaken

	mu      sync.Mutex
	readers map[*reader]struct{}
	frame   *frame        // the newest; nil before the first and after a failure
	changed chan struct{} // closed when frame is set
	queued  bool          // in the backlog
	arrived time.Time     // of the oldest event that no frame shows yet
}

func newTopic(t Topic, m *metrics) *topic {
	return &topic{Topic: t, count: m.of(t.Kind), readers: map[*reader]struct{}{}, changed: make(chan struct{})}
}

// mark notes that the topic must be rendered, and says whether it must be put in the backlog.
func (t *topic) mark(arrived time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.arrived.IsZero() {
		t.arrived = arrived
	}
	first := !t.queued
	t.queued = true
	return first
}

// newest returns the newest frame, and what is closed when there is a newer one.
func (t *topic) newest() (*frame, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frame, t.changed
}

// ready renders the topic if nobody did before. The topic is known to Changed
// already, so no event falls between this frame and the next.
func (h *Hub) ready(t *topic) error {
	t.rendering.Lock()
	defer t.rendering.Unlock()
	if f, _ := t.newest(); f != nil {
		return nil
	}
	return h.renderLocked(t)
}

func (h *Hub) render(t *topic) {
	t.rendering.Lock()
	defer t.rendering.Unlock()
	h.renderLocked(t) // a failure is logged, and seen by the readers
}

// renderLocked makes the topic's frame anew and offers it to the readers.
func (h *Hub) renderLocked(t *topic) error {
	t.mu.Lock()
	arrived := t.arrived
	t.queued, t.arrived = false, time.Time{} // what arrives from here on needs the next render
	t.mu.Unlock()
	f, err := t.make()
	if err != nil {
		t.count.failures.Inc()
		h.cfg.Log.Error("render a live topic", "kind", t.Kind, "err", err)
		t.fail()
		return err
	}
	t.publish(f, h.stamp(), arrived)
	return nil
}

// make renders. A mistake in one page must not end the node.
func (t *topic) make() (f *frame, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	frame, err := t.Render()
	if err != nil {
		return nil, err
	}
	return encode(frame)
}

// publish offers a frame to all readers if it looks different from the last.
// A frame that is older than the last begins the topic anew: readers count
// versions, so they are sent away to come back and see for themselves.
func (t *topic) publish(f *frame, s Stamp, arrived time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.frame
	if last != nil && bytes.Equal(last.content, f.content) && !last.after(f.epoch, f.version) {
		return
	}
	t.frame = f
	close(t.changed)
	t.changed = make(chan struct{})
	if last != nil && last.after(f.epoch, f.version) {
		t.endAll()
		return
	}
	m := newMessage(f.stamped(s), true, arrived)
	for r := range t.readers {
		r.offer(m)
	}
}

// fail leaves the topic without a frame. Its readers must not take an old frame
// for the present: they lose the connection, say so, and come back.
func (t *topic) fail() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.frame = nil
	close(t.changed)
	t.changed = make(chan struct{})
	t.endAll()
}

func (t *topic) endAll() {
	for r := range t.readers {
		go r.end(closeTryAgain)
	}
}

// add lets a reader in: it gets the newest frame at once and misses none after it.
func (t *topic) add(r *reader, s Stamp) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frame == nil {
		return errNoFrame
	}
	t.readers[r] = struct{}{}
	r.offer(newMessage(t.frame.stamped(s), true, time.Time{}))
	return nil
}

func (t *topic) remove(r *reader) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.readers, r)
}
