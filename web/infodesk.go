package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// infodeskRoutes are for the information desk of a house: it issues numbers,
// finds appointments and checks people in.
func (s *Server) infodeskRoutes() []route {
	return []route{
		{"GET", "/houses/:house/infodesk", clerks, s.infodeskPage},
		{"GET", "/houses/:house/infodesk/live", clerks, s.infodeskLive},
		{"GET", "/houses/:house/infodesk/tickets/:ticket", clerks, s.infodeskPage},
		{"POST", "/houses/:house/infodesk/tickets", clerks, s.infodeskTicket},
		{"POST", "/houses/:house/infodesk/search", clerks, s.infodeskSearch},
		{"POST", "/houses/:house/infodesk/checkins", clerks, s.infodeskCheckIn},
		{"POST", "/houses/:house/infodesk/services", clerks, s.infodeskService},
		{"POST", "/houses/:house/infodesk/tickets/:ticket/here", clerks, s.infodeskHere},
		{"POST", "/houses/:house/infodesk/tickets/:ticket/needs", clerks, s.infodeskNeeds},
	}
}

// infodeskView is what the information desk sees.
type infodeskView struct {
	House   *booking.House
	Path    string
	Key     string
	Offices []infodeskOffice // those the clerk may act for
	Urgent  queue.Reasons
	AtOnce  queue.Reasons
	Needs   []queue.Need

	Form    infodeskForm
	Issued  *issued // a ticket just given
	Search  bool    // somebody searched
	Query   string
	Found   []foundAppointment
	Answer  *checkin.Answer // an appointment that could not be checked in
	Refused string          // code of the problem; "" if nothing was refused

	Reporting bool // a disturbance: the refusal is about that form
}

// infodeskForm is what is chosen for a number.
type infodeskForm struct {
	Service string // "<office>/<service>"
	Persons string // as it was typed
	Class   queue.Class
	Reason  string
	Needs   []queue.Need
}

// Has says whether a need is ticked.
func (f infodeskForm) Has(need queue.Need) bool { return slices.Contains(f.Needs, need) }

// issued is a ticket just given, with what its due comes of.
type issued struct {
	ticketView
	Grounds string
}

// Field is the id of the field that a refusal is about.
func (v infodeskView) Field() string {
	if v.Reporting {
		return "disturbed"
	}
	switch v.Refused {
	case "reason":
		return "reason"
	case "persons":
		return "persons"
	case "not-urgent":
		return "walk-in"
	case "appointment-unknown", "bad-input", "wrong-state", "ticket-unknown", "missed":
		return "q"
	}
	return "service"
}

// infodeskOffice is an office with what is to know about its queue.
type infodeskOffice struct {
	*booking.Office
	Waiting   int
	Stranded  []string // numbers that no open desk serves
	Disturbed []disturbance
	Away      []queue.Ticket // sent from another house, or stepped aside, and not said yet to be here
}

// disturbance is a service that nobody can serve now.
type disturbance struct {
	Service booking.ServiceID
	Name    string
	Since   time.Time
}

