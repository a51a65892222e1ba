package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// holdCookie keeps the link of the hold that a browser has, so that whoever
// goes back and chooses anew gives up the first time with the second. It is
// sent to the booking pages alone.
const holdCookie = "hold"

// holdsWithin: so many holds one client may take within the time, so that
// nobody empties the calendar. A house full of people at one address fits in.
const (
	holds       = 60
	holdsWithin = 10 * time.Minute
)

// heldEnough says whether a client has taken all the holds that it may.
func (s *Server) heldEnough(r *http.Request) bool {
	return holdsCount(r) && s.Tries.Exhausted(r.Context(), "hold:"+clientOf(r), holds, holdsWithin)
}

func (s *Server) countHold(r *http.Request) {
	if holdsCount(r) {
		s.Tries.Count(r.Context(), "hold:"+clientOf(r), holds, holdsWithin)
	}
}

// holdsCount says whether a client's holds are counted: those of clerks, who book by
// telephone from one address all day, are not.
func holdsCount(r *http.Request) bool {
	role := visiting(r).Role
	return role == "" || role == pgaccounts.Terminal
}

// holdTime keeps a time for the citizen while they say who they are.
func (s *Server) holdTime(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	office, visit, done, err := s.wished(w, r, r.PostForm)
	if err != nil || done {
		return err
	}
	at, err := parseTime(r.PostForm.Get("at"), s.City().Location())
	if err != nil {
		return err
	}
	if s.heldEnough(r) {
		return errThrottled
	}
	wish := booking.Wish{Office: office.ID, Services: visit.Choices}
	_, link, err := s.Bookings.Hold(r.Context(), wish, at, lang(r).Tag, heldBefore(r))
	if code := notOffered(err); code != "" {
		s.leadToTimes(w, r, booking.Appointment{Office: office.ID, Choices: visit.Choices, Start: at}, code)
		return nil
	}
	if err != nil {
		return err
	}
	s.countHold(r)
	http.SetCookie(w, &http.Cookie{Name: holdCookie, Value: link, Path: "/booking", MaxAge: int(time.Hour.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure(r)})
	http.Redirect(w, r, "/appointments/"+link+"/details", http.StatusSeeOther)
	return nil
}

// notOffered is the code of the problem when a time cannot be had, so that the
// citizen chooses another; "" for everything else.
func notOffered(err error) string {
	switch {
	case errors.Is(err, booking.ErrSlotTaken):
		return "slot-taken"
	case errors.Is(err, booking.ErrSlotUnknown), errors.Is(err, booking.ErrPast):
		return "slot-unknown"
	}
	return ""
}

// heldBefore is the link of the hold that this browser has, "" if it has none.
func heldBefore(r *http.Request) string {
	if cookie, err := r.Cookie(holdCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// forgetHold makes the browser forget its hold: it is booked, released or over.
func forgetHold(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: holdCookie, Path: "/booking", MaxAge: -1, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: secure(r)})
}

// ownHold is the time that this browser holds already.
type ownHold struct {
	Start time.Time
	Path  string // where the citizen goes on with it
}

// ownHold looks for a hold of this browser in the office; nil if there is none.
func (s *Server) ownHold(r *http.Request, office *booking.Office) (*ownHold, error) {
	link := heldBefore(r)
	if link == "" {
		return nil, nil
	}
	a, err := s.Bookings.ByLink(r.Context(), link)
	switch {
	case errors.Is(err, booking.ErrUnknown):
		return nil, nil
	case err != nil:
		return nil, err
	case a.State != booking.Held, a.Office != office.ID, !s.Now().Before(a.Expires):
		return nil, nil
	}
	return &ownHold{a.Start, "/appointments/" + link + "/details"}, nil
}

// is says whether the hold is of this time.
func (o *ownHold) is(at time.Time) bool { return o != nil && o.Start.Equal(at) }
