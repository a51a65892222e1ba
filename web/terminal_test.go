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
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || state.Tickets.Len() != 0 {
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

// TestScanAgain: whoever scans the code again is told where their number is now,
// and not to sit down and wait; who missed the call gets back into the line,
// here as at the information desk.
func TestScanAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	kiosk, clerk := s.browse(t, "de"), s.signedIn(t, "a.meyer")
	kiosk.post("/terminal", url.Values{"token": {tokens[terminal]}}).want(200)
	scan := func(contents ...string) {
		t.Helper()
		kiosk.post("/houses/fischmarkt/terminal/code", url.Values{"code": {v.code}}).want(200, contents...)
	}
	desk := func(command string) {
		t.Helper()
		clerk.post("/offices/buergerbuero/desks/2", url.Values{"command": {command}, "service": {"reisepass"}, "ticket": {v.ticket}}).want(200)
	}
	scan(v.number, "Sie sind angemeldet.")
	desk("open")
	desk("call-next")
	scan(v.number, "Sie sind dran.", "Gehen Sie jetzt zum Schalter 2.")
	desk("came")
	scan(v.number, "Sie sind im Gespräch.")
	desk("park")
	scan(v.number, "Wir haben Ihre Nummer zurückgelegt.")
	desk("bring-back")
	miss := func() {
		desk("call-next")
		s.clock.forward(3 * time.Minute)
		desk("no-show")
	}
	miss()
	scan(v.number, "Wir haben Sie aufgerufen.", "Ich bin da")
	kiosk.submit(v.ticket+"/here", "Ich bin da").want(200, "Sie sind angemeldet.")
	miss()
	clerk.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, v.number+" wurde aufgerufen und kam nicht.")
	clerk.submit(v.ticket+"/here", "Ist da").want(200, v.number, "ist ausgegeben")
	scan("Sie sind angemeldet.")
	if kiosk.post("/houses/fischmarkt/terminal/tickets/"+v.ticket+"/here", nil); kiosk.status != http.StatusConflict {
		t.Errorf("who waits is here again: %d", kiosk.status)
	}
}
