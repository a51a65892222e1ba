package redisqueue

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

const (
	silentAfter  = 300 * time.Millisecond // of PostgreSQL: then answers are given before they are recorded
	recordWithin = 2 * time.Second        // how long one group commit may take
	repeatWrite  = 50 * time.Millisecond  // how often writing is tried again, however many wait
	maxHeld      = 2000                   // entries an office that wait here; more are read from Redis again
)

// Why a wait for the record ends without the event being recorded.
var (
	errLater  = errors.New("the record goes on in a later epoch") // the command must be given again
	errClosed = errors.New("the office is closed in Redis")       // that, too: who gives it opens the office
	errSilent = errors.New("the record does not answer")
)

// recorder writes into the journal what Redis has decided: one writer a node,
// and while one commit is under way, what comes waits for the next.
//
//	Do ─▶ decided ─▶ next ─┐  (early, while one between is missing)
//	Follower hears ────────┤─▶ write: one commit for all offices ─▶ head moves ─▶ Do answers
//	a gap ─▶ read the log ─┘
type recorder struct {
	journal *pgjournal.Journal
	readLog func(ctx context.Context, office queue.OfficeID, after queue.Mark) ([]pgjournal.Entry, error)

	mu      sync.Mutex
	offices map[queue.OfficeID]*recording
	writing bool      // the writer is at work
	failed  time.Time // when it last ended without having written what there was
	asked   time.Time // when PostgreSQL was first asked what it has not answered; zero if it has answered all
	next    *reading  // of heads: the one that begins next
	looking bool      // one is under way
}

// recording is how far one office is recorded, and what is to be.
type recording struct {
	head    queue.Mark
	known   bool                      // nobody is known to have written after head
	next    []pgjournal.Entry         // follow head without a gap
	early   map[int64]pgjournal.Entry // by version: came before one that they follow
	waits   time.Time                 // since when for that one; zero if nothing is early
	decided queue.Mark                // the newest that is known to be decided
	behind  time.Time                 // since when decided is not recorded; zero if it is
	given   time.Time                 // since when PostgreSQL has been given what follows head; zero if it has not, or somebody wrote since
	moved   chan struct{}             // closed when head moves
	reading bool                      // the log is being read
	nothing time.Time                 // when a reading of the log last brought nothing
	stuck   error                     // why what follows head cannot be read: ErrGap, errClosed, or Redis is away
}

func newRecorder(journal *pgjournal.Journal) *recorder {
	return &recorder{journal: journal, offices: map[queue.OfficeID]*recording{}}
}

// of is for who has the lock.
func (r *recorder) of(office queue.OfficeID) *recording {
	o, ok := r.offices[office]
	if !ok {
		o = &recording{moved: make(chan struct{}), early: map[int64]pgjournal.Entry{}}
		r.offices[office] = o
	}
	return o
}

// decided takes in an event of this node's own, and has it recorded.
func (r *recorder) decided(e pgjournal.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.of(e.Office)
	o.hold(e)
	o.owe(e.Mark())
	r.startWriting()
}

// heard takes in another node's event. That node records it; ours are recorded
// with it if they are faster.
func (r *recorder) heard(e pgjournal.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.of(e.Office)
	o.hold(e)
	if !o.behind.IsZero() {
		r.startWriting()
	}
}

// hold keeps an entry that follows, now or when what is between them has come:
// answers of Redis overtake each other on their way to us. It is for who has the lock.
func (o *recording) hold(e pgjournal.Entry) {
	last := o.last()
	if !o.known || e.Epoch != last.Epoch || e.Version <= last.Version || len(o.next)+len(o.early) >= maxHeld {
		return
	}
	o.early[e.Version] = e
	o.line()
}

// last is the newest that is recorded or follows without a gap.
func (o *recording) last() queue.Mark {
	if n := len(o.next); n > 0 {
		return o.next[n-1].Mark()
	}
	return o.head
}

// tidy lets go of what is early no more.
func (o *recording) tidy() {
	last := o.last()
	maps.DeleteFunc(o.early, func(v int64, e pgjournal.Entry) bool { return v <= last.Version || e.Epoch != last.Epoch })
	o.line()
}

// line lines up what was early and now follows.
func (o *recording) line() {
	for v := o.last().Version + 1; ; v++ {
		e, ok := o.early[v]
		if !ok {
			break
		}
		delete(o.early, v)
		o.next = append(o.next, e)
		o.waits = time.Time{}
	}
	switch {
	case len(o.early) == 0:
		o.waits = time.Time{}
	case o.waits.IsZero():
		o.waits = time.Now()
	}
}

