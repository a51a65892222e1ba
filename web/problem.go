package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/api"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// Refusals of this room.
var (
	errNotFound    = errors.New("no such page")
	errMethod      = errors.New("method not allowed")
	errSignIn      = errors.New("not signed in")
	errForbidden   = errors.New("not allowed")
	errForeign     = errors.New("sent by another site's page")
	errPasswordDue = errors.New("initial password must be changed")
	errBadInput    = errors.New("bad input")
	errMediaType   = errors.New("media type")
	errThrottled   = errors.New("too many tries")
	errAway        = errors.New("a server behind us does not answer")
	errClock       = errors.New("the clock of this node is wrong")
)

// problems says every refusal: its HTTP status, and its code, which is the
// type for programs ("/problems/<code>") and never changes. People read the
// sentence "problem.<code>" of booking/texts. What is not here is a 500, and
// explained to the log only.
var problems = []struct {
	err    error
	status int
	code   string
}{
	{errNotFound, 404, "not-found"},
	{errMethod, 405, "method"},
	{errSignIn, 401, "sign-in"},
	{errForbidden, 403, "forbidden"},
	{errForeign, 403, "foreign"},
	{errPasswordDue, 403, "password-due"},
	{errBadInput, 400, "bad-input"},
	{errMediaType, 415, "media-type"},
	{errThrottled, 429, "throttled"},
	{pgaccounts.ErrThrottled, 429, "throttled"},
	{errAway, 503, "away"},
	{errClock, 503, "clock"},
	{queue.ErrUnknownOutcome, 503, "away"},
	{queue.ErrAway, 503, "away"},
	{context.DeadlineExceeded, 503, "busy"},

	{wsscreen.ErrFull, 503, "busy"},
	{wsscreen.ErrClosed, 503, "busy"},
	{wsscreen.ErrOrigin, 403, "forbidden"},
	{wsscreen.ErrHandshake, 400, "bad-input"},
	{wsscreen.ErrPoll, 400, "bad-input"},

	{booking.ErrOfficeUnknown, 404, "office-unknown"},
	{booking.ErrHouseUnknown, 404, "house-unknown"},
	{booking.ErrServiceUnknown, 422, "service-unknown"},
	{booking.ErrNothing, 422, "nothing-chosen"},
	{booking.ErrTwice, 422, "chosen-twice"},
	{booking.ErrNotBookable, 422, "not-bookable"},
	{booking.ErrPersons, 422, "persons"},
	{booking.ErrTooMuch, 422, "too-much"},
	{booking.ErrSlotTaken, 409, "slot-taken"},
	{booking.ErrSlotUnknown, 422, "slot-unknown"},
	{booking.ErrHoldExpired, 410, "hold-expired"},
	{booking.ErrUnknown, 404, "appointment-unknown"},
	{booking.ErrUnchecked, 503, "away"},
	{booking.ErrCancelled, 409, "cancelled"},
	{booking.ErrBooked, 409, "booked"},
	{booking.ErrPast, 409, "past"},
	{booking.ErrContact, 422, "contact"},
	{booking.ErrOtherContent, 422, "other-content"},

	{checkin.ErrHere, 409, "checked-in"},
	{checkin.ErrMissed, 409, "missed"},
	{checkin.ErrNoWalkIn, 422, "no-walk-in"},
	{checkin.ErrClosed, 409, "closed"},
	{checkin.ErrReason, 422, "reason"},
	{checkin.ErrNotUrgent, 422, "not-urgent"},

	{queue.ErrEmpty, 409, "empty"},
	{queue.ErrDeskUnknown, 404, "desk-unknown"},
	{queue.ErrDeskNotOpen, 409, "desk-not-open"},
	{queue.ErrDeskBusy, 409, "desk-busy"},
	{queue.ErrDeskIdle, 409, "desk-idle"},
	{queue.ErrTicketUnknown, 404, "ticket-unknown"},
	{queue.ErrTicketExists, 409, "ticket-exists"},
	{queue.ErrJoined, 409, "joined"},
	{queue.ErrWrongState, 409, "wrong-state"},
	{queue.ErrTooSoon, 409, "too-soon"},
	{queue.ErrServiceMissing, 422, "service-missing"},
	{queue.ErrSameTicket, 422, "same-ticket"},
	{queue.ErrOtherContent, 422, "other-content"},
	{queue.ErrInvalid, 422, "invalid"},
}

// problem answers a request that failed: problem+json (RFC 9457) for programs,
// a page for people.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, err error) {
	status, code := refusal(err)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the client is gone
	}
	if status >= 500 {
		s.Log.Error("request failed", "route", routeOf(r), "err", err)
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	if forPrograms(r) {
		s.problemJSON(w, r, status, code, detailOf(err))
		return
	}
	if code == "sign-in" && r.Method == http.MethodGet {
		http.Redirect(w, r, signInPath(r.URL.Path), http.StatusSeeOther)
		return
	}
	if code == "password-due" && r.Method == http.MethodGet {
		http.Redirect(w, r, "/password", http.StatusSeeOther)
		return
	}
	s.problemPage(w, r, status, code)
}

// refusal is what an error is to whoever asked: see problems.
func refusal(err error) (status int, code string) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, "too-large"
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.status, p.code
		}
	}
	if away(err) {
		return http.StatusServiceUnavailable, "away"
	}
	return http.StatusInternalServerError, "internal"
}

// away says whether an error means that PostgreSQL or Redis does not answer:
// the connection cannot be made, broke, or stays silent.
func away(err error) bool {
	var network net.Error
	return pg.Away(err) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// detailOf is the field that a refusal is about, if it names one.
func detailOf(err error) string {
	var field fieldError
	var contact booking.ContactError
	switch {
	case errors.As(err, &field):
		return field.field
	case errors.As(err, &contact):
		return contact.Field
	}
	return ""
}

func (s *Server) problemJSON(w http.ResponseWriter, r *http.Request, status int, code, detail string) {
	l := lang(r)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Language", l.Tag)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(api.Problem{Type: "/problems/" + code, Title: l.T("problem." + code), Status: status, Detail: detail})
}

// problemPage says the refusal to a person, with a way on. A terminal's page
// goes back to its start by itself.
func (s *Server) problemPage(w http.ResponseWriter, r *http.Request, status int, code string) {
	page, data := "problem", any(map[string]any{"Code": code, "Status": status})
	if v, err := s.terminalView(r); err == nil && strings.HasPrefix(r.URL.Path, v.Path) && status != http.StatusUnauthorized && status != http.StatusForbidden {
		v.Problem = code
		page, data = "terminal-problem", v
	}
	if err := s.renderStatus(w, r, status, page, data); err != nil {
		s.Log.Error("render the problem page", "err", err)
		http.Error(w, lang(r).T("problem."+code), status)
	}
}

// forPrograms says whether a program asks, which reads JSON.
func forPrograms(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "json")
}

func routeOf(r *http.Request) string {
	if o, ok := r.Context().Value(observedKey{}).(*observed); ok {
		return o.route
	}
	return "none"
}
