package pgjournal_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
)

// entry is an event of an office's day: the version-th, about a ticket of that name.
func entry(t *testing.T, office queue.OfficeID, epoch, version int64, day, kind string) pgjournal.Entry {
	t.Helper()
	e := queue.Event{Office: office, Epoch: epoch, Version: version, At: version, Day: day, Kind: kind, Command: fmt.Sprintf("c%d", version), Hash: "h",
		Actor: queue.Actor{Role: "clerk"}, Counters: queue.Counters{Seq: version}}
	if kind == "join" {
		e.Tickets = []queue.Ticket{{ID: queue.TicketID(fmt.Sprintf("T%d", version)), Services: []queue.ServiceID{"pass"}, State: queue.Waiting}}
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	read, err := pgjournal.Read(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func add(t *testing.T, j *pgjournal.Journal, want bool, b pgjournal.Batch) {
	t.Helper()
	recorded, err := j.Append(t.Context(), []pgjournal.Batch{b})
	if err != nil || recorded[0] != want {
		t.Errorf("append to %s after %v: %v, %v; want %v", b.Office, b.After, recorded, err, want)
	}
}

// TestAppend holds that the journal takes what follows its end and nothing else.
func TestAppend(t *testing.T) {
	t.Parallel()
	j := pgjournal.New(pgtest.New(t))
	one, two := entry(t, "a", 1, 1, "2026-11-24", "opened"), entry(t, "a", 1, 2, "2026-11-24", "join")
	three, other := entry(t, "a", 2, 3, "2026-11-24", "opened"), entry(t, "b", 1, 1, "2026-11-24", "opened")
	add(t, j, false, pgjournal.Batch{Office: "a", After: queue.Mark{Epoch: 1, Version: 1}, Entries: []pgjournal.Entry{two}}) // a gap
	add(t, j, true, pgjournal.Batch{Office: "a", Entries: []pgjournal.Entry{one, two}})
	add(t, j, false, pgjournal.Batch{Office: "a", Entries: []pgjournal.Entry{one, two}}) // twice
	add(t, j, false, pgjournal.Batch{Office: "a", After: queue.Mark{Epoch: 2, Version: 2}, Entries: []pgjournal.Entry{three}})
	recorded, err := j.Append(t.Context(), []pgjournal.Batch{
		{Office: "b", After: queue.Mark{Epoch: 9, Version: 9}, Entries: []pgjournal.Entry{other}}, // of two offices each is for itself
		{Office: "a", After: queue.Mark{Epoch: 1, Version: 2}, Entries: []pgjournal.Entry{three}},
	})
	if err != nil || !reflect.DeepEqual(recorded, []bool{false, true}) {
		t.Errorf("two offices: %v, %v", recorded, err)
	}
	heads, err := j.Heads(t.Context(), []queue.OfficeID{"b", "a", "c"})
	if err != nil || !reflect.DeepEqual(heads, []queue.Mark{{}, {Epoch: 2, Version: 3}, {}}) {
		t.Errorf("heads %v, %v", heads, err)
	}
	if got, ok, err := j.At(t.Context(), "a", 2); err != nil || !ok || got.Text != two.Text {
		t.Errorf("event 2 is\n%s %v %v, want\n%s", got.Text, ok, err, two.Text)
	}
	if got, ok, err := j.At(t.Context(), "a", 4); err != nil || ok {
		t.Errorf("event 4 is %s %v", got.Text, err)
	}
}

// TestManyWriters has sixteen append what follows to two offices at once, in
// both orders: no version is lost, none is there twice.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	const writers, last = 16, 25
	pool := pgtest.New(t)
	j := pgjournal.New(pool)
	offices := []queue.OfficeID{"a", "b"}
	var won atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for {
				heads, err := j.Heads(t.Context(), offices)
				if err != nil {
					t.Error(err)
					return
				}
				var batches []pgjournal.Batch
				for i := range offices {
					n := (i + w) % 2
					if v := heads[n].Version; v < last {
						batches = append(batches, pgjournal.Batch{Office: offices[n], After: heads[n],
							Entries: []pgjournal.Entry{entry(t, offices[n], 1, v+1, "2026-11-24", "join")}})
					}
				}
				if len(batches) == 0 {
					return
				}
				recorded, err := j.Append(t.Context(), batches)
				if err != nil {
					t.Error(err)
					return
				}
				for _, r := range recorded {
					if r {
						won.Add(1)
					}
				}
			}
		})
	}
	all.Wait()
	var rows, newest int64
	if err := pool.QueryRow(t.Context(), "SELECT count(*), max(version) FROM queue_event").Scan(&rows, &newest); err != nil {
		t.Fatal(err)
	}
	if won.Load() != 2*last || rows != 2*last || newest != last {
		t.Errorf("%d of %d appends took, %d rows to version %d", won.Load(), 2*last, rows, newest)
	}
}

