package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/web/api"
)

// TestRepeatsForAnAppointment sends each write of an appointment twice, and
// once with another content, under one key each.
func TestRepeatsForAnAppointment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	start := s.free(t)
	_, link, err := s.Bookings.Hold(t.Context(), passport, start, "de", "")
	if err != nil {
		t.Fatal(err)
	}
	send := func(key, path string, body any) (int, string) {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + path, body: body, header: map[string]string{"Idempotency-Key": key}})
		return response.StatusCode, string(text)
	}
	erika, hans := api.Contact{Name: "Erika Mustermann", Mail: "erika@example.org"}, api.Contact{Name: "Hans Muster", Mail: "hans@example.org"}
	for key, c := range []struct {
		path        string
		body, other any
	}{
		{"/holds/" + link + "/extend", nil, nil},
		{"/holds/" + link + "/confirm", erika, hans},
		{"/appointments/" + link + "/move", api.NewTime{Start: start.Add(time.Hour)}, api.NewTime{Start: start}},
	} {
		key := strings.Repeat("k", 16) + string(rune('a'+key))
		status, first := send(key, c.path, c.body)
		s.clock.forward(time.Second)
		if again, second := send(key, c.path, c.body); status != 200 || again != 200 || first != second {
			t.Errorf("%s: %d %s\nagain: %d %s", c.path, status, first, again, second)
		}
		if c.other == nil {
			continue
		}
		if status, text := send(key, c.path, c.other); status != 422 || !strings.Contains(text, "/problems/other-content") {
			t.Errorf("%s: another content under the same key: %d %s", c.path, status, text)
		}
	}
}

// TestRepeatsOfCheckins: a check-in that gave a number is answered as it was,
// also when the visit has gone on since, and when the office has closed. One that
// gave none has changed nothing, and is asked anew.
func TestRepeatsOfCheckins(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	inTime, _ := s.book(t)
	late, _ := s.book(t)
	send := func(key string, body any) (int, string) {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", token: tokens[terminal], body: body,
			header: map[string]string{"Idempotency-Key": key}})
		return response.StatusCode, string(text)
	}
	outcome := func(key string, body any, want string) (answer string) {
		t.Helper()
		status, answer := send(key, body)
		if status != 200 || !strings.Contains(answer, `"outcome":"`+want+`"`) {
			t.Fatalf("%d %s, want %s", status, answer, want)
		}
		return answer
	}
	again := func(key string, body any, first string) {
		t.Helper()
		_, second := send(key, body)
		if live.ReplaceAllString(second, "") != live.ReplaceAllString(first, "") {
			t.Errorf("first: %s\nagain: %s", first, second)
		}
	}
	code := api.NewCheckin{Code: s.Bookings.Code(inTime)}
	s.clock.forward(inTime.Start.Sub(s.Now()) - 16*time.Minute)
	outcome("in-time", code, "early")
	s.clock.forward(5 * time.Minute)
	welcome := outcome("in-time", code, "welcome")
	again("in-time", code, welcome)
	if status, text := send("in-time", api.NewCheckin{Code: s.Bookings.Code(late)}); status != 422 || !strings.Contains(text, "/problems/other-content") {
		t.Errorf("another code under the same key: %d %s", status, text)
	}

	entitled := api.NewCheckin{Code: s.Bookings.Code(late), Entitled: true}
	s.clock.forward(late.Start.Sub(s.Now()) + 20*time.Minute)
	number := outcome("late", entitled, "late")
	again("late", entitled, number)

	for _, first := range []string{welcome, number} {
		var c api.Checkin
		if err := json.Unmarshal([]byte(first), &c); err != nil || c.Ticket == nil {
			t.Fatalf("no ticket in %s", first)
		}
		path := api.Base + "/offices/buergerbuero/tickets/" + c.Ticket.ID + "/send"
		if response, text := s.ask(t, asked{method: "POST", path: path, token: tokens[administrator], body: api.Send{Office: "wohngeld", Services: []string{"wohngeld"}}}); response.StatusCode != 200 {
			t.Fatalf("send: %d %s", response.StatusCode, text)
		}
	}
	s.clock.forward(12 * time.Hour)
	again("in-time", code, welcome)
	again("late", entitled, number)
	outcome("anew", code, "already")
	outcome("anew", code, "already")
}

