package web

import (
	"maps"
	"net/http"
	"slices"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/api"
)

func (s *Server) apiDeskRoutes() []route {
	routes := []route{
		{"GET", "/offices/:office/queue", clerks, s.apiQueue},
		{"GET", "/offices/:office/desks", clerks, s.apiDesks},
		{"GET", "/offices/:office/desks/:desk", clerks, s.apiDesk},
		{"GET", "/offices/:office/desks/:desk/live", clerks, s.apiDeskLive},
	}
	for _, name := range slices.Sorted(maps.Keys(deskCommands)) {
		routes = append(routes, route{"POST", "/offices/:office/desks/:desk/" + name, clerks, s.apiDeskCommand(deskCommands[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(serviceCommands)) {
		routes = append(routes, route{"POST", "/offices/:office/services/:service/" + name, clerks, s.apiServiceCommand(serviceCommands[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(ticketCommands)) {
		routes = append(routes, route{"POST", "/offices/:office/tickets/:ticket/" + name, clerks, s.apiClerkCommand(ticketCommands[name])})
	}
	return routes
}

// commandOf reads a command about a desk or a ticket from a request.
type commandOf[ID any] func(r *http.Request, id ID) (queue.Command, error)

// reads makes a command of what a client sends: In has its fields, less what
// the path says and what the office decides.
func reads[In, ID any](command func(id ID, in In) queue.Command) commandOf[ID] {
	return func(r *http.Request, id ID) (queue.Command, error) {
		var in In
		if err := read(r, &in); err != nil {
			return nil, err
		}
		return command(id, in), nil
	}
}

// deskCommands are the commands about a desk, by their name in the path.
var deskCommands = map[string]commandOf[queue.DeskID]{
	"open": reads(func(d queue.DeskID, in api.Open) queue.Command {
		return queue.OpenDesk{Desk: d, Serves: services(in.Serves)}
	}),
	"pause":     reads(func(d queue.DeskID, _ api.Nothing) queue.Command { return queue.PauseDesk{Desk: d} }),
	"close":     reads(func(d queue.DeskID, _ api.Nothing) queue.Command { return queue.CloseDesk{Desk: d} }),
	"call-next": reads(func(d queue.DeskID, _ api.Nothing) queue.Command { return queue.CallNext{Desk: d} }),
	"call-this": reads(func(d queue.DeskID, in api.CallThis) queue.Command {
		return queue.CallThis{Desk: d, Ticket: queue.TicketID(in.Ticket), Reason: in.Reason}
	}),
	"recall": reads(func(d queue.DeskID, in api.AtDesk) queue.Command {
		return queue.Recall{Desk: d, Ticket: queue.TicketID(in.Ticket)}
	}),
	"put-back": reads(func(d queue.DeskID, in api.AtDesk) queue.Command {
		return queue.PutBack{Desk: d, Ticket: queue.TicketID(in.Ticket)}
	}),
	"came": reads(func(d queue.DeskID, in api.AtDesk) queue.Command {
		return queue.Came{Desk: d, Ticket: queue.TicketID(in.Ticket)}
	}),
	"finish": reads(func(d queue.DeskID, in api.Finish) queue.Command {
		return queue.Finish{Desk: d, Ticket: queue.TicketID(in.Ticket), Done: services(in.Done)}
	}),
	"finish-and-call-next": reads(func(d queue.DeskID, in api.Finish) queue.Command {
		return queue.FinishAndCallNext{Desk: d, Ticket: queue.TicketID(in.Ticket), Done: services(in.Done)}
	}),
	"no-show": reads(func(d queue.DeskID, in api.AtDesk) queue.Command {
		return queue.NoShow{Desk: d, Ticket: queue.TicketID(in.Ticket)}
	}),
	"park": reads(func(d queue.DeskID, in api.AtDesk) queue.Command {
		return queue.Park{Desk: d, Ticket: queue.TicketID(in.Ticket)}
	}),
}

// ticketCommands are the clerks' commands about a ticket, by their name in the path.
var ticketCommands = map[string]commandOf[queue.TicketID]{
	"revoke": reads(func(t queue.TicketID, _ api.Nothing) queue.Command { return queue.Revoke{Ticket: t} }),
	"bring-back": reads(func(t queue.TicketID, in api.BringBack) queue.Command {
		return queue.BringBack{Ticket: t, Desk: queue.DeskID(in.Desk)}
	}),
	"transfer": reads(func(t queue.TicketID, in api.Transfer) queue.Command {
		return queue.Transfer{Ticket: t, Services: services(in.Services)}
	}),
	"send": reads(func(t queue.TicketID, in api.Send) queue.Command {
		return queue.Send{Ticket: t, Office: queue.OfficeID(in.Office), Services: services(in.Services)}
	}),
	"change": reads(func(t queue.TicketID, in api.Change) queue.Command {
		return queue.Change{Ticket: t, Services: services(in.Services), Persons: in.Persons}
	}),
	"set-needs": reads(setNeeds),
	"split": reads(func(t queue.TicketID, in api.Split) queue.Command {
		return queue.Split{Ticket: t, Services: services(in.Services), Persons: in.Persons}
	}),
	"merge": reads(func(t queue.TicketID, in api.Merge) queue.Command {
		return queue.Merge{Ticket: t, Into: queue.TicketID(in.Into)}
	}),
	"cancel":     reads(func(t queue.TicketID, in api.Cancel) queue.Command { return queue.Cancel{Ticket: t, Reason: in.Reason} }),
	"step-aside": reads(func(t queue.TicketID, _ api.Nothing) queue.Command { return queue.StepAside{Ticket: t} }),
	"here":       reads(func(t queue.TicketID, _ api.Nothing) queue.Command { return queue.Here{Ticket: t} }),
	"leave":      reads(func(t queue.TicketID, _ api.Nothing) queue.Command { return queue.Leave{Ticket: t} }),
}

// serviceCommands are the clerks' commands about a service, by their name in the path.
var serviceCommands = map[string]commandOf[queue.ServiceID]{
	"disturb": reads(func(id queue.ServiceID, _ api.Nothing) queue.Command { return queue.Disturb{Service: id} }),
	"restore": reads(func(id queue.ServiceID, _ api.Nothing) queue.Command { return queue.Restore{Service: id} }),
}

func setNeeds(t queue.TicketID, in api.SetNeeds) queue.Command {
	return queue.SetNeeds{Ticket: t, Needs: needs(in.Needs)}
}

func needs(names []string) []queue.Need {
	var out []queue.Need
	for _, name := range names {
		out = append(out, queue.Need(name))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func services(ids []string) []queue.ServiceID {
	out := make([]queue.ServiceID, len(ids))
	for i, id := range ids {
		out[i] = queue.ServiceID(id)
	}
	return queue.Set(out)
}

func (s *Server) apiDeskCommand(commandOf commandOf[queue.DeskID]) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		office, desk, err := s.officeAndDesk(r)
		if err != nil {
			return err
		}
		command, err := commandOf(r, queue.DeskID(desk.ID))
		if err != nil {
			return err
		}
		return s.answerEvent(w, r, office, command)
	}
}

func (s *Server) apiClerkCommand(commandOf commandOf[queue.TicketID]) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		office, err := s.officeOf(r)
		if err != nil {
			return err
		}
		command, err := commandOf(r, queue.TicketID(param(r, "ticket")))
		if err != nil {
			return err
		}
		return s.answerEvent(w, r, office, command)
	}
}

func (s *Server) apiServiceCommand(commandOf commandOf[queue.ServiceID]) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		office, err := s.officeOf(r)
		if err != nil {
			return err
		}
		command, err := commandOf(r, queue.ServiceID(param(r, "service")))
		if err != nil {
			return err
		}
		return s.answerEvent(w, r, office, command)
	}
}

func (s *Server) answerEvent(w http.ResponseWriter, r *http.Request, office *booking.Office, c queue.Command) error {
	event, err := s.command(r, office, c)
	if err != nil {
		return err
	}
	out := api.Event{Office: string(event.Office), Epoch: event.Epoch, Version: event.Version, At: s.ms(event.At), Kind: event.Kind,
		Tickets: s.ticketsOut(event.Tickets), Desks: []api.Desk{}, Record: recordOf(event.Behind)}
	for _, d := range event.Desks {
		out.Desks = append(out.Desks, s.deskOut(office, string(d.ID), &queue.Office{Desks: map[queue.DeskID]queue.Desk{d.ID: d}}))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiQueue(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	state := s.office(office.ID)
	return writeJSON(w, http.StatusOK, api.Queue{Office: string(office.ID), Epoch: state.Epoch, Version: state.Version,
		Day: string(s.City().Day(s.Now())), At: s.ms(state.At), Tickets: s.ticketsOut(state.In(everyState...)), Desks: s.desksOut(office, state), Disturbed: s.disturbedOut(state), Record: recordOf(s.behind(office.ID))})
}

// recordOf is how the API says whether the record is behind.
func recordOf(behind bool) string {
	if behind {
		return "behind"
	}
	return "complete"
}

var everyState = []queue.State{queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed, queue.Done, queue.Gone, queue.Merged, queue.Sent}

func (s *Server) apiDesks(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.desksOut(office, s.office(office.ID)))
}

func (s *Server) apiDesk(w http.ResponseWriter, r *http.Request) error {
	office, desk, err := s.officeAndDesk(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.deskListOut(office, desk))
}

// apiDeskLive sends what the desk sees now and at every change of its office.
func (s *Server) apiDeskLive(w http.ResponseWriter, r *http.Request) error {
	office, desk, err := s.officeAndDesk(r)
	if err != nil {
		return err
	}
	officeID, deskID := office.ID, desk.ID
	return s.live(w, r, "desk", "api "+string(officeID)+"/"+deskID, only(queue.OfficeID(officeID)), func() (wsscreen.Content, error) {
		office, ok := s.City().Office(officeID)
		if !ok {
			return wsscreen.Content{}, booking.ErrOfficeUnknown
		}
		desk, ok := office.Desk(deskID)
		if !ok {
			return wsscreen.Content{}, queue.ErrDeskUnknown
		}
		return wsscreen.Content{Data: s.deskListOut(office, desk)}, nil
	})
}

func (s *Server) deskListOut(office *booking.Office, desk *booking.Desk) api.DeskList {
	state := s.office(office.ID)
	list := api.DeskList{Desk: s.deskOut(office, desk.ID, state), Waiting: []api.Ticket{},
		Missed: s.ticketsOut(state.In(queue.Missed)), Parked: s.ticketsOut(parked(state)), Disturbed: s.disturbedOut(state)}
	d, opened := state.Desks[queue.DeskID(desk.ID)]
	if opened {
		list.Waiting = s.ticketsOut(state.WaitingFor(d))
	}
	if t, ok := state.Tickets.Get(d.Ticket); ok {
		out := s.ticketOut(t)
		list.Ticket = &out
	}
	return list
}

func (s *Server) desksOut(office *booking.Office, state *queue.Office) []api.Desk {
	desks := []api.Desk{}
	for _, d := range office.Desks {
		desks = append(desks, s.deskOut(office, d.ID, state))
	}
	return desks
}

// deskOut is a desk with its state; closed where it was not opened today.
func (s *Server) deskOut(office *booking.Office, id string, state *queue.Office) api.Desk {
	out := api.Desk{ID: id, State: string(queue.DeskClosed), Serves: []string{}, Meets: []string{}}
	if known, ok := office.Desk(id); ok {
		out.Label, out.Area = known.Label, known.Area
		out.Way, _ = known.Way.In("de")
	}
	if d, ok := state.Desks[queue.DeskID(id)]; ok {
		out.Label, out.Way, out.State, out.Serves, out.Meets = d.Label, d.Way, string(d.State), plain(d.Serves), plain(d.Meets)
		out.Ticket, out.Since = string(d.Ticket), s.ms(d.Since)
	}
	return out
}

func (s *Server) disturbedOut(state *queue.Office) []api.Disturbance {
	out := []api.Disturbance{}
	for _, id := range slices.Sorted(maps.Keys(state.Counters.Disturbed)) {
		out = append(out, api.Disturbance{Service: string(id), Since: s.ms(state.Counters.Disturbed[id])})
	}
	return out
}

func (s *Server) ticketsOut(tickets []queue.Ticket) []api.Ticket {
	out := []api.Ticket{}
	for _, t := range tickets {
		out = append(out, s.ticketOut(t))
	}
	return out
}

// ticketOut is a ticket as clerks see it.
func (s *Server) ticketOut(t queue.Ticket) api.Ticket {
	out := api.Ticket{ID: string(t.ID), Number: t.Number, Seq: t.Seq, Class: string(t.Class), Services: plain(t.Services),
		Persons: t.Persons, Area: t.Area, State: string(t.State), Aside: t.Standing() == "aside", Joins: s.ms(t.Joins), Due: s.ms(t.Due), Desk: string(t.Desk), Call: t.Call, Calls: t.Calls,
		Slot: s.ms(t.Slot), Arrived: s.ms(t.Arrived), FirstCallAt: s.ms(t.FirstCallAt), CalledAt: s.ms(t.CalledAt), ServedAt: s.ms(t.ServedAt), MissedAt: s.ms(t.MissedAt),
		ParkedAt: s.ms(t.ParkedAt), EndedAt: s.ms(t.EndedAt), Reason: t.Reason, Cancelled: t.Cancelled, Appointment: t.Appointment,
		Into: string(t.Into), From: string(t.From)}
	if len(t.Needs) > 0 {
		out.Needs = plain(t.Needs)
	}
	if t.SentTo != nil {
		out.SentTo = string(t.SentTo.Office)
	}
	if t.SentFrom != nil {
		out.SentFrom = string(t.SentFrom.Office)
	}
	if len(t.Finished) > 0 {
		out.Finished = plain(t.Finished)
	}
	if t.Why != nil {
		out.Why = &api.Why{Rule: t.Why.Rule, Due: s.ms(t.Why.Due), Reason: t.Why.Reason}
	}
	return out
}
