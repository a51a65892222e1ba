package pgbooking_test

import (
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

// TestMoveOnce moves to a time and on to another; then the first request comes again, late.
func TestMoveOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.book(t, passport, ten)
	there, elsewhere := ten.Add(time.Hour), ten.AddDate(0, 0, 1)
	if _, err := o.Move(ctx, "one", link, there); err != nil {
		t.Fatal(err)
	}
	if _, done, err := o.Moved(ctx, "two", link, elsewhere); err != nil || done {
		t.Fatalf("moved before it was: %v", err)
	}
	if _, err := o.Move(ctx, "two", link, elsewhere); err != nil {
		t.Fatal(err)
	}
	if a, err := o.Move(ctx, "one", link, there); err != nil || !a.Start.Equal(elsewhere) {
		t.Errorf("the first again: at %v, %v", a.Start, err)
	}
	if a, done, err := o.Moved(ctx, "one", link, there); err != nil || !done || !a.Start.Equal(elsewhere) {
		t.Errorf("it is not known to be done: %v", err)
	}
	_, err := o.Move(ctx, "one", link, ten)
	refused(t, "the same id for another start", err, booking.ErrOtherContent)
	_, err = o.Extend(ctx, "one", link)
	refused(t, "the same id for something else", err, booking.ErrOtherContent)
	if a, err := o.ByLink(ctx, link); err != nil || !a.Start.Equal(elsewhere) {
		t.Errorf("it is at %v, %v", a.Start, err)
	}
	_, other := o.book(t, passport, ten)
	if a, err := o.Move(ctx, "one", other, there); err != nil || !a.Start.Equal(there) {
		t.Errorf("another appointment's id is taken: %v", err)
	}
}

// TestRefusedMoveIsNotDone asks again for what was refused, when it can be had.
func TestRefusedMoveIsNotDone(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.book(t, passport, ten)
	next := ten.AddDate(0, 0, 1)
	for range 5 {
		o.hold(t, passport, next)
	}
	_, err := o.Move(ctx, "one", link, next)
	refused(t, "move to a full time", err, booking.ErrSlotTaken)
	o.wait(10 * time.Minute)
	if a, err := o.Move(ctx, "one", link, next); err != nil || !a.Start.Equal(next) {
		t.Errorf("asked again: at %v, %v", a.Start, err)
	}
}

func TestConfirmOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.hold(t, passport, ten)
	other := booking.Contact{Name: "Hans Muster", Mail: "hans@example.org"}
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			if a, err := o.Confirm(ctx, "one", link, contact); err != nil || a.State != booking.Booked {
				t.Errorf("confirmed: %v, %v", a, err)
			}
		})
	}
	clients.Wait()
	for _, id := range []string{"one", "two", ""} {
		_, err := o.Confirm(ctx, id, link, other)
		refused(t, "another name under "+id, err, booking.ErrOtherContent)
	}
	if _, err := o.Cancel(ctx, link); err != nil {
		t.Fatal(err)
	}
	if a, err := o.Confirm(ctx, "one", link, contact); err != nil || a.State != booking.Cancelled || a.Contact != contact {
		t.Errorf("again after it was cancelled: %v, %v", a, err)
	}
	o.wait(30 * 24 * time.Hour)
	if err := o.Purge(ctx, 7); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := o.pool.QueryRow(ctx, `SELECT count(*) FROM appointment_write`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d requests outlive the contact: %v", left, err)
	}
}

func TestExtendOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, link := o.hold(t, passport, ten)
	o.wait(time.Minute)
	first, err := o.Extend(ctx, "one", link)
	if err != nil {
		t.Fatal(err)
	}
	o.wait(time.Minute)
	if again, err := o.Extend(ctx, "one", link); err != nil || !again.Expires.Equal(first.Expires) {
		t.Errorf("again: until %v, then %v, %v", first.Expires, again.Expires, err)
	}
	if more, err := o.Extend(ctx, "two", link); err != nil || !more.Expires.After(first.Expires) {
		t.Errorf("another: until %v, %v", more.Expires, err)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, held := o.hold(t, passport, ten)
	_, booked := o.book(t, passport, ten)
	for range 2 {
		if err := o.Release(ctx, held); err != nil {
			t.Errorf("release: %v", err)
		}
	}
	refused(t, "release a wrong one", o.Release(ctx, "x"), booking.ErrUnknown)
	refused(t, "release an appointment", o.Release(ctx, booked), booking.ErrBooked)
	if _, err := o.Cancel(ctx, booked); err != nil {
		t.Fatal(err)
	}
	refused(t, "release what is cancelled", o.Release(ctx, booked), booking.ErrCancelled)
}

// TestHoldIsToldAsItIsKept holds at an instant finer than PostgreSQL's.
func TestHoldIsToldAsItIsKept(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.wait(time.Second + 987654321)
	told, link := o.hold(t, passport, ten)
	if kept, err := o.ByLink(ctx, link); err != nil || !kept.Expires.Equal(told.Expires) {
		t.Errorf("told %v, kept %v, %v", told.Expires, kept.Expires, err)
	}
}
