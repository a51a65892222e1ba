package queue

import (
	"hash/maphash"
	"iter"
	"maps"
)

// shards is how many parts the tickets of a day are kept in: with 2,000 visits,
// eight tickets a part.
const shards = 256

var seed = maphash.MakeSeed()

// Tickets are a day's tickets by their id. A value never changes: With returns
// another one, which shares with it what is the same, so that a state that was
// handed out stays as it was while the next event is folded, at a price that
// hardly grows with the day. The zero value has none.
type Tickets struct {
	parts *[shards]map[TicketID]*Ticket
	n     int
}

// TicketsOf returns some tickets.
func TicketsOf(tickets ...Ticket) Tickets {
	var ts Tickets
	for _, t := range tickets {
		ts = ts.With(t)
	}
	return ts
}

// With returns the tickets with one more, or with t in place of the one of its id.
func (ts Tickets) With(t Ticket) Tickets {
	var parts [shards]map[TicketID]*Ticket
	if ts.parts != nil {
		parts = *ts.parts
	}
	shard := shardOf(t.ID)
	part := maps.Clone(parts[shard])
	if part == nil {
		part = map[TicketID]*Ticket{}
	}
	if part[t.ID] == nil {
		ts.n++
	}
	part[t.ID] = &t
	parts[shard] = part
	return Tickets{parts: &parts, n: ts.n}
}

// Get returns a ticket, if it is among them.
func (ts Tickets) Get(id TicketID) (Ticket, bool) {
	if ts.parts == nil {
		return Ticket{}, false
	}
	t, ok := ts.parts[shardOf(id)][id]
	if !ok {
		return Ticket{}, false
	}
	return *t, true
}

// At returns a ticket, or the zero ticket.
func (ts Tickets) At(id TicketID) Ticket {
	t, _ := ts.Get(id)
	return t
}

// Len is how many they are.
func (ts Tickets) Len() int { return ts.n }

// All goes through them in no order.
func (ts Tickets) All() iter.Seq[Ticket] {
	return func(yield func(Ticket) bool) {
		if ts.parts == nil {
			return
		}
		for _, part := range ts.parts {
			for _, t := range part {
				if !yield(*t) {
					return
				}
			}
		}
	}
}

// IDs goes through their ids in no order.
func (ts Tickets) IDs() iter.Seq[TicketID] {
	return func(yield func(TicketID) bool) {
		for t := range ts.All() {
			if !yield(t.ID) {
				return
			}
		}
	}
}

func shardOf(id TicketID) uint64 { return maphash.String(seed, string(id)) % shards }
