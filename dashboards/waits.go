package dashboards

import (
	"iter"
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// Waits sum up how long people waited.
type Waits struct {
	Count int           // people called
	Mean  time.Duration // 0 of nobody
	Half  time.Duration // half of them waited no longer
	Nine  time.Duration // nine of ten waited no longer
}

// begin is when a ticket's wait begins, in ms: the later of arrival and
// appointment. Who comes before the appointment waits for the time they chose
// and not for the office; counted from arrival, an office would look worse the
// more punctual its citizens are.
func begin(t queue.Ticket) int64 { return max(t.Arrived, t.Slot) }

// Wait is how long a ticket waited until it was called for the first time, and
// false if it has not been called. It begins at the later of arrival and
// appointment and is never negative: an idle desk may call before the
// appointment.
//
// What comes after the first call is not in it, because it is not the queue's
// doing: recalls, being away, being parked, going on to another service.
func Wait(t queue.Ticket) (time.Duration, bool) {
	if t.FirstCallAt == 0 {
		return 0, false
	}
	return milliseconds(max(0, t.FirstCallAt-begin(t))), true
}

// Waiting is how long a waiting ticket has waited now. After it was at a desk,
// parked or missed it waits anew from then: that is the last moment at which
// the office knows that it did something else.
func Waiting(t queue.Ticket, now time.Time) time.Duration {
	since := max(begin(t), t.ServedAt, t.ParkedAt, t.MissedAt)
	return milliseconds(max(0, now.UnixMilli()-since))
}

func milliseconds(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// WaitsOf sums up the waits of those tickets that were called.
func WaitsOf(tickets iter.Seq[queue.Ticket]) Waits {
	var waits []time.Duration
	for t := range tickets {
		if wait, called := Wait(t); called {
			waits = append(waits, wait)
		}
	}
	return sumUp(waits)
}

// sumUp sorts waits and sums them up.
func sumUp(waits []time.Duration) Waits {
	if len(waits) == 0 {
		return Waits{}
	}
	slices.Sort(waits)
	var sum time.Duration
	for _, wait := range waits {
		sum += wait
	}
	return Waits{Count: len(waits), Mean: sum / time.Duration(len(waits)), Half: rank(waits, 50), Nine: rank(waits, 90)}
}

// rank is the nearest-rank percentile of sorted waits: a wait that somebody
// had, such that percent of 100 people waited no longer.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}
