package web

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-redis/redis_rate/v10"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
	"github.com/wartefrei/wartefrei/web/redissession"
)

// site is the whole site on a PostgreSQL and a Redis of its own, with a clock
// that the test moves.
type site struct {
	*Server
	URL   string
	pool  *pgxpool.Pool
	redis *redis.Client
	log   *safeBuffer // everything logged, at every level
	clock *testClock
}

// monday is when tests begin: Monday, 23 November 2026, 08:00 in Berlin, when the doors open.
var monday = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// newSite serves a city; the demonstration's if none is given.
func newSite(t *testing.T, cities ...booking.City) *site {
	t.Helper()
	return newSiteOn(t, pgtest.New(t), redistest.New(t), cities...)
}

// newSiteOn serves a city from servers that the test may stop.
func newSiteOn(t *testing.T, pool *pgxpool.Pool, rdb *redis.Client, cities ...booking.City) *site {
	t.Helper()
	s := &site{pool: pool, redis: rdb, log: &safeBuffer{}, clock: &testClock{now: monday}}
	bookings, err := pgbooking.New(t.Context(), s.pool, s.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	city := democity.City()
	for _, c := range cities {
		city = c
	}
	if _, err := bookings.Import(t.Context(), city); err != nil {
		t.Fatal(err)
	}
	sessions := scs.New()
	sessions.Store = redissession.Store{Redis: s.redis}
	accounts, err := pgaccounts.New(t.Context(), s.pool, s.redis)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = &Server{City: bookings.City, Bookings: bookings, Accounts: accounts, Sessions: sessions, Now: s.clock.Now,
		Requests: prommetrics.NewHTTP(prometheus.NewRegistry()), PublicURL: "https://termin.example",
		Ready: func(context.Context) error { return nil }, WrongClock: func() bool { return s.clock.wrong.Load() },
		Log: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	s.Tries = Tries{Limiter: redis_rate.NewLimiter(s.redis), Log: s.Log}
	s.follow(t)
	s.serve(t)
	return s
}

// follow gives the site its queue.
func (s *site) follow(t *testing.T) {
	t.Helper()
	line := redisqueue.New(s.redis, pgjournal.New(s.pool))
	s.Line = line
	s.Arrivals = &checkin.Arrivals{Appointments: s.Bookings, Line: line, City: s.City, Now: s.Now, NewTicket: NewTicketID}
	s.Offices = redisqueue.NewFollower(line, func() (ids []queue.OfficeID) {
		for _, o := range s.City().Offices() {
			ids = append(ids, queue.OfficeID(o.ID))
		}
		return ids
	}, s.Log)
	s.Live = wsscreen.New(wsscreen.Config{Now: s.Now, Rate: func() float64 { return 1 }, Log: s.Log,
		Age: func() time.Duration { return time.Since(s.Offices.Checked()) }, Metrics: prometheus.NewRegistry()})
	t.Cleanup(s.Live.Close)
	s.Offices.OnChange(func(office queue.OfficeID) { s.Live.Changed(office, time.Now()) })
	ctx, end := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { s.Offices.Run(ctx) })
	t.Cleanup(func() { end(); following.Wait() })
}

// serve serves the site as it is now.
func (s *site) serve(t *testing.T) {
	t.Helper()
	handler, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.URL = server.URL
}

// testClock is an office clock that a test moves.
type testClock struct {
	mu    sync.Mutex
	now   time.Time
	wrong atomic.Bool // cannot be relied on
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// safeBuffer may be written while it is read.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// browser is a person at the site: it keeps cookies, follows redirects and has
// the last page before it. It runs no script.
type browser struct {
	t      *testing.T
	client *http.Client
	site   string
	lang   string

	path   string // of the page
	status int
	header http.Header
	page   string
}

func (s *site) browse(t *testing.T, lang string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar}, site: s.URL, lang: lang}
}

// get opens a page.
func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// post sends a form.
func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	return b.do(http.MethodPost, path, form)
}

