package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// deskView is what a clerk sees: now, waiting, missing.
type deskView struct {
	Office *booking.Office
	Desk   *booking.Desk
	State  queue.DeskState
	Serves string // names of the services, or "all"

	Now      *nowAt // nil: the desk is free
	Next     *row   // whom "call next" would call
	Waiting  []row  // whom this desk serves, in order
	Others   int    // waiting whom only other desks serve
	Stranded string // their numbers: waiting whom no open desk serves
	Held     int    // waiting for a service that nobody can serve now
	Missed   []row
	Parked   []row
	Sent     []sentOn // to other offices, the last first

	Choices   []serviceChoice   // what the desk can serve
	Elsewhere []*booking.Office // where a visit can be sent to
	Tickets   []row             // all open tickets of the office, by number: what can be split, merged, ended
	Chosen    queue.Reasons     // reasons for calling out of turn
	Cancels   queue.Reasons     // reasons for ending a visit
	Needs     []queue.Need      // that somebody may have
	Clock     time.Time

	Disturbed []disturbance // services that nobody can serve now
	Behind    bool          // what is done now is not recorded yet
}

// nowAt is the visit at a desk.
type nowAt struct {
	row
	Since   time.Time         // called, or came
	Elapsed int               // minutes
	Share   int               // elapsed of planned, in percent, at most 100
	Calling bool              // called, not yet here
	Called  string            // why it was called
	Recall  bool              // it is time to call again
	NoShow  bool              // it is time to give up
	Here    []queue.ServiceID // what this desk does of it
}

// row is a ticket in a list.
type row struct {
	Ticket   queue.Ticket
	Due      time.Time
	Services string
	Needs    string // what the person needs; "" for nothing
	Grounds  string
	Minutes  int
	Past     bool      // due before now
	At       time.Time // parked or missed at
	Over     bool      // parked too long, or missed and the way back has closed
	TooLate  bool      // missed, and refused if they are back now
	Mine     bool      // parked by this desk, which may have them back
	Step     string    // what this desk does of it, where that is only a part
	Rest     string    // and what is for other desks
}

// serviceChoice is a box to tick.
type serviceChoice struct {
	ID      booking.ServiceID
	Name    booking.Text
	Checked bool
}

func (s *Server) deskView(l *texts.Language, office *booking.Office, desk *booking.Desk) deskView {
	state := s.office(office.ID)
	v := deskViewOf(l, office, desk, state, s.officeNow())
	v.Behind = s.behind(office.ID)
	v.Elsewhere, v.Sent = elsewhere(s.City(), office), s.sentOn(state)
	for i := range v.Missed {
		v.Missed[i].TooLate = s.tooLate(office, v.Missed[i].Ticket)
	}
	return v
}

