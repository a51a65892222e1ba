package queuetest

import (
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// Short forms of commands. Dues are minutes after the day's opening.

var numbers = queue.NewNumbers("K", theOffice, today, false)

func set(services ...queue.ServiceID) []queue.ServiceID { return queue.Set(services) }

func due(minutes int) int64 { return opens.Add(time.Duration(minutes) * time.Minute).UnixMilli() }

func join(id queue.TicketID, minutes int, services ...queue.ServiceID) queue.Join {
	return queue.Join{Numbers: numbers, Ticket: queue.Ticket{ID: id, Class: queue.WalkIn, Services: set(services...),
		Persons: 1, Area: "hall", Due: due(minutes)}}
}

func booked(id queue.TicketID, minutes int, appointment string) queue.Join {
	j := join(id, minutes, "id")
	j.Ticket.Class, j.Ticket.Slot, j.Ticket.Appointment = queue.Booked, due(minutes), appointment
	return j
}

// noted joins the line at a minute before its slot.
func noted(id queue.TicketID, slot, joins int) queue.Join {
	j := booked(id, slot, "ap-"+string(id))
	j.Ticket.Joins = due(joins)
	return j
}

func atOnce(id queue.TicketID, minutes int) queue.Join {
	j := join(id, minutes, "id")
	j.Ticket.Class, j.Ticket.Reason, j.AtOnceLimit = queue.AtOnce, "frail", 2
	return j
}

// classed has joined as one of a class, with a reason and a slot where it has them.
func classed(j queue.Join, class queue.Class, reason string, slot int) queue.Join {
	j.Ticket.Class, j.Ticket.Reason = class, reason
	if slot != 0 {
		j.Ticket.Slot = due(slot)
	}
	return j
}

func open(desk queue.DeskID, services ...queue.ServiceID) queue.OpenDesk {
	return queue.OpenDesk{Desk: desk, Label: string(desk), Way: "Zimmer 2", Serves: set(services...)}
}

// needing has joined with what its person needs.
func needing(j queue.Join, needs ...queue.Need) queue.Join {
	j.Ticket.Needs = needs
	return j
}

// meeting opens a desk that meets needs.
func meeting(o queue.OpenDesk, meets ...queue.Need) queue.OpenDesk {
	o.Meets = meets
	return o
}

func needs(ticket queue.TicketID, needs ...queue.Need) queue.SetNeeds {
	return queue.SetNeeds{Ticket: ticket, Needs: needs}
}

func next(desk queue.DeskID) queue.CallNext { return queue.CallNext{Desk: desk} }

func this(desk queue.DeskID, ticket queue.TicketID) queue.CallThis {
	return queue.CallThis{Desk: desk, Ticket: ticket, Reason: "my-case"}
}

func finish(desk queue.DeskID, done ...queue.ServiceID) queue.Finish {
	return queue.Finish{Desk: desk, Done: set(done...)}
}

func finishAndNext(desk queue.DeskID, done ...queue.ServiceID) queue.FinishAndCallNext {
	return queue.FinishAndCallNext{Desk: desk, Done: set(done...)}
}

func noShow(desk queue.DeskID, minutes int64) queue.NoShow {
	return queue.NoShow{Desk: desk, NotBefore: minutes * 60_000}
}

func change(ticket queue.TicketID, persons int, services ...queue.ServiceID) queue.Change {
	return queue.Change{Ticket: ticket, Services: set(services...), Persons: persons}
}

func split(ticket, part queue.TicketID, services ...queue.ServiceID) queue.Split {
	return queue.Split{Ticket: ticket, New: part, Services: set(services...), Persons: 1, Numbers: numbers}
}

func merge(ticket, into queue.TicketID) queue.Merge { return queue.Merge{Ticket: ticket, Into: into} }

func here(ticket queue.TicketID) queue.Here {
	return queue.Here{Ticket: ticket, Window: 15 * 60_000, Allowance: 20 * 60_000}
}

func send(ticket queue.TicketID, services ...queue.ServiceID) queue.Send {
	return queue.Send{Ticket: ticket, Office: "standesamt", Services: set(services...)}
}

// receive has number K 900, or none yet.
func receive(id queue.TicketID, minutes int, number string, onTheWay bool) queue.Receive {
	j := join(id, minutes, "id")
	j.Ticket.Number, j.Ticket.SentFrom = number, &queue.Passage{Office: "standesamt", Epoch: 1, Version: 9, Arrived: 1}
	return queue.Receive{Ticket: j.Ticket, Numbers: numbers, OnTheWay: onTheWay}
}

func aside(ticket queue.TicketID) queue.StepAside { return queue.StepAside{Ticket: ticket} }

func leave(ticket queue.TicketID) queue.Leave { return queue.Leave{Ticket: ticket} }

func cancel(ticket queue.TicketID) queue.Cancel {
	return queue.Cancel{Ticket: ticket, Reason: "wrong-office"}
}
