package web

import (
	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// terminals are the pages of a terminal, from the question to the number.
func (g gallery) terminals() []example {
	house, _ := g.city.House("fischmarkt")
	base := terminalView{House: house, Path: "/houses/fischmarkt/terminal", Key: "example", Morning: true, WalkIn: true, Info: true, Code: "48271936"}
	day, refused, tries, offers, closed, away, welcome := base, base, base, base, base, base, base
	day.Morning = false
	alone := base // a house where everybody needs an appointment
	alone.WalkIn, alone.Info = false, false
	refused.Refused = true
	tries.Tries = true
	for i, service := range walkIns(g.office("buergerbuero")) {
		offers.Offers = append(offers.Offers, offer{Office: g.office("buergerbuero"), Service: *service, Waiting: i % 3})
	}
	offers.Offers[0].Disturbed = true
	closed.Closed, away.Problem = true, "away"
	state := g.day(g.waiting()...)
	g.open(state, "4", "")
	welcome.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, numbered(state, "K 305"), g.now)
	welcome.URL = "https://termin.example/tickets/EXAMPLE0000000000000000003"
	wide := welcome
	wide.Ticket.Ticket.Number = wideNumber
	needing := welcome
	needing.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, needingAll(numbered(state, "K 305")), g.now)
	held := welcome
	held.Ticket.Disturbed = g.l.List(namesOf(g.l, g.office("buergerbuero"), []queue.ServiceID{"reisepass", "vorl-reisepass"}))
	stranded := welcome
	stranded.Ticket.Stranded = true
	far := welcome
	sent := numbered(state, "K 305")
	sent.State, sent.ParkedAt = queue.Parked, sent.Arrived
	far.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, sent, g.now)
	elsewhere := far
	elsewhere.Ticket = ticketViewOf(g.l, g.city, g.office("standesamt"), state, sent, g.now)
	elsewhere.Ticket.Area = nil
	gone := welcome
	gone.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, g.aside(numbered(state, "K 305")), g.now)
	early := welcome
	early.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, g.noted(numbered(state, "K 305")), g.now)
	all := []example{
		{Name: "terminal", Page: "terminal", Data: base},
		{Name: "terminal-day", Page: "terminal", Data: day},
		{Name: "terminal-alone", Page: "terminal", Data: alone},
		{Name: "terminal-code", Page: "terminal-code", Data: base},
		{Name: "terminal-code-refused", Page: "terminal-code", Data: refused},
		{Name: "terminal-code-tries", Page: "terminal-code", Data: tries},
		{Name: "terminal-offers", Page: "terminal-offers", Data: offers},
		{Name: "terminal-offers-none", Page: "terminal-offers", Data: base},
		{Name: "terminal-offers-closed", Page: "terminal-offers", Data: closed},
		{Name: "terminal-ticket", Page: "terminal-ticket", Data: welcome},
		{Name: "terminal-ticket-on-the-way", Page: "terminal-ticket", Data: far},
		{Name: "terminal-ticket-elsewhere", Page: "terminal-ticket", Data: elsewhere},
		{Name: "terminal-ticket-noted", Page: "terminal-ticket", Data: early},
		{Name: "terminal-ticket-aside", Page: "terminal-ticket", Data: gone},
		{Name: "terminal-ticket-disturbed", Page: "terminal-ticket", Data: held},
		{Name: "terminal-ticket-stranded", Page: "terminal-ticket", Data: stranded},
		{Name: "terminal-ticket-wide", Page: "terminal-ticket", Data: wide},
		{Name: "terminal-ticket-needs", Page: "terminal-ticket", Data: needing},
		{Name: "terminal-needs", Page: "terminal-needs", Data: needing},
	}
	for _, again := range []queue.State{queue.Called, queue.Serving, queue.Missed, queue.Parked} { // who scans a code once more
		v := welcome
		t := numbered(state, "K 305")
		t.State, t.Desk, t.MissedAt = again, "4", g.at("09:36").UnixMilli()
		v.Ticket = ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, t, g.now)
		all = append(all, example{Name: "terminal-ticket-" + string(again), Page: "terminal-ticket", Data: v})
		if again == queue.Missed {
			v.Ticket.TooLate = true
			all = append(all, example{Name: "terminal-ticket-too-late", Page: "terminal-ticket", Data: v})
		}
	}
	for _, outcome := range []checkin.Outcome{checkin.Ended, checkin.Early, checkin.Late, checkin.Cancelled, checkin.Unknown, checkin.Unchecked} {
		v := base
		v.Answer = checkin.Answer{Outcome: outcome, Office: "buergerbuero", Appointment: g.appointment(), Opens: g.at("11:25"), Closes: g.at("11:55")}
		all = append(all, example{Name: "terminal-" + string(outcome), Page: "terminal-outcome", Data: v})
	}
	closed.Answer = checkin.Answer{Outcome: checkin.Late, Office: "buergerbuero", Appointment: g.appointment(), Closes: g.at("11:55")}
	return append(all,
		example{Name: "terminal-late-closed", Page: "terminal-outcome", Data: closed},
		example{Name: "terminal-problem", Page: "terminal-problem", Data: away},
		example{Name: "terminal-set-up", Page: "terminal-set-up", Data: base},
		example{Name: "terminal-set-up-refused", Page: "terminal-set-up", Data: refused})
}

