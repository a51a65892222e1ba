package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pdf/pdftest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestScanAfterSend: whoever was sent to another office is told by their code
// where they wait now, in another house how to get on there; so is the
// information desk; and the time is theirs as long as they wait.
func TestScanAfterSend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	kiosk, clerk, phone := s.browse(t, "de"), s.signedIn(t, "a.meyer"), s.browse(t, "de")
	kiosk.post("/terminal", url.Values{"token": {tokens[terminal]}}).want(200)
	scan := func() *browser {
		return kiosk.post("/houses/fischmarkt/terminal/code", url.Values{"code": {v.code}})
	}
	told := func() (c api.Checkin) {
		t.Helper()
		response, text := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", token: tokens[terminal], body: api.NewCheckin{Code: v.code}})
		if err := json.Unmarshal(text, &c); err != nil || response.StatusCode != 200 || c.Ticket == nil {
			t.Fatalf("scanned again: %d %s", response.StatusCode, text)
		}
		return c
	}
	cancel := asked{method: "POST", path: api.Base + "/appointments/" + v.link + "/cancel", body: api.Nothing{}}

	s.send(t, v, tokens, "buergerbuero", "wohngeld", "wohngeld")
	if c := told(); c.Outcome != "already" || c.Office != "wohngeld" || c.Ticket.ID != v.ticket || c.Ticket.Number != v.number || c.Ticket.State != "waiting" {
		t.Errorf("told %+v", c)
	}
	scan().want(200, "Sie sind angemeldet.", v.number)
	phone.get("/appointments/"+v.link).want(200, "Sie sind angemeldet.</h1>", v.number).lacks("Termin absagen")
	clerk.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, v.number, "Geht in einem anderen Amt weiter.")
	if response, text := s.ask(t, cancel); response.StatusCode != 409 || !strings.Contains(string(text), "/problems/checked-in") {
		t.Errorf("cancel: %d %s", response.StatusCode, text)
	}

	s.send(t, v, tokens, "wohngeld", "standesamt", "urkunde")
	far := told()
	if far.Outcome != "already" || far.Office != "standesamt" || far.Ticket.ID != v.ticket || far.Ticket.State != "parked" {
		t.Errorf("told %+v", far)
	}
	const where = "Gehen Sie bitte zu: Standesamt, Hauptstraße 90, 77652 Offenburg."
	scan().want(200, far.Ticket.Number, "Ihr Besuch geht in einem anderen Haus weiter.", where, "Melden Sie sich dort an der Infotheke.").lacks("/here", "Ihr Besuch ist erledigt")
	phone.get("/tickets/"+v.ticket).want(200, far.Ticket.Number, "Wir haben Sie angekündigt.", where, "/here")
	phone.get("/tickets/" + v.ticket + "/paper.pdf").want(200)
	if words := pdftest.Words(t, []byte(phone.page)); !strings.Contains(words, "Gehen") || !strings.Contains(words, "Hauptstraße") {
		t.Errorf("the paper says %s", words)
	}
	clerk.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, far.Ticket.Number).lacks(v.ticket + "/here")
	if response, text := s.ask(t, cancel); response.StatusCode != 409 {
		t.Errorf("cancel: %d %s", response.StatusCode, text)
	}
}

// TestStrandedAtTheTerminal: a number that no clerk at work serves says so at the
// terminal; before anybody is at work none does.
func TestStrandedAtTheTerminal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	kiosk, clerk := s.browse(t, "de"), s.signedIn(t, "a.meyer")
	kiosk.post("/terminal", url.Values{"token": {tokens[terminal]}}).want(200)
	const stranded = "Zur Zeit kann kein offener Schalter Sie bedienen."
	for _, c := range []struct {
		serves string // at the desk that is open
		says   bool
	}{{"", false}, {"abholung", true}, {"reisepass", false}} {
		if c.serves != "" {
			clerk.post("/offices/buergerbuero/desks/2", url.Values{"command": {"open"}, "service": {c.serves}}).want(200)
		}
		s.eventually(t, func() bool {
			d := s.office("buergerbuero").Desks["2"]
			return c.serves == "" || len(d.Serves) == 1 && string(d.Serves[0]) == c.serves
		})
		page := kiosk.get("/houses/fischmarkt/terminal/tickets/"+v.ticket).want(200, v.number)
		if strings.Contains(page.page, stranded) != c.says {
			t.Errorf("with a desk open for %q it says so: %t", c.serves, !c.says)
		}
	}
}