// TestRepeatAfterSend: what somebody asked with their ticket before the visit was
// sent on, by the API or a page, is answered as it was, and does nothing in the office
// where they wait now, nor does another request under its key.
func TestRepeatAfterSend(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	kiosk, phone := s.browse(t, "de"), s.browse(t, "de")
	kiosk.post("/terminal", url.Values{"token": {tokens[terminal]}}).want(200)
	pages := func() {
		t.Helper()
		form := url.Values{"need": {"more-time"}, "key": {"the-same-each-time"}}
		phone.post("/tickets/"+v.ticket+"/needs", form).want(200)
		kiosk.post("/houses/fischmarkt/terminal/tickets/"+v.ticket+"/needs", form).want(200)
	}
	own := func(what, key string, body any) (int, string) {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + "/tickets/" + v.ticket + "/" + what, body: body, header: map[string]string{"Idempotency-Key": key}})
		return response.StatusCode, live.ReplaceAllString(string(text), "")
	}
	s.known(t, v, "buergerbuero")
	pages()
	needs := api.SetNeeds{Needs: []string{"step-free"}}
	status, first := own("needs", "k1", needs)
	if status != 200 || !strings.Contains(first, `"office":"buergerbuero"`) {
		t.Fatalf("needs: %d %s", status, first)
	}
	again := func() {
		t.Helper()
		before := s.state(t)
		if status, text := own("needs", "k1", needs); status != 200 || text != first {
			t.Errorf("again: %d %s\nfirst: %s", status, text, first)
		}
		if status, text := own("leave", "k1", api.Nothing{}); status != 422 || !strings.Contains(text, "/problems/other-content") {
			t.Errorf("leave under its key: %d %s", status, text)
		}
		pages()
		if after := s.state(t); after != before {
			t.Errorf("changed\n%s\nto\n%s", before, after)
		}
	}
	s.send(t, v, tokens, "buergerbuero", "wohngeld", "wohngeld")
	again()
	s.send(t, v, tokens, "wohngeld", "buergerbuero", "anmeldung")
	again()
	if status, text := own("leave", "k2", api.Nothing{}); status != 200 || !strings.Contains(text, `"state":"gone"`) {
		t.Errorf("leave: %d %s", status, text)
	}
}

// TestLateMoveAfterCheckin: a move's repeat is no move, so it is answered when
// somebody has checked in, and moves nothing.
func TestLateMoveAfterCheckin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, link := s.book(t)
	move := asked{method: "POST", path: api.Base + "/appointments/" + link + "/move", body: api.NewTime{Start: a.Start.Add(30 * time.Minute)},
		header: map[string]string{"Idempotency-Key": "the-first-move-there-was"}}
	if response, text := s.ask(t, move); response.StatusCode != 200 {
		t.Fatalf("move: %d %s", response.StatusCode, text)
	}
	a, err := s.Bookings.ByLink(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.forward(a.Start.Sub(s.Now()))
	tokens := s.people(t)
	response, text := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", token: tokens[terminal], body: api.NewCheckin{Code: s.Bookings.Code(a)}})
	if response.StatusCode != 200 || !strings.Contains(string(text), `"welcome"`) {
		t.Fatalf("check in: %d %s", response.StatusCode, text)
	}
	if response, text := s.ask(t, move); response.StatusCode != 200 {
		t.Errorf("the move again: %d %s", response.StatusCode, text)
	}
	move.header = nil
	if response, text := s.ask(t, move); response.StatusCode != 409 {
		t.Errorf("a move anew: %d %s", response.StatusCode, text)
	}
}

// TestRefusalsSayWhatIsMeant: the problem fits the mistake, and names the field.
func TestRefusalsSayWhatIsMeant(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	_, link := s.book(t)
	one, free := api.Choice{Service: "abholung", Persons: 1}, api.Choice{Service: "anmeldung", Persons: 1}
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		code, field  string
	}{
		{"POST", "/offices/buergerbuero/tickets", api.NewTicket{}, 422, "nothing-chosen", ""},
		{"POST", "/offices/buergerbuero/tickets", api.NewTicket{Services: []api.Choice{one, one}}, 422, "chosen-twice", ""},
		{"POST", "/offices/buergerbuero/holds", api.NewHold{Services: []api.Choice{free, free}, Start: s.free(t)}, 422, "chosen-twice", ""},
		{"POST", "/offices/buergerbuero/holds", map[string]any{"services": []api.Choice{free}}, 422, "invalid", "start"},
		{"POST", "/appointments/" + link + "/move", map[string]any{}, 422, "invalid", "start"},
		{"POST", "/holds/%00/release", nil, 404, "appointment-unknown", ""},
		{"POST", "/holds/" + link + "/release", nil, 409, "booked", ""},
		{"GET", "/offices/buergerbuero/slots?services=reisepass&from=9999-12-31", nil, 400, "bad-input", "from"},
		{"GET", "/offices/buergerbuero/slots?services=reisepass&from=0000-01-01", nil, 400, "bad-input", "from"},
		{"GET", "/offices/buergerbuero/appointments?day=0000-01-01", nil, 400, "bad-input", "day"},
	} {
		response, text := s.ask(t, asked{method: c.method, path: api.Base + c.path, body: c.body, token: tokens[clerk]})
		var p api.Problem
		if err := json.Unmarshal(text, &p); err != nil || response.StatusCode != c.status || p.Type != "/problems/"+c.code || p.Detail != c.field {
			t.Errorf("%s %s: %d %s", c.method, c.path, response.StatusCode, text)
		}
	}
	b := s.browse(t, "de")
	for _, day := range []string{"day=9999-12-31", "day=0000-01-01", "at=9999-12-31T23:59:59Z", "at=0000-01-01T00:00:00Z"} {
		b.get("/booking/buergerbuero/times?s=reisepass&" + day).want(400)
	}
	b.get("/booking/buergerbuero/times?s=reisepass&day=2199-12-31").want(200)
}
