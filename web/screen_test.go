package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/signage"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// hall is a site with a queue in a real Redis, followed as a node does.
type hall struct {
	url   string
	queue *redisqueue.Queue
	now   time.Time
}

func newHall(t *testing.T) *hall {
	t.Helper()
	city := democity.City()
	h := &hall{queue: redisqueue.New(redistest.New(t), pgjournal.New(pgtest.New(t))), now: time.Date(2026, 11, 24, 9, 0, 0, 0, city.Location())}
	offices := redisqueue.NewFollower(h.queue, func() []queue.OfficeID { return []queue.OfficeID{"buergerbuero"} }, slog.New(slog.DiscardHandler))
	now := func() time.Time { return h.now }
	live := wsscreen.New(wsscreen.Config{Now: now, Rate: func() float64 { return 1 }, Age: func() time.Duration { return 0 },
		Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler)})
	offices.OnChange(func(office queue.OfficeID) { live.Changed(office, time.Now()) })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { offices.Run(ctx); close(done) }()
	site, err := (&Server{City: func() *booking.City { return &city }, Offices: offices, Sessions: scs.New(), Live: live, Now: now,
		Requests: prommetrics.NewHTTP(prometheus.NewRegistry()), Log: slog.New(slog.DiscardHandler)}).Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(func() { live.Close(); server.Close(); cancel(); <-done })
	h.url = server.URL
	return h
}

func (h *hall) do(t *testing.T, id string, c queue.Command) queue.Event {
	t.Helper()
	e, err := h.queue.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: id, Actor: queue.Actor{Role: "clerk"}, At: h.now,
		Day: "2026-11-24", Command: c})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// secret is a ticket's id: who knows it may see the ticket's page.
const secret = "SECRETSECRETSECRETSECRET01"

func (h *hall) walkIn() queue.Join {
	return queue.Join{Numbers: queue.NewNumbers("K", "buergerbuero", "2026-11-24", false),
		Ticket: queue.Ticket{ID: secret, Class: queue.WalkIn, Services: []queue.ServiceID{"abholung"}, Persons: 1, Area: "halle",
			Due: h.now.UnixMilli()}}
}

// until reads frames until one is as wanted.
func until(t *testing.T, conn *websocket.Conn, wanted func(wsscreen.Message) bool) wsscreen.Message {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		var m wsscreen.Message
		if err := conn.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.HTML, secret) || strings.Contains(m.HTML, "abholung") {
			t.Fatalf("the frame says who waits for what: %s", m.HTML)
		}
		if m.HTML != "" && wanted(m) {
			return m
		}
	}
}

// A call goes from the queue to the screens of its area and to no other.
func TestCallReachesItsScreen(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	screen := func(area string) *websocket.Conn {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(h.url, "http")+"/screens/"+area+"/live?lang=de", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	here, elsewhere := screen("halle"), screen("warteraum")
	until(t, elsewhere, func(m wsscreen.Message) bool { return strings.Contains(m.HTML, "niemand aufgerufen") })
	h.do(t, "open", queue.OpenDesk{Desk: "4", Label: "4", Serves: []queue.ServiceID{"abholung"}})
	number := h.do(t, "join", h.walkIn()).Tickets[0].Number
	call := h.do(t, "call", queue.CallNext{Desk: "4"}).Tickets[0].Call
	m := until(t, here, func(m wsscreen.Message) bool { return len(m.Calls) == 1 })
	if m.Calls[0] != (wsscreen.Call{ID: "buergerbuero/" + call}) || !strings.Contains(m.HTML, number) ||
		!strings.Contains(m.HTML, `data-call="buergerbuero/`+call+`"`) {
		t.Errorf("the call of %s: %+v", number, m)
	}
	again := h.do(t, "recall", queue.Recall{Desk: "4"}).Tickets[0].Call
	m = until(t, here, func(m wsscreen.Message) bool { return m.Calls[0].ID != "buergerbuero/"+call })
	if m.Calls[0] != (wsscreen.Call{ID: "buergerbuero/" + again, Again: true}) || !strings.Contains(m.HTML, "noch einmal") {
		t.Errorf("the recall: %+v", m)
	}
	h.do(t, "back", queue.PutBack{Desk: "4"})
	m = until(t, here, func(m wsscreen.Message) bool { return len(m.Calls) == 0 })
	if strings.Contains(m.HTML, number) {
		t.Errorf("taken back, and still there: %s", m.HTML)
	}
}

func TestScreenAddresses(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for path, want := range map[string]int{
		"/screens/halle": 200, "/screens/halle?shape=portrait": 200, "/screens/halle?shape=landscape&lang=en": 200,
		"/screens/halle?shape=round": 400, "/screens/keller": 404, "/screens/keller/live": 404,
		"/screens/halle/live": 200, "/screens/halle/live?after=x": 400,
	} {
		resp, err := http.Get(h.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
}

// Everybody who is called has a place, however many they are.
func TestNobodyCalledIsLeftOut(t *testing.T) {
	for n := range 31 {
		b := signage.Board{Now: make([]signage.Call, n), Earlier: make([]signage.Call, signage.MaxEarlier)}
		v := screenViewOf(&booking.Area{}, b)
		shown := 0
		if v.Newest != nil {
			shown++
		}
		for _, row := range v.Rows {
			if row.Now {
				shown++
			}
		}
		if shown != n || len(v.Rows) < usualRows {
			t.Errorf("%d are called: %d shown, %d rows", n, shown, len(v.Rows))
		}
	}
}

// What is said of disturbed services stays short, however many they are and
// whatever they are called: on a screen it stands beside numbers.
func TestDisturbedSaid(t *testing.T) {
	long := strings.Repeat("x", namedLength+1)
	for _, c := range []struct {
		lang  string
		names []string
		want  string
	}{
		{"de", nil, ""},
		{"de", []string{"Reisepass"}, "Zur Zeit gestört: Reisepass. Alle behalten ihren Platz."},
		{"de", []string{"Reisepass", "Umzug"}, "Zur Zeit gestört: Reisepass und Umzug. Alle behalten ihren Platz."},
		{"de", []string{"Reisepass", "Umzug", "Kopien"}, "Zur Zeit gestört: 3\u00a0Anliegen. Welche, sagt die Infotheke. Alle behalten ihren Platz."},
		{"de", []string{long}, "Zur Zeit gestört: 1\u00a0Anliegen. Welches, sagt die Infotheke. Alle behalten ihren Platz."},
		{"en", []string{"Passport", long}, "Out of order at the moment: 2\u00a0services. The information desk says which. All keep their place."},
		{"en", []string{long}, "Out of order at the moment: 1\u00a0service. The information desk says which. All keep their place."},
	} {
		if got := disturbedSaid(texts.In(c.lang), c.names); got != c.want {
			t.Errorf("%s, %d names: %q, want %q", c.lang, len(c.names), got, c.want)
		}
	}
}
