package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// who is for whom a route is.
type who int

const (
	anyone          who = iota // also citizens: a link or ticket id in the path is what they may see
	terminalsClerks            // a terminal of the route's house (or of its office's house), or a clerk
	clerks                     // clerks, managers and administrators of the route's office or house
	managers                   // managers and administrators likewise
	administrators
	demonstration // anyone, while the demonstration runs
)

// visitor is who asks. The zero value is somebody unknown: a citizen.
type visitor struct {
	Role    string // pgaccounts' roles and kinds; empty for citizens
	Account string // id of the account or token
	Name    string // for signing in
	Offices []booking.OfficeID
	House   booking.HouseID // of a terminal
	Initial bool            // signed in with a password that a command made: must choose another first
}

type visitorKey struct{}

// visiting is the visitor of a request that passed its guard.
func visiting(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// session keys.
const (
	sessionAccount    = "account"
	sessionGeneration = "generation"
)

// session gives a request its session. While Redis does not answer everybody is
// somebody unknown: booking goes on, and guard refuses what is for people whom
// it must know.
func (s *Server) session(next http.Handler) http.Handler {
	s.Sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.problem(w, r, fmt.Errorf("%w: %w", errAway, err))
	}
	saved := s.Sessions.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var token string
		if cookie, err := r.Cookie(s.Sessions.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx, err := s.Sessions.Load(r.Context(), token)
		if err != nil {
			ctx = context.WithValue(r.Context(), lostSession{}, err)
			ctx, _ = s.Sessions.Load(ctx, "") // reads nothing, so cannot fail
		}
		saved.ServeHTTP(w, r.WithContext(ctx))
	})
}

// lostSession is why a request's session could not be read.
type lostSession struct{}

// deviceCookie makes a browser a terminal: it has the terminal's token, since a
// session would end over night.
const deviceCookie = "terminal"

// visitorOf finds out who asks: by a bearer token, a device's session or a
// signed-in session. A token that is wrong or revoked is an error; no token is a citizen.
func (s *Server) visitorOf(r *http.Request) (visitor, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		secret, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return visitor{}, errSignIn
		}
		return s.holder(secret)
	}
	if id := s.Sessions.GetString(r.Context(), sessionAccount); id != "" {
		account, ok := s.Accounts.Account(id)
		if !ok || !account.Active || account.Generation != s.Sessions.GetInt(r.Context(), sessionGeneration) {
			return visitor{}, nil
		}
		return visitor{Role: account.Role, Account: account.ID, Name: account.Name, Offices: account.Offices, Initial: !account.Initial.IsZero()}, nil
	}
	if device, err := r.Cookie(deviceCookie); err == nil {
		v, err := s.holder(device.Value)
		if err != nil {
			return visitor{}, nil // revoked: a device without rights
		}
		return v, nil
	}
	return visitor{}, nil
}

func (s *Server) holder(secret string) (visitor, error) {
	holder, ok := s.Accounts.Token(secret)
	if !ok {
		return visitor{}, errSignIn
	}
	return visitor{Role: holder.Role, Account: holder.ID, Offices: holder.Offices, House: holder.House}, nil
}

// may says whether the visitor may use a route that is for w, with the office
// and house of its path (empty where it has none).
func (v visitor) may(w who, office, house string, city *booking.City) error {
	switch w {
	case anyone, demonstration: // demonstration routes exist only there
		return nil
	case terminalsClerks:
		if v.Role == pgaccounts.Terminal {
			return v.mayTerminal(office, house, city)
		}
		return v.mayStaff(pgaccounts.Clerk, office, house, city)
	case clerks:
		return v.mayStaff(pgaccounts.Clerk, office, house, city)
	case managers:
		return v.mayStaff(pgaccounts.Manager, office, house, city)
	default:
		return v.mayStaff(pgaccounts.Administrator, office, house, city)
	}
}

func (v visitor) mayTerminal(office, house string, city *booking.City) error {
	if o, ok := city.Office(booking.OfficeID(office)); office != "" && (!ok || o.House != v.House) {
		return errForbidden
	}
	if house != "" && booking.HouseID(house) != v.House {
		return errForbidden
	}
	return nil
}

func (v visitor) mayStaff(least, office, house string, city *booking.City) error {
	ranks := []string{pgaccounts.Clerk, pgaccounts.Manager, pgaccounts.Administrator}
	rank := slices.Index(ranks, v.Role)
	switch {
	case rank < 0 && v.Role == "":
		return errSignIn
	case rank < slices.Index(ranks, least):
		return errForbidden
	case v.Role == pgaccounts.Administrator:
		return nil
	case office != "" && !slices.Contains(v.Offices, booking.OfficeID(office)):
		return errForbidden
	case house != "" && !slices.ContainsFunc(v.Offices, func(id booking.OfficeID) bool {
		o, ok := city.Office(id)
		return ok && o.House == booking.HouseID(house)
	}):
		return errForbidden
	}
	return nil
}

// actor is how events name the visitor.
func (v visitor) actor() queue.Actor {
	if v.Role == "" {
		return queue.Actor{Role: "citizen"}
	}
	return queue.Actor{Role: v.Role, ID: v.Account}
}
