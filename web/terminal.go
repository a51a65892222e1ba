package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// terminalRoutes are for the terminal at a house's entrance. A clerk may use it too.
func (s *Server) terminalRoutes() []route {
	return []route{
		{"GET", "/terminal", anyone, s.terminalSetUp},
		{"POST", "/terminal", anyone, s.terminalSetUpWith},
		{"GET", "/houses/:house/terminal", terminalsClerks, s.terminalWelcome},
		{"GET", "/houses/:house/terminal/code", terminalsClerks, s.terminalCode},
		{"POST", "/houses/:house/terminal/code", terminalsClerks, s.terminalCheckIn},
		{"POST", "/houses/:house/terminal/entitled", terminalsClerks, s.terminalEntitle},
		{"GET", "/houses/:house/terminal/walk-in", terminalsClerks, s.terminalWalkIns},
		{"GET", "/houses/:house/terminal/questions", terminalsClerks, s.terminalQuestions},
		{"POST", "/houses/:house/terminal/tickets", terminalsClerks, s.terminalTicket},
		{"GET", "/houses/:house/terminal/tickets/:ticket", terminalsClerks, s.terminalTicketPage},
		{"GET", "/houses/:house/terminal/tickets/:ticket/needs", terminalsClerks, s.terminalNeeds},
		{"POST", "/houses/:house/terminal/tickets/:ticket/needs", terminalsClerks, s.terminalSetNeeds},
		{"POST", "/houses/:house/terminal/tickets/:ticket/step-aside", terminalsClerks, s.terminalStepAside},
		{"POST", "/houses/:house/terminal/tickets/:ticket/here", terminalsClerks, s.terminalHere},
	}
}

// terminalView is what every page of a terminal needs.
type terminalView struct {
	House   *booking.House
	Path    string // of the terminal
	Key     string // id of the next write, so that pressing twice makes one ticket
	Refused bool   // the code was no eight digits
	Tries   bool   // too many wrong codes
	Problem string // why a request was refused, as in /problems/

	Closed  bool       // an office that would give a number now if its doors were open
	Offers  []offer    // walk-in
	Ticket  ticketView // joined
	URL     string     // of the ticket's page
	Answer  checkin.Answer
	Code    string // typed, to offer a ticket to who came late
	Morning bool
	WalkIn  bool // the house has services that need no appointment
	Info    bool // and an information desk
}

// offer is a service that somebody may get a ticket for.
type offer struct {
	Office  *booking.Office
	Service booking.Service
	Waiting int

	Disturbed bool // nobody can serve it now
}

func (s *Server) terminalView(r *http.Request) (terminalView, error) {
	house, ok := s.City().House(booking.HouseID(param(r, "house")))
	if !ok {
		return terminalView{}, booking.ErrHouseUnknown
	}
	v := terminalView{House: house, Path: "/houses/" + string(house.ID) + "/terminal", Key: newKey(), Morning: s.officeNow().Hour() < 11}
	for _, office := range house.Offices {
		for _, service := range office.Services {
			v.WalkIn = v.WalkIn || service.WalkIn && !service.Info
			v.Info = v.Info || service.WalkIn && service.Info
		}
	}
	return v, nil
}

// terminalSetUp asks the city's IT for the token that makes a browser a terminal.
func (s *Server) terminalSetUp(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "terminal-set-up", terminalView{})
}

func (s *Server) terminalSetUpWith(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	secret := strings.TrimSpace(r.PostForm.Get("token"))
	v, err := s.holder(secret)
	if err != nil || v.House == "" {
		return s.renderStatus(w, r, http.StatusUnauthorized, "terminal-set-up", terminalView{Refused: true})
	}
	becomeTerminal(w, r, secret)
	http.Redirect(w, r, "/houses/"+string(v.House)+"/terminal", http.StatusSeeOther)
	return nil
}

// becomeTerminal makes the browser the terminal of a token, for as long as the token is good.
func becomeTerminal(w http.ResponseWriter, r *http.Request, secret string) {
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: secret, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure(r)})
}

// terminalWelcome asks what brings somebody here. With ?next it is somebody
// else, who has not chosen a language yet.
func (s *Server) terminalWelcome(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("next") {
		forgetLanguage(w, r)
		http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
		return nil
	}
	return s.terminalPage(w, r, "terminal")
}

func (s *Server) terminalCode(w http.ResponseWriter, r *http.Request) error {
	return s.terminalPage(w, r, "terminal-code")
}

func (s *Server) terminalPage(w http.ResponseWriter, r *http.Request, page string) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	return s.render(w, r, page, v)
}

