package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestDocumentHasEveryRoute holds the document and the routes together.
func TestDocumentHasEveryRoute(t *testing.T) {
	described := map[string]bool{}
	for _, o := range api.Operations {
		described[o.Method+" "+api.Base+strings.NewReplacer("{", ":", "}", "").Replace(o.Path)] = true
	}
	for _, r := range (&Server{}).apiRoutes() {
		name := r.method + " " + r.path
		if !described[name] && r.path != "/api/openapi.json" {
			t.Errorf("%s is not described", name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("%s is described and not served", name)
	}
}

// program asks the API and holds every question and answer to the document.
type program struct {
	*site
	t      *testing.T
	router routers.Router
	tokens map[string]string
	asked  map[string]bool // operations that were answered as they should be
}

func newProgram(t *testing.T) *program {
	t.Helper()
	s := newSite(t)
	p := &program{site: s, t: t, tokens: s.people(t), asked: map[string]bool{}}
	_, text := s.ask(t, asked{method: "GET", path: "/api/openapi.json"})
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	document.Servers[0].URL = s.URL + api.Base
	if p.router, err = gorillamux.NewRouter(document); err != nil {
		t.Fatal(err)
	}
	return p
}

// do asks and reads the answer, which must have the status.
func (p *program) do(who, method, path string, body any, status int, answer any) {
	p.t.Helper()
	a := asked{method: method, path: api.Base + path, body: body, token: p.tokens[who], header: map[string]string{"Accept-Language": "en"}}
	response, text := p.ask(p.t, a)
	if response.StatusCode != status {
		p.t.Fatalf("%s: %s %s: %d, want %d: %s", who, method, path, response.StatusCode, status, text)
	}
	p.check(a, response, text)
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			p.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
}

// check holds a question and its answer to the document.
func (p *program) check(a asked, response *http.Response, text []byte) {
	p.t.Helper()
	content, _ := json.Marshal(a.body)
	r, err := http.NewRequest(a.method, p.URL+a.path, bytes.NewReader(content))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if a.body == nil {
		r.Body = http.NoBody
	}
	route, params, err := p.router.FindRoute(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", a.method, a.path, err)
	}
	question := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if response.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(p.t.Context(), question); err != nil {
			p.t.Errorf("question: %v", err)
		}
		p.asked[route.Method+" "+route.Path] = true
	}
	err = openapi3filter.ValidateResponse(p.t.Context(), &openapi3filter.ResponseValidationInput{RequestValidationInput: question,
		Status: response.StatusCode, Header: response.Header, Body: io.NopCloser(bytes.NewReader(text))})
	if err != nil {
		p.t.Errorf("answer of %s %s: %v", a.method, a.path, err)
	}
}

// desk commands desk 1; tick is another name for ticket commands.
func (p *program) desk(command string, body any) api.Event {
	p.t.Helper()
	var e api.Event
	p.do(clerk, "POST", "/offices/buergerbuero/desks/1/"+command, body, http.StatusOK, &e)
	return e
}

func (p *program) tick(ticket, command string, body any) api.Event {
	p.t.Helper()
	var e api.Event
	p.do(clerk, "POST", "/offices/buergerbuero/tickets/"+ticket+"/"+command, body, http.StatusOK, &e)
	return e
}

// letIn makes a ticket for services as a clerk.
func (p *program) letIn(services ...string) api.Visit {
	p.t.Helper()
	in := api.NewTicket{}
	for _, id := range services {
		in.Services = append(in.Services, api.Choice{Service: id, Persons: 1})
	}
	var v api.Visit
	p.do(clerk, "POST", "/offices/buergerbuero/tickets", in, http.StatusCreated, &v)
	return v
}

// TestAnswersFollowTheDocument plays a day by the API alone and asks each of
// its operations at least once.
func TestAnswersFollowTheDocument(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.readTheCity()
	a := p.bookings()
	ticket := p.arrivals(a)
	p.atTheDesk(ticket)
	p.ticketsOfClerks()
	p.reading(ticket)
	for _, o := range api.Operations {
		if !p.asked[o.Method+" "+o.Path] {
			t.Errorf("%s %s was never answered", o.Method, o.Path)
		}
	}
}

func (p *program) readTheCity() {
	p.t.Helper()
	var offices []api.Office
	var clock api.Clock
	p.do(nobody, "GET", "/clock", nil, 200, &clock)
	if !clock.Now.Equal(p.Now()) || clock.Demonstration {
		p.t.Errorf("the clock is %+v", clock)
	}
	var file json.RawMessage
	p.do(administrator, "GET", "/city", nil, 200, &file)
	if city, err := booking.ParseCity(file); err != nil || !reflect.DeepEqual(&city, p.City()) {
		p.t.Errorf("the city's file is no file of this city: %v", err)
	}
	p.do(nobody, "GET", "/houses", nil, 200, &[]api.House{})
	p.do(nobody, "GET", "/offices", nil, 200, &offices)
	p.do(nobody, "GET", "/offices/buergerbuero/services", nil, 200, &[]api.Service{})
	if len(offices) == 0 || offices[0].Name != "Citizens’ Office" && !strings.Contains(offices[0].Name, "Office") {
		p.t.Errorf("offices are %+v, want them in English", offices)
	}
}

// bookings makes appointments in every way and returns the one that stays.
func (p *program) bookings() api.Appointment {
	p.t.Helper()
	var days []api.FreeDay
	p.do(nobody, "GET", "/offices/buergerbuero/slots?services=reisepass:1&days=1", nil, 200, &days)
	slots := days[0].Slots
	hold := func(start time.Time) (a api.Appointment) {
		in := api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: start}
		p.do(nobody, "POST", "/offices/buergerbuero/holds", in, 201, &a)
		return a
	}
	contact := api.Contact{Name: "Erika Mustermann", Mail: "erika@example.org"}
	a := hold(slots[0].Start)
	p.do(nobody, "POST", "/holds/"+a.Link+"/extend", nil, 200, nil)
	p.do(nobody, "POST", "/holds/"+a.Link+"/confirm", contact, 200, &a)
	p.do(nobody, "POST", "/appointments/"+a.Link+"/move", api.NewTime{Start: slots[1].Start}, 200, &a)
	p.do(nobody, "GET", "/appointments/"+a.Link, nil, 200, &a)
	p.do(nobody, "GET", "/appointments/"+a.Link+"/pdf", nil, 200, nil)
	if a.State != "booked" || !a.Start.Equal(slots[1].Start) || len(a.Code) != 8 || a.Contact == nil {
		p.t.Errorf("the appointment is %+v", a)
	}
	p.do(nobody, "POST", "/holds/"+hold(slots[0].Start).Link+"/release", api.Nothing{}, 204, nil)
	cancelled := hold(slots[0].Start)
	p.do(nobody, "POST", "/holds/"+cancelled.Link+"/confirm", contact, 200, nil)
	p.do(nobody, "POST", "/appointments/"+cancelled.Link+"/cancel", nil, 200, &cancelled)
	if cancelled.State != "cancelled" || cancelled.Code != "" {
		p.t.Errorf("cancelled is %+v", cancelled)
	}
	var list []api.Appointment
	p.do(clerk, "GET", "/offices/buergerbuero/appointments", nil, 200, &list)
	if len(list) != 2 {
		p.t.Errorf("the day has %d appointments, want 2", len(list))
	}
	p.do(clerk, "POST", "/offices/buergerbuero/appointments/search", api.Search{Text: a.Code}, 200, &list)
	if len(list) != 1 || list[0].ID != a.ID || list[0].Link != "" || list[0].Code != "" {
		p.t.Errorf("found %+v", list)
	}
	return a
}

