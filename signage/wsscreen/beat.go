package wsscreen

import (
	"encoding/json"
	"time"
)

// Every reader gets a sign of life each 2 seconds. Readers are spread over the
// 20 beats of that time, so that a call never waits behind the signs of life
// of all of them.
const (
	beatEvery     = 100 * time.Millisecond
	beatsPerRound = 20
	beatsPerTick  = int(time.Second / beatEvery)
	askEvery      = 5 // rounds: every 10 s a reader must answer
)

// beat sends the signs of life and has topics rendered that change by time alone.
func (h *Hub) beat() {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-h.done:
			return
		case <-ticker.C:
		}
		h.signs(n%beatsPerRound, n/beatsPerRound%askEvery == 0)
		if n%beatsPerTick == 0 {
			h.tick()
		}
	}
}

// signs sends its sign of life to each reader of a phase.
func (h *Hub) signs(phase int, ask bool) {
	text, err := json.Marshal(h.stamp())
	if err != nil {
		h.cfg.Log.Error("encode a sign of life", "err", err)
		return
	}
	m := newMessage(text, false, time.Time{})
	m.ask = ask
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.sockets[phase] {
		r.offer(m)
	}
}

// tick renders what changes by time.
func (h *Hub) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		if t.Ticks {
			h.want(t, time.Time{})
		}
	}
}
