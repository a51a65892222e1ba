package play

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/audit"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// town is the demonstration's city on real servers, on a Monday.
type town struct {
	*Players
	pool    *pgxpool.Pool
	rooms   *Rooms
	tickets int
}

func open(t *testing.T, seed string) *town {
	t.Helper()
	w := empty(t, seed)
	if err := w.Book(t.Context(), w.rooms.Bookings, monday); err != nil {
		t.Fatal(err)
	}
	return w
}

const monday booking.Day = "2026-11-30"

// empty is the town before anybody has booked.
func empty(t *testing.T, seed string) *town {
	t.Helper()
	pool := pgtest.New(t)
	bookings, err := pgbooking.New(t.Context(), pool, func() time.Time { return at(t, "00:00") })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Import(t.Context(), democity.City()); err != nil {
		t.Fatal(err)
	}
	holidays, err := calholiday.In(bookings.City().State)
	if err != nil {
		t.Fatal(err)
	}
	w := &town{pool: pool, rooms: &Rooms{City: bookings.City, Bookings: bookings, Line: redisqueue.New(redistest.New(t), pgjournal.New(pool))}}
	w.rooms.NewTicket = func() queue.TicketID { w.tickets++; return queue.TicketID(fmt.Sprintf("%s%026d", seed, w.tickets)) }
	w.Players = &Players{City: bookings.City, Town: w.rooms, Holidays: holidays, Seed: seed}
	return w
}

func at(t *testing.T, clock string) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-30 "+clock, berlin)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// play plays from one time of the day to another, an hour at a time.
func (w *town) play(t *testing.T, from, to string) {
	t.Helper()
	for hour, end := at(t, from), at(t, to); hour.Before(end); hour = hour.Add(time.Hour) {
		next := hour.Add(time.Hour)
		if next.After(end) {
			next = end
		}
		if err := w.Play(t.Context(), hour, next); err != nil {
			t.Fatal(err)
		}
	}
}

// story is what has happened to everybody, office by office in the order of arrival.
func (w *town) story(t *testing.T) (lines []string) {
	t.Helper()
	for _, office := range w.City().Offices() {
		for _, x := range w.all(t, office.ID) {
			lines = append(lines, fmt.Sprint(office.ID, x.Number, x.Class, x.Services, x.State, x.Desk, x.Arrived, x.FirstCallAt, x.ServedAt, x.EndedAt))
		}
	}
	return lines
}

func (w *town) all(t *testing.T, office booking.OfficeID) []queue.Ticket {
	t.Helper()
	return w.state(t, office).In(queue.Waiting, queue.Called, queue.Serving, queue.Parked, queue.Missed, queue.Done, queue.Gone, queue.Merged, queue.Sent)
}

func (w *town) state(t *testing.T, office booking.OfficeID) *queue.Office {
	t.Helper()
	state, err := w.rooms.State(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// TestSeed plays a morning twice with one seed, the second time in two pieces,
// and once with another: the first two are the same.
func TestSeed(t *testing.T) {
	t.Parallel()
	whole, pieces, other := open(t, "1"), open(t, "1"), open(t, "2")
	whole.play(t, "07:59", "10:30")
	pieces.play(t, "07:59", "09:07")
	pieces.play(t, "09:07", "10:30")
	other.play(t, "07:59", "10:30")
	a, b, c := whole.story(t), pieces.story(t), other.story(t)
	if len(a) < 50 {
		t.Fatalf("only %d people came", len(a))
	}
	if !slices.Equal(a, b) {
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("the same seed, another day, of %d and %d people:\n%s\n%s", len(a), len(b), a[i], b[i])
			}
		}
		t.Fatalf("%d people came, then %d", len(a), len(b))
	}
	if slices.Equal(a, c) {
		t.Error("another seed, the same day")
	}
}

// byPlayers are the kinds of event, and the reasons of calls, that a day must have;
// the other commands are given by people alone.
var byPlayers = strings.Fields("join open close call-next call-this recall came finish finish-and-call-next no-show " +
	"park bring-back step-aside transfer send receive split merge here leave earliest step chosen")

