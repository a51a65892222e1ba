package web

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// TestFormCommand: what each form of a desk's page means, whole: no field is
// taken for another, and no desk is left out or put in.
func TestFormCommand(t *testing.T) {
	t.Parallel()
	two := []queue.ServiceID{"anmeldung", "reisepass"}
	for form, want := range map[string]queue.Command{
		"command=open&service=reisepass&service=anmeldung": queue.OpenDesk{Desk: "4", Serves: two},
		"command=pause":     queue.PauseDesk{Desk: "4"},
		"command=close":     queue.CloseDesk{Desk: "4"},
		"command=call-next": queue.CallNext{Desk: "4"},
		"command=call-this&ticket=T&reason=departs-today":               queue.CallThis{Desk: "4", Ticket: "T", Reason: "departs-today"},
		"command=recall&ticket=T":                                       queue.Recall{Desk: "4", Ticket: "T"},
		"command=put-back&ticket=T":                                     queue.PutBack{Desk: "4", Ticket: "T"},
		"command=came&ticket=T":                                         queue.Came{Desk: "4", Ticket: "T"},
		"command=finish&ticket=T&done=reisepass&done=anmeldung":         queue.Finish{Desk: "4", Ticket: "T", Done: two},
		"command=finish-and-call-next&ticket=T&done=reisepass":          queue.FinishAndCallNext{Desk: "4", Ticket: "T", Done: two[1:]},
		"command=no-show&ticket=T":                                      queue.NoShow{Desk: "4", Ticket: "T"},
		"command=park&ticket=T":                                         queue.Park{Desk: "4", Ticket: "T"},
		"command=revoke&ticket=T":                                       queue.Revoke{Ticket: "T"},
		"command=here&ticket=T":                                         queue.Here{Ticket: "T"},
		"command=bring-back&ticket=T":                                   queue.BringBack{Ticket: "T"},
		"command=bring-here&ticket=T":                                   queue.BringBack{Ticket: "T", Desk: "4"},
		"command=transfer&ticket=T&service=reisepass&service=anmeldung": queue.Transfer{Ticket: "T", Services: two},
		"command=send&ticket=T&office=wohngeld&service=rentenantrag":    queue.Send{Ticket: "T", Office: "wohngeld", Services: []queue.ServiceID{"rentenantrag"}},
		"command=change&ticket=T&service=reisepass&persons=3":           queue.Change{Ticket: "T", Services: two[1:], Persons: 3},
		"command=split&ticket=T&service=anmeldung&persons=2":            queue.Split{Ticket: "T", Services: two[:1], Persons: 2},
		"command=merge&ticket=T&into=U":                                 queue.Merge{Ticket: "T", Into: "U"},
		"command=cancel&ticket=T&reason=double":                         queue.Cancel{Ticket: "T", Reason: "double"},
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := formCommand(&http.Request{PostForm: values}, "4"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s means %#v, %v; want %#v", form, got, err, want)
		}
	}
	for _, form := range []url.Values{{}, {"command": {"leave"}}} {
		if got, err := formCommand(&http.Request{PostForm: form}, "4"); err != queue.ErrInvalid {
			t.Errorf("%v means %#v, %v", form, got, err)
		}
	}
}

