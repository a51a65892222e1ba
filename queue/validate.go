package queue

import (
	"fmt"
	"reflect"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of what a request may bring.
const (
	MaxID       = 64 // characters of an id
	MaxServices = 12 // of a ticket
	MaxServes   = 200
	MaxPersons  = 99
	MaxLabel    = 16
	MaxWay      = 200

	maxTime = 1e14 // ms; Lua and its JSON carry 14 digits exactly
	maxSpan = 24 * time.Hour / time.Millisecond
)

// Validate refuses with ErrInvalid, naming the first field that is missing,
// too long or malformed. What passes is safe to hand to a script: sizes are
// bounded, sets are sorted, and reasons are from their lists.
func (r Request) Validate() error {
	var c checks
	c.id("office", string(r.Office))
	c.id("id", r.ID)
	c.id("actor.role", r.Actor.Role)
	c.idOrNone("actor.id", r.Actor.ID)
	c.time("at", r.At.UnixMilli())
	_, err := time.Parse(time.DateOnly, r.Day)
	c.that(err == nil, "day")
	c.that(r.Command != nil, "command")
	if c.err == nil {
		r.Command.check(&c)
	}
	return c.err
}

func (x Join) check(c *checks) {
	c.that(x.AtOnceLimit >= 0 && x.AtOnceLimit <= 100 && (x.Ticket.Class == AtOnce || x.AtOnceLimit == 0), "atOnceLimit")
	t := x.Ticket
	c.that(t.Joins == 0 || t.Joins > 0 && t.Joins <= t.Slot && t.Class == Booked, "ticket.joins")
	t.Joins = 0
	c.newTicket(t, x.Numbers)
}

func (x Receive) check(c *checks) {
	t := x.Ticket
	c.text("ticket.number", t.Number, 0, MaxLabel)
	c.that(t.SentFrom != nil && len(t.SentFrom.Services) == 0, "ticket.sentFrom")
	if t.SentFrom != nil {
		c.id("ticket.sentFrom.office", string(t.SentFrom.Office))
		c.time("ticket.sentFrom.arrived", t.SentFrom.Arrived)
		c.that(t.SentFrom.Epoch > 0 && t.SentFrom.Epoch < maxTime && t.SentFrom.Version > 0 && t.SentFrom.Version < maxTime, "ticket.sentFrom")
	}
	c.that(t.Appointment == "", "ticket.appointment")
	t.Number, t.SentFrom = "", nil
	if t.Class == Entitled && (UrgentReasons.Has(t.Reason) || AtOnceReasons.Has(t.Reason)) {
		t.Reason = "" // they were that before they missed a call
	}
	c.newTicket(t, x.Numbers)
}

// newTicket holds a ticket to what its maker may say of it.
func (c *checks) newTicket(t Ticket, numbers Numbers) {
	c.id("ticket.id", string(t.ID))
	c.that(slices.Contains([]Class{Booked, Entitled, WalkIn, Info, Urgent, AtOnce}, t.Class), "ticket.class")
	c.services("ticket.services", t.Services)
	c.needs("ticket.needs", t.Needs)
	c.persons("ticket.persons", t.Persons)
	c.id("ticket.area", t.Area)
	c.time("ticket.due", t.Due)
	if t.Slot != 0 {
		c.time("ticket.slot", t.Slot)
	}
	c.idOrNone("ticket.appointment", t.Appointment)
	switch t.Class {
	case Urgent:
		c.that(UrgentReasons.Has(t.Reason), "ticket.reason")
	case AtOnce:
		c.that(AtOnceReasons.Has(t.Reason), "ticket.reason")
	default:
		c.that(t.Reason == "", "ticket.reason")
	}
	numbers.check(c)
	t.ID, t.Class, t.Services, t.Needs, t.Persons, t.Area, t.Due, t.Slot, t.Appointment, t.Reason = "", "", nil, nil, 0, "", 0, 0, "", ""
	c.that(reflect.DeepEqual(t, Ticket{}), "ticket: a field of the queue's")
}

func (d Numbers) check(c *checks) {
	c.text("numbers.prefix", d.Prefix, 1, 4)
	c.that(d.Mul > 0 && d.Mul < block && d.Mul%3 != 0 && d.Mul%37 != 0, "numbers.mul")
	c.that(d.Add >= 0 && d.Add < block, "numbers.add")
}

func (x OpenDesk) check(c *checks) {
	c.id("desk", string(x.Desk))
	c.text("label", x.Label, 1, MaxLabel)
	c.text("way", x.Way, 0, MaxWay)
	c.set("serves", x.Serves, 1, MaxServes)
	c.needs("meets", x.Meets)
}

func (x CallThis) check(c *checks) {
	c.id("desk", string(x.Desk))
	c.id("ticket", string(x.Ticket))
	c.that(ChosenReasons.Has(x.Reason), "reason")
}

func (x NoShow) check(c *checks) {
	c.atDesk(x.Desk, x.Ticket)
	c.span("notBefore", x.NotBefore)
}

func (x BringBack) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.idOrNone("desk", string(x.Desk))
}

