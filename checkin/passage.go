package checkin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Send ends an open visit in an office, and has it go on in another, for
// services of that one: with the same id and due, within the house with the same
// number. In another house it stands aside there until the person has come. It
// returns the event of the office that sent, and the ticket there.
//
// The one office ends the visit before the other begins it, so that nobody
// calls it in between. What a crash leaves on its way, any node brings to its
// end: [Arrivals.Receive].
func (a *Arrivals) Send(ctx context.Context, from booking.OfficeID, send queue.Send, id string, actor queue.Actor) (queue.Event, queue.Ticket, error) {
	there, ok := a.City().Office(booking.OfficeID(send.Office))
	if !ok || there.ID == from {
		return queue.Event{}, queue.Ticket{}, booking.ErrOfficeUnknown
	}
	for _, s := range send.Services {
		if _, ok := there.Service(booking.ServiceID(s)); !ok {
			return queue.Event{}, queue.Ticket{}, booking.ErrServiceUnknown
		}
	}
	now := a.Now()
	event, err := a.Line.Do(ctx, queue.Request{Office: queue.OfficeID(from), ID: id, Actor: actor, At: now, Day: string(a.City().Day(now)), Command: send})
	if err != nil {
		return queue.Event{}, queue.Ticket{}, fmt.Errorf("send from %s: %w", from, err)
	}
	t, err := a.Receive(ctx, from, event.Tickets[0])
	return event, t, err
}

// Receive has a ticket that was sent from an office go on where it was sent to,
// and returns it as it began there. It may be repeated, by any node.
func (a *Arrivals) Receive(ctx context.Context, from booking.OfficeID, sent queue.Ticket) (queue.Ticket, error) {
	city, now := a.City(), a.Now()
	here, ok := city.Office(from)
	there, known := city.Office(booking.OfficeID(sent.SentTo.Office))
	if !ok || !known {
		return queue.Ticket{}, fmt.Errorf("receive in %s: %w", sent.SentTo.Office, booking.ErrOfficeUnknown)
	}
	day := string(city.Day(now))
	receive := queue.Receive{OnTheWay: here.House != there.House,
		Ticket: queue.Ticket{ID: sent.ID, Class: sent.Class, Services: sent.SentTo.Services, Needs: sent.Needs, Persons: sent.Persons, Area: areaOf(there, sent.SentTo.Services),
			Due: sent.Due, Slot: sent.Slot, Reason: sent.Reason, SentFrom: &queue.Passage{Office: queue.OfficeID(from), Epoch: sent.SentTo.Epoch, Version: sent.SentTo.Version, Arrived: sent.Came()}},
		Numbers: queue.NewNumbers(there.Prefix, queue.OfficeID(there.ID), day, Rules(*there).Ascending)}
	if !receive.OnTheWay {
		receive.Ticket.Number = sent.Number // offices of a house have prefixes of their own
	}
	event, err := a.Line.Do(ctx, queue.Request{Office: queue.OfficeID(there.ID), ID: passageID(from, sent.SentTo.Mark()),
		Actor: queue.Actor{Role: "system"}, At: now, Day: day, Command: receive})
	if err != nil {
		return queue.Ticket{}, fmt.Errorf("receive in %s: %w", there.ID, err)
	}
	return event.Tickets[0], nil
}

// passageID is the id under which a ticket is received, whoever does it.
func passageID(from booking.OfficeID, sent queue.Mark) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d-%d", from, sent.Epoch, sent.Version))
	return "receive:" + hex.EncodeToString(sum[:16])
}

// areaOf is where people wait for services: that of the last, as at a join.
func areaOf(office *booking.Office, services []queue.ServiceID) (area string) {
	for _, s := range services {
		if service, ok := office.Service(booking.ServiceID(s)); ok {
			area = service.Area
		}
	}
	return area
}

// Unreceived are an office's tickets that were sent and have not arrived where
// they were sent to, as far as this node knows: for [Arrivals.Receive]. Left out
// is what is not recorded yet: it may still be lost, and whoever was not sent
// must not arrive.
func Unreceived(office *queue.Office, recorded queue.Mark, there func(queue.OfficeID) *queue.Office) []queue.Ticket {
	var all []queue.Ticket
	for _, t := range office.In(queue.Sent) {
		sent := t.SentTo.Mark()
		known := sent.Epoch < office.Epoch || office.Epoch == recorded.Epoch && recorded.Covers(sent) // an epoch begins with what is recorded
		from := there(t.SentTo.Office).Tickets.At(t.ID).SentFrom
		if known && (from == nil || from.Office != office.ID || from.Mark() != sent) {
			all = append(all, t)
		}
	}
	return all
}
