package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// clerkRoutes are for clerks at their desks.
func (s *Server) clerkRoutes() []route {
	return []route{
		{"GET", "/desks", clerks, s.deskList},
		{"GET", "/offices/:office/desks/:desk", clerks, s.deskPage},
		{"POST", "/offices/:office/desks/:desk", clerks, s.deskCommand},
		{"GET", "/offices/:office/desks/:desk/live", clerks, s.deskLive},
		{"GET", "/offices/:office/appointments/:appointment", clerks, s.clerkAppointment},
	}
}

// myOffices are the offices that the visitor may act for.
func (s *Server) myOffices(r *http.Request) []*booking.Office {
	v, city := visiting(r), s.City()
	var mine []*booking.Office
	for _, o := range city.Offices() {
		if v.may(clerks, string(o.ID), "", city) == nil {
			mine = append(mine, o)
		}
	}
	return mine
}

// deskChoice is a desk that a clerk may sit at.
type deskChoice struct {
	booking.Desk
	Office *booking.Office
	State  queue.DeskState
}

// deskList shows the desks of the clerk's offices.
func (s *Server) deskList(w http.ResponseWriter, r *http.Request) error {
	var choices []deskChoice
	for _, office := range s.myOffices(r) {
		state := s.office(office.ID)
		for _, d := range office.Desks {
			choice := deskChoice{Desk: d, Office: office, State: queue.DeskClosed}
			if open, ok := state.Desks[queue.DeskID(d.ID)]; ok {
				choice.State = open.State
			}
			choices = append(choices, choice)
		}
	}
	return s.render(w, r, "desks", choices)
}

// officeAndDesk are those of the path.
func (s *Server) officeAndDesk(r *http.Request) (*booking.Office, *booking.Desk, error) {
	office, ok := s.City().Office(booking.OfficeID(param(r, "office")))
	if !ok {
		return nil, nil, booking.ErrOfficeUnknown
	}
	desk, ok := office.Desk(param(r, "desk"))
	if !ok {
		return nil, nil, queue.ErrDeskUnknown
	}
	return office, desk, nil
}

func (s *Server) deskPage(w http.ResponseWriter, r *http.Request) error {
	office, desk, err := s.officeAndDesk(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "desk", s.deskView(lang(r), office, desk))
}

// deskLive sends the live part of the desk's page at every change.
func (s *Server) deskLive(w http.ResponseWriter, r *http.Request) error {
	office, desk, err := s.officeAndDesk(r)
	if err != nil {
		return err
	}
	l, officeID, deskID := lang(r), office.ID, desk.ID
	return s.live(w, r, "desk", string(officeID)+"/"+deskID, only(queue.OfficeID(officeID)),
		func() (wsscreen.Content, error) {
			office, ok := s.City().Office(officeID)
			if !ok {
				return wsscreen.Content{}, booking.ErrOfficeUnknown
			}
			desk, ok := office.Desk(deskID)
			if !ok {
				return wsscreen.Content{}, queue.ErrDeskUnknown
			}
			html, err := s.fragment(l.Tag, "desk", "desk-live", s.deskView(l, office, desk))
			return wsscreen.Content{HTML: html}, err
		})
}

// deskCommand carries out what a clerk pressed. A script gets the new state by
// its live connection and here only yes or a problem; without one the page comes again.
func (s *Server) deskCommand(w http.ResponseWriter, r *http.Request) error {
	office, desk, err := s.officeAndDesk(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	command, err := formCommand(r, queue.DeskID(desk.ID))
	if err != nil {
		return err
	}
	if _, err := s.command(r, office, command); err != nil {
		return err
	}
	if forPrograms(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
	return nil
}

// formCommand is the command of a desk page's form.
func formCommand(r *http.Request, desk queue.DeskID) (queue.Command, error) {
	form := r.PostForm
	ticket, reason := queue.TicketID(form.Get("ticket")), form.Get("reason")
	services := func(field string) []queue.ServiceID {
		var ids []queue.ServiceID
		for _, v := range form[field] {
			ids = append(ids, queue.ServiceID(v))
		}
		return queue.Set(ids)
	}
	persons, _ := strconv.Atoi(form.Get("persons")) // 0 is refused as invalid
	switch form.Get("command") {
	case "open":
		return queue.OpenDesk{Desk: desk, Serves: services("service")}, nil
	case "pause":
		return queue.PauseDesk{Desk: desk}, nil
	case "close":
		return queue.CloseDesk{Desk: desk}, nil
	case "call-next":
		return queue.CallNext{Desk: desk}, nil
	case "call-this":
		return queue.CallThis{Desk: desk, Ticket: ticket, Reason: reason}, nil
	case "recall":
		return queue.Recall{Desk: desk, Ticket: ticket}, nil
	case "put-back":
		return queue.PutBack{Desk: desk, Ticket: ticket}, nil
	case "came":
		return queue.Came{Desk: desk, Ticket: ticket}, nil
	case "finish":
		return queue.Finish{Desk: desk, Ticket: ticket, Done: services("done")}, nil
	case "finish-and-call-next":
		return queue.FinishAndCallNext{Desk: desk, Ticket: ticket, Done: services("done")}, nil
	case "no-show":
		return queue.NoShow{Desk: desk, Ticket: ticket}, nil
	case "park":
		return queue.Park{Desk: desk, Ticket: ticket}, nil
	case "revoke":
		return queue.Revoke{Ticket: ticket}, nil
	case "here": // back after the way back has closed
		return queue.Here{Ticket: ticket}, nil
	case "bring-back":
		return queue.BringBack{Ticket: ticket}, nil
	case "bring-here":
		return queue.BringBack{Ticket: ticket, Desk: desk}, nil
	case "transfer":
		return queue.Transfer{Ticket: ticket, Services: services("service")}, nil
	case "send":
		return queue.Send{Ticket: ticket, Office: queue.OfficeID(form.Get("office")), Services: services("service")}, nil
	case "change":
		return queue.Change{Ticket: ticket, Services: services("service"), Persons: persons}, nil
	case "set-needs":
		return queue.SetNeeds{Ticket: ticket, Needs: needsOf(form)}, nil
	case "split":
		return queue.Split{Ticket: ticket, Services: services("service"), Persons: persons}, nil
	case "merge":
		return queue.Merge{Ticket: ticket, Into: queue.TicketID(form.Get("into"))}, nil
	case "cancel":
		return queue.Cancel{Ticket: ticket, Reason: reason}, nil
	}
	return nil, queue.ErrInvalid
}

// needsOf are the needs that are ticked in a form.
func needsOf(form url.Values) []queue.Need {
	return needs(form["need"])
}

// clerkAppointment shows a clerk who booked. That somebody looked is logged,
// by ids alone.
func (s *Server) clerkAppointment(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Bookings.ByID(r.Context(), booking.AppointmentID(param(r, "appointment")))
	if err != nil {
		return err
	}
	if string(a.Office) != param(r, "office") {
		return booking.ErrUnknown
	}
	s.Log.Info("appointment read", "appointment", a.ID, "office", a.Office, "account", visiting(r).Account)
	return s.render(w, r, "clerk-appointment", a)
}
