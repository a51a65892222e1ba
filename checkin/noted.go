package checkin

import (
	"context"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Joining are an office's tickets that are noted and whose moment to join the
// line has come: for [Arrivals.JoinNoted].
func Joining(office *queue.Office, now time.Time) []queue.Ticket {
	var all []queue.Ticket
	for _, t := range office.In(queue.Parked) {
		if t.Joins != 0 && t.Joins <= now.UnixMilli() {
			all = append(all, t)
		}
	}
	return all
}

// JoinNoted has a noted ticket join its line at now. It may be repeated, by any
// node: the command's id follows from the ticket, which joins once. That somebody
// was faster is no error.
func (a *Arrivals) JoinNoted(ctx context.Context, office booking.OfficeID, t queue.Ticket, now time.Time) error {
	_, err := a.Line.Do(ctx, queue.Request{Office: queue.OfficeID(office), ID: "joins:" + string(t.ID), Actor: queue.Actor{Role: "system"},
		At: now, Day: string(a.City().Day(now)), Command: queue.BringBack{Ticket: t.ID}})
	if err != nil && !queue.Refused(err) {
		return fmt.Errorf("have a noted ticket join %s: %w", office, err)
	}
	return nil
}
