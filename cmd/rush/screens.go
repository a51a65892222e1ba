package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// screens watch every waiting area on every node, and come back when they lose
// the connection.
type screens struct {
	all     []*screen
	reading sync.WaitGroup
}

// screen is one of them.
type screen struct {
	area   string
	node   *node
	mu     sync.Mutex
	board  api.Board
	mark   queue.Mark            // of the newest frame of this connection
	newest map[string]queue.Mark // office → its newest call that the screen gonged for
	gongs  map[string]bool       // by the call's id
	fell   []string              // frames that were older than the one before
}

// frame is a message, as far as a screen looks at it.
type frame struct {
	queue.Mark
	Data  *api.Board
	Calls []struct{ ID string }
}

func watch(ctx context.Context, site *installation) *screens {
	city := openCity()
	s := &screens{}
	for _, house := range city.Houses {
		for _, area := range house.Areas {
			for _, n := range site.nodes {
				one := newScreen(area.ID, n)
				s.all = append(s.all, one)
				s.reading.Go(func() {
					for ctx.Err() == nil {
						one.follow(ctx)
						time.Sleep(50 * time.Millisecond)
					}
				})
			}
		}
	}
	return s
}

func newScreen(area string, n *node) *screen {
	return &screen{area: area, node: n, newest: map[string]queue.Mark{}, gongs: map[string]bool{}}
}

// follow reads frames until the connection ends.
func (s *screen) follow(ctx context.Context) {
	dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	conn, answer, err := dialer.DialContext(ctx, "ws://"+s.node.address+api.Base+"/screens/"+s.area+"/live", nil)
	if answer != nil {
		answer.Body.Close()
	}
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s.mu.Lock()
	s.mark = queue.Mark{}
	s.mu.Unlock()
	conn.SetPingHandler(func(data string) error {
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	for {
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		s.take(text)
	}
}

func (s *screen) take(text []byte) {
	var f frame
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(text, &f); err != nil {
		s.fell = append(s.fell, fmt.Sprintf("a frame is %s", text))
		return
	}
	if f.Data == nil {
		return
	}
	if !f.Covers(s.mark) {
		s.fell = append(s.fell, fmt.Sprintf("screen %s got %v after %v", s.area, f.Mark, s.mark))
	}
	s.mark, s.board = f.Mark, *f.Data
	for _, call := range slices.Backward(f.Calls) {
		s.gong(call.ID)
	}
}

// gong sounds for a call as the page does (web/look/chime.js): if it is newer
// than all of its office before.
func (s *screen) gong(id string) {
	office, mark, err := callOf(id)
	if err != nil {
		s.fell = append(s.fell, fmt.Sprintf("screen %s is told of the call %q", s.area, id))
		return
	}
	if s.newest[office].Covers(mark) {
		return
	}
	s.newest[office] = mark
	s.gongs[id] = true
}

// callOf reads the id of a call, "<office>/<epoch>-<version>".
func callOf(id string) (office string, m queue.Mark, err error) {
	office, mark, _ := strings.Cut(id, "/")
	_, err = fmt.Sscanf(mark, "%d-%d", &m.Epoch, &m.Version)
	return office, m, err
}

// visible is how long a call stays among those of now, as a screen says; a frame
// may be older by slack.
const (
	visible = 60 * time.Second
	slack   = 5 * time.Second
	earlier = 3 // at most so many
)

// standing is a call that the record has and nobody took back.
type standing struct {
	api.Call
	mark   queue.Mark
	called bool // nobody has followed it yet
}

// standing are the calls that the screens of an area show, newest first: of all but
// those who wait again, have stepped aside or are gone.
func (r *record) standing(area string) (all []standing) {
	for office, h := range r.offices {
		for _, t := range h.In(queue.Called, queue.Serving, queue.Parked, queue.Missed, queue.Done) {
			if t.Area != area || t.Call == "" || t.Aside {
				continue
			}
			id, desk := office+"/"+t.Call, h.Desks[t.Desk]
			_, mark, _ := callOf(id)
			all = append(all, standing{api.Call{ID: id, Number: t.Number, Desk: desk.Label, Way: desk.Way, At: time.UnixMilli(t.CalledAt), Again: t.Recalled},
				mark, t.State == queue.Called})
		}
	}
	slices.SortFunc(all, func(a, b standing) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.mark.Epoch, a.mark.Epoch), cmp.Compare(b.mark.Version, a.mark.Version), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// shows says what is wrong with what the screen shows and has gonged for at rest,
// where these calls stand: it must show exactly them, in their order.
func (s *screen) shows(all []standing, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var now, before []api.Call
	for _, call := range all {
		shown := slices.ContainsFunc(s.board.Now, func(c api.Call) bool { return c.ID == call.ID })
		age := at.Sub(call.At)
		switch {
		case call.called || age < visible-slack || shown && age < visible+slack:
			now = append(now, call.Call)
		case len(before) < earlier:
			before = append(before, call.Call)
		}
		if call.called && !s.gongs[call.ID] {
			return fmt.Sprintf("screen %s at %s has not gonged for %+v", s.area, s.node.address, call.Call)
		}
	}
	if !slices.EqualFunc(s.board.Now, now, sameCall) || !slices.EqualFunc(s.board.Earlier, before, sameCall) {
		return fmt.Sprintf("screen %s at %s shows %v and earlier %v, want %v and %v", s.area, s.node.address, s.board.Now, s.board.Earlier, now, before)
	}
	return ""
}

func sameCall(a, b api.Call) bool {
	same := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	return same && a == b
}
