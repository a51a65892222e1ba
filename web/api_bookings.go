package web

import (
	"net/http"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

func (s *Server) apiBookingRoutes() []route {
	return []route{
		{"POST", "/offices/:office/holds", anyone, s.apiHold},
		{"POST", "/holds/:link/extend", anyone, s.apiExtend},
		{"POST", "/holds/:link/confirm", anyone, s.apiConfirm},
		{"POST", "/holds/:link/release", anyone, s.apiRelease},
		{"GET", "/appointments/:link", anyone, s.apiAppointment},
		{"GET", "/appointments/:link/pdf", anyone, s.apiAppointmentPDF},
		{"POST", "/appointments/:link/cancel", anyone, s.apiCancel},
		{"POST", "/appointments/:link/move", anyone, s.apiMove},
		{"GET", "/offices/:office/appointments", clerks, s.apiAppointments},
		{"POST", "/offices/:office/appointments/search", clerks, s.apiSearch},
	}
}

// apiHold keeps a time. A repeat under the same key gets the same hold.
func (s *Server) apiHold(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	var in api.NewHold
	if err := read(r, &in); err != nil {
		return err
	}
	if in.Start.IsZero() {
		return fieldError{queue.ErrInvalid, "start"}
	}
	if key := r.Header.Get("Idempotency-Key"); visiting(r).Account == "" && key != "" && len(key) < shortestSecret {
		return fieldError{errBadInput, "Idempotency-Key"}
	}
	if s.heldEnough(r) {
		return errThrottled
	}
	wish := booking.Wish{Office: office.ID, Services: choicesOf(in.Services)}
	a, link, err := s.Bookings.HoldOnce(r.Context(), requestID(r), wish, in.Start, lang(r).Tag, in.Instead)
	if err != nil {
		return err
	}
	s.countHold(r)
	a.Contact = booking.Contact{} // who repeats an old request gets the hold, not the person
	return writeJSON(w, http.StatusCreated, s.appointmentOut(a, link))
}

func choicesOf(in []api.Choice) []booking.Choice {
	var choices []booking.Choice
	for _, c := range in {
		choices = append(choices, booking.Choice{Service: booking.ServiceID(c.Service), Persons: c.Persons})
	}
	return choices
}

func (s *Server) apiExtend(w http.ResponseWriter, r *http.Request) error {
	if err := read(r, &api.Nothing{}); err != nil {
		return err
	}
	a, err := s.Bookings.Extend(r.Context(), requestID(r), param(r, "link"))
	return s.answerAppointment(w, r, a, err)
}

func (s *Server) apiConfirm(w http.ResponseWriter, r *http.Request) error {
	var in api.Contact
	if err := read(r, &in); err != nil {
		return err
	}
	a, err := s.Bookings.Confirm(r.Context(), requestID(r), param(r, "link"), booking.Contact{Name: in.Name, Mail: in.Mail, Phone: in.Phone})
	return s.answerAppointment(w, r, a, err)
}

func (s *Server) apiRelease(w http.ResponseWriter, r *http.Request) error {
	if err := read(r, &api.Nothing{}); err != nil {
		return err
	}
	if err := s.Bookings.Release(r.Context(), param(r, "link")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) apiAppointment(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Bookings.ByLink(r.Context(), param(r, "link"))
	return s.answerAppointment(w, r, a, err)
}

func (s *Server) apiAppointmentPDF(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Bookings.ByLink(r.Context(), param(r, "link"))
	switch {
	case err != nil:
		return err
	case a.State == booking.Cancelled:
		return booking.ErrCancelled
	case a.State != booking.Booked:
		return booking.ErrUnknown
	case s.City().Day(a.Start) < s.City().Day(s.Now()):
		return booking.ErrPast
	}
	return s.confirmationPDF(w, r)
}

func (s *Server) apiCancel(w http.ResponseWriter, r *http.Request) error {
	if err := read(r, &api.Nothing{}); err != nil {
		return err
	}
	if err := s.notHere(r); err != nil {
		return err
	}
	a, err := s.Bookings.Cancel(r.Context(), param(r, "link"))
	return s.answerAppointment(w, r, a, err)
}

func (s *Server) apiMove(w http.ResponseWriter, r *http.Request) error {
	var in api.NewTime
	if err := read(r, &in); err != nil {
		return err
	}
	if in.Start.IsZero() {
		return fieldError{queue.ErrInvalid, "start"}
	}
	a, err := s.move(r, in.Start)
	return s.answerAppointment(w, r, a, err)
}

// move gives the linked appointment another time, unless somebody has checked
// in. Its repeat changes nothing, so it is answered after that as well.
func (s *Server) move(r *http.Request, start time.Time) (booking.Appointment, error) {
	id, link := requestID(r), param(r, "link")
	a, done, err := s.Bookings.Moved(r.Context(), id, link, start)
	if done || err != nil {
		return a, err
	}
	if err := s.notHere(r); err != nil {
		return a, err
	}
	return s.Bookings.Move(r.Context(), id, link, start)
}

// notHere refuses to give up the time of the linked appointment once somebody has checked in.
func (s *Server) notHere(r *http.Request) error {
	a, err := s.Bookings.ByLink(r.Context(), param(r, "link"))
	if err != nil {
		return err
	}
	return s.Arrivals.NotHere(r.Context(), a)
}

func (s *Server) answerAppointment(w http.ResponseWriter, r *http.Request, a booking.Appointment, err error) error {
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.appointmentOut(a, param(r, "link")))
}

// appointmentOut is an appointment on the wire; with its link for the booker,
// without for clerks, who do not get the code either.
func (s *Server) appointmentOut(a booking.Appointment, link string) api.Appointment {
	out := api.Appointment{Link: link, ID: string(a.ID), Office: string(a.Office), House: string(a.House), State: string(a.State),
		Start: s.wall(a.Start), End: s.wall(a.End), Services: []api.Choice{}, Booked: s.wall(a.Booked)}
	for _, c := range a.Choices {
		out.Services = append(out.Services, api.Choice{Service: string(c.Service), Persons: c.Persons})
	}
	if a.State == booking.Held {
		out.Expires = s.wall(a.Expires)
	}
	if a.State == booking.Booked && link != "" {
		out.Code = s.Bookings.Code(a)
	}
	if office, ok := s.City().Office(a.Office); ok && a.State == booking.Booked {
		rules := checkin.Rules(*office)
		out.Opens, out.Closes = s.wall(checkin.Opens(rules, a)), s.wall(checkin.Closes(rules, a))
	}
	if a.Contact != (booking.Contact{}) {
		out.Contact = &api.Contact{Name: a.Contact.Name, Mail: a.Contact.Mail, Phone: a.Contact.Phone}
	}
	return out
}

// apiAppointments lists a day's appointments with who booked, for the office's
// clerks. That somebody looked is logged, by ids alone.
func (s *Server) apiAppointments(w http.ResponseWriter, r *http.Request) error {
	return s.findAppointments(w, r, r.URL.Query().Get("day"), "")
}

func (s *Server) apiSearch(w http.ResponseWriter, r *http.Request) error {
	var in api.Search
	if err := read(r, &in); err != nil {
		return err
	}
	if len(in.Text) > 100 {
		return fieldError{errBadInput, "text"}
	}
	return s.findAppointments(w, r, in.Day, in.Text)
}

func (s *Server) findAppointments(w http.ResponseWriter, r *http.Request, day, text string) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	if day == "" {
		day = string(s.City().Day(s.Now()))
	}
	if _, ok := booking.ParseDay(day); !ok {
		return fieldError{errBadInput, "day"}
	}
	found, err := s.Bookings.Search(r.Context(), office.ID, booking.Day(day), text)
	if err != nil {
		return err
	}
	s.Log.Info("appointments read", "office", office.ID, "day", day, "found", len(found), "account", visiting(r).Account)
	answer := []api.Appointment{}
	for _, a := range found {
		answer = append(answer, s.appointmentOut(a, ""))
	}
	return writeJSON(w, http.StatusOK, answer)
}
