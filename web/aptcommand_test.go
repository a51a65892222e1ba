package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// offers are the offices that commands are sent to, and some services of each.
var offers = map[queue.OfficeID][]string{"buergerbuero": offered, "wohngeld": {"rentenantrag", "wohngeld"}, "standesamt": {"urkunde", "vaterschaft"}}

// sentOffices are those of offers.
var sentOffices = slices.Sorted(maps.Keys(offers))

// unlikely is what a command is sent to where nothing is as it needs it: it is refused.
const unlikely = "x"

// apt is a command that is likely to be done, by what the office has now.
func (c *commander) apt(t *rapid.T) asked {
	abouts := []string{"arrival", "desk", "ticket", "desk", "arrival", "desk", "ticket", "desk", "own ticket", "arrival", "desk", "ticket", "desk", "service"}
	c.apts++
	switch about := abouts[c.apts%len(abouts)]; about {
	case "arrival":
		return c.aptArrival(t)
	case "desk":
		return c.aptDesk(t)
	case "service":
		command := rapid.SampledFrom([]string{"restore", "restore", "restore", "disturb"}).Draw(t, "command")
		return c.posts(t, clerk, "/offices/buergerbuero/services/"+rapid.SampledFrom(offered).Draw(t, "service")+"/"+command, nil)
	default:
		return c.aptTicket(t, about == "own ticket")
	}
}

// posts is a request with a body of the API's.
func (c *commander) posts(t *rapid.T, who, path string, body map[string]any) asked {
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		text = nil
	}
	return asked{method: http.MethodPost, path: api.Base + path, body: text, token: c.tokens[who], header: map[string]string{}}
}

// aptArrival is somebody who comes: with a code, or without an appointment.
func (c *commander) aptArrival(t *rapid.T) asked {
	if rapid.IntRange(0, 3).Draw(t, "with a code") == 0 {
		code := c.site.Bookings.Code(c.used)
		if len(c.booked) > 0 && rapid.Bool().Draw(t, "for the first time") {
			c.used, c.booked = c.booked[0], c.booked[1:]
			c.site.clock.forward(max(0, c.used.Start.Add(-queue.DefaultRules.Before).Sub(c.site.clock.Now()))) // their window has opened
			code = c.site.Bookings.Code(c.used)
		}
		return c.posts(t, terminal, "/houses/fischmarkt/checkins", map[string]any{"code": code, "entitled": rapid.Bool().Draw(t, "entitled")})
	}
	var choices []api.Choice
	for _, service := range some(t, "services", offered, 1) {
		choices = append(choices, api.Choice{Service: service, Persons: 1})
	}
	body := map[string]any{"services": choices}
	if rapid.IntRange(0, 5).Draw(t, "at the terminal") == 0 {
		return c.posts(t, terminal, "/offices/buergerbuero/tickets", body)
	}
	switch class := rapid.SampledFrom([]queue.Class{queue.WalkIn, queue.Urgent, queue.AtOnce}).Draw(t, "class"); class {
	case queue.Urgent:
		body["class"], body["reason"] = class, rapid.SampledFrom(queue.UrgentReasons).Draw(t, "reason")
	case queue.AtOnce:
		body["class"], body["reason"] = class, rapid.SampledFrom(queue.AtOnceReasons).Draw(t, "reason")
	}
	if rapid.Bool().Draw(t, "with needs") {
		body["needs"] = some(t, "needs", queue.Needs, 0)
	}
	return c.posts(t, clerk, "/offices/buergerbuero/tickets", body)
}

