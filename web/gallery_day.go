package web

import (
	"fmt"

	"github.com/wartefrei/wartefrei/queue"
)

// day is the state of the citizens' office at 09:41 on a day that never was.
// Each wants says what differs from a ticket that waits.
func (g gallery) day(tickets ...queue.Ticket) *queue.Office {
	state := &queue.Office{ID: "buergerbuero", Epoch: 1, Version: 200, At: g.now.UnixMilli(), Day: "2026-11-23",
		Desks: map[queue.DeskID]queue.Desk{}}
	for i, t := range tickets {
		t.ID, t.Seq = queue.TicketID(fmt.Sprintf("EXAMPLE%019d", i)), int64(i+1)
		t.Area, t.Persons, t.Services = "halle", max(1, t.Persons), queue.Set(t.Services)
		state.Tickets = state.Tickets.With(t)
	}
	return state
}

// waiting are people in the order of the reference desk.
func (g gallery) waiting() []queue.Ticket {
	return []queue.Ticket{
		g.ticket("K 024", queue.Booked, "09:26", "09:40", "09:40", "personalausweis", "anmeldung"),
		g.ticket("K 128", queue.Booked, "09:41", "09:30", "09:41", "fuehrungszeugnis"),
		g.ticket("K 821", queue.WalkIn, "09:24", "", "09:44", "abholung"),
		g.ticket("K 305", queue.Booked, "09:31", "09:45", "09:45", "reisepass"),
		g.ticket("K 077", queue.Booked, "09:38", "09:45", "09:45", "beglaubigung"),
		g.ticket("K 529", queue.WalkIn, "09:32", "", "09:52", "abholung"),
		g.ticket("K 930", queue.Booked, "09:40", "09:55", "09:55", "bewohnerparken"),
	}
}

// ticket waits; its times are clocks, slot is empty without an appointment.
func (g gallery) ticket(number string, class queue.Class, arrived, slot, due string, services ...queue.ServiceID) queue.Ticket {
	t := queue.Ticket{Number: number, Class: class, Services: services, State: queue.Waiting,
		Arrived: g.at(arrived).UnixMilli(), Due: g.at(due).UnixMilli()}
	if slot != "" {
		t.Slot, t.Appointment = g.at(slot).UnixMilli(), "00000000-0000-4000-8000-000000000000"
	}
	return t
}

// called is the ticket at a desk since a clock, called there as the earliest.
func (g gallery) called(t queue.Ticket, state queue.State, desk queue.DeskID, since string) queue.Ticket {
	t.State, t.Desk, t.Calls, t.Call = state, desk, 1, "1-200"
	t.CalledAt, t.ServedAt = g.at(since).UnixMilli(), g.at(since).UnixMilli()
	t.Why = &queue.Why{Rule: queue.RuleEarliest, Due: t.Due}
	return t
}

// open opens a desk for all services of the office; ticket is at it, or empty.
func (g gallery) open(state *queue.Office, id queue.DeskID, ticket queue.TicketID) {
	var all []queue.ServiceID
	for _, service := range g.office("buergerbuero").Services {
		all = append(all, queue.ServiceID(service.ID))
	}
	state.Desks[id] = queue.Desk{ID: id, Label: string(id), State: queue.DeskOpen, Serves: queue.Set(all), Meets: queue.Needs, Ticket: ticket,
		Since: g.at("08:00").UnixMilli()}
}

// numbered finds a ticket of a day by its number.
func numbered(state *queue.Office, number string) queue.Ticket {
	for t := range state.Tickets.All() {
		if t.Number == number {
			return t
		}
	}
	panic("no example has the number " + number)
}
