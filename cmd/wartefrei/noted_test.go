package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// TestNotedJoins notes somebody as a node does that dies right afterwards: a
// running node has them join the line when their moment comes, and not before.
func TestNotedJoins(t *testing.T) {
	t.Parallel()
	line, clock := besideANode(t)
	noted, joins := "", int64(0)
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		now := clock.Now()
		if day := now.In(berlin(t)).Format(time.DateOnly); day != noted { // once, but again after midnight
			noted, joins = day, now.Add(2*time.Second).UnixMilli()
			_, err := line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: "join" + day, At: now, Day: day, Actor: queue.Actor{Role: "terminal"},
				Command: queue.Join{Numbers: queue.NewNumbers("K", "buergerbuero", day, false), Ticket: queue.Ticket{ID: queue.TicketID(fmt.Sprint("T", day)), Class: queue.Booked,
					Services: []queue.ServiceID{"abholung"}, Persons: 1, Area: "halle", Slot: joins + 900_000, Due: joins + 900_000, Joins: joins}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		here, err := line.Office(t.Context(), "buergerbuero")
		if err != nil {
			t.Fatal(err)
		}
		if ticket := here.Tickets.At(queue.TicketID("T" + noted)); ticket.State == queue.Waiting {
			if here.At < joins || ticket.Due != joins+900_000 {
				t.Errorf("at %d is in the line %+v, want to join at %d", here.At, ticket, joins)
			}
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("not in the line: %+v", here.Tickets)
		}
	}
}
