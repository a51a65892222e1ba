package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/checkin/pdfticket"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// ticketRoutes are for citizens who wait: the ticket's id in the path is what
// they may see and give back.
func (s *Server) ticketRoutes() []route {
	return []route{
		{"GET", "/tickets/:ticket", anyone, s.ticketPage},
		{"GET", "/tickets/:ticket/live", anyone, s.ticketLive},
		{"GET", "/tickets/:ticket/paper.pdf", anyone, s.ticketPaper},
		{"GET", "/tickets/:ticket/needs", anyone, s.ticketNeeds},
		{"POST", "/tickets/:ticket/needs", anyone, s.ticketSetNeeds},
		{"POST", "/tickets/:ticket/step-aside", anyone, s.ticketStepAside},
		{"POST", "/tickets/:ticket/here", anyone, s.ticketHere},
		{"POST", "/tickets/:ticket/leave", anyone, s.ticketLeave},
	}
}

// ticketView is what a ticket's page shows.
type ticketView struct {
	Title     string // of the document
	Ticket    queue.Ticket
	Office    *booking.Office
	Where     string // the office with its house and address
	Into      string // merged: the number that it belongs to
	Area      *booking.Area
	Desk      *booking.Desk // called to, being served at
	Services  string
	Needs     string // what the person needs; "" for nothing
	Finished  string // what is done of a visit in steps
	Disturbed string // what nobody can serve now
	Minutes   int
	Ahead     int  // waiting and due earlier, for the same desks
	Open      int  // open desks that serve it
	Stranded  bool // clerks are at work, and none of them serves it
	Slot      time.Time
	Arrived   time.Time
	Due       time.Time
	CalledAt  time.Time
	Returns   time.Time    // missed: the due time is kept until then
	TooLate   bool         // missed for longer, and the office is closed: no way back
	Elsewhere booking.Text // sent: the office where it goes on
	OnTheWay  bool         // sent from another house, and not said yet to be here
	Joins     time.Time    // noted: in the line from then on
	Checked   time.Time    // when this was true
}

// ticketOf finds a ticket in the office that has it today, or that it was last
// sent to.
func (s *Server) ticketOf(id queue.TicketID) (t queue.Ticket, state *queue.Office, office *booking.Office, err error) {
	err = queue.ErrTicketUnknown
	for _, o := range s.City().Offices() {
		there := s.office(o.ID)
		if found, ok := there.Tickets.Get(id); ok && (err != nil || found.State != queue.Sent) {
			t, state, office, err = found, there, o, nil
		}
	}
	return t, state, office, err
}

// onTheWay says that somebody was sent from another house and is not known to be here.
func onTheWay(t queue.Ticket) bool { return t.Standing() == string(queue.Parked) && t.Desk == "" }

// officesOfTicket are those that have the ticket today. What is made of them all has
// versions that never fall, however often the visit is sent on.
func (s *Server) officesOfTicket(id queue.TicketID) func() []queue.OfficeID {
	return func() (all []queue.OfficeID) {
		for _, office := range s.City().Offices() {
			if _, ok := s.office(office.ID).Tickets.Get(id); ok {
				all = append(all, queue.OfficeID(office.ID))
			}
		}
		return all
	}
}

func (s *Server) ticketView(l *texts.Language, id queue.TicketID) (ticketView, error) {
	t, state, office, err := s.ticketOf(id)
	if err != nil {
		return ticketView{}, err
	}
	return s.ticketViewNow(l, office, state, t), nil
}

// ticketViewNow makes the view of a ticket at present.
func (s *Server) ticketViewNow(l *texts.Language, office *booking.Office, state *queue.Office, t queue.Ticket) ticketView {
	v := ticketViewOf(l, s.City(), office, state, t, s.officeNow())
	v.TooLate = s.tooLate(office, t)
	return v
}

// atWork says whether a desk is open: before that, everybody would be stranded.
func atWork(state *queue.Office) bool {
	for _, d := range state.Desks {
		if d.State == queue.DeskOpen {
			return true
		}
	}
	return false
}

// tooLate says of somebody who missed a call that they are refused if they are back
// now: their place is kept no longer, and the office is closed.
func (s *Server) tooLate(office *booking.Office, t queue.Ticket) bool {
	now := s.officeNow()
	if t.State != queue.Missed || !checkin.Over(checkin.Rules(*office), t, now) {
		return false
	}
	open, err := s.Bookings.Open(office.ID, now)
	return err == nil && !open
}

