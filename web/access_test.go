package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/look"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// everyone who may ask, in the order of their rights.
var everyone = []string{nobody, citizen, terminal, otherTerminal, otherClerk, clerk, manager, administrator}

// access says of every route who may use it. It is written by hand, beside the
// routes' own word, and a route without a row fails.
var access = []struct {
	may    []string
	routes string
}{
	{everyone, `
		GET /healthz
		GET /readyz
		GET /look/*file
		POST /language
		GET /sign-in
		POST /sign-in
		POST /sign-out
		GET /password
		POST /password
		GET /
		GET /demo/tour
		POST /demo/forward
		POST /demo/play
		POST /demo/enter
		GET /gallery
		GET /gallery/:example
		GET /booking
		GET /booking/:office
		GET /booking/:office/times
		GET /booking/:office/holds
		POST /booking/:office/holds
		GET /appointments/:link
		GET /appointments/:link/details
		GET /appointments/:link/times
		GET /appointments/:link/cancel
		GET /appointments/:link/confirmation.pdf
		GET /appointments/:link/extend
		GET /appointments/:link/review
		GET /appointments/:link/confirm
		GET /appointments/:link/release
		GET /appointments/:link/move
		POST /appointments/:link/extend
		POST /appointments/:link/review
		POST /appointments/:link/confirm
		POST /appointments/:link/release
		POST /appointments/:link/move
		POST /appointments/:link/cancel
		GET /terminal
		POST /terminal
		GET /tickets/:ticket
		GET /tickets/:ticket/live
		GET /tickets/:ticket/paper.pdf
		GET /tickets/:ticket/needs
		POST /tickets/:ticket/needs
		POST /tickets/:ticket/step-aside
		POST /tickets/:ticket/here
		POST /tickets/:ticket/leave
		GET /screens/:area
		GET /screens/:area/live
		GET /api/openapi.json
		GET /api/v1/clock
		GET /api/v1/houses
		GET /api/v1/offices
		GET /api/v1/offices/:office/services
		GET /api/v1/offices/:office/slots
		POST /api/v1/offices/:office/holds
		POST /api/v1/holds/:link/extend
		POST /api/v1/holds/:link/confirm
		POST /api/v1/holds/:link/release
		GET /api/v1/appointments/:link
		GET /api/v1/appointments/:link/pdf
		POST /api/v1/appointments/:link/cancel
		POST /api/v1/appointments/:link/move
		GET /api/v1/tickets/:ticket
		GET /api/v1/tickets/:ticket/live
		GET /api/v1/tickets/:ticket/pdf
		POST /api/v1/tickets/:ticket/needs
		POST /api/v1/tickets/:ticket/step-aside
		POST /api/v1/tickets/:ticket/here
		POST /api/v1/tickets/:ticket/leave
		GET /api/v1/screens/:area
		GET /api/v1/screens/:area/live`},
	{[]string{terminal, clerk, manager, administrator}, `
		GET /houses/:house/terminal
		GET /houses/:house/terminal/code
		POST /houses/:house/terminal/code
		POST /houses/:house/terminal/entitled
		GET /houses/:house/terminal/walk-in
		GET /houses/:house/terminal/questions
		POST /houses/:house/terminal/tickets
		GET /houses/:house/terminal/tickets/:ticket
		GET /houses/:house/terminal/tickets/:ticket/needs
		POST /houses/:house/terminal/tickets/:ticket/needs
		POST /houses/:house/terminal/tickets/:ticket/step-aside
		POST /houses/:house/terminal/tickets/:ticket/here
		POST /api/v1/houses/:house/checkins
		POST /api/v1/offices/:office/tickets`},
	{[]string{terminal, otherTerminal}, `
		GET /api/v1/terminals/self`},
	{[]string{otherClerk, clerk, manager, administrator}, `
		GET /desks`},
	{[]string{clerk, manager, administrator}, `
		GET /offices/:office/desks/:desk
		POST /offices/:office/desks/:desk
		GET /offices/:office/desks/:desk/live
		GET /offices/:office/appointments/:appointment
		GET /houses/:house/infodesk
		GET /houses/:house/infodesk/live
		GET /houses/:house/infodesk/tickets/:ticket
		POST /houses/:house/infodesk/tickets
		POST /houses/:house/infodesk/search
		POST /houses/:house/infodesk/checkins
		POST /houses/:house/infodesk/tickets/:ticket/here
		POST /houses/:house/infodesk/tickets/:ticket/needs
		POST /houses/:house/infodesk/services
		POST /api/v1/offices/:office/services/:service/disturb
		POST /api/v1/offices/:office/services/:service/restore
		GET /api/v1/offices/:office/appointments
		POST /api/v1/offices/:office/appointments/search
		GET /api/v1/offices/:office/queue
		GET /api/v1/offices/:office/desks
		GET /api/v1/offices/:office/desks/:desk
		GET /api/v1/offices/:office/desks/:desk/live
		POST /api/v1/offices/:office/desks/:desk/open
		POST /api/v1/offices/:office/desks/:desk/pause
		POST /api/v1/offices/:office/desks/:desk/close
		POST /api/v1/offices/:office/desks/:desk/call-next
		POST /api/v1/offices/:office/desks/:desk/call-this
		POST /api/v1/offices/:office/desks/:desk/recall
		POST /api/v1/offices/:office/desks/:desk/put-back
		POST /api/v1/offices/:office/desks/:desk/came
		POST /api/v1/offices/:office/desks/:desk/finish
		POST /api/v1/offices/:office/desks/:desk/finish-and-call-next
		POST /api/v1/offices/:office/desks/:desk/no-show
		POST /api/v1/offices/:office/desks/:desk/park
		POST /api/v1/offices/:office/tickets/:ticket/revoke
		POST /api/v1/offices/:office/tickets/:ticket/bring-back
		POST /api/v1/offices/:office/tickets/:ticket/send
		POST /api/v1/offices/:office/tickets/:ticket/transfer
		POST /api/v1/offices/:office/tickets/:ticket/change
		POST /api/v1/offices/:office/tickets/:ticket/split
		POST /api/v1/offices/:office/tickets/:ticket/merge
		POST /api/v1/offices/:office/tickets/:ticket/cancel
		POST /api/v1/offices/:office/tickets/:ticket/step-aside
		POST /api/v1/offices/:office/tickets/:ticket/here
		POST /api/v1/offices/:office/tickets/:ticket/set-needs
		POST /api/v1/offices/:office/tickets/:ticket/leave`},
	{[]string{administrator}, `
		GET /api/v1/city`},
	{[]string{manager, administrator}, `
		GET /manager/:office
		GET /manager/:office/live`},
}

