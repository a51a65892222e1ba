package pgbooking_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// office is a store on a database of its own, with the demonstration city and
// a clock that the test sets.
type office struct {
	*pgbooking.Store
	pool *pgxpool.Pool

	mu  sync.Mutex
	now time.Time
}

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// open opens an office on Tuesday, 24 November 2026, 07:00.
func open(t testing.TB) *office {
	t.Helper()
	o := &office{pool: pgtest.New(t), now: time.Date(2026, 11, 24, 7, 0, 0, 0, berlin)}
	store, err := pgbooking.New(context.Background(), o.pool, o.clock)
	if err != nil {
		t.Fatal(err)
	}
	o.Store = store
	if _, err := store.Import(context.Background(), democity.City()); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) wait(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

var (
	ctx      = context.Background()
	passport = booking.Wish{Office: "buergerbuero", Services: []booking.Choice{{Service: "reisepass", Persons: 1}}}
	contact  = booking.Contact{Name: "Erika Mustermann", Mail: "erika@example.org"}
	ten      = time.Date(2026, 11, 25, 10, 0, 0, 0, berlin)
)

func (o *office) hold(t testing.TB, wish booking.Wish, start time.Time) (booking.Appointment, string) {
	t.Helper()
	a, link, err := o.Hold(ctx, wish, start, "de", "")
	if err != nil {
		t.Fatalf("hold %v: %v", start, err)
	}
	return a, link
}

func (o *office) book(t testing.TB, wish booking.Wish, start time.Time) (booking.Appointment, string) {
	t.Helper()
	_, link := o.hold(t, wish, start)
	a, err := o.Confirm(ctx, "", link, contact)
	if err != nil {
		t.Fatalf("confirm %v: %v", start, err)
	}
	return a, link
}

// free is how many places a start has.
func (o *office) free(t testing.TB, start time.Time) int {
	t.Helper()
	days, err := o.Free(ctx, passport, booking.DayOf(start, berlin), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range days[0].Slots {
		if slot.Start.Equal(start) {
			return slot.Free
		}
	}
	return 0
}

// overlaps counts pairs of appointments at one place and time.
func (o *office) overlaps(t testing.TB) int {
	t.Helper()
	var n int
	err := o.pool.QueryRow(ctx, `SELECT count(*) FROM appointment a JOIN appointment b ON a.office = b.office
		AND a.place = b.place AND a.during && b.during AND a.id < b.id
		WHERE a.state <> 'cancelled' AND b.state <> 'cancelled'`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func refused(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestBookAndCancel(t *testing.T) {
	t.Parallel()
	o := open(t)
	held, link := o.hold(t, passport, ten)
	if held.State != booking.Held || held.Place != 1 || held.House != "fischmarkt" || !held.End.Equal(ten.Add(15*time.Minute)) ||
		!held.Expires.Equal(o.now.Add(10*time.Minute)) {
		t.Errorf("held %+v", held)
	}
	if got := o.free(t, ten); got != 4 {
		t.Errorf("%d free places beside the hold, want 4", got)
	}
	booked, err := o.Confirm(ctx, "", link, contact)
	if err != nil || booked.State != booking.Booked || booked.Contact != contact || !booked.Booked.Equal(o.now) || booked.ID != held.ID {
		t.Fatalf("confirmed %+v, %v", booked, err)
	}
	_, err = o.Confirm(ctx, "", link, booking.Contact{Name: "Other", Mail: "other@example.org"})
	refused(t, "confirm for somebody else", err, booking.ErrOtherContent)
	again, err := o.Confirm(ctx, "", link, contact)
	if err != nil || again.Contact != contact {
		t.Errorf("confirmed again: %+v, %v", again, err)
	}
	o.wait(time.Hour) // a booked time does not expire
	if got := o.free(t, ten); got != 4 {
		t.Errorf("%d free places beside the appointment, want 4", got)
	}
	for range 2 {
		cancelled, err := o.Cancel(ctx, link)
		if err != nil || cancelled.State != booking.Cancelled {
			t.Errorf("cancelled %+v, %v", cancelled, err)
		}
	}
	if got := o.free(t, ten); got != 5 {
		t.Errorf("%d free places after cancelling, want 5", got)
	}
	_, err = o.Confirm(ctx, "", link, contact)
	refused(t, "confirm what is cancelled", err, booking.ErrCancelled)
	_, err = o.Move(ctx, "", link, ten.Add(time.Hour))
	refused(t, "move what is cancelled", err, booking.ErrCancelled)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.book(t, passport, ten)
	_, heldLink := o.hold(t, passport, ten)
	for what, c := range map[string]struct {
		do   func() error
		want error
	}{
		"hold at night":       {func() error { _, _, err := o.Hold(ctx, passport, ten.Add(-8*time.Hour), "de", ""); return err }, booking.ErrSlotUnknown},
		"hold off the grid":   {func() error { _, _, err := o.Hold(ctx, passport, ten.Add(time.Second), "de", ""); return err }, booking.ErrSlotUnknown},
		"hold in the past":    {func() error { _, _, err := o.Hold(ctx, passport, ten.AddDate(0, 0, -7), "de", ""); return err }, booking.ErrPast},
		"unknown office":      {func() error { _, err := o.Free(ctx, booking.Wish{Office: "x"}, "2026-11-25", 1); return err }, booking.ErrOfficeUnknown},
		"no service":          {func() error { _, err := o.Free(ctx, booking.Wish{Office: "standesamt"}, "2026-11-25", 1); return err }, booking.ErrNothing},
		"a day that is none":  {func() error { _, err := o.Free(ctx, passport, "2026-11-31", 1); return err }, booking.ErrSlotUnknown},
		"confirm nobody":      {func() error { _, err := o.Confirm(ctx, "", heldLink, booking.Contact{}); return err }, booking.ErrContact},
		"confirm a wrong one": {func() error { _, err := o.Confirm(ctx, "", "x", contact); return err }, booking.ErrHoldExpired},
		"open a wrong one":    {func() error { _, err := o.ByLink(ctx, "x"); return err }, booking.ErrUnknown},
		"open none":           {func() error { _, err := o.ByLink(ctx, ""); return err }, booking.ErrUnknown},
		"cancel a wrong one":  {func() error { _, err := o.Cancel(ctx, "x"); return err }, booking.ErrUnknown},
		"cancel a hold":       {func() error { _, err := o.Cancel(ctx, heldLink); return err }, booking.ErrUnknown},
		"move a hold":         {func() error { _, err := o.Move(ctx, "", heldLink, ten.Add(time.Hour)); return err }, booking.ErrUnknown},
		"find by a wrong id":  {func() error { _, err := o.ByID(ctx, "'; drop table"); return err }, booking.ErrUnknown},
		"link to a wrong id":  {func() error { _, err := o.NewLink(ctx, "00000000-0000-0000-0000-000000000000"); return err }, booking.ErrUnknown},
		"extend a wrong one":  {func() error { _, err := o.Extend(ctx, "", "x"); return err }, booking.ErrHoldExpired},
		"extend what is firm": {func() error { _, err := o.Extend(ctx, "", link); return err }, booking.ErrHoldExpired},
	} {
		refused(t, what, c.do(), c.want)
	}
	o.wait(27 * time.Hour) // 10:00: it is time
	_, err := o.Cancel(ctx, link)
	refused(t, "cancel what has begun", err, booking.ErrPast)
	_, err = o.Move(ctx, "", link, ten.Add(48*time.Hour))
	refused(t, "move what has begun", err, booking.ErrPast)
}

func TestHoldExpires(t *testing.T) {
	t.Parallel()
	o := open(t)
	for range 5 {
		o.hold(t, passport, ten)
	}
	_, _, err := o.Hold(ctx, passport, ten, "de", "")
	refused(t, "a sixth hold at five places", err, booking.ErrSlotTaken)
	o.wait(10*time.Minute - time.Second)
	_, _, err = o.Hold(ctx, passport, ten.Add(10*time.Minute), "de", "")
	refused(t, "a second before the holds end", err, booking.ErrSlotTaken)
	if got := o.free(t, ten); got != 0 {
		t.Errorf("%d places free a second before the holds end", got)
	}
	o.wait(time.Second)
	if got := o.free(t, ten); got != 5 {
		t.Errorf("%d places free when the holds end, want 5", got)
	}
	if a, _ := o.hold(t, passport, ten); a.Place != 1 {
		t.Errorf("got place %d", a.Place)
	}
}

func TestExpiredHoldIsNotConfirmed(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.hold(t, passport, ten)
	o.wait(10 * time.Minute)
	_, err := o.Confirm(ctx, "", link, contact)
	refused(t, "confirm after the hold", err, booking.ErrHoldExpired)
	_, err = o.Extend(ctx, "", link)
	refused(t, "extend after the hold", err, booking.ErrHoldExpired)
	o.hold(t, passport, ten) // takes its place and row
	_, err = o.Confirm(ctx, "", link, contact)
	refused(t, "confirm what another holds", err, booking.ErrHoldExpired)
}

func TestExtend(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.hold(t, passport, ten)
	extended := 0
	for ; extended < 100; extended++ {
		o.wait(10*time.Minute - time.Second)
		if _, err := o.Extend(ctx, "", link); err != nil {
			refused(t, "extend again", err, booking.ErrHoldExpired)
			break
		}
	}
	if extended < 10 || extended > 12 {
		t.Errorf("extended %d times; want ten at least and an end", extended)
	}
}

func TestInstead(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, first := o.hold(t, passport, ten)
	second, link, err := o.Hold(ctx, passport, ten, "de", first)
	if err != nil || second.Place != 1 {
		t.Fatalf("hold instead: %+v, %v", second, err)
	}
	_, err = o.ByLink(ctx, first)
	refused(t, "open what was given back", err, booking.ErrUnknown)
	eleven := ten.Add(time.Hour)
	for range 5 {
		o.hold(t, passport, eleven)
	}
	_, _, err = o.Hold(ctx, passport, eleven, "de", link)
	refused(t, "hold a taken time instead", err, booking.ErrSlotTaken)
	if _, err := o.ByLink(ctx, link); err != nil {
		t.Errorf("the refusal took the earlier hold: %v", err)
	}
	if err := o.Release(ctx, link); err != nil {
		t.Error(err)
	}
	_, err = o.ByLink(ctx, link)
	refused(t, "open what was released", err, booking.ErrUnknown)
	_, booked := o.book(t, passport, ten)
	if _, _, err := o.Hold(ctx, passport, ten, "de", booked); err != nil {
		t.Fatal(err)
	}
	if a, err := o.ByLink(ctx, booked); err != nil || a.State != booking.Booked {
		t.Errorf("a hold instead of an appointment took it: %+v, %v", a, err)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, link := o.book(t, passport, ten)
	code := o.Code(a)
	moved, err := o.Move(ctx, "", link, ten.Add(5*time.Minute)) // overlaps itself: free
	if err != nil || !moved.Start.Equal(ten.Add(5*time.Minute)) || moved.Place != 1 || o.Code(moved) != code {
		t.Fatalf("moved by five minutes: %+v, %v", moved, err)
	}
	next := ten.AddDate(0, 0, 1)
	for range 4 {
		o.hold(t, passport, next)
	}
	if moved, err = o.Move(ctx, "", link, next); err != nil || moved.Place != 5 || moved.ID != a.ID {
		t.Fatalf("moved to the next day: %+v, %v", moved, err)
	}
	_, err = o.ByCode(ctx, "fischmarkt", "2026-11-25", code)
	refused(t, "the old day's code", err, booking.ErrUnknown)
	if found, err := o.ByCode(ctx, "fischmarkt", "2026-11-26", o.Code(moved)); err != nil || found.ID != a.ID {
		t.Errorf("the new code finds %+v, %v", found, err)
	}
	_, other := o.book(t, passport, ten)
	_, err = o.Move(ctx, "", other, next)
	refused(t, "move to a full time", err, booking.ErrSlotTaken)
	if kept, err := o.ByLink(ctx, other); err != nil || !kept.Start.Equal(ten) {
		t.Errorf("the refusal took the old time: %+v, %v", kept, err)
	}
	o.wait(10 * time.Minute) // the holds are over
	if _, err = o.Move(ctx, "", other, next); err != nil {
		t.Errorf("moved where holds are over: %v", err)
	}
	if n := o.overlaps(t); n != 0 {
		t.Errorf("%d overlaps", n)
	}
}

func TestByCode(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, link := o.book(t, passport, ten)
	code := o.Code(a)
	for _, typed := range []string{code, code[:4] + " " + code[4:], " " + code[:4] + "\u00a0" + code[4:] + "\n"} {
		if found, err := o.ByCode(ctx, "fischmarkt", "2026-11-25", typed); err != nil || found.ID != a.ID {
			t.Errorf("%q finds %+v, %v", typed, found, err)
		}
	}
	_, err := o.ByCode(ctx, "hauptstrasse", "2026-11-25", code)
	refused(t, "in another house", err, booking.ErrUnknown)
	_, err = o.ByCode(ctx, "fischmarkt", "2026-11-26", code)
	refused(t, "on another day", err, booking.ErrUnknown)
	for _, junk := range []string{"", "1234", code + "0", "'; drop--", strings.Repeat("9", 1<<16)} {
		_, err = o.ByCode(ctx, "fischmarkt", "2026-11-25", junk)
		refused(t, junk[:min(9, len(junk))], err, booking.ErrUnknown)
	}
	if _, err := o.Cancel(ctx, link); err != nil {
		t.Fatal(err)
	}
	if found, err := o.ByCode(ctx, "fischmarkt", "2026-11-25", code); err != nil || found.State != booking.Cancelled {
		t.Errorf("cancelled, the code finds %+v, %v", found, err)
	}
}

// TestCodeTaken books while another appointment of the house and day has the
// code that this one would get.
func TestCodeTaken(t *testing.T) {
	t.Parallel()
	o := open(t)
	other, _ := o.book(t, passport, ten)
	held, link := o.hold(t, passport, ten)
	_, err := o.pool.Exec(ctx, `UPDATE appointment_code SET hash = $1 WHERE appointment = $2`,
		o.CodeHash("fischmarkt", "2026-11-25", o.Code(held)), string(other.ID))
	if err != nil {
		t.Fatal(err)
	}
	booked, err := o.Confirm(ctx, "", link, contact)
	if err != nil || booked.Draw != 1 || o.Code(booked) == o.Code(held) {
		t.Fatalf("draw %d, code %s → %s, %v", booked.Draw, o.Code(held), o.Code(booked), err)
	}
	if found, err := o.ByCode(ctx, "fischmarkt", "2026-11-25", o.Code(booked)); err != nil || found.ID != booked.ID || found.Draw != 1 {
		t.Errorf("the code finds %+v, %v", found, err)
	}
}

func TestDayAndSearch(t *testing.T) {
	t.Parallel()
	o := open(t)
	late, _ := o.book(t, passport, ten.Add(time.Hour))
	early, link := o.book(t, passport, ten)
	o.book(t, passport, ten.AddDate(0, 0, 1))
	o.hold(t, passport, ten)
	if _, err := o.Cancel(ctx, link); err != nil {
		t.Fatal(err)
	}
	list, err := o.Day(ctx, "buergerbuero", "2026-11-25")
	if err != nil || len(list) != 2 || list[0].ID != early.ID || list[0].State != booking.Cancelled || list[1].Contact != contact {
		t.Errorf("the day has %v, %v", list, err)
	}
	for text, want := range map[string]int{"MUSTER": 2, "": 2, "%": 0, o.Code(late): 1, "nobody": 0} {
		if found, err := o.Search(ctx, "buergerbuero", "2026-11-25", text); err != nil || len(found) != want {
			t.Errorf("%q finds %d, %v; want %d", text, len(found), err, want)
		}
	}
	if list, err := o.Day(ctx, "standesamt", "2026-11-25"); err != nil || len(list) != 0 {
		t.Errorf("another office has %v, %v", list, err)
	}
	if list, err := o.Day(ctx, "buergerbuero", "yesterday"); err != nil || len(list) != 0 {
		t.Errorf("no day has %v, %v", list, err)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	o := open(t)
	old, link := o.book(t, passport, ten)
	o.hold(t, passport, ten)
	recent, _ := o.book(t, passport, ten.AddDate(0, 0, 1))
	o.wait(8 * 24 * time.Hour) // 2 December
	if err := o.Purge(ctx, 6); err != nil {
		t.Fatal(err)
	}
	if a, err := o.ByID(ctx, old.ID); err != nil || a.Contact != (booking.Contact{}) {
		t.Errorf("7 days old, it is %v of a known person: %v", a.ID, err)
	}
	if a, err := o.ByID(ctx, recent.ID); err != nil || a.Contact != contact {
		t.Errorf("6 days old, its person is gone: %v", err)
	}
	_, err := o.ByLink(ctx, link)
	refused(t, "open what was purged", err, booking.ErrUnknown)
	var holds int
	if err := o.pool.QueryRow(ctx, `SELECT count(*) FROM appointment WHERE state = 'held'`).Scan(&holds); err != nil || holds != 0 {
		t.Errorf("%d holds left, %v", holds, err)
	}
}

func TestNewLink(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, first := o.book(t, passport, ten)
	link, err := o.NewLink(ctx, a.ID)
	if err != nil || link == first || len(link) != 22 {
		t.Fatalf("link %q, %v", link, err)
	}
	for _, l := range []string{first, link} {
		if got, err := o.ByLink(ctx, l); err != nil || got.ID != a.ID {
			t.Errorf("a link opens %v, %v", got.ID, err)
		}
	}
}