// terminalCheckIn checks in whoever typed or scanned a code.
func (s *Server) terminalCheckIn(w http.ResponseWriter, r *http.Request) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	code, ok := scanned(r.PostForm.Get("code"))
	if !ok {
		v.Refused = true
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "terminal-code", v)
	}
	answer, err := s.checkIn(r, v.House.ID, code)
	if err == errThrottled {
		v.Tries = true
		return s.renderStatus(w, r, http.StatusTooManyRequests, "terminal-code", v)
	}
	if err != nil {
		return err
	}
	if answer.Ticket.ID != "" {
		http.Redirect(w, r, v.Path+"/tickets/"+string(answer.Ticket.ID), http.StatusSeeOther)
		return nil
	}
	return s.terminalOutcome(w, r, v, answer, code)
}

// terminalOutcome says why there is no number, and what to do.
func (s *Server) terminalOutcome(w http.ResponseWriter, r *http.Request, v terminalView, answer checkin.Answer, code string) error {
	if answer.Outcome == checkin.Late {
		open, err := s.Bookings.Open(answer.Office, s.Now())
		if err != nil {
			return err
		}
		v.Closed = !open
	}
	v.Answer, v.Code = s.local(answer), code
	return s.render(w, r, "terminal-outcome", v)
}

// local puts an answer's times on the wall clock.
func (s *Server) local(a checkin.Answer) checkin.Answer {
	zone := s.City().Location()
	a.Appointment.Start, a.Opens, a.Closes = a.Appointment.Start.In(zone), a.Opens.In(zone), a.Closes.In(zone)
	return a
}

// terminalEntitle gives a ticket to somebody whose appointment is over.
func (s *Server) terminalEntitle(w http.ResponseWriter, r *http.Request) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	code, ok := scanned(r.PostForm.Get("code"))
	if !ok {
		return errBadInput
	}
	answer, err := s.checkIn(r, v.House.ID, code)
	if err != nil {
		return err
	}
	ticket := answer.Ticket
	if answer.Outcome == checkin.Late && ticket.ID == "" {
		if ticket, err = s.Arrivals.Entitle(r.Context(), answer.Appointment, requestID(r), visiting(r).actor()); err != nil {
			return err
		}
	}
	if ticket.ID == "" {
		return s.terminalOutcome(w, r, v, answer, code)
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(ticket.ID), http.StatusSeeOther)
	return nil
}

func (s *Server) terminalWalkIns(w http.ResponseWriter, r *http.Request) error {
	return s.terminalOffers(w, r, false)
}

func (s *Server) terminalQuestions(w http.ResponseWriter, r *http.Request) error {
	return s.terminalOffers(w, r, true)
}

// terminalOffers lists the services of the house that need no appointment.
func (s *Server) terminalOffers(w http.ResponseWriter, r *http.Request, info bool) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	for o := range v.House.Offices {
		office := &v.House.Offices[o]
		open, err := s.Bookings.Open(office.ID, s.Now())
		if err != nil {
			return err
		}
		state := s.office(office.ID)
		for _, service := range office.Services {
			switch {
			case !service.WalkIn || service.Info != info:
			case !open:
				v.Closed = true
			default:
				waiting := waitingFor(state, service.ID)
				v.Offers = append(v.Offers, offer{office, service, waiting, state.Counters.Disturbed[queue.ServiceID(service.ID)] != 0})
			}
		}
	}
	return s.render(w, r, "terminal-offers", v)
}

// waitingFor counts who waits for a service, alone or among others.
func waitingFor(state *queue.Office, service booking.ServiceID) (n int) {
	for _, t := range state.Waiting() {
		if slices.Contains(t.Services, queue.ServiceID(service)) {
			n++
		}
	}
	return n
}

// terminalTicket gives a ticket to somebody without an appointment.
func (s *Server) terminalTicket(w http.ResponseWriter, r *http.Request) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	office, ok := s.City().Office(booking.OfficeID(r.PostForm.Get("office")))
	if !ok || office.House != v.House.ID {
		return booking.ErrOfficeUnknown
	}
	choice := booking.Choice{Service: booking.ServiceID(r.PostForm.Get("service")), Persons: 1}
	ticket, err := s.Arrivals.WalkIn(r.Context(), office.ID, []booking.Choice{choice}, requestID(r), visiting(r).actor())
	if err != nil {
		return err
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(ticket.ID), http.StatusSeeOther)
	return nil
}

// terminalTicketPage shows a ticket: the number, where to wait, what happens
// next. Somebody who scans a code again may have been called meanwhile.
func (s *Server) terminalTicketPage(w http.ResponseWriter, r *http.Request) error {
	return s.terminalOfTicket(w, r, "terminal-ticket")
}

