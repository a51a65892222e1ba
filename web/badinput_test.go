package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// state is all that a request could change: each office's queue, and the rows
// of bookings, accounts and tokens.
func (s *site) state(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, o := range s.City().Offices() {
		state, err := s.Line.Office(t.Context(), queue.OfficeID(o.ID))
		if err != nil {
			t.Fatal(err)
		}
		// Not epoch, version and empty maps: the first command of an office opens its queue, also if it is refused.
		text, err := json.Marshal([]any{state.In(everyState...), slices.Collect(maps.Values(state.Desks)), state.Counters})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	for _, table := range []string{"appointment", "appointment_link", "appointment_code", "appointment_write", "released_hold", "account", "token", "city"} {
		rows, err := s.pool.Query(t.Context(), "SELECT "+table+"::text FROM "+table+" ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(lines, "\n"))
	}
	return b.String()
}

// writes are the routes that change something, with a visit that they are about.
func (s *site) writes(t *testing.T) (program, page []route, v visit, token string) {
	t.Helper()
	s.Demo = &Demo{Playing: func() float64 { return 0 }}
	s.serve(t)
	tokens := s.people(t)
	v = s.arriveBooked(t, tokens)
	for _, r := range s.routes() {
		switch {
		case r.method != http.MethodPost:
		case strings.HasPrefix(r.path, "/api/"):
			program = append(program, r)
		default:
			page = append(page, r)
		}
	}
	return program, page, v, tokens[administrator]
}

// refuses asks, and wants a refusal with a sentence.
func (s *site) refuses(t *testing.T, what string, a asked) {
	t.Helper()
	response, text := s.ask(t, a)
	var p api.Problem
	if response.StatusCode < 400 || response.StatusCode >= 500 {
		t.Errorf("%s: POST %.80s: %d %.200s", what, a.path, response.StatusCode, text)
		return
	}
	if !strings.HasPrefix(a.path, "/api/") {
		return
	}
	kind := response.Header.Get("Content-Type")
	if err := json.Unmarshal(text, &p); err != nil || kind != "application/problem+json" || p.Status != response.StatusCode {
		t.Errorf("%s: POST %.80s: no problem: %s %.200s", what, a.path, kind, text)
		return
	}
	if code, ok := strings.CutPrefix(p.Type, "/problems/"); !ok || p.Title == "problem."+code || len(p.Title) < 10 {
		t.Errorf("%s: POST %.80s: says %+v", what, a.path, p)
	}
}

// badBodies are refused by every write of the API, whatever it needs.
var badBodies = map[string][]byte{
	"no JSON":         []byte(`services=reisepass`),
	"cut off":         []byte(`{"services":[{"service":"reis`),
	"null":            []byte(`null`),
	"list":            []byte(`[]`),
	"number":          []byte(`1`),
	"string":          []byte(`"x"`),
	"blank":           []byte("  \n"),
	"unknown field":   []byte(`{"notBefore":0}`),
	"two objects":     []byte(`{}{}`),
	"trailing":        []byte(`{} x`),
	"no UTF-8":        []byte("{\"reason\":\"\xff\"}"),
	"UTF-16":          []byte("\xff\xfe{\x00}\x00"),
	"deep":            []byte(strings.Repeat(`{"services":[`, 20000)),
	"too large":       []byte(`{"text":"` + strings.Repeat("x", maxBody) + `"}`),
	"wrong types":     []byte(`{"services":1,"serves":1,"done":1,"start":1,"code":1,"name":1,"text":1,"into":1,"reason":1,"desk":1}`),
	"huge number":     []byte(`{"persons":1e999}`),
	"not a time":      []byte(`{"start":"tomorrow"}`),
	"another's field": []byte(`{"id":"` + strings.Repeat("A", 26) + `","due":0}`),
}

func TestBadBodiesChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	program, page, v, token := s.writes(t)
	before := s.state(t)
	for _, r := range program {
		path := pathOf(r.path, v)
		for what, body := range badBodies {
			s.refuses(t, what, asked{method: "POST", path: path, body: body, token: token})
		}
		for what, header := range map[string]map[string]string{
			"a form":        {"Content-Type": "application/x-www-form-urlencoded"},
			"text":          {"Content-Type": "text/plain"},
			"no type":       {"Content-Type": ""},
			"Latin-1":       {"Content-Type": "application/json; charset=iso-8859-1"},
			"packed":        {"Content-Encoding": "gzip"},
			"long key":      {"Idempotency-Key": strings.Repeat("k", 65)},
			"key of blanks": {"Idempotency-Key": "a b"},
			"key in UTF-8":  {"Idempotency-Key": "schlüssel"},
			"bad token":     {"Authorization": "Bearer wartefrei_x"},
			"basic":         {"Authorization": "Basic YTpi"},
		} {
			s.refuses(t, what, asked{method: "POST", path: path, body: []byte(`{}`), token: token, header: header})
		}
	}
	for _, r := range page {
		path := pathOf(r.path, v)
		for what, body := range map[string]string{"JSON": `{}`, "large": "name=" + strings.Repeat("x", maxBody), "escape": "name=%zz", "NUL": "name=%00", "no UTF-8": "name=%ff"} {
			kind := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
			if what == "JSON" {
				kind = nil
			}
			s.refuses(t, what, asked{method: "POST", path: path, body: []byte(body), token: token, header: kind})
		}
	}
	if s.state(t) != before {
		t.Error("something changed")
	}
}

// TestWrongIDsChangeNothing asks with ids that are none, or another's.
func TestWrongIDsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	program, page, v, token := s.writes(t)
	before := s.state(t)
	long := strings.Repeat("x", 5000)
	for _, r := range append(program, page...) {
		for _, id := range []string{"x", "%00", "%ff", "..%2f..", "'%3b--", "*", long, strings.Repeat("A", 26), "zimmer-11", "standesamt", "%F0%9F%98%80"} {
			path := wrongPath(r.path, id, v)
			if path == "" {
				continue
			}
			a := asked{method: "POST", path: path, token: token, body: []byte(`{}`)}
			if !strings.HasPrefix(path, "/api/") {
				a.body, a.header = []byte("command=call-next"), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
			}
			response, text := s.ask(t, a)
			harmless := response.StatusCode < 400 && idempotent.MatchString(r.path)
			if response.StatusCode >= 500 || response.StatusCode < 400 && !harmless {
				t.Errorf("POST %.100s: %d %.200s", path, response.StatusCode, text)
			}
		}
	}
	if s.state(t) != before {
		t.Error("something changed")
	}
}

