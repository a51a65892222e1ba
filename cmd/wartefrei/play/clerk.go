package play

import (
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// clerk is what a clerk at a desk does now; nil: nothing.
func (s *scene) clerk(desk booking.Desk) queue.Command {
	at := s.state.Desks[queue.DeskID(desk.ID)]
	today := s.state.Day == string(s.City().Day(s.now))
	switch open := s.calendar.Open(s.now); {
	case !today || at.ID == "" || at.State != queue.DeskOpen:
		if open {
			return s.openDesk(desk)
		}
		return nil
	case s.between():
		return s.betweenCalls(at, open)
	case at.Ticket != "":
		return s.serve(at, s.state.Tickets.At(at.Ticket), open)
	case s.chosen(at) != nil:
		return s.chosen(at)
	case len(s.state.WaitingFor(at)) > 0:
		return queue.CallNext{Desk: at.ID}
	case !open && !s.needed(at):
		return queue.CloseDesk{Desk: at.ID}
	}
	return nil
}

// chosen calls somebody out of turn: one person in thirty, if others are due before
// them; nil: nobody.
func (s *scene) chosen(at queue.Desk) queue.Command {
	for i, t := range s.state.WaitingFor(at) {
		if whim := s.whimOf("chosen", t); i > 0 && t.Calls == 0 && whim%30 == 0 {
			return queue.CallThis{Desk: at.ID, Ticket: t.ID, Reason: queue.ChosenReasons[whim>>8%uint64(len(queue.ChosenReasons))]}
		}
	}
	return nil
}

// needed says of a desk at which nobody is that somebody will come nevertheless:
// whom its clerk has parked, or who is at another desk for a part of their visit.
func (s *scene) needed(at queue.Desk) bool {
	for _, t := range s.state.In(queue.Called, queue.Serving) {
		_, rest := s.state.Step(s.state.Desks[t.Desk], t)
		if t.Services = rest; len(rest) > 0 && s.state.Sees(at, t) {
			return true
		}
	}
	return len(s.parked(at)) > 0
}

// parked are those whom the clerk of a desk has parked.
func (s *scene) parked(at queue.Desk) []queue.Ticket {
	return slices.DeleteFunc(s.state.In(queue.Parked), func(t queue.Ticket) bool { return t.Desk != at.ID })
}

// betweenCalls is what brings somebody back into the line, or goes on with whom the
// clerk has at the desk or had there before.
func (s *scene) betweenCalls(at queue.Desk, open bool) queue.Command {
	t := s.state.Tickets.At(at.Ticket)
	if t.State == queue.Serving {
		here, rest := s.state.Step(at, t)
		if len(rest) > 0 && s.served(here, t) {
			return queue.Finish{Desk: at.ID, Done: here}
		}
		if c := s.elsewhere(at, t); open && c != nil {
			return c
		}
	}
	return s.bringBack(at, open)
}

// elsewhere is where a visit goes on that is not to end at this desk: for one in
// sixty in another office, for one in thirty in the line of another service, and one
// in thirty is parked. This is on their first way to a desk: nobody is sent about twice.
func (s *scene) elsewhere(at queue.Desk, t queue.Ticket) queue.Command {
	whim := s.whimOf("elsewhere", t)
	if t.Calls > 1 || t.ParkedAt != 0 || t.SentFrom != nil {
		return nil
	}
	switch whim % 60 {
	case 0:
		return s.send(t, whim>>8)
	case 1, 2:
		service := s.office.Services[whim>>8%uint64(len(s.office.Services))]
		return queue.Transfer{Ticket: t.ID, Services: []queue.ServiceID{queue.ServiceID(service.ID)}}
	case 3, 4:
		return queue.Park{Desk: at.ID}
	}
	return nil
}

// send sends a visit to an office that is open for half an hour yet, if there is one.
func (s *scene) send(t queue.Ticket, whim uint64) queue.Command {
	var there []*scene
	for _, office := range s.City().Offices() {
		other := s.scenes[office.ID]
		if other != nil && other != s && other.calendar.Open(s.now) && other.calendar.Open(s.now.Add(30*time.Minute)) {
			there = append(there, other)
		}
	}
	if len(there) == 0 {
		return nil
	}
	office := there[whim%uint64(len(there))].office
	service := office.Services[whim>>8%uint64(len(office.Services))]
	return queue.Send{Ticket: t.ID, Office: queue.OfficeID(office.ID), Services: []queue.ServiceID{queue.ServiceID(service.ID)}}
}

// bringBack goes on after 5 to 15 minutes with whom the clerk has parked, or when the
// office closes: half of them at the desk, if it is free then.
func (s *scene) bringBack(at queue.Desk, open bool) queue.Command {
	for _, t := range s.parked(at) {
		whim := s.whimOf("parked", t)
		switch back := s.since(t.ParkedAt) >= time.Duration(5+whim%10)*time.Minute; {
		case open && !back:
		case at.Ticket == "" && whim>>8%2 == 0:
			return queue.BringBack{Ticket: t.ID, Desk: at.ID}
		default:
			return queue.BringBack{Ticket: t.ID}
		}
	}
	return nil
}

// openDesk opens a desk for what it serves: information desks the services of
// an information desk, others all others.
func (s *scene) openDesk(desk booking.Desk) queue.Command {
	info := strings.HasPrefix(desk.ID, "info")
	var serves []queue.ServiceID
	for _, service := range s.office.Services {
		if service.Info == info {
			serves = append(serves, queue.ServiceID(service.ID))
		}
	}
	if len(serves) == 0 {
		return nil
	}
	way, _ := desk.Way.In("de")
	return queue.OpenDesk{Desk: queue.DeskID(desk.ID), Label: desk.Label, Way: way, Serves: queue.Set(serves), Meets: checkin.Meets(*s.office, desk)}
}

// serve goes on with the ticket at a desk. One person in twenty does not come
// when called, but for those who are back after that; a visit takes 0.5 to 1.5 times
// what its services are planned to. One that goes on elsewhere ends between calls.
func (s *scene) serve(at queue.Desk, t queue.Ticket, open bool) queue.Command {
	whim := s.whimOf("serves", t)
	called := s.since(t.CalledAt)
	here, rest := s.state.Step(at, t)
	comes := whim>>8%20 != 0 || t.MissedAt != 0
	rules := checkin.Rules(*s.office)
	switch {
	case t.State == queue.Serving && (len(rest) > 0 || !s.served(here, t)):
		return nil
	case t.State == queue.Serving && open && s.chosen(at) == nil:
		return queue.FinishAndCallNext{Desk: at.ID, Done: here}
	case t.State == queue.Serving:
		return queue.Finish{Desk: at.ID, Done: here}
	case t.State != queue.Called:
		return nil
	case !comes && t.Calls == 1 && called > rules.Recall:
		return queue.Recall{Desk: at.ID}
	case !comes && called > rules.NoShow:
		return queue.NoShow{Desk: at.ID, NotBefore: rules.NoShow.Milliseconds()}
	case comes && called >= time.Duration(15+whim%30)*time.Second:
		return queue.Came{Desk: at.ID}
	}
	return nil
}

func (s *scene) since(ms int64) time.Duration { return s.now.Sub(time.UnixMilli(ms)) }

// served says whether a visit has been at the desk for as long as some services take.
func (s *scene) served(services []queue.ServiceID, t queue.Ticket) bool {
	minutes := 0
	for _, id := range services {
		if service, ok := s.office.Service(booking.ServiceID(id)); ok {
			minutes += service.Minutes + service.PerPerson*(t.Persons-1)
		}
	}
	percent := 50 + s.whimOf("serves", t)>>16%100
	return s.since(t.ServedAt) >= time.Duration(minutes)*time.Minute*time.Duration(percent)/100
}
