package wsscreen

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// drain is how many readers are sent away at once.
const drain = 128

// Close ends the hub: new readers are refused, waiting polls are answered,
// every WebSocket is told that the node goes away, a batch at a time. It
// returns when all are gone, a few seconds at most.
func (h *Hub) Close() {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return
	}
	h.closed = true
	close(h.done)
	var readers []*reader
	for _, phase := range h.sockets {
		readers = slices.AppendSeq(readers, maps.Keys(phase))
	}
	h.mu.Unlock()
	h.backlog.close()
	h.working.Wait()
	for len(readers) > 0 {
		n := min(drain, len(readers))
		farewell(readers[:n])
		readers = readers[n:]
	}
	h.reading.Wait()
}

// farewell says goodbye to some readers at the same time, so that one which
// does not listen costs a second and not each of them one.
func farewell(readers []*reader) {
	var all sync.WaitGroup
	for _, r := range readers {
		all.Go(func() { r.end(closeGoingAway) })
	}
	all.Wait()
	time.Sleep(10 * time.Millisecond) // the next node takes them up in waves
}