// idempotent are routes that answer as if done where there is nothing to do,
// or lead back to a page that says so.
var idempotent = regexp.MustCompile(`/appointments/search$|^/booking/|^/appointments/`)

// wrongPath puts a wrong id into the last parameter of a pattern; "" if it has none.
func wrongPath(pattern, id string, v visit) string {
	parts := strings.Split(pattern, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if strings.HasPrefix(parts[i], ":") {
			parts[i] = id
			return pathOf(strings.Join(parts, "/"), v)
		}
	}
	return ""
}

// TestBadFieldsChangeNothing asks with fields of the right type and wrong content.
func TestBadFieldsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, _, v, token := s.writes(t)
	one := []api.Choice{{Service: "reisepass", Persons: 1}}
	many := make([]api.Choice, 100)
	start := s.free(t)
	before := s.state(t)
	for path, bodies := range map[string][]any{
		"/offices/buergerbuero/holds": {api.NewHold{}, api.NewHold{Services: one}, api.NewHold{Services: many, Start: start},
			api.NewHold{Services: one, Start: start.Add(time.Minute)}, api.NewHold{Services: one, Start: start.AddDate(-1, 0, 0)},
			api.NewHold{Services: one, Start: start.AddDate(5000, 0, 0)},
			api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: -1}}, Start: start},
			api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1 << 40}}, Start: start},
			api.NewHold{Services: []api.Choice{{Service: "aufenthaltstitel", Persons: 1}}, Start: start}},
		"/holds/" + v.link + "/confirm":                                {api.Contact{}, api.Contact{Name: "x\u0000", Mail: "a@example.org"}, api.Contact{Name: "A", Mail: "no"}},
		"/appointments/" + v.link + "/move":                            {api.NewTime{}, api.NewTime{Start: start.Add(time.Second)}},
		"/offices/buergerbuero/appointments/search":                    {api.Search{Day: "24.11.2026"}, api.Search{Text: strings.Repeat("x", 101)}},
		"/houses/fischmarkt/checkins":                                  {api.NewCheckin{}, api.NewCheckin{Code: "1234"}, api.NewCheckin{Appointment: "x"}, api.NewCheckin{Code: v.code, Appointment: v.id}},
		"/houses/hauptstrasse/checkins":                                {api.NewCheckin{Appointment: v.id}},
		"/offices/buergerbuero/tickets":                                {api.NewTicket{}, api.NewTicket{Services: many}, api.NewTicket{Services: one, Class: "king"}, api.NewTicket{Services: one, Class: "urgent"}, api.NewTicket{Services: one, Class: "at-once", Reason: "he is rich"}, api.NewTicket{Services: []api.Choice{{Service: "aufenthaltstitel", Persons: 1}}}},
		"/offices/buergerbuero/desks/1/open":                           {api.Open{}, api.Open{Serves: []string{""}}, api.Open{Serves: []string{"aufenthaltstitel"}}, api.Open{Serves: make([]string, 300)}},
		"/offices/buergerbuero/desks/1/call-next":                      {api.Nothing{}},
		"/offices/buergerbuero/desks/1/call-this":                      {api.CallThis{}, api.CallThis{Ticket: v.ticket}, api.CallThis{Ticket: v.ticket, Reason: "Herr Müller"}},
		"/offices/buergerbuero/desks/1/finish":                         {api.Finish{Done: []string{"reisepass"}}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/transfer":      {api.Transfer{}, api.Transfer{Services: []string{"aufenthaltstitel"}}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/send":          {api.Send{}, api.Send{Office: "wohngeld"}, api.Send{Office: "buergerbuero", Services: []string{"reisepass"}}, api.Send{Office: "wohngeld", Services: []string{"reisepass"}}, api.Send{Office: "nirgends", Services: []string{"wohngeld"}}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/change":        {api.Change{}, api.Change{Services: []string{"reisepass"}}, api.Change{Services: []string{"reisepass"}, Persons: 1000}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/split":         {api.Split{}, api.Split{Services: []string{"reisepass"}, Persons: 1}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/merge":         {api.Merge{}, api.Merge{Into: v.ticket}, api.Merge{Into: strings.Repeat("A", 26)}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/cancel":        {api.Cancel{}, api.Cancel{Reason: "rude"}},
		"/offices/auslaenderbuero/tickets/" + v.ticket + "/cancel":     {api.Cancel{Reason: "double"}},
		"/offices/auslaenderbuero/tickets/" + v.ticket + "/leave":      {api.Nothing{}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/bring-back":    {api.BringBack{}, api.BringBack{Desk: "99"}},
		"/offices/buergerbuero/services/aufenthaltstitel/disturb":      {api.Nothing{}},
		"/offices/auslaenderbuero/services/reisepass/disturb":          {api.Nothing{}},
		"/offices/auslaenderbuero/tickets/" + v.ticket + "/step-aside": {api.Nothing{}},
		"/tickets/" + v.ticket + "/here":                               {api.Nothing{}},
		"/tickets/" + v.ticket + "/needs":                              {api.SetNeeds{Needs: []string{"wheelchair"}}, api.SetNeeds{Needs: make([]string, 300)}},
		"/offices/buergerbuero/tickets/" + v.ticket + "/set-needs":     {api.SetNeeds{Needs: []string{"hat Husten"}}},
		"/offices/auslaenderbuero/tickets/" + v.ticket + "/set-needs":  {api.SetNeeds{Needs: []string{"more-time"}}},
		"/offices/buergerbuero/desks/zimmer-11/call-next":              {api.Nothing{}},
		"/offices/buergerbuero/desks/1/finish-and-call-next":           {api.Finish{}},
	} {
		for i, body := range bodies {
			s.refuses(t, fmt.Sprint("body ", i), asked{method: "POST", path: api.Base + path, body: body, token: token})
		}
	}
	if s.state(t) != before {
		t.Error("something changed")
	}
}

// TestBadQueries asks GETs with what they cannot answer.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.people(t)[administrator]
	for _, path := range []string{
		"/offices/buergerbuero/slots", "/offices/buergerbuero/slots?services=x", "/offices/buergerbuero/slots?services=reisepass:0",
		"/offices/buergerbuero/slots?services=reisepass:x", "/offices/buergerbuero/slots?services=" + strings.Repeat("reisepass,", 50),
		"/offices/buergerbuero/slots?services=reisepass&days=0", "/offices/buergerbuero/slots?services=reisepass&days=93",
		"/offices/buergerbuero/slots?services=reisepass&from=24.11.2026", "/offices/buergerbuero/slots?services=reisepass&days=-1",
		"/offices/x/services", "/offices/x/queue", "/screens/x", "/screens/x/live", "/tickets/x", "/tickets/x/live", "/appointments/x",
		"/offices/buergerbuero/appointments?day=x", "/screens/halle/live?after=x", "/screens/halle/live?wait=x", "/screens/halle/live?wait=-1",
		"/nothing", "/offices/buergerbuero/desks/99", "/tickets/" + strings.Repeat("x", 100_000),
	} {
		response, text := s.ask(t, asked{method: "GET", path: api.Base + path, token: token})
		if response.StatusCode < 400 || response.StatusCode >= 500 || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %.100s: %d %.200s", path, response.StatusCode, text)
		}
	}
	for method, want := range map[string]int{"DELETE": 405, "PUT": 405, "BREW": 405} {
		if response, text := s.ask(t, asked{method: method, path: api.Base + "/houses"}); response.StatusCode != want {
			t.Errorf("%s: %d %s", method, response.StatusCode, text)
		}
	}
	raw(t, s, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 2<<20)+"\r\n\r\n", "431")
	raw(t, s, "GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", "400")
}

