package dashboards

import (
	"math"
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// countServices lists every service of the office, and Several when there is any.
func countServices(office *booking.Office, state *queue.Office) []Service {
	byID := map[queue.ServiceID][]queue.Ticket{}
	for t := range state.Tickets.All() {
		id := ServiceOf(office, queue.Set(append(t.Finished[:len(t.Finished):len(t.Finished)], t.Services...)))
		byID[id] = append(byID[id], t)
	}
	services := make([]Service, 0, len(office.Services)+1)
	for _, s := range office.Services {
		id := queue.ServiceID(s.ID)
		services = append(services, countService(id, byID[id]))
	}
	return append(services, countService(Several, byID[Several]))
}

func countService(id queue.ServiceID, tickets []queue.Ticket) Service {
	s := Service{ID: id, Waits: WaitsOf(slices.Values(tickets))}
	for _, t := range tickets {
		if t.From == "" {
			s.Came++
		}
		switch t.State {
		case queue.Waiting:
			s.Waiting++
		case queue.Missed:
			s.Missed++
		case queue.Done:
			s.Done++
		}
	}
	return s
}

// countHours lists the hours from the first arrival to the present one.
func countHours(zone *time.Location, state *queue.Office, now time.Time) []Hour {
	hours := hoursOf(zone, state, now)
	waits := make([][]time.Duration, len(hours))
	at := func(ms int64) int { return int(hourOf(ms, zone).Sub(hours[0].Start) / time.Hour) }
	for t := range state.Tickets.All() {
		if t.From == "" {
			hours[at(t.Arrived)].Came++
		}
		if wait, called := Wait(t); called {
			h := at(t.FirstCallAt)
			waits[h] = append(waits[h], wait)
		}
	}
	for h := range hours {
		hours[h].Waits = sumUp(waits[h])
	}
	return hours
}

// hoursOf lists the hours that have something to count, still empty: until
// now, or until the last event of a day that is over. The queue's time may be
// ahead of this node's.
func hoursOf(zone *time.Location, state *queue.Office, now time.Time) []Hour {
	first, last := int64(math.MaxInt64), state.At
	if string(booking.DayOf(now, zone)) == state.Day {
		last = max(last, now.UnixMilli())
	}
	for t := range state.Tickets.All() {
		first = min(first, t.Arrived)
	}
	if state.Tickets.Len() == 0 {
		return nil
	}
	var hours []Hour
	for start := hourOf(first, zone); start.UnixMilli() <= last; start = start.Add(time.Hour) {
		hours = append(hours, Hour{Start: start})
	}
	return hours
}

// hourOf is the start of the wall clock's hour that an instant is in. It takes
// the minutes off rather than naming the hour: in the night of a day of 25
// hours, two hours have one name.
func hourOf(ms int64, zone *time.Location) time.Time {
	t := time.UnixMilli(ms).In(zone)
	into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(-into)
}
