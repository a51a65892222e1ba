package redisqueue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// system acts where nobody gave the command.
var system = queue.Actor{Role: "system"}

// BeginDay begins a day, if a later one than the present: it ends every visit
// still open with the reason "day-end", closes the desks, and begins a clean
// sheet. Do does this before the first command of a day; a node may do it
// earlier, so that screens do not show yesterday. Any number of nodes may do it
// at once: the ids of its commands follow from the day.
func (q *Queue) BeginDay(ctx context.Context, office queue.OfficeID, at time.Time, day string) error {
	err := until(ctx, func(ctx context.Context) error {
		o, err := q.Office(ctx, office)
		if err != nil || o.Epoch == 0 || o.Day >= day {
			return err
		}
		if err := q.endDay(ctx, o, at); err != nil {
			return err
		}
		return q.turnDay(ctx, office, at, day)
	})
	if err != nil {
		return fmt.Errorf("begin %s in %s: %w", day, office, err)
	}
	return nil
}

// endDay gives the commands that end a day, small ones, so that no script is long.
func (q *Queue) endDay(ctx context.Context, o *queue.Office, at time.Time) error {
	end := func(about string, c queue.Command) error {
		sum := sha256.Sum256([]byte(c.Kind() + " " + about))
		id := "day-end:" + o.Day + ":" + hex.EncodeToString(sum[:12])
		_, err := q.Do(ctx, queue.Request{Office: o.ID, ID: id, Actor: system, At: at, Day: o.Day, Command: c})
		if queue.Refused(err) {
			return nil // somebody was faster
		}
		return err
	}
	for _, t := range o.In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed) {
		if err := end(string(t.ID), queue.Cancel{Ticket: t.ID, Reason: "day-end"}); err != nil {
			return err
		}
	}
	for _, d := range o.Desks {
		if d.State == queue.DeskClosed {
			continue
		}
		if err := end(string(d.ID), queue.CloseDesk{Desk: d.ID}); err != nil {
			return err
		}
	}
	return nil
}

// turnDay runs day.lua: errAgain if a ticket has come in the meantime.
func (q *Queue) turnDay(ctx context.Context, office queue.OfficeID, at time.Time, day string) error {
	reply, err := q.run(ctx, scripts["day"], office,
		at.UnixMilli(), day, "day:"+day, "day", "day", `{"role":"system"}`, q.channel, "{}")
	if err != nil {
		return err
	}
	switch reply.word {
	case "EVENT":
		e, err := q.entry(office, reply.text(0))
		if err == nil {
			q.record.decided(e)
		}
		return err
	case "BEFORE":
		return nil
	case "EARLY":
		return nil
	case "UNFINISHED":
		return errAgain
	default:
		return q.mend(ctx, office, reply, at.UnixMilli(), day)
	}
}
