package play

import (
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
	case at.Ticket != "":
		return s.serve(at, s.state.Tickets.At(at.Ticket), open)
	case !open && len(s.state.WaitingFor(at)) == 0:
		return queue.CloseDesk{Desk: at.ID}
	case len(s.state.WaitingFor(at)) > 0:
		return queue.CallNext{Desk: at.ID}
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
// when called; a visit takes 0.5 to 1.5 times what its services are planned to.
func (s *scene) serve(at queue.Desk, t queue.Ticket, open bool) queue.Command {
	whim := s.hash("serves", string(s.office.ID), s.state.Day, t.Number)
	called, served := s.since(t.CalledAt), s.since(t.ServedAt)
	here, _ := s.state.Step(at, t)
	rules := checkin.Rules(*s.office)
	switch {
	case t.State == queue.Serving && served < s.length(here, t.Persons, whim):
		return nil
	case t.State == queue.Serving && open:
		return queue.FinishAndCallNext{Desk: at.ID, Done: here}
	case t.State == queue.Serving:
		return queue.Finish{Desk: at.ID, Done: here}
	case t.State != queue.Called:
		return nil
	case whim>>8%20 == 0 && t.Calls == 1 && called > rules.Recall:
		return queue.Recall{Desk: at.ID}
	case whim>>8%20 == 0 && called > rules.NoShow:
		return queue.NoShow{Desk: at.ID, NotBefore: rules.NoShow.Milliseconds()}
	case whim>>8%20 != 0 && called >= time.Duration(15+whim%30)*time.Second:
		return queue.Came{Desk: at.ID}
	}
	return nil
}

func (s *scene) since(ms int64) time.Duration { return s.now.Sub(time.UnixMilli(ms)) }

// length is how long a visit takes.
func (s *scene) length(services []queue.ServiceID, persons int, whim uint64) time.Duration {
	minutes := 0
	for _, id := range services {
		if service, ok := s.office.Service(booking.ServiceID(id)); ok {
			minutes += service.Minutes + service.PerPerson*(persons-1)
		}
	}
	return time.Duration(minutes) * time.Minute * time.Duration(50+whim>>16%100) / 100
}
