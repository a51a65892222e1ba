package redisqueue_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

const office = queue.OfficeID("buergerbuero")

// morning is when the tests' day begins.
var morning = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// request is a walk-in's join, the n-th of the test.
func request(n int) queue.Request {
	id := fmt.Sprintf("T%d", n)
	at := morning.Add(time.Duration(n) * time.Second)
	return queue.Request{Office: office, ID: "join-" + id, Actor: queue.Actor{Role: "terminal"}, At: at, Day: "2026-11-24",
		Command: queue.Join{Numbers: queue.NewNumbers("K", office, "2026-11-24", false),
			Ticket: queue.Ticket{ID: queue.TicketID(id), Class: queue.WalkIn, Services: []queue.ServiceID{"pass"}, Persons: 1,
				Area: "halle", Due: at.Add(20 * time.Minute).UnixMilli()}}}
}

func join(t *testing.T, q *redisqueue.Queue, n int) queue.Event {
	t.Helper()
	event, err := q.Do(t.Context(), request(n))
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// following is a follower at work, and what it told.
type following struct {
	*redisqueue.Follower
	queue   *redisqueue.Queue
	events  chan queue.Event
	changes chan struct{}
}

func follow(t *testing.T, rdb *redis.Client, journal *pgjournal.Journal) *following {
	t.Helper()
	f := &following{queue: redisqueue.New(rdb, journal), events: make(chan queue.Event, 10_000), changes: make(chan struct{}, 10_000)}
	offices := func() []queue.OfficeID { return []queue.OfficeID{office} }
	f.Follower = redisqueue.NewFollower(f.queue, offices, slog.New(slog.DiscardHandler))
	f.OnEvent(func(e queue.Event) { f.events <- e })
	f.OnChange(func(queue.OfficeID) { f.changes <- struct{}{} })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { f.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return f
}

// await waits until the follower holds what Redis holds.
func (f *following) await(t *testing.T, q *redisqueue.Queue) {
	t.Helper()
	want, err := q.Office(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	limit := time.After(30 * time.Second)
	for !reflect.DeepEqual(f.Office(office), want) {
		select {
		case <-f.changes:
		case <-limit:
			t.Fatalf("the follower holds\n%+v\nRedis\n%+v", f.Office(office), want)
		}
	}
}

func TestFollower(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	other := redisqueue.New(rdb, journal) // another node
	join(t, other, 1)
	f := follow(t, rdb, journal)
	f.await(t, other)
	before := f.Office(office)
	second := join(t, other, 2)
	f.await(t, other)
	if got := <-f.events; !reflect.DeepEqual(got, second) {
		t.Errorf("told of %+v, want %+v", got, second)
	}
	if before.Tickets.Len() != 1 {
		t.Errorf("a state that was handed out has changed: %d tickets", before.Tickets.Len())
	}
	if f.Checked().IsZero() {
		t.Error("never checked")
	}
}

// TestFollowerSeesItsOwn holds that who gives a command sees it done at once.
func TestFollowerSeesItsOwn(t *testing.T) {
	t.Parallel()
	f := follow(t, redistest.New(t), record(t))
	join(t, f.queue, 0)
	f.await(t, f.queue)
	for n := 1; n <= 100; n++ {
		if event := join(t, f.queue, n); f.Office(office).Version < event.Version {
			t.Fatalf("version %d after the answer with version %d", f.Office(office).Version, event.Version)
		}
	}
}

// TestFollowerCutOff breaks the subscription while events are made: each is
// told of all the same, in order.
func TestFollowerCutOff(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	rdb, journal := s.Client(), record(t)
	other := redisqueue.New(rdb, journal)
	last := join(t, other, 0).Version
	f := follow(t, rdb, journal)
	f.await(t, other)
	for n := 1; n <= 200; n++ {
		if n%20 == 0 {
			rdb.ClientKillByFilter(t.Context(), "TYPE", "pubsub")
		}
		join(t, other, n)
	}
	f.await(t, other)
	for range 200 {
		e := <-f.events
		if e.Version != last+1 {
			t.Fatalf("told of version %d after %d", e.Version, last)
		}
		last = e.Version
	}
}

// TestFollowerKill kills Redis: the follower keeps what it has and says how old
// that is, and comes back by itself.
func TestFollowerKill(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	journal := record(t)
	other := redisqueue.New(s.Client(), journal)
	join(t, other, 1)
	f := follow(t, s.Client(), journal)
	f.await(t, other)
	s.Kill()
	checked := f.Checked()
	if f.Office(office).Tickets.Len() != 1 {
		t.Error("the state went with Redis")
	}
	s.Restart()
	back := time.Now()
	event := join(t, other, 2)
	f.await(t, other)
	t.Logf("back %v after Redis", time.Since(back).Round(time.Millisecond))
	if event.Epoch != 2 || f.Office(office).Epoch != 2 {
		t.Errorf("epoch %d, the follower's %d, want 2: the server was restarted", event.Epoch, f.Office(office).Epoch)
	}
	limit := time.Now().Add(30 * time.Second)
	for !f.Checked().After(back) {
		if time.Now().After(limit) {
			t.Fatalf("checked at %v before the kill, and at %v last", checked, f.Checked())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestFollowerLoss rolls Redis back, and empties it: nothing that was answered is
// lost, and the follower holds what Redis then holds.
func TestFollowerLoss(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	other := redisqueue.New(rdb, journal)
	join(t, other, 1)
	f := follow(t, rdb, journal)
	f.await(t, other)

	kept := dump(t, rdb)
	join(t, other, 2)
	f.await(t, other)
	restore(t, rdb, kept)
	if state, err := other.Office(t.Context(), office); err != nil || state.Epoch != 2 || state.Tickets.Len() != 2 {
		t.Fatalf("after a roll-back: %+v, %v", state, err)
	}
	f.await(t, other)
	join(t, other, 3)
	f.await(t, other)

	rdb.FlushDB(t.Context())
	event := join(t, other, 4)
	f.await(t, other)
	if event.Epoch != 3 || f.Office(office).Tickets.Len() != 4 {
		t.Errorf("after a wipe: epoch %d, %d tickets", event.Epoch, f.Office(office).Tickets.Len())
	}
}

func dump(t *testing.T, rdb *redis.Client) map[string]string {
	t.Helper()
	kept := map[string]string{}
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		kept[key] = rdb.Dump(t.Context(), key).Val()
	}
	return kept
}

func restore(t *testing.T, rdb *redis.Client, kept map[string]string) {
	t.Helper()
	_, err := rdb.TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.FlushDB(t.Context())
		for key, value := range kept {
			p.Restore(t.Context(), key, 0, value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
