package checkin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Appointments is where codes and doors are looked up: pgbooking.Store.
type Appointments interface {
	// ByCode finds the appointment of a house and day with the check-in code,
	// cancelled ones too. It returns booking.ErrUnknown if there is none, and
	// booking.ErrUnchecked while it cannot say.
	ByCode(ctx context.Context, house booking.HouseID, day booking.Day, code string) (booking.Appointment, error)
	// Open says whether an office's doors are open to people at an instant.
	Open(office booking.OfficeID, at time.Time) (bool, error)
}

// Arrivals lets people in.
type Arrivals struct {
	Appointments Appointments         // required
	Line         queue.Line           // required
	City         func() *booking.City // required; the present city
	Now          func() time.Time     // required; the office clock
	NewTicket    func() queue.TicketID
}

// Answer is what somebody who arrives is told.
type Answer struct {
	Outcome     Outcome
	Office      booking.OfficeID // of the ticket; without one, of the appointment
	Ticket      Given            // with Welcome and Already, and with Late for who had one or is entitled to one
	Appointment booking.Appointment
	Opens       time.Time // check-in of the appointment
	Closes      time.Time
}

// Given is a ticket as somebody is given it.
type Given struct {
	queue.Ticket
	Behind bool // it is not recorded yet (queue.Event.Behind)
}

// Refusals of this room.
var (
	ErrNoWalkIn  = errors.New("service needs an appointment")
	ErrClosed    = errors.New("the office is closed")
	ErrReason    = errors.New("reason is not in the list")
	ErrNotUrgent = errors.New("not an urgent class")
	ErrHere      = errors.New("checked in: the number waits")
	ErrMissed    = errors.New("missed for too long, and the office is closed")
)

// ByCode checks in whoever shows the code at a house. Only failures of the
// machinery are errors, Unchecked among them; what the citizen did wrong is an Outcome. id is the
// request's: a repeat of one that gave a ticket is answered as that was, while the
// appointment stands. One that gave none has changed nothing, and is asked anew.
func (a *Arrivals) ByCode(ctx context.Context, house booking.HouseID, code, id string, actor queue.Actor) (Answer, error) {
	appointment, err := a.Appointments.ByCode(ctx, house, a.City().Day(a.Now()), code)
	if errors.Is(err, booking.ErrUnknown) {
		return Answer{Outcome: Unknown}, nil
	}
	if err != nil {
		return Answer{Outcome: Unchecked}, fmt.Errorf("find the appointment of a code: %w", err)
	}
	return a.ByAppointment(ctx, appointment, id, actor)
}

// ByAppointment checks in whoever an appointment is for: by their code, or
// because a clerk found it.
func (a *Arrivals) ByAppointment(ctx context.Context, appointment booking.Appointment, id string, actor queue.Actor) (Answer, error) {
	now, city := a.Now(), a.City()
	office, ok := city.Office(appointment.Office)
	if !ok {
		return Answer{}, fmt.Errorf("appointment %s: %w", appointment.ID, booking.ErrOfficeUnknown)
	}
	rules := Rules(*office)
	answer := Answer{Outcome: Window(rules, appointment, now), Office: office.ID, Appointment: appointment,
		Opens: Opens(rules, appointment), Closes: Closes(rules, appointment)}
	if answer.Outcome == Cancelled || answer.Outcome == Unknown {
		return answer, nil
	}
	t, at, err := a.visitOf(ctx, appointment)
	if err != nil {
		return answer, err
	}
	if t.ID != "" {
		return a.again(ctx, office, answer, t, at, id, actor)
	}
	if answer.Outcome == Early && rules.Noted && city.Day(appointment.Start) == city.Day(now) {
		answer.Outcome = Welcome
	}
	if answer.Outcome != Welcome {
		return answer, nil
	}
	answer.Ticket, err = a.joinBooked(ctx, office, appointment, queue.Booked, id, actor)
	if errors.Is(err, queue.ErrJoined) { // another terminal was faster
		answer.Outcome = Already
		answer.Ticket.Ticket, answer.Office, err = a.visitOf(ctx, appointment)
	}
	return answer, err
}

