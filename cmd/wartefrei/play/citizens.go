package play

import (
	"context"
	"time"

	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// visitors lets those who are in the office do what they think of: see visitor.
func (s *scene) visitors(ctx context.Context) error {
	for _, t := range s.state.In(queue.Waiting, queue.Missed, queue.Parked) {
		t = s.state.Tickets.At(t.ID) // as somebody before may have left it
		if !s.Town.Invented(t) {
			continue
		}
		if c := s.visitor(t); c != nil {
			if err := s.do(ctx, s.moment("ticket", string(t.ID)), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// visitor is what somebody does now who is not at a desk; nil: nothing. One in
// three of those who missed their call is back after 2 to 10 minutes. Who stepped
// aside, or walks here from another house, comes within as many; who has not by the
// time the office closes gives the number back.
func (s *scene) visitor(t queue.Ticket) queue.Command {
	whim, open := s.whimOf("visits", t), s.calendar.Open(s.now)
	away := time.Duration(2+whim>>8%8) * time.Minute
	switch {
	case fresh(t) && s.since(t.Arrived) < between:
		return s.newcomer(t, whim>>16)
	case t.State == queue.Missed && whim%3 == 0 && open && s.since(t.MissedAt) >= away && s.since(t.MissedAt) < away+between:
		return queue.Here{Ticket: t.ID}
	case t.State != queue.Parked || t.Desk != "" || t.Joins != 0: // a clerk's to bring back, or nobody's
		return nil
	case !open:
		return queue.Leave{Ticket: t.ID}
	case s.since(t.ParkedAt) >= away:
		return queue.Here{Ticket: t.ID}
	}
	return nil
}

// fresh says that somebody waits as they came. In a step between calls nobody
// becomes that.
func fresh(t queue.Ticket) bool {
	return t.State == queue.Waiting && t.Calls == 0 && t.From == "" && t.ParkedAt == 0 && t.SentFrom == nil
}

// newcomer is what somebody does who has just come and was not called at once: one in
// three of those with several concerns has them split, one in sixty gives the number
// back, one in sixty needs longer, one in twenty belongs to somebody who waits.
func (s *scene) newcomer(t queue.Ticket, whim uint64) queue.Command {
	kind := whim >> 8 % 60
	switch {
	case len(t.Services) > 1 && whim%3 == 0:
		return queue.Split{Ticket: t.ID, Services: t.Services[:1], Persons: 1, Numbers: s.numbers()}
	case kind == 0:
		return queue.Leave{Ticket: t.ID}
	case kind == 1:
		return queue.StepAside{Ticket: t.ID}
	case kind < 5:
		for _, other := range s.state.In(queue.Waiting) {
			if other.ID != t.ID && fresh(other) && s.Town.Invented(other) {
				return queue.Merge{Ticket: t.ID, Into: other.ID}
			}
		}
	}
	return nil
}

func (s *scene) numbers() queue.Numbers {
	return queue.NewNumbers(s.office.Prefix, s.state.ID, s.state.Day, checkin.Rules(*s.office).Ascending)
}
