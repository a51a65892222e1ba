package wsscreen

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/wartefrei/wartefrei/queue"
)

// Message is what goes over the wire, as JSON: a stamp, and a frame unless the
// message is only a sign of life.
//
//	{"now":1795506120000,"rate":1,"age":180}
//	{"now":…,"rate":1,"age":12,"epoch":3,"version":512,"html":"<section …","calls":[{"id":"buergerbuero/3-511"}]}
//
// Readers ignore what they do not know, and frames older than the one they have.
type Message struct {
	Stamp
	Frame
}

// Stamp says how the page's clocks go and how old the page is.
type Stamp struct {
	Now  int64   `json:"now"`  // office clock, ms
	Rate float64 `json:"rate"` // how fast it runs against the machine's clock
	Age  int64   `json:"age"`  // ms since the node last knew that its state is the newest
}

// Frame is all that a reader of a topic sees.
type Frame struct {
	// Epoch and Version order the frames of a topic, also between nodes; see
	// VersionOf. Both are 0 before an office's first day. A sign of life has neither.
	Epoch   int64 `json:"epoch"`
	Version int64 `json:"version"`
	Content
}

// Content is the part of a frame that makes it another frame.
type Content struct {
	HTML  string `json:"html,omitempty"`  // replaces the live part of the page
	Data  any    `json:"data,omitempty"`  // for programs
	Calls []Call `json:"calls,omitempty"` // who is called now, newest first: several may be called in one moment
}

// Call lets a page gong once per call. Its id is "<office>/<epoch>-<version>",
// so a page can tell which of an office's calls is newer (signage.CallID).
type Call struct {
	ID    string `json:"id"`
	Again bool   `json:"again,omitempty"` // a recall
}

// VersionOf orders what is made of several offices: the sums of their epochs
// and versions. Both sums rise whenever any office goes on, since versions go
// on across epochs; when a new epoch begins at a lower version (its last
// events were lost with Redis) the sum of epochs has risen.
func VersionOf(offices ...*queue.Office) (epoch, version int64) {
	for _, o := range offices {
		epoch += o.Epoch
		version += o.Version
	}
	return epoch, version
}

// frame is a rendered Frame: its content encoded once.
type frame struct {
	epoch, version int64
	content        []byte // a JSON object
}

func encode(f Frame) (*frame, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a third smaller; JSON is not read as HTML
	if err := enc.Encode(f.Content); err != nil {
		return nil, fmt.Errorf("encode a frame: %w", err)
	}
	return &frame{epoch: f.Epoch, version: f.Version, content: bytes.TrimSpace(buf.Bytes())}, nil
}

// after says whether f is newer than (epoch, version).
func (f *frame) after(epoch, version int64) bool {
	return f.epoch > epoch || f.epoch == epoch && f.version > version
}

// stamped puts the stamp before the frame, so that what was encoded once can be
// sent later with the time of sending.
func (f *frame) stamped(s Stamp) []byte {
	head, _ := json.Marshal(Message{Stamp: s, Frame: Frame{Epoch: f.epoch, Version: f.version}}) // numbers only: cannot fail
	if len(f.content) == len("{}") {
		return head
	}
	return append(append(head[:len(head)-1], ','), f.content[1:]...)
}