// raw sends bytes that no client would.
func raw(t *testing.T, s *site, request, want string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go io.WriteString(conn, request) // the server may answer and close before it has read all
	answer := make([]byte, 64)
	n, err := io.ReadAtLeast(conn, answer, len("HTTP/1.1 400"))
	if err != nil || !bytes.Contains(answer[:n], []byte(" "+want+" ")) {
		t.Errorf("answered %q, %v, want %s", answer[:n], err, want)
	}
}

// TestProblemsHaveAll finds refusals of the domains that would be a 500, and
// refusals without a sentence.
func TestProblemsHaveAll(t *testing.T) {
	known := map[string]bool{}
	for _, p := range problems {
		known[p.err.Error()] = true
		for _, tag := range texts.Languages() {
			if !texts.In(tag).Has("problem." + p.code) {
				t.Errorf("no sentence problem.%s in %s", p.code, tag)
			}
		}
	}
	for _, err := range queue.Refusals {
		if !known[err.Error()] {
			t.Errorf("queue: %v is no problem", err)
		}
	}
	if !errors.Is(booking.ContactError{Field: "name"}, booking.ErrContact) {
		t.Error("a ContactError is no ErrContact")
	}
	declared := regexp.MustCompile(`(?m)^(?:var)?\s+Err\w+\s*= errors\.New\("([^"]*)"\)`)
	for _, folder := range []string{"../booking", "../checkin", "../queue"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", folder, err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range declared.FindAllSubmatch(source, -1) {
				if !known[string(found[1])] {
					t.Errorf("%s: %q is no problem", name, found[1])
				}
			}
		}
	}
}

