package checkin

import (
	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Visit finds the ticket of an appointment as it is now, and the office that has
// it: where the visit was sent on, and what its ticket was merged into. Without one
// it is the zero ticket. One that is queue.Sent is on its way, and in no office yet.
func Visit(appointment booking.Appointment, office func(booking.OfficeID) (*queue.Office, error)) (queue.Ticket, booking.OfficeID, error) {
	at := appointment.Office
	state, err := office(at)
	if err != nil {
		return queue.Ticket{}, at, err
	}
	t, _ := state.ByAppointment(string(appointment.ID))
	type stay struct {
		office booking.OfficeID
		ticket queue.TicketID
	}
	been := map[stay]bool{}
	for {
		switch t.State {
		case queue.Merged:
			t = state.Tickets.At(t.Into)
		case queue.Sent:
			been[stay{at, t.ID}] = true
			next := booking.OfficeID(t.SentTo.Office)
			there, err := office(next)
			if err != nil {
				return queue.Ticket{}, at, err
			}
			arrived, ok := there.Tickets.Get(t.ID)
			if !ok || been[stay{next, t.ID}] { // what an office has of one on the way back is how they left
				return t, at, nil
			}
			t, at, state = arrived, next, there
		default:
			return t, at, nil
		}
	}
}

// GoesOn says of what [Visit] found that the person waits or is served.
func GoesOn(t queue.Ticket) bool {
	return t.ID != "" && (t.State.Open() || t.State == queue.Sent)
}
