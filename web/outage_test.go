package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/api"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// queueWrites are the writes that need the queue, with what they need; a form is a string.
func queueWrites(v visit) map[string]any {
	one, services := []api.Choice{{Service: "abholung", Persons: 1}}, []string{"reisepass"}
	const desk, ticket = "/api/v1/offices/:office/desks/:desk", "/api/v1/offices/:office/tickets/:ticket"
	key := strings.Repeat("k", 26)
	return map[string]any{
		desk + "/open": api.Open{Serves: services}, desk + "/pause": api.Nothing{}, desk + "/close": api.Nothing{},
		desk + "/call-next": api.Nothing{}, desk + "/call-this": api.CallThis{Ticket: v.ticket, Reason: "frail"},
		desk + "/recall": api.Nothing{}, desk + "/put-back": api.Nothing{}, desk + "/came": api.Nothing{},
		desk + "/finish": api.Finish{}, desk + "/finish-and-call-next": api.Finish{}, desk + "/no-show": api.Nothing{},
		desk + "/park": api.Nothing{}, ticket + "/revoke": api.Nothing{}, ticket + "/bring-back": api.BringBack{},
		ticket + "/transfer": api.Transfer{Services: services}, ticket + "/send": api.Send{Office: "wohngeld", Services: []string{"wohngeld"}}, ticket + "/change": api.Change{Services: services, Persons: 2},
		ticket + "/split": api.Split{Services: services, Persons: 1}, ticket + "/merge": api.Merge{Into: strings.Repeat("B", 26)},
		ticket + "/cancel": api.Cancel{Reason: "double"}, ticket + "/here": api.Nothing{}, ticket + "/step-aside": api.Nothing{}, ticket + "/set-needs": api.SetNeeds{Needs: []string{"more-time"}}, ticket + "/leave": api.Nothing{},
		"/api/v1/offices/:office/services/:service/disturb": api.Nothing{}, "/api/v1/offices/:office/services/:service/restore": api.Nothing{},
		"/houses/:house/infodesk/services": "service=buergerbuero/reisepass&key=" + key,
		"/api/v1/tickets/:ticket/needs":    api.SetNeeds{Needs: []string{"more-time"}}, "/api/v1/tickets/:ticket/step-aside": api.Nothing{}, "/api/v1/tickets/:ticket/here": api.Nothing{}, "/api/v1/tickets/:ticket/leave": api.Nothing{},
		"/api/v1/offices/:office/tickets":                    api.NewTicket{Services: one},
		"/api/v1/houses/:house/checkins":                     api.NewCheckin{Code: v.code},
		"/tickets/:ticket/step-aside":                        "key=" + key,
		"/houses/:house/terminal/tickets/:ticket/step-aside": "key=" + key,
		"/tickets/:ticket/here":                              "key=" + key,
		"/tickets/:ticket/needs":                             "need=more-time&key=" + key,
		"/tickets/:ticket/leave":                             "key=" + key,
		"/offices/:office/desks/:desk":                       "command=call-next&key=" + key,
		"/houses/:house/terminal/code":                       "key=" + key + "&code=" + v.code,
		"/houses/:house/terminal/tickets":                    "office=buergerbuero&service=abholung&key=" + key,
		"/houses/:house/terminal/entitled":                   "key=" + key + "&code=" + v.code,
		"/houses/:house/infodesk/tickets":                    "service=buergerbuero/abholung&persons=1&class=walk-in&key=" + key,
		"/houses/:house/terminal/tickets/:ticket/here":       "key=" + key,
		"/houses/:house/terminal/tickets/:ticket/needs":      "need=more-time&key=" + key,
		"/houses/:house/infodesk/tickets/:ticket/here":       "key=" + key,
		"/houses/:house/infodesk/tickets/:ticket/needs":      "need=more-time&key=" + key,
		"/houses/:house/infodesk/checkins":                   "office=buergerbuero&appointment=" + v.id + "&key=" + key,
	}
}

