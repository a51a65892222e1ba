// Package play plays a day in a city's offices: citizens book and come, clerks
// open their desks, call and serve. All of them are invented.
//
// The players remember nothing. What somebody does next follows from the state
// of the queue, the office clock and a hash of whom it is about. So a day can
// be played from its opening until now in a moment, stopped and resumed, and a
// step that is played twice, because somebody was killed, happens once: each
// citizen comes, and each desk acts, under an id that follows from the step.
// When they stop, whoever is at a desk stays there: who resumes goes on with
// them.
//
// Calls, and what brings people back into the line, are in steps apart: those on
// the full minute are between calls. A step that was cut short and is played again
// would otherwise call whom it had itself sent there, a step too early.
//
// They act in a [Town]: the demonstration's own people in its process, in
// [Rooms], because a day that has begun is played there after the event; those
// of wartefrei simulate on a running server, a [Site].
package play

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// step is how often players look what there is to do, by the office clock.
const step = 15 * time.Second

// between is how often there is a step between calls.
const between = time.Minute

// longest is how much is played at once when the clock was put forward.
const longest = 3 * time.Hour

// Desk is a desk of an office.
type Desk struct {
	Office booking.OfficeID
	ID     string
}

// Players are all citizens and clerks of a city. Fields are required where nothing else is said.
type Players struct {
	City     func() *booking.City
	Town     Town
	Holidays booking.Holidays
	Spared   map[Desk]bool // desks that are left to people; may be nil
	Seed     string        // another seed, another day: others come, and do otherwise
}

// scene is one office while it is played.
type scene struct {
	*Players
	scenes       map[booking.OfficeID]*scene // all of the city
	begin        time.Time
	office       *booking.Office
	calendar     booking.Calendar
	appointments []booking.Appointment
	state        *queue.Office
	now          time.Time
}

// Play plays what happens after from until to, in all offices.
func (p *Players) Play(ctx context.Context, from, to time.Time) error {
	return p.play(ctx, to, func(*queue.Office) time.Time { return from })
}

// Fill plays the day of an instant until then: each office from its opening, or
// from the step of its last event, which was perhaps not played to its end.
func (p *Players) Fill(ctx context.Context, to time.Time) error {
	opening, today := p.Opening(to), string(p.City().Day(to))
	return p.play(ctx, to, func(state *queue.Office) time.Time {
		last := time.UnixMilli(state.At).Add(-step)
		if state.Day != today || last.Before(opening) {
			return opening
		}
		return last
	})
}

// play plays all offices step by step, because they send people to one another: each
// from the step after the one that from says.
func (p *Players) play(ctx context.Context, to time.Time, from func(*queue.Office) time.Time) error {
	offices, scenes, now := p.City().Offices(), map[booking.OfficeID]*scene{}, to
	for _, office := range offices {
		s, err := p.enter(ctx, office, to)
		if err != nil {
			return err
		}
		s.begin = from(s.state)
		if to.Sub(s.begin) > longest {
			s.begin = to.Add(-longest)
		}
		s.begin = s.begin.Truncate(step)
		s.scenes, scenes[office.ID] = scenes, s
		if s.begin.Before(now) {
			now = s.begin
		}
	}
	for now = now.Add(step); !now.After(to); now = now.Add(step) {
		for _, office := range offices {
			s := scenes[office.ID]
			if !now.After(s.begin) {
				continue
			}
			s.now = now
			if err := s.step(ctx); err != nil {
				return fmt.Errorf("play in %s: %w", office.ID, err)
			}
		}
	}
	return nil
}

