package pgbooking_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

func TestHoldOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	once := func(id string, start time.Time) (booking.Appointment, string, error) {
		return o.HoldOnce(ctx, id, passport, start, "de", "")
	}
	first, link, err := once("one", ten)
	if err != nil {
		t.Fatal(err)
	}
	if again, same, err := once("one", ten); err != nil || again.ID != first.ID || same != link {
		t.Errorf("the same id again: %s under another link: %v, %v", again.ID, same != link, err)
	}
	if _, _, err := once("one", ten.Add(time.Hour)); !errors.Is(err, booking.ErrOtherContent) {
		t.Errorf("the same id for another time: %v", err)
	}
	if other, otherLink, err := once("two", ten); err != nil || other.ID == first.ID || otherLink == link {
		t.Errorf("another id got the same hold: %v", err)
	}
	o.wait(time.Hour) // the hold is over, and may be held again
	if again, same, err := once("one", ten); err != nil || again.ID == first.ID || same != link {
		t.Errorf("held again after it expired: %v, %v", again, err)
	}
	if a, err := o.ByLink(ctx, link); err != nil || a.State != booking.Held {
		t.Errorf("its link opens %v, %v", a, err)
	}
}

// TestHoldOnceAtOnce sends one request many times at the same moment.
func TestHoldOnceAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	ids := make([]booking.AppointmentID, 8)
	var clients sync.WaitGroup
	for i := range ids {
		clients.Go(func() {
			a, _, err := o.HoldOnce(ctx, "one", passport, ten, "de", "")
			if err != nil {
				t.Error(err)
			}
			ids[i] = a.ID
		})
	}
	clients.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("one request made several holds: %v", ids)
		}
	}
}