func (b *browser) do(method, path string, form url.Values) *browser {
	b.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.site+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", b.lang)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.path, b.status, b.header, b.page = answer.Request.URL.RequestURI(), answer.StatusCode, answer.Header, string(page)
	return b
}

// want checks the status of the page and what stands on it.
func (b *browser) want(status int, contents ...string) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s: status %d, want %d\n%s", b.path, b.status, status, b.main())
	}
	said := strings.ReplaceAll(html.UnescapeString(b.page), "\u00a0", " ")
	for _, content := range contents {
		if !strings.Contains(said, content) {
			b.t.Fatalf("%s: %q is missing\n%s", b.path, content, b.main())
		}
	}
	return b
}

// main is what a page says, for failures.
func (b *browser) main() string {
	_, after, found := strings.Cut(b.page, "<main")
	if !found {
		return b.page
	}
	main, _, _ := strings.Cut(after, "</main>")
	return main
}

// follow opens the first link whose markup holds a text.
func (b *browser) follow(text string) *browser {
	b.t.Helper()
	for _, link := range regexp.MustCompile(`(?s)<a [^>]*>.*?</a>`).FindAllString(b.page, -1) {
		if strings.Contains(html.UnescapeString(link), text) {
			return b.get(attribute(link, "href"))
		}
	}
	b.t.Fatalf("%s: no link with %q\n%s", b.path, text, b.main())
	return b
}

// submit fills in the form whose markup holds a text (names and values in
// pairs) and presses the button whose markup holds button, "" for the first.
func (b *browser) submit(text, button string, fill ...string) *browser {
	b.t.Helper()
	for _, form := range regexp.MustCompile(`(?s)<form.*?</form>`).FindAllString(b.page, -1) {
		if strings.Contains(form, text) {
			return b.send(form, button, fill)
		}
	}
	b.t.Fatalf("%s: no form with %q\n%s", b.path, text, b.main())
	return b
}

func (b *browser) send(form, button string, fill []string) *browser {
	b.t.Helper()
	values := fieldsIn(form)
	for i := 0; i+1 < len(fill); i += 2 {
		values.Set(fill[i], fill[i+1])
	}
	method, action := attribute(form, "method"), attribute(form, "action")
	pressed := ""
	for _, markup := range regexp.MustCompile(`(?s)<button.*?</button>`).FindAllString(form, -1) {
		if strings.Contains(markup, button) {
			pressed = markup
			break
		}
	}
	if pressed == "" {
		b.t.Fatalf("%s: no button with %q in\n%s", b.path, button, form)
	}
	if name := attribute(pressed, "name"); name != "" {
		values.Set(name, attribute(pressed, "value"))
	}
	if other := attribute(pressed, "formaction"); other != "" {
		action = other
	}
	action, _, _ = strings.Cut(action, "#")
	if method == "post" {
		return b.post(action, values)
	}
	return b.get(action + "?" + values.Encode())
}

// fieldsIn are the fields of a form as they stand: hidden, filled in, ticked, chosen.
func fieldsIn(form string) url.Values {
	values := url.Values{}
	for _, input := range regexp.MustCompile(`<input[^>]*>`).FindAllString(form, -1) {
		if name := attribute(input, "name"); name != "" && (attribute(input, "type") != "checkbox" || strings.Contains(input, " checked")) {
			values.Add(name, attribute(input, "value"))
		}
	}
	for _, menu := range regexp.MustCompile(`(?s)<select.*?</select>`).FindAllString(form, -1) {
		if chosen := regexp.MustCompile(`<option selected>([^<]*)`).FindStringSubmatch(menu); chosen != nil {
			values.Add(attribute(menu, "name"), chosen[1])
		}
	}
	return values
}

// attribute is the value of an attribute in the first tag of a markup.
func attribute(markup, name string) string {
	tag, _, _ := strings.Cut(markup, ">")
	found := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}
