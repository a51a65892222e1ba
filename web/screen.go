package web

import (
	"net/http"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// screenRoutes are the screens of waiting areas. They show what everybody in
// front of them may see, so nobody signs in.
func (s *Server) screenRoutes() []route {
	return []route{
		{"GET", "/screens/:area", anyone, s.screenPage},
		{"GET", "/screens/:area/live", anyone, s.screenLive},
	}
}

// shapes of a panel, as ?shape= says them, and the class of the page. Without
// it the page finds out.
var shapes = map[string]string{"": "", "landscape": "broad", "portrait": "tall"}

func (s *Server) screenPage(w http.ResponseWriter, r *http.Request) error {
	shape, ok := shapes[r.URL.Query().Get("shape")]
	if !ok {
		return errBadInput
	}
	area, house, ok := s.City().Area(param(r, "area"))
	if !ok {
		return errNotFound
	}
	v := screenViewOf(area, s.board(area, house))
	v.Shape, v.Disturbed = shape, s.disturbed(lang(r), area, house)
	return s.render(w, r, "screen", v)
}

// screenLive sends the board at every change of the house's offices, and each
// second: a call becomes an earlier one by time alone.
func (s *Server) screenLive(w http.ResponseWriter, r *http.Request) error {
	id, l := param(r, "area"), lang(r)
	_, house, ok := s.City().Area(id)
	if !ok {
		return errNotFound
	}
	var offices []queue.OfficeID
	for _, o := range house.Offices {
		offices = append(offices, queue.OfficeID(o.ID))
	}
	return s.live(w, r, "screen", id, only(offices...), func() (wsscreen.Content, error) {
		area, house, ok := s.City().Area(id)
		if !ok {
			return wsscreen.Content{}, errNotFound
		}
		board := s.board(area, house)
		v := screenViewOf(area, board)
		v.Disturbed = s.disturbed(l, area, house)
		html, err := s.fragment(l.Tag, "screen", "screen-live", v)
		return wsscreen.Content{HTML: html, Calls: callsOf(board)}, err
	})
}

// disturbed says what people wait for in an area and nobody can serve now.
func (s *Server) disturbed(l *texts.Language, area *booking.Area, house *booking.House) string {
	var names []string
	for i := range house.Offices {
		office := &house.Offices[i]
		for _, d := range disturbances(l, office, s.office(office.ID), s.City().Location()) {
			if service, ok := office.Service(d.Service); ok && service.Area == area.ID {
				names = append(names, d.Name)
			}
		}
	}
	return disturbedSaid(l, names)
}

// What a screen has room for beside its calls: two services, and not longer than that.
const (
	namedDisturbed = 2
	namedLength    = 60
)

// disturbedSaid names disturbed services, or says how many they are where their
// names would take the room of those who are called.
func disturbedSaid(l *texts.Language, names []string) string {
	said := l.List(names)
	switch {
	case len(names) == 0:
		return ""
	case len(names) <= namedDisturbed && utf8.RuneCountInString(said) <= namedLength:
		return l.T("screen.disturbed", "services", said)
	default:
		return l.T("screen.disturbed-many", "n", len(names))
	}
}

// board is who is called in an area: any office of the house may call there.
func (s *Server) board(area *booking.Area, house *booking.House) signage.Board {
	var states []*queue.Office
	for _, o := range house.Offices {
		states = append(states, s.Offices.Office(queue.OfficeID(o.ID)))
	}
	return signage.BoardOf(area.ID, s.officeNow(), states...)
}

// callsOf are the calls that a page gongs for.
func callsOf(b signage.Board) []wsscreen.Call {
	var calls []wsscreen.Call
	for _, c := range b.Now {
		calls = append(calls, wsscreen.Call{ID: c.ID, Again: c.Again})
	}
	return calls
}
