// Package redisqueue keeps the queue of every office in Redis and decides its
// commands there: one script a command, atomic within an office.
//
//	Queue.Do ─▶ lua/preamble.lua   is this server the one that may decide?
//	            lua/command.lua    was this id answered before?
//	            lua/call-next.lua  read, decide
//	            ─▶ XADD event ─▶ m, tickets, lines, desks, c ─▶ PUBLISH ─▶ Follower, on every node
//	recorder ─▶ journal in PostgreSQL ─▶ the answer
//
// Redis decides, PostgreSQL records (package pgjournal): a command is answered
// when its event is in the journal. An epoch belongs to one life of one Redis
// master. After a restart, a failover, a loss or a roll-back the node that
// notices opens a new one (open.go): it records what Redis still has, and folds
// the journal into the new epoch.
//
// [Queue] is a [queue.Line]; [Follower] keeps every office's present state in
// the memory of a node. Package redisserver runs a private Redis, redistest
// gives one to tests. The layout of the keys is in lua/preamble.lua.
package redisqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// patience is how long a call goes on trying when its context has no deadline.
const patience = 10 * time.Second

// Queue is the line of every office in one Redis. It is safe for concurrent
// use; any number of nodes may have one.
type Queue struct {
	// Replicas must have what is answered while the record is away, so that
	// one that is promoted then lacks none of it. Set it before use.
	Replicas int

	rdb     redis.UniversalClient
	channel string            // of events, all offices
	tell    func(queue.Event) // the node's follower, if it has one
	record  *recorder
	opening chan struct{}                 // full while this node opens an office
	asked   sync.Map                      // queue.OfficeID → chan struct{}, full while the office is to be opened
	noted   map[queue.OfficeID]queue.Mark // what Redis was told to be recorded; for keepRecording alone

	mu    sync.Mutex
	known map[queue.OfficeID]queue.Mark // the newest that this node has seen: a Redis that knows less was rolled back
}

var _ queue.Line = (*Queue)(nil)

// New returns the queue that lies in a Redis and is recorded in a journal. The
// client is from [Connect].
func New(rdb redis.UniversalClient, journal *pgjournal.Journal) *Queue {
	db := 0
	if one, ok := rdb.(*redis.Client); ok {
		db = one.Options().DB // Redis separates the keys of databases, but not their channels
	}
	q := &Queue{rdb: rdb, channel: fmt.Sprintf("queue.events.%d", db), record: newRecorder(journal), opening: make(chan struct{}, 1),
		noted: map[queue.OfficeID]queue.Mark{}, known: map[queue.OfficeID]queue.Mark{}}
	q.record.readLog = q.logAfter
	return q
}

func (q *Queue) knows(office queue.OfficeID) queue.Mark {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.known[office]
}

func (q *Queue) saw(office queue.OfficeID, epoch, version int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m := (queue.Mark{Epoch: epoch, Version: version}); m.Covers(q.known[office]) {
		q.known[office] = m
	}
}

// Do carries out a command; see [queue.Line]. When the outcome of a try is
// unknown it repeats the command until ctx's deadline (10 s without one), then
// returns an error that is queue.ErrUnknownOutcome.
func (q *Queue) Do(ctx context.Context, r queue.Request) (queue.Event, error) {
	if err := r.Validate(); err != nil {
		return queue.Event{}, err
	}
	args, err := q.arguments(r)
	if err != nil {
		return queue.Event{}, err
	}
	var event queue.Event
	err = until(ctx, func(ctx context.Context) (err error) {
		event, err = q.try(ctx, r, args)
		return err
	})
	if err != nil && !queue.Refused(err) {
		return queue.Event{}, fmt.Errorf("%s in %s: %w: %w", r.Command.Kind(), r.Office, queue.ErrUnknownOutcome, err)
	}
	if err == nil && q.tell != nil {
		q.tell(event)
	}
	return event, err
}

// arguments are ARGV[3] and on of a command's script.
func (q *Queue) arguments(r queue.Request) ([]any, error) {
	hash, err := queue.Hash(r.Command)
	if err != nil {
		return nil, err
	}
	actor, err := json.Marshal(r.Actor)
	if err != nil {
		return nil, err
	}
	command, err := json.Marshal(r.Command)
	if err != nil {
		return nil, err
	}
	return []any{r.At.UnixMilli(), r.Day, r.ID, hash, r.Command.Kind(), actor, q.channel, command}, nil
}

// try runs the command once. It returns errAgain after mending what stood in
// the way.
func (q *Queue) try(ctx context.Context, r queue.Request, args []any) (queue.Event, error) {
	reply, err := q.run(ctx, scripts[r.Command.Kind()], r.Office, args...)
	if err != nil {
		return queue.Event{}, err
	}
	switch reply.word {
	case "EVENT":
		return q.done(ctx, r, reply.text(0))
	case "BEFORE":
		return q.doneBefore(ctx, r, reply.number(0))
	case "REFUSED":
		return queue.Event{}, q.refused(ctx, r, refusalOf(reply.text(0)), queue.Mark{Epoch: reply.number(1), Version: reply.number(2)})
	case "OTHER":
		return queue.Event{}, queue.ErrOtherContent
	case "PAST":
		return queue.Event{}, errPast
	case "DAY":
		if err := q.BeginDay(ctx, r.Office, r.At, r.Day); err != nil {
			return queue.Event{}, err
		}
		return queue.Event{}, errAgain
	default:
		return queue.Event{}, q.mend(ctx, r.Office, reply, r.At.UnixMilli(), r.Day)
	}
}

// mend answers a fault that the preamble found, and returns errAgain when the
// script may be run again.
func (q *Queue) mend(ctx context.Context, office queue.OfficeID, fault reply, at int64, day string) error {
	if fault.word == "NEWER" {
		q.saw(office, fault.number(0), 0)
		return errAgain
	}
	if err := q.open(ctx, office, at, day, false); err != nil {
		return err
	}
	return errAgain
}

var (
	errAgain = errors.New("try again")
	errGone  = errors.New("the office has no queue yet")
	errPast  = errors.New("a command of a day whose commands are not known any more: it may have been carried out")
)

func refusalOf(code string) error {
	for _, err := range queue.Refusals {
		if err.Error() == code {
			return err
		}
	}
	return fmt.Errorf("unknown refusal %q: a newer node is at work", code)
}

// until repeats a call until it is decided or ctx ends.
func until(ctx context.Context, call func(context.Context) error) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	for pause := time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		err := call(ctx)
		if err == nil || queue.Refused(err) || errors.Is(err, errGone) || errors.Is(err, errPast) || errors.Is(err, ErrGap) || broken(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// broken says that a script has failed: trying again would fail again.
func broken(err error) bool {
	return redis.HasErrorPrefix(err, "ERR") || redis.HasErrorPrefix(err, "WRONGTYPE")
}
