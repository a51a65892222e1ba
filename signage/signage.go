// Package signage decides what the screens of a waiting area show: who is
// called where, now and just before.
//
//	queue.Office, queue.Office … ──BoardOf──▶ Board ──package web──▶ page and frames
//	                                                                    │
//	                                       screens ◀──package wsscreen──┘
//
// A [Board] is a function of the present state of the offices that call in the
// area and of the time. Nothing is remembered between two boards, so every
// node and every reconnecting screen shows the same.
//
// A board holds numbers, desks and ids of calls. It never holds a ticket's id
// (who knows one may open its page) or a service (why somebody is here is
// nobody's business in the waiting room).
package signage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// Visible is how long a call stays among those of now, also when the person
// came at once: others must be able to read it (field tests of screens, 60 s).
const Visible = 60 * time.Second

// MaxEarlier is how many earlier calls a board lists.
const MaxEarlier = 3

// Board is what the screens of one waiting area show. Both lists have the
// newest call first; the first of Now is the big one. Two calls of the same
// moment are both in Now.
type Board struct {
	Now     []Call // everybody who is called, and whoever was within Visible
	Earlier []Call // the last MaxEarlier before these
}

// Call is one line of a board.
type Call struct {
	ID     string // see CallID; a recall is a call of its own
	Number string // "K 024"
	Desk   string // the desk's label, "4"
	Way    string // how to get there, may be empty: "Zimmer 214, 2. OG"
	At     int64  // office clock, in ms
	Again  bool   // a recall: "noch einmal"
}

// BoardOf makes the board of an area. now is the office clock in the city's
// time zone: what an office did on another day is not shown.
//
// A call is shown from the call until the day ends, unless it was taken back:
// a ticket that waits again (put back, revoked, transferred) or is gone has no
// call.
func BoardOf(area string, now time.Time, offices ...*queue.Office) Board {
	var current, earlier []placed
	for _, o := range offices {
		if o.Day != now.Format(time.DateOnly) {
			continue
		}
		for t := range o.Tickets.All() {
			if t.Area != area || t.Call == "" || t.Aside || !slices.Contains(stands, t.State) { // aside: from the line, where no call stands any more
				continue
			}
			if t.State == queue.Called || now.Sub(time.UnixMilli(t.CalledAt)) < Visible {
				current = append(current, placedOf(o, t))
			} else {
				earlier = insert(earlier, placedOf(o, t))
			}
		}
	}
	slices.SortFunc(current, newestFirst)
	return Board{Now: callsOf(current), Earlier: callsOf(earlier)}
}

// stands are the states in which a ticket's last call is still shown.
var stands = []queue.State{queue.Called, queue.Serving, queue.Parked, queue.Missed, queue.Done}

// CallID names the last call of a ticket across all offices:
// "<office>/<epoch>-<version>". It is empty for a ticket that was never called.
func CallID(office queue.OfficeID, t queue.Ticket) string {
	if t.Call == "" {
		return ""
	}
	return string(office) + "/" + t.Call
}

// placed is a call with what it is ordered by.
type placed struct {
	Call
	epoch, version int64
}

func placedOf(o *queue.Office, t queue.Ticket) placed {
	desk := o.Desks[t.Desk]
	epoch, version := parse(t.Call)
	return placed{Call{ID: CallID(o.ID, t), Number: t.Number, Desk: desk.Label, Way: desk.Way, At: t.CalledAt, Again: t.Recalled}, epoch, version}
}

// insert keeps the newest MaxEarlier: at the end of a day there are thousands.
func insert(earlier []placed, p placed) []placed {
	i, _ := slices.BinarySearchFunc(earlier, p, newestFirst)
	earlier = slices.Insert(earlier, i, p)
	return earlier[:min(len(earlier), MaxEarlier)]
}

func callsOf(all []placed) []Call {
	var calls []Call
	for _, p := range all {
		calls = append(calls, p.Call)
	}
	return calls
}

// newestFirst orders by time, then by event, then by id, so that two nodes
// never show two calls of one moment in a different order.
func newestFirst(a, b placed) int {
	return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.epoch, a.epoch),
		cmp.Compare(b.version, a.version), strings.Compare(a.ID, b.ID))
}

// parse reads "<epoch>-<version>". Calls are written by the queue's scripts;
// one that is not readable counts as the oldest.
func parse(call string) (epoch, version int64) {
	e, v, _ := strings.Cut(call, "-")
	epoch, _ = strconv.ParseInt(e, 10, 64)
	version, _ = strconv.ParseInt(v, 10, 64)
	return epoch, version
}
