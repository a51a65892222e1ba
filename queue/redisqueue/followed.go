package redisqueue

import (
	"sync"

	"github.com/wartefrei/wartefrei/queue"
)

// followed is one office's state in memory.
type followed struct {
	turn sync.Mutex // held while events are applied and told of, so that both are in order

	mu    sync.Mutex
	state *queue.Office
	lent  bool // state was handed out: the next event changes a clone
}

func (o *followed) mark() queue.Mark {
	o.mu.Lock()
	defer o.mu.Unlock()
	return queue.Mark{Epoch: o.state.Epoch, Version: o.state.Version}
}

func (o *followed) replace(state *queue.Office) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state, o.lent = state, false
}

func (o *followed) apply(e queue.Event) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.state.Next(e) {
		return false
	}
	if o.lent {
		o.state, o.lent = o.state.Clone(), false
	}
	return o.state.Apply(e)
}