// withoutQueue are the writes that need no queue.
var withoutQueue = []string{"/language", "/sign-in", "/sign-out", "/password", "/demo", "/booking", "/appointments", "/terminal",
	"/houses/:house/infodesk/search", "/api/v1/offices/:office/holds", "/api/v1/holds", "/api/v1/appointments", "/api/v1/offices/:office/appointments"}

// TestRedisAway kills Redis under a site: what needs the queue says that it is
// away, what is shown says its age, booking goes on; and all is well after.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := newSiteOn(t, pgtest.New(t), server.Client())
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	signedIn := s.signedIn(t, "a.meyer")
	lives := s.watch(t, v, tokens[administrator])
	for path, conn := range lives {
		if m := next(t, conn, fresh); m.Version == 0 {
			t.Errorf("%s begins with %+v", path, m)
		}
	}
	server.Kill()

	s.queueIsAway(t, v, tokens[administrator])
	for path, conn := range lives {
		if m := next(t, conn, stale); m.Now == 0 {
			t.Errorf("%s ends with %+v", path, m)
		}
	}
	for _, path := range []string{"/screens/halle", "/tickets/" + v.ticket, "/offices/buergerbuero/desks/1", "/houses/fischmarkt/infodesk", "/manager/buergerbuero"} {
		if response, text := s.ask(t, asked{method: "GET", path: path, token: tokens[administrator]}); response.StatusCode != http.StatusOK || !strings.Contains(string(text), "data-live") {
			t.Errorf("GET %s: %d", path, response.StatusCode)
		}
	}
	s.browse(t, "de").get("/appointments/"+v.link).want(http.StatusOK, v.code[:4])
	signedIn.get("/desks").want(http.StatusServiceUnavailable, "antwortet gerade nicht")
	if signedIn.header.Get("Retry-After") == "" {
		t.Error("a session that cannot be read: no Retry-After")
	}
	signedIn.post("/sign-in", url.Values{"name": {"a.meyer"}, "password": {"kirschkuchen am see"}}).want(http.StatusServiceUnavailable, "antwortet gerade nicht")
	for _, b := range []*browser{s.browse(t, "de"), signedIn} {
		b.toDetails()
		b.submit(`id="contact"`, `value="review"`, "name", "Erika Mustermann", "mail", "erika@beispiel.de").want(200, "Stimmt alles?")
		b.submit(`id="contact"`, "").want(200, "Ihr Termin ist gebucht.")
	}

	server.Restart()
	open := asked{method: "POST", path: api.Base + "/offices/buergerbuero/desks/1/open", body: api.Open{Serves: []string{"reisepass"}}, token: tokens[clerk]}
	if response, text := s.ask(t, open); response.StatusCode != http.StatusOK {
		t.Errorf("after the return: %d %s", response.StatusCode, text)
	}
	for path, conn := range lives {
		if m := next(t, conn, fresh); m.Now == 0 {
			t.Errorf("%s goes on with %+v", path, m)
		}
	}
	signedIn.get("/desks").want(http.StatusOK)
	if state, err := s.Line.Office(t.Context(), "buergerbuero"); err != nil || state.Tickets.Len() != 1 || string(state.In(everyState...)[0].ID) != v.ticket {
		t.Errorf("the ticket from before: %+v, %v", state, err)
	}
}

// TestRedisAnswersErrors has a Redis that lives, and carries nothing out, as one does
// that loads its file or was made a replica: that is away, too.
func TestRedisAnswersErrors(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, pgtest.New(t), redistest.Start(t).Client())
	tokens := s.people(t)
	v := s.arriveBooked(t, tokens)
	if err := s.redis.Do(t.Context(), "ACL", "SETUSER", "default", "-@scripting").Err(); err != nil {
		t.Fatal(err)
	}
	s.queueIsAway(t, v, tokens[administrator])
}