// TestFold holds that a day begins with a clean sheet, and that the commands of
// the day before are known.
func TestFold(t *testing.T) {
	t.Parallel()
	j := pgjournal.New(pgtest.New(t))
	entries := []pgjournal.Entry{
		entry(t, "a", 1, 1, "2026-11-23", "opened"), entry(t, "a", 1, 2, "2026-11-23", "join"),
		entry(t, "a", 1, 3, "2026-11-24", "day"), entry(t, "a", 1, 4, "2026-11-24", "join"),
		entry(t, "a", 4, 5, "2026-11-24", "opened"), // two openings failed before
		entry(t, "a", 4, 6, "2026-11-25", "day"), entry(t, "a", 4, 7, "2026-11-25", "join"), entry(t, "a", 4, 8, "2026-11-25", "join"),
	}
	add(t, j, true, pgjournal.Batch{Office: "a", Entries: entries})
	for upTo, want := range map[int64]struct {
		day, before string
		tickets     []queue.TicketID
		done        int
	}{
		0: {},
		2: {"2026-11-23", "", []queue.TicketID{"T2"}, 2},
		4: {"2026-11-24", "2026-11-23", []queue.TicketID{"T4"}, 4},
		7: {"2026-11-25", "2026-11-24", []queue.TicketID{"T7"}, 5},
		9: {"2026-11-25", "2026-11-24", []queue.TicketID{"T7", "T8"}, 6},
	} {
		s, err := j.Fold(t.Context(), "a", upTo)
		if err != nil {
			t.Errorf("up to %d: %v", upTo, err)
			continue
		}
		var tickets []queue.TicketID
		for _, ticket := range s.State.Waiting() {
			tickets = append(tickets, ticket.ID)
		}
		if s.State.Day != want.day || s.Before != want.before || !reflect.DeepEqual(tickets, want.tickets) || len(s.Done) != want.done || s.State.Version != min(upTo, 8) {
			t.Errorf("up to %d: version %d, day %q after %q, tickets %v, %d commands; want %+v", upTo, s.State.Version, s.State.Day, s.Before, tickets, len(s.Done), want)
		}
	}
}

// TestFoldPages folds days of more events than are read at a time.
func TestFoldPages(t *testing.T) {
	t.Parallel()
	j := pgjournal.New(pgtest.New(t))
	const turn, last = 1300, 3100 // the second day begins, and what there is
	entries := []pgjournal.Entry{entry(t, "a", 1, 1, "2026-11-23", "opened")}
	for v := int64(2); v <= last; v++ {
		switch {
		case v < turn:
			entries = append(entries, entry(t, "a", 1, v, "2026-11-23", "join"))
		case v == turn:
			entries = append(entries, entry(t, "a", 1, v, "2026-11-24", "day"))
		default:
			entries = append(entries, entry(t, "a", 1, v, "2026-11-24", "join"))
		}
	}
	add(t, j, true, pgjournal.Batch{Office: "a", Entries: entries})
	for _, upTo := range []int64{999, 1000, 1001, turn, 2000, 2001, 3000, last} {
		s, err := j.Fold(t.Context(), "a", upTo)
		want := upTo - 1 // joined on the first day
		if upTo >= turn {
			want = upTo - turn
		}
		if err != nil || s.State.Version != upTo || int64(s.State.Tickets.Len()) != want || int64(len(s.Done)) != upTo {
			t.Errorf("up to %d: version %d, %d tickets, %d commands, %v; want %d, %d", upTo, s.State.Version, s.State.Tickets.Len(), len(s.Done), err, want, upTo)
		}
	}
}

// TestLock holds that one at a time opens an office, and that nobody waits for
// another office.
func TestLock(t *testing.T) {
	t.Parallel()
	j := pgjournal.New(pgtest.New(t))
	unlock, err := j.Lock(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := j.Lock(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	other()
	if _, err := j.Lock(t.Context(), "a"); err == nil {
		t.Error("two have the lock")
	}
	unlock()
	again, err := j.Lock(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestForgetNeeds holds that what people needed is taken out of the events of
// days that have ended, with the hashes that it could be guessed from, and
// nothing else changed.
func TestForgetNeeds(t *testing.T) {
	t.Parallel()
	j := pgjournal.New(pgtest.New(t))
	needing := func(version int64, day string) pgjournal.Entry {
		e := entry(t, "a", 1, version, day, "join").Event
		second := e.Tickets[0]
		second.ID, e.Tickets[0].Needs = "second", queue.Needs
		e.Tickets = append(e.Tickets, second)
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return pgjournal.Entry{Event: e, Text: string(text)}
	}
	entries := []pgjournal.Entry{entry(t, "a", 1, 1, "2026-11-23", "opened"), needing(2, "2026-11-23"),
		entry(t, "a", 1, 3, "2026-11-24", "day"), needing(4, "2026-11-24"), entry(t, "a", 1, 5, "2026-11-25", "day"), needing(6, "2026-11-25")}
	add(t, j, true, pgjournal.Batch{Office: "a", Entries: entries})
	for range 2 {
		if err := j.ForgetNeeds(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range entries {
		if want.Kind == "join" && want.Version != 6 {
			want.Tickets[0].Needs, want.Hash = nil, ""
		}
		got, _, err := j.At(t.Context(), "a", want.Version)
		if err != nil || !reflect.DeepEqual(got.Event, want.Event) {
			t.Errorf("event %d is %+v, %v; want %+v", want.Version, got.Event, err, want.Event)
		}
	}
}