func (p *program) arrivals(a api.Appointment) api.Visit {
	p.t.Helper()
	var told api.Checkin
	checkin := api.NewCheckin{Code: a.Code}
	p.do(terminal, "POST", "/houses/fischmarkt/checkins", checkin, 200, &told)
	if told.Outcome != "early" || told.Ticket != nil || told.Say == "" {
		p.t.Errorf("an hour before: %+v", told)
	}
	p.clock.forward(a.Start.Sub(p.Now()) - 5*time.Minute)
	p.do(terminal, "POST", "/houses/fischmarkt/checkins", checkin, 200, &told)
	if told.Outcome != "welcome" || told.Ticket == nil || !told.Ticket.Due.Equal(a.Start) {
		p.t.Fatalf("in time: %+v", told)
	}
	first := *told.Ticket
	p.do(clerk, "POST", "/houses/fischmarkt/checkins", api.NewCheckin{Appointment: a.ID}, 200, &told)
	if told.Outcome != "already" || told.Ticket.ID != first.ID {
		p.t.Errorf("a second time: %+v", told)
	}
	var walkIn api.Visit
	p.do(terminal, "POST", "/offices/buergerbuero/tickets", api.NewTicket{Services: []api.Choice{{Service: "abholung", Persons: 1}}}, 201, &walkIn)
	p.do(nobody, "POST", "/tickets/"+walkIn.ID+"/needs", api.SetNeeds{Needs: []string{"step-free", "fetched"}}, 200, &walkIn)
	if !reflect.DeepEqual(walkIn.Needs, []string{"fetched", "step-free"}) {
		p.t.Errorf("needs %v", walkIn.Needs)
	}
	p.do(nobody, "POST", "/tickets/"+walkIn.ID+"/step-aside", nil, 200, &walkIn)
	if walkIn.State != "parked" || !walkIn.Aside {
		p.t.Errorf("who needs longer: %+v", walkIn)
	}
	p.do(nobody, "POST", "/tickets/"+walkIn.ID+"/step-aside", nil, 409, nil)
	var back api.Visit
	p.do(nobody, "POST", "/tickets/"+walkIn.ID+"/here", nil, 200, &back)
	if back.State != "waiting" || back.Aside {
		p.t.Errorf("who is here again: %+v", back)
	}
	p.do(nobody, "POST", "/tickets/"+walkIn.ID+"/leave", nil, 200, &walkIn)
	if walkIn.State != "gone" {
		p.t.Errorf("who leaves is %s", walkIn.State)
	}
	p.do(terminal, "POST", "/offices/buergerbuero/tickets", api.NewTicket{Services: []api.Choice{{Service: "abholung", Persons: 1}}, Class: "at-once", Reason: "frail"}, 403, nil)
	p.do(terminal, "GET", "/terminals/self", nil, 200, &api.Device{})
	return first
}

