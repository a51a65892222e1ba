package wsscreen

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Close tells every reader to come back elsewhere, answers who polls, and
// refuses who comes.
func TestCloseDrains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clients := make([]*client, drain+20)
	for i := range clients {
		clients[i] = w.client()
		clients[i].mustReach(1)
	}
	polled := make(chan int)
	go func() {
		status, _ := w.get("?after=1-1")
		polled <- status
	}()
	w.awaitReaders(len(clients) + 1)
	closed := make(chan struct{})
	go func() { w.hub.Close(); close(closed) }()
	for _, c := range clients {
		if code := c.ending(); code != websocket.CloseGoingAway {
			t.Errorf("closed with %d", code)
		}
	}
	if status := <-polled; status != http.StatusOK {
		t.Errorf("the waiting poll: %d", status)
	}
	<-closed
	w.hub.Changed("a", time.Now()) // nothing happens
	if _, resp, _ := w.dial(nil); resp == nil || resp.StatusCode != 503 {
		t.Errorf("after Close: %+v", resp)
	}
	w.hub.Close() // again does nothing
}

// A reader that never answers does not keep Close from ending.
func TestCloseDoesNotWaitForTheDeaf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(h *Hub) { h.patient = time.Hour })
	w.set(1, big("first")+big("")+big(""))
	w.client() // its write never ends
	w.client()
	w.hub.Close()
	w.awaitReaders(0)
}

// Not parallel: it counts every goroutine of the program.
func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a day", func(t *testing.T) {
		w := newWorld(t)
		for v := range int64(20) {
			c := w.client()
			w.show(2+v, "frame "+string(rune('a'+v)))
			c.mustReach(2 + v)
			if v%2 == 0 {
				c.Close()
			}
		}
		w.get("")
	})
	deadline := time.Now().Add(hang)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
}