// queueIsAway gives every write that needs the queue, all at once.
func (s *site) queueIsAway(t *testing.T, v visit, token string) {
	t.Helper()
	writes := queueWrites(v)
	var asking sync.WaitGroup
	for _, r := range s.routes() {
		body, needsQueue := writes[r.path]
		if r.method != http.MethodPost || !needsQueue && startsWithAny(r.path, withoutQueue) {
			continue
		}
		if !needsQueue {
			t.Errorf("nobody has said whether POST %s needs the queue", r.path)
			continue
		}
		asking.Go(func() { s.isAway(t, pathOf(r.path, v), body, token) })
	}
	asking.Wait()
}

// isAway wants a write to be refused for now, with a sentence: that the queue is
// away or, on a slow machine, that asking it took too long.
func (s *site) isAway(t *testing.T, path string, body any, token string) {
	a := asked{method: "POST", path: path, body: body, token: token, header: map[string]string{"Accept-Language": "de"}}
	if form, ok := body.(string); ok {
		a.body, a.header["Content-Type"] = []byte(form), "application/x-www-form-urlencoded"
	}
	response, text := s.ask(t, a)
	said := string(text)
	if strings.HasPrefix(path, "/api/") {
		var p api.Problem
		if err := json.Unmarshal(text, &p); err != nil || p.Type != "/problems/away" && p.Type != "/problems/busy" {
			t.Errorf("POST %s: no problem: %s", path, text)
		}
	}
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" || !strings.Contains(said, "antwortet gerade nicht") && !strings.Contains(said, "hat zu lange gedauert") {
		t.Errorf("POST %s: %d, Retry-After %q, %.300s", path, response.StatusCode, response.Header.Get("Retry-After"), said)
	}
}

func startsWithAny(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// signedIn is a clerk's browser.
func (s *site) signedIn(t *testing.T, name string) *browser {
	t.Helper()
	if _, err := s.Accounts.AddAccount(t.Context(), name, pgaccounts.Clerk, []booking.OfficeID{"buergerbuero"}); err != nil {
		t.Fatal(err)
	}
	a, _ := s.Accounts.ByName(name)
	if err := s.Accounts.SetPassword(t.Context(), a.ID, "kirschkuchen am see"); err != nil {
		t.Fatal(err)
	}
	b := s.browse(t, "de")
	return b.post("/sign-in", url.Values{"name": {name}, "password": {"kirschkuchen am see"}, "next": {"/desks"}}).want(200)
}

// watch reads every live page.
func (s *site) watch(t *testing.T, v visit, token string) map[string]*websocket.Conn {
	t.Helper()
	lives := map[string]*websocket.Conn{}
	for _, r := range s.routes() {
		if !liveRoute(r.path) {
			continue
		}
		path, _, _ := strings.Cut(pathOf(r.path, v), "?")
		conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+path,
			http.Header{"Authorization": {"Bearer " + token}})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		t.Cleanup(func() { conn.Close() })
		lives[path] = conn
	}
	return lives
}

// silence is after how long a page takes what it shows for old, see look/link.js.
const silence = 5 * time.Second

func fresh(m wsscreen.Message) bool { return m.Age < silence.Milliseconds() }
func stale(m wsscreen.Message) bool { return m.Age > silence.Milliseconds() }

// next reads messages, signs of life as well as frames, until one is as wanted.
func next(t *testing.T, conn *websocket.Conn, wanted func(wsscreen.Message) bool) wsscreen.Message {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	for {
		var m wsscreen.Message
		if err := conn.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		if wanted(m) {
			return m
		}
	}
}

