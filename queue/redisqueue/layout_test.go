package redisqueue_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// TestOlderNodeOpened runs a node beside an office that an older one has opened,
// which did not know when a noted ticket joins its line: it is known again.
func TestOlderNodeOpened(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), pgjournal.New(pgtest.New(t))
	q := redisqueue.New(rdb, journal)
	noted := request(1)
	joins := morning.UnixMilli() + 60_000
	change := noted.Command.(queue.Join)
	change.Ticket.Class, change.Ticket.Slot, change.Ticket.Joins = queue.Booked, joins, joins
	noted.Command = change
	event, err := q.Do(t.Context(), noted)
	if err != nil {
		t.Fatal(err)
	}
	id := event.Tickets[0].ID
	meta := "{" + string(office) + "}m"
	if layout := rdb.HGet(t.Context(), meta, "layout").Val(); layout != fmt.Sprint(event.Epoch, " ", redisqueue.Layout) {
		t.Errorf("layout %q of epoch %d", layout, event.Epoch)
	}

	ticket := event.Tickets[0] // as the older node wrote it
	ticket.Joins = 0
	text, err := json.Marshal(ticket)
	if err != nil {
		t.Fatal(err)
	}
	rdb.HSet(t.Context(), fmt.Sprintf("{%s}%d:t", office, event.Epoch), string(id), text)
	rdb.HSet(t.Context(), meta, "layout", "0 1") // of the epoch before
	if o, err := q.Office(t.Context(), office); err != nil || o.Tickets.At(id).Joins != 0 {
		t.Fatalf("%+v, %v", o, err)
	}

	f, other := follow(t, rdb, journal), follow(t, rdb, journal)
	limit := time.After(30 * time.Second)
	for f.Office(office).Epoch <= event.Epoch {
		select {
		case <-f.changes:
		case <-limit:
			t.Fatal("nobody opened the office again")
		}
	}
	f.await(t, q)
	other.await(t, q)
	if o := other.Office(office); o.Epoch != event.Epoch+1 || o.Tickets.At(id).Joins != joins {
		t.Errorf("epoch %d, joins at %d; want %d, %d", o.Epoch, o.Tickets.At(id).Joins, event.Epoch+1, joins)
	}
}

// TestLayout holds that whoever gives a ticket, a desk or the counters a field
// raises the layout: a node of before the update does not know it.
func TestLayout(t *testing.T) {
	t.Parallel()
	fields := ""
	for _, of := range []any{queue.Ticket{}, queue.Why{}, queue.Passage{}, queue.Desk{}, queue.Counters{}} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
			fields += " " + field.Name
		}
	}
	if known := map[int]string{
		1: " ID Number Seq Class Services Needs Persons Area Due State Desk Aside Joins Call Calls Recalled Why Slot Arrived FirstCallAt CalledAt ServedAt MissedAt" +
			" ParkedAt EndedAt Reason Cancelled Appointment Finished Into From SentTo SentFrom Rule Due Reason Office Services Epoch Version Arrived ID Label Way State Serves Meets Ticket Since Seq AtOnce Disturbed",
	}[redisqueue.Layout]; fields != known {
		t.Errorf("layout %d has%s; if a field is new, raise the layout", redisqueue.Layout, fields)
	}
}