// disturbances are those of an office, by the names of the services.
func disturbances(l *texts.Language, office *booking.Office, state *queue.Office, zone *time.Location) []disturbance {
	var all []disturbance
	for id, since := range state.Counters.Disturbed {
		all = append(all, disturbance{booking.ServiceID(id), namesOf(l, office, []queue.ServiceID{id})[0], time.UnixMilli(since).In(zone)})
	}
	slices.SortFunc(all, func(a, b disturbance) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// foundAppointment is a search result: the only place beside the desk where a
// clerk sees who booked.
type foundAppointment struct {
	booking.Appointment
	Services  string
	Ticket    queue.Ticket
	Elsewhere bool // the visit is where the clerk may not act
	TooLate   bool // they missed a call, and are refused if they are back now
}

func (s *Server) infodeskView(r *http.Request) (infodeskView, error) {
	house, ok := s.City().House(booking.HouseID(param(r, "house")))
	if !ok {
		return infodeskView{}, booking.ErrHouseUnknown
	}
	v := infodeskView{House: house, Path: "/houses/" + string(house.ID) + "/infodesk", Key: newKey(),
		Urgent: queue.UrgentReasons, AtOnce: queue.AtOnceReasons, Needs: queue.Needs, Form: infodeskForm{Persons: "1", Class: queue.WalkIn}}
	for _, office := range s.myOffices(r) {
		if office.House == house.ID {
			v.Offices = append(v.Offices, s.infodeskOffice(lang(r), office))
		}
	}
	return v, nil
}

func (s *Server) infodeskOffice(l *texts.Language, office *booking.Office) infodeskOffice {
	state := s.office(office.ID)
	waiting := state.Waiting()
	o := infodeskOffice{Office: office, Waiting: len(waiting), Disturbed: disturbances(l, office, state, s.City().Location())}
	for _, t := range waiting {
		if state.Stranded(t) {
			o.Stranded = append(o.Stranded, whole(t.Number))
		}
	}
	for _, t := range state.In(queue.Parked) {
		if onTheWay(t) || t.Aside {
			o.Away = append(o.Away, t)
		}
	}
	return o
}

func (s *Server) infodeskPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	if id := queue.TicketID(param(r, "ticket")); id != "" {
		given, err := s.fresh(r, id)
		if err != nil {
			return err
		}
		v.Issued = &issued{given, grounds(lang(r), given.Ticket, checkin.Rules(*given.Office), s.City().Location())}
	}
	return s.render(w, r, "infodesk", v)
}

func (s *Server) infodeskLive(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	var offices []queue.OfficeID
	for _, o := range v.Offices {
		offices = append(offices, queue.OfficeID(o.ID))
	}
	l, path := lang(r), v.Path
	return s.live(w, r, "infodesk", string(v.House.ID)+"/"+visiting(r).Account, only(offices...), func() (wsscreen.Content, error) {
		now := infodeskView{Path: path}
		for _, id := range offices {
			if office, ok := s.City().Office(booking.OfficeID(id)); ok {
				now.Offices = append(now.Offices, s.infodeskOffice(l, office))
			}
		}
		html, err := s.fragment(l.Tag, "infodesk", "infodesk-live", now)
		return wsscreen.Content{HTML: html}, err
	})
}

// myOffice is an office of the page's house that the clerk may act for.
func (s *Server) myOffice(r *http.Request, id booking.OfficeID) (*booking.Office, error) {
	office, ok := s.City().Office(id)
	if !ok || string(office.House) != param(r, "house") {
		return nil, booking.ErrOfficeUnknown
	}
	return office, visiting(r).may(clerks, string(id), "", s.City())
}

// infodeskAgain answers what was refused with the information desk once more: the
// sentence, and everything as it was chosen. What is no refusal of what was
// asked, and whatever a program asked, goes the way of every error.
func (s *Server) infodeskAgain(w http.ResponseWriter, r *http.Request, v infodeskView, err error) error {
	status, code := refusal(err)
	if status >= 500 || status == http.StatusForbidden || forPrograms(r) {
		return err
	}
	v.Refused = code
	return s.renderStatus(w, r, status, "infodesk", v)
}

// infodeskTicket issues a number: as a walk-in, or as urgent with a reason.
func (s *Server) infodeskTicket(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	v.Form = infodeskForm{Service: form.Get("service"), Persons: form.Get("persons"), Class: queue.Class(form.Get("class")), Reason: form.Get("reason"), Needs: needsOf(form)}
	ticket, err := s.issue(r, v.Form)
	if err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(ticket.ID), http.StatusSeeOther)
	return nil
}

func (s *Server) issue(r *http.Request, form infodeskForm) (checkin.Given, error) {
	officeID, service, _ := strings.Cut(form.Service, "/")
	office, err := s.myOffice(r, booking.OfficeID(officeID))
	if err != nil {
		return checkin.Given{}, err
	}
	persons, _ := strconv.Atoi(form.Persons) // 0 is refused
	choices := []booking.Choice{{Service: booking.ServiceID(service), Persons: persons}}
	return s.Arrivals.LetIn(r.Context(), office.ID, choices, form.Class, form.Reason, form.Needs, requestID(r), visiting(r).actor())
}

// infodeskSearch finds today's appointments by name or code. It is posted,
// since an address must not hold a name; it changes nothing.
func (s *Server) infodeskSearch(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	v.Query = r.PostForm.Get("q")
	if utf8.RuneCountInString(v.Query) > 100 {
		return s.infodeskAgain(w, r, v, errBadInput)
	}
	v.Search = true
	day := s.City().Day(s.Now())
	for _, office := range v.Offices {
		found, err := s.Bookings.Search(r.Context(), office.ID, day, v.Query)
		if err != nil {
			return err
		}
		s.Log.Info("appointments searched", "office", office.ID, "found", len(found), "account", visiting(r).Account)
		for _, a := range found {
			v.Found = append(v.Found, s.found(r, office.Office, a))
		}
	}
	return s.render(w, r, "infodesk", v)
}

