package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// appointmentPage is a booked or cancelled appointment.
type appointmentPage struct {
	Appointment booking.Appointment
	Office      *booking.Office
	Path        string
	Sum         sum
	Code        string    // for check-in, eight digits
	Opens       time.Time // check-in
	Closes      time.Time
	Over        bool          // its time has come: nothing can be cancelled any more
	Again       string        // link that books the same again
	Ticket      *queue.Ticket // of who is here; nil before check-in, and when it has ended
	Moved       bool          // just now
	NewCode     bool          // and its code is another
}

// Heading is the key of what the page of a booked appointment says first.
func (p appointmentPage) Heading() string {
	switch {
	case p.Ticket != nil:
		return "appointment.here"
	case p.Moved:
		return "appointment.moved"
	}
	return "appointment.booked"
}

func (s *Server) appointment(w http.ResponseWriter, r *http.Request) error {
	page, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	if page.Appointment.State == booking.Cancelled {
		return s.render(w, r, "appointment-cancelled", page)
	}
	page.Moved = page.Ticket == nil && r.URL.Query().Get("moved") == "yes"
	page.NewCode = page.Moved && r.URL.Query().Get("code") == "new"
	return s.render(w, r, "appointment-booked", page)
}

// appointmentOf is the page of the appointment that the path names. done says
// that something else was answered: a hold goes on to its details, and what is
// unknown, or of a day before today, is said to be gone.
func (s *Server) appointmentOf(w http.ResponseWriter, r *http.Request) (page appointmentPage, done bool, err error) {
	a, err := s.Bookings.ByLink(r.Context(), param(r, "link"))
	if errors.Is(err, booking.ErrUnknown) {
		return page, true, s.gone(w, r, "appointment-unknown")
	}
	if err != nil {
		return page, true, err
	}
	if a.State == booking.Held {
		http.Redirect(w, r, appointmentPath(r)+"/details", http.StatusSeeOther)
		return page, true, nil
	}
	city := s.City()
	if city.Day(a.Start) < city.Day(s.Now()) {
		return page, true, s.gone(w, r, "past")
	}
	office, ok := city.Office(a.Office)
	if !ok {
		return page, true, booking.ErrOfficeUnknown
	}
	rules := checkin.Rules(*office)
	return appointmentPage{Appointment: a, Office: office, Path: appointmentPath(r), Sum: sumOf(office, a),
		Code: s.Bookings.Code(a), Opens: checkin.Opens(rules, a), Closes: checkin.Closes(rules, a), Over: !s.Now().Before(a.Start),
		Again:  bookingPath(office) + "/times?" + wishValues(a.Choices).Encode(),
		Ticket: s.openTicket(a)}, false, nil
}

// openTicket is the number with which whoever an appointment is for waits or is
// served, as far as this node knows: the page stands also while the queue is away.
func (s *Server) openTicket(a booking.Appointment) *queue.Ticket {
	if t, _ := s.visitOf(a); checkin.GoesOn(t) {
		return &t
	}
	return nil
}

// visitOf is checkin.Visit, as far as this node knows.
func (s *Server) visitOf(a booking.Appointment) (queue.Ticket, booking.OfficeID) {
	t, at, _ := checkin.Visit(a, func(office booking.OfficeID) (*queue.Office, error) { return s.office(office), nil })
	return t, at
}

// gone says that there is no such appointment any more, and why.
func (s *Server) gone(w http.ResponseWriter, r *http.Request, code string) error {
	return s.renderStatus(w, r, http.StatusNotFound, "appointment-gone", code)
}

func (s *Server) askCancel(w http.ResponseWriter, r *http.Request) error {
	page, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	if !page.Movable() {
		return s.backToAppointment(w, r)
	}
	return s.render(w, r, "appointment-cancel", page)
}

// cancelAppointment gives the time back. Whoever does it twice sees the same.
func (s *Server) cancelAppointment(w http.ResponseWriter, r *http.Request) error {
	page, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	if err := s.Arrivals.NotHere(r.Context(), page.Appointment); err != nil {
		return err
	}
	if _, err := s.Bookings.Cancel(r.Context(), param(r, "link")); err != nil {
		return err
	}
	return s.backToAppointment(w, r)
}

// chooseMove shows the times to which an appointment may be moved.
func (s *Server) chooseMove(w http.ResponseWriter, r *http.Request) error {
	appointment, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	if !appointment.Movable() {
		return s.backToAppointment(w, r)
	}
	page, err := s.timesOf(r, appointment.Office, appointment.Sum.Visit, calendar{path: appointment.Path + "/times"})
	if err != nil {
		return err
	}
	page.Action, page.Move = appointment.Path+"/move", &appointment.Appointment
	page.Fields = append(page.Fields, field{"from", instant(appointment.Appointment.Start)})
	return s.render(w, r, "booking-times", page)
}

// moveAppointment gives an appointment the chosen time; its old one is kept
// until that is certain. What it was moved from travels in the form: who presses
// twice is told the same twice.
func (s *Server) moveAppointment(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	page, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	at, err := parseTime(r.PostForm.Get("at"), s.City().Location())
	if err != nil {
		return err
	}
	moved, err := s.move(r, at)
	if code := notOffered(err); code != "" && !page.Over {
		http.Redirect(w, r, page.Path+"/times?"+with(nil, "day", string(s.City().Day(at)), "told", code), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	code := ""
	from, err := parseTime(r.PostForm.Get("from"), s.City().Location())
	if s.Bookings.Code(moved) != page.Code || err == nil && s.City().Day(from) != s.City().Day(at) {
		code = "new"
	}
	http.Redirect(w, r, page.Path+"?"+with(nil, "moved", "yes", "code", code), http.StatusSeeOther)
	return nil
}

// Movable says whether the appointment may still be moved or cancelled.
func (p appointmentPage) Movable() bool {
	return p.Appointment.State == booking.Booked && !p.Over && p.Ticket == nil
}

// sumOf is what an appointment comes to. What the office no longer offers is
// left out: the length stays that of the appointment.
func sumOf(office *booking.Office, a booking.Appointment) sum {
	visit, err := booking.Plan(office, booking.Wish{Office: office.ID, Services: a.Choices})
	if err != nil {
		visit = booking.Visit{}
		for _, c := range a.Choices {
			if service, ok := office.Service(c.Service); ok {
				visit.Choices, visit.Services = append(visit.Choices, c), append(visit.Services, service)
			}
		}
	}
	visit.Length = a.End.Sub(a.Start)
	return newSum(visit)
}