// TestProblemsInTheReadersLanguage: programs and people are refused in the
// language that they ask for.
func TestProblemsInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for tag, want := range map[string]string{"de": "Diese Nummer gibt es heute nicht.", "en": "There is no such number today."} {
		for _, path := range []string{api.Base + "/tickets/x", "/tickets/x"} {
			response, text := s.ask(t, asked{method: "GET", path: path, header: map[string]string{"Accept-Language": tag}})
			said := response.Header.Get("Content-Language")
			if response.StatusCode != 404 || !strings.Contains(string(text), want) || said != tag {
				t.Errorf("%s in %s: %d, Content-Language %q: %.200s", path, tag, response.StatusCode, said, text)
			}
		}
	}
}

// TestWrongClockChangesNothing: while the node's clock is wrong every write is
// refused for now, before anything is looked at; pages are shown.
func TestWrongClockChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	program, page, v, token := s.writes(t)
	s.clock.wrong.Store(true)
	s.clock.forward(24 * time.Hour)
	before, good := s.state(t), queueWrites(v)
	for _, r := range append(program, page...) {
		a := asked{method: "POST", path: pathOf(r.path, v), body: good[r.path], token: token, header: map[string]string{"Accept-Language": "de"}}
		if form, ok := a.body.(string); ok {
			a.body, a.header["Content-Type"] = []byte(form), "application/x-www-form-urlencoded"
		}
		response, text := s.ask(t, a)
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" || !strings.Contains(string(text), "Die Uhr dieses Servers geht falsch.") {
			t.Errorf("POST %s: %d %.300s", a.path, response.StatusCode, text)
		}
	}
	if s.state(t) != before {
		t.Error("something changed")
	}
	s.browse(t, "de").get("/booking").want(http.StatusOK)
}
