package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wartefrei/wartefrei/booking/democity"
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
	city := democity.City()
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

// shows says what is wrong with what the screen shows and has gonged for, where
// the calls are as called says; made says whether a call was ever made.
func (s *screen) shows(called []api.Call, made func(api.Call) bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range slices.Concat(s.board.Now, s.board.Earlier) {
		if !made(call) {
			return fmt.Sprintf("screen %s at %s shows a call that nobody made: %+v", s.area, s.node.address, call)
		}
	}
	for _, call := range called {
		shown := slices.ContainsFunc(s.board.Now, func(c api.Call) bool {
			return c.ID == call.ID && c.Number == call.Number && c.Desk == call.Desk
		})
		switch {
		case !shown:
			return fmt.Sprintf("screen %s at %s lacks %+v: it shows %v", s.area, s.node.address, call, s.board.Now)
		case !s.gongs[call.ID]:
			return fmt.Sprintf("screen %s at %s shows %+v and did not gong for it", s.area, s.node.address, call)
		}
	}
	return ""
}
