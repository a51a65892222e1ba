package wsscreen

import "sync"

// backlog is the topics that must be rendered, oldest first. A topic is in it
// at most once, so it never grows beyond the topics that have readers.
type backlog struct {
	mu     sync.Mutex
	some   sync.Cond
	topics []*topic
	closed bool
}

func (b *backlog) push(t *topic) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics = append(b.topics, t)
	b.some.Signal()
}

// next waits for a topic. It reports false when the backlog is closed.
func (b *backlog) next() (*topic, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.topics) == 0 && !b.closed {
		b.some.Wait()
	}
	if b.closed {
		return nil, false
	}
	t := b.topics[0]
	b.topics = b.topics[1:]
	return t, true
}

func (b *backlog) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.some.Broadcast()
}

// renderer renders topics until the hub closes.
func (h *Hub) renderer() {
	for {
		t, ok := h.backlog.next()
		if !ok {
			return
		}
		h.render(t)
	}
}
