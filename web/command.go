package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// command carries out a queue command that the visitor gave in an office.
func (s *Server) command(r *http.Request, office *booking.Office, c queue.Command) (queue.Event, error) {
	now := s.Now()
	day := s.City().Day(now)
	c, err := s.complete(office, day, c)
	if err != nil {
		return queue.Event{}, err
	}
	switch x := c.(type) {
	case queue.Send: // two offices have to do with it
		event, _, err := s.Arrivals.Send(r.Context(), office.ID, x, requestID(r), visiting(r).actor())
		return event, err
	case queue.Here: // and with this the doors
		return s.Arrivals.Here(r.Context(), office.ID, x.Ticket, requestID(r), visiting(r).actor())
	}
	return s.Line.Do(r.Context(), queue.Request{Office: queue.OfficeID(office.ID), ID: requestID(r),
		Actor: visiting(r).actor(), At: now, Day: string(day), Command: c})
}

// visitCommand carries out a command about a ticket of a request that names no office,
// where the visit is now, and says which office did. A visit that was sent on is in
// several: what was asked before that is answered by the office that did it then, and
// does nothing where the visit is now. The offices that it has left refuse all else.
func (s *Server) visitCommand(r *http.Request, office *booking.Office, id queue.TicketID, c queue.Command) (queue.Event, *booking.Office, error) {
	now := s.Now()
	for _, left := range s.City().Offices() {
		if left.ID == office.ID || s.office(left.ID).Tickets.At(id).State != queue.Sent {
			continue
		}
		event, err := s.Line.Do(r.Context(), queue.Request{Office: queue.OfficeID(left.ID), ID: requestID(r),
			Actor: visiting(r).actor(), At: now, Day: string(s.City().Day(now)), Command: c})
		if err == nil || !queue.Refused(err) || errors.Is(err, queue.ErrOtherContent) {
			return event, left, err
		}
	}
	event, err := s.command(r, office, c)
	return event, office, err
}

// complete fills in what a client never sends: what the office has decided
// (labels, spans, numbers), and new tickets' ids.
func (s *Server) complete(office *booking.Office, day booking.Day, c queue.Command) (queue.Command, error) {
	rules := checkin.Rules(*office)
	switch x := c.(type) {
	case queue.OpenDesk:
		desk, ok := office.Desk(string(x.Desk))
		if !ok {
			return nil, queue.ErrDeskUnknown
		}
		way, _ := desk.Way.In("de")
		x.Label, x.Way, x.Serves, x.Meets = desk.Label, way, queue.Set(x.Serves), checkin.Meets(*office, *desk)
		return x, knownServices(office, x.Serves)
	case queue.Disturb:
		return x, knownServices(office, []queue.ServiceID{x.Service})
	case queue.Restore:
		if s.office(office.ID).Counters.Disturbed[x.Service] != 0 {
			return x, nil // also one that the office had until an import
		}
		return x, knownServices(office, []queue.ServiceID{x.Service})
	case queue.NoShow:
		x.NotBefore = rules.NoShow.Milliseconds()
		return x, nil
	case queue.Split:
		x.New, x.Services = NewTicketID(), queue.Set(x.Services)
		x.Numbers = queue.NewNumbers(office.Prefix, queue.OfficeID(office.ID), string(day), rules.Ascending)
		return x, knownServices(office, x.Services)
	case queue.Transfer:
		x.Services = queue.Set(x.Services)
		return x, knownServices(office, x.Services)
	case queue.Change:
		x.Services = queue.Set(x.Services)
		return x, knownServices(office, x.Services)
	}
	return c, nil
}

func knownServices(office *booking.Office, services []queue.ServiceID) error {
	for _, id := range services {
		if _, ok := office.Service(booking.ServiceID(id)); !ok {
			return booking.ErrServiceUnknown
		}
	}
	return nil
}

// crockford is the alphabet of ids that people may have to read: no I, L, O, U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewTicketID draws a ticket's id: 26 letters of 5 bits, 130 random bits.
func NewTicketID() queue.TicketID {
	id := make([]byte, 26)
	rand.Read(id) // never fails
	for i, b := range id {
		id[i] = crockford[b%32]
	}
	return queue.TicketID(id)
}

// longestKey is how long an Idempotency-Key may be.
const longestKey = 64

// requestID is the id of a write: the client's Idempotency-Key, made the
// visitor's own by a hash, so that nobody can take another's answer; without a
// key a new one. Citizens are known by the ticket in the path.
func requestID(r *http.Request) string {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = r.PostFormValue("key") // forms carry it in a field
	}
	if key == "" {
		return rand.Text()
	}
	whose := "account " + visiting(r).Account
	if visiting(r).Account == "" {
		whose = "citizen " + param(r, "ticket")
	}
	sum := sha256.Sum256([]byte(whose + "\n" + key))
	return hex.EncodeToString(sum[:16])
}