// aptDesk is a command about a desk that can do it.
func (c *commander) aptDesk(t *rapid.T) asked {
	state := c.now["buergerbuero"]
	ticketAt := func(d queue.Desk) queue.Ticket { return state.Tickets.At(d.Ticket) }
	fits := map[string]func(queue.Desk) bool{
		"open":   func(d queue.Desk) bool { return d.State != queue.DeskOpen },
		"close":  func(d queue.Desk) bool { return d.State != queue.DeskClosed && d.Ticket == "" },
		"free":   func(d queue.Desk) bool { return d.State == queue.DeskOpen && d.Ticket == "" },
		"called": func(d queue.Desk) bool { return ticketAt(d).State == queue.Called },
		"busy":   func(d queue.Desk) bool { return d.Ticket != "" },
	}
	var possible []string
	can := map[string][]queue.DeskID{}
	for _, command := range slices.Sorted(maps.Keys(deskCommands)) {
		fit := fits[cmp.Or(needsDesk[command], command)]
		for _, id := range slices.Sorted(maps.Keys(state.Desks)) {
			if fit(state.Desks[id]) {
				can[command] = append(can[command], id)
			}
		}
		if len(can[command]) > 0 {
			possible = append(possible, command)
		}
	}
	command := c.rarest("", possible)
	desk := rapid.SampledFrom(can[command]).Draw(t, "desk")
	d := state.Desks[desk]
	body := map[string]any{}
	switch command {
	case "open":
		body["serves"] = some(t, "serves", offered, 1)
	case "call-this":
		body["ticket"], body["reason"] = c.ticketIn(t, state, queue.Waiting).id(), rapid.SampledFrom(queue.ChosenReasons).Draw(t, "reason")
	case "finish", "finish-and-call-next":
		body["done"] = some(t, "done", ticketAt(d).Services, 0)
	case "no-show": // the time for it has come
		c.site.clock.forward(max(0, time.UnixMilli(ticketAt(d).CalledAt).Add(queue.DefaultRules.NoShow).Sub(c.site.clock.Now())))
	}
	if d.Ticket != "" && rapid.Bool().Draw(t, "named") {
		body["ticket"] = d.Ticket
	}
	return c.posts(t, clerk, "/offices/buergerbuero/desks/"+string(desk)+"/"+command, body)
}

// needsDesk is how a command finds its desk.
var needsDesk = map[string]string{"pause": "free", "call-next": "free", "call-this": "free",
	"finish": "busy", "finish-and-call-next": "busy", "park": "busy",
	"came": "called", "no-show": "called", "put-back": "called", "recall": "called"}

// open are the states of a visit that goes on.
var open = []queue.State{queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed}

// standingFor are the states in which a command about a ticket finds it; the others find it open.
var standingFor = map[string][]queue.State{
	"revoke": {queue.Missed}, "bring-back": {queue.Parked}, "transfer": {queue.Called, queue.Serving, queue.Parked},
	"merge": {queue.Waiting}, "step-aside": {queue.Waiting}, "here": {queue.Missed, queue.Parked},
	"leave": {queue.Waiting, queue.Called, queue.Parked, queue.Missed},
}

// aptTicket is a command about a ticket that is where it can be done, of a clerk or
// of who has it.
func (c *commander) aptTicket(t *rapid.T, own bool) asked {
	office := rapid.SampledFrom(append([]queue.OfficeID{"buergerbuero", "buergerbuero", "buergerbuero"}, sentOffices...)).Draw(t, "office")
	state := c.now[office]
	commands := slices.Sorted(maps.Keys(ticketCommands))
	if own {
		commands = []string{"set-needs", "step-aside", "here", "leave"}
	}
	states := func(command string) []queue.State {
		if in, ok := standingFor[command]; ok {
			return in
		}
		return open
	}
	commands = slices.DeleteFunc(commands, func(command string) bool { return len(state.In(states(command)...)) == 0 })
	if len(commands) == 0 {
		return c.aptArrival(t)
	}
	command := c.rarest(fmt.Sprint("own ", own), commands)
	ticket := c.ticketIn(t, state, states(command)...)
	body := map[string]any{}
	switch command {
	case "here": // sometimes after the time to come back
		if ticket.State == queue.Missed && rapid.Bool().Draw(t, "late") {
			c.site.clock.forward(max(0, time.UnixMilli(ticket.MissedAt).Add(queue.DefaultRules.Return+time.Minute).Sub(c.site.clock.Now())))
		}
	case "bring-back":
		if desk := c.one(t, "desk", slices.Collect(maps.Keys(state.Desks))); state.Desks[queue.DeskID(desk)].Ticket == "" && rapid.Bool().Draw(t, "to a desk") {
			body["desk"] = desk
		}
	case "transfer", "change":
		body["services"] = some(t, "services", offers[office], 1)
		if command == "change" {
			body["persons"] = rapid.IntRange(1, 5).Draw(t, "persons")
		}
	case "send": // of who was urgent, missed the call and is late back, too
		late := slices.DeleteFunc(state.In(open...), func(t queue.Ticket) bool { return t.Class != queue.Entitled || t.Reason == "" })
		if len(late) > 0 && rapid.Bool().Draw(t, "late and with a reason") {
			ticket = held(late[0])
		}
		to := rapid.SampledFrom(sentOffices).Draw(t, "to")
		body["office"], body["services"] = to, some(t, "services", offers[to], 1)
	case "set-needs":
		body["needs"] = some(t, "needs", queue.Needs, 0)
	case "split":
		several := slices.DeleteFunc(state.In(open...), func(t queue.Ticket) bool { return len(t.Services) < 2 })
		if len(several) > 0 {
			ticket = held(rapid.SampledFrom(several).Draw(t, "of several"))
		}
		body["services"], body["persons"] = ticket.Services[:min(1, len(ticket.Services))], 1
	case "merge":
		body["into"] = c.ticketIn(t, state, open...).id()
	case "cancel":
		body["reason"] = rapid.SampledFrom(queue.CancelReasons).Draw(t, "reason")
	}
	if own {
		if command == "set-needs" {
			command = "needs"
		}
		return c.posts(t, nobody, "/tickets/"+ticket.id()+"/"+command, body)
	}
	return c.posts(t, administrator, fmt.Sprintf("/offices/%s/tickets/%s/%s", office, ticket.id(), command), body)
}

