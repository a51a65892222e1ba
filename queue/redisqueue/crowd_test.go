package redisqueue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/audit"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

const workers = 9

// crowd are clerks and terminals at work on three nodes, and what they were
// answered.
type crowd struct {
	t        *testing.T
	pool     *pgxpool.Pool
	nodes    []*redisqueue.Queue
	offices  []queue.OfficeID
	answered atomic.Int64
	ended    atomic.Bool
	all      sync.WaitGroup
	answers  [workers]map[string]queue.Event
	requests [workers][]queue.Request
}

// newCrowd begins to work.
func newCrowd(t *testing.T, connect func() redis.UniversalClient, offices ...queue.OfficeID) *crowd {
	t.Helper()
	return newCrowdOn(t, pgtest.New(t), connect, offices...)
}

// newCrowdOn begins to work, and is recorded in a database.
func newCrowdOn(t *testing.T, pool *pgxpool.Pool, connect func() redis.UniversalClient, offices ...queue.OfficeID) *crowd {
	t.Helper()
	c := &crowd{t: t, pool: pool, offices: offices}
	for range 3 {
		c.nodes = append(c.nodes, redisqueue.New(connect(), pgjournal.New(c.pool)))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	for w := range workers {
		c.answers[w] = map[string]queue.Event{}
		c.all.Go(func() { c.workAt(ctx, w) })
	}
	t.Cleanup(func() { c.ended.Store(true); c.all.Wait() })
	return c
}

// workAt gives a worker's commands, each until it is answered.
func (c *crowd) workAt(ctx context.Context, w int) {
	for n := 0; !c.ended.Load(); n++ {
		r := worker(w, n)
		r.Office = c.offices[w%len(c.offices)]
		event, err := c.nodes[w%len(c.nodes)].Do(ctx, r)
		c.requests[w] = append(c.requests[w], r)
		switch {
		case err == nil:
			event.Behind = false
			c.answers[w][r.ID] = event
			c.answered.Add(1)
		case !queue.Refused(err):
			c.t.Error(err)
			return
		}
	}
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
	default:
		join := r.Command.(queue.Join)
		join.Ticket.Due = morning.Add(queue.DefaultRules.WalkIn).UnixMilli() // since it comes then
		r.Command = join
	}
	return r
}

// work returns when so many more commands were answered.
func (c *crowd) work(more int64) {
	c.t.Helper()
	limit := time.Now().Add(time.Minute)
	for seen := c.answered.Load(); c.answered.Load() < seen+more; time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			c.t.Fatalf("%d commands were answered in a minute, want %d", c.answered.Load()-seen, more)
		}
	}
}

// leave ends the work. What was answered is in the journal, once, and a repeat
// gets the same answer from every node; queue and record agree.
func (c *crowd) leave(faults int) {
	c.t.Helper()
	c.ended.Store(true)
	c.all.Wait()
	recorded := map[queue.OfficeID]map[string]queue.Event{}
	for _, office := range c.offices {
		recorded[office] = readJournal(c.t, c.pool, c.nodes[0], office, faults)
	}
	for w := range workers {
		for i, r := range c.requests[w] {
			first, ok := c.answers[w][r.ID]
			if !ok {
				continue // refused
			}
			if got := recorded[r.Office][r.ID]; !reflect.DeepEqual(got, first) {
				c.t.Errorf("%s was answered\n%+v, the journal has\n%+v", r.ID, first, got)
			}
			again, err := c.nodes[(w+i)%len(c.nodes)].Do(c.t.Context(), r)
			if again.Behind = false; err != nil || !reflect.DeepEqual(again, first) {
				c.t.Errorf("repeat of %s\n%+v %v, want\n%+v", r.ID, again, err, first)
			}
		}
	}
	c.t.Logf("%d answers: all there", c.answered.Load())
}

// readJournal returns an office's recorded events by command, and holds that
// each is right after those before it (package audit), and that they fold to what
// Redis has. At least one epoch began for each fault.
func readJournal(t *testing.T, pool *pgxpool.Pool, node *redisqueue.Queue, office queue.OfficeID, faults int) map[string]queue.Event {
	t.Helper()
	state, err := node.Office(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	if state.Epoch <= int64(faults) {
		t.Errorf("epoch %d after %d faults", state.Epoch, faults)
	}
	events := map[string]queue.Event{}
	record := audit.New()
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
		for _, wrong := range record.Take(e) {
			t.Error(wrong)
		}
		events[e.Command] = e
	}
	if fold := record.Office; !reflect.DeepEqual(&fold, state) {
		t.Errorf("the journal folds to\n%+v, the state is\n%+v", fold, state)
	}
	return events
}
