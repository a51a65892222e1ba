package redisqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// Office reads the whole present state; see [queue.Line]. An office that had
// no command yet is empty.
func (q *Queue) Office(ctx context.Context, office queue.OfficeID) (*queue.Office, error) {
	var o *queue.Office
	err := until(ctx, func(ctx context.Context) error {
		reply, err := q.run(ctx, scripts["state"], office, 0, "")
		if err != nil {
			return err
		}
		if reply.word != "STATE" {
			return q.mend(ctx, office, reply, 0, "")
		}
		o, err = readOffice(office, reply)
		return err
	})
	if errors.Is(err, errGone) {
		return &queue.Office{ID: office}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the queue of %s: %w: %w", office, queue.ErrAway, err)
	}
	q.saw(office, o.Epoch, o.Version)
	return o, nil
}

func readOffice(office queue.OfficeID, r reply) (*queue.Office, error) {
	o := &queue.Office{ID: office, Epoch: r.number(0), Version: r.number(1), At: r.number(2), Day: r.text(3),
		Desks:    map[queue.DeskID]queue.Desk{},
		Counters: queue.Counters{Seq: r.number(4)}}
	for n, list := range map[int]any{5: &o.Counters.AtOnce, 6: &o.Counters.Disturbed} {
		if text := r.text(n); text != "{}" { // an empty list, as cjson writes it
			if err := json.Unmarshal([]byte(text), list); err != nil {
				return nil, err
			}
		}
	}
	for _, text := range r.texts(7) {
		var t queue.Ticket
		if err := json.Unmarshal([]byte(text), &t); err != nil {
			return nil, err
		}
		o.Tickets = o.Tickets.With(t)
	}
	for _, text := range r.texts(8) {
		var d queue.Desk
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return nil, err
		}
		o.Desks[d.ID] = d
	}
	return o, nil
}

// maxEvents bounds one reading of the log.
const maxEvents = 1000

// eventsAfter reads the next events after a version, oldest first, at most
// maxEvents. Old ones that are recorded may be gone.
func (q *Queue) eventsAfter(ctx context.Context, office queue.OfficeID, version int64) ([]queue.Event, error) {
	var events []queue.Event
	err := until(ctx, func(ctx context.Context) error {
		entries, fault, err := q.readLog(ctx, office, version)
		if err != nil {
			return err
		}
		if fault.word != "" {
			return q.mend(ctx, office, fault, 0, "")
		}
		events = nil
		for _, e := range entries {
			events = append(events, e.Event)
		}
		return nil
	})
	if errors.Is(err, errGone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the events of %s: %w", office, err)
	}
	return events, nil
}

// logAfter reads what follows an office's head in the log. A head that is of an
// earlier epoch than the log has gone back, as a PostgreSQL does that failed
// over: then epoch by epoch. It returns errClosed where nothing can be read.
func (q *Queue) logAfter(ctx context.Context, office queue.OfficeID, head queue.Mark) ([]pgjournal.Entry, error) {
	entries, fault, err := q.readLog(ctx, office, head.Version)
	switch {
	case err != nil:
		return nil, err
	case fault.word != "":
		return nil, errClosed
	case len(entries) == 0 || entries[0].Version == head.Version+1 && entries[0].Epoch == head.Epoch:
		return entries, nil
	}
	return q.salvage(ctx, office, head, entries[len(entries)-1].Mark())
}

func (q *Queue) readLog(ctx context.Context, office queue.OfficeID, after int64) (entries []pgjournal.Entry, fault reply, err error) {
	reply, err := q.run(ctx, scripts["events"], office, 0, "", after, maxEvents)
	if err != nil || reply.word != "EVENTS" {
		return nil, reply, err
	}
	for _, text := range reply.texts(0) {
		e, err := q.entry(office, text)
		if err != nil {
			return nil, fault, err
		}
		entries = append(entries, e)
	}
	return entries, fault, nil
}

// look reads the present epoch and version of offices in one go. An office that
// is closed here, it opens. errs says which could not be read.
func (q *Queue) look(ctx context.Context, offices []queue.OfficeID) (marks []queue.Mark, errs []error) {
	replies, errs := q.runAll(ctx, scripts["mark"], offices)
	marks = make([]queue.Mark, len(offices))
	for i, office := range offices {
		switch {
		case errs[i] != nil:
			errs[i] = fmt.Errorf("look at the version of %s: %w", office, errs[i])
		case replies[i].word == "MARK":
			marks[i] = queue.Mark{Epoch: replies[i].number(0), Version: replies[i].number(1)}
		default:
			var o *queue.Office
			if o, errs[i] = q.Office(ctx, office); errs[i] == nil {
				marks[i] = queue.Mark{Epoch: o.Epoch, Version: o.Version}
			}
		}
	}
	return marks, errs
}
