// Package web is the HTTP side of Wartefrei: pages for each kind of person and
// the API, over the same domain calls.
//
// A request goes this way, top to bottom in [Server.Handler]:
//
//	log and recover → origin → security headers → limits → clock → session → route → access → handler
//
// routes.go lists every route with who may use it; access.go decides who asks;
// page.go renders, problem.go says every refusal. Then a file per kind of
// person: citizen.go books, ticket.go waits, terminal.go checks in, screen.go
// shows, clerk.go and infodesk.go serve, manager.go counts, demo.go leads
// through the demonstration; api_*.go is the API.
//
// web/look has stylesheets, scripts and fonts, web/pages the templates,
// web/pgaccounts accounts and tokens, web/api the API's wire types.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// Server answers every request of one node. All fields without a word about
// nil are required.
type Server struct {
	City     func() *booking.City // the present city
	Bookings *pgbooking.Store
	Line     queue.Line
	Offices  *redisqueue.Follower
	Arrivals *checkin.Arrivals
	Accounts *pgaccounts.Store
	Sessions *scs.SessionManager
	Live     *wsscreen.Hub
	Tries    Tries
	Requests *prommetrics.HTTP // counts and times requests by route

	Now   func() time.Time                // the office clock
	Ready func(ctx context.Context) error // what this node still lacks; nil when it may get requests
	// WrongClock says that Now cannot be relied on: nothing is written by it.
	WrongClock func() bool
	Demo       *Demo // nil outside the demonstration
	// Metrics serves /metrics on this listener; nil when it has one of its own.
	Metrics http.Handler
	// PublicURL is how citizens reach the server: "https://termin.example".
	// It is in the QR code of printed tickets and in confirmations.
	PublicURL string
	// Proxies are the addresses whose X-Forwarded-For and X-Forwarded-Proto
	// are believed; nobody's if there are none.
	Proxies []netip.Prefix
	Log     *slog.Logger

	pages map[string]*language
}

// Limits of every request.
const (
	maxBody = 64 << 10
	maxTime = 10 * time.Second // live connections have their own
)

// Handler parses the templates and returns the whole site.
func (s *Server) Handler() (http.Handler, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}
	s.pages = pages
	var h http.Handler = s.router()
	h = s.session(h)
	h = s.byRightClock(h)
	h = s.ownPages(h)
	h = limit(h)
	h = headers(h)
	h = s.originated(h)
	return s.observe(h), nil
}

// ownPages refuses writes that another site's page sends: it cannot use a
// clerk's session.
func (s *Server) ownPages(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(s.handlerFunc(func(http.ResponseWriter, *http.Request) error { return errForeign }))
	return protection.Handler(next)
}

// byRightClock refuses writes while the clock is wrong: a day that one ends too
// early is lost, and times that are over are sold. Pages are shown.
func (s *Server) byRightClock(next http.Handler) http.Handler {
	wrong := s.handlerFunc(func(http.ResponseWriter, *http.Request) error { return errClock })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && s.WrongClock() {
			wrong.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limit bounds what a request may bring.
func limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// headers tells browsers what a page may do: nothing but what it came with
// (OWASP ASVS 5.0, 3.4). Personal pages are not kept; static files say so
// themselves.
func headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // links carry secrets in their path
		h.Set("Cache-Control", "no-store")
		if secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}
