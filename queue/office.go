package queue

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Office is the present state of an office's day: a fold of its events. The
// zero value is an office before its first event. It is not safe for
// concurrent use.
type Office struct {
	ID       OfficeID
	Epoch    int64
	Version  int64
	At       int64 // of the last event, ms
	Day      string
	Tickets  Tickets
	Desks    map[DeskID]Desk
	Counters Counters
}

// Next says whether an event is the next one: not an old one, nor one after a
// gap. The first event of an epoch is "opened"; a reader that did not see it
// may hold what that epoch does not know.
func (o *Office) Next(e Event) bool {
	opened := e.Kind == "opened" && e.Epoch == o.Epoch+1
	return e.Version == o.Version+1 && (e.Epoch == o.Epoch || opened)
}

// Apply folds the next event into the office. It reports false, and changes
// nothing, if the event is not the next one.
func (o *Office) Apply(e Event) bool {
	if !o.Next(e) {
		return false
	}
	whole := e.Kind == "opened" && len(e.Tickets)+len(e.Desks) > 0 // rebuilt from what Redis had
	if e.Kind == "day" || whole {
		o.Tickets, o.Desks = Tickets{}, nil
	}
	if o.Desks == nil {
		o.Desks = map[DeskID]Desk{}
	}
	for _, t := range e.Tickets {
		o.Tickets = o.Tickets.With(t)
	}
	for _, d := range e.Desks {
		o.Desks[d.ID] = d
	}
	o.ID, o.Epoch, o.Version, o.At, o.Day, o.Counters = e.Office, e.Epoch, e.Version, e.At, e.Day, e.Counters
	return true
}

// Clone returns a copy that events change without changing o, at the price of
// the desks alone.
func (o *Office) Clone() *Office {
	clone := *o
	clone.Desks = maps.Clone(o.Desks)
	return &clone
}

// Waiting returns the waiting tickets in the order in which they are due.
func (o *Office) Waiting() []Ticket {
	return o.waiting(func(Ticket) bool { return true })
}

// WaitingFor returns the waiting tickets that a desk sees, in the order in
// which it calls them.
func (o *Office) WaitingFor(d Desk) []Ticket {
	return o.waiting(func(t Ticket) bool { return o.Sees(d, t) })
}

