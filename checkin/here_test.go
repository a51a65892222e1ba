package checkin_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// TestHereUntilClosing: whoever missed a call for longer than they keep their
// place waits anew, until the doors close at 18:00. After that they are refused,
// and nobody else who is back.
func TestHereUntilClosing(t *testing.T) {
	e := open(t)
	e.now = at(t, "2026-11-30T17:30")
	do := func(id string, c queue.Command) {
		t.Helper()
		if _, err := e.Line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: id, Actor: terminal, At: e.now, Day: "2026-11-30", Command: c}); err != nil {
			t.Fatal(err)
		}
	}
	do("open", queue.OpenDesk{Desk: "1", Label: "1", Serves: []queue.ServiceID{"abholung"}})
	miss := func(name string) queue.Ticket {
		t.Helper()
		missed := e.walkIn(t, name)
		do("call-"+name, queue.CallThis{Desk: "1", Ticket: missed.ID, Reason: "my-case"})
		do("miss-"+name, queue.NoShow{Desk: "1"})
		return missed
	}
	here := func(ticket queue.Ticket, id string) (queue.Ticket, error) {
		event, err := e.Here(t.Context(), "buergerbuero", ticket.ID, id, terminal)
		if err != nil {
			return queue.Ticket{}, err
		}
		return event.Tickets[0], nil
	}
	long, tooLong := miss("long"), miss("too-long")

	e.now = at(t, "2026-11-30T17:50")
	anew, err := here(long, "back-long")
	if want := e.now.Add(20 * time.Minute).UnixMilli(); err != nil || anew.State != queue.Waiting || anew.Class != queue.Entitled || anew.Due != want {
		t.Errorf("late, while open: %+v, %v", anew, err)
	}
	short, aside := miss("short"), e.walkIn(t, "aside")
	do("step-aside", queue.StepAside{Ticket: aside.ID})

	e.now = at(t, "2026-11-30T18:04")
	if kept, err := here(short, "back-short"); err != nil || kept.State != queue.Waiting || kept.Class != queue.WalkIn || kept.Due != short.Due {
		t.Errorf("in time, after closing: %+v, %v", kept, err)
	}
	if back, err := here(aside, "back-aside"); err != nil || back.State != queue.Waiting || back.Class != queue.WalkIn {
		t.Errorf("stepped aside, after closing: %+v, %v", back, err)
	}
	before := e.state(t)
	if _, err := here(tooLong, "back-too-long"); !errors.Is(err, checkin.ErrMissed) {
		t.Errorf("late, after closing: %v", err)
	}
	if after := e.state(t); after.Version != before.Version || after.Tickets.At(tooLong.ID).State != queue.Missed {
		t.Errorf("what is refused has changed %+v", after.Tickets.At(tooLong.ID))
	}
	if again, err := here(long, "back-long"); err != nil || !reflect.DeepEqual(again, anew) {
		t.Errorf("the repeat after closing: %+v, %v", again, err)
	}
}
