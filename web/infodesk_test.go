package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
)

// TestInfodeskKeepsWhatWasChosen: what an information desk refuses stands there
// as it was chosen, with the sentence, and nothing happened.
func TestInfodeskKeepsWhatWasChosen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signedIn(t, "a.meyer")
	b.get("/houses/fischmarkt/infodesk").want(200)
	before := s.state(t)
	for _, c := range []struct {
		to       string
		form     url.Values
		status   int
		contents []string
	}{
		{"tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"2"}, "class": {"urgent"}, "reason": {""}}, 422,
			[]string{"wählen Sie einen Grund", `href="#reason"`, `value="buergerbuero/reisepass" selected`, `type="number" min="1" max="12" value="2"`, `value="urgent" checked`}},
		{"tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"2"}, "class": {"urgent"}, "reason": {"departs-today"}}, 422,
			[]string{"wählen Sie einen Grund", `value="departs-today" selected`}},
		{"tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"500"}, "class": {"walk-in"}}, 422,
			[]string{"Zahl der Personen", `href="#persons"`, `max="12" value="500" required aria-invalid="true"`}},
		{"tickets", url.Values{"service": {"buergerbuero/nothing"}, "persons": {"1"}, "class": {"at-once"}, "reason": {"departs-today"}}, 422,
			[]string{"gibt es hier nicht", `href="#service"`, `value="at-once" checked`, `value="departs-today" selected`}},
		{"tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"king"}}, 422, []string{"Dringlichkeit gibt es nicht", `href="#walk-in"`}},
		{"tickets", url.Values{"service": {"nowhere/reisepass"}, "persons": {"3"}}, 404, []string{"Amt gibt es nicht", `max="12" value="3"`}},
		{"search", url.Values{"q": {strings.Repeat("ä", 101)}}, 400, []string{"nicht lesbar", strings.Repeat("ä", 101)}},
		{"checkins", url.Values{"appointment": {"00000000-0000-4000-8000-000000000000"}}, 404, []string{"Termin gibt es nicht", `href="#q"`}},
	} {
		b.post("/houses/fischmarkt/infodesk/"+c.to, c.form).want(c.status, append(c.contents, "Infotheke", "Nummer ausgeben")...)
	}
	if s.state(t) != before {
		t.Error("something changed")
	}
	b.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {strings.Repeat("ä", 100)}}).want(200, "kein solcher Termin")
	if b.post("/houses/hauptstrasse/infodesk/tickets", url.Values{"service": {"standesamt/geburt"}, "persons": {"1"}}); b.status != http.StatusForbidden || strings.Contains(b.page, "Nummer ausgeben") {
		t.Errorf("another house's desk: %d", b.status)
	}
}

// TestInfodeskSaysWhenAtOnceIsFull: the seventh at once within an hour is due at
// arrival, and the clerk is told so.
func TestInfodeskSaysWhenAtOnceIsFull(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signedIn(t, "a.meyer")
	form := url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"at-once"}, "reason": {"departs-today"}}
	for range 6 {
		b.post("/houses/fischmarkt/infodesk/tickets", form).want(200, "fällig 07:15")
	}
	b.post("/houses/fischmarkt/infodesk/tickets", form).want(200, "Die Sofortfälle der Stunde waren vergeben: fällig ab Ankunft")
}

// TestInfodeskKeepsNumbersWhole: no line ends within a number that stands in a sentence.
func TestInfodeskKeepsNumbersWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.arriveBooked(t, s.people(t))
	b := s.signedIn(t, "a.meyer")
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Waiting()) == 1 })
	whole := strings.ReplaceAll(v.number, " ", "\u00a0")
	b.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, "bedient gerade kein offener Schalter:", "ist angemeldet: "+v.number)
	if n := strings.Count(b.page, whole); n != 2 {
		t.Errorf("the number stands whole %d times\n%s", n, b.main())
	}
}

// TestInfodeskFindsByAnyKeyboard: who booked as Özdemir is found as Ozdemir.
func TestInfodeskFindsByAnyKeyboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, link, err := s.Bookings.Hold(t.Context(), passport, s.free(t), "de", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bookings.Confirm(t.Context(), "", link, booking.Contact{Name: "Ayşe Özdemir", Mail: "a@example.org"}); err != nil {
		t.Fatal(err)
	}
	b := s.signedIn(t, "a.meyer")
	for _, q := range []string{"ozdemir", "oezdemir", "Ayse"} {
		b.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {q}}).want(200, "1 Termin heute", "Ayşe Özdemir")
	}
	b.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"ozdemar"}}).want(200, "kein solcher Termin")
}