// atTheDesk gives every command of a desk.
func (p *program) atTheDesk(v api.Visit) {
	p.t.Helper()
	p.desk("open", api.Open{Serves: []string{"reisepass", "anmeldung", "abholung"}})
	called := p.desk("call-next", nil)
	if called.Tickets[0].ID != v.ID || called.Tickets[0].State != "called" || called.Desks[0].Ticket != v.ID {
		p.t.Errorf("called %+v", called)
	}
	p.do(clerk, "POST", "/offices/buergerbuero/desks/1/finish-and-call-next", api.Finish{Ticket: "another", Done: []string{}}, 409, nil)
	p.do(clerk, "POST", "/offices/buergerbuero/desks/1/came", api.AtDesk{Ticket: "another"}, 409, nil)
	p.desk("recall", nil)
	p.desk("put-back", api.Nothing{})
	p.desk("call-this", api.CallThis{Ticket: v.ID, Reason: "frail"})
	p.do(clerk, "POST", "/offices/buergerbuero/desks/1/no-show", nil, 409, nil)
	p.clock.forward(3 * time.Minute)
	p.desk("no-show", nil)
	p.do(nobody, "POST", "/tickets/"+v.ID+"/here", nil, 200, nil)
	p.desk("call-next", nil)
	p.desk("came", nil)
	p.desk("park", nil)
	p.tick(v.ID, "bring-back", api.BringBack{Desk: "1"})
	p.letIn("anmeldung")
	if e := p.desk("finish-and-call-next", api.Finish{Done: []string{"reisepass"}}); len(e.Tickets) != 2 {
		p.t.Errorf("finished and called %d tickets, want 2", len(e.Tickets))
	}
	p.desk("finish", api.Finish{Done: []string{}})
	p.desk("pause", nil)
	p.desk("close", nil)
	p.desk("open", api.Open{Serves: []string{"reisepass"}})
}