// terminalNeeds asks what the person needs.
func (s *Server) terminalNeeds(w http.ResponseWriter, r *http.Request) error {
	return s.terminalOfTicket(w, r, "terminal-needs")
}

func (s *Server) terminalOfTicket(w http.ResponseWriter, r *http.Request, page string) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	id := queue.TicketID(param(r, "ticket"))
	if v.Ticket, err = s.fresh(r, id); err != nil {
		return err
	}
	if page == "terminal-needs" && v.Ticket.Office.House != v.House.ID {
		return queue.ErrTicketUnknown // it is said in the house where the visit is
	}
	v.URL = s.ticketURL(id)
	return s.render(w, r, page, v)
}

// terminalStepAside is "I need longer" of somebody who waits.
func (s *Server) terminalStepAside(w http.ResponseWriter, r *http.Request) error {
	return s.terminalCommand(w, r, func(id queue.TicketID) queue.Command { return queue.StepAside{Ticket: id} })
}

// terminalHere is "I am here again" of somebody who missed a call, or stepped aside.
func (s *Server) terminalHere(w http.ResponseWriter, r *http.Request) error {
	return s.terminalCommand(w, r, func(id queue.TicketID) queue.Command { return queue.Here{Ticket: id} })
}

// terminalSetNeeds says what the person needs.
func (s *Server) terminalSetNeeds(w http.ResponseWriter, r *http.Request) error {
	return s.terminalCommand(w, r, func(id queue.TicketID) queue.Command {
		return queue.SetNeeds{Ticket: id, Needs: needsOf(r.PostForm)}
	})
}

// terminalCommand is about a ticket of the house's.
func (s *Server) terminalCommand(w http.ResponseWriter, r *http.Request, make func(queue.TicketID) queue.Command) error {
	v, err := s.terminalView(r)
	if err != nil {
		return err
	}
	if err := parseForm(w, r); err != nil {
		return err
	}
	ticket, err := s.fresh(r, queue.TicketID(param(r, "ticket")))
	if err != nil {
		return err
	}
	if ticket.Office.House != v.House.ID {
		return queue.ErrTicketUnknown
	}
	if _, _, err := s.visitCommand(r, ticket.Office, ticket.Ticket.ID, make(ticket.Ticket.ID)); err != nil {
		return err
	}
	http.Redirect(w, r, v.Path+"/tickets/"+string(ticket.Ticket.ID), http.StatusSeeOther)
	return nil
}

// fresh finds a ticket that may be a few milliseconds old: this node's copy of
// the queue may not have it yet, so it asks the queue itself.
func (s *Server) fresh(r *http.Request, id queue.TicketID) (ticketView, error) {
	l := lang(r)
	if v, err := s.ticketView(l, id); err == nil {
		return v, nil
	}
	house := booking.HouseID(param(r, "house"))
	for _, office := range s.City().Offices() {
		if house != "" && office.House != house {
			continue
		}
		state, err := s.Line.Office(r.Context(), queue.OfficeID(office.ID))
		if err != nil {
			return ticketView{}, fmt.Errorf("read the queue of %s: %w", office.ID, err)
		}
		if t, ok := state.Tickets.Get(id); ok {
			return s.ticketViewNow(l, office, state, t), nil
		}
	}
	return ticketView{}, queue.ErrTicketUnknown
}

// wrongCodes is how many wrong codes a terminal may get in wrongWithin before
// it asks to go to the information desk (8 digits, a day, a house: of 10^8, at
// most 20 guesses in the first five minutes, and 10 in each five that follow).
const (
	wrongCodes  = 10
	wrongWithin = 5 * time.Minute
)

// checkIn looks a code up, unless the terminal has had too many wrong ones.
func (s *Server) checkIn(r *http.Request, house booking.HouseID, code string) (checkin.Answer, error) {
	key := "code:" + string(house) + ":" + visiting(r).Account
	if s.Tries.Exhausted(r.Context(), key, wrongCodes, wrongWithin) {
		return checkin.Answer{}, errThrottled
	}
	answer, err := s.Arrivals.ByCode(r.Context(), house, code, requestID(r), visiting(r).actor())
	if errors.Is(err, booking.ErrUnchecked) {
		s.Log.Warn("a code cannot be checked", "house", house, "err", err)
		return answer, nil
	}
	if err == nil && answer.Outcome == checkin.Unknown {
		s.Tries.Count(r.Context(), key, wrongCodes, wrongWithin)
	}
	return answer, err
}

// scanned finds the eight digits of a code in what a scanner or a person typed.
func scanned(typed string) (string, bool) {
	if len(typed) > 200 {
		return "", false
	}
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, typed)
	return digits, len(digits) == 8
}
