package redisqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// done answers with an event once it is recorded. While the record is silent it
// answers when Redis surely keeps it.
func (q *Queue) done(ctx context.Context, r queue.Request, text string) (queue.Event, error) {
	e, err := q.entry(r.Office, text)
	if err != nil {
		return queue.Event{}, err
	}
	q.record.decided(e)
	switch err := q.record.wait(ctx, r.Office, e.Mark()); {
	case errors.Is(err, errLater):
		q.saw(r.Office, e.Epoch+1, 0)
		return queue.Event{}, errAgain
	case errors.Is(err, errClosed):
		return queue.Event{}, errAgain
	case errors.Is(err, errSilent):
		e.Behind = true
		return e.Event, q.confirm(ctx, r, e.Epoch)
	default:
		return e.Event, err
	}
}

// doneBefore answers a repeat whose event is in the record alone.
func (q *Queue) doneBefore(ctx context.Context, r queue.Request, version int64) (queue.Event, error) {
	e, recorded, err := q.record.journal.At(ctx, r.Office, version)
	if err == nil && (!recorded || e.Command != r.ID) {
		err = fmt.Errorf("event %d of %s is in neither log nor journal", version, r.Office)
	}
	return e.Event, err
}

// refused answers with a refusal once the state that it was decided in is
// recorded: an epoch that was lost must refuse nothing.
func (q *Queue) refused(ctx context.Context, r queue.Request, refusal error, in queue.Mark) error {
	head, err := q.record.headNow(ctx, r.Office)
	if err == nil && head.Epoch == in.Epoch && head.Version < in.Version {
		q.record.owes(r.Office, in)
		err = q.record.wait(ctx, r.Office, in)
	}
	switch {
	case errors.Is(err, errSilent):
		if err := q.confirm(ctx, r, in.Epoch); err != nil {
			return err
		}
		return refusal
	case errors.Is(err, errLater), err == nil && head.Epoch > in.Epoch:
		q.saw(r.Office, in.Epoch+1, 0)
		return errAgain
	case errors.Is(err, errClosed):
		return errAgain
	case err != nil:
		return err
	}
	return refusal
}

// confirm makes sure that Redis keeps what it has decided in an epoch: that it is still
// the one that may decide, in this epoch, writes to disk before it answers, and has
// told as many replicas as are asked for.
func (q *Queue) confirm(ctx context.Context, r queue.Request, epoch int64) error {
	server, err := q.serverOf(ctx, r.Office)
	if err != nil {
		return err
	}
	conn := server.Conn() // one: WAIT is about what was written on it
	defer conn.Close()
	reply, err := q.runOn(ctx, conn, scripts["confirm"], r.Office, r.At.UnixMilli(), r.Day)
	if err != nil {
		return err
	}
	if reply.word != "CONFIRMED" {
		return q.mend(ctx, r.Office, reply, r.At.UnixMilli(), r.Day)
	}
	if reply.number(0) != epoch { // what was decided before is lost
		return errAgain
	}
	if kept, err := q.keeps(ctx, conn); err != nil || !kept {
		return errSilent
	}
	return nil
}

// serverOf is the server that has an office.
func (q *Queue) serverOf(ctx context.Context, office queue.OfficeID) (*redis.Client, error) {
	switch rdb := q.rdb.(type) {
	case *redis.Client: // also of Sentinel
		return rdb, nil
	case *redis.ClusterClient:
		return rdb.MasterForKey(ctx, metaKey(office))
	default:
		return nil, fmt.Errorf("no Redis of ours: %T", rdb)
	}
}

// waitForReplicas is how long replicas may take.
const waitForReplicas = time.Second

func (q *Queue) keeps(ctx context.Context, conn *redis.Conn) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	set, err := conn.ConfigGet(ctx, "append*").Result()
	if err != nil || set["appendonly"] != "yes" || set["appendfsync"] != "always" {
		return false, err
	}
	if q.Replicas == 0 {
		return true, nil
	}
	have, err := conn.Wait(ctx, q.Replicas, waitForReplicas).Result()
	return have >= int64(q.Replicas), err
}

// entry reads an event that Redis has.
func (q *Queue) entry(office queue.OfficeID, text string) (pgjournal.Entry, error) {
	e, err := pgjournal.Read(text)
	if err != nil {
		return e, fmt.Errorf("%s: %w", office, err)
	}
	q.saw(office, e.Epoch, e.Version)
	return e, nil
}

// keepEvents is how many recorded events stay in a log, for readers that fell behind.
const keepEvents = 5000

// note tells Redis how far offices are recorded, so that it lets go of older
// events, and opens again what an older node has opened. What fails here is done
// a second later.
func (q *Queue) note(ctx context.Context, offices []queue.OfficeID, heads []queue.Mark) {
	for i, office := range offices {
		if heads[i] == q.noted[office] {
			continue
		}
		reply, err := q.run(ctx, scripts["recorded"], office, 0, "", heads[i].Epoch, heads[i].Version, keepEvents)
		if err != nil || reply.word != "NOTED" {
			continue
		}
		if reply.number(0) < layout && q.open(ctx, office, 0, "", false) != nil {
			continue
		}
		q.noted[office] = heads[i]
	}
}
