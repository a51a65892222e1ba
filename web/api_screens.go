package web

import (
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web/api"
)

func (s *Server) apiScreenRoutes() []route {
	return []route{
		{"GET", "/screens/:area", anyone, s.apiScreen},
		{"GET", "/screens/:area/live", anyone, s.apiScreenLive},
	}
}

func (s *Server) apiScreen(w http.ResponseWriter, r *http.Request) error {
	area, house, ok := s.City().Area(param(r, "area"))
	if !ok {
		return errNotFound
	}
	return writeJSON(w, http.StatusOK, s.boardOut(area, house, s.board(area, house)))
}

// apiScreenLive sends the board now and at every change.
func (s *Server) apiScreenLive(w http.ResponseWriter, r *http.Request) error {
	id := param(r, "area")
	_, house, ok := s.City().Area(id)
	if !ok {
		return errNotFound
	}
	var offices []queue.OfficeID
	for _, o := range house.Offices {
		offices = append(offices, queue.OfficeID(o.ID))
	}
	return s.live(w, r, "screen", "api "+id, only(offices...), func() (wsscreen.Content, error) {
		area, house, ok := s.City().Area(id)
		if !ok {
			return wsscreen.Content{}, errNotFound
		}
		board := s.board(area, house)
		return wsscreen.Content{Data: s.boardOut(area, house, board), Calls: callsOf(board)}, nil
	})
}

func (s *Server) boardOut(area *booking.Area, house *booking.House, board signage.Board) api.Board {
	out := api.Board{Area: area.ID, Now: s.callsOut(board.Now), Earlier: s.callsOut(board.Earlier), Disturbed: []api.Disturbance{}}
	for i := range house.Offices {
		office := &house.Offices[i]
		for _, d := range s.disturbedOut(s.office(office.ID)) {
			if service, ok := office.Service(booking.ServiceID(d.Service)); ok && service.Area == area.ID {
				d.Office = string(office.ID)
				out.Disturbed = append(out.Disturbed, d)
			}
		}
	}
	return out
}

func (s *Server) callsOut(calls []signage.Call) []api.Call {
	out := []api.Call{}
	for _, c := range calls {
		out = append(out, api.Call{ID: c.ID, Number: c.Number, Desk: c.Desk, Way: c.Way, At: s.ms(c.At), Again: c.Again})
	}
	return out
}
