package web

import (
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// grounds says in one sentence why a ticket is due when it is: "Termin 09:40,
// angemeldet 09:26". It is computed from the ticket alone.
func grounds(l *texts.Language, t queue.Ticket, zone *time.Location) string {
	clock := func(ms int64) string { return l.Clock(time.UnixMilli(ms).In(zone)) }
	values := []any{"slot", clock(t.Slot), "arrived", clock(t.Arrived), "due", clock(t.Due)}
	if t.Reason != "" {
		values = append(values, "reason", l.T("reason."+t.Reason))
	}
	switch late := time.Duration(t.Arrived-t.Slot) * time.Millisecond; {
	case t.Class == queue.Booked && late >= time.Minute:
		return l.T("why.booked-late", append(values, "n", int(late.Minutes()))...)
	case t.Class == queue.AtOnce && t.Due == t.Arrived:
		return l.T("why.at-once-full", values...)
	case t.Class == queue.Urgent && t.Slot != 0:
		return l.T("why.urgent-slot", values...)
	default:
		return l.T("why."+string(t.Class), values...)
	}
}

// called says in one sentence why a ticket was called when it was.
func called(l *texts.Language, t queue.Ticket, zone *time.Location) string {
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
