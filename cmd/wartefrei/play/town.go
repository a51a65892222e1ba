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
	LetIn(ctx context.Context, act Act, service booking.ServiceID, class queue.Class, reason string) error
	// Do carries out a clerk's command.
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
	citizen = queue.Actor{Role: "terminal"}
	clerk   = queue.Actor{Role: "clerk"}
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
	answer, err := r.arrivals(act).ByAppointment(ctx, a, act.ID, citizen)
	return answer.Outcome == checkin.Welcome, err
}

// LetIn is that of Town.
func (r *Rooms) LetIn(ctx context.Context, act Act, service booking.ServiceID, class queue.Class, reason string) (err error) {
	choices := []booking.Choice{{Service: service, Persons: 1}}
	if class == queue.WalkIn {
		_, err = r.arrivals(act).WalkIn(ctx, act.Office, choices, act.ID, citizen)
	} else {
		_, err = r.arrivals(act).LetIn(ctx, act.Office, choices, class, reason, nil, act.ID, clerk)
	}
	return err
}

// Do is that of Town.
func (r *Rooms) Do(ctx context.Context, act Act, c queue.Command) (queue.Event, error) {
	return r.Line.Do(ctx, queue.Request{Office: queue.OfficeID(act.Office), ID: act.ID, Actor: clerk, At: act.At,
		Day: string(r.City().Day(act.At)), Command: c})
}

func (r *Rooms) arrivals(act Act) *checkin.Arrivals {
	return &checkin.Arrivals{Appointments: r.Bookings, Line: r.Line, City: r.City, NewTicket: r.NewTicket,
		Now: func() time.Time { return act.At }}
}