// again answers somebody who has had a ticket: as at first, if this very request
// gave it; else with the ticket t as it is now, in the office at.
func (a *Arrivals) again(ctx context.Context, office *booking.Office, answer Answer, t queue.Ticket, at booking.OfficeID, id string, actor queue.Actor) (Answer, error) {
	first, err := a.joinedBy(ctx, office, answer.Appointment, id, actor)
	switch {
	case err != nil:
		return answer, err
	case first.Class == queue.Entitled:
		answer.Outcome, answer.Ticket = Late, first
	case first.ID != "":
		answer.Outcome, answer.Ticket = Welcome, first
	case GoesOn(t):
		answer.Outcome, answer.Ticket.Ticket, answer.Office = Already, t, at
	default:
		answer.Outcome = Ended
	}
	return answer, nil
}

// joinedBy is the ticket with which a request let somebody join, as it was then; the
// zero ticket if another request did. The queue knows, so it is asked to let them
// join once more: it repeats what it did for this id, and refuses any other, since
// the appointment has a ticket. The class is a part of what was asked.
func (a *Arrivals) joinedBy(ctx context.Context, office *booking.Office, appointment booking.Appointment, id string, actor queue.Actor) (Given, error) {
	t, err := a.joinBooked(ctx, office, appointment, queue.Booked, id, actor)
	if errors.Is(err, queue.ErrOtherContent) {
		t, err = a.joinBooked(ctx, office, appointment, queue.Entitled, id, actor)
	}
	if errors.Is(err, queue.ErrJoined) || errors.Is(err, booking.ErrServiceUnknown) { // also one that the office does not have any more
		return Given{}, nil
	}
	return t, err
}

// Entitle gives somebody who came too late for their window a ticket for today,
// while the doors are open.
func (a *Arrivals) Entitle(ctx context.Context, appointment booking.Appointment, id string, actor queue.Actor) (Given, error) {
	office, ok := a.City().Office(appointment.Office)
	if !ok {
		return Given{}, booking.ErrOfficeUnknown
	}
	if err := a.open(office.ID); err != nil {
		return Given{}, err
	}
	t, err := a.joinBooked(ctx, office, appointment, queue.Entitled, id, actor)
	if errors.Is(err, queue.ErrJoined) {
		t.Ticket, _, err = a.visitOf(ctx, appointment)
	}
	return t, err
}

// NotHere refuses with ErrHere to give up the time of somebody who has checked in:
// their number would wait on, for a time that is sold again. Before anybody can
// have a number it does not need the queue.
func (a *Arrivals) NotHere(ctx context.Context, appointment booking.Appointment) error {
	now, city := a.Now(), a.City()
	office, ok := city.Office(appointment.Office)
	if !ok {
		return nil
	}
	rules := Rules(*office)
	noted := rules.Noted && city.Day(appointment.Start) == city.Day(now)
	if now.Before(Opens(rules, appointment)) && !noted {
		return nil
	}
	t, _, err := a.visitOf(ctx, appointment)
	if err == nil && GoesOn(t) {
		return ErrHere
	}
	return err
}

// visitOf is [Visit], by what the queue says now.
func (a *Arrivals) visitOf(ctx context.Context, appointment booking.Appointment) (queue.Ticket, booking.OfficeID, error) {
	t, at, err := Visit(appointment, func(office booking.OfficeID) (*queue.Office, error) {
		return a.Line.Office(ctx, queue.OfficeID(office))
	})
	if err != nil {
		err = fmt.Errorf("look for the ticket of appointment %s: %w", appointment.ID, err)
	}
	return t, at, err
}

func (a *Arrivals) joinBooked(ctx context.Context, office *booking.Office, appointment booking.Appointment, class queue.Class, id string, actor queue.Actor) (Given, error) {
	t := queue.Ticket{Class: class, Slot: appointment.Start.UnixMilli(), Appointment: string(appointment.ID)}
	if opens := Opens(Rules(*office), appointment); class == queue.Booked && a.Now().Before(opens) {
		t.Joins = opens.UnixMilli()
	}
	return a.join(ctx, office, appointment.Choices, t, id, actor)
}

