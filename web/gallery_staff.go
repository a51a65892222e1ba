package web

import (
	"slices"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// common are the pages that everybody may meet.
func (g gallery) common() []example {
	accounts := []DemoAccount{
		{Name: "schalter4", Password: "schalter4", Role: "clerk", Office: "buergerbuero", Desk: "4"},
		{Name: "leitung", Password: "leitung", Role: "manager", Office: "buergerbuero"},
	}
	start := startViewOf(g.city, accounts, 0)
	start.Tickets = g.waiting()[:1]
	playing := start
	playing.Speed = 10
	return []example{
		{Name: "start", Page: "start", Data: start},
		{Name: "start-playing", Page: "start", Data: playing},
		{Name: "tour", Page: "tour", Data: start},
		{Name: "parts", Page: "gallery-parts", Data: g.parts()},
		{Name: "sign-in", Page: "sign-in", Data: signInForm{Next: "/desks"}},
		{Name: "sign-in-refused", Page: "sign-in", Data: signInForm{Name: "schalter4", Next: "/desks", Refused: true}},
		{Name: "password-initial", Page: "password", Data: passwordForm{Initial: true, Least: pgaccounts.MinPassword}},
		{Name: "password-weak", Page: "password", Data: passwordForm{Weak: true, Least: pgaccounts.MinPassword}},
		{Name: "password-refused", Page: "password", Data: passwordForm{Refused: true, Least: pgaccounts.MinPassword}},
		{Name: "problem-not-found", Page: "problem", Data: map[string]any{"Code": "not-found", "Status": 404}},
		{Name: "problem-internal", Page: "problem", Data: map[string]any{"Code": "internal", "Status": 500}},
	}
}

// desks are a clerk's desk through a morning.
func (g gallery) desks() []example {
	serving := g.called(g.ticket("K 026", queue.AtOnce, "09:29", "", "08:44", "vorl-reisepass"), queue.Serving, "4", "09:31")
	serving.Reason = "departs-today"
	wide := serving
	wide.Number = wideNumber
	calling := g.called(g.ticket("K 020", queue.Booked, "09:22", "09:30", "09:30", "fuehrungszeugnis"), queue.Called, "4", "09:39")
	calledNow := calling
	calledNow.CalledAt = g.now.UnixMilli()
	parked := g.ticket("K 018", queue.Booked, "09:02", "09:10", "09:10", "personalausweis")
	parked.State, parked.Desk, parked.ParkedAt = queue.Parked, "4", g.at("09:18").UnixMilli()
	missed := g.called(g.ticket("K 611", queue.WalkIn, "08:50", "", "09:10", "meldebescheinigung"), queue.Missed, "2", "09:28")
	missed.MissedAt = g.at("09:30").UnixMilli()
	stranded := g.ticket("K 444", queue.WalkIn, "09:20", "", "09:40", "fischereischein")
	steps := g.called(g.ticket("K 733", queue.WalkIn, "09:10", "", "09:30", "abholung", "anmeldung", "reisepass"), queue.Serving, "4", "09:36")
	steps.Why.Rule = queue.RuleStep
	behind := g.deskView(g.day(g.waiting()...))
	behind.Behind = true
	far := g.ticket("K 917", queue.WalkIn, "09:31", "", "09:51", "anmeldung")
	far.State, far.ParkedAt = queue.Parked, far.Arrived
	sent := g.deskView(g.day(append(g.waiting(), far, g.aside(g.ticket("K 640", queue.WalkIn, "09:12", "", "09:32", "abholung")))...))
	sent.Sent = []sentOn{{"K 026", g.office("wohngeld").Name, "K 026", g.at("09:38")}, {"K 733", g.office("standesamt").Name, "R 311", g.at("09:12")}}
	tooLate := g.deskView(g.day(append(g.waiting(), missed)...))
	tooLate.Missed[0].Over, tooLate.Missed[0].TooLate = true, true
	return []example{
		{Name: "desks", Page: "desks", Data: g.deskChoices()},
		{Name: "desks-none", Page: "desks", Data: []deskChoice(nil)},
		g.desk("desk-serving", append(g.waiting(), serving, parked, missed), "K 026"),
		g.desk("desk-serving-wide", append(g.waiting(), wide), wideNumber),
		g.desk("desk-calling", append(g.waiting(), calling), "K 020"),
		g.desk("desk-called-now", append(g.waiting(), calledNow), "K 020"),
		g.desk("desk-free", append(g.waiting(), stranded), ""),
		g.desk("desk-needs", append(g.waiting()[3:], needingAll(g.waiting()[0])), ""),
		g.desk("desk-serving-needs", append(g.waiting()[3:], needingAll(g.waiting()[0]), needingAll(serving)), "K 026"),
		g.desk("desk-empty", nil, ""),
		g.disturbedDesk(),
		g.allDisturbed("desk-disturbed-all", append(g.waiting(), serving), "K 026"),
		g.inSteps("desk-steps", append(g.waiting(), steps), "K 733"),
		{Name: "desk-behind", Page: "desk", Data: behind},
		{Name: "desk-closed", Page: "desk", Data: g.deskView(g.day(g.waiting()...))},
		g.desk("desk-dialog-transfer", append(g.waiting(), serving), "K 026", "dialog-transfer"),
		g.desk("desk-dialog-send", append(g.waiting(), serving), "K 026", "dialog-send"),
		{Name: "desk-too-late", Page: "desk", Data: tooLate},
		{Name: "desk-sent", Page: "desk", Data: sent},
		g.desk("desk-dialog-call-this", append(g.waiting(), serving), "K 026", "dialog-call-this"),
		g.desk("desk-dialog-more", append(g.waiting(), serving), "K 026", "dialog-more"),
		g.desk("desk-dialog-keys", append(g.waiting(), serving), "K 026", "dialog-keys"),
		{Name: "clerk-appointment", Page: "clerk-appointment", Data: g.appointment()},
		{Name: "clerk-appointment-purged", Page: "clerk-appointment", Data: booking.Appointment{Start: g.at("09:40"), End: g.at("10:15")}},
	}
}

// deskChoices are two offices' desks, one in each state.
func (g gallery) deskChoices() []deskChoice {
	states := []queue.DeskState{queue.DeskOpen, queue.DeskPaused, queue.DeskClosed}
	var all []deskChoice
	for _, id := range []booking.OfficeID{"buergerbuero", "wohngeld"} {
		office := g.office(id)
		for i, desk := range office.Desks {
			all = append(all, deskChoice{Desk: desk, Office: office, State: states[i%len(states)]})
		}
	}
	return all
}

// desk is desk 4 with the ticket of a number at it.
func (g gallery) desk(name string, tickets []queue.Ticket, number string, open ...string) example {
	state := g.day(tickets...)
	var at queue.TicketID
	if number != "" {
		at = numbered(state, number).ID
	}
	g.open(state, "4", at)
	e := example{Name: name, Page: "desk", Data: g.deskView(state)}
	if len(open) > 0 {
		e.Open = open[0]
	}
	return e
}

// disturb is a day on which passports cannot be served.
func (g gallery) disturb(state *queue.Office) *queue.Office {
	state.Counters.Disturbed = map[queue.ServiceID]int64{"reisepass": g.at("09:12").UnixMilli(), "vorl-reisepass": g.at("09:12").UnixMilli()}
	return state
}

func (g gallery) disturbedDesk() example {
	state := g.disturb(g.day(g.waiting()...))
	g.open(state, "4", "")
	return example{Name: "desk-disturbed", Page: "desk", Data: g.deskView(state)}
}

// allDisturbed is desk 4 with the ticket of a number at it, when nothing can be served any more.
func (g gallery) allDisturbed(name string, tickets []queue.Ticket, number string) example {
	state := g.day(tickets...)
	g.open(state, "4", numbered(state, number).ID)
	state.Counters.Disturbed = map[queue.ServiceID]int64{}
	for _, service := range g.office("buergerbuero").Services {
		state.Counters.Disturbed[queue.ServiceID(service.ID)] = g.at("09:12").UnixMilli()
	}
	return example{Name: name, Page: "desk", Data: g.deskView(state)}
}

// inSteps is desk 4 where no desk serves all of what some came for.
func (g gallery) inSteps(name string, tickets []queue.Ticket, number string) example {
	state := g.day(tickets...)
	g.open(state, "4", numbered(state, number).ID)
	d := state.Desks["4"]
	d.Serves = queue.Set([]queue.ServiceID{"abholung", "anmeldung", "fuehrungszeugnis"})
	state.Desks["4"] = d
	return example{Name: name, Page: "desk", Data: g.deskView(state)}
}

func (g gallery) deskView(state *queue.Office) deskView {
	office := g.office("buergerbuero")
	desk, _ := office.Desk("4")
	v := deskViewOf(g.l, office, desk, state, g.now)
	v.Elsewhere = elsewhere(g.city, office)
	return v
}

// appointment is of somebody who does not exist, with a name longer than most.
func (g gallery) appointment() booking.Appointment {
	return booking.Appointment{ID: "00000000-0000-4000-8000-000000000000", Office: "buergerbuero", House: "fischmarkt", State: booking.Booked,
		Start: g.at("11:40"), End: g.at("12:15"), Choices: []booking.Choice{{Service: "personalausweis", Persons: 1}, {Service: "anmeldung", Persons: 2}},
		Booked: g.at("08:02"), Lang: g.l.Tag,
		Contact: booking.Contact{Name: "Maximiliane-Theodora von Hohenfels-Musterbach", Mail: "m.hohenfels@example.org", Phone: "+497810000000"}}
}

// infodesks are the information desk: nothing asked, something given, found,
// not found, refused.
func (g gallery) infodesks() []example {
	house, _ := g.city.House("fischmarkt")
	base := infodeskView{House: house, Path: "/houses/fischmarkt/infodesk", Key: "example", Urgent: queue.UrgentReasons, AtOnce: queue.AtOnceReasons, Needs: queue.Needs,
		Form: infodeskForm{Persons: "1", Class: queue.WalkIn}}
	for _, id := range []booking.OfficeID{"buergerbuero", "auslaenderbuero"} {
		base.Offices = append(base.Offices, infodeskOffice{Office: g.office(id)})
	}
	busy := base
	busy.Offices = []infodeskOffice{{Office: g.office("buergerbuero"), Waiting: 7}, {Office: g.office("auslaenderbuero"), Waiting: 2, Stranded: []string{whole("N 311"), whole("N 027"), whole("N 840")}}}
	disturbed := busy
	disturbed.Offices = slices.Clone(busy.Offices)
	disturbed.Offices[0].Disturbed = disturbances(g.l, g.office("buergerbuero"), g.disturb(g.day()), g.now.Location())
	far := busy
	far.Offices = slices.Clone(busy.Offices)
	far.Offices[0].Away = []queue.Ticket{numbered(g.day(g.waiting()...), "K 305"), g.aside(numbered(g.day(g.waiting()...), "K 128"))}
	given, found, nothing, early, late, refused := busy, busy, busy, busy, busy, busy
	state := g.day(g.waiting()...)
	number := numbered(state, "K 821")
	missed := busy
	missed.Search, missed.Query = true, "Hohenfels"
	missed.Found = []foundAppointment{{Appointment: g.appointment(), Services: "Personalausweis beantragen", Ticket: g.waiting()[0]}}
	missed.Found[0].Ticket.ID, missed.Found[0].Ticket.State = "EXAMPLE0000000000000000000", queue.Missed
	tooLate := missed
	tooLate.Found = []foundAppointment{missed.Found[0]}
	tooLate.Found[0].TooLate = true
	given.Issued = &issued{ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, number, g.now), grounds(g.l, number, queue.DefaultRules, g.now.Location())}
	closed := given
	tooLong := g.called(number, queue.Missed, "2", "09:28")
	closed.Issued = &issued{ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, tooLong, g.now), ""}
	closed.Issued.TooLate = true
	a := g.appointment()
	found.Search, found.Query = true, "Hohenfels"
	found.Found = []foundAppointment{{Appointment: a, Services: "Personalausweis beantragen"}, {Appointment: a, Ticket: g.waiting()[0]}}
	found.Found[1].Ticket.ID = "EXAMPLE0000000000000000000"
	found.Found[1].ID = "00000000-0000-4000-8000-000000000001"
	nothing.Search, nothing.Query = true, "Niemand"
	early.Answer = &checkin.Answer{Outcome: checkin.Early, Appointment: a, Opens: g.at("11:25"), Closes: g.at("11:55")}
	late.Answer = &checkin.Answer{Outcome: checkin.Late, Appointment: a, Opens: g.at("08:25"), Closes: g.at("08:55")}
	refused.Refused, refused.Form = "reason", infodeskForm{Service: "buergerbuero/reisepass", Persons: "2", Class: queue.Urgent}
	noted := busy
	soon := g.noted(number)
	noted.Issued = &issued{ticketViewOf(g.l, g.city, g.office("buergerbuero"), state, soon, g.now), grounds(g.l, soon, queue.DefaultRules, g.now.Location())}
	return []example{
		{Name: "infodesk-noted", Page: "infodesk", Data: noted},
		{Name: "infodesk", Page: "infodesk", Data: base},
		{Name: "infodesk-disturbed", Page: "infodesk", Data: disturbed},
		{Name: "infodesk-on-the-way", Page: "infodesk", Data: far},
		{Name: "infodesk-issued", Page: "infodesk", Data: given},
		{Name: "infodesk-refused", Page: "infodesk", Data: refused},
		{Name: "infodesk-found", Page: "infodesk", Data: found},
		{Name: "infodesk-missed", Page: "infodesk", Data: missed},
		{Name: "infodesk-closed", Page: "infodesk", Data: closed},
		{Name: "infodesk-too-late", Page: "infodesk", Data: tooLate},
		{Name: "infodesk-nothing", Page: "infodesk", Data: nothing},
		{Name: "infodesk-early", Page: "infodesk", Data: early},
		{Name: "infodesk-late", Page: "infodesk", Data: late},
	}
}