// owe notes that something is decided; for who has the lock.
func (o *recording) owe(m queue.Mark) {
	if o.decided.Covers(m) {
		return
	}
	o.decided = m
	if o.behind.IsZero() && !o.head.Covers(m) {
		o.behind = time.Now()
	}
}

// owes has what Redis was seen to have decided recorded.
func (r *recorder) owes(office queue.OfficeID, m queue.Mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.of(office)
	o.owe(m)
	if !o.behind.IsZero() {
		r.startWriting()
	}
}

// behindFor is since when something of an office is decided and not recorded,
// by the machine's clock; 0 if all is.
func (r *recorder) behindFor(office queue.OfficeID) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.of(office); !o.behind.IsZero() {
		return time.Since(o.behind)
	}
	return 0
}

// headOf is where the journal of an office ends, as far as this node knows.
func (r *recorder) headOf(office queue.OfficeID) queue.Mark {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of(office).head
}

// headMoved takes in where the journal ends.
func (r *recorder) headMoved(office queue.OfficeID, head queue.Mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headIs(office, head)
}

// headIs is headMoved for who has the lock.
func (r *recorder) headIs(office queue.OfficeID, head queue.Mark) {
	o := r.of(office)
	if head != o.head || !o.known {
		if head != o.head {
			o.given = time.Time{}
		}
		o.head, o.known, o.stuck = head, true, nil
		for len(o.next) > 0 && o.next[0].Version <= head.Version {
			o.next = o.next[1:]
		}
		if len(o.next) > 0 && (o.next[0].Version != head.Version+1 || o.next[0].Epoch != head.Epoch) {
			o.next = nil
		}
		o.tidy()
		close(o.moved)
		o.moved = make(chan struct{})
	}
	switch {
	case o.head.Covers(o.decided):
		o.behind, o.given = time.Time{}, time.Time{}
	case o.behind.IsZero(): // the journal went back
		o.behind = time.Now()
	}
}

// wait returns nil when an event is recorded; errLater, errClosed, errSilent or
// ErrGap if it cannot be now.
func (r *recorder) wait(ctx context.Context, office queue.OfficeID, m queue.Mark) error {
	tick := time.NewTicker(repeatWrite)
	defer tick.Stop()
	for {
		r.mu.Lock()
		r.startWriting()
		o := r.of(office)
		head, moved, stuck, silent := o.head, o.moved, o.stuck, r.silent(o)
		r.mu.Unlock()
		switch {
		case head.Epoch == m.Epoch && head.Version >= m.Version:
			return nil
		case head.Epoch > m.Epoch:
			return errLater
		case silent:
			return errSilent
		case errors.Is(stuck, ErrGap), errors.Is(stuck, errClosed):
			return stuck
		}
		select {
		case <-moved:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// silent says whether PostgreSQL does not answer, or answers and does not write for
// an office, as with a full disk. It is for who has the lock.
func (r *recorder) silent(o *recording) bool { return long(r.asked) || long(o.given) }

func long(since time.Time) bool { return !since.IsZero() && time.Since(since) > silentAfter }

// ask notes that PostgreSQL is asked.
func (r *recorder) ask() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked.IsZero() {
		r.asked = time.Now()
	}
}

// startWriting has the writer work if it does not, and has not failed just now:
// a server that comes back is not to be met by a crowd of connections. It is
// for who has the lock.
func (r *recorder) startWriting() {
	if r.writing || time.Since(r.failed) < repeatWrite {
		return
	}
	for _, o := range r.offices {
		if !o.behind.IsZero() {
			r.writing = true
			go r.write()
			return
		}
	}
}

// write records what is decided, group by group, until nothing is left or
// something stands in the way.
func (r *recorder) write() {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
		more, err := r.writeGroup(ctx)
		cancel()
		r.mu.Lock()
		if err != nil {
			r.failed = time.Now()
		}
		if err != nil || !more {
			r.writing = false
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
	}
}

// writeGroup records one group. It reports whether there may be more.
func (r *recorder) writeGroup(ctx context.Context) (more bool, err error) {
	behind, unknown := r.behind()
	if len(behind) == 0 {
		return false, nil
	}
	if len(unknown) > 0 {
		if _, err := r.heads(ctx, unknown); err != nil {
			return false, err
		}
	}
	var group []pgjournal.Batch
	for _, office := range behind {
		if b := r.batch(office); len(b.Entries) > 0 {
			group = append(group, b)
		}
	}
	if len(group) == 0 {
		return false, nil
	}
	return true, r.append(ctx, group)
}

// behind are the offices with something to record, and those of them whose
// head is to be read first: others have written if nothing follows it here. Where
// one is missing that others follow, it is waited for as long as an answer may
// be on its way to us; later its node is taken for gone, and the log is read.
func (r *recorder) behind() (behind, unknown []queue.OfficeID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for office, o := range r.offices {
		if o.behind.IsZero() || len(o.next) == 0 && (o.reading || time.Since(o.waits) < repeatWrite || time.Since(o.nothing) < repeatWrite) {
			continue
		}
		behind = append(behind, office)
		if !o.known || len(o.next) == 0 {
			unknown = append(unknown, office)
		}
	}
	return behind, unknown
}

// batch is what follows an office's head and waits here. Where nothing does, the
// log is read aside, so that with one server of a Cluster silent the offices of
// the others are recorded as ever.
func (r *recorder) batch(office queue.OfficeID) pgjournal.Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.of(office)
	if len(o.next) == 0 && !o.behind.IsZero() && !o.reading {
		o.reading = true
		go r.read(office, o.head)
	}
	if len(o.next) > 0 && o.given.IsZero() {
		o.given = time.Now()
	}
	return pgjournal.Batch{Office: office, After: o.head, Entries: o.next[:len(o.next):len(o.next)]}
}

// read takes in what an office's log has after the head.
func (r *recorder) read(office queue.OfficeID, head queue.Mark) {
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	entries, err := r.readLog(ctx, office, head)
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.of(office)
	o.reading, o.stuck = false, err
	if len(entries) == 0 {
		o.nothing = time.Now()
		return
	}
	if o.head == head && len(o.next) == 0 {
		o.next = entries
		o.tidy()
	}
	r.startWriting()
}

// gaps are the offices that cannot be recorded any more.
func (r *recorder) gaps() (offices []queue.OfficeID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for office, o := range r.offices {
		if errors.Is(o.stuck, ErrGap) {
			offices = append(offices, office)
		}
	}
	return offices
}

// append commits a group and moves the heads.
func (r *recorder) append(ctx context.Context, group []pgjournal.Batch) error {
	r.ask()
	recorded, err := r.journal.Append(ctx, group)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.asked = time.Time{}
	}
	for i, b := range group {
		if err != nil || !recorded[i] { // another node was faster, or we do not know
			r.of(b.Office).known = false
			continue
		}
		r.headIs(b.Office, b.Entries[len(b.Entries)-1].Mark())
	}
	return err
}