// TestMissedForLong: whoever missed the call and comes within the way back keeps
// the due; later they wait anew. The desk's button says which, and does it.
func TestMissedForLong(t *testing.T) {
	t.Parallel()
	city := democity.City()
	for i := range city.Houses[0].Offices[0].Services {
		city.Houses[0].Offices[0].Services[i].Allowance = 7
	}
	s := newSite(t, city)
	b := s.signedIn(t, "a.meyer")
	office, _ := s.City().Office("buergerbuero")
	rules := checkin.Rules(*office)
	const desk = "/offices/buergerbuero/desks/4"
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	for _, c := range []struct {
		away    time.Duration
		command string
		keeps   bool
	}{{rules.Return - time.Minute, "revoke", true}, {rules.Return + 5*time.Minute, "here", false}} {
		b.post("/houses/fischmarkt/infodesk/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200)
		b.post(desk, url.Values{"command": {"call-next"}}).want(200)
		called := s.in(t, queue.Called)
		s.clock.forward(rules.NoShow)
		b.post(desk, url.Values{"command": {"no-show"}, "ticket": {string(called.ID)}}).want(200)
		s.in(t, queue.Missed)
		s.clock.forward(c.away)
		button := `data-command="` + c.command + `" data-ticket="` + string(called.ID) + `"`
		if b.get(desk); !strings.Contains(b.page, button) {
			t.Fatalf("after %s no button with %s\n%s", c.away, button, b.main())
		}
		b.post(desk, url.Values{"command": {c.command}, "ticket": {string(called.ID)}}).want(200)
		back := s.in(t, queue.Waiting)
		due, class := s.Now().Add(7*time.Minute).UnixMilli(), queue.Entitled
		if c.keeps {
			due, class = called.Due, called.Class
		}
		if back.Due != due || back.Class != class {
			t.Errorf("back after %s: due %s, %s; want %s, %s", c.away, time.UnixMilli(back.Due), back.Class, time.UnixMilli(due), class)
		}
		b.post(desk, url.Values{"command": {"cancel"}, "ticket": {string(back.ID)}, "reason": {"double"}}).want(200)
	}
}

// TestRecallWhenItIsTime: a desk offers to call again once the office's time for that
// has passed since the call, and since each that repeated it.
func TestRecallWhenItIsTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signedIn(t, "a.meyer")
	office, _ := s.City().Office("buergerbuero")
	const desk, offered = "/offices/buergerbuero/desks/4", `id="recall"`
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post("/houses/fischmarkt/infodesk/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200)
	b.post(desk, url.Values{"command": {"call-next"}}).want(200)
	called := s.in(t, queue.Called)
	for range 2 {
		b.get(desk).want(200, called.Number, `id="put-back"`).lacks(offered)
		s.clock.forward(checkin.Rules(*office).Recall)
		b.get(desk).want(200, called.Number, offered)
		b.post(desk, url.Values{"command": {"recall"}, "ticket": {string(called.ID)}}).want(200)
		s.eventually(t, func() bool { return s.office("buergerbuero").Tickets.At(called.ID).CalledAt == s.Now().UnixMilli() })
	}
}

// TestSteps is a visit that no open desk serves whole: each says what it does of
// it, and the ticket what is done.
func TestSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, phone := s.signedIn(t, "a.meyer"), s.browse(t, "de")
	const desk = "/offices/buergerbuero/desks/"
	b.post(desk+"4", url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post("/houses/fischmarkt/infodesk/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200)
	ticket := s.in(t, queue.Waiting)
	b.post(desk+"4", url.Values{"command": {"change"}, "ticket": {string(ticket.ID)}, "service": {"reisepass", "anmeldung"}, "persons": {"1"}}).want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Tickets.At(ticket.ID).Services) == 2 })
	b.get(desk+"4").want(200, "<small>Hier nur: Reisepass beantragen. ")
	b.post(desk+"4", url.Values{"command": {"call-next"}}).want(200)
	b.post(desk+"4", url.Values{"command": {"came"}, "ticket": {string(ticket.ID)}}).want(200)
	s.in(t, queue.Serving)
	if finish := regexp.MustCompile(`id="finish"[^>]*`).FindString(b.get(desk + "4").page); !strings.Contains(finish, `data-done="reisepass "`) {
		t.Errorf("the key that ends the visit here says %s", finish)
	}
	b.want(200, `id="main-action" data-command="finish-and-call-next" data-ticket="`+string(ticket.ID)+`" data-done="reisepass "`, "Hier nur: Reisepass", "Danach geht die Nummer weiter für: Wohnsitz anmelden", "In Schritten: kein passender offener Schalter konnte alles bedienen.")

	b.post(desk+"4", url.Values{"command": {"finish"}, "ticket": {string(ticket.ID)}, "done": {"reisepass"}}).want(200)
	s.in(t, queue.Waiting)
	phone.get("/tickets/"+string(ticket.ID)).want(200, "Erledigt: Reisepass", "Zur Zeit kann kein offener Schalter Sie bedienen.")
	b.get(desk+"4").want(200, "Kein offener Schalter bedient gerade: "+ticket.Number+".").lacks("wartet auf einen anderen Schalter")

	b.post(desk+"5", url.Values{"command": {"open"}, "service": {"anmeldung", "reisepass"}}).want(200)
	b.post(desk+"5", url.Values{"command": {"call-next"}}).want(200)
	s.in(t, queue.Called)
	b.post(desk+"5", url.Values{"command": {"finish"}, "ticket": {string(ticket.ID)}, "done": {"anmeldung"}}).want(200)
	if done := s.in(t, queue.Done); !slices.Equal(done.Finished, []queue.ServiceID{"anmeldung", "reisepass"}) {
		t.Errorf("done are %v", done.Finished)
	}
	phone.get("/tickets/"+string(ticket.ID)).want(200, "Erledigt. Auf Wiedersehen.")
}

