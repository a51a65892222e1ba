package web

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestTerminalWhileClosed asks a terminal for numbers after the doors have
// closed: its pages offer none, and who asks all the same is told why.
func TestTerminalWhileClosed(t *testing.T) {
	s := newSite(t)
	a, _ := s.book(t)
	b := s.browse(t, "de")
	const path, closed = "/houses/fischmarkt/terminal", "Das Amt hat jetzt geschlossen."
	b.post("/terminal", url.Values{"token": {s.people(t)[terminal]}}).want(http.StatusOK, "Guten Morgen")
	b.get(path+"/walk-in").want(http.StatusOK, `value="abholung"`, "Sie bekommen sofort eine Nummer.")

	s.clock.forward(a.Start.Sub(s.Now()) + 20*time.Minute)
	late := url.Values{"code": {s.Bookings.Code(a)}}
	b.post(path+"/code", late).want(http.StatusOK, "Ihr Termin ist vorbei.", "Ich warte ohne Termin.")

	s.clock.forward(12 * time.Hour)
	b.post(path+"/code", late).want(http.StatusOK, "Ihr Termin ist vorbei.", closed, "Zurück")
	b.lacks("Ich warte ohne Termin.", "/questions")
	for _, page := range []string{"/walk-in", "/questions"} {
		b.get(path+page).want(http.StatusOK, closed, "Zurück")
		b.lacks(`name="service"`, "Sie bekommen sofort eine Nummer.")
	}
	b.post(path+"/entitled", url.Values{"code": late["code"], "key": {"a-key-of-its-own-1"}}).want(http.StatusConflict, closed, "gehen Sie bitte zur Infotheke", "Zurück")
	b.post(path+"/tickets", url.Values{"office": {"buergerbuero"}, "service": {"abholung"}, "key": {"a-key-of-its-own-2"}}).want(http.StatusConflict, closed, "gehen Sie bitte zur Infotheke", "Zurück")
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || len(state.Tickets) != 0 {
		t.Errorf("tickets of a closed office: %+v, %v", state.Tickets, err)
	}
}

// lacks checks what does not stand on the page.
func (b *browser) lacks(contents ...string) {
	b.t.Helper()
	for _, content := range contents {
		if strings.Contains(html.UnescapeString(b.page), content) {
			b.t.Errorf("%s: %q stands there\n%s", b.path, content, b.main())
		}
	}
}

// TestTerminalForTheNextPerson chooses a language at a terminal: it stays on the
// way, also back to the start, and is gone for the next person.
func TestTerminalForTheNextPerson(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	const path = "/houses/fischmarkt/terminal"
	b.post("/terminal", url.Values{"token": {s.people(t)[terminal]}}).submit(`action="/language"`, "English").want(http.StatusOK, "Good morning.")
	b.get(path+"/walk-in").want(http.StatusOK, "What do you need a number for?")
	b.get(path).want(http.StatusOK, "Good morning.")
	b.get(path+"/walk-in").submit("abholung", "").want(http.StatusOK, "You are checked in.")
	b.follow("Done").want(http.StatusOK, "Guten Morgen.")
	if b.path != path {
		t.Errorf("the next person is at %s", b.path)
	}
	b.get(path+"/walk-in").want(http.StatusOK, "Wofür brauchen Sie eine Nummer?")
}
