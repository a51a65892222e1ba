package web

import (
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

func (s *Server) apiArrivalRoutes() []route {
	return []route{
		{"POST", "/houses/:house/checkins", terminalsClerks, s.apiCheckin},
		{"POST", "/offices/:office/tickets", terminalsClerks, s.apiNewTicket},
		{"GET", "/terminals/self", anyone, s.apiTerminal},
	}
}

// apiTerminal tells a terminal where it stands.
func (s *Server) apiTerminal(w http.ResponseWriter, r *http.Request) error {
	v := visiting(r)
	switch v.Role {
	case pgaccounts.Terminal:
	case "":
		return errSignIn
	default:
		return errForbidden
	}
	house, ok := s.City().House(v.House)
	if !ok {
		return booking.ErrHouseUnknown
	}
	return writeJSON(w, http.StatusOK, api.Device{House: string(house.ID), Offices: officesOf(house)})
}

// apiCheckin lets somebody with an appointment in.
func (s *Server) apiCheckin(w http.ResponseWriter, r *http.Request) error {
	house, ok := s.City().House(booking.HouseID(param(r, "house")))
	if !ok {
		return booking.ErrHouseUnknown
	}
	var in api.NewCheckin
	if err := read(r, &in); err != nil {
		return err
	}
	answer, err := s.arrive(r, house, in)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.checkinOut(r, answer))
}

func (s *Server) arrive(r *http.Request, house *booking.House, in api.NewCheckin) (checkin.Answer, error) {
	answer, err := s.arriveBy(r, house, in)
	if err != nil || !in.Entitled || answer.Outcome != checkin.Late || answer.Ticket.ID != "" {
		return answer, err
	}
	answer.Ticket, err = s.Arrivals.Entitle(r.Context(), answer.Appointment, requestID(r), visiting(r).actor())
	return answer, err
}

// arriveBy checks in by the code, or for clerks by the appointment's id.
func (s *Server) arriveBy(r *http.Request, house *booking.House, in api.NewCheckin) (checkin.Answer, error) {
	if in.Appointment == "" {
		code, ok := scanned(in.Code)
		if !ok {
			return checkin.Answer{}, fieldError{queue.ErrInvalid, "code"}
		}
		return s.checkIn(r, house.ID, code)
	}
	if in.Code != "" {
		return checkin.Answer{}, fieldError{queue.ErrInvalid, "code"}
	}
	if visiting(r).Role == pgaccounts.Terminal {
		return checkin.Answer{}, errForbidden
	}
	appointment, err := s.Bookings.ByID(r.Context(), booking.AppointmentID(in.Appointment))
	if err != nil {
		return checkin.Answer{}, err
	}
	if _, err := s.myOffice(r, appointment.Office); err != nil {
		return checkin.Answer{}, err
	}
	if s.City().Day(appointment.Start) != s.City().Day(s.Now()) {
		return checkin.Answer{}, booking.ErrUnknown
	}
	return s.Arrivals.ByAppointment(r.Context(), appointment, requestID(r), visiting(r).actor())
}

func (s *Server) checkinOut(r *http.Request, answer checkin.Answer) api.Checkin {
	out := api.Checkin{Outcome: string(answer.Outcome), Say: lang(r).T("terminal." + string(answer.Outcome)), Office: string(answer.Office)}
	if answer.Appointment.ID != "" && answer.Outcome != checkin.Cancelled {
		out.Start, out.Opens, out.Closes = s.wall(answer.Appointment.Start), s.wall(answer.Opens), s.wall(answer.Closes)
	}
	if office, ok := s.City().Office(answer.Office); ok && answer.Ticket.ID != "" {
		visit := s.givenOut(office, answer.Ticket.Ticket, answer.Ticket.Behind)
		out.Ticket = &visit
	}
	return out
}

// apiNewTicket gives a ticket to somebody without an appointment. A terminal
// gives one where a service allows it; clerks let anybody in.
func (s *Server) apiNewTicket(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	var in api.NewTicket
	if err := read(r, &in); err != nil {
		return err
	}
	class := queue.Class(in.Class)
	if class == "" {
		class = queue.WalkIn
	}
	t, err := s.letIn(r, office, choicesOf(in.Services), class, in.Reason, needs(in.Needs))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, s.givenOut(office, t.Ticket, t.Behind))
}

func (s *Server) letIn(r *http.Request, office *booking.Office, choices []booking.Choice, class queue.Class, reason string, needs []queue.Need) (checkin.Given, error) {
	id, actor := requestID(r), visiting(r).actor()
	if visiting(r).Role != pgaccounts.Terminal {
		return s.Arrivals.LetIn(r.Context(), office.ID, choices, class, reason, needs, id, actor)
	}
	if class != queue.WalkIn || reason != "" || len(needs) > 0 {
		return checkin.Given{}, errForbidden
	}
	return s.Arrivals.WalkIn(r.Context(), office.ID, choices, id, actor)
}
