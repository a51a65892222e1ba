package redisqueue

import (
	"sync"

	"github.com/wartefrei/wartefrei/queue"
)

// followed is one office's state in memory.
type followed struct {
	turn sync.Mutex // held while events are applied and told of, so that both are in order

	mu    sync.Mutex
	state *queue.Office // handed out, so never changed: the next event makes another
}

func (o *followed) mark() queue.Mark {
	o.mu.Lock()
	defer o.mu.Unlock()
	return queue.Mark{Epoch: o.state.Epoch, Version: o.state.Version}
}

func (o *followed) replace(state *queue.Office) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state = state
}

func (o *followed) apply(e queue.Event) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.state.Next(e) {
		return false
	}
	o.state = o.state.Clone()
	return o.state.Apply(e)
}
