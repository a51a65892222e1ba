package redisqueue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

const (
	lookEvery  = time.Second            // how often versions are compared, and the subscription pinged
	silence    = 3 * time.Second        // a subscription that says nothing for so long is dead
	tryEvery   = 200 * time.Millisecond // how often a lost subscription is tried again
	maxCatchUp = 5 * time.Second        // how long one catching up may take
)

// Follower keeps the present state of every office in the memory of a node.
//
// It folds the events that Redis publishes. What publishing loses (a broken
// connection, a Redis that restarts) it reads from the log: when an event is
// missing, after each subscribing, and when a look at all versions, once a
// second, finds more than it has. What the log no longer has it reads whole.
type Follower struct {
	queue   *Queue
	offices func() []queue.OfficeID
	log     *slog.Logger

	onEvent  []func(queue.Event)
	onChange []func(queue.OfficeID)
	checked  atomic.Int64 // UnixNano by the machine's clock, 0 before the first look
	recorded atomic.Bool  // how far the offices are recorded was read once

	mu       sync.Mutex
	followed map[queue.OfficeID]*followed
}

// NewFollower returns a follower of a queue's offices, and makes the queue
// tell it of this node's own events, so that who gave a command sees what it
// did. offices are asked for once a second. Nothing is followed before Run.
func NewFollower(q *Queue, offices func() []queue.OfficeID, log *slog.Logger) *Follower {
	f := &Follower{queue: q, offices: offices, log: log, followed: map[queue.OfficeID]*followed{}}
	q.tell = func(e queue.Event) { f.apply(e) }
	return f
}

// OnEvent has fn called with each event that this node applies, in order
// within an office. An event can be missing only if the node was cut off until
// after the day that followed. It is for before Run; fn must be quick.
func (f *Follower) OnEvent(fn func(queue.Event)) { f.onEvent = append(f.onEvent, fn) }

// OnChange has fn called after an office's state has changed. It is for before
// Run; fn must be quick.
func (f *Follower) OnChange(fn func(queue.OfficeID)) { f.onChange = append(f.onChange, fn) }

// Office is the present state of an office. It is shared: do not change it. An
// office without a queue is empty.
func (f *Follower) Office(office queue.OfficeID) *queue.Office {
	o := f.of(office)
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state
}

// Checked is when, by the machine's clock, this node last knew that its states
// were the newest; zero before it first did.
func (f *Follower) Checked() time.Time {
	at := f.checked.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at)
}

func (f *Follower) of(office queue.OfficeID) *followed {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, ok := f.followed[office]
	if !ok {
		o = &followed{state: &queue.Office{ID: office}}
		f.followed[office] = o
	}
	return o
}

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { f.keepLooking(ctx) })
	all.Go(func() { f.keepListening(ctx) })
	all.Go(func() { f.keepRecording(ctx) })
	all.Wait()
}

// Ready says whether this node knows how far each office is recorded: a Redis
// that knows less was rolled back. Before that it must decide nothing.
func (f *Follower) Ready() bool { return f.recorded.Load() }

// Behind is for how long something of an office has been decided that is not
// recorded, as far as this node knows; 0 if all is. While it lasts, a loss of
// Redis would lose what was answered.
func (f *Follower) Behind(office queue.OfficeID) time.Duration {
	return f.queue.record.behindFor(office)
}

// Recorded is how far an office is recorded, as far as this node knows.
func (f *Follower) Recorded(office queue.OfficeID) queue.Mark {
	return f.queue.record.headOf(office)
}

