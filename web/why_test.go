package web

import (
	"cmp"
	"net/url"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/queue"
)

// clockOf is a time of monday by the clock of Berlin, in ms; 0 for "".
func clockOf(t *testing.T, clock string) int64 {
	t.Helper()
	if clock == "" {
		return 0
	}
	layout := "2006-01-02 15:04:05"[:11+len(clock)]
	at, err := time.ParseInLocation(layout, "2026-11-23 "+clock, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestGrounds is every way in which a due comes to be, and what is said of it.
func TestGrounds(t *testing.T) {
	noneAtOnce := queue.DefaultRules
	noneAtOnce.AtOnce = 0
	for name, c := range map[string]struct {
		class              queue.Class
		slot, arrived, due string
		reason             string
		rules              *queue.Rules
		de, en             string
	}{
		"early": {class: queue.Booked, slot: "09:40", arrived: "09:26", due: "09:40",
			de: "Termin 09:40, angemeldet 09:26", en: "Appointment 09:40, checked in 09:26"},
		"in the minute": {class: queue.Booked, slot: "09:40", arrived: "09:40:59", due: "09:40:59",
			de: "Termin 09:40, angemeldet 09:40", en: "Appointment 09:40, checked in 09:40"},
		"late": {class: queue.Booked, slot: "09:30", arrived: "09:41", due: "09:41",
			de: "Termin 09:30, 11 Minuten später angemeldet", en: "Appointment 09:30, checked in 11 minutes late"},
		"late by one": {class: queue.Booked, slot: "09:30", arrived: "09:31:20", due: "09:31:20",
			de: "Termin 09:30, 1 Minute später angemeldet", en: "Appointment 09:30, checked in 1 minute late"},
		"noted": {class: queue.Booked, slot: "11:40", arrived: "09:26", due: "11:40",
			de: "Termin 11:40, angemeldet 09:26", en: "Appointment 11:40, checked in 09:26"},
		"booked, back": {class: queue.Booked, slot: "09:40", arrived: "09:26", due: "10:02",
			de: "Termin 09:40, angemeldet 09:26, später wieder da, fällig 10:02", en: "Appointment 09:40, checked in 09:26, came back later, due 10:02"},
		"late, back": {class: queue.Booked, slot: "09:30", arrived: "09:41", due: "09:58",
			de: "Termin 09:30, 11 Minuten später angemeldet, später wieder da, fällig 09:58", en: "Appointment 09:30, checked in 11 minutes late, came back later, due 09:58"},
		"booked, merged": {class: queue.Booked, slot: "09:40", arrived: "09:26", due: "09:32",
			de: "Termin 09:40, angemeldet 09:26, zusammengelegt mit einer früher fälligen Nummer, fällig 09:32",
			en: "Appointment 09:40, checked in 09:26, merged with a number due earlier, due 09:32"},

		"too late for the appointment": {class: queue.Entitled, slot: "09:00", arrived: "09:28", due: "09:48",
			de: "Termin heute um 09:00 verpasst, gekommen 09:28, fällig 09:48", en: "Missed today’s appointment at 09:00, arrived 09:28, due 09:48"},
		"missed the call, without an appointment": {class: queue.Entitled, arrived: "09:28", due: "10:11",
			de: "Ohne Termin, gekommen 09:28, Aufruf verpasst, fällig 10:11", en: "No appointment, arrived 09:28, missed the call, due 10:11"},
		"missed the call, with an appointment": {class: queue.Entitled, slot: "09:40", arrived: "09:26", due: "10:31",
			de: "Termin 09:40, angemeldet 09:26, Aufruf verpasst, fällig 10:31", en: "Appointment 09:40, checked in 09:26, missed the call, due 10:31"},
		"missed the call, with an appointment, in the last minute": {class: queue.Entitled, slot: "09:40", arrived: "09:55:59", due: "10:31",
			de: "Termin 09:40, 15 Minuten später angemeldet, Aufruf verpasst, fällig 10:31", en: "Appointment 09:40, checked in 15 minutes late, missed the call, due 10:31"},

		"walk-in": {class: queue.WalkIn, arrived: "09:24", due: "09:44",
			de: "Ohne Termin, gekommen 09:24, fällig 09:44", en: "No appointment, arrived 09:24, due 09:44"},
		"walk-in, merged": {class: queue.WalkIn, arrived: "09:24", due: "09:10",
			de: "Ohne Termin, gekommen 09:24, zusammengelegt mit einer früher fälligen Nummer, fällig 09:10",
			en: "No appointment, arrived 09:24, merged with a number due earlier, due 09:10"},
		"walk-in of a node whose clock was behind": {class: queue.WalkIn, arrived: "09:24:01", due: "09:23:59",
			de: "Ohne Termin, gekommen 09:24, fällig 09:23", en: "No appointment, arrived 09:24, due 09:23"},
		"information desk": {class: queue.Info, arrived: "09:24", due: "09:34",
			de: "Infotheke, gekommen 09:24, fällig 09:34", en: "Information desk, arrived 09:24, due 09:34"},

		"urgent": {class: queue.Urgent, arrived: "14:08", due: "14:08", reason: "deadline",
			de: "Dringend: Frist endet, gekommen 14:08", en: "Urgent: A deadline ends, arrived 14:08"},
		"urgent, back": {class: queue.Urgent, arrived: "14:08", due: "14:21", reason: "deadline",
			de: "Dringend: Frist endet, gekommen 14:08, später wieder da, fällig 14:21", en: "Urgent: A deadline ends, arrived 14:08, came back later, due 14:21"},
		"urgent, merged": {class: queue.Urgent, arrived: "14:08", due: "14:00", reason: "deadline",
			de: "Dringend: Frist endet, gekommen 14:08, zusammengelegt mit einer früher fälligen Nummer, fällig 14:00",
			en: "Urgent: A deadline ends, arrived 14:08, merged with a number due earlier, due 14:00"},
		"urgent with an appointment": {class: queue.Urgent, slot: "14:30", arrived: "14:08", due: "14:30", reason: "hardship",
			de: "Dringend: Soziale Notlage, Notfalltermin 14:30", en: "Urgent: Hardship, emergency appointment 14:30"},
		"urgent with an appointment, late": {class: queue.Urgent, slot: "14:30", arrived: "14:34", due: "14:30", reason: "hardship",
			de: "Dringend: Soziale Notlage, Notfalltermin 14:30", en: "Urgent: Hardship, emergency appointment 14:30"},
		"urgent with an appointment, back": {class: queue.Urgent, slot: "14:30", arrived: "14:08", due: "14:41", reason: "hardship",
			de: "Dringend: Soziale Notlage, Notfalltermin 14:30, später wieder da, fällig 14:41",
			en: "Urgent: Hardship, emergency appointment 14:30, came back later, due 14:41"},

		"at once": {class: queue.AtOnce, arrived: "09:29", due: "08:44", reason: "frail",
			de: "Sofort: Kann nicht lange warten, gekommen 09:29, fällig 08:44", en: "At once: Cannot wait for long, arrived 09:29, due 08:44"},
		"one too many at once": {class: queue.AtOnce, arrived: "09:29", due: "09:29", reason: "frail",
			de: "Sofort: Kann nicht lange warten, gekommen 09:29. Die Sofortfälle der Stunde waren vergeben: fällig ab Ankunft",
			en: "At once: Cannot wait for long, arrived 09:29. The hour’s at-once cases were used up: due from arrival"},
		"at once, where that is from arrival": {class: queue.AtOnce, arrived: "09:29", due: "09:29", reason: "frail", rules: &noneAtOnce,
			de: "Sofort: Kann nicht lange warten, gekommen 09:29, fällig 09:29", en: "At once: Cannot wait for long, arrived 09:29, due 09:29"},
		"at once, back": {class: queue.AtOnce, arrived: "09:29", due: "09:40", reason: "frail",
			de: "Sofort: Kann nicht lange warten, gekommen 09:29, später wieder da, fällig 09:40",
			en: "At once: Cannot wait for long, arrived 09:29, came back later, due 09:40"},
	} {
		ticket := queue.Ticket{Class: c.class, Slot: clockOf(t, c.slot), Arrived: clockOf(t, c.arrived), Due: clockOf(t, c.due), Reason: c.reason}
		rules := *cmp.Or(c.rules, &queue.DefaultRules)
		for tag, want := range map[string]string{"de": c.de, "en": c.en} {
			if got := grounds(texts.In(tag), ticket, rules, berlin(t)); got != want {
				t.Errorf("%s, %s:\n got %s\nwant %s", name, tag, got, want)
			}
		}
	}
}

// TestCalled is every rule by which a ticket comes to a desk, and what is said of it.
func TestCalled(t *testing.T) {
	for name, c := range map[string]struct {
		ticket queue.Ticket
		de, en string
	}{
		"earliest": {queue.Ticket{State: queue.Called, Why: &queue.Why{Rule: queue.RuleEarliest, Due: clockOf(t, "10:16")}},
			"Fällig 10:16, für diesen Schalter war niemand früher fällig.", "Due 10:16, nobody waiting for this desk was due earlier."},
		"step": {queue.Ticket{State: queue.Serving, Why: &queue.Why{Rule: queue.RuleStep, Due: clockOf(t, "10:17")}, CalledAt: 3, ServedAt: 4},
			"Fällig 10:17, für diesen Schalter war niemand früher fällig. In Schritten: kein passender offener Schalter konnte alles bedienen.",
			"Due 10:17, nobody waiting for this desk was due earlier. In steps: no open desk that fits them could serve all of it."},
		"chosen": {queue.Ticket{State: queue.Called, Why: &queue.Why{Rule: queue.RuleChosen, Due: clockOf(t, "10:18"), Reason: "belongs-together"}},
			"Außer der Reihe aufgerufen: Gehört zu jemandem am Schalter. Fällig war 10:18.", "Called out of turn: Belongs to somebody at the desk. It was due 10:18."},
		"parked and called again": {queue.Ticket{State: queue.Serving, Why: &queue.Why{Rule: queue.RuleEarliest, Due: clockOf(t, "10:19")}, ParkedAt: 2, CalledAt: 3, ServedAt: 4},
			"Fällig 10:19, für diesen Schalter war niemand früher fällig.", "Due 10:19, nobody waiting for this desk was due earlier."},
		"parked and brought back to a desk": {queue.Ticket{State: queue.Serving, Why: &queue.Why{Rule: queue.RuleEarliest, Due: clockOf(t, "10:20")}, CalledAt: 2, ParkedAt: 3, ServedAt: 4},
			"Ohne Aufruf an den Schalter geholt.", "Brought to the desk without a call."},
		"stepped aside and brought to a desk": {queue.Ticket{State: queue.Serving, ParkedAt: 3, ServedAt: 4},
			"Ohne Aufruf an den Schalter geholt.", "Brought to the desk without a call."},
		"waiting": {queue.Ticket{State: queue.Waiting}, "", ""},
	} {
		for tag, want := range map[string]string{"de": c.de, "en": c.en} {
			if got := called(texts.In(tag), c.ticket, berlin(t)); got != want {
				t.Errorf("%s, %s:\n got %s\nwant %s", name, tag, got, want)
			}
		}
	}
}

// TestWhyAtTheDesk is what a desk and the information desk say of the same people:
// nothing of those who wait for another desk, and nothing that was not.
func TestWhyAtTheDesk(t *testing.T) {
	t.Parallel()
	city := democity.City()
	for i, desk := range city.Houses[0].Offices[0].Desks {
		if desk.ID == "4" {
			city.Houses[0].Offices[0].Desks[i].Meets = []string{"step-free"}
		}
	}
	s := newSite(t, city)
	b := s.signedIn(t, "a.meyer")
	const desk, other, infodesk = "/offices/buergerbuero/desks/4", "/offices/buergerbuero/desks/5", "/houses/fischmarkt/infodesk/tickets"
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post(other, url.Values{"command": {"open"}, "service": {"anmeldung", "reisepass"}}).want(200)

	b.post(infodesk, url.Values{"service": {"buergerbuero/anmeldung"}, "persons": {"1"}, "class": {"walk-in"}}).want(200, "<br>Ohne Termin, gekommen 08:00, fällig 08:20</p>")
	elsewhere := s.in(t, queue.Waiting)
	s.clock.forward(5 * time.Minute)
	b.post(infodesk, url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200, "<br>Ohne Termin, gekommen 08:05, fällig 08:25</p>")
	b.post(desk, url.Values{"command": {"call-next"}}).want(200,
		"<p>Ohne Termin, gekommen 08:05, fällig 08:25. Fällig 08:25, für diesen Schalter war niemand früher fällig.</p>")
	called := s.in(t, queue.Called)
	b.lang = "en"
	b.get(desk).want(200, "<p>No appointment, arrived 08:05, due 08:25. Due 08:25, nobody waiting for this desk was due earlier.</p>")
	b.lang = "de"

	s.clock.forward(2 * time.Minute)
	b.post(desk, url.Values{"command": {"no-show"}, "ticket": {string(called.ID)}}).want(200)
	s.clock.forward(20 * time.Minute)
	b.post(desk, url.Values{"command": {"here"}, "ticket": {string(called.ID)}}).want(200, "<small>Ohne Termin, gekommen 08:05, Aufruf verpasst, fällig 08:47</small>")
	b.get(infodesk+"/"+string(called.ID)).want(200, "<br>Ohne Termin, gekommen 08:05, Aufruf verpasst, fällig 08:47</p>")

	b.post(desk, url.Values{"command": {"change"}, "ticket": {string(elsewhere.ID)}, "service": {"anmeldung", "reisepass"}, "persons": {"1"}}).want(200)
	b.post(desk, url.Values{"command": {"set-needs"}, "ticket": {string(elsewhere.ID)}, "need": {"step-free"}}).want(200)
	b.post(desk, url.Values{"command": {"call-next"}}).want(200, // desk 5 serves all of it, and is not free of steps
		"<p>Ohne Termin, gekommen 08:00, fällig 08:20. Fällig 08:20, für diesen Schalter war niemand früher fällig. In Schritten: kein passender offener Schalter konnte alles bedienen.</p>")
	s.clock.forward(time.Minute)
	b.post(desk, url.Values{"command": {"park"}, "ticket": {string(elsewhere.ID)}}).want(200)
	s.clock.forward(time.Minute)
	b.post(desk, url.Values{"command": {"bring-here"}, "ticket": {string(elsewhere.ID)}}).want(200, "<p>Ohne Termin, gekommen 08:00, fällig 08:20. Ohne Aufruf an den Schalter geholt.</p>")

	b.post(other, url.Values{"command": {"call-this"}, "ticket": {string(called.ID)}, "reason": {"belongs-together"}}).want(200,
		"<p>Ohne Termin, gekommen 08:05, Aufruf verpasst, fällig 08:47. Außer der Reihe aufgerufen: Gehört zu jemandem am Schalter. Fällig war 08:47.</p>")

	b.post(desk, url.Values{"command": {"finish"}, "ticket": {string(elsewhere.ID)}, "done": {"reisepass"}}).want(200)
	b.post(infodesk, url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"urgent"}, "reason": {"deadline"}}).want(200, "<br>Dringend: Frist endet, gekommen 08:29</p>")
	b.post(desk, url.Values{"command": {"call-next"}}).want(200, "<p>Dringend: Frist endet, gekommen 08:29. Fällig 08:29, für diesen Schalter war niemand früher")
	urgent := s.office("buergerbuero").Desks["4"].Ticket
	s.clock.forward(2 * time.Minute)
	b.post(desk, url.Values{"command": {"no-show"}, "ticket": {string(urgent)}}).want(200)
	s.clock.forward(5 * time.Minute)
	s.browse(t, "de").post("/tickets/"+string(urgent)+"/here", nil).want(200)
	s.eventually(t, func() bool { return s.office("buergerbuero").Tickets.At(urgent).State == queue.Waiting })
	b.get(desk).want(200, "<small>Dringend: Frist endet, gekommen 08:29, später wieder da, fällig 08:36</small>")
}