// ticketViewOf makes the view of a ticket in a state, for the page, its frames and the gallery.
func ticketViewOf(l *texts.Language, city *booking.City, office *booking.Office, state *queue.Office, t queue.Ticket, now time.Time) ticketView {
	at := func(ms int64) time.Time { return time.UnixMilli(ms).In(now.Location()) }
	v := ticketView{Ticket: t, Office: office, Where: where(l, city, office), Services: serviceNames(l, office, t), Needs: l.List(needNames(l, t.Needs)), Minutes: plannedMinutes(office, t),
		Ahead: state.Ahead(t), Open: state.DesksFor(t), Arrived: at(t.Came()), Due: at(t.Due), CalledAt: at(t.CalledAt), Checked: now}
	if t.State == queue.Waiting {
		v.Finished, v.Disturbed = l.List(namesOf(l, office, t.Finished)), l.List(namesOf(l, office, state.Disturbed(t)))
		v.Stranded = state.Stranded(t) && atWork(state)
	}
	if t.Slot != 0 {
		v.Slot = at(t.Slot)
	}
	if t.Joins != 0 {
		v.Joins = at(t.Joins)
	}
	if t.MissedAt != 0 {
		v.Returns = at(t.MissedAt).Add(checkin.Rules(*office).Return)
	}
	v.Area, _, _ = city.Area(t.Area)
	if desk, ok := office.Desk(string(t.Desk)); ok {
		v.Desk = desk
	}
	if into, ok := state.Tickets.Get(t.Into); ok {
		v.Into = into.Number
	}
	if t.SentTo != nil {
		if there, ok := city.Office(booking.OfficeID(t.SentTo.Office)); ok {
			v.Elsewhere = there.Name
		}
	}
	v.OnTheWay = onTheWay(t)
	if t.Aside && v.Due.Before(now) {
		v.Due = now // if they were back
	}
	v.Title = l.T("ticket.title", "number", t.Number)
	if t.State == queue.Called && v.Desk != nil {
		v.Title = l.T("ticket.title-called", "desk", v.Desk.Label)
		if t.Recalled {
			v.Title = l.T("ticket.title-called-again", "desk", v.Desk.Label)
		}
	}
	return v
}

// where says where an office is: "Bürgerbüro, Rathaus am Fischmarkt, Fischmarkt 2,
// 77652 Offenburg". A house of the same name is not named twice.
func where(l *texts.Language, city *booking.City, office *booking.Office) string {
	name, _ := office.Name.In(l.Tag)
	parts := []string{name, office.Address}
	if house, ok := city.House(office.House); ok {
		if called, _ := house.Name.In(l.Tag); called != name {
			parts = slices.Insert(parts, 1, called)
		}
	}
	return strings.Join(parts, ", ")
}

func (s *Server) ticketPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.ticketView(lang(r), queue.TicketID(param(r, "ticket")))
	if err != nil {
		return err
	}
	return s.render(w, r, "ticket", v)
}

// ticketLive sends the page's live part at every change of the office.
func (s *Server) ticketLive(w http.ResponseWriter, r *http.Request) error {
	id, l := queue.TicketID(param(r, "ticket")), lang(r)
	if _, _, _, err := s.ticketOf(id); err != nil {
		return err
	}
	return s.live(w, r, "ticket", string(id), s.officesOfTicket(id), func() (wsscreen.Content, error) {
		v, err := s.ticketView(l, id)
		if err != nil {
			return wsscreen.Content{}, err
		}
		html, err := s.fragment(l.Tag, "ticket", "ticket-live", v)
		content := wsscreen.Content{HTML: html}
		if v.Ticket.State == queue.Called {
			content.Calls = []wsscreen.Call{{ID: string(v.Office.ID) + "/" + v.Ticket.Call, Again: v.Ticket.Recalled}}
		}
		return content, err
	})
}

// ticketNeeds asks what the person needs.
func (s *Server) ticketNeeds(w http.ResponseWriter, r *http.Request) error {
	v, err := s.ticketView(lang(r), queue.TicketID(param(r, "ticket")))
	if err != nil {
		return err
	}
	return s.render(w, r, "ticket-needs", v)
}

