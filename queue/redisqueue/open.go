package redisqueue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// ErrGap says that the record ends before what Redis still has begins: a
// backup was restored. "wartefrei rebuild -from-redis" goes on from what Redis has.
var ErrGap = errors.New("the record ends before what Redis still has begins")

// lockWithin is how long a try to open an office waits for its lock and its head, openWithin
// how long it may take then, as long as the lock is ours. A day of 2,000 visits is
// well below a second's work (BenchmarkOpening), but a try that is given up begins
// anew: on a busy machine, each would come to the same end. So each step that may
// meet a silent server has a limit of its own: stepWithin, callTimeout, a page's.
const (
	lockWithin = 5 * time.Second
	openWithin = time.Minute
	stepWithin = 10 * time.Second
)

// layout numbers what a node writes of a ticket, a desk and the counters; raise it
// with each field they get. An older node that opens an office during an update
// drops what it does not know. The record has it: a newer node opens again, and
// tells the others all of it, since they may have read it meanwhile.
const layout = 1

// opening is one try to open an office under a new epoch.
type opening struct {
	*queue.Office        // what the record comes to
	before        string // the day before
	done          []pgjournal.Answered
	fence         int64
	server        string // that closed it
	redisHad      queue.Mark
	older         bool // a node of an older layout wrote that
	opened        pgjournal.Entry
}

// open opens an office that is closed here: restarted, failed over, wiped or
// rolled back. It records what Redis has decided and the record lacks, folds
// the record under a new epoch, and lets commands in again. With force it does so
// where the office stands open.
//
// Only who ends the journal with the epoch's "opened" may write it, and only
// while the fence is still its own the office opens: so two who try at once,
// or a server that comes back from the past, do no harm. It returns errGone for
// an office without a record when no day is given, and errAgain if another
// opening or a restart came between.
//
// A node opens one office at a time: who waits for a turn holds no connection
// to PostgreSQL, and who has it needs two. Of all who wait for one office, one
// stands in line, so that an office that cannot be opened now does not keep the
// others waiting. An opening goes on when whoever asked has given up.
func (q *Queue) open(ctx context.Context, office queue.OfficeID, at int64, day string, force bool) error {
	before := q.knows(office).Epoch
	asked, _ := q.asked.LoadOrStore(office, make(chan struct{}, 1))
	turn := asked.(chan struct{})
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("open %s: %w", office, ctx.Err())
	}
	opened := make(chan error, 1)
	go func() {
		defer func() { <-turn }()
		q.opening <- struct{}{}
		defer func() { <-q.opening }()
		if !force && q.knows(office).Epoch > before {
			opened <- errAgain // somebody opened it meanwhile
			return
		}
		opened <- q.openAlone(context.WithoutCancel(ctx), office, at, day, force)
	}()
	var err error
	select {
	case err = <-opened:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", office, err)
	}
	return nil
}

// openAlone opens an office while no other node does.
func (q *Queue) openAlone(ctx context.Context, office queue.OfficeID, at int64, day string, force bool) error {
	waiting, cancel := context.WithTimeout(ctx, lockWithin)
	defer cancel()
	unlock, err := q.record.journal.Lock(waiting, office)
	if err != nil {
		return err
	}
	defer unlock()
	ctx, cancel = context.WithTimeout(ctx, openWithin)
	defer cancel()
	heads, err := q.record.heads(waiting, []queue.OfficeID{office})
	if err != nil {
		return err
	}
	return q.openFrom(ctx, office, heads[0], at, day, force)
}

func (q *Queue) openFrom(ctx context.Context, office queue.OfficeID, head queue.Mark, at int64, day string, force bool) error {
	if head == (queue.Mark{}) && day == "" {
		return errGone
	}
	o, err := q.fence(ctx, office, head, at, day, force)
	if err != nil {
		return err
	}
	salvage, err := q.salvage(ctx, office, head, o.redisHad)
	if err != nil {
		return err
	}
	sheet, err := q.fold(ctx, office, head.Version, salvage)
	if err != nil {
		return err
	}
	o.Office, o.before, o.done = sheet.State, sheet.Before, sheet.Done
	if o.Day == "" {
		o.Day = day // the office's first
	}
	o.At = max(o.At, at)
	if err := q.recordSalvage(ctx, office, o, head, salvage); err != nil {
		return err
	}
	if err := q.write(ctx, office, *o); err != nil {
		return err
	}
	return q.letIn(ctx, office, *o)
}