// TestPostgresAway stops PostgreSQL under a site: who booked for today checks
// in, is called and served; booking says that it is away; and all is well after.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	config := pgserver.Config{Folder: pgtest.Folder(t)}
	server, err := pgserver.Start(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Stop(ctx) })
	pool, err := pg.Open(ctx, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pg.Migrate(ctx, pool); err != nil {
		t.Fatal(err)
	}
	s := newSiteOn(t, pool, redistest.Start(t).Client()) // which writes to disk before it answers
	tokens := s.people(t)
	signedIn := s.signedIn(t, "a.meyer")
	signedIn.post("/offices/buergerbuero/desks/2", url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	a, link := s.book(t)
	s.clock.forward(a.Start.Sub(s.Now()) - 5*time.Minute)
	s.readDay(t)
	times := s.browse(t, "de")
	times.toTimes()
	if err := server.Stop(ctx); err != nil {
		t.Fatal(err)
	}

	s.serveOne(t, s.Bookings.Code(a), tokens)
	s.unchecked(t, tokens[terminal])
	signedIn.get("/desks").want(http.StatusOK)
	for _, away := range []asked{
		{method: "GET", path: times.path},
		{method: "GET", path: "/appointments/" + link},
		{method: "GET", path: api.Base + "/appointments/" + link},
		{method: "GET", path: api.Base + "/offices/buergerbuero/slots?services=reisepass"},
		{method: "POST", path: api.Base + "/appointments/" + link + "/cancel", body: api.Nothing{}},
		{method: "POST", path: api.Base + "/offices/buergerbuero/holds", body: api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: a.Start}},
	} {
		away.header = map[string]string{"Accept-Language": "de"}
		response, text := s.ask(t, away)
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" ||
			!strings.Contains(string(text), "antwortet gerade nicht") || strings.Contains(string(text), "goroutine") {
			t.Errorf("%s %s: %d %.300s", away.method, away.path, response.StatusCode, text)
		}
	}

	s.tellsOfTheRecord(t, signedIn, tokens[manager], "behind")

	if server, err = pgserver.Start(ctx, config); err != nil {
		t.Fatal(err)
	}
	s.tellsOfTheRecord(t, signedIn, tokens[manager], "complete")
	var recorded int
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM queue_event WHERE kind IN ('join', 'call-next', 'came', 'finish')").Scan(&recorded); err != nil || recorded != 5 {
		t.Errorf("%d of what was done meanwhile is recorded, %v", recorded, err)
	}
	if response, text := s.ask(t, asked{method: "GET", path: api.Base + "/appointments/" + link}); response.StatusCode != http.StatusOK {
		t.Errorf("after the return: %d %s", response.StatusCode, text)
	}
	s.browse(t, "de").toDetails()
}

// TestPostgresWritesNothing has PostgreSQL refuse what is to be written, as one with a
// full disk does: times are shown, booking says that it is away, desks go on.
func TestPostgresWritesNothing(t *testing.T) {
	t.Parallel()
	s := newSiteOn(t, pgtest.New(t), redistest.Start(t).Client()) // which writes to disk before it answers
	tokens := s.people(t)
	signedIn := s.signedIn(t, "a.meyer")
	signedIn.post("/offices/buergerbuero/desks/2", url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	a, link := s.book(t)
	s.clock.forward(a.Start.Sub(s.Now()) - 5*time.Minute)
	s.readDay(t)
	writes := func(says string) {
		t.Helper()
		const setting = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = "
		if _, err := s.pool.Exec(t.Context(), "BEGIN READ WRITE; "+setting+says+"', current_database()); END $$; COMMIT"); err != nil {
			t.Fatal(err)
		}
		s.pool.Reset() // sessions keep what was when they began
	}
	writes("on")

	s.serveOne(t, s.Bookings.Code(a), tokens)
	for _, refused := range []asked{
		{path: "/appointments/" + link + "/cancel", body: api.Nothing{}},
		{path: "/offices/buergerbuero/holds", body: api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: s.free(t)}},
	} {
		s.isAway(t, api.Base+refused.path, refused.body, "")
	}
	s.tellsOfTheRecord(t, signedIn, tokens[manager], "behind")
	writes("off")
	s.tellsOfTheRecord(t, signedIn, tokens[manager], "complete")
}

