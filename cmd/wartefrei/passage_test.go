package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

// besideANode is a queue as another node has it that dies before it goes on with
// what it did, beside a node that runs.
func besideANode(t *testing.T) (queue.Line, *pg.Clock) {
	t.Helper()
	i, rdb := installWithRedis(t)
	pool, clock := i.officeClock(t)
	var set []string
	for _, pair := range i.environment {
		name, value, _ := strings.Cut(pair, "=")
		set = append(set, name, value)
	}
	_, end := started(t, set...)
	t.Cleanup(end)
	return redisqueue.New(rdb, pgjournal.New(pool)), clock
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestPassage sends somebody to another office as a node does that dies right
// afterwards: a running node has them arrive there.
func TestPassage(t *testing.T) {
	t.Parallel()
	line, clock := besideANode(t)
	do := func(day string, c queue.Command) {
		t.Helper()
		_, err := line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: c.Kind() + day, At: clock.Now(), Day: day, Actor: queue.Actor{Role: "clerk"}, Command: c})
		if err != nil {
			t.Fatal(err)
		}
	}
	sent := ""
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if day := clock.Now().In(berlin(t)).Format(time.DateOnly); day != sent { // once, but again after midnight
			sent = day
			id := queue.TicketID(fmt.Sprint("T", day))
			do(day, queue.Join{Numbers: queue.NewNumbers("K", "buergerbuero", day, false), Ticket: queue.Ticket{ID: id, Class: queue.WalkIn,
				Services: []queue.ServiceID{"abholung"}, Persons: 1, Area: "halle", Due: clock.Now().UnixMilli()}})
			do(day, queue.Send{Ticket: id, Office: "wohngeld", Services: []queue.ServiceID{"wohngeld"}})
		}
		there, err := line.Office(t.Context(), "wohngeld")
		if err != nil {
			t.Fatal(err)
		}
		if there.Tickets.At(queue.TicketID("T"+sent)).State == queue.Waiting {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("in the other office are %+v", there.Tickets)
		}
	}
}
