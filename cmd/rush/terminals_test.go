package main

import (
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestScansNotice holds what was said to codes against a record in which A, of
// appointment a, waits; B, of b, was merged into A; C, of c, gave the number back; and
// F, of f, was sent to another office, where it waits.
func TestScansNotice(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := &run{record: &record{offices: map[string]*history{"o": newHistory(), "p": newHistory()}}}
	o := r.record.offices["o"]
	joins := func(version int64, id queue.TicketID, appointment string) {
		o.take(queue.Event{Office: "o", Epoch: 1, Version: version, Kind: "join", Tickets: []queue.Ticket{{ID: id, State: queue.Waiting, Appointment: appointment, Services: []queue.ServiceID{"pass"}}}})
	}
	joins(1, "A", "a")
	joins(2, "B", "b")
	joins(3, "C", "c")
	o.take(queue.Event{Office: "o", Epoch: 1, Version: 4, Kind: "merge", Tickets: []queue.Ticket{{ID: "B", State: queue.Merged, Into: "A", Appointment: "b", Services: []queue.ServiceID{"pass"}},
		{ID: "A", State: queue.Waiting, Appointment: "a", Services: []queue.ServiceID{"pass"}}}})
	o.take(queue.Event{Office: "o", Epoch: 1, Version: 5, Kind: "leave", Tickets: []queue.Ticket{{ID: "C", State: queue.Gone, EndedAt: now.UnixMilli(), Appointment: "c", Services: []queue.ServiceID{"pass"}}}})
	joins(6, "F", "f")
	o.take(queue.Event{Office: "o", Epoch: 1, Version: 7, Kind: "send", Tickets: []queue.Ticket{{ID: "F", State: queue.Sent, Appointment: "f", Services: []queue.ServiceID{"pass"}, SentTo: &queue.Passage{Office: "p"}}}})
	r.record.offices["p"].take(queue.Event{Office: "p", Epoch: 1, Version: 1, Kind: "receive", Tickets: []queue.Ticket{{ID: "F", State: queue.Waiting, Services: []queue.ServiceID{"pass"}, SentFrom: &queue.Passage{Office: "o"}}}})
	for name, c := range map[string]struct {
		appointment, outcome, ticket string
		fair                         bool
	}{
		"let in":                          {"a", "welcome", "A", true},
		"has a ticket":                    {"a", "already", "A", true},
		"is merged":                       {"b", "already", "A", true},
		"has left":                        {"c", "ended", "", true},
		"went on elsewhere":               {"f", "already", "F", true},
		"another's ticket":                {"a", "already", "C", false},
		"a ticket that is not":            {"a", "welcome", "D", false},
		"waits, and is told it has ended": {"a", "ended", "", false},
		"in time, and is told late":       {"a", "late", "", false},
		"today, and is told early":        {"a", "early", "", false},
		"not known":                       {"a", "unknown", "", false},
	} {
		code := api.Appointment{ID: c.appointment, Start: now, Opens: now.Add(-15 * time.Minute), Closes: now.Add(15 * time.Minute)}
		wrong := r.scans([]command{{Answer: now, Status: 200, Scan: &scan{code, c.outcome, c.ticket}}})
		if c.fair != (len(wrong) == 0) {
			t.Errorf("%s: found %v", name, wrong)
		}
	}
	if wrong := r.scans([]command{{Answer: now.Add(16 * time.Minute), Status: 200, Scan: &scan{api.Appointment{ID: "d", Closes: now.Add(15 * time.Minute)}, "late", ""}}}); len(wrong) != 0 {
		t.Errorf("came too late: %v", wrong)
	}
	says := func(after time.Duration, appointment, outcome, ticket string) command {
		code := api.Appointment{ID: appointment, Start: now, Opens: now.Add(-15 * time.Minute), Closes: now.Add(15 * time.Minute)}
		return command{Sent: now.Add(after), Answer: now.Add(after + time.Second), Status: 200, Scan: &scan{code, outcome, ticket}}
	}
	if wrong := r.scans([]command{says(0, "a", "welcome", "A"), says(20*time.Minute, "a", "late", "")}); len(wrong) != 1 {
		t.Errorf("has a ticket, and is told late: %v", wrong)
	}
	if wrong := r.scans([]command{says(0, "c", "welcome", "C"), says(2*time.Second, "c", "ended", ""), says(4*time.Second, "c", "already", "C")}); len(wrong) != 1 {
		t.Errorf("has left, and is told of the ticket: %v", wrong)
	}
	if wrong := r.scans([]command{says(-2*time.Second, "c", "ended", "")}); len(wrong) != 1 {
		t.Errorf("is told of the end before: %v", wrong)
	}
	joins(8, "E", "c")
	if wrong := strings.Join(r.scans(nil), "\n"); wrong != "appointment c was let in 2 times" {
		t.Errorf("let in twice: found %q", wrong)
	}
}
