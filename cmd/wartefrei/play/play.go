// Package play plays a day in the offices of the demonstration: citizens book
// and come, clerks open their desks, call and serve. All of them are invented.
//
// The players remember nothing. What somebody does next follows from the state
// of the queue, the office clock and a hash of whom it is about. So a day can
// be played from its opening until now in a moment, stopped and resumed, and a
// step that is played twice, because somebody was killed, happens once.
//
// They use the rooms' own calls (booking, checkin, queue), as pages and API do.
package play

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// step is how often players look what there is to do, by the office clock.
const step = 15 * time.Second

// longest is how much is played at once when the clock was put forward.
const longest = 3 * time.Hour

// Desk is a desk of an office.
type Desk struct {
	Office booking.OfficeID
	ID     string
}

// Players are all citizens and clerks of a city. All fields are required.
type Players struct {
	City      func() *booking.City
	Bookings  *pgbooking.Store
	Line      queue.Line
	NewTicket func() queue.TicketID
	Holidays  booking.Holidays
	Spared    map[Desk]bool // desks that are left to people who try the demonstration
	Log       *slog.Logger
}

// scene is one office while it is played.
type scene struct {
	*Players
	office       *booking.Office
	calendar     booking.Calendar
	arrivals     checkin.Arrivals
	appointments []booking.Appointment
	state        *queue.Office
	now          time.Time
}

// Play plays what happens after from until to, in all offices.
func (p *Players) Play(ctx context.Context, from, to time.Time) error {
	if to.Sub(from) > longest {
		from = to.Add(-longest)
	}
	for _, office := range p.City().Offices() {
		s, err := p.enter(ctx, office, to)
		if err != nil {
			return err
		}
		for now := from.Truncate(step).Add(step); !now.After(to); now = now.Add(step) {
			s.now = now
			if err := s.step(ctx); err != nil {
				return fmt.Errorf("play in %s: %w", office.ID, err)
			}
		}
	}
	return nil
}

// Opening is when the first office opens on the day of an instant; the instant
// itself if none does before it.
func (p *Players) Opening(t time.Time) time.Time {
	zone := p.City().Location()
	local := t.In(zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	for at := midnight; at.Before(t); at = at.Add(5 * time.Minute) {
		for _, office := range p.City().Offices() {
			if (booking.Calendar{Office: office, Zone: zone, Holidays: p.Holidays}).Open(at) {
				return at
			}
		}
	}
	return t
}

func (p *Players) enter(ctx context.Context, office *booking.Office, day time.Time) (*scene, error) {
	s := &scene{Players: p, office: office,
		calendar: booking.Calendar{Office: office, Zone: p.City().Location(), Holidays: p.Holidays}}
	s.arrivals = checkin.Arrivals{Appointments: p.Bookings, Line: p.Line, City: p.City, NewTicket: p.NewTicket,
		Now: func() time.Time { return s.now }}
	var err error
	if s.appointments, err = p.Bookings.Day(ctx, office.ID, p.City().Day(day)); err != nil {
		return nil, err
	}
	return s, s.read(ctx)
}

func (s *scene) read(ctx context.Context) (err error) {
	s.state, err = s.Line.Office(ctx, queue.OfficeID(s.office.ID))
	return err
}

// step lets everybody do what is due now.
func (s *scene) step(ctx context.Context) error {
	if s.calendar.Open(s.now) {
		if err := s.booked(ctx); err != nil {
			return err
		}
		if err := s.walkIns(ctx); err != nil {
			return err
		}
	}
	for _, desk := range s.office.Desks {
		if s.Spared[Desk{s.office.ID, desk.ID}] {
			continue
		}
		if c := s.clerk(desk); c != nil {
			if err := s.do(ctx, desk.ID, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// booked lets those come whose time it is: most a little early, some late,
// one in fifteen not at all.
func (s *scene) booked(ctx context.Context) error {
	for _, a := range s.appointments {
		whim := hash("arrives", string(a.ID))
		comes := a.Start.Add(time.Duration(whim%19)*time.Minute - 13*time.Minute)
		if a.State != booking.Booked || whim>>8%15 == 0 || !s.at(comes) {
			continue
		}
		answer, err := s.arrivals.ByAppointment(ctx, a, "play:"+string(a.ID), citizen)
		if err := s.after(ctx, answer.Outcome == checkin.Welcome, err); err != nil {
			return err
		}
	}
	return nil
}

// walkIns lets people without an appointment come: about one in four minutes
// for each service that takes them.
func (s *scene) walkIns(ctx context.Context) error {
	for _, service := range s.office.Services {
		id := fmt.Sprintf("play:%s:%d", service.ID, s.now.Unix())
		if !service.WalkIn || hash(id, string(s.office.ID))%16 != 0 {
			continue
		}
		_, err := s.arrivals.WalkIn(ctx, s.office.ID, []booking.Choice{{Service: service.ID, Persons: 1}}, id, citizen)
		if err := s.after(ctx, true, err); err != nil {
			return err
		}
	}
	return nil
}

// at says whether an instant falls into this step.
func (s *scene) at(t time.Time) bool { return t.After(s.now.Add(-step)) && !t.After(s.now) }

// Who acts.
var (
	citizen = queue.Actor{Role: "terminal"}
	clerk   = queue.Actor{Role: "clerk"}
)

// do carries out a clerk's command.
func (s *scene) do(ctx context.Context, desk string, c queue.Command) error {
	event, err := s.Line.Do(ctx, queue.Request{Office: queue.OfficeID(s.office.ID), Actor: clerk, At: s.now,
		ID: fmt.Sprintf("play:%s:%s:%d", c.Kind(), desk, s.now.Unix()), Day: string(s.City().Day(s.now)), Command: c})
	if err == nil && s.state.Apply(event) {
		return nil
	}
	return s.after(ctx, true, err)
}

// after reads the office anew if something changed. A refusal is no failure:
// people act at the same desks.
func (s *scene) after(ctx context.Context, changed bool, err error) error {
	if err != nil && !queue.Refused(err) {
		return err
	}
	if changed || err != nil {
		return s.read(ctx)
	}
	return nil
}

// hash is a number that follows from words, the same every time.
func hash(words ...string) uint64 {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return binary.BigEndian.Uint64(sum[:8]) >> 1
}
