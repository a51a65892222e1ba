package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

// TestPassage sends somebody to another office as a node does that dies right
// afterwards: a running node has them arrive there.
func TestPassage(t *testing.T) {
	t.Parallel()
	i, rdb := installWithRedis(t)
	pool, clock := i.officeClock(t)
	line := redisqueue.New(rdb, pgjournal.New(pool))
	do := func(day string, c queue.Command) {
		t.Helper()
		_, err := line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: c.Kind() + day, At: clock.Now(), Day: day, Actor: queue.Actor{Role: "clerk"}, Command: c})
		if err != nil {
			t.Fatal(err)
		}
	}
	var set []string
	for _, pair := range i.environment {
		name, value, _ := strings.Cut(pair, "=")
		set = append(set, name, value)
	}
	_, end := started(t, set...)
	defer end()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	sent := ""
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if day := clock.Now().In(berlin).Format(time.DateOnly); day != sent { // once, but again after midnight
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
		if there.Tickets[queue.TicketID("T"+sent)].State == queue.Waiting {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("in the other office are %+v", there.Tickets)
		}
	}
}