// TestDisturbed is a service that nobody can serve for a while: everybody is told,
// whose number needs it waits, and keeps the place.
func TestDisturbed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, phone, screen, tokens := s.signedIn(t, "a.meyer"), s.browse(t, "de"), s.browse(t, "de"), s.people(t)
	const desk, infodesk = "/offices/buergerbuero/desks/4", "/houses/fischmarkt/infodesk"
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass", "anmeldung"}}).want(200)
	b.post(infodesk+"/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200)
	ticket := s.in(t, queue.Waiting)

	b.post(infodesk+"/services", url.Values{"service": {"buergerbuero/reisepass"}}).want(200, "Gestört, niemand wird dafür aufgerufen:", "Reisepass beantragen, seit 08:00")
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Counters.Disturbed) > 0 })
	b.get(desk).want(200, "Gestört:</b> Reisepass beantragen (seit 08:00).", "Es wartet niemand, den Sie bedienen.", "1 Person wartet auf ein gestörtes Anliegen.").lacks("anderen Schalter")
	b.post(desk, url.Values{"command": {"call-next"}}).want(409)
	phone.get("/tickets/"+string(ticket.ID)).want(200, "Zur Zeit gestört: Reisepass beantragen. Sie behalten Ihren Platz, und wir rufen Sie auf, sobald es wieder geht.")
	b.get("/houses/fischmarkt/terminal/tickets/"+string(ticket.ID)).want(200, "Zur Zeit gestört: Reisepass beantragen.")
	b.post(desk, url.Values{"command": {"change"}, "ticket": {string(ticket.ID)}, "service": {"reisepass", "anmeldung"}, "persons": {"1"}}).want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Tickets.At(ticket.ID).Services) == 2 })
	for _, page := range []string{"/tickets/", "/houses/fischmarkt/terminal/tickets/"} { // desk 4 calls it for the rest
		b.get(page+string(ticket.ID)).want(200, "Zur Zeit gestört: Reisepass beantragen. Das Übrige erledigen wir schon")
	}
	if _, text := s.ask(t, asked{method: "GET", path: "/api/v1/tickets/" + string(ticket.ID)}); !strings.Contains(string(text), `"disturbed":["reisepass"]`) {
		t.Errorf("a program is told\n%s", text)
	}
	b.post(desk, url.Values{"command": {"change"}, "ticket": {string(ticket.ID)}, "service": {"reisepass"}, "persons": {"1"}}).want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Tickets.At(ticket.ID).Services) == 1 })
	screen.get("/screens/halle").want(200, "Zur Zeit gestört: Reisepass beantragen.")
	screen.get("/api/v1/screens/halle").want(200, `"disturbed":[{"office":"buergerbuero","service":"reisepass"`)
	screen.get("/screens/warteraum").lacks("gestört")
	b.get("/houses/fischmarkt/terminal/walk-in").lacks("gestört")
	b.post(infodesk+"/services", url.Values{"service": {"buergerbuero/abholung"}}).want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Counters.Disturbed) == 2 })
	b.get("/houses/fischmarkt/terminal/walk-in").want(200, "Zur Zeit gestört, es kann länger dauern")
	s.restore(t, "abholung")
	neighbour, _, err := s.Accounts.AddToken(t.Context(), pgaccounts.Holder{Name: "neighbour", Role: pgaccounts.Clerk, Offices: []booking.OfficeID{"auslaenderbuero"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"service=buergerbuero/anmeldung", "service=buergerbuero/reisepass&restored=yes"} {
		answer, _ := s.ask(t, asked{method: "POST", path: infodesk + "/services", token: neighbour, body: []byte(form), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("a clerk of another office in the house, %q: %d", form, answer.StatusCode)
		}
	}
	_, page := s.ask(t, asked{method: "GET", path: "/manager/buergerbuero", token: tokens[manager], header: map[string]string{"Accept-Language": "de"}})
	if said := string(page); !strings.Contains(said, "Gestört: Reisepass beantragen") || strings.Contains(said, "Kein offener Schalter") {
		t.Errorf("the manager is told of no disturbance, or of a missing desk:\n%s", said)
	}

	b.get(infodesk).submit("restored", "Geht wieder").want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Counters.Disturbed) == 0 })
	b.post(desk, url.Values{"command": {"call-next"}}).want(200)
	if called := s.in(t, queue.Called); called.ID != ticket.ID || called.Due != ticket.Due {
		t.Errorf("called %s, due %d; want %s, due %d", called.Number, called.Due, ticket.Number, ticket.Due)
	}
}

