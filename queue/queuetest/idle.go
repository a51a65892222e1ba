package queuetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
)

// early are people who come before they are due.
var early = map[string]queue.Join{
	"a walk-in":                             join("", 20, "id"),
	"somebody for the information desk":     classed(join("", 10, "id"), queue.Info, "", 0),
	"somebody with an appointment":          booked("", 15, "ap-soon"),
	"somebody with a late appointment":      booked("", 8*60, "ap-late"),
	"somebody entitled, whose slot is over": classed(join("", 20, "id"), queue.Entitled, "", -30),
	"somebody urgent with a quota's time":   classed(join("", 60, "id"), queue.Urgent, "deadline", 60),
	"a visit in steps":                      join("", 25, "id", "move"),
	"a visit with a disturbed step":         join("", 25, "id", "tax"),
}

// neverIdle: a desk that nobody is at calls whoever waits for it, though their slot
// and their due lie in the future: a clerk who is told then that nobody waits sits
// idle beside somebody who came early. Others wait too, and were due before: for
// another desk, for a service that is disturbed, with a need that the desk does not meet.
func neverIdle(t *testing.T, line queue.Line) {
	n := 0
	do := func(c queue.Command) (queue.Event, error) {
		n++
		if j, ok := c.(queue.Join); ok {
			j.Ticket.ID = ticketID(n)
			c = j
		}
		return line.Do(t.Context(), request(fmt.Sprint(n), 0, c))
	}
	must := func(c queue.Command) queue.Event {
		t.Helper()
		event, err := do(c)
		if err != nil {
			t.Fatalf("%s %+v: %v", c.Kind(), c, err)
		}
		return event
	}
	for _, c := range []queue.Command{
		open("1", "id", "tax"), open("2", "pass"), queue.Disturb{Service: "tax"},
		join("", -10, "pass"), join("", -10, "tax"), needing(join("", -10, "id"), queue.StepFree), noted("", 90, 75),
	} {
		must(c)
	}
	calls := func(who string, waits queue.TicketID, c queue.Command) {
		t.Helper()
		event, err := do(c)
		called := func(t queue.Ticket) bool { return t.ID == waits && t.State == queue.Called }
		if err != nil || !slices.ContainsFunc(event.Tickets, called) {
			t.Fatalf("%s waits, and %s answered %q, %v", who, c.Kind(), summary(event), err)
		}
	}
	for _, who := range sortedKeys(early) {
		j := early[who]
		calls(who, must(j).Tickets[0].ID, next("1"))
		if j.Ticket.Appointment != "" {
			j.Ticket.Appointment += "-again"
		}
		calls(who, must(j).Tickets[0].ID, finishAndNext("1"))
		must(finish("1"))
	}
	if event, err := do(next("1")); !errors.Is(err, queue.ErrEmpty) {
		t.Errorf("only others wait: called %q, %v", summary(event), err)
	}
}