// elsewhere are the city's other offices, those of the same house first.
func elsewhere(city *booking.City, office *booking.Office) []*booking.Office {
	others := slices.DeleteFunc(city.Offices(), func(o *booking.Office) bool { return o.ID == office.ID })
	rank := func(o *booking.Office) int {
		if o.House == office.House {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(others, func(a, b *booking.Office) int { return cmp.Compare(rank(a), rank(b)) })
	return others
}

// sentOn is a visit that was sent to another office.
type sentOn struct {
	Number string
	Office booking.Text
	There  string // the number there; "" until it has arrived
	At     time.Time
}

// shownSent is how many of them a desk shows, so that a clerk can say the new number.
const shownSent = 3

func (s *Server) sentOn(state *queue.Office) []sentOn {
	sent := state.In(queue.Sent)
	slices.SortFunc(sent, func(a, b queue.Ticket) int { return cmp.Compare(b.EndedAt, a.EndedAt) })
	var all []sentOn
	for _, t := range sent[:min(len(sent), shownSent)] {
		on := sentOn{Number: t.Number, At: time.UnixMilli(t.EndedAt).In(s.City().Location())}
		if there, ok := s.City().Office(booking.OfficeID(t.SentTo.Office)); ok {
			on.Office, on.There = there.Name, s.office(there.ID).Tickets.At(t.ID).Number
		}
		all = append(all, on)
	}
	return all
}

// behindAfter is for how long nothing may be recorded before people are told.
const behindAfter = 3 * time.Second

// behind says whether an office's record has been behind for long enough to be told.
func (s *Server) behind(office booking.OfficeID) bool {
	return s.Offices.Behind(queue.OfficeID(office)) > behindAfter
}

// deskViewOf makes the view of a state, for the page, its frames and the gallery.
func deskViewOf(l *texts.Language, office *booking.Office, desk *booking.Desk, state *queue.Office, now time.Time) deskView {
	v := deskView{Office: office, Desk: desk, State: queue.DeskClosed, Chosen: queue.ChosenReasons, Cancels: queue.CancelReasons, Needs: queue.Needs, Clock: now,
		Disturbed: disturbances(l, office, state, now.Location())}
	rules := checkin.Rules(*office)
	d, opened := state.Desks[queue.DeskID(desk.ID)]
	if opened {
		v.State, v.Serves = d.State, servesNames(l, office, d.Serves)
	}
	v.Choices = choices(office, d.Serves)
	if t, ok := state.Tickets.Get(d.Ticket); ok {
		v.Now = nowAtDesk(l, office, state, d, t, rules, now)
	}
	if opened {
		for _, t := range state.WaitingFor(d) {
			r := rowOf(l, office, state, t, now)
			r.step(l, office, state, d)
			v.Waiting = append(v.Waiting, r)
		}
		var stranded []queue.Ticket
		for _, t := range state.Waiting() {
			switch {
			case state.Sees(d, t):
			case state.Stranded(t):
				stranded = append(stranded, t)
			case len(state.Disturbed(t)) > 0:
				v.Held++
			default:
				v.Others++
			}
		}
		v.Stranded = numbers(l, stranded)
	}
	if len(v.Waiting) > 0 {
		v.Next = &v.Waiting[0]
	}
	for _, t := range state.In(queue.Missed) {
		r := rowOf(l, office, state, t, now)
		r.At = time.UnixMilli(t.MissedAt).In(now.Location())
		r.Over = now.Sub(r.At) > rules.Return
		v.Missed = append(v.Missed, r)
	}
	slices.SortStableFunc(v.Missed, func(a, b row) int { return b.At.Compare(a.At) }) // who comes back, comes soon
	for _, t := range parked(state) {
		r := rowOf(l, office, state, t, now)
		r.At = time.UnixMilli(t.ParkedAt).In(now.Location())
		r.Over = !t.Aside && now.Sub(r.At) > rules.Parked
		r.Mine = t.Desk == d.ID
		v.Parked = append(v.Parked, r)
	}
	for _, t := range state.In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed) {
		v.Tickets = append(v.Tickets, rowOf(l, office, state, t, now))
	}
	slices.SortFunc(v.Tickets, func(a, b row) int { return strings.Compare(a.Ticket.Number, b.Ticket.Number) })
	return v
}

// parked are those whom a desk sees as set aside: not who is noted, and comes by themselves.
func parked(state *queue.Office) []queue.Ticket {
	return slices.DeleteFunc(state.In(queue.Parked), func(t queue.Ticket) bool { return t.Standing() == "noted" })
}

func nowAtDesk(l *texts.Language, office *booking.Office, state *queue.Office, d queue.Desk, t queue.Ticket, rules queue.Rules, now time.Time) *nowAt {
	n := &nowAt{row: rowOf(l, office, state, t, now), Calling: t.State == queue.Called, Called: called(l, t, now.Location())}
	n.Here = n.step(l, office, state, d)
	since := t.ServedAt
	if n.Calling {
		since = t.CalledAt
	}
	n.Since = time.UnixMilli(since).In(now.Location())
	spent := now.Sub(n.Since)
	n.Elapsed = max(0, int(spent.Minutes()))
	n.Share = min(100, 100*n.Elapsed/max(1, n.Minutes))
	n.Recall = n.Calling && spent >= rules.Recall
	n.NoShow = n.Calling && spent >= rules.NoShow
	return n
}

// step says in a row what a desk does of the visit, and returns it.
func (r *row) step(l *texts.Language, office *booking.Office, state *queue.Office, d queue.Desk) []queue.ServiceID {
	here, rest := state.Step(d, r.Ticket)
	if len(rest) > 0 && len(here) > 0 {
		r.Step, r.Rest = l.List(namesOf(l, office, here)), l.List(namesOf(l, office, rest))
		r.Minutes = plannedMinutes(office, queue.Ticket{Services: here, Persons: r.Ticket.Persons, Needs: r.Ticket.Needs})
	}
	return here
}

func rowOf(l *texts.Language, office *booking.Office, state *queue.Office, t queue.Ticket, now time.Time) row {
	due := time.UnixMilli(t.Due).In(now.Location())
	return row{Ticket: t, Due: due, Services: serviceNames(l, office, t), Needs: l.List(needNames(l, t.Needs)), Grounds: grounds(l, t, checkin.Rules(*office), now.Location()),
		Minutes: plannedMinutes(office, t), Past: !due.After(now)}
}

// servesNames names what a desk serves: "all" where that is everything, and only
// how many where the head of a page has no room for the names.
func servesNames(l *texts.Language, office *booking.Office, serves []queue.ServiceID) string {
	if len(serves) == len(office.Services) {
		return l.T("desk.all-services")
	}
	if len(serves) > 3 {
		return l.T("desk.many-services", "n", len(serves))
	}
	return serviceNames(l, office, queue.Ticket{Services: serves, Persons: 1})
}

// choices are the office's services, ticked where the desk serves them, or all
// where it never opened.
func choices(office *booking.Office, serves []queue.ServiceID) []serviceChoice {
	var all []serviceChoice
	for _, service := range office.Services {
		ticked := len(serves) == 0 || queue.Serves(serves, []queue.ServiceID{queue.ServiceID(service.ID)})
		all = append(all, serviceChoice{ID: service.ID, Name: service.Name, Checked: ticked})
	}
	return all
}
