package play

import (
	"context"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// Town is where players act: [Rooms] or a [Site]. What it refuses with one of
// queue.Refusals or with a [Problem] that says so is no failure.
type Town interface {
	// Appointments are an office's on a day.
	Appointments(ctx context.Context, office booking.OfficeID, day booking.Day) ([]booking.Appointment, error)
	// State is the whole present state of an office's day.
	State(ctx context.Context, office booking.OfficeID) (*queue.Office, error)
	// CheckIn lets somebody with an appointment in; no ticket: they were told something else.
	CheckIn(ctx context.Context, act Act, a booking.Appointment) (joined bool, err error)
	// LetIn lets somebody without an appointment in, as queue.WalkIn or queue.Urgent.
	LetIn(ctx context.Context, act Act, services []booking.ServiceID, class queue.Class, reason string) error
	// Invented says whether somebody is one of the players: for other people they do not act.
	Invented(t queue.Ticket) bool
	// Do carries out a command of a clerk, or of whoever has a ticket. What only an
	// office's server can say (a new ticket's id, how long a place is kept), it fills in.
	Do(ctx context.Context, act Act, c queue.Command) (queue.Event, error)
}

// Act is what everything that somebody does has in common.
type Act struct {
	Office booking.OfficeID
	ID     string    // the same act again, after a failure, happens once
	At     time.Time // by the office clock
}

// Who acts.
var (
	terminal = queue.Actor{Role: "terminal"}
	citizen  = queue.Actor{Role: "citizen"}
	clerk    = queue.Actor{Role: "clerk"}
)

// Rooms are a Town in this process: the rooms' own calls, as pages and API use
// them. Here players can act in the past. All fields are required.
type Rooms struct {
	City      func() *booking.City
	Bookings  *pgbooking.Store
	Line      queue.Line
	NewTicket func() queue.TicketID
}

// Appointments is that of Town.
func (r *Rooms) Appointments(ctx context.Context, office booking.OfficeID, day booking.Day) ([]booking.Appointment, error) {
	return r.Bookings.Day(ctx, office, day)
}

// State is that of Town.
func (r *Rooms) State(ctx context.Context, office booking.OfficeID) (*queue.Office, error) {
	return r.Line.Office(ctx, queue.OfficeID(office))
}

// CheckIn is that of Town.
func (r *Rooms) CheckIn(ctx context.Context, act Act, a booking.Appointment) (bool, error) {
	answer, err := r.arrivals(act).ByAppointment(ctx, a, act.ID, terminal)
	return answer.Outcome == checkin.Welcome, err
}

// LetIn is that of Town.
func (r *Rooms) LetIn(ctx context.Context, act Act, services []booking.ServiceID, class queue.Class, reason string) (err error) {
	var choices []booking.Choice
	for _, id := range services {
		choices = append(choices, booking.Choice{Service: id, Persons: 1})
	}
	if class == queue.WalkIn {
		_, err = r.arrivals(act).WalkIn(ctx, act.Office, choices, act.ID, terminal)
	} else {
		_, err = r.arrivals(act).LetIn(ctx, act.Office, choices, class, reason, nil, act.ID, clerk)
	}
	return err
}

// Invented is that of Town: players come in a step, to the millisecond.
func (r *Rooms) Invented(t queue.Ticket) bool { return t.Arrived%step.Milliseconds() == 0 }

// Do is that of Town.
func (r *Rooms) Do(ctx context.Context, act Act, c queue.Command) (queue.Event, error) {
	actor := clerk
	switch x := c.(type) {
	case queue.Send:
		event, _, err := r.arrivals(act).Send(ctx, act.Office, x, act.ID, actor)
		return event, err
	case queue.Here:
		return r.arrivals(act).Here(ctx, act.Office, x.Ticket, act.ID, citizen)
	case queue.StepAside, queue.Leave:
		actor = citizen
	case queue.Split:
		x.New = r.NewTicket()
		c = x
	}
	return r.Line.Do(ctx, queue.Request{Office: queue.OfficeID(act.Office), ID: act.ID, Actor: actor, At: act.At,
		Day: string(r.City().Day(act.At)), Command: c})
}

func (r *Rooms) arrivals(act Act) *checkin.Arrivals {
	return &checkin.Arrivals{Appointments: r.Bookings, Line: r.Line, City: r.City, NewTicket: r.NewTicket,
		Now: func() time.Time { return act.At }}
}
