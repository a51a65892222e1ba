package redisqueue

import (
	"context"
	"errors"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// Bare is the EVALSHA that Do sends for a request, for a loop that sends it
// without anything around it. The script is loaded.
func (q *Queue) Bare(ctx context.Context, r queue.Request) ([]any, error) {
	args, err := q.arguments(r)
	if err != nil {
		return nil, err
	}
	script := scripts[r.Command.Kind()]
	if err := script.Load(ctx, q.rdb).Err(); err != nil {
		return nil, err
	}
	known := q.knows(r.Office)
	return append([]any{"EVALSHA", script.Hash(), 1, metaKey(r.Office), known.Epoch, known.Version}, args...), nil
}

// ScriptHash is what EVALSHA names a script by.
func ScriptHash(name string) string { return scripts[name].Hash() }

// Lined are the versions that would be recorded next after events of epoch 1
// came in such an order, where the record ends with version 1, and whether one
// is waited for.
func Lined(came ...int64) (lined []int64, waits bool) {
	r := newRecorder(nil)
	r.headMoved("o", queue.Mark{Epoch: 1, Version: 1})
	for _, v := range came {
		r.heard(pgjournal.Entry{Event: queue.Event{Office: "o", Epoch: 1, Version: v}})
	}
	o := r.of("o")
	for _, e := range o.next {
		lined = append(lined, e.Version)
	}
	return lined, !o.waits.IsZero()
}

// Note tells Redis how far an office is recorded, and to keep so many recorded events.
func (q *Queue) Note(ctx context.Context, office queue.OfficeID, keep int) error {
	heads, err := q.record.heads(ctx, []queue.OfficeID{office})
	if err != nil {
		return err
	}
	_, err = q.run(ctx, scripts["recorded"], office, 0, "", heads[0].Epoch, heads[0].Version, keep)
	return err
}

// TurnDay is the last step of BeginDay alone, as a node does it that has not
// heard of somebody who joined meanwhile.
func (q *Queue) TurnDay(ctx context.Context, office queue.OfficeID, at time.Time, day string) error {
	return q.turnDay(ctx, office, at, day)
}

// Layout is this node's.
const Layout = layout

// Confirm makes sure that what was decided in an epoch is kept; again: it is not, decide it anew.
func (q *Queue) Confirm(ctx context.Context, r queue.Request, epoch int64) (again bool, err error) {
	err = q.confirm(ctx, r, epoch)
	return errors.Is(err, errAgain), err
}