// tickets are the ticket on the phone, in every state.
func (g gallery) tickets() []example {
	waiting := g.ticket("K 305", queue.Booked, "09:31", "09:45", "09:45", "reisepass", "anmeldung")
	walkIn := g.ticket("K 529", queue.WalkIn, "09:32", "", "09:52", "abholung")
	missed := g.called(waiting, queue.Missed, "4", "09:36")
	missed.MissedAt = g.at("09:38").UnixMilli()
	tooLate := g.ticketView(missed, true)
	tooLate.TooLate = true
	recalled := g.called(waiting, queue.Called, "4", "09:40")
	recalled.Recalled = true
	parked := waiting
	parked.State, parked.Desk, parked.ParkedAt = queue.Parked, "4", g.at("09:38").UnixMilli()
	office := g.office("buergerbuero")
	disturbed := ticketViewOf(g.l, g.city, office, g.disturb(g.day(waiting)), waiting, g.now)
	step := g.called(waiting, queue.Waiting, "4", "09:36")
	step.Services, step.Finished = []queue.ServiceID{"anmeldung"}, []queue.ServiceID{"reisepass"}
	ended := func(state queue.State) queue.Ticket {
		t := g.called(waiting, state, "4", "09:20")
		t.EndedAt = g.at("09:38").UnixMilli()
		return t
	}
	sent := ended(queue.Sent)
	sent.SentTo = &queue.Passage{Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}, Epoch: 1, Version: 20}
	far := waiting
	far.State, far.ParkedAt = queue.Parked, far.Arrived
	stranded := g.ticketView(walkIn, false)
	stranded.Stranded = true
	return []example{
		g.phone("ticket-waiting", waiting),
		g.phone("ticket-walk-in", walkIn),
		g.phone("ticket-called", g.called(waiting, queue.Called, "4", "09:40")),
		g.phone("ticket-recalled", recalled),
		g.phone("ticket-called-long", g.called(waiting, queue.Called, "info-1", "09:40")),
		g.widePhone("ticket-waiting-wide", waiting),
		g.widePhone("ticket-called-wide", g.called(waiting, queue.Called, "4", "09:40")),
		g.phone("ticket-serving", g.called(waiting, queue.Serving, "4", "09:40")),
		g.phone("ticket-missed", missed),
		{Name: "ticket-too-late", Page: "ticket", Data: tooLate},
		g.phone("ticket-parked", parked),
		g.phone("ticket-step", step),
		{Name: "ticket-disturbed", Page: "ticket", Data: disturbed},
		g.phone("ticket-waiting-needs", needingAll(waiting)),
		{Name: "ticket-needs", Page: "ticket-needs", Data: g.ticketView(needingAll(waiting), true)},
		g.phone("ticket-done", ended(queue.Done)),
		g.phone("ticket-gone", ended(queue.Gone)),
		g.phone("ticket-merged", ended(queue.Merged)),
		g.phone("ticket-sent", sent),
		g.phone("ticket-on-the-way", far),
		g.phone("ticket-aside", g.aside(waiting)),
		g.phone("ticket-noted", g.noted(waiting)),
		{Name: "ticket-stranded", Page: "ticket", Data: stranded},
		{Name: "ticket-lost", Page: "ticket", Data: g.ticketView(walkIn, true), Lost: true},
	}
}

func (g gallery) phone(name string, t queue.Ticket) example {
	return example{Name: name, Page: "ticket", Data: g.ticketView(t, true)}
}

// aside has stepped aside.
func (g gallery) aside(t queue.Ticket) queue.Ticket {
	t.State, t.Aside, t.ParkedAt = queue.Parked, true, g.at("09:36").UnixMilli()
	return t
}

// noted has come an hour and a half before the appointment.
func (g gallery) noted(t queue.Ticket) queue.Ticket {
	t.State, t.ParkedAt = queue.Parked, t.Arrived
	t.Slot, t.Due, t.Joins = g.at("11:15").UnixMilli(), g.at("11:15").UnixMilli(), g.at("11:00").UnixMilli()
	return t
}

// needingAll needs all that can be needed.
func needingAll(t queue.Ticket) queue.Ticket {
	t.Needs = queue.Needs
	return t
}

// wideNumber is as long as a number may be, as its office's prefix has two letters
// and a thousand tickets were given today; wideDesk is as long as a label may be.
const (
	wideNumber = "BA 1024"
	wideDesk   = "Zimmer 214 B"
)

// widePhone has the longest number and, where a desk is shown, the longest label.
func (g gallery) widePhone(name string, t queue.Ticket) example {
	t.Number = wideNumber
	v := g.ticketView(t, true)
	if v.Desk != nil {
		desk := *v.Desk
		desk.Label = wideDesk
		v.Desk = &desk
	}
	return example{Name: name, Page: "ticket", Data: v}
}

// ticketView is of a ticket with two people before it.
func (g gallery) ticketView(t queue.Ticket, open bool) ticketView {
	state := g.day(append(g.waiting()[:2], t)...)
	if open {
		g.open(state, "4", "")
	}
	return ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, numbered(state, t.Number), g.now)
}

// parts shows the components that no page shows in every state.
func (g gallery) parts() partsView {
	return partsView{
		Wrong: []wrongField{{Name: "mail", Text: g.l.T("problem.contact")}, {Name: "phone", Text: g.l.T("problem.bad-input")}},
		Rail:  []railRow{{g.l.Clock(g.at("09:26")), g.l.T("ticket.arrived")}, {g.l.Clock(g.at("09:40")), g.l.T("ticket.called")}},
		Code:  "48271936",
		Sums:  []booking.Text{{"de": "Personalausweis beantragen"}, {"de": "Wohnsitz anmelden", "en": "Register an address"}},
	}
}

// partsView is what the page of components shows.
type partsView struct {
	Wrong []wrongField
	Rail  []railRow
	Code  string
	Sums  []booking.Text
}

type railRow struct{ When, What string }