// ticketsOfClerks gives the commands about tickets that are not at a desk.
func (p *program) ticketsOfClerks() {
	p.t.Helper()
	v := p.letIn("reisepass", "anmeldung")
	split := p.tick(v.ID, "split", api.Split{Services: []string{"anmeldung"}, Persons: 1})
	p.tick(split.Tickets[1].ID, "merge", api.Merge{Into: v.ID})
	p.tick(v.ID, "step-aside", nil)
	p.tick(v.ID, "here", nil)
	p.tick(v.ID, "set-needs", api.SetNeeds{Needs: []string{"more-time"}})
	p.tick(v.ID, "change", api.Change{Services: []string{"reisepass"}, Persons: 2})
	p.desk("call-next", nil)
	p.tick(v.ID, "transfer", api.Transfer{Services: []string{"reisepass"}})
	missed := func() {
		p.desk("call-next", nil)
		p.clock.forward(3 * time.Minute)
		p.desk("no-show", nil)
	}
	missed()
	p.tick(v.ID, "revoke", nil)
	missed()
	p.tick(v.ID, "here", nil)
	p.tick(v.ID, "leave", nil)
	for _, name := range []string{"disturb", "restore"} {
		var e api.Event
		p.do(clerk, "POST", "/offices/buergerbuero/services/reisepass/"+name, nil, 200, &e)
		if e.Kind != name {
			p.t.Errorf("%s answered a %s", name, e.Kind)
		}
		var q api.Queue
		p.do(clerk, "GET", "/offices/buergerbuero/queue", nil, 200, &q)
	}
	p.tick(p.letIn("reisepass").ID, "send", api.Send{Office: "wohngeld", Services: []string{"wohngeld"}})
	p.tick(p.letIn("reisepass").ID, "cancel", api.Cancel{Reason: "double"})
	in := api.NewTicket{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Class: "at-once", Reason: "frail"}
	p.do(clerk, "POST", "/offices/buergerbuero/tickets", in, 201, nil)
	p.desk("call-next", nil)
}

// reading reads everything there is to read.
func (p *program) reading(v api.Visit) {
	p.t.Helper()
	var q api.Queue
	p.do(clerk, "GET", "/offices/buergerbuero/queue", nil, 200, &q)
	if len(q.Tickets) < 5 || len(q.Desks) == 0 || q.Version == 0 {
		p.t.Errorf("the queue is %+v", q)
	}
	p.do(manager, "GET", "/offices/buergerbuero/desks", nil, 200, &[]api.Desk{})
	p.do(administrator, "GET", "/offices/buergerbuero/desks/1", nil, 200, &api.DeskList{})
	p.do(nobody, "GET", "/tickets/"+v.ID, nil, 200, &api.Visit{})
	p.do(nobody, "GET", "/tickets/"+v.ID+"/pdf", nil, 200, nil)
	var board api.Board
	p.do(nobody, "GET", "/screens/halle", nil, 200, &board)
	if len(board.Now) == 0 || board.Now[0].Desk != "1" {
		p.t.Errorf("the board is %+v", board)
	}
	for _, path := range []string{"/screens/halle", "/tickets/" + v.ID, "/offices/buergerbuero/desks/1"} {
		var m api.Message
		p.do(clerk, "GET", path+"/live?wait=0", nil, 200, &m)
		if m.Version == 0 || m.Data == nil {
			p.t.Errorf("%s/live: %+v", path, m)
		}
		p.do(clerk, "GET", fmt.Sprintf("%s/live?wait=0&after=%d-%d", path, m.Epoch, m.Version), nil, 200, nil)
	}
}

