package checkin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Here is "I am here" of somebody who missed a call, stepped aside or was sent from
// another house. Whoever missed it for longer than they keep their place waits anew,
// as [Arrivals.Entitle] lets them: until the doors close. After that they are refused
// with ErrMissed.
func (a *Arrivals) Here(ctx context.Context, officeID booking.OfficeID, id queue.TicketID, request string, actor queue.Actor) (queue.Event, error) {
	city, now := a.City(), a.Now()
	office, ok := city.Office(officeID)
	if !ok {
		return queue.Event{}, booking.ErrOfficeUnknown
	}
	state, err := a.Line.Office(ctx, queue.OfficeID(officeID))
	if err != nil {
		return queue.Event{}, fmt.Errorf("look for who is here in %s: %w", officeID, err)
	}
	t := state.Tickets.At(id)
	rules := RulesFor(*office, t.Services)
	if t.State == queue.Missed && Over(rules, t, now) {
		switch err := a.open(officeID); {
		case errors.Is(err, ErrClosed):
			return queue.Event{}, ErrMissed
		case err != nil:
			return queue.Event{}, err
		}
	}
	return a.Line.Do(ctx, queue.Request{Office: queue.OfficeID(officeID), ID: request, Actor: actor, At: now, Day: string(city.Day(now)),
		Command: queue.Here{Ticket: id, Window: rules.Return.Milliseconds(), Allowance: rules.WalkIn.Milliseconds()}})
}

// Over says that a missed ticket does not keep its place any more.
func Over(rules queue.Rules, t queue.Ticket, now time.Time) bool {
	return now.After(time.UnixMilli(t.MissedAt).Add(rules.Return))
}
