package web

import (
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// live answers with what a page shows, now and at every change of its offices:
// by WebSocket, or by long poll. kind and key name what is looked at; readers
// of the same in the same language share their frames. It also changes by time
// alone, so it is rendered each second.
func (s *Server) live(w http.ResponseWriter, r *http.Request, kind, key string, offices func() []queue.OfficeID, content func() (wsscreen.Content, error)) error {
	topic := wsscreen.Topic{Key: kind + " " + key + " " + lang(r).Tag, Kind: kind, Offices: offices(), Ticks: true,
		Render: func() (wsscreen.Frame, error) {
			var states []*queue.Office
			for _, id := range offices() {
				states = append(states, s.Offices.Office(id)) // before the content, so that the version is never ahead of it
			}
			c, err := content()
			if err != nil {
				return wsscreen.Frame{}, err
			}
			epoch, version := wsscreen.VersionOf(states...)
			return wsscreen.Frame{Epoch: epoch, Version: version, Content: c}, nil
		}}
	return s.Live.Serve(w, r, topic)
}

// only are offices that stay the same while somebody looks.
func only(offices ...queue.OfficeID) func() []queue.OfficeID {
	return func() []queue.OfficeID { return offices }
}

// liveRoute marks a route whose answer may take longer than others.
func liveRoute(path string) bool { return len(path) > 5 && path[len(path)-5:] == "/live" }

// office is the present state of an office's day on this node. Until the first
// command of a new day the queue still has yesterday's: nobody waits then.
func (s *Server) office(id booking.OfficeID) *queue.Office {
	state := s.Offices.Office(queue.OfficeID(id))
	if state.Day != string(s.City().Day(s.Now())) {
		return &queue.Office{ID: state.ID, Epoch: state.Epoch, Version: state.Version}
	}
	return state
}
