// Package dashboards counts an office's day: for the managers' page, and for
// the machines that watch the installation.
//
//	queue.Office ──Count──▶ Figures ──▶ web: the managers' page
//	                           └──────▶ prommetrics ──▶ Prometheus ──▶ grafana/, alerts/
//
// Figures are computed from the present state of the queue whenever they are
// asked for. Nothing is stored, so nothing can disagree with the queue, and a
// node that has just started counts like one that has run since the morning.
//
// There is no figure by clerk or by desk: it would watch how single people
// work, which the works council must agree to first, and nobody waits less for
// it.
//
// grafana/ holds dashboards for Grafana, alerts/ rules for Prometheus, both
// embedded ([Files]). A test runs each of their expressions on a real
// Prometheus. Package prommetrics offers the metrics that they read.
package dashboards

import (
	"cmp"
	"embed"
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Files are grafana/*.json, to be imported into Grafana 10 or later, and
// alerts/*.yml, to be named under rule_files of Prometheus.
//
//go:embed grafana/*.json alerts/*.yml
var Files embed.FS

// Several stands for every visit that is not about exactly one service of the
// city. Such a visit counts once, under Several and not under each of its
// services: so figures by service add up to those of the office, and the waits
// of a service are not mixed with those of longer visits. Metrics take it as
// their label, so that no set of services makes a label of its own.
const Several queue.ServiceID = "several"

// What managers are told about at once; alerts/wartefrei.yml says the same.
const (
	// LongWait is the longest wait that is nobody's fault: whoever comes later
	// than this after a ticket's due never overtakes it.
	LongWait = 45 * time.Minute
	// EmergencyLimit is how many emergencies an hour an office takes without
	// people with appointments noticing.
	EmergencyLimit = 3
)

// Figures are the counts of one office's day at one moment.
//
// Every ticket of the day is in exactly one of the states, and it came by
// itself or was split from another:
//
//	Came + Split = Waiting + Called + Serving + Parked + Aside + Noted + Missed + Done + Gone + Merged + Sent
type Figures struct {
	Office queue.OfficeID
	Day    string    // of the queue, as 2026-11-24; empty before its first event
	Now    time.Time // the office clock, in the city's zone

	Came  int // tickets that joined by themselves, or were sent from another office
	Split int // tickets made of others by a clerk

	Waiting int
	Called  int // on their way to a desk
	Serving int
	Parked  int // by a clerk, or on their way from another house
	Aside   int // need longer, as they said themselves
	Noted   int // came early, and join the line by themselves
	Missed  int // called, did not come, and not back yet
	Done    int
	Gone    int // gave the number back, or were cancelled by the office
	Merged  int
	Sent    int // to another office

	Waits       Waits                     // of everybody called at least once today
	Longest     time.Duration             // longest present wait, see [Waiting]; 0 if nobody waits
	Overdue     []queue.Ticket            // waiting for longer than LongWait, as they are due
	Stranded    []queue.Ticket            // waiting, and no open desk serves them, as they are due
	Disturbed   map[queue.ServiceID]int64 // services that nobody can serve now, and since when, in ms
	Emergencies []queue.Ticket            // joined as urgent or at once within the last hour, as they came

	Desks    Desks
	Services []Service // in the city's order, Several last
	Hours    []Hour    // from the first with a ticket to the present one, or to the last event of a day that is over
}

// Desks are how many desks call.
type Desks struct {
	Open   int
	Paused int
	Of     int // desks that the office has
}

// Service are the figures of one service, or of [Several]. A ticket counts
// under the services that it has now.
type Service struct {
	ID      queue.ServiceID
	Came    int
	Waiting int
	Missed  int
	Done    int
	Waits   Waits
}

// Hour are the figures of one hour of the wall clock.
type Hour struct {
	Start time.Time // in the city's zone; the repeated hour of a day of 25 is an hour of its own
	Came  int       // joined by themselves in this hour
	Waits Waits     // of those called for the first time in this hour
}

// Count counts the day of an office. now is the office clock, zone the city's.
func Count(office *booking.Office, zone *time.Location, state *queue.Office, now time.Time) Figures {
	f := Figures{Office: queue.OfficeID(office.ID), Day: state.Day, Now: now.In(zone), Desks: countDesks(office, state), Disturbed: state.Counters.Disturbed}
	for t := range state.Tickets.All() {
		f.count(t)
	}
	f.Waits = WaitsOf(state.Tickets.All())
	for _, t := range state.Waiting() {
		f.countWaiting(state, t)
	}
	slices.SortFunc(f.Emergencies, func(a, b queue.Ticket) int { return cmp.Compare(a.Seq, b.Seq) })
	f.Services = countServices(office, state)
	f.Hours = countHours(zone, state, now)
	return f
}

// count counts one ticket.
func (f *Figures) count(t queue.Ticket) {
	*f.in(t)++
	if t.From != "" {
		f.Split++
		return
	}
	f.Came++
	if Emergency(t) && time.UnixMilli(t.Arrived).After(f.Now.Add(-time.Hour)) {
		f.Emergencies = append(f.Emergencies, t)
	}
}

// countWaiting looks for what a manager must see about a waiting ticket.
func (f *Figures) countWaiting(state *queue.Office, t queue.Ticket) {
	wait := Waiting(t, f.Now)
	f.Longest = max(f.Longest, wait)
	if wait > LongWait {
		f.Overdue = append(f.Overdue, t)
	}
	if state.Stranded(t) {
		f.Stranded = append(f.Stranded, t)
	}
}

// in is the figure of where a ticket stands.
func (f *Figures) in(t queue.Ticket) *int {
	switch t.Standing() {
	case "aside":
		return &f.Aside
	case "noted":
		return &f.Noted
	}
	switch t.State {
	case queue.Waiting:
		return &f.Waiting
	case queue.Called:
		return &f.Called
	case queue.Serving:
		return &f.Serving
	case queue.Parked:
		return &f.Parked
	case queue.Missed:
		return &f.Missed
	case queue.Done:
		return &f.Done
	case queue.Merged:
		return &f.Merged
	case queue.Sent:
		return &f.Sent
	default:
		return &f.Gone
	}
}

// Emergency says whether a clerk let the ticket in before others, with a reason.
func Emergency(t queue.Ticket) bool { return t.Class == queue.Urgent || t.Class == queue.AtOnce }

// ServiceOf is the service that a visit counts under: its only one, or [Several].
func ServiceOf(office *booking.Office, services []queue.ServiceID) queue.ServiceID {
	if len(services) == 1 {
		if _, ok := office.Service(booking.ServiceID(services[0])); ok {
			return services[0]
		}
	}
	return Several
}

func countDesks(office *booking.Office, state *queue.Office) Desks {
	d := Desks{Of: len(office.Desks)}
	for _, desk := range state.Desks {
		switch desk.State {
		case queue.DeskOpen:
			d.Open++
		case queue.DeskPaused:
			d.Paused++
		}
	}
	return d
}