// fence closes the office, unless another node has opened it already: errAgain.
func (q *Queue) fence(ctx context.Context, office queue.OfficeID, head queue.Mark, at int64, day string, force bool) (*opening, error) {
	fenced, err := q.run(ctx, scripts["fence"], office, at, day, head.Epoch, head.Version, number(force), layout)
	switch {
	case err != nil:
		return nil, err
	case fenced.word == "OPEN":
		q.saw(office, head.Epoch, head.Version)
		return nil, errAgain // whoever opened it has told the epoch: the preamble says NEWER
	}
	return &opening{fence: fenced.number(0), server: fenced.text(3),
		redisHad: queue.Mark{Epoch: fenced.number(1), Version: fenced.number(2)},
		older:    fenced.number(1) != 0 && fenced.number(4) < layout}, nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// salvage reads what Redis has decided after the record's head: it may have
// been answered. Its epochs are those from the head's on.
func (q *Queue) salvage(ctx context.Context, office queue.OfficeID, head, redisHas queue.Mark) ([]pgjournal.Entry, error) {
	if redisHas.Epoch < head.Epoch || redisHas.Version <= head.Version {
		return nil, nil // wiped, or an older life: the record has more
	}
	var all []pgjournal.Entry
	for epoch := max(1, head.Epoch); epoch <= redisHas.Epoch; epoch++ {
		entries, err := q.logOf(ctx, office, epoch, head.Version+int64(len(all)), redisHas.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	for i, e := range all {
		if e.Version != head.Version+1+int64(i) {
			return nil, ErrGap
		}
	}
	if int64(len(all)) != redisHas.Version-head.Version {
		return nil, ErrGap
	}
	return all, nil
}

// logOf reads an epoch's log after a version up to another, past the preamble.
func (q *Queue) logOf(ctx context.Context, office queue.OfficeID, epoch, after, upTo int64) ([]pgjournal.Entry, error) {
	var entries []pgjournal.Entry
	for after < upTo {
		log, err := q.rdb.XRangeN(ctx, epochKey(office, epoch, "log"), fmt.Sprintf("(%d-0", after), fmt.Sprintf("%d-0", upTo), maxEvents).Result()
		if err != nil {
			return nil, fmt.Errorf("read the log of epoch %d: %w", epoch, err)
		}
		if len(log) == 0 {
			break
		}
		for _, message := range log {
			text, _ := message.Values["event"].(string)
			e, err := pgjournal.Read(text)
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		after = entries[len(entries)-1].Version
	}
	return entries, nil
}

// errMoved says that the record does not end where it did.
var errMoved = errors.New("the record has gone on")

// recordSalvage records what was salvaged and that the epoch begins. Others may
// record a part of the same meanwhile, which was decided before the office was
// closed: that is no reason to open it and begin anew.
func (q *Queue) recordSalvage(ctx context.Context, office queue.OfficeID, o *opening, head queue.Mark, salvage []pgjournal.Entry) error {
	for {
		err := q.recordOpening(ctx, office, o, head, salvage, o.older)
		if !errors.Is(err, errMoved) {
			return err
		}
		heads, err := q.record.heads(ctx, []queue.OfficeID{office})
		if err != nil {
			return err
		}
		head = heads[0]
		last := slices.IndexFunc(salvage, func(e pgjournal.Entry) bool { return e.Mark() == head })
		if last < 0 {
			return errAgain // another opening
		}
		salvage = salvage[last+1:]
	}
}

// recordOpening records what was salvaged, and that the epoch begins; with
// whole, all that it begins with. It returns errMoved if the record ends elsewhere.
func (q *Queue) recordOpening(ctx context.Context, office queue.OfficeID, o *opening, head queue.Mark, salvage []pgjournal.Entry, whole bool) error {
	e := queue.Event{Office: office, Epoch: o.fence, Version: head.Version + int64(len(salvage)) + 1, At: o.At, Day: o.Day, Kind: "opened",
		Command: fmt.Sprintf("opened:%d", o.fence), Actor: system, Counters: o.Counters}
	if whole {
		e.Tickets, e.Desks = slices.Collect(o.Tickets.All()), slices.Collect(maps.Values(o.Desks))
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	o.opened = pgjournal.Entry{Event: e, Text: string(text)}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	recorded, err := q.record.journal.Append(ctx, []pgjournal.Batch{{Office: office, After: head, Entries: append(salvage, o.opened)}})
	if err != nil {
		return err
	}
	if !recorded[0] {
		return errMoved
	}
	q.record.headMoved(office, e.Mark())
	o.Epoch, o.Version = e.Epoch, e.Version
	return nil
}

// fold reads what the record and what was salvaged come to.
func (q *Queue) fold(ctx context.Context, office queue.OfficeID, upTo int64, salvage []pgjournal.Entry) (pgjournal.Sheet, error) {
	sheet, err := q.record.journal.Fold(ctx, office, upTo)
	if err != nil {
		return sheet, err
	}
	for _, e := range salvage {
		if err := sheet.Take(e); err != nil {
			return sheet, err
		}
	}
	return sheet, nil
}

// chunk is how many fields one command writes, so that no other office waits long,
// together how many commands are sent before their answers are awaited.
const (
	chunk    = 200
	together = 20
)

// placeOf is where a waiting ticket stands: in which line, and as which member.
func placeOf(t queue.Ticket) (line, member string) {
	return queue.LineOf(t), fmt.Sprintf("%08d%s", t.Seq, t.ID)
}

// unopened is how long what was written for an opening that was cut short stays: there
// are needs among it, and Redis is not to fill up. letIn keeps the rest.
const unopened = time.Hour

// write writes an office under its new epoch. Nobody reads it before letIn.
func (q *Queue) write(ctx context.Context, office queue.OfficeID, o opening) error {
	key := func(name string) string { return epochKey(office, o.fence, name) }
	pipe := q.rdb.Pipeline()
	hashes, lines := map[string][]any{}, map[string]bool{}
	put := func(name, field string, value any) { hashes[name] = append(hashes[name], field, value) }
	for t := range o.Tickets.All() {
		text, err := json.Marshal(t)
		if err != nil {
			return err
		}
		put("t", string(t.ID), text)
		if t.Appointment != "" && t.From == "" {
			put("a", t.Appointment, string(t.ID))
		}
		if t.State == queue.Waiting {
			line, member := placeOf(t)
			pipe.ZAdd(ctx, key("l:"+line), redis.Z{Score: float64(t.Due), Member: member})
			if !lines[line] {
				lines[line] = true
				pipe.SAdd(ctx, key("lines"), line)
				pipe.Expire(ctx, key("l:"+line), unopened)
				pipe.Expire(ctx, key("lines"), unopened)
			}
		}
	}
	for _, d := range o.Desks {
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		put("d", string(d.ID), text)
	}
	for _, a := range o.done {
		if a.Day == o.Day || a.Day == o.before {
			put("c:"+a.Day, a.Command, fmt.Sprintf("%s %d", cmp.Or(a.Hash, "-"), a.Version))
		}
	}
	for name, fields := range hashes {
		for some := range slices.Chunk(fields, 2*chunk) {
			pipe.HSet(ctx, key(name), some...)
			if pipe.Expire(ctx, key(name), unopened); pipe.Len() < together {
				continue
			}
			if _, err := pipe.Exec(ctx); err != nil {
				return err
			}
		}
	}
	if pipe.Len() == 0 {
		return nil
	}
	_, err := pipe.Exec(ctx)
	return err
}

// letIn makes the new epoch the queue.
func (q *Queue) letIn(ctx context.Context, office queue.OfficeID, o opening) error {
	reply, err := q.run(ctx, scripts["opened"], office, o.At, o.Day, o.fence, o.server, q.channel, o.opened.Text, o.before, layout)
	if err != nil {
		return err
	}
	if reply.word != "OPENED" {
		return errAgain
	}
	q.saw(office, o.Epoch, o.Version)
	return nil
}

// epochKey is a key of an office's epoch; see lua/preamble.lua.
func epochKey(office queue.OfficeID, epoch int64, name string) string {
	return fmt.Sprintf("{%s}%d:%s", office, epoch, name)
}
