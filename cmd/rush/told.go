package main

import (
	"encoding/json"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// told is what an event says, as far as an answer over HTTP says it too: but for a
// desk's area, which the city says.
func told(e queue.Event) string {
	said := queue.Event{Office: e.Office, At: e.At, Kind: e.Kind, Desks: e.Desks}
	for _, t := range e.Tickets {
		t.Recalled, t.Aside = false, t.Aside && t.State == queue.Parked
		t.SentTo, t.SentFrom = officeAlone(t.SentTo), officeAlone(t.SentFrom)
		said.Tickets = append(said.Tickets, t)
	}
	return asText(said)
}

func officeAlone(p *queue.Passage) *queue.Passage {
	if p == nil {
		return nil
	}
	return &queue.Passage{Office: p.Office}
}

// answered is what an answer says, in the words of told.
func answered(e api.Event) string {
	said := queue.Event{Office: queue.OfficeID(e.Office), At: ms(e.At), Kind: e.Kind}
	for _, t := range e.Tickets {
		said.Tickets = append(said.Tickets, ticketOf(t))
	}
	for _, d := range e.Desks {
		said.Desks = append(said.Desks, queue.Desk{ID: queue.DeskID(d.ID), Label: d.Label, Way: d.Way, State: queue.DeskState(d.State),
			Serves: ids[queue.ServiceID](d.Serves), Meets: ids[queue.Need](d.Meets), Ticket: queue.TicketID(d.Ticket), Since: ms(d.Since)})
	}
	return asText(said)
}

func ticketOf(t api.Ticket) queue.Ticket {
	out := queue.Ticket{ID: queue.TicketID(t.ID), Number: t.Number, Seq: t.Seq, Class: queue.Class(t.Class),
		Services: ids[queue.ServiceID](t.Services), Needs: ids[queue.Need](t.Needs), Persons: t.Persons, Area: t.Area, Due: ms(t.Due),
		State: queue.State(t.State), Desk: queue.DeskID(t.Desk), Aside: t.Aside, Joins: ms(t.Joins), Call: t.Call, Calls: t.Calls,
		Slot: ms(t.Slot), Arrived: ms(t.Arrived), FirstCallAt: ms(t.FirstCallAt), CalledAt: ms(t.CalledAt), ServedAt: ms(t.ServedAt),
		MissedAt: ms(t.MissedAt), ParkedAt: ms(t.ParkedAt), EndedAt: ms(t.EndedAt), Reason: t.Reason, Cancelled: t.Cancelled, Appointment: t.Appointment,
		Finished: ids[queue.ServiceID](t.Finished), Into: queue.TicketID(t.Into), From: queue.TicketID(t.From)}
	if t.Why != nil {
		out.Why = &queue.Why{Rule: t.Why.Rule, Due: ms(t.Why.Due), Reason: t.Why.Reason}
	}
	if t.SentTo != "" {
		out.SentTo = &queue.Passage{Office: queue.OfficeID(t.SentTo)}
	}
	if t.SentFrom != "" {
		out.SentFrom = &queue.Passage{Office: queue.OfficeID(t.SentFrom)}
	}
	return out
}

// toldVisit is what is said to somebody who is let in: but for how many are ahead,
// which is of the moment of the answer.
func toldVisit(office queue.OfficeID, t queue.Ticket) string {
	return asText(queue.Event{Office: office, Tickets: []queue.Ticket{{ID: t.ID, Number: t.Number, Area: t.Area, State: t.State,
		Aside: t.Aside, Joins: t.Joins, Services: t.Services, Needs: t.Needs, Persons: t.Persons, Arrived: t.Arrived, Slot: t.Slot, Due: t.Due,
		Call: t.Call, CalledAt: t.CalledAt, Desk: t.Desk, Finished: t.Finished}}})
}

// answeredVisit is what an answer to somebody who was let in says, in the words of
// toldVisit. Nobody has a desk yet.
func answeredVisit(v api.Visit) string {
	return toldVisit(queue.OfficeID(v.Office), queue.Ticket{ID: queue.TicketID(v.ID), Number: v.Number, Area: v.Area, State: queue.State(v.State),
		Aside: v.Aside, Joins: ms(v.Joins), Services: ids[queue.ServiceID](v.Services), Needs: ids[queue.Need](v.Needs), Persons: v.Persons,
		Arrived: ms(v.Arrived), Slot: ms(v.Slot), Due: ms(v.Due), Call: v.Call, CalledAt: ms(v.CalledAt), Desk: queue.DeskID(v.Desk),
		Finished: ids[queue.ServiceID](v.Finished)})
}

func ids[ID ~string](plain []string) []ID {
	var out []ID
	for _, id := range plain {
		out = append(out, ID(id))
	}
	return out
}

// ms is a time as events have it.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func asText(e queue.Event) string {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return string(text)
}
