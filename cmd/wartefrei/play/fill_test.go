package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue"
)

// mortal is as if the program were killed after each thing that is done for the
// first time, before anybody knew.
type mortal struct {
	Town
	bookings *pgbooking.Store
	done     map[string]bool
}

var errKilled = errors.New("killed")

func (m *mortal) act(id string, do func() error) error {
	err := do()
	if !m.done[id] {
		m.done[id] = true
		return errKilled
	}
	return err
}

func (m *mortal) CheckIn(ctx context.Context, act Act, a booking.Appointment) (joined bool, err error) {
	return joined, m.act(act.ID, func() error { joined, err = m.Town.CheckIn(ctx, act, a); return err })
}

func (m *mortal) LetIn(ctx context.Context, act Act, services []booking.ServiceID, class queue.Class, reason string) error {
	return m.act(act.ID, func() error { return m.Town.LetIn(ctx, act, services, class, reason) })
}

func (m *mortal) Do(ctx context.Context, act Act, c queue.Command) (e queue.Event, err error) {
	err = m.act(act.ID, func() error { e, err = m.Town.Do(ctx, act, c); return err })
	return e, err
}

func (m *mortal) HoldOnce(ctx context.Context, id string, wish booking.Wish, start time.Time, lang, instead string) (a booking.Appointment, link string, err error) {
	err = m.act(id, func() error { a, link, err = m.bookings.HoldOnce(ctx, id, wish, start, lang, instead); return err })
	return a, link, err
}

func (m *mortal) Confirm(ctx context.Context, id, link string, contact booking.Contact) (a booking.Appointment, err error) {
	err = m.act(link, func() error { a, err = m.bookings.Confirm(ctx, id, link, contact); return err })
	return a, err
}

// TestFillKilled fills a morning in one go, and with a kill after each act, each
// time begun anew a moment later: in both the same people have booked, have
// come, and stand where they stand.
func TestFillKilled(t *testing.T) {
	t.Parallel()
	whole, killed := open(t, "1"), empty(t, "1")
	if err := whole.Fill(t.Context(), at(t, "09:26")); err != nil {
		t.Fatal(err)
	}
	m := &mortal{Town: killed.rooms, bookings: killed.rooms.Bookings, done: map[string]bool{}}
	again := func(fill func() error) {
		kills := 0
		for err := errKilled; err != nil; kills++ {
			if err = fill(); err != nil && !errors.Is(err, errKilled) {
				t.Fatalf("after %d kills: %v", kills, err)
			}
		}
		if kills < 50 {
			t.Fatalf("only %d kills", kills)
		}
	}
	again(func() error { return killed.Book(t.Context(), m, monday) })
	killed.Town = m
	now := at(t, "08:30")
	again(func() error {
		now = now.Add(100 * time.Millisecond)
		return killed.Fill(t.Context(), now)
	})
	killed.Town = killed.rooms
	if err := killed.Fill(t.Context(), at(t, "09:26")); err != nil {
		t.Fatal(err)
	}
	same(t, "booked", killed.booked(t), whole.booked(t), 80)
	same(t, "come", killed.story(t), whole.story(t), 50)

	if err := killed.Book(t.Context(), killed.rooms.Bookings, monday); err != nil {
		t.Fatal(err)
	}
	if err := killed.Fill(t.Context(), at(t, "09:26")); err != nil {
		t.Fatal(err)
	}
	same(t, "booked when filled once more", killed.booked(t), whole.booked(t), 80)
	same(t, "come when filled once more", killed.story(t), whole.story(t), 50)
}

// booked lists all appointments.
func (w *town) booked(t *testing.T) (lines []string) {
	t.Helper()
	for _, office := range w.City().Offices() {
		appointments, err := w.rooms.Appointments(t.Context(), office.ID, monday)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range appointments {
			lines = append(lines, fmt.Sprint(bookedFor(a), a.Place, a.State))
		}
	}
	slices.Sort(lines)
	return lines
}

// same holds that two lists are, and that they are long.
func same(t *testing.T, what string, got, want []string, atLeast int) {
	t.Helper()
	if len(want) < atLeast {
		t.Fatalf("only %d have %s", len(want), what)
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("of %d have %s:\n%s\nwant of %d\n%s", len(got), what, got[i], len(want), want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d have %s, want %d", len(got), what, len(want))
	}
}

// TestBookAgain books once more after one of the invented people has moved an
// appointment and another has cancelled: both stays so.
func TestBookAgain(t *testing.T) {
	t.Parallel()
	w := open(t, "1")
	bookings := w.rooms.Bookings
	var links []string
	list, err := w.rooms.Appointments(t.Context(), "standesamt", monday)
	if err != nil || len(list) < 2 {
		t.Fatalf("%d appointments, %v", len(list), err)
	}
	for _, a := range list[:2] {
		id := fmt.Sprintf("play1:standesamt:%s:%d", a.Choices[0].Service, a.Start.Unix())
		_, link, err := bookings.HoldOnce(t.Context(), id, booking.Wish{Office: a.Office, Services: a.Choices}, a.Start, "de", "")
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, link)
	}
	if _, err := bookings.Cancel(t.Context(), links[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Move(t.Context(), "", links[1], list[1].Start.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Book(t.Context(), bookings, monday); err != nil {
		t.Fatal(err)
	}
	if a, err := bookings.ByLink(t.Context(), links[0]); err != nil || a.State != booking.Cancelled {
		t.Errorf("the cancelled one is %s, %v", a.State, err)
	}
	if a, err := bookings.ByLink(t.Context(), links[1]); err != nil || !a.Start.Equal(list[1].Start.AddDate(0, 0, 1)) {
		t.Errorf("the moved one is at %v, %v", a.Start, err)
	}
}