// TestAccess asks every route as everybody.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Demo = &Demo{Playing: func() float64 { return 0 }}
	s.serve(t)
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	rows := map[string][]string{}
	for _, row := range access {
		for route := range strings.Lines(row.routes) {
			rows[strings.TrimSpace(route)] = row.may
		}
	}
	for _, route := range s.routes() {
		may, listed := rows[route.method+" "+route.path]
		if !listed {
			t.Errorf("nobody has said who may %s %s", route.method, route.path)
			continue
		}
		for _, who := range everyone {
			s.askAs(t, route, who, tokens[who], v, slices.Contains(may, who))
		}
	}
}

// askAs asks a route. Writes are sent without what they need, so that nothing
// changes: what is asked is only who gets past the door.
func (s *site) askAs(t *testing.T, route route, who, token string, v visit, may bool) {
	t.Helper()
	path := pathOf(route.path, v)
	if who == nobody {
		path = pathOf(route.path, visit{link: "AAAAAAAAAAAAAAAAAAAAAA", ticket: strings.Repeat("A", 26), id: v.id})
	}
	a := asked{method: route.method, path: path, token: token, header: map[string]string{"Accept": "application/json"}}
	if route.method == http.MethodPost {
		a.body = []byte(`{"neither form nor field":1}`)
	}
	response, text := s.ask(t, a)
	status, ask := response.StatusCode, who+": "+route.method+" "+route.path
	switch {
	case may && (status == http.StatusUnauthorized || status == http.StatusForbidden) && !signsIn[route.path]:
		t.Errorf("%s is refused: %d", ask, status)
	case may && status >= 500 && status != http.StatusServiceUnavailable:
		t.Errorf("%s fails: %d %s", ask, status, text)
	case may && route.method == http.MethodGet && who != nobody && status >= 400 && !needsMore[route.path]:
		t.Errorf("%s: %d %s", ask, status, text)
	case !may && token == "" && status != http.StatusUnauthorized, !may && token != "" && status != http.StatusForbidden:
		t.Errorf("%s: %d, want to be refused", ask, status)
	}
	if open := strings.HasPrefix(route.path, "/demo") || route.path == "/"; !open && (!may || who == nobody) {
		for _, secret := range []string{v.number, v.code, v.ticket, "Mustermann", "erika@"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s is told %q", ask, secret)
			}
		}
	}
}

// signsIn are routes that say 401 or 403 themselves, also to who may use them.
var signsIn = map[string]bool{"/sign-in": true, "/terminal": true, "/password": true}

// needsMore are routes that need a query or another state to show something.
var needsMore = map[string]bool{"/password": true, "/api/v1/offices/:office/slots": true, "/gallery/:example": true,
	"/booking/:office/times": true, "/appointments/:link/details": true}

// pathOf fills the pattern of a route.
func pathOf(pattern string, v visit) string {
	stylesheet, err := look.URL("page.js")
	if err != nil {
		panic(err)
	}
	path := strings.NewReplacer(":office", "buergerbuero", ":house", "fischmarkt", ":desk", "1", ":service", "reisepass", ":link", v.link, ":ticket", v.ticket,
		":area", "halle", ":appointment", v.id, ":example", "x", "/look/*file", stylesheet).Replace(pattern)
	if strings.HasSuffix(path, "/live") {
		path += "?wait=0"
	}
	return path
}