// Opening is the step before the first office opens on the day of an instant;
// the instant itself if none does before it.
func (p *Players) Opening(t time.Time) time.Time {
	zone := p.City().Location()
	local := t.In(zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
	for at := midnight; at.Before(t); at = at.Add(5 * time.Minute) {
		for _, office := range p.City().Offices() {
			if (booking.Calendar{Office: office, Zone: zone, Holidays: p.Holidays}).Open(at) {
				return at.Add(-step)
			}
		}
	}
	return t
}

// Over says whether no office opens any more on the day of an instant, nobody
// is left in one and all desks are closed.
func (p *Players) Over(ctx context.Context, t time.Time) (bool, error) {
	day := p.City().Day(t)
	for _, office := range p.City().Offices() {
		calendar := booking.Calendar{Office: office, Zone: p.City().Location(), Holidays: p.Holidays}
		for at := t; p.City().Day(at) == day; at = at.Add(5 * time.Minute) {
			if calendar.Open(at) {
				return false, nil
			}
		}
		state, err := p.Town.State(ctx, office.ID)
		if err != nil || state.Day == string(day) && !left(state) {
			return false, err
		}
	}
	return true, nil
}

// left says whether everybody has left an office.
func left(state *queue.Office) bool {
	for _, d := range state.Desks {
		if d.State != queue.DeskClosed {
			return false
		}
	}
	return len(state.In(queue.Waiting, queue.Called, queue.Serving)) == 0
}

func (p *Players) enter(ctx context.Context, office *booking.Office, day time.Time) (*scene, error) {
	s := &scene{Players: p, office: office,
		calendar: booking.Calendar{Office: office, Zone: p.City().Location(), Holidays: p.Holidays}}
	var err error
	if s.appointments, err = p.Town.Appointments(ctx, office.ID, p.City().Day(day)); err != nil {
		return nil, err
	}
	slices.SortFunc(s.appointments, func(a, b booking.Appointment) int { return strings.Compare(bookedFor(a), bookedFor(b)) })
	return s, s.read(ctx)
}

// bookedFor says when and where somebody has an appointment, and what for: by
// this they come, because ids are drawn anew for the same day.
func bookedFor(a booking.Appointment) string {
	return fmt.Sprintf("%s %s %v", a.Start.UTC().Format(time.RFC3339), a.Office, a.Choices)
}

func (s *scene) read(ctx context.Context) (err error) {
	s.state, err = s.Town.State(ctx, s.office.ID)
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
		if err := s.emergency(ctx); err != nil {
			return err
		}
	}
	if s.between() {
		if err := s.visitors(ctx); err != nil {
			return err
		}
	}
	for _, desk := range s.office.Desks {
		if s.Spared[Desk{s.office.ID, desk.ID}] {
			continue
		}
		if c := s.clerk(desk); c != nil {
			if err := s.do(ctx, s.moment("desk", desk.ID), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// booked lets those come whose time it is: most a little early, some late,
// one in fifteen not at all. Who comes before the doors open waits for them.
func (s *scene) booked(ctx context.Context) error {
	for _, a := range s.appointments {
		whim := s.hash("arrives", bookedFor(a))
		comes := a.Start.Add(time.Duration(whim%19)*time.Minute - 13*time.Minute)
		if a.State != booking.Booked || whim>>8%15 == 0 || !s.at(s.admitted(comes)) {
			continue
		}
		joined, err := s.Town.CheckIn(ctx, s.act(string(a.ID)), a)
		if err := s.after(ctx, joined, err); err != nil {
			return err
		}
	}
	return nil
}

// admitted is when somebody gets in who comes at an instant: then, or with the
// doors if these open within the quarter of an hour that check-in allows.
func (s *scene) admitted(comes time.Time) time.Time {
	for late := time.Duration(0); late <= 15*time.Minute; late += time.Minute {
		if at := comes.Add(late); s.calendar.Open(at) {
			return at
		}
	}
	return comes
}

// between says whether this step is one between calls.
func (s *scene) between() bool { return s.now.Truncate(between).Equal(s.now) }

// walkIns lets people without an appointment come: about one in six minutes
// for each service that takes them, which two information desks can serve. One in
// six of them wants the next of these services as well.
func (s *scene) walkIns(ctx context.Context) error {
	var services []booking.ServiceID
	for _, service := range s.office.Services {
		if service.WalkIn {
			services = append(services, service.ID)
		}
	}
	for i, id := range services {
		whim := s.whim(string(id))
		if whim%24 != 0 {
			continue
		}
		wants := []booking.ServiceID{id}
		if next := services[(i+1)%len(services)]; next != id && whim>>8%6 == 0 {
			wants = append(wants, next)
		}
		if err := s.letIn(ctx, wants, queue.WalkIn, ""); err != nil {
			return err
		}
	}
	return nil
}

// emergency lets somebody in who cannot wait for an appointment: about one in
// two hours, where the office has services for emergencies.
func (s *scene) emergency(ctx context.Context) error {
	var urgent []booking.ServiceID
	for _, service := range s.office.Services {
		if service.Urgent {
			urgent = append(urgent, service.ID)
		}
	}
	whim := s.whim("emergency")
	if len(urgent) == 0 || whim%uint64(2*time.Hour/step) != 0 {
		return nil
	}
	reason := queue.UrgentReasons[whim>>16%uint64(len(queue.UrgentReasons))]
	return s.letIn(ctx, []booking.ServiceID{urgent[whim>>32%uint64(len(urgent))]}, queue.Urgent, reason)
}

func (s *scene) letIn(ctx context.Context, services []booking.ServiceID, class queue.Class, reason string) error {
	return s.after(ctx, true, s.Town.LetIn(ctx, s.act(s.moment(string(class), string(services[0]))), services, class, reason))
}

// whim is a number for what may happen in the office at this moment.
func (s *scene) whim(what string) uint64 {
	return s.hash(what, string(s.office.ID), strconv.FormatInt(s.now.Unix(), 10))
}

// whimOf is a number for what somebody may do, or may happen to them, in the office today.
func (s *scene) whimOf(what string, t queue.Ticket) uint64 {
	return s.hash(what, string(s.office.ID), s.state.Day, t.Number)
}

// moment names what happens to somebody now.
func (s *scene) moment(what, whom string) string {
	return fmt.Sprintf("%s:%s:%d", what, whom, s.now.Unix())
}

func (s *scene) act(id string) Act {
	return Act{Office: s.office.ID, ID: "play" + s.Seed + ":" + id, At: s.now}
}

// at says whether an instant falls into this step.
func (s *scene) at(t time.Time) bool { return t.After(s.now.Add(-step)) && !t.After(s.now) }

// do carries out a command. A desk, or whoever has a ticket, acts once in a step, so
// the id does not say what: where the step is played again, a desk that has acted
// would do the next thing too early, and is refused.
func (s *scene) do(ctx context.Context, id string, c queue.Command) error {
	event, err := s.Town.Do(ctx, s.act(id), c)
	if send, ok := c.(queue.Send); ok && err == nil {
		if err := s.scenes[booking.OfficeID(send.Office)].read(ctx); err != nil {
			return err
		}
	}
	if err == nil && s.state.Apply(event) {
		return nil
	}
	return s.after(ctx, true, err)
}

// after reads the office anew if something changed. A refusal is no failure:
// people act at the same desks.
func (s *scene) after(ctx context.Context, changed bool, err error) error {
	if err != nil && !refused(err) {
		return err
	}
	if changed || err != nil {
		return s.read(ctx)
	}
	return nil
}

func refused(err error) bool {
	var p Problem
	return queue.Refused(err) || errors.As(err, &p) && p.refusal()
}

// hash is a number that follows from words and the seed.
func (p *Players) hash(words ...string) uint64 { return hash(append(words, p.Seed)...) }

// hash is a number that follows from words, the same every time.
func hash(words ...string) uint64 {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return binary.BigEndian.Uint64(sum[:8]) >> 1
}
