package wsscreen

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/queue"
)

// What was encoded once and stamped later reads as the message it stands for.
func TestStampedFrameReadsBack(t *testing.T) {
	for _, c := range []Content{
		{},
		{HTML: "<b>Ä & \"K 024\" \u2028</b>"},
		{Data: "list"},
		{HTML: "x", Calls: []Call{{ID: "a/1-5", Again: true}, {ID: "b/2-1"}}},
	} {
		want := Message{Stamp{Now: 12, Rate: 1.5, Age: 3}, Frame{Epoch: 2, Version: 9, Content: c}}
		f, err := encode(want.Frame)
		if err != nil {
			t.Fatal(err)
		}
		var got Message
		if err := json.Unmarshal(f.stamped(want.Stamp), &got); err != nil {
			t.Fatalf("%s: %v", f.stamped(want.Stamp), err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nreads back as %+v", want, got)
		}
	}
}

// A frame before an office's first day is a frame, not a sign of life.
func TestFirstFrameHasAVersion(t *testing.T) {
	f, err := encode(Frame{Content: Content{HTML: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(f.stamped(Stamp{}), &fields); err != nil {
		t.Fatal(err)
	}
	if fields["version"] != 0. || fields["epoch"] != 0. {
		t.Errorf("a page cannot tell this from a sign of life: %v", fields)
	}
}

// A new epoch is newer whatever its version: the last events of the old one
// may have been lost.
func TestVersionOfRises(t *testing.T) {
	a, b := &queue.Office{Epoch: 1, Version: 10}, &queue.Office{Epoch: 4, Version: 7}
	e0, v0 := VersionOf(a, b)
	f := &frame{epoch: e0, version: v0}
	a.Version++
	e1, v1 := VersionOf(a, b)
	next := &frame{epoch: e1, version: v1}
	b.Epoch, b.Version = 5, 6
	e2, v2 := VersionOf(a, b)
	last := &frame{epoch: e2, version: v2}
	if f.after(e0, v0) || !next.after(e0, v0) || !last.after(e1, v1) || f.after(e2, v2) {
		t.Errorf("%d-%d, %d-%d, %d-%d do not rise", e0, v0, e1, v1, e2, v2)
	}
}

// A sign of life never takes the place of a frame; a newer frame does.
func TestSlot(t *testing.T) {
	sign, old, newer := &message{}, &message{frame: true}, &message{frame: true}
	for _, tt := range []struct{ waits, comes, want *message }{
		{nil, sign, sign}, {nil, old, old}, {sign, old, old}, {old, sign, old}, {old, newer, newer},
	} {
		topic := newTopic(Topic{Kind: "screen"}, newMetrics(prometheus.NewRegistry()))
		r := &reader{topic: topic, next: tt.waits, writing: true} // a write is under way
		if r.offer(tt.comes); r.next != tt.want {
			t.Errorf("%p waits, %p comes: %p", tt.waits, tt.comes, r.next)
		}
	}
}

// What looks the same is not sent again, under whatever version.
func TestPublishSendsWhatLooksDifferent(t *testing.T) {
	topic := newTopic(Topic{Kind: "screen"}, newMetrics(prometheus.NewRegistry()))
	r := &reader{topic: topic, writing: true} // a write is under way: what is sent stays in the slot
	topic.readers[r] = struct{}{}
	for _, tt := range []struct {
		version int64
		html    string
		sent    bool
	}{{1, "a", true}, {1, "a", false}, {2, "a", false}, {2, "b", true}, {3, "a", true}} {
		f, err := encode(Frame{Epoch: 1, Version: tt.version, Content: Content{HTML: tt.html}})
		if err != nil {
			t.Fatal(err)
		}
		r.next = nil
		topic.publish(f, Stamp{}, time.Time{})
		if sent := r.next != nil; sent != tt.sent {
			t.Errorf("version %d, %q: sent is %v", tt.version, tt.html, sent)
		}
	}
}