// TestDay plays a whole day: everybody who came is finished or did not come
// when called, desks are closed, and people come as often as is said. Who was
// called when, and the reason that was given, is right by the record alone, of
// calls of all kinds and whatever happened in between.
func TestDay(t *testing.T) {
	t.Parallel()
	w := open(t, "1")
	w.play(t, "07:59", "22:00")
	tally := map[string]int{}
	for _, office := range w.City().Offices() {
		w.tally(t, office, tally)
		w.judge(t, office.ID, tally)
	}
	for _, kind := range queue.Kinds() {
		t.Logf("%4d %s", tally[kind], kind)
	}
	for _, what := range byPlayers {
		if tally[what] == 0 {
			t.Errorf("a day without %s", what)
		}
	}
	if tally["calls"] < tally["called"] {
		t.Errorf("%d calls are recorded, but %d people were called", tally["calls"], tally["called"])
	}
	for _, c := range []struct {
		what            string
		part, whole     string
		atLeast, atMost float64
	}{
		{"of the booked come", "booked", "appointments", 0.86, 1},     // 14 of 15, and three deviations of some hundred people
		{"of the called do not come", "missed", "called", 0.02, 0.09}, // 1 of 20
		{"of a chance to walk in are taken", "walk-in", "chances", 0.75, 1.25},
	} {
		if got := float64(tally[c.part]) / float64(tally[c.whole]); !(got >= c.atLeast && got <= c.atMost) {
			t.Errorf("%.3f %s, want %v to %v", got, c.what, c.atLeast, c.atMost)
		}
	}
	if n := tally["urgent"]; n < 2 || n > 30 { // one in two hours and office
		t.Errorf("%d emergencies", n)
	}
}

// judge holds what an office recorded against the rules, and counts events by their
// kind, calls, and these by their rule.
func (w *town) judge(t *testing.T, office booking.OfficeID, tally map[string]int) {
	t.Helper()
	record := audit.New()
	for _, e := range w.record(t, office) {
		tally[e.Kind]++
		for _, wrong := range record.Take(e) {
			t.Error(wrong)
		}
		for _, x := range e.Tickets {
			if x.Call == fmt.Sprintf("%d-%d", e.Epoch, e.Version) {
				tally["calls"]++
				tally[x.Why.Rule]++
			}
		}
		if e.Kind == (queue.Receive{}.Kind()) {
			w.arrived(t, e.Tickets[0])
		}
	}
}

// arrived holds that a visit has come to an office as another has sent it.
func (w *town) arrived(t *testing.T, x queue.Ticket) {
	t.Helper()
	for _, e := range w.record(t, booking.OfficeID(x.SentFrom.Office)) {
		if e.Mark() != x.SentFrom.Mark() {
			continue
		}
		if sent := e.Tickets[0]; sent.ID != x.ID || sent.Due != x.Due || sent.Class != x.Class || !slices.Equal(sent.SentTo.Services, x.Services) {
			t.Errorf("%s, %s, due %d for %v, was sent as %s, due %d for %v", x.Number, x.Class, x.Due, x.Services, sent.Class, sent.Due, sent.SentTo.Services)
		}
		return
	}
	t.Errorf("%s was sent by nobody", x.Number)
}

// record is what an office has recorded.
func (w *town) record(t *testing.T, office booking.OfficeID) (events []queue.Event) {
	t.Helper()
	rows, err := w.pool.Query(t.Context(), "SELECT event::text FROM queue_event WHERE office = $1 ORDER BY version", office)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		e, err := pgjournal.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e.Event)
	}
	return events
}

// tally counts what became of an office's people, and holds that nobody is left.
func (w *town) tally(t *testing.T, office *booking.Office, tally map[string]int) {
	t.Helper()
	state := w.state(t, office.ID)
	for _, x := range w.all(t, office.ID) {
		if x.State.Open() && x.State != queue.Missed {
			t.Errorf("%s in %s for %v is still %s", x.Number, office.ID, x.Services, x.State)
		}
		if x.From != "" || x.SentFrom != nil { // came with another number, or to another office
			continue
		}
		if x.Calls > 0 {
			tally["called"]++
		}
		if x.State == queue.Missed {
			tally["missed"]++
		}
		if x.Class == queue.Info {
			x.Class = queue.WalkIn
		}
		tally[string(x.Class)]++
		if x.Class == queue.Urgent && !queue.UrgentReasons.Has(x.Reason) {
			t.Errorf("%s is urgent for the reason %q", x.Number, x.Reason)
		}
	}
	for _, d := range state.Desks {
		if d.State != queue.DeskClosed || d.Ticket != "" {
			t.Errorf("desk %s in %s is %s with %q", d.ID, office.ID, d.State, d.Ticket)
		}
	}
	appointments, err := w.rooms.Appointments(t.Context(), office.ID, w.City().Day(at(t, "12:00")))
	if err != nil {
		t.Fatal(err)
	}
	tally["appointments"] += len(appointments)
	tally["chances"] += w.chances(t, office)
}

// chances is how many walk-ins a day is said to have: one in six minutes and service.
func (w *town) chances(t *testing.T, office *booking.Office) int {
	t.Helper()
	services, minutes := 0, 0
	for _, service := range office.Services {
		if service.WalkIn {
			services++
		}
	}
	for _, h := range office.Doors {
		if h.Weekday == at(t, "12:00").Weekday() {
			minutes += h.Close - h.Open
		}
	}
	return services * minutes / 6
}