// TestSent is a visit that a clerk sends to another office: the person's page
// goes along, in the house under the same number; who goes to another house is
// called once they say that they are there.
func TestSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, phone, tokens := s.signedIn(t, "a.meyer"), s.browse(t, "de"), s.people(t)
	const desk = "/offices/buergerbuero/desks/4"
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post("/houses/fischmarkt/infodesk/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"}}).want(200)
	ticket := s.in(t, queue.Waiting)
	page := "/tickets/" + string(ticket.ID)
	b.get(desk).want(200, `<option value="wohngeld">`)
	b.post(desk, url.Values{"command": {"send"}, "ticket": {string(ticket.ID)}, "office": {"wohngeld"}, "service": {"reisepass"}}).want(422)
	b.post(desk, url.Values{"command": {"send"}, "ticket": {string(ticket.ID)}, "office": {"wohngeld"}, "service": {"rentenantrag"}}).want(200)
	s.eventually(t, func() bool { return s.office("wohngeld").Tickets.At(ticket.ID).State == queue.Waiting })
	s.in(t, queue.Sent)
	phone.get(page).want(200, ticket.Number, "Wohngeld", "Niemand vor Ihnen")
	b.get(desk).want(200, "Weitergeleitet", ticket.Number)

	answer, _ := s.ask(t, asked{method: "POST", path: "/api/v1/offices/wohngeld/tickets/" + string(ticket.ID) + "/send", token: tokens[administrator],
		body: api.Send{Office: "standesamt", Services: []string{"urkunde"}}})
	if answer.StatusCode != 200 {
		t.Fatalf("to another house: %d", answer.StatusCode)
	}
	s.eventually(t, func() bool { return s.office("standesamt").Tickets.At(ticket.ID).State == queue.Parked })
	far := s.office("standesamt").Tickets.At(ticket.ID)
	phone.get(page).want(200, far.Number, "Wir haben Sie angekündigt.", "Ich bin da")
	infodesk := func() string {
		_, page := s.ask(t, asked{method: "GET", path: "/houses/hauptstrasse/infodesk", token: tokens[administrator], header: map[string]string{"Accept-Language": "de"}})
		return string(page)
	}
	if page := infodesk(); !strings.Contains(page, far.Number+"</b> ist aus einem anderen Haus unterwegs.") {
		t.Errorf("the information desk there is not told\n%s", page)
	}
	phone.submit("/here", "Ich bin da").want(200)
	s.eventually(t, func() bool { return s.office("standesamt").Tickets.At(ticket.ID).State == queue.Waiting })
	if there := s.office("standesamt").Tickets.At(ticket.ID); there.Due != ticket.Due {
		t.Errorf("due %d there, was %d", there.Due, ticket.Due)
	}
	if strings.Contains(infodesk(), "unterwegs") {
		t.Error("still on the way")
	}

	answer, _ = s.ask(t, asked{method: "POST", path: "/api/v1/offices/standesamt/tickets/" + string(ticket.ID) + "/send", token: tokens[administrator],
		body: api.Send{Office: "buergerbuero", Services: []string{"reisepass"}}})
	if answer.StatusCode != 200 {
		t.Fatalf("back: %d", answer.StatusCode)
	}
	s.in(t, queue.Parked)
	b.get("/houses/fischmarkt/terminal/tickets/"+string(ticket.ID)).want(200, ticket.Number, "Wir haben Sie angekündigt.")
	b.submit("/here", "Ich bin da").want(200)
	if back := s.in(t, queue.Waiting); back.ID != ticket.ID || back.Number != ticket.Number || back.Due != ticket.Due {
		t.Errorf("back is %+v, was %+v", back, ticket)
	}
}

