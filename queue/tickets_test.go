package queue_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wartefrei/wartefrei/queue"
)

// Each of the values that came one after the other still has what a map had then.
func TestTicketsNeverChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var now queue.Tickets
		have := map[queue.TicketID]queue.Ticket{}
		type moment struct {
			tickets queue.Tickets
			have    map[queue.TicketID]queue.Ticket
		}
		var moments []moment
		for n := range rapid.IntRange(0, 2000).Draw(t, "changes") {
			ticket := queue.Ticket{ID: queue.TicketID(fmt.Sprint(rapid.IntRange(0, 999).Draw(t, "id"))), Seq: int64(n)}
			now = now.With(ticket)
			have[ticket.ID] = ticket
			if n%100 == 0 {
				moments = append(moments, moment{now, maps.Clone(have)})
			}
		}
		for _, m := range append(moments, moment{now, have}) {
			if m.tickets.Len() != len(m.have) {
				t.Fatalf("%d tickets, want %d", m.tickets.Len(), len(m.have))
			}
			if ids := slices.Sorted(m.tickets.IDs()); !slices.Equal(ids, slices.Sorted(maps.Keys(m.have))) {
				t.Fatalf("ids %v", ids)
			}
			for got := range m.tickets.All() {
				if want := m.have[got.ID]; got.Seq != want.Seq || m.tickets.At(got.ID).Seq != want.Seq {
					t.Fatalf("ticket %s of change %d, want %d", got.ID, got.Seq, want.Seq)
				}
			}
		}
		if _, ok := now.Get("nobody's"); ok {
			t.Fatal("a ticket that nobody has")
		}
	})
}