func (s *Server) found(r *http.Request, office *booking.Office, a booking.Appointment) foundAppointment {
	t := queue.Ticket{Persons: 1}
	for _, c := range a.Choices {
		t.Services = append(t.Services, queue.ServiceID(c.Service))
		t.Persons = max(t.Persons, c.Persons)
	}
	f := foundAppointment{Appointment: a, Services: serviceNames(lang(r), office, t)}
	f.Start = f.Start.In(s.City().Location())
	ticket, at := s.visitOf(a)
	there, err := s.myOffice(r, at)
	f.Ticket, f.Elsewhere = ticket, err != nil
	f.TooLate = err == nil && s.tooLate(there, ticket)
	return f
}

// infodeskCheckIn checks in somebody whose appointment was found; with
// entitled, somebody who came too late gets a number for today.
func (s *Server) infodeskCheckIn(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	answer, err := s.letInFound(r, booking.AppointmentID(r.PostForm.Get("appointment")), r.PostForm.Get("entitled") != "")
	if err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	if answer.Ticket.ID == "" {
		answer = s.local(answer)
		v.Answer = &answer
		return s.render(w, r, "infodesk", v)
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(answer.Ticket.ID), http.StatusSeeOther)
	return nil
}

// infodeskService says that a service is disturbed, or goes on.
func (s *Server) infodeskService(w http.ResponseWriter, r *http.Request) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	v.Reporting = true
	officeID, service, _ := strings.Cut(r.PostForm.Get("service"), "/")
	office, err := s.myOffice(r, booking.OfficeID(officeID))
	if err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	var c queue.Command = queue.Disturb{Service: queue.ServiceID(service)}
	if r.PostForm.Get("restored") != "" {
		c = queue.Restore{Service: queue.ServiceID(service)}
	}
	if _, err := s.command(r, office, c); err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	http.Redirect(w, r, v.Path, http.StatusSeeOther)
	return nil
}

// infodeskHere is "here again" of somebody who missed a call, or stepped aside, and came here.
func (s *Server) infodeskHere(w http.ResponseWriter, r *http.Request) error {
	return s.infodeskCommand(w, r, func(id queue.TicketID) queue.Command { return queue.Here{Ticket: id} })
}

// infodeskNeeds says what somebody needs who has a number.
func (s *Server) infodeskNeeds(w http.ResponseWriter, r *http.Request) error {
	return s.infodeskCommand(w, r, func(id queue.TicketID) queue.Command {
		return queue.SetNeeds{Ticket: id, Needs: needsOf(r.PostForm)}
	})
}

// infodeskCommand is about a ticket of the house's.
func (s *Server) infodeskCommand(w http.ResponseWriter, r *http.Request, make func(queue.TicketID) queue.Command) error {
	v, err := s.infodeskView(r)
	if err != nil {
		return err
	}
	ticket, err := s.fresh(r, queue.TicketID(param(r, "ticket")))
	if err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	office, err := s.myOffice(r, ticket.Office.ID)
	if err != nil {
		return err
	}
	if _, _, err := s.visitCommand(r, office, ticket.Ticket.ID, make(ticket.Ticket.ID)); err != nil {
		return s.infodeskAgain(w, r, v, err)
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(ticket.Ticket.ID), http.StatusSeeOther)
	return nil
}

func (s *Server) letInFound(r *http.Request, id booking.AppointmentID, entitled bool) (checkin.Answer, error) {
	appointment, err := s.Bookings.ByID(r.Context(), id)
	if err != nil {
		return checkin.Answer{}, err
	}
	if _, err := s.myOffice(r, appointment.Office); err != nil {
		return checkin.Answer{}, err
	}
	if s.City().Day(appointment.Start) != s.City().Day(s.Now()) {
		return checkin.Answer{}, booking.ErrUnknown
	}
	answer, err := s.Arrivals.ByAppointment(r.Context(), appointment, requestID(r), visiting(r).actor())
	if err == nil && answer.Outcome == checkin.Late && answer.Ticket.ID == "" && entitled {
		answer.Ticket, err = s.Arrivals.Entitle(r.Context(), appointment, requestID(r), visiting(r).actor())
	}
	return answer, err
}