// TestDisturbedUntilAnImport: a service that is disturbed and then no longer offered
// can still be restored.
func TestDisturbedUntilAnImport(t *testing.T) {
	t.Parallel()
	city := democity.City()
	s := newSite(t, city)
	b := s.signedIn(t, "a.meyer")
	const infodesk = "/houses/fischmarkt/infodesk"
	services := city.Houses[0].Offices[0].Services
	last := string(services[len(services)-1].ID)
	b.post(infodesk+"/services", url.Values{"service": {"buergerbuero/" + last}}).want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Counters.Disturbed) == 1 })
	city.Houses[0].Offices[0].Services = services[:len(services)-1]
	if _, err := s.Bookings.Import(t.Context(), city); err != nil {
		t.Fatal(err)
	}
	b.get(infodesk).submit("restored", "Geht wieder").want(200)
	s.eventually(t, func() bool { return len(s.office("buergerbuero").Counters.Disturbed) == 0 })
	b.post(infodesk+"/services", url.Values{"service": {"buergerbuero/" + last}, "restored": {"yes"}}).want(422)
}

// restore has a service go on.
func (s *site) restore(t *testing.T, service string) {
	t.Helper()
	answer, text := s.ask(t, asked{method: "POST", path: "/api/v1/offices/buergerbuero/services/" + service + "/restore", body: api.Nothing{}, token: s.people(t)[clerk]})
	if answer.StatusCode != 200 {
		t.Fatalf("restore: %d %s", answer.StatusCode, text)
	}
	s.eventually(t, func() bool { return s.office("buergerbuero").Counters.Disturbed[queue.ServiceID(service)] == 0 })
}

// in waits until the citizens' office has a ticket in a state, and returns it.
func (s *site) in(t *testing.T, state queue.State) queue.Ticket {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if tickets := s.office("buergerbuero").In(state); len(tickets) > 0 {
			return tickets[0]
		}
	}
	t.Fatalf("no ticket is %s", state)
	return queue.Ticket{}
}

