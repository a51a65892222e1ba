package web

import (
	"math"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// grounds says in one sentence what a ticket's due comes of: "Termin 09:40,
// angemeldet 09:26". The queue keeps no reason for a due, so the sentence tells
// what the ticket itself shows, and names the due where that alone does not give
// it. A due outside what its class can give comes of one thing only: later, of
// a way back after a missed call or stepping aside; earlier, of a number merged
// into it. Within that nobody can tell: a walk-in's allowance is its service's,
// and services change.
func grounds(l *texts.Language, t queue.Ticket, rules queue.Rules, zone *time.Location) string {
	if t.Class == queue.AtOnce && t.Due == t.Came() && rules.AtOnce > 0 {
		return sayOf(l, "why.at-once-full", t, zone)
	}
	facts, minute := came(l, t, rules, zone), time.Minute.Milliseconds()
	key := "why.due"
	switch from, to := reckoned(t); {
	case t.Due <= from-minute: // less is only that a node's clock was behind the office's
		key = "why.merged"
	case t.Due/minute > to/minute:
		key = "why.away"
	case from == to:
		return facts
	}
	return sayOf(l, key, t, zone, "facts", facts)
}

// reckoned are the earliest and the latest due that a ticket's class can give it
// (queue.Rules.Due), as far as the ticket tells: it does not know allowances.
func reckoned(t queue.Ticket) (from, to int64) {
	switch {
	case t.Class == queue.Booked:
		from = max(t.Slot, t.Came())
		return from, from
	case t.Class == queue.Urgent && t.Slot != 0:
		return t.Slot, t.Slot
	case t.Class == queue.Urgent:
		return t.Came(), t.Came()
	case t.Class == queue.AtOnce:
		return 0, t.Came()
	default:
		return t.Came(), math.MaxInt64
	}
}

// came says how somebody came into the line. Entitled is who came too late for
// an appointment, or missed the call, in whatever class they had joined.
func came(l *texts.Language, t queue.Ticket, rules queue.Rules, zone *time.Location) string {
	switch {
	case t.Class == queue.Booked:
		return checkedIn(l, t, zone)
	case t.Class == queue.Urgent && t.Slot != 0:
		return sayOf(l, "why.urgent-slot", t, zone)
	case t.Class == queue.Entitled && t.Slot == 0:
		return l.T("why.missed", "facts", sayOf(l, "why.walk-in", t, zone))
	case t.Class == queue.Entitled && !tooLate(t, rules):
		return l.T("why.missed", "facts", checkedIn(l, t, zone))
	default:
		return sayOf(l, "why."+string(t.Class), t, zone)
	}
}

func checkedIn(l *texts.Language, t queue.Ticket, zone *time.Location) string {
	late := time.Duration(t.Came()-t.Slot) * time.Millisecond
	if late < time.Minute {
		return sayOf(l, "why.booked", t, zone)
	}
	return sayOf(l, "why.booked-late", t, zone, "n", int(late.Minutes()))
}

// tooLate says that a ticket's appointment could no longer be checked in when its person came.
func tooLate(t queue.Ticket, rules queue.Rules) bool {
	appointment := booking.Appointment{State: booking.Booked, Start: time.UnixMilli(t.Slot)}
	return checkin.Window(rules, appointment, time.UnixMilli(t.Came())) == checkin.Late
}

// sayOf says a sentence with a ticket's times and reason in it.
func sayOf(l *texts.Language, key string, t queue.Ticket, zone *time.Location, more ...any) string {
	clock := func(ms int64) string { return l.Clock(time.UnixMilli(ms).In(zone)) }
	values := append(more, "slot", clock(t.Slot), "arrived", clock(t.Came()), "due", clock(t.Due))
	if t.Reason != "" {
		values = append(values, "reason", l.T("reason."+t.Reason))
	}
	return l.T(key, values...)
}

// called says in one sentence why the ticket at a desk was called when it was:
// of the call that brought it there, if one did.
func called(l *texts.Language, t queue.Ticket, zone *time.Location) string {
	if t.State == queue.Serving && t.ParkedAt >= t.CalledAt {
		return l.T("why.brought-back")
	}
	if t.Why == nil {
		return ""
	}
	due := l.Clock(time.UnixMilli(t.Why.Due).In(zone))
	if t.Why.Rule == queue.RuleChosen {
		return l.T("why.chosen", "due", due, "reason", l.T("reason."+t.Why.Reason))
	}
	return l.T("why."+t.Why.Rule, "due", due)
}

// serviceNames says what a ticket is for: "Personalausweis beantragen, Reisepass beantragen".
func serviceNames(l *texts.Language, office *booking.Office, t queue.Ticket) string {
	said := l.List(namesOf(l, office, t.Services))
	if t.Persons > 1 {
		return l.T("why.services-persons", "services", said, "n", t.Persons)
	}
	return said
}

// namesOf names services of an office.
func namesOf(l *texts.Language, office *booking.Office, services []queue.ServiceID) []string {
	var names []string
	for _, id := range services {
		name := string(id)
		if service, ok := office.Service(booking.ServiceID(id)); ok {
			name, _ = service.Name.In(l.Tag)
		}
		names = append(names, name)
	}
	return names
}

// needNames names what somebody needs.
func needNames(l *texts.Language, needs []queue.Need) []string {
	var names []string
	for _, n := range needs {
		names = append(names, l.T("need."+string(n)))
	}
	return names
}

// plannedMinutes is how long a ticket's services take at the desk, with what the person needs.
func plannedMinutes(office *booking.Office, t queue.Ticket) int {
	total := int(checkin.Rules(*office).Longer(t.Needs).Minutes())
	for _, id := range t.Services {
		if service, ok := office.Service(booking.ServiceID(id)); ok {
			total += service.Minutes
			if service.PerPerson > 0 {
				total += service.PerPerson * (t.Persons - 1)
			}
		}
	}
	return total
}
