package redisqueue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
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
		return nil, fmt.Errorf("read the queue of %s: %w", office, err)
	}
	q.saw(office, o.Epoch, o.Version)
	return o, nil
}

func readOffice(office queue.OfficeID, r reply) (*queue.Office, error) {
	o := &queue.Office{ID: office, Epoch: r.number(0), Version: r.number(1), At: r.number(2), Day: r.text(3),
		Tickets: map[queue.TicketID]queue.Ticket{}, Desks: map[queue.DeskID]queue.Desk{},
		Counters: queue.Counters{Seq: r.number(4)}}
	if text := r.text(5); text != "{}" { // an empty list, as cjson writes it
		if err := json.Unmarshal([]byte(text), &o.Counters.AtOnce); err != nil {
			return nil, err
		}
	}
	for _, text := range r.texts(6) {
		var t queue.Ticket
		if err := json.Unmarshal([]byte(text), &t); err != nil {
			return nil, err
		}
		o.Tickets[t.ID] = t
	}
	for _, text := range r.texts(7) {
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
// maxEvents. Older ones than those of the day before are gone.
func (q *Queue) eventsAfter(ctx context.Context, office queue.OfficeID, version int64) ([]queue.Event, error) {
	var events []queue.Event
	err := until(ctx, func(ctx context.Context) error {
		reply, err := q.run(ctx, scripts["events"], office, 0, "", version, maxEvents)
		if err != nil {
			return err
		}
		if reply.word != "EVENTS" {
			return q.mend(ctx, office, reply, 0, "")
		}
		events = nil
		for _, text := range reply.texts(0) {
			event, err := q.event(office, text)
			if err != nil {
				return err
			}
			events = append(events, event)
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

// marks reads the present epoch and version of offices in one go.
func (q *Queue) marks(ctx context.Context, offices []queue.OfficeID) ([]mark, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	pipe := q.rdb.Pipeline()
	answers := make([]*redis.SliceCmd, len(offices))
	for i, office := range offices {
		answers[i] = pipe.HMGet(ctx, metaKey(office), "epoch", "ver")
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("look at the versions: %w", err)
	}
	marks := make([]mark, len(offices))
	for i, answer := range answers {
		r := reply{rest: answer.Val()}
		marks[i] = mark{r.number(0), r.number(1)}
	}
	return marks, nil
}
