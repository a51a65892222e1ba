package web

import (
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/api"
)

func (s *Server) apiTicketRoutes() []route {
	return []route{
		{"GET", "/tickets/:ticket", anyone, s.apiTicket},
		{"GET", "/tickets/:ticket/live", anyone, s.apiTicketLive},
		{"GET", "/tickets/:ticket/pdf", anyone, s.ticketPaper},
		{"POST", "/tickets/:ticket/needs", anyone, s.apiTicketCommand(reads(setNeeds))},
		{"POST", "/tickets/:ticket/step-aside", anyone, s.apiTicketCommand(ticketCommands["step-aside"])},
		{"POST", "/tickets/:ticket/here", anyone, s.apiTicketCommand(ticketCommands["here"])},
		{"POST", "/tickets/:ticket/leave", anyone, s.apiTicketCommand(ticketCommands["leave"])},
	}
}

func (s *Server) apiTicket(w http.ResponseWriter, r *http.Request) error {
	t, _, office, err := s.ticketOf(queue.TicketID(param(r, "ticket")))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.visitOut(office, t))
}

// apiTicketLive sends the ticket now and at every change of its office.
func (s *Server) apiTicketLive(w http.ResponseWriter, r *http.Request) error {
	id := queue.TicketID(param(r, "ticket"))
	if _, _, _, err := s.ticketOf(id); err != nil {
		return err
	}
	return s.live(w, r, "ticket", "api "+string(id), s.officesOfTicket(id), func() (wsscreen.Content, error) {
		t, _, office, err := s.ticketOf(id)
		if err != nil {
			return wsscreen.Content{}, err
		}
		content := wsscreen.Content{Data: s.visitOut(office, t)}
		if t.State == queue.Called {
			content.Calls = []wsscreen.Call{{ID: string(office.ID) + "/" + t.Call, Again: t.Recalled}}
		}
		return content, nil
	})
}

// apiTicketCommand carries out what the person who has the ticket wants.
func (s *Server) apiTicketCommand(commandOf commandOf[queue.TicketID]) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := queue.TicketID(param(r, "ticket"))
		command, err := commandOf(r, id)
		if err != nil {
			return err
		}
		_, _, office, err := s.ticketOf(id)
		if err != nil {
			return err
		}
		event, office, err := s.visitCommand(r, office, id, command)
		if err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, s.givenOut(office, event.Tickets[0], event.Behind))
	}
}

// givenOut is a ticket as its owner sees it in the answer to a command.
func (s *Server) givenOut(office *booking.Office, t queue.Ticket, behind bool) api.Visit {
	out := s.visitOut(office, t)
	out.Record = recordOf(behind)
	return out
}

// visitOut is a ticket as its owner sees it.
func (s *Server) visitOut(office *booking.Office, t queue.Ticket) api.Visit {
	state := s.office(office.ID)
	v := ticketViewOf(texts.In(texts.German), s.City(), office, state, t, s.officeNow())
	out := api.Visit{ID: string(t.ID), Number: t.Number, Office: string(office.ID), Area: t.Area, State: string(t.State),
		Services: plain(t.Services), Persons: t.Persons, Arrived: v.Arrived, Slot: v.Slot, Due: s.ms(t.Due), Ahead: v.Ahead,
		Aside: t.Standing() == "aside", Joins: s.ms(t.Joins), Desks: v.Open, Call: t.Call, CalledAt: s.ms(t.CalledAt)}
	if len(t.Needs) > 0 {
		out.Needs = plain(t.Needs)
	}
	if len(t.Finished) > 0 {
		out.Finished = plain(t.Finished)
	}
	if disturbed := state.Disturbed(t); t.State == queue.Waiting && len(disturbed) > 0 {
		out.Disturbed = plain(disturbed)
	}
	if t.State == queue.Missed {
		out.Returns = v.Returns
	}
	if v.Desk != nil {
		out.Desk, out.Way = v.Desk.Label, say(texts.In(texts.German), v.Desk.Way)
	}
	return out
}

// plain makes ids strings, and never null.
func plain[ID ~string](ids []ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}