func (o *Office) waiting(fits func(Ticket) bool) []Ticket {
	var ts []Ticket
	for t := range o.Tickets.All() {
		if t.State == Waiting && fits(t) {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, Before)
	return ts
}

// Sees says whether a desk calls the ticket when it is due: it meets the needs,
// and serves the whole visit, or a part of it while no open desk that meets them
// serves the whole. Then the visit goes in steps, from desk to desk.
func (o *Office) Sees(d Desk, t Ticket) bool {
	serves := o.Serves(d)
	return Meets(d.Meets, t.Needs) && (Serves(serves, t.Services) || shares(serves, t.Services) && !o.servedWhole(t))
}

// Serves is what a desk serves now: less what is disturbed.
func (o *Office) Serves(d Desk) []ServiceID {
	if len(o.Counters.Disturbed) == 0 {
		return d.Serves
	}
	return slices.DeleteFunc(slices.Clone(d.Serves), o.disturbed)
}

// Disturbed are the services of the ticket that nobody can serve now.
func (o *Office) Disturbed(t Ticket) []ServiceID {
	return slices.DeleteFunc(slices.Clone(t.Services), func(s ServiceID) bool { return !o.disturbed(s) })
}

func (o *Office) disturbed(s ServiceID) bool { return o.Counters.Disturbed[s] != 0 }

// servedWhole says whether an open desk that meets the ticket's needs serves all its services.
func (o *Office) servedWhole(t Ticket) bool {
	for _, d := range o.Desks {
		if d.State == DeskOpen && Meets(d.Meets, t.Needs) && Serves(o.Serves(d), t.Services) {
			return true
		}
	}
	return false
}

// In returns the tickets in one of the states, in the order of arrival.
func (o *Office) In(states ...State) []Ticket {
	var ts []Ticket
	for t := range o.Tickets.All() {
		if slices.Contains(states, t.State) {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b Ticket) int { return cmp.Compare(a.Seq, b.Seq) })
	return ts
}

// Ahead counts the waiting tickets that are due before t and that compete for
// a desk with it: some desk that is not closed serves both. While no such desk
// serves t, as before the office opens, it counts those that share a service.
func (o *Office) Ahead(t Ticket) int {
	compete := func(a, b Ticket) bool { return shares(a.Services, b.Services) }
	if o.sharedDesk(t, t) {
		compete = o.sharedDesk
	}
	n := 0
	for other := range o.Tickets.All() {
		if other.State == Waiting && other.ID != t.ID && Before(other, t) < 0 && compete(other, t) {
			n++
		}
	}
	return n
}

func (o *Office) sharedDesk(a, b Ticket) bool {
	for _, d := range o.Desks {
		if d.State != DeskClosed && o.Sees(d, a) && o.Sees(d, b) {
			return true
		}
	}
	return false
}

// Stranded says that no open desk sees a waiting ticket, and not because of a
// disturbance, which everybody is told anyway. Clerks, managers and whoever has
// it must know.
func (o *Office) Stranded(t Ticket) bool { return o.DesksFor(t) == 0 && len(o.Disturbed(t)) == 0 }

// DesksFor counts the open desks that see the ticket.
func (o *Office) DesksFor(t Ticket) int {
	n := 0
	for _, d := range o.Desks {
		if d.State == DeskOpen && o.Sees(d, t) {
			n++
		}
	}
	return n
}

// ByAppointment finds the ticket of an appointment.
func (o *Office) ByAppointment(appointment string) (Ticket, bool) {
	for t := range o.Tickets.All() {
		if t.Appointment == appointment && appointment != "" && t.From == "" {
			return t, true
		}
	}
	return Ticket{}, false
}

// Before orders tickets as lines do: by due, then by arrival, then by id.
func Before(a, b Ticket) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
}

// Serves says whether a desk with the services serves covers all of want.
// Both are sorted.
func Serves(serves, want []ServiceID) bool {
	for _, s := range want {
		if _, ok := slices.BinarySearch(serves, s); !ok {
			return false
		}
	}
	return true
}

// Meets says whether a desk that meets some needs meets all of want.
func Meets(meets, want []Need) bool {
	return !slices.ContainsFunc(want, func(n Need) bool { return !slices.Contains(meets, n) })
}

func shares(a, b []ServiceID) bool {
	return slices.ContainsFunc(a, func(s ServiceID) bool { return slices.Contains(b, s) })
}

// Step is what a desk does of a visit: those of its services that the desk
// serves now. Where it serves none, it is all, since a clerk chose it nevertheless;
// but if it was called for a step, and what was to be done is disturbed since, that.
// The rest is for another desk, or for later.
func (o *Office) Step(d Desk, t Ticket) (here, rest []ServiceID) {
	here, rest = part(t.Services, o.Serves(d))
	switch {
	case len(here) > 0:
		return here, rest
	case t.Why != nil && t.Why.Rule == RuleStep:
		return part(t.Services, d.Serves)
	}
	return t.Services, nil
}

// part parts services into those that are served and the others.
func part(services, served []ServiceID) (these, others []ServiceID) {
	for _, s := range services {
		if slices.Contains(served, s) {
			these = append(these, s)
		} else {
			others = append(others, s)
		}
	}
	return these, others
}

// Set returns services sorted and without repeats: the form that tickets and
// desks hold them in.
func Set(services []ServiceID) []ServiceID {
	s := slices.Clone(services)
	slices.Sort(s)
	return slices.Compact(s)
}

// LineOf names the line in which a ticket waits: "id+pass+!step-free".
func LineOf(t Ticket) string {
	var parts []string
	for _, s := range t.Services {
		parts = append(parts, string(s))
	}
	for _, n := range t.Needs {
		parts = append(parts, "!"+string(n))
	}
	return strings.Join(parts, "+")
}
