package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

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
	send := func(from, to, service string) {
		t.Helper()
		if response, text := s.ask(t, asked{method: "POST", path: api.Base + "/offices/" + from + "/tickets/" + v.ticket + "/send", token: tokens[administrator],
			body: api.Send{Office: to, Services: []string{service}}}); response.StatusCode != 200 {
			t.Fatalf("send to %s: %d %s", to, response.StatusCode, text)
		}
		s.eventually(t, func() bool {
			ticket, _, office, err := s.ticketOf(queue.TicketID(v.ticket))
			return err == nil && string(office.ID) == to && ticket.State.Open()
		})
	}
	cancel := asked{method: "POST", path: api.Base + "/appointments/" + v.link + "/cancel", body: api.Nothing{}}

	send("buergerbuero", "wohngeld", "wohngeld")
	if c := told(); c.Outcome != "already" || c.Office != "wohngeld" || c.Ticket.ID != v.ticket || c.Ticket.Number != v.number || c.Ticket.State != "waiting" {
		t.Errorf("told %+v", c)
	}
	scan().want(200, "Sie sind angemeldet.", v.number)
	phone.get("/appointments/"+v.link).want(200, "Sie sind angemeldet.</h1>", v.number).lacks("Termin absagen")
	clerk.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, v.number, "Geht in einem anderen Amt weiter.")
	if response, text := s.ask(t, cancel); response.StatusCode != 409 || !strings.Contains(string(text), "/problems/checked-in") {
		t.Errorf("cancel: %d %s", response.StatusCode, text)
	}

	send("wohngeld", "standesamt", "urkunde")
	far := told()
	if far.Outcome != "already" || far.Office != "standesamt" || far.Ticket.ID != v.ticket || far.Ticket.State != "parked" {
		t.Errorf("told %+v", far)
	}
	scan().want(200, far.Ticket.Number, "Ihr Besuch geht in einem anderen Haus weiter.", "Standesamt", "Melden Sie sich dort an der Infotheke.").lacks("/here", "Ihr Besuch ist erledigt")
	clerk.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"mustermann"}}).want(200, far.Ticket.Number).lacks(v.ticket + "/here")
	if response, text := s.ask(t, cancel); response.StatusCode != 409 {
		t.Errorf("cancel: %d %s", response.StatusCode, text)
	}
}