// TestNeeds is what somebody needs: said at the information desk, on the phone and
// at a terminal, seen by clerks before they call, by nobody else, and called by a
// desk that meets it.
func TestNeeds(t *testing.T) {
	t.Parallel()
	city := democity.City()
	for i, desk := range city.Houses[0].Offices[0].Desks {
		if desk.ID == "5" {
			city.Houses[0].Offices[0].Desks[i].Meets = []string{"step-free"}
		}
	}
	s := newSite(t, city)
	b, phone, tokens := s.signedIn(t, "a.meyer"), s.browse(t, "de"), s.people(t)
	const plain, lift = "/offices/buergerbuero/desks/4", "/offices/buergerbuero/desks/5"
	for _, desk := range []string{plain, lift} {
		b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	}
	b.post("/houses/fischmarkt/infodesk/tickets", url.Values{"service": {"buergerbuero/reisepass"}, "persons": {"1"}, "class": {"walk-in"},
		"need": {"step-free", "more-time"}}).want(200, `value="step-free" checked`)
	ticket := s.in(t, queue.Waiting)
	page := "/tickets/" + string(ticket.ID)
	b.get(lift).want(200, "Braucht: Mehr Zeit im Gespräch und Stufenloser Weg")
	b.get(plain).want(200, "Es wartet niemand, den Sie bedienen.", "1 weitere Person wartet auf einen anderen Schalter.")
	b.post(plain, url.Values{"command": {"call-next"}}).want(409)
	phone.get(page).want(200, "Sie brauchen: Mehr Zeit im Gespräch und Stufenloser Weg.")
	phone.get(page+"/needs").want(200, `value="step-free" checked`)
	phone.post(page+"/needs", url.Values{"need": {"a friend"}}).want(422)
	phone.post(page+"/needs", url.Values{"need": {"step-free"}}).want(200, "Sie brauchen: Stufenloser Weg.")
	terminal := "/houses/fischmarkt/terminal/tickets/" + string(ticket.ID)
	b.get(terminal).want(200, "Was ich brauche")
	b.post(terminal+"/needs", url.Values{"need": {"interpreter", "step-free"}}).want(200, ticket.Number)
	b.get(terminal+"/needs").want(200, `value="interpreter" checked`)
	_, list := s.ask(t, asked{method: "GET", path: "/api/v1/offices/buergerbuero/desks/5", token: tokens[administrator]})
	if !strings.Contains(string(list), `"needs":["interpreter","step-free"]`) || !strings.Contains(string(list), `"meets":["fetched","interpreter","more-time","step-free"]`) {
		t.Errorf("the desk's list is %s", list)
	}
	for who, path := range map[string]string{otherTerminal: "/houses/hauptstrasse/terminal/tickets/", otherClerk: "/houses/hauptstrasse/infodesk/tickets/"} {
		path += string(ticket.ID)
		for _, path := range []string{path, path + "/needs"} {
			if _, read := s.ask(t, asked{method: "GET", path: path, token: tokens[who]}); strings.Contains(string(read), `value="step-free" checked`) {
				t.Errorf("%s reads at %s what somebody needs", who, path)
			}
		}
		said, _ := s.ask(t, asked{method: "POST", path: path + "/needs", token: tokens[who], body: []byte("key=" + who[:8] + "&need=fetched"),
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
		if said.StatusCode != http.StatusNotFound {
			t.Errorf("%s says what somebody needs: %d", who, said.StatusCode)
		}
	}
	b.post(lift, url.Values{"command": {"pause"}}).want(200)
	phone.get(page).want(200, "Zur Zeit kann kein offener Schalter Sie bedienen.") // the plain one serves what it is for
	b.post(lift, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post(lift, url.Values{"command": {"call-next"}}).want(200, "Braucht:")
	for _, path := range []string{"/screens/halle", "/api/v1/screens/halle"} {
		_, screen := s.ask(t, asked{method: "GET", path: path})
		if !strings.Contains(string(screen), ticket.Number) || strings.Contains(string(screen), "tufenlos") || strings.Contains(string(screen), "step-free") {
			t.Errorf("%s shows %s", path, screen)
		}
	}
	b.post(lift, url.Values{"command": {"set-needs"}, "ticket": {string(ticket.ID)}}).want(200)
	if at := s.in(t, queue.Called); len(at.Needs) != 0 {
		t.Errorf("needs %v after all were taken off", at.Needs)
	}
}
