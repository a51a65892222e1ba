package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wartefrei/wartefrei/booking/democity"
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
	area    string
	node    *node
	mu      sync.Mutex
	board   api.Board
	epoch   int64 // of the newest frame of this connection
	version int64
	fell    []string // frames that were older than the one before
}

// frame is a message, as far as a screen looks at it.
type frame struct {
	Epoch   int64
	Version int64
	Data    *api.Board
}

func watch(ctx context.Context, site *installation) *screens {
	city := democity.City()
	s := &screens{}
	for _, house := range city.Houses {
		for _, area := range house.Areas {
			for _, n := range site.nodes {
				one := &screen{area: area.ID, node: n}
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
	s.epoch, s.version = 0, 0
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
	if f.Epoch < s.epoch || f.Epoch == s.epoch && f.Version < s.version {
		s.fell = append(s.fell, fmt.Sprintf("screen %s got %d-%d after %d-%d", s.area, f.Epoch, f.Version, s.epoch, s.version))
	}
	s.epoch, s.version, s.board = f.Epoch, f.Version, *f.Data
}

// shows says what is wrong with the board, where the calls are as called says,
// numbers to labels of desks, and made says whether a call was ever made.
func (s *screen) shows(called map[string]string, made func(api.Call) bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range slices.Concat(s.board.Now, s.board.Earlier) {
		if !made(call) {
			return fmt.Sprintf("screen %s at %s shows a call that nobody made: %+v", s.area, s.node.address, call)
		}
	}
	missing := len(called)
	for _, call := range s.board.Now {
		if desk, ok := called[call.Number]; ok && desk == call.Desk {
			missing--
		}
	}
	if missing == 0 {
		return ""
	}
	return fmt.Sprintf("screen %s at %s lacks %d of %d calls: shows %v, called are %v", s.area, s.node.address, missing, len(called), s.board.Now, called)
}
