package wsscreen

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is how long a poll is held.
const longest = 25 * time.Second

// poll answers ?after=<epoch>-<version> with the newest frame: at once if it is
// newer than that, else when the topic changes or after wait seconds (?wait=2,
// by default and at most 25). The answer is the message that a WebSocket gets.
// A page asks for waits of 2 seconds, so that it notices silence as quickly.
func (h *Hub) poll(w http.ResponseWriter, r *http.Request, t Topic) error {
	epoch, version, wait, err := question(r)
	if err != nil {
		return err
	}
	topic, err := h.enter(t)
	if err != nil {
		return err
	}
	defer h.leave(topic)
	if err := h.ready(topic); err != nil {
		return err
	}
	f := h.await(r.Context(), topic, epoch, version, wait)
	if f == nil {
		return errNoFrame
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(f.stamped(h.stamp()))
	if err == nil {
		topic.count.sent.Inc()
	}
	return nil // an answer that could not be written has nobody who reads an error
}

// await waits for a frame that is newer, or for the end of the time.
func (h *Hub) await(ctx context.Context, t *topic, epoch, version int64, wait time.Duration) *frame {
	f, changed := t.newest()
	if f == nil || f.after(epoch, version) {
		return f
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-h.done:
	case <-ctx.Done():
	}
	f, _ = t.newest()
	return f
}

// question reads a poll's query. Without after, any frame is newer.
func question(r *http.Request) (epoch, version int64, wait time.Duration, err error) {
	query := r.URL.Query()
	wait = longest
	if after := query.Get("after"); after != "" {
		e, v, _ := strings.Cut(after, "-")
		if epoch, err = strconv.ParseInt(e, 10, 64); err != nil {
			return 0, 0, 0, fmt.Errorf("after: %w", ErrPoll)
		}
		if version, err = strconv.ParseInt(v, 10, 64); err != nil {
			return 0, 0, 0, fmt.Errorf("after: %w", ErrPoll)
		}
	} else {
		epoch = -1
	}
	if s := query.Get("wait"); s != "" {
		seconds, err := strconv.Atoi(s)
		if err != nil || seconds < 0 || seconds > int(longest/time.Second) {
			return 0, 0, 0, fmt.Errorf("wait: %w", ErrPoll)
		}
		wait = time.Duration(seconds) * time.Second
	}
	return epoch, version, wait, nil
}
