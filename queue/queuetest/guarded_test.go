package queuetest

import (
	"context"
	"sync"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/model"
)

// guarded is a model that many may ask at once.
type guarded struct {
	mu    sync.Mutex
	model model.Line
}

func (g *guarded) Do(ctx context.Context, r queue.Request) (queue.Event, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.model.Do(ctx, r)
}

func (g *guarded) Office(ctx context.Context, id queue.OfficeID) (*queue.Office, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.model.Office(ctx, id)
}