// rarest is the command that was had least of some: what rapid draws of a list is mostly of its beginning.
func (c *commander) rarest(of string, commands []string) string {
	command := slices.MinFunc(commands, func(a, b string) int { return cmp.Compare(c.had[of+a], c.had[of+b]) })
	c.had[of+command]++
	return command
}

// held is a ticket, or none.
type held queue.Ticket

func (h held) id() string {
	if h.ID == "" {
		return unlikely
	}
	return string(h.ID)
}

func (c *commander) ticketIn(t *rapid.T, state *queue.Office, states ...queue.State) held {
	if all := state.In(states...); len(all) > 0 {
		return held(rapid.SampledFrom(all).Draw(t, "ticket"))
	}
	return held{}
}

// one of some ids, or what is unlikely to be one.
func (c *commander) one(t *rapid.T, name string, ids []queue.DeskID) string {
	if len(ids) == 0 {
		return unlikely
	}
	slices.Sort(ids)
	return string(rapid.SampledFrom(ids).Draw(t, name))
}

// some are a subset, sorted, of at least so many.
func some[T ~string](t *rapid.T, name string, of []T, least int) []T {
	if len(of) == 0 {
		return []T{}
	}
	all := rapid.SliceOfNDistinct(rapid.SampledFrom(of), least, len(of), rapid.ID).Draw(t, name)
	slices.Sort(all)
	return all
}

// book has people book their passports today.
func (c *commander) book(n int) {
	c.booked = nil
	for range n {
		days, err := c.site.Bookings.Free(c.t.Context(), passport, c.site.City().Day(c.site.Now()), 1)
		if err != nil || len(days) == 0 || len(days[0].Slots) == 0 {
			return // not on a Sunday
		}
		_, link, err := c.site.Bookings.Hold(c.t.Context(), passport, days[0].Slots[0].Start, "de", "")
		if err != nil {
			c.t.Fatal(err)
		}
		a, err := c.site.Bookings.Confirm(c.t.Context(), "", link, booking.Contact{Name: "Erika Mustermann", Mail: "erika@example.org"})
		if err != nil {
			c.t.Fatal(err)
		}
		c.booked = append(c.booked, a)
	}
}

// kinds are how often each kind of command was done, by the record; what ended a
// day by itself is left out.
func (s *site) kinds(t *testing.T) map[string]int {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `SELECT kind, count(*) FROM queue_event WHERE command NOT LIKE 'day-end:%' GROUP BY kind`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	done := map[string]int{}
	for rows.Next() {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			t.Fatal(err)
		}
		done[kind] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return done
}
