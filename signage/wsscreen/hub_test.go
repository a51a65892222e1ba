package wsscreen

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wartefrei/wartefrei/queue"
)

func TestFirstFrameAndSignsOfLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(7, `<b class="nr">B 024</b>`)
	c := w.client()
	first, err := c.next()
	if err != nil {
		t.Fatal(err)
	}
	want := Stamp{Now: 1_795_506_120_000, Rate: 60, Age: 180}
	if first.Stamp != want || first.Epoch != 1 || first.Version != 7 || first.HTML != `<b class="nr">B 024</b>` {
		t.Errorf("first message: %+v", first)
	}
	sign, err := c.next() // comes within 2 s although nothing changes
	if err != nil {
		t.Fatal(err)
	}
	if sign.Stamp != want || sign.Version != 0 || sign.HTML != "" {
		t.Errorf("sign of life: %+v", sign)
	}
}

// Each frame of a reader that keeps up arrives; one that looks the same is not sent.
func TestOnlyWhatLooksDifferentIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.client()
	c.mustReach(1)
	w.show(2, "first") // same look
	w.show(3, "second")
	if n := c.mustReach(3); n != 1 {
		t.Errorf("%d frames, want 1", n)
	}
	w.hub.Changed("b", time.Now()) // another office
	w.show(4, "third")
	if n := c.mustReach(4); n != 1 {
		t.Errorf("%d frames, want 1", n)
	}
}

func TestReconnectGetsTheNewestAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stays, leaves := w.client(), w.client()
	leaves.mustReach(1)
	leaves.Close()
	w.show(2, "second")
	w.show(3, "third")
	stays.mustReach(3)
	again := w.client()
	m, err := again.next()
	if err != nil || m.Version != 3 || m.HTML != "third" {
		t.Errorf("after reconnecting: %+v, %v", m, err)
	}
}

// A reader that does not read delays nobody; when it reads at last, what it
// gets in the end is the newest frame, and most in between were never sent.
func TestSlowReaderDelaysNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(h *Hub) { h.patient = time.Hour })
	slow, fast := w.client(), w.client()
	fast.mustReach(1)
	const last = 50
	for v := int64(2); v <= last; v++ { // 12 MB, a socket holds less than one
		w.show(v, big(fmt.Sprint(v)))
		fast.mustReach(v)
	}
	if n := slow.mustReach(last); n > 10 {
		t.Errorf("the slow reader got %d frames of %d: they were kept for it", n, last)
	}
	if slow.last.HTML != big(fmt.Sprint(last)) {
		t.Error("the slow reader did not end with the newest frame")
	}
	if got := w.metric("wartefrei_live_frames_replaced_total"); got < last-10 {
		t.Errorf("%v frames counted as replaced", got)
	}
}

// A reader that takes nothing is ended by the write deadline, without a word from it.
func TestDeadReaderIsEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(h *Hub) { h.patient = 50 * time.Millisecond })
	w.set(1, big("first")+big("")+big("")) // more than a socket holds
	w.client()
	w.awaitReaders(0)
	if got := w.metric("wartefrei_live_slow_disconnects_total"); got != 1 {
		t.Errorf("%v slow disconnects counted", got)
	}
}

// A peer that answers no ping is gone, although the kernel takes what we write.
func TestSilentReaderIsEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(h *Hub) { h.silence = 50 * time.Millisecond })
	w.client()
	w.awaitReaders(0)
}

// The delay that is measured is from the change to the frame, not of the sending alone.
func TestDelayBeginsWithTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.client()
	c.mustReach(1)
	w.set(2, "late")
	w.hub.Changed("a", time.Now().Add(-time.Minute))
	c.mustReach(2)
	w.await("a measured delay", func() bool { return w.metric("wartefrei_live_frame_delay_seconds") == 1 }) // measured after the sending
	families, err := w.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "wartefrei_live_frame_delay_seconds" {
			if sum := f.GetMetric()[0].GetHistogram().GetSampleSum(); sum < 60 {
				t.Errorf("the frames took %v s, one of them a minute", sum)
			}
		}
	}
}

// A thousand changes at once: versions only rise, and all end with the last one.
func TestBurst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const readers, changes = 200, 1000
	clients := make([]*client, readers)
	for i := range clients {
		clients[i] = w.client()
	}
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			if _, err := c.until(changes); err != nil {
				t.Error(err)
			}
		})
	}
	for v := int64(2); v <= changes; v++ {
		w.show(v, fmt.Sprint("frame ", v))
	}
	all.Wait()
	if got := w.metric("wartefrei_live_readers"); got != readers {
		t.Errorf("%v readers counted, want %d", got, readers)
	}
	if w.metric("wartefrei_live_frame_delay_seconds") == 0 {
		t.Error("no delay was measured")
	}
}

func TestForeignOriginIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for origin, want := range map[string]int{
		"https://evil.example": 403, "http://" + host + ".evil.example": 403, "null": 403, "http://%zz": 403,
		"http://" + host: 101, "https://WARTEFREI.test": 101,
	} {
		conn, resp, err := w.dial(http.Header{"Origin": {origin}})
		if resp == nil || resp.StatusCode != want {
			t.Errorf("origin %s: %v, %v, want %d", origin, resp, err, want)
		}
		if conn != nil {
			conn.Close()
		}
	}
}

func TestReadersSendNothingMuch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.client()
	if err := c.WriteMessage(websocket.TextMessage, make([]byte, maxIncoming)); err != nil { // ignored
		t.Fatal(err)
	}
	w.show(2, "second")
	c.mustReach(2)
	if err := c.WriteMessage(websocket.TextMessage, make([]byte, maxIncoming+1)); err != nil {
		t.Fatal(err)
	}
	if code := c.ending(); code != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d", code)
	}
}

func TestMalformedHandshake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req, _ := http.NewRequest("GET", "http://"+host+"/board", nil)
	req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"12"}}
	resp, err := (&http.Client{Transport: w.transport()}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Errorf("version 12: %d", resp.StatusCode)
	}
}

func TestFullNodeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(h *Hub) { h.max = 1 })
	first := w.client()
	first.mustReach(1)
	if _, resp, _ := w.dial(nil); resp == nil || resp.StatusCode != 503 {
		t.Errorf("the second of one: %+v", resp)
	}
	if status, _ := w.get(""); status != 503 {
		t.Errorf("a poll: %d", status)
	}
	first.Close()
	w.awaitReaders(0)
	w.client().mustReach(1)
}

// What cannot be rendered is not shown as if it were the present.
func TestFailedRenderEndsReaders(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*world){
		"error": func(w *world) { w.break_(errors.New("no state")) },
		"panic": func(w *world) {
			w.mu.Lock()
			w.frame.Data = panics{}
			w.mu.Unlock()
			w.hub.Changed("a", time.Now())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.client()
			c.mustReach(1)
			breaks(w)
			if code := c.ending(); code != websocket.CloseTryAgainLater {
				t.Errorf("closed with %d", code)
			}
			if _, resp, _ := w.dial(nil); resp == nil || resp.StatusCode != 500 {
				t.Errorf("while broken: %+v", resp)
			}
			if status, _ := w.get("?after=1-1"); status != 500 {
				t.Errorf("poll while broken: %d", status)
			}
			w.set(2, "mended")
			w.client().mustReach(2)
			if w.metric("wartefrei_live_render_failures_total") < 3 {
				t.Error("failures are not counted")
			}
		})
	}
}

type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("a mistake") }

// An older frame never follows a newer one on a connection: the reader is sent
// away, and sees when it comes back.
func TestOlderFrameBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.client()
	w.show(5, "fifth")
	c.mustReach(5)
	w.show(3, "of fewer offices")
	if code := c.ending(); code != websocket.CloseTryAgainLater {
		t.Errorf("closed with %d", code)
	}
	again := w.client()
	again.mustReach(3)
	w.show(4, "goes on")
	again.mustReach(4)
}

// A board that changes by time alone is rendered each second.
func TestTicks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ticks = true
	c := w.client()
	c.mustReach(1)
	w.set(2, "a minute later") // no office changed
	c.mustReach(2)
}

// A topic lives while it has readers, and is rendered by its offices only.
func TestTopicsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offices = []queue.OfficeID{"a", "b"}
	one, two := w.client(), w.client()
	one.mustReach(1)
	two.mustReach(1)
	w.mu.Lock()
	if w.renders != 1 {
		t.Errorf("rendered %d times for two readers", w.renders)
	}
	w.mu.Unlock()
	one.Close()
	two.Close()
	w.awaitReaders(0)
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	if len(w.hub.topics)+len(w.hub.byOffice)+w.hub.users != 0 {
		t.Errorf("left over: %v %v %d", w.hub.topics, w.hub.byOffice, w.hub.users)
	}
}