// TestBackAfterClosing: whoever missed a call for long, and is back when the
// doors have closed, is told so wherever they say it, and their number stays as it
// is. Before that they wait anew.
func TestBackAfterClosing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	kiosk, clerk, phone := s.browse(t, "de"), s.signedIn(t, "a.meyer"), s.browse(t, "en")
	kiosk.post("/terminal", url.Values{"token": {tokens[terminal]}}).want(200)
	desk := func(command string) *browser {
		return clerk.post("/offices/buergerbuero/desks/2", url.Values{"command": {command}, "service": {"reisepass"}, "ticket": {v.ticket}})
	}
	desk("open").want(200)
	desk("call-next").want(200)
	s.clock.forward(3 * time.Minute)
	desk("no-show").want(200)
	s.eventually(t, func() bool {
		ticket, _, _, err := s.ticketOf(queue.TicketID(v.ticket))
		return err == nil && ticket.State == queue.Missed
	})
	phone.get("/tickets/"+v.ticket).want(200, "After that you wait anew, as long as the office is open.", "I am here")

	s.clock.forward(12 * time.Hour) // past 18:00
	const path, refused = "/houses/fischmarkt", "das Amt hat jetzt geschlossen. Mit dieser Nummer geht es heute nicht weiter."
	phone.get("/tickets/"+v.ticket).want(200, "the office is closed now. This number cannot go on today.").lacks("you wait anew", "I am here", "/needs")
	clerk.get("/offices/buergerbuero/desks/2").want(200, v.number, "die Türen sind zu, heute nicht mehr").lacks(`id="revoke-` + v.ticket)
	clerk.get(path+"/infodesk/tickets/"+v.ticket).want(200, v.number, "Heute geht es nicht weiter.").lacks("/here", "/needs")
	clerk.post(path+"/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, v.number, "Heute geht es nicht weiter.").lacks("/here")
	phone.post("/tickets/"+v.ticket+"/here", nil).want(409, "the office is closed now. This number cannot go on today.")
	kiosk.post(path+"/terminal/code", url.Values{"code": {v.code}}).want(200, v.number, refused).lacks("/here")
	kiosk.post(path+"/terminal/tickets/"+v.ticket+"/here", nil).want(409, refused, "gehen Sie bitte zur Infotheke")
	clerk.post(path+"/infodesk/tickets/"+v.ticket+"/here", nil).want(409, refused)
	desk("here").want(409, refused)
	for who, path := range map[string]string{nobody: "/tickets/", manager: "/offices/buergerbuero/tickets/"} {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + path + v.ticket + "/here", token: tokens[who], body: api.Nothing{}})
		if response.StatusCode != 409 || !strings.Contains(string(text), "/problems/missed") {
			t.Errorf("%s: %d %s", who, response.StatusCode, text)
		}
	}
	state, err := s.Line.Office(t.Context(), "buergerbuero")
	if err != nil || state.Tickets.At(queue.TicketID(v.ticket)).State != queue.Missed {
		t.Errorf("the number is %+v, %v", state.Tickets.At(queue.TicketID(v.ticket)), err)
	}
}

// TestPhoneSaysHowItEnded: whose number was merged is told into which, and whose
// visit the office has ended is told why.
func TestPhoneSaysHowItEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	joined := func() (v api.Visit) {
		_, text := s.ask(t, asked{method: "POST", path: api.Base + "/offices/buergerbuero/tickets", token: tokens[clerk],
			body: api.NewTicket{Services: []api.Choice{{Service: "reisepass", Persons: 1}}}})
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return v
	}
	first, second := joined(), joined()
	phone := s.browse(t, "de")
	for _, c := range []struct {
		of, command string
		body        any
		want        string
	}{
		{first.ID, "merge", api.Merge{Into: second.ID}, "Diese Nummer gehört jetzt zu " + second.Number + "."},
		{second.ID, "cancel", api.Cancel{Reason: "wrong-office"}, "Ihr Besuch ist beendet: Falsches Amt."},
	} {
		if response, text := s.ask(t, asked{method: "POST", path: api.Base + "/offices/buergerbuero/tickets/" + c.of + "/" + c.command, token: tokens[clerk], body: c.body}); response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", c.command, response.StatusCode, text)
		}
		s.eventually(t, func() bool { return !s.office("buergerbuero").Tickets.At(queue.TicketID(c.of)).State.Open() })
		phone.get("/tickets/"+c.of).want(200, c.want)
	}
}
