package signage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wartefrei/wartefrei/queue"
)

// day plays random office days: commands in the order in which they can
// happen, as events. It knows only what an event may look like; the rules of
// the queue are not needed to make boards.
type day struct {
	offices []*queue.Office
	now     time.Time
	joined  int
}

func newDay() *day {
	d := &day{now: noon}
	for _, id := range []queue.OfficeID{"a", "b"} {
		o := &queue.Office{}
		desks := []queue.Desk{{ID: "d1", Label: "1", State: queue.DeskOpen}, {ID: "d2", Label: "2", State: queue.DeskOpen},
			{ID: "d3", Label: "3", State: queue.DeskOpen}}
		d.apply(o, id, "opened", nil, desks)
		d.offices = append(d.offices, o)
	}
	return d
}

func (d *day) apply(o *queue.Office, id queue.OfficeID, kind string, tickets []queue.Ticket, desks []queue.Desk) {
	e := queue.Event{Office: id, Epoch: o.Epoch, Version: o.Version + 1, At: d.now.UnixMilli(),
		Day: d.now.Format(time.DateOnly), Kind: kind, Tickets: tickets, Desks: desks}
	if kind == "opened" {
		e.Epoch++
	}
	if !o.Apply(e) {
		panic("the test's event does not follow")
	}
}

// moves are what may happen to a ticket, by its state.
var moves = map[queue.State][]string{
	queue.Waiting: {"call", "call", "call", "leave", "step-aside"},
	queue.Called:  {"recall", "put-back", "came", "came", "no-show", "park", "leave"},
	queue.Serving: {"finish", "finish", "park", "transfer"},
	queue.Parked:  {"bring-back"},
	queue.Missed:  {"revoke", "here"},
}

var after = map[string]queue.State{
	"call": queue.Called, "recall": queue.Called, "put-back": queue.Waiting, "came": queue.Serving, "no-show": queue.Missed,
	"park": queue.Parked, "step-aside": queue.Parked, "leave": queue.Gone, "finish": queue.Done, "transfer": queue.Waiting,
	"bring-back": queue.Waiting, "revoke": queue.Waiting, "here": queue.Waiting,
}

// step lets some time pass and one thing happen.
func (d *day) step(t *rapid.T) {
	d.now = d.now.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "pause")) * time.Millisecond)
	o := rapid.SampledFrom(d.offices).Draw(t, "office")
	open := o.In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed)
	choice := rapid.IntRange(-2, len(open)-1).Draw(t, "ticket")
	if choice == -2 {
		d.apply(o, o.ID, "opened", nil, nil) // a new epoch
		return
	}
	if choice == -1 {
		d.joined++
		area := rapid.SampledFrom([]string{"eg", "og"}).Draw(t, "area")
		d.apply(o, o.ID, "join", []queue.Ticket{{ID: queue.TicketID(fmt.Sprint(d.joined)), Area: area,
			Number: fmt.Sprintf("B %03d", d.joined), Seq: int64(d.joined), State: queue.Waiting}}, nil)
		return
	}
	ticket := open[choice]
	kind := rapid.SampledFrom(moves[ticket.State]).Draw(t, "kind")
	ticket.State, ticket.Aside = after[kind], kind == "step-aside"
	if ticket.State == queue.Called {
		ticket.Call, ticket.CalledAt = fmt.Sprintf("%d-%d", o.Epoch, o.Version+1), d.now.UnixMilli()
		ticket.Calls++
		ticket.Desk = queue.DeskID("d" + fmt.Sprint(1+choice%3))
	}
	d.apply(o, o.ID, kind, []queue.Ticket{ticket}, nil)
}

// Whatever happens: everybody who is called is on the boards of their area and
// on no other; a call is there for 60 s unless taken back; nothing older than
// the newest call seen ever comes up as new; the newest is first.
func TestBoardsOfRandomDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDay()
		newest := map[string]placed{} // by area and office
		shown := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			d.step(t)
			for _, area := range []string{"eg", "og"} {
				b := BoardOf(area, d.now, d.offices...)
				everyCallIsShown(t, d, area, b)
				newIsNew(t, area, b, shown, newest)
			}
		}
	})
}

func everyCallIsShown(t *rapid.T, d *day, area string, b Board) {
	all := slices.Concat(b.Now, b.Earlier)
	for _, o := range d.offices {
		for ticket := range o.Tickets.All() {
			i := slices.IndexFunc(b.Now, func(c Call) bool { return c.ID == CallID(o.ID, ticket) && c.Number == ticket.Number })
			fresh := ticket.Call != "" && d.now.UnixMilli()-ticket.CalledAt < Visible.Milliseconds()
			there := ticket.State == queue.Serving || ticket.State == queue.Done || ticket.State == queue.Parked && !ticket.Aside || ticket.State == queue.Missed
			must := ticket.Area == area && (ticket.State == queue.Called || fresh && there)
			if must != (i >= 0) {
				t.Fatalf("%s of %s is %s, called %d ms ago: among now of %s is %v", ticket.Number, ticket.Area, ticket.State,
					d.now.UnixMilli()-ticket.CalledAt, area, i >= 0)
			}
			on := slices.ContainsFunc(all, func(c Call) bool { return c.Number == ticket.Number })
			if on && (ticket.Area != area || ticket.State == queue.Waiting || ticket.State == queue.Gone) {
				t.Fatalf("%s of %s is %s and on the board of %s", ticket.Number, ticket.Area, ticket.State, area)
			}
		}
	}
	if len(b.Earlier) > MaxEarlier || !slices.IsSortedFunc(b.Now, func(x, y Call) int { return int(y.At - x.At) }) {
		t.Fatalf("board out of order: %s", said(b))
	}
}

// newIsNew does what a screen does: it takes an id that it has not seen for
// new. That may never be older than the newest of that office.
func newIsNew(t *rapid.T, area string, b Board, shown map[string]bool, newest map[string]placed) {
	for _, c := range slices.Backward(b.Now) {
		office, call := c.ID[:1], c.ID[2:]
		key := area + office
		epoch, version := parse(call)
		last := newest[key]
		if !shown[area+c.ID] && (epoch < last.epoch || epoch == last.epoch && version < last.version) {
			t.Fatalf("%s comes up as new after %d-%d", c.ID, last.epoch, last.version)
		}
		if epoch > last.epoch || epoch == last.epoch && version > last.version {
			newest[key] = placed{epoch: epoch, version: version}
		}
		shown[area+c.ID] = true
	}
}
