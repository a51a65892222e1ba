package redisqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// TestKill kills and empties Redis again and again while eight clerks and
// terminals work on three nodes. What was answered is in the journal after
// that, once, and a repeat gets the same answer from every node.
func TestKill(t *testing.T) {
	t.Parallel()
	const workers, faults, between = 9, 6, 100
	s := redistest.Start(t)
	rdb, pool := s.Client(), pgtest.New(t)
	var nodes []*redisqueue.Queue
	for range 3 {
		nodes = append(nodes, redisqueue.New(s.Client(), pgjournal.New(pool)))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	var answered atomic.Int64
	answers := make([]map[string]queue.Event, workers)
	requests := make([][]queue.Request, workers)
	var stop atomic.Bool
	var all sync.WaitGroup
	for w := range workers {
		answers[w] = map[string]queue.Event{}
		all.Go(func() {
			for n := 0; !stop.Load(); n++ {
				r := worker(w, n)
				event, err := nodes[w%3].Do(ctx, r)
				requests[w] = append(requests[w], r)
				switch {
				case err == nil:
					event.Behind = false
					answers[w][r.ID] = event
					answered.Add(1)
				case !queue.Refused(err):
					t.Error(err)
					return
				}
			}
		})
	}
	for fault := range faults {
		for seen := answered.Load(); answered.Load() < seen+between && ctx.Err() == nil; {
			time.Sleep(time.Millisecond)
		}
		if fault%2 == 0 {
			s.Kill()
			s.Restart()
		} else if err := rdb.FlushDB(ctx).Err(); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	all.Wait()

	recorded := readJournal(t, pool, nodes[0], faults)
	for w := range workers {
		for _, r := range requests[w] {
			first, ok := answers[w][r.ID]
			if !ok {
				continue // refused
			}
			if !reflect.DeepEqual(recorded[r.ID], first) {
				t.Errorf("%s was answered\n%+v, the journal has\n%+v", r.ID, first, recorded[r.ID])
			}
			again, err := nodes[(w+1)%3].Do(ctx, r)
			if again.Behind = false; err != nil || !reflect.DeepEqual(again, first) {
				t.Errorf("repeat of %s\n%+v %v, want\n%+v", r.ID, again, err, first)
			}
		}
	}
	t.Logf("%d answers over %d faults: all there", answered.Load(), faults)
}

// worker is the n-th request of one who works at a desk: open, then join, call
// and finish in turn.
func worker(w, n int) queue.Request {
	r := request(w*100_000 + n)
	r.ID, r.At = fmt.Sprintf("w%d-%d", w, n), morning
	desk := queue.DeskID(fmt.Sprint(w))
	switch {
	case n == 0:
		r.Command = queue.OpenDesk{Desk: desk, Label: "1", Serves: []queue.ServiceID{"pass"}}
	case n%3 == 2:
		r.Command = queue.CallNext{Desk: desk}
	case n%3 == 0:
		r.Command = queue.Finish{Desk: desk}
	}
	return r
}

// readJournal returns the recorded events by command, and holds that they have
// no gap, that each epoch begins with "opened", and that they fold to what Redis has.
func readJournal(t *testing.T, pool *pgxpool.Pool, node *redisqueue.Queue, faults int) map[string]queue.Event {
	t.Helper()
	state, err := node.Office(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	if state.Epoch <= int64(faults) {
		t.Errorf("epoch %d after %d faults", state.Epoch, faults)
	}
	events := map[string]queue.Event{}
	fold := queue.Office{ID: office}
	rows, err := pool.Query(t.Context(), "SELECT event::text FROM queue_event WHERE office = $1 ORDER BY version", office)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		var e queue.Event
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == "opened" && e.Epoch > fold.Epoch {
			fold.Epoch = e.Epoch // openings that failed leave epochs out
		}
		if !fold.Apply(e) {
			t.Fatalf("event (%d, %d) %s does not follow (%d, %d)", e.Epoch, e.Version, e.Kind, fold.Epoch, fold.Version)
		}
		if _, twice := events[e.Command]; twice {
			t.Errorf("command %s was carried out twice", e.Command)
		}
		events[e.Command] = e
	}
	if !reflect.DeepEqual(&fold, state) {
		t.Errorf("the journal folds to\n%+v, the state is\n%+v", fold, state)
	}
	return events
}

// TestUnknownOutcome stops Redis so that it is silent: the answer is that the
// outcome is unknown, in time, and the same id gets the answer afterwards.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	node := redisqueue.New(s.Client(), record(t))
	join(t, node, 1)
	if err := syscall.Kill(s.Pid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := node.Do(ctx, request(2))
	if !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("silent Redis: %v, want unknown-outcome", err)
	}
	if err := syscall.Kill(s.Pid(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if event := join(t, node, 2); event.Tickets[0].Seq != 2 {
		t.Errorf("the repeat made ticket %d", event.Tickets[0].Seq)
	}
	if event := join(t, node, 3); event.Tickets[0].Seq != 3 {
		t.Errorf("the next is ticket %d: the repeat was carried out twice", event.Tickets[0].Seq)
	}
}

// TestDays has eight nodes begin each day at once. One event begins it, and two
// days of ids are kept, no more.
func TestDays(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	days := []string{"2026-11-24", "2026-11-25", "2026-11-26", "2026-11-30"}
	for n, day := range days {
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				r := request(n*1000 + w)
				r.Day, r.At = day, morning.AddDate(0, 0, n)
				if _, err := redisqueue.New(rdb, journal).Do(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	began := map[string]int{}
	for _, entry := range rdb.XRange(t.Context(), "{buergerbuero}1:log", "-", "+").Val() {
		var e queue.Event
		if err := json.Unmarshal([]byte(entry.Values["event"].(string)), &e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == "day" {
			began[e.Day]++
		}
	}
	if want := map[string]int{"2026-11-25": 1, "2026-11-26": 1, "2026-11-30": 1}; !reflect.DeepEqual(began, want) {
		t.Errorf("days in the log: %v, want %v", began, want)
	}
	if ids := rdb.Keys(t.Context(), "*:c:*").Val(); len(ids) != 2 {
		t.Errorf("command ids are kept in %v", ids)
	}
}

// TestDayWaits holds that no day begins while a visit is open: a ticket that
// came in at the last moment would be lost.
func TestDayWaits(t *testing.T) {
	t.Parallel()
	node := redisqueue.New(redistest.New(t), record(t))
	join(t, node, 1)
	if err := node.TurnDay(t.Context(), office, morning.AddDate(0, 0, 1), "2026-11-25"); err == nil {
		t.Error("the day began")
	}
	state, err := node.Office(t.Context(), office)
	if err != nil || state.Day != "2026-11-24" || len(state.Tickets) != 1 {
		t.Errorf("state %+v, %v", state, err)
	}
}

// TestFull fills Redis: a command then changes nothing, and the same id is
// carried out when there is room again.
func TestFull(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client()
	node := redisqueue.New(rdb, record(t))
	join(t, node, 1)
	before := dump(t, rdb)
	limit := func(bytes string) {
		if err := rdb.ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
			t.Fatal(err)
		}
	}
	limit("1")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := node.Do(ctx, request(2)); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("full Redis: %v, want unknown-outcome", err)
	}
	if after := dump(t, rdb); !reflect.DeepEqual(after, before) {
		t.Errorf("a command that had no room wrote something")
	}
	limit("0")
	if event := join(t, node, 2); event.Tickets[0].Seq != 2 {
		t.Errorf("ticket %d", event.Tickets[0].Seq)
	}
}

// TestLinesEnd holds that a line that nobody stands in leaves nothing behind.
func TestLinesEnd(t *testing.T) {
	t.Parallel()
	rdb := redistest.New(t)
	node := redisqueue.New(rdb, record(t))
	for n := range 3 {
		join(t, node, n)
		r := request(n)
		r.ID, r.Command = fmt.Sprintf("leave-%d", n), queue.Leave{Ticket: queue.TicketID(fmt.Sprintf("T%d", n))}
		if _, err := node.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range []string{"*:l:*", "*:lines"} {
		if left := rdb.Keys(t.Context(), pattern).Val(); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
	}
}
