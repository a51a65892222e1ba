package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// wire is the network between a node and one of its servers: it passes on
// what comes in at a unix socket, until it is cut, silenced or slowed.
type wire struct {
	listener net.Listener
	to       string // the server's socket

	mu     sync.Mutex
	change *sync.Cond
	state  wireState
	delay  time.Duration // of each piece, in each direction
	conns  map[net.Conn]bool
}

type wireState int

const (
	whole  wireState = iota
	silent           // what is sent waits
	cut              // connections are closed, and new ones too
)

func newWire(from, to string) (*wire, error) {
	listener, err := net.Listen("unix", from)
	if err != nil {
		return nil, err
	}
	w := &wire{listener: listener, to: to, conns: map[net.Conn]bool{}}
	w.change = sync.NewCond(&w.mu)
	go w.serve()
	return w, nil
}

// be changes the state of the wire.
func (w *wire) be(state wireState, delay time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state, w.delay = state, delay
	if state == cut {
		for conn := range w.conns {
			conn.Close()
		}
	}
	w.change.Broadcast()
}

func (w *wire) close() error {
	w.be(cut, 0)
	return w.listener.Close()
}

func (w *wire) serve() {
	for {
		from, err := w.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if !w.reaches() {
			from.Close()
			continue
		}
		to, err := net.Dial("unix", w.to)
		if err != nil || !w.keep(from, to) {
			from.Close()
			if err == nil {
				to.Close()
			}
			continue
		}
		go w.pass(from, to)
		go w.pass(to, from)
	}
}

// reaches says whether the server can be reached: it is to hear nothing of
// whoever tries while the wire is cut.
func (w *wire) reaches() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state != cut
}

// keep notes two ends, so that a cut closes them; false while the wire is cut.
func (w *wire) keep(ends ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state == cut {
		return false
	}
	for _, end := range ends {
		w.conns[end] = true
	}
	return true
}

// pass passes on what is sent, and ends both ends when one ends.
func (w *wire) pass(from, to net.Conn) {
	defer w.drop(from, to)
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 && (!w.mayPass() || !writeAll(to, piece[:n])) {
			return
		}
		if err != nil {
			return
		}
	}
}

// mayPass waits while the wire is silent, and as long as it delays.
func (w *wire) mayPass() bool {
	w.mu.Lock()
	for w.state == silent {
		w.change.Wait()
	}
	delay, state := w.delay, w.state
	w.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	return state != cut
}

func writeAll(to io.Writer, piece []byte) bool {
	_, err := to.Write(piece)
	return err == nil
}

func (w *wire) drop(ends ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, end := range ends {
		end.Close()
		delete(w.conns, end)
	}
}