// ticketSetNeeds says what the person needs.
func (s *Server) ticketSetNeeds(w http.ResponseWriter, r *http.Request) error {
	return s.ticketCommand(w, r, func(id queue.TicketID) queue.Command {
		return queue.SetNeeds{Ticket: id, Needs: needsOf(r.PostForm)}
	})
}

// EveryNeed are all needs, to choose from.
func (ticketView) EveryNeed() []queue.Need { return queue.Needs }

// Has says whether the person has said that they need it.
func (v ticketView) Has(need queue.Need) bool { return slices.Contains(v.Ticket.Needs, need) }

// ticketStepAside is "I need longer" of somebody who waits.
func (s *Server) ticketStepAside(w http.ResponseWriter, r *http.Request) error {
	return s.ticketCommand(w, r, func(id queue.TicketID) queue.Command { return queue.StepAside{Ticket: id} })
}

// ticketHere is "I am here again" of somebody who missed a call, or stepped aside.
func (s *Server) ticketHere(w http.ResponseWriter, r *http.Request) error {
	return s.ticketCommand(w, r, func(id queue.TicketID) queue.Command { return queue.Here{Ticket: id} })
}

// ticketLeave gives the number back.
func (s *Server) ticketLeave(w http.ResponseWriter, r *http.Request) error {
	return s.ticketCommand(w, r, func(id queue.TicketID) queue.Command { return queue.Leave{Ticket: id} })
}

func (s *Server) ticketCommand(w http.ResponseWriter, r *http.Request, make func(queue.TicketID) queue.Command) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	id := queue.TicketID(param(r, "ticket"))
	_, _, office, err := s.ticketOf(id)
	if err != nil {
		return err
	}
	if _, _, err := s.visitCommand(r, office, id, make(id)); err != nil {
		return err
	}
	http.Redirect(w, r, "/tickets/"+string(id), http.StatusSeeOther)
	return nil
}

// ticketPaper is the ticket to print, 80 mm wide.
func (s *Server) ticketPaper(w http.ResponseWriter, r *http.Request) error {
	l := lang(r)
	v, err := s.ticketView(l, queue.TicketID(param(r, "ticket")))
	if err != nil {
		return err
	}
	pdf, err := s.paper(l, v).PDF()
	if err != nil {
		return fmt.Errorf("print ticket: %w", err)
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="nummer.pdf"`)
	_, err = w.Write(pdf)
	return err
}

// paper is what is printed: nothing personal, and no forecast, since a range
// on paper cannot be corrected.
func (s *Server) paper(l *texts.Language, v ticketView) pdfticket.Ticket {
	name, _ := v.Office.Name.In(l.Tag)
	p := pdfticket.Ticket{Lang: l.Tag, Title: l.T("paper.title", "number", v.Ticket.Number),
		Office: l.T("paper.office", "office", name, "city", s.City().Name), Time: l.Clock(v.Arrived), Number: v.Ticket.Number,
		Expect: l.T("ticket.due"), Range: l.At(v.Due), How: l.T("paper.how"), Link: s.ticketURL(v.Ticket.ID), Phone: l.T("paper.phone"),
		Services: []string{v.Services}, Missed: l.T("paper.missed", "n", int(checkin.Rules(*v.Office).Return.Minutes())),
		Order: l.T("ticket.order"), Date: l.Date(v.Arrived)}
	if v.Ticket.Standing() == "noted" {
		p.Joins = l.T("ticket.noted-what", "at", l.At(v.Joins))
	}
	if v.OnTheWay {
		p.Go = l.T("ticket.go-to", "where", v.Where)
	}
	if v.Area != nil {
		area, _ := v.Area.Name.In(l.Tag)
		way, _ := v.Area.Way.In(l.Tag)
		p.Area = l.T("paper.area", "area", area, "way", way)
	}
	return p
}

// publicURL is how citizens reach a path from elsewhere.
func (s *Server) publicURL(path string) string {
	return strings.TrimSuffix(s.PublicURL, "/") + path
}

// ticketURL is where a phone finds the ticket. Upper-case letters make a smaller QR code.
func (s *Server) ticketURL(id queue.TicketID) string {
	return s.publicURL("/tickets/" + string(id))
}