// keepRecording has recorded, each second, what anybody has decided and nobody
// recorded, because the node that did is gone or PostgreSQL was away.
func (f *Follower) keepRecording(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last error
	for {
		err := f.settle(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && last == nil:
			f.log.Error("queue: nothing is recorded", "err", err)
		case err == nil && last != nil:
			f.log.Info("queue: all is recorded again")
		}
		last = err
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (f *Follower) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	offices := f.offices()
	decided := make([]queue.Mark, len(offices)) // before the heads, so that these can only be newer
	for i, office := range offices {
		decided[i] = f.of(office).mark()
	}
	heads, err := f.queue.record.heads(ctx, offices)
	if err != nil {
		return err
	}
	for i, office := range offices {
		f.queue.saw(office, heads[i].Epoch, heads[i].Version)
		f.queue.record.owes(office, decided[i])
	}
	f.recorded.Store(true)
	f.queue.note(ctx, offices, heads)
	if gaps := f.queue.record.gaps(); len(gaps) > 0 {
		return fmt.Errorf("%v: %w, run wartefrei rebuild -from-redis for each", gaps, ErrGap)
	}
	return nil
}

func (f *Follower) keepLooking(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last error
	for {
		err := f.look(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && last == nil:
			f.log.Error("queue: Redis does not answer, screens show their age", "err", err)
		case err == nil && last != nil:
			f.log.Info("queue: Redis answers again")
		}
		last = err
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look compares the versions of all offices with ours and reads what is
// missing, of those that it can. Without an error our states are at least as new
// as its beginning.
func (f *Follower) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxCatchUp)
	defer cancel()
	began := time.Now()
	offices := f.offices()
	ours := make([]queue.Mark, len(offices)) // before we ask, so that theirs can only be newer
	for i, office := range offices {
		ours[i] = f.of(office).mark()
	}
	theirs, errs := f.queue.look(ctx, offices)
	for i, office := range offices {
		if errs[i] == nil {
			errs[i] = f.compare(ctx, office, ours[i], theirs[i])
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	f.checked.Store(began.UnixNano())
	return nil
}

func (f *Follower) compare(ctx context.Context, office queue.OfficeID, ours, theirs queue.Mark) error {
	if !theirs.Covers(ours) {
		f.log.Error("queue: Redis has lost events", "office", office, "ours", ours, "theirs", theirs)
		return f.reread(ctx, office)
	}
	return f.catchUp(ctx, office, theirs)
}

func (f *Follower) keepListening(ctx context.Context) {
	for try := 0; ; try++ {
		err := f.listen(ctx, try)
		if ctx.Err() != nil {
			return
		}
		f.log.Warn("queue: lost the subscription", "err", err)
		select {
		case <-time.After(tryEvery):
		case <-ctx.Done():
			return
		}
	}
}

// listen subscribes, then reads what it missed, then applies what it hears,
// until the connection breaks or is silent.
func (f *Follower) listen(ctx context.Context, try int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	subscription, err := f.queue.subscribe(ctx, try)
	if err != nil {
		return err
	}
	defer subscription.Close()
	context.AfterFunc(ctx, func() { subscription.Close() }) // ends a waiting receive
	if _, err := subscription.ReceiveTimeout(ctx, callTimeout); err != nil {
		return err
	}
	f.look(ctx) // what cannot be read now, the look each second reads
	go ping(ctx, subscription)
	for {
		message, err := subscription.ReceiveTimeout(ctx, silence)
		if err != nil {
			return err
		}
		if m, ok := message.(*redis.Message); ok {
			if err := f.hear(ctx, m.Payload); err != nil {
				return err
			}
		}
	}
}

// subscribe listens to the events of all offices. Each server of a Cluster passes
// on those of all others, so that at each try it may be another: with one away
// the others' offices go on.
func (q *Queue) subscribe(ctx context.Context, try int) (*redis.PubSub, error) {
	cluster, ok := q.rdb.(*redis.ClusterClient)
	if !ok {
		return q.rdb.Subscribe(ctx, q.channel), nil
	}
	server, err := cluster.MasterForKey(ctx, fmt.Sprint(try)) // some slot's
	if err != nil {
		return nil, err
	}
	return server.Subscribe(ctx, q.channel), nil
}

// ping has a living subscription say something each second.
func ping(ctx context.Context, subscription *redis.PubSub) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			subscription.Ping(ctx) // a failure ends the receiving, too
		case <-ctx.Done():
			return
		}
	}
}

func (f *Follower) hear(ctx context.Context, text string) error {
	e, err := pgjournal.Read(text)
	if err != nil {
		return fmt.Errorf("hear of an event: %w", err)
	}
	f.queue.saw(e.Office, e.Epoch, e.Version)
	f.queue.record.heard(e)
	if f.apply(e.Event) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, maxCatchUp)
	defer cancel()
	return f.catchUp(ctx, e.Office, e.Mark())
}

// apply folds an event and tells of it, if it is the next one.
func (f *Follower) apply(e queue.Event) bool {
	o := f.of(e.Office)
	o.turn.Lock()
	defer o.turn.Unlock()
	return f.take(o, e)
}

// take is apply for who has the turn.
func (f *Follower) take(o *followed, e queue.Event) bool {
	if !o.apply(e) {
		return false
	}
	for _, fn := range f.onEvent {
		fn(e)
	}
	for _, fn := range f.onChange {
		fn(e.Office)
	}
	return true
}

// catchUp reads the events up to theirs, or the whole state where the log does
// not go on from ours.
func (f *Follower) catchUp(ctx context.Context, office queue.OfficeID, theirs queue.Mark) error {
	o := f.of(office)
	o.turn.Lock()
	defer o.turn.Unlock()
	for ours := o.mark(); ours != (queue.Mark{}) && !ours.Covers(theirs); ours = o.mark() {
		events, err := f.queue.eventsAfter(ctx, office, ours.Version)
		if err != nil {
			return err
		}
		for _, e := range events {
			f.take(o, e)
		}
		if o.mark() == ours {
			break
		}
	}
	if o.mark().Covers(theirs) {
		return nil
	}
	return f.replace(ctx, o, office)
}

// reread reads the whole state.
func (f *Follower) reread(ctx context.Context, office queue.OfficeID) error {
	o := f.of(office)
	o.turn.Lock()
	defer o.turn.Unlock()
	return f.replace(ctx, o, office)
}

// replace is reread for who has the turn.
func (f *Follower) replace(ctx context.Context, o *followed, office queue.OfficeID) error {
	state, err := f.queue.Office(ctx, office)
	if err != nil {
		return err
	}
	o.replace(state)
	for _, fn := range f.onChange {
		fn(office)
	}
	return nil
}