// TestSession signs a clerk in and out, and ends sessions that must end.
func TestSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	signIn := func(name string) *browser {
		t.Helper()
		if _, err := s.Accounts.AddAccount(t.Context(), name, pgaccounts.Clerk, []booking.OfficeID{"buergerbuero"}); err != nil {
			t.Fatal(err)
		}
		a, _ := s.Accounts.ByName(name)
		if err := s.Accounts.SetPassword(t.Context(), a.ID, "kirschkuchen am see"); err != nil {
			t.Fatal(err)
		}
		b := s.browse(t, "de")
		b.post("/sign-in", url.Values{"name": {name}, "password": {"kirschkuchen am see"}, "next": {"/desks"}})
		if b.status != 200 || b.path != "/desks" {
			t.Fatalf("signed in to %s, %d", b.path, b.status)
		}
		return b
	}
	wrong := s.browse(t, "de").post("/sign-in", url.Values{"name": {"a.meyer"}, "password": {"wrong and wrong"}})
	if wrong.status != http.StatusUnauthorized {
		t.Errorf("a wrong password: %d", wrong.status)
	}
	for name, end := range map[string]func(b *browser, name string) error{
		"disabled":     func(_ *browser, name string) error { return s.Accounts.Disable(t.Context(), name) },
		"new.password": func(_ *browser, name string) error { _, err := s.Accounts.ResetPassword(t.Context(), name); return err },
		"signs.out":    func(b *browser, _ string) error { b.post("/sign-out", nil); return nil },
	} {
		b := signIn(name)
		if err := end(b, name); err != nil {
			t.Fatal(err)
		}
		if b.get("/desks"); !strings.HasPrefix(b.path, "/sign-in") {
			t.Errorf("%s: the session goes on at %s", name, b.path)
		}
	}
}

// TestInitialPassword: who signs in with a password that a command made does nothing before choosing another.
func TestInitialPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	initial, err := s.Accounts.AddAccount(t.Context(), "a.meyer", pgaccounts.Clerk, []booking.OfficeID{"buergerbuero"})
	if err != nil {
		t.Fatal(err)
	}
	b := s.browse(t, "de")
	b.post("/sign-in", url.Values{"name": {"a.meyer"}, "password": {initial}, "next": {"/desks"}})
	if b.path != "/password" {
		t.Errorf("led to %s, want /password", b.path)
	}
	if b.post("/offices/buergerbuero/desks/1", url.Values{"command": {"open"}, "service": {"reisepass"}}); b.status != http.StatusForbidden {
		t.Errorf("opened a desk: %d", b.status)
	}
	if b.post("/password", url.Values{"password": {initial}, "new": {"Offenburg 2026"}}); b.status != http.StatusUnprocessableEntity {
		t.Errorf("a weak password: %d", b.status)
	}
	if b.post("/password", url.Values{"password": {"wrong and wrong"}, "new": {"kirschkuchen am see"}}); b.status != http.StatusUnprocessableEntity {
		t.Errorf("without the old password: %d", b.status)
	}
	if b.post("/password", url.Values{"password": {initial}, "new": {"kirschkuchen am see"}}); b.path != "/desks" || b.status != http.StatusOK {
		t.Errorf("after choosing: %s, %d", b.path, b.status)
	}
}

// TestForeignPagesCannotCommand: a clerk's browser carries out no write that another site's page sends.
func TestForeignPagesCannotCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.Accounts.AddAccount(t.Context(), "a.meyer", pgaccounts.Clerk, []booking.OfficeID{"buergerbuero"}); err != nil {
		t.Fatal(err)
	}
	a, _ := s.Accounts.ByName("a.meyer")
	if err := s.Accounts.SetPassword(t.Context(), a.ID, "kirschkuchen am see"); err != nil {
		t.Fatal(err)
	}
	b := s.browse(t, "de")
	b.post("/sign-in", url.Values{"name": {"a.meyer"}, "password": {"kirschkuchen am see"}})
	u, _ := url.Parse(s.URL)
	var cookie string
	for _, c := range b.client.Jar.Cookies(u) {
		cookie += c.Name + "=" + c.Value + "; "
	}
	open := func(header map[string]string) int {
		header["Cookie"] = cookie
		response, _ := s.ask(t, asked{method: "POST", path: "/api/v1/offices/buergerbuero/desks/1/open",
			body: map[string]any{"serves": []string{"reisepass"}}, header: header})
		return response.StatusCode
	}
	for _, foreign := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://example.org"},
	} {
		if status := open(foreign); status != http.StatusForbidden {
			t.Errorf("%v: %d", foreign, status)
		}
	}
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || len(state.Desks) != 0 {
		t.Errorf("a foreign page opened a desk: %v, %v", state.Desks, err)
	}
	if status := open(map[string]string{"Sec-Fetch-Site": "same-origin"}); status != http.StatusOK {
		t.Errorf("our own page: %d", status)
	}
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || state.Desks["1"].State != queue.DeskOpen {
		t.Errorf("the desk is %v, %v", state.Desks["1"], err)
	}
}
