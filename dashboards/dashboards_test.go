package dashboards

import (
	"testing"
	"time"
	_ "time/tzdata" // tests need Berlin on any machine

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// morning is an office of two services and three desks.
var morning = &booking.Office{
	ID:       "buergerbuero",
	Services: []booking.Service{{ID: "pass"}, {ID: "ausweis"}},
	Desks:    []booking.Desk{{ID: "1"}, {ID: "2"}, {ID: "3"}},
}

func TestWait(t *testing.T) {
	const minute = int64(60_000)
	for _, c := range []struct {
		name   string
		ticket queue.Ticket
		want   time.Duration
		called bool
	}{
		{"not called", queue.Ticket{Arrived: 10 * minute}, 0, false},
		{"walk-in", queue.Ticket{Arrived: 10 * minute, FirstCallAt: 25 * minute}, 15 * time.Minute, true},
		{"booked and early", queue.Ticket{Arrived: 10 * minute, Slot: 20 * minute, FirstCallAt: 25 * minute}, 5 * time.Minute, true},
		{"booked and late", queue.Ticket{Arrived: 24 * minute, Slot: 20 * minute, FirstCallAt: 25 * minute}, time.Minute, true},
		{"called before the appointment", queue.Ticket{Arrived: 10 * minute, Slot: 20 * minute, FirstCallAt: 12 * minute}, 0, true},
		{"recalled", queue.Ticket{Arrived: 10 * minute, FirstCallAt: 25 * minute, CalledAt: 27 * minute}, 15 * time.Minute, true},
	} {
		if got, called := Wait(c.ticket); got != c.want || called != c.called {
			t.Errorf("%s: waited %v, called %v; want %v, %v", c.name, got, called, c.want, c.called)
		}
	}
}

func TestWaiting(t *testing.T) {
	const minute = int64(60_000)
	now := time.UnixMilli(60 * minute)
	for _, c := range []struct {
		name   string
		ticket queue.Ticket
		want   time.Duration
	}{
		{"walk-in", queue.Ticket{Arrived: 10 * minute}, 50 * time.Minute},
		{"booked, before the appointment", queue.Ticket{Arrived: 55 * minute, Slot: 65 * minute}, 0},
		{"booked, after it", queue.Ticket{Arrived: 40 * minute, Slot: 45 * minute}, 15 * time.Minute},
		{"put back after a call", queue.Ticket{Arrived: 10 * minute, FirstCallAt: 30 * minute, CalledAt: 30 * minute}, 50 * time.Minute},
		{"sent on from a desk", queue.Ticket{Arrived: 10 * minute, CalledAt: 30 * minute, ServedAt: 31 * minute}, 29 * time.Minute},
		{"brought back", queue.Ticket{Arrived: 10 * minute, ServedAt: 31 * minute, ParkedAt: 40 * minute}, 20 * time.Minute},
		{"missed and here again", queue.Ticket{Arrived: 10 * minute, CalledAt: 30 * minute, MissedAt: 33 * minute}, 27 * time.Minute},
	} {
		if got := Waiting(c.ticket, now); got != c.want {
			t.Errorf("%s: waits %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSumUp(t *testing.T) {
	minutes := func(ms ...int) (waits []time.Duration) {
		for _, m := range ms {
			waits = append(waits, time.Duration(m)*time.Minute)
		}
		return waits
	}
	for _, c := range []struct {
		name string
		of   []time.Duration
		want Waits
	}{
		{"nobody", nil, Waits{}},
		{"one", minutes(7), Waits{1, 7 * time.Minute, 7 * time.Minute, 7 * time.Minute}},
		{"two", minutes(9, 3), Waits{2, 6 * time.Minute, 3 * time.Minute, 9 * time.Minute}},
		{"ten", minutes(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), Waits{10, 330 * time.Second, 5 * time.Minute, 9 * time.Minute}},
		{"eleven", minutes(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), Waits{11, 6 * time.Minute, 6 * time.Minute, 10 * time.Minute}},
	} {
		if got := sumUp(c.of); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestServiceOf(t *testing.T) {
	for _, c := range []struct {
		services []queue.ServiceID
		want     queue.ServiceID
	}{
		{[]queue.ServiceID{"pass"}, "pass"},
		{[]queue.ServiceID{"ausweis", "pass"}, Several},
		{[]queue.ServiceID{"abolished"}, Several}, // a label from outside must not grow the metrics
	} {
		if got := ServiceOf(morning, c.services); got != c.want {
			t.Errorf("%v counts under %s, want %s", c.services, got, c.want)
		}
	}
}

// An empty office has figures too, and names all its services.
func TestCountNothing(t *testing.T) {
	f := Count(morning, berlin(t), &queue.Office{}, time.Now())
	if f.Came != 0 || f.Desks != (Desks{Of: 3}) || len(f.Services) != 3 || len(f.Hours) != 0 {
		t.Errorf("an empty office: %+v", f)
	}
}

// Who is let in as urgent counts for an hour; a ticket split from theirs does not.
func TestEmergencies(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, berlin(t))
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	state := &queue.Office{At: now.UnixMilli(), Tickets: queue.TicketsOf(
		queue.Ticket{ID: "a", Class: queue.Urgent, State: queue.Done, Arrived: ago(59 * time.Minute)},
		queue.Ticket{ID: "b", Class: queue.AtOnce, State: queue.Waiting, Arrived: ago(0)},
		queue.Ticket{ID: "c", Class: queue.Urgent, State: queue.Waiting, Arrived: ago(time.Hour)},
		queue.Ticket{ID: "d", Class: queue.Urgent, State: queue.Waiting, Arrived: ago(time.Minute), From: "b"},
		queue.Ticket{ID: "e", Class: queue.WalkIn, State: queue.Waiting, Arrived: ago(time.Minute)},
	)}
	f := Count(morning, now.Location(), state, now)
	if len(f.Emergencies) != 2 {
		t.Errorf("emergencies within the hour: %v, want a and b", f.Emergencies)
	}
	if f.Longest != time.Hour || len(f.Overdue) != 1 || f.Overdue[0].ID != "c" {
		t.Errorf("the longest wait is %v, too long is %v; want an hour, c", f.Longest, f.Overdue)
	}
}

func TestStrandedAndDesks(t *testing.T) {
	state := &queue.Office{
		Tickets: queue.TicketsOf(
			queue.Ticket{ID: "a", State: queue.Waiting, Services: []queue.ServiceID{"pass"}},
			queue.Ticket{ID: "b", State: queue.Waiting, Services: []queue.ServiceID{"ausweis"}, Due: 2},
			queue.Ticket{ID: "c", State: queue.Waiting, Services: []queue.ServiceID{"ausweis", "meldung"}, Due: 1},
			queue.Ticket{ID: "e", State: queue.Waiting, Services: []queue.ServiceID{"ausweis", "pass"}}, // in steps, the first at desk 1
			queue.Ticket{ID: "d", State: queue.Called, Services: []queue.ServiceID{"ausweis"}},
		),
		Desks: map[queue.DeskID]queue.Desk{
			"1": {State: queue.DeskOpen, Serves: []queue.ServiceID{"pass"}},
			"2": {State: queue.DeskPaused, Serves: []queue.ServiceID{"ausweis", "pass"}},
			"3": {State: queue.DeskClosed, Serves: []queue.ServiceID{"ausweis"}},
		},
	}
	f := Count(morning, time.UTC, state, time.UnixMilli(0))
	if len(f.Stranded) != 2 || f.Stranded[0].ID != "c" || f.Stranded[1].ID != "b" {
		t.Errorf("stranded: %v, want c and b", f.Stranded)
	}
	if want := (Desks{Open: 1, Paused: 1, Of: 3}); f.Desks != want {
		t.Errorf("desks: %+v, want %+v", f.Desks, want)
	}
}

// The hour that the clocks repeat counts as two, the one that they skip as none.
func TestHoursWhenTheClocksChange(t *testing.T) {
	zone := berlin(t)
	for _, c := range []struct {
		day  string
		from time.Time
		want []string // from 00:30 UTC for four hours
	}{
		{"2026-10-25", time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), []string{"02 CEST", "02 CET", "03 CET", "04 CET"}},
		{"2026-03-29", time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), []string{"01 CET", "03 CEST", "04 CEST", "05 CEST"}},
	} {
		var tickets queue.Tickets
		for h := range 4 {
			id := queue.TicketID(rune('a' + h))
			tickets = tickets.With(queue.Ticket{ID: id, Arrived: c.from.Add(time.Duration(h) * time.Hour).UnixMilli()})
		}
		now := c.from.Add(3 * time.Hour)
		f := Count(morning, zone, &queue.Office{Day: c.day, At: now.UnixMilli(), Tickets: tickets}, now)
		var got []string
		for _, h := range f.Hours {
			if h.Came != 1 {
				t.Errorf("%s: %d came in the hour of %v, want 1", c.day, h.Came, h.Start)
			}
			got = append(got, h.Start.Format("15 MST"))
		}
		if len(got) != len(c.want) || got[0] != c.want[0] || got[1] != c.want[1] || got[3] != c.want[3] {
			t.Errorf("%s: hours %v, want %v", c.day, got, c.want)
		}
	}
}

// A day that is over does not grow hours over night.
func TestHoursEndWithTheDay(t *testing.T) {
	zone := berlin(t)
	morning9 := time.Date(2026, 11, 24, 9, 5, 0, 0, zone)
	state := &queue.Office{Day: "2026-11-24", At: morning9.Add(time.Hour).UnixMilli(), Tickets: queue.TicketsOf(
		queue.Ticket{ID: "a", Arrived: morning9.UnixMilli()},
	)}
	for now, want := range map[time.Time]int{morning9: 2, morning9.Add(3 * time.Hour): 4, morning9.Add(24 * time.Hour): 2} {
		if f := Count(morning, zone, state, now); len(f.Hours) != want {
			t.Errorf("at %v: %d hours, want %d", now, len(f.Hours), want)
		}
	}
}