// heads reads where the journal ends for offices.
func (r *recorder) heads(ctx context.Context, offices []queue.OfficeID) ([]queue.Mark, error) {
	r.ask()
	marks, err := r.journal.Heads(ctx, offices)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = time.Time{}
	for i, office := range offices {
		r.headIs(office, marks[i])
	}
	return marks, nil
}

// reading is one look at heads that several wait for.
type reading struct {
	offices map[queue.OfficeID]bool
	heads   map[queue.OfficeID]queue.Mark
	err     error
	done    chan struct{}
}

// headNow reads where an office's journal ends, not before it was called. Calls
// that come while one is under way share the next. While PostgreSQL is silent,
// only the writer asks.
func (r *recorder) headNow(ctx context.Context, office queue.OfficeID) (queue.Mark, error) {
	r.mu.Lock()
	if r.silent(r.of(office)) {
		r.mu.Unlock()
		return queue.Mark{}, errSilent
	}
	if r.next == nil {
		r.next = &reading{offices: map[queue.OfficeID]bool{}, done: make(chan struct{})}
		if !r.looking {
			r.looking = true
			go r.look()
		}
	}
	mine := r.next
	mine.offices[office] = true
	r.mu.Unlock()
	silent := time.NewTimer(silentAfter)
	defer silent.Stop()
	select {
	case <-mine.done:
		if mine.err != nil {
			return queue.Mark{}, errSilent
		}
		return mine.heads[office], nil
	case <-silent.C:
		return queue.Mark{}, errSilent
	case <-ctx.Done():
		return queue.Mark{}, ctx.Err()
	}
}

// look reads for those who wait until nobody does.
func (r *recorder) look() {
	for {
		r.mu.Lock()
		now := r.next
		r.next = nil
		r.looking = now != nil
		r.mu.Unlock()
		if now == nil {
			return
		}
		now.read(r)
	}
}

func (now *reading) read(r *recorder) {
	defer close(now.done)
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	offices := slices.Collect(maps.Keys(now.offices))
	var marks []queue.Mark
	if marks, now.err = r.heads(ctx, offices); now.err != nil {
		return
	}
	now.heads = map[queue.OfficeID]queue.Mark{}
	for i, office := range offices {
		now.heads[office] = marks[i]
	}
}