// TestRepeats: the same key again changes nothing and gets the same answer; nobody
// else gets it, and in another office it is another key.
func TestRepeats(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	const key = "0123456789abcdef0123"
	send := func(who, path string, body any) (int, string) {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + path, body: body, token: tokens[who],
			header: map[string]string{"Idempotency-Key": key}})
		return response.StatusCode, string(text)
	}
	start := s.free(t)
	hold := api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: start}
	later := api.NewHold{Services: hold.Services, Start: start.Add(time.Hour)}
	one := api.NewTicket{Services: []api.Choice{{Service: "abholung", Persons: 1}}}
	two := api.NewTicket{Services: []api.Choice{{Service: "infotheke", Persons: 1}}}
	open := api.Open{Serves: []string{"abholung", "infotheke"}}
	for _, c := range []struct {
		who, path   string
		body, other any
	}{
		{nobody, "/offices/buergerbuero/holds", hold, later},
		{terminal, "/offices/buergerbuero/tickets", one, two},
		{clerk, "/offices/buergerbuero/desks/1/open", open, api.Open{Serves: []string{"abholung"}}},
		{manager, "/offices/buergerbuero/desks/1/call-next", nil, nil},
	} {
		status, first := send(c.who, c.path, c.body)
		again, second := send(c.who, c.path, c.body)
		if status >= 300 || again != status || first != second {
			t.Errorf("%s: %d %s\nagain: %d %s", c.path, status, first, again, second)
		}
		if c.other == nil {
			continue
		}
		if status, text := send(c.who, c.path, c.other); status != 422 || !strings.Contains(text, "/problems/other-content") {
			t.Errorf("%s: another content under the same key: %d %s", c.path, status, text)
		}
	}
	if _, text := send(administrator, "/offices/buergerbuero/tickets", one); strings.Contains(text, "other-content") {
		t.Errorf("somebody else's key is taken: %s", text)
	}
	elsewhere := api.NewTicket{Services: []api.Choice{{Service: "wohngeld", Persons: 1}}}
	if status, text := send(administrator, "/offices/wohngeld/tickets", elsewhere); status != 201 {
		t.Errorf("the key in another office, where it is another: %d %s", status, text)
	}
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || state.Tickets.Len() != 2 {
		t.Errorf("%d tickets, want one of the terminal and one of the administrator: %v", state.Tickets.Len(), err)
	}
}

// free is the first free time of today for a passport.
func (s *site) free(t *testing.T) time.Time {
	t.Helper()
	days, err := s.Bookings.Free(t.Context(), passport, s.City().Day(s.Now()), 1)
	if err != nil || len(days) == 0 || len(days[0].Slots) == 0 {
		t.Fatalf("no free time today: %v", err)
	}
	return days[0].Slots[0].Start
}

// TestHoldsLimited: nobody empties the calendar; clerks, who book by telephone from
// one address, are not held up, and hold up nobody.
func TestHoldsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	hold := func(token, instead string) (int, string) {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + "/offices/buergerbuero/holds", token: token,
			body: api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: s.free(t), Instead: instead}})
		var a api.Appointment
		if response.StatusCode == http.StatusCreated {
			if err := json.Unmarshal(text, &a); err != nil {
				t.Fatal(err)
			}
		}
		return response.StatusCode, a.Link
	}
	for _, who := range []string{clerk, nobody} { // clerks first, and not to others' cost
		link := ""
		for n := range holds + 1 {
			status, next := hold(tokens[who], link)
			want := http.StatusCreated
			if who == nobody && n == holds {
				want = http.StatusTooManyRequests
			}
			if status != want {
				t.Fatalf("hold %d of %s: %d, want %d", n+1, who, status, want)
			}
			link = next
		}
	}
}