// tellsOfTheRecord waits until API, desk and managers' page say how the record is.
func (s *site) tellsOfTheRecord(t *testing.T, clerk *browser, manager, want string) {
	t.Helper()
	var q api.Queue
	for limit := time.Now().Add(30 * time.Second); q.Record != want; {
		if time.Now().After(limit) {
			t.Fatalf("the record is %q, want %q", q.Record, want)
		}
		_, text := s.ask(t, asked{method: "GET", path: api.Base + "/offices/buergerbuero/queue", token: manager})
		if err := json.Unmarshal(text, &q); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
	desk := strings.Contains(clerk.get("/offices/buergerbuero/desks/1").page, "Die Aufzeichnung hängt zurück")
	_, page := s.ask(t, asked{method: "GET", path: "/manager/buergerbuero", token: manager})
	if behind := want == "behind"; desk != behind || strings.Contains(string(page), "Die Aufzeichnung hängt zurück") != behind {
		t.Errorf("the record is %s; the desk says so: %v", want, desk)
	}
}

// serveOne checks a code in, and calls and serves its ticket, while the record is behind.
func (s *site) serveOne(t *testing.T, code string, tokens map[string]string) {
	t.Helper()
	const desk = api.Base + "/offices/buergerbuero/desks/1/"
	for _, step := range []asked{
		{path: api.Base + "/houses/fischmarkt/checkins", body: api.NewCheckin{Code: code}, token: tokens[terminal]},
		{path: desk + "open", body: api.Open{Serves: []string{"reisepass"}}, token: tokens[clerk]},
		{path: desk + "call-next", body: api.Nothing{}, token: tokens[clerk]},
		{path: desk + "came", body: api.Nothing{}, token: tokens[clerk]},
		{path: desk + "finish", body: api.Finish{Done: []string{"reisepass"}}, token: tokens[clerk]},
	} {
		step.method = "POST"
		if response, text := s.ask(t, step); response.StatusCode != http.StatusOK || !strings.Contains(string(text), `"record":"behind"`) {
			t.Errorf("POST %s: %d %s", step.path, response.StatusCode, text)
		}
	}
}

// unchecked shows a code that no node remembers: the person goes on by way of the
// information desk.
func (s *site) unchecked(t *testing.T, token string) {
	t.Helper()
	kiosk := s.browse(t, "de")
	kiosk.post("/terminal", url.Values{"token": {token}}).want(200)
	kiosk.post("/houses/fischmarkt/terminal/code", url.Values{"code": {"12345678"}}).want(200, "Wir können Ihren Code gerade nicht prüfen.", "Infotheke")
	var out api.Checkin
	response, text := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", body: api.NewCheckin{Code: "12345678"}, token: token})
	if err := json.Unmarshal(text, &out); err != nil || response.StatusCode != http.StatusOK || out.Outcome != "unchecked" || out.Ticket != nil {
		t.Errorf("a code that nobody remembers: %d %s", response.StatusCode, text)
	}
	if log := s.log.String(); !strings.Contains(log, "a code cannot be checked") || strings.Contains(log, "12345678") {
		t.Error("the log does not say why, or says the code")
	}
	var visit api.Visit
	info := api.NewTicket{Services: []api.Choice{{Service: "infotheke", Persons: 1}}}
	response, text = s.ask(t, asked{method: "POST", path: api.Base + "/offices/buergerbuero/tickets", body: info, token: token})
	if err := json.Unmarshal(text, &visit); err != nil || response.StatusCode != http.StatusCreated || visit.Record != "behind" {
		t.Errorf("a number for the information desk: %d %s", response.StatusCode, text)
	}
	s.eventually(t, func() bool { // this node has heard of it
		_, _, _, err := s.ticketOf(queue.TicketID(visit.ID))
		return err == nil
	})
	response, text = s.ask(t, asked{method: "POST", path: api.Base + "/tickets/" + visit.ID + "/leave", body: api.Nothing{}})
	if err := json.Unmarshal(text, &visit); err != nil || visit.Record != "behind" || visit.State != "gone" {
		t.Errorf("given back: %d %s", response.StatusCode, text)
	}
}

// readDay has the site know the day's codes, as it does each second.
func (s *site) readDay(t *testing.T) {
	t.Helper()
	bookings, err := pgbooking.New(t.Context(), s.pool, s.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	s.Bookings, s.Arrivals.Appointments = bookings, bookings
}
