package dashboards

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// day plays random events and counts them as they happen, with no look at the
// state: what Count must find in the state afterwards.
type day struct {
	rnd   *rand.Rand
	at    int64
	state queue.Office

	came, split int
	states      map[string]int // by state, but "aside" and "noted" apart from "parked"
	standing    map[queue.TicketID]string
	cameIn      map[string]int          // by "15" of the wall clock
	waits       map[string][]int64      // ms, by hour of the first call
	byService   map[queue.ServiceID]int // came
	called      map[queue.TicketID]bool // once at least
	emergencies []int64                 // arrivals
	zone        *time.Location
}

var moves = map[queue.State][]queue.State{
	queue.Waiting: {queue.Called, queue.Called, queue.Called, queue.Gone, queue.Merged, queue.Sent, queue.Parked},
	queue.Called:  {queue.Called, queue.Serving, queue.Serving, queue.Missed, queue.Parked, queue.Waiting, queue.Done},
	queue.Serving: {queue.Done, queue.Done, queue.Parked, queue.Waiting},
	queue.Parked:  {queue.Waiting, queue.Serving},
	queue.Missed:  {queue.Waiting, queue.Gone},
}

func (d *day) apply(t queue.Ticket) {
	d.state.Apply(queue.Event{Office: "buergerbuero", Version: d.state.Version + 1, At: d.at, Day: "2026-11-24", Tickets: []queue.Ticket{t}})
}

func (d *day) hour(ms int64) string { return time.UnixMilli(ms).In(d.zone).Format("15") }

// join adds a ticket of random class, services and appointment.
func (d *day) join(n int) {
	classes := []queue.Class{queue.Booked, queue.WalkIn, queue.Urgent, queue.AtOnce}
	sets := [][]queue.ServiceID{{"pass"}, {"ausweis"}, {"ausweis", "pass"}}
	under := []queue.ServiceID{"pass", "ausweis", Several}
	set := d.rnd.IntN(len(sets))
	t := queue.Ticket{ID: queue.TicketID(fmt.Sprint(n)), Seq: int64(n), Class: classes[d.rnd.IntN(len(classes))],
		Services: sets[set], State: queue.Waiting, Arrived: d.at}
	if t.Class == queue.Booked {
		t.Slot = d.at + int64(d.rnd.IntN(30)-15)*60_000
	}
	if d.rnd.IntN(10) == 0 {
		t.From = "0"
		d.split++
	} else {
		d.came++
		d.cameIn[d.hour(d.at)]++
		d.byService[under[set]]++
		if t.Class == queue.Urgent || t.Class == queue.AtOnce {
			d.emergencies = append(d.emergencies, d.at)
		}
	}
	d.stands(t.ID, "waiting")
	d.apply(t)
}

// move takes a random ticket to a random next state.
func (d *day) move() {
	open := d.state.In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed)
	if len(open) == 0 {
		return
	}
	t := open[d.rnd.IntN(len(open))]
	next := moves[t.State][d.rnd.IntN(len(moves[t.State]))]
	if next == queue.Called && !d.called[t.ID] {
		d.called[t.ID] = true
		t.FirstCallAt = d.at
		wait := d.at - t.Arrived
		if t.Slot > t.Arrived {
			wait = max(0, d.at-t.Slot)
		}
		d.waits[d.hour(d.at)] = append(d.waits[d.hour(d.at)], wait)
	}
	t.State, t.Aside, t.Joins = next, false, 0
	standing := string(next)
	if next == queue.Parked {
		switch standing = []string{"parked", "aside", "noted"}[d.rnd.IntN(3)]; standing {
		case "aside":
			t.Aside = true
		case "noted":
			t.Joins = d.at + 60_000
		}
	}
	d.states[d.standing[t.ID]]--
	d.stands(t.ID, standing)
	d.apply(t)
}

// stands notes where a ticket stands from now on.
func (d *day) stands(id queue.TicketID, standing string) {
	d.states[standing]++
	d.standing[id] = standing
}

// least is the smallest wait such that percent of all waited no longer, by its definition.
func least(waits []int64, percent int) (found int64) {
	found = -1
	for _, candidate := range waits {
		within := 0
		for _, w := range waits {
			if w <= candidate {
				within++
			}
		}
		if within*100 >= percent*len(waits) && (found < 0 || candidate < found) {
			found = candidate
		}
	}
	return max(found, 0)
}

func TestCountFindsWhatHappened(t *testing.T) {
	zone := berlin(t)
	for seed := range uint64(40) {
		d := &day{rnd: rand.New(rand.NewPCG(seed, 7)), at: time.Date(2026, 11, 24, 8, 0, 0, 0, zone).UnixMilli(), zone: zone,
			states: map[string]int{}, standing: map[queue.TicketID]string{}, cameIn: map[string]int{}, waits: map[string][]int64{},
			byService: map[queue.ServiceID]int{}, called: map[queue.TicketID]bool{}}
		for n := range 300 {
			d.at += int64(d.rnd.IntN(180_000))
			if d.rnd.IntN(3) == 0 {
				d.join(n)
			} else {
				d.move()
			}
		}
		d.check(t, Count(morning, zone, &d.state, time.UnixMilli(d.at)), fmt.Sprintf("seed %d", seed))
	}
}

func (d *day) check(t *testing.T, f Figures, name string) {
	t.Helper()
	got := []int{f.Came, f.Split, f.Waiting, f.Called, f.Serving, f.Parked, f.Aside, f.Noted, f.Missed, f.Done, f.Gone, f.Merged, f.Sent}
	want := []int{d.came, d.split}
	for _, s := range []string{"waiting", "called", "serving", "parked", "aside", "noted", "missed", "done", "gone", "merged", "sent"} {
		want = append(want, d.states[s])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: came, split and states %v, want %v", name, got, want)
	}
	if sum := f.Waiting + f.Called + f.Serving + f.Parked + f.Aside + f.Noted + f.Missed + f.Done + f.Gone + f.Merged + f.Sent; f.Came+f.Split != sum {
		t.Errorf("%s: %d came and %d were split, but %d are somewhere", name, f.Came, f.Split, sum)
	}
	recent := 0
	for _, arrived := range d.emergencies {
		if d.at-arrived < 3_600_000 {
			recent++
		}
	}
	if len(f.Emergencies) != recent {
		t.Errorf("%s: %d emergencies, want %d", name, len(f.Emergencies), recent)
	}
	for _, s := range f.Services {
		if s.Came != d.byService[s.ID] {
			t.Errorf("%s: %d came for %s, want %d", name, s.Came, s.ID, d.byService[s.ID])
		}
	}
	var all []int64
	for _, h := range f.Hours {
		hour := h.Start.Format("15")
		if h.Came != d.cameIn[hour] {
			t.Errorf("%s: %d came at %s, want %d", name, h.Came, hour, d.cameIn[hour])
		}
		sameWaits(t, name+" at "+hour, h.Waits, d.waits[hour])
		all = append(all, d.waits[hour]...)
	}
	sameWaits(t, name, f.Waits, all)
}

func sameWaits(t *testing.T, name string, got Waits, waits []int64) {
	t.Helper()
	var mean int64
	for _, w := range waits {
		mean += w
	}
	if len(waits) > 0 {
		mean = mean * 1_000_000 / int64(len(waits)) // ns
	}
	want := Waits{len(waits), time.Duration(mean), milliseconds(least(waits, 50)), milliseconds(least(waits, 90))}
	if got != want {
		t.Errorf("%s: waits %+v, want %+v", name, got, want)
	}
}