// WalkIn gives a ticket to somebody without an appointment, for services that
// allow it, while the doors are open. At the information desk it is due sooner.
func (a *Arrivals) WalkIn(ctx context.Context, officeID booking.OfficeID, choices []booking.Choice, id string, actor queue.Actor) (Given, error) {
	office, ok := a.City().Office(officeID)
	if !ok {
		return Given{}, booking.ErrOfficeUnknown
	}
	for _, c := range choices {
		service, ok := office.Service(c.Service)
		switch {
		case !ok:
			return Given{}, booking.ErrServiceUnknown
		case !service.WalkIn:
			return Given{}, ErrNoWalkIn
		}
	}
	if err := a.open(officeID); err != nil {
		return Given{}, err
	}
	return a.join(ctx, office, choices, queue.Ticket{Class: walkIn(office, choices)}, id, actor)
}

// open refuses with ErrClosed while an office's doors are closed.
func (a *Arrivals) open(office booking.OfficeID) error {
	open, err := a.Appointments.Open(office, a.Now())
	if err == nil && !open {
		return ErrClosed
	}
	return err
}

// walkIn is the class of whoever comes without an appointment: Info if all
// they want is served at the information desk.
func walkIn(office *booking.Office, choices []booking.Choice) queue.Class {
	for _, c := range choices {
		if service, ok := office.Service(c.Service); !ok || !service.Info {
			return queue.WalkIn
		}
	}
	return queue.Info
}

// LetIn gives a ticket to somebody whom a clerk lets in without an
// appointment: class Urgent or AtOnce with a reason from its list, or WalkIn
// for any service, which becomes Info at the information desk as in WalkIn. Needs
// are what the person says that they need, sorted.
func (a *Arrivals) LetIn(ctx context.Context, officeID booking.OfficeID, choices []booking.Choice, class queue.Class, reason string, needs []queue.Need, id string, actor queue.Actor) (Given, error) {
	office, ok := a.City().Office(officeID)
	if !ok {
		return Given{}, booking.ErrOfficeUnknown
	}
	switch {
	case class == queue.Urgent && !queue.UrgentReasons.Has(reason), class == queue.AtOnce && !queue.AtOnceReasons.Has(reason):
		return Given{}, ErrReason
	case class == queue.WalkIn:
		class, reason = walkIn(office, choices), ""
	case class != queue.Urgent && class != queue.AtOnce:
		return Given{}, ErrNotUrgent
	}
	return a.join(ctx, office, choices, queue.Ticket{Class: class, Reason: reason, Needs: needs}, id, actor)
}

// join fills in what every ticket needs and adds it to the line.
func (a *Arrivals) join(ctx context.Context, office *booking.Office, choices []booking.Choice, t queue.Ticket, id string, actor queue.Actor) (Given, error) {
	if err := booking.Countable(choices); err != nil {
		return Given{}, err
	}
	t.Persons = 1
	for _, c := range choices {
		service, ok := office.Service(c.Service)
		if !ok {
			return Given{}, booking.ErrServiceUnknown
		}
		t.Services = append(t.Services, queue.ServiceID(c.Service))
		t.Persons = max(t.Persons, c.Persons)
		t.Area = service.Area
	}
	t.ID, t.Services = a.NewTicket(), queue.Set(t.Services)
	now, rules := a.Now(), RulesFor(*office, t.Services)
	day := string(a.City().Day(now))
	var slot time.Time
	if t.Slot != 0 {
		slot = time.UnixMilli(t.Slot)
	}
	t.Due = rules.Due(t.Class, slot, now).UnixMilli()
	join := queue.Join{Ticket: t, Numbers: queue.NewNumbers(office.Prefix, queue.OfficeID(office.ID), day, rules.Ascending)}
	if t.Class == queue.AtOnce {
		join.AtOnceLimit = rules.AtOnceLimit
	}
	event, err := a.Line.Do(ctx, queue.Request{Office: queue.OfficeID(office.ID), ID: id, Actor: actor, At: now, Day: day, Command: join})
	if err != nil {
		return Given{}, fmt.Errorf("join the queue of %s: %w", office.ID, err)
	}
	return Given{event.Tickets[0], event.Behind}, nil
}