func (x Transfer) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.services("services", x.Services)
}

func (x Send) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.id("office", string(x.Office))
	c.services("services", x.Services)
}

func (x Change) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.services("services", x.Services)
	c.persons("persons", x.Persons)
}

func (x SetNeeds) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.needs("needs", x.Needs)
}

func (x Split) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.id("new", string(x.New))
	c.services("services", x.Services)
	c.persons("persons", x.Persons)
	x.Numbers.check(c)
}

func (x Merge) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.id("into", string(x.Into))
}

func (x Here) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.span("window", x.Window)
	c.span("allowance", x.Allowance)
}

func (x Cancel) check(c *checks) {
	c.id("ticket", string(x.Ticket))
	c.that(CancelReasons.Has(x.Reason), "reason")
}

func (x Finish) check(c *checks) {
	c.atDesk(x.Desk, x.Ticket)
	c.set("done", x.Done, 0, MaxServices)
}

func (x FinishAndCallNext) check(c *checks) { Finish(x).check(c) }
func (x PauseDesk) check(c *checks)         { c.id("desk", string(x.Desk)) }
func (x CloseDesk) check(c *checks)         { c.id("desk", string(x.Desk)) }
func (x Disturb) check(c *checks)           { c.id("service", string(x.Service)) }
func (x Restore) check(c *checks)           { c.id("service", string(x.Service)) }
func (x CallNext) check(c *checks)          { c.id("desk", string(x.Desk)) }
func (x Recall) check(c *checks)            { c.atDesk(x.Desk, x.Ticket) }
func (x PutBack) check(c *checks)           { c.atDesk(x.Desk, x.Ticket) }
func (x Came) check(c *checks)              { c.atDesk(x.Desk, x.Ticket) }
func (x Park) check(c *checks)              { c.atDesk(x.Desk, x.Ticket) }
func (x Revoke) check(c *checks)            { c.id("ticket", string(x.Ticket)) }
func (x StepAside) check(c *checks)         { c.id("ticket", string(x.Ticket)) }
func (x Leave) check(c *checks)             { c.id("ticket", string(x.Ticket)) }

// checks keeps the first field that is wrong.
type checks struct{ err error }

func (c *checks) that(ok bool, field string) {
	if !ok && c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrInvalid, field)
	}
}

func (c *checks) id(field, id string) {
	ok := id != "" && len(id) <= MaxID
	for _, r := range []byte(id) {
		ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			r == '.' || r == '_' || r == ':' || r == '-')
	}
	c.that(ok, field)
}

func (c *checks) atDesk(desk DeskID, ticket TicketID) {
	c.id("desk", string(desk))
	c.idOrNone("ticket", string(ticket))
}

func (c *checks) idOrNone(field, id string) {
	if id != "" {
		c.id(field, id)
	}
}

func (c *checks) text(field, text string, least, most int) {
	n := utf8.RuneCountInString(text)
	ok := utf8.ValidString(text) && n >= least && n <= most
	for _, r := range text {
		ok = ok && unicode.IsPrint(r)
	}
	c.that(ok, field)
}

func (c *checks) set(field string, set []ServiceID, least, most int) {
	c.that(len(set) >= least && len(set) <= most, field)
	for i, s := range set {
		c.id(field, string(s))
		c.that(i == 0 || set[i-1] < s, field+": not a sorted set")
	}
}

// needs is a sorted set of Needs.
func (c *checks) needs(field string, needs []Need) {
	for i, n := range needs {
		c.that(slices.Contains(Needs, n) && (i == 0 || needs[i-1] < n), field)
	}
}

func (c *checks) services(field string, set []ServiceID) { c.set(field, set, 1, MaxServices) }
func (c *checks) persons(field string, n int)            { c.that(n >= 1 && n <= MaxPersons, field) }
func (c *checks) time(field string, ms int64)            { c.that(ms > 0 && ms < maxTime, field) }
func (c *checks) span(field string, ms int64)            { c.that(ms >= 0 && ms <= int64(maxSpan), field) }
