package redisqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// TestRebuildComesSecond rebuilds an office that is so busy that the record goes
// on between the look at it and every try, and other nodes open what it closed.
// It needs one epoch: each more would have kept everybody waiting once more.
func TestRebuildComesSecond(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := newCrowd(t, func() redis.UniversalClient { return s.Client() }, office)
	c.work(100)
	rdb := s.Client()
	looking := s.Client()
	rdb.AddHook(around{before: func(ctx context.Context, cmd redis.Cmder) {
		if runs(cmd, "fence") && !looking.HExists(ctx, "{"+string(office)+"}m", "fence").Val() {
			c.work(1) // somebody is answered while the office is open
		}
	}})
	began, before := c.answered.Load(), epoch(t, c)
	if err := redisqueue.New(rdb, pgjournal.New(c.pool)).Rebuild(t.Context(), office); err != nil {
		t.Error(err)
	}
	if c.answered.Load() == began {
		t.Error("nobody worked meanwhile")
	}
	if after := epoch(t, c); after != before+1 {
		t.Errorf("epoch %d after %d", after, before)
	}
	c.leave(1)
}

func epoch(t *testing.T, c *crowd) int64 {
	t.Helper()
	o, err := c.nodes[0].Office(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	return o.Epoch
}

// around is called around each command of a client.
type around struct {
	before, after func(context.Context, redis.Cmder)
}

func (a around) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a around) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (a around) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if a.before != nil {
			a.before(ctx, cmd)
		}
		err := next(ctx, cmd)
		if a.after != nil && err == nil {
			a.after(ctx, cmd)
		}
		return err
	}
}

// runs says whether a command runs a script.
func runs(cmd redis.Cmder, script string) bool {
	args := cmd.Args()
	return len(args) > 1 && args[1] == redisqueue.ScriptHash(script)
}

// TestLostBeforeRecorded empties Redis between the decision and its record, where
// only the node that waits for that record can notice: the command is given again.
func TestLostBeforeRecorded(t *testing.T) {
	t.Parallel()
	s, journal := redistest.Start(t), record(t)
	join(t, redisqueue.New(s.Client(), journal), 1)
	rdb := s.Client()
	rdb.AddHook(emptying(t, "EVENT", s.Client()))
	if event := join(t, redisqueue.New(rdb, journal), 2); event.Epoch != 2 || event.Tickets[0].Seq != 2 {
		t.Errorf("epoch %d, ticket %d", event.Epoch, event.Tickets[0].Seq)
	}
}

// TestRefusalOfWhatIsLost refuses a command because of an event that nobody has
// recorded. Before the refusal is answered the event is in the record; and if
// Redis is emptied before that, nothing stands against the command.
func TestRefusalOfWhatIsLost(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		s, journal := redistest.Start(t), record(t)
		node := redisqueue.New(s.Client(), journal)
		join(t, node, 0)
		bare, err := node.Bare(t.Context(), request(1))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Client().Do(t.Context(), bare...).Err(); err != nil {
			t.Fatal(err)
		}
		rdb := s.Client()
		if lost {
			rdb.AddHook(emptying(t, "REFUSED", s.Client()))
		}
		again := request(1)
		again.ID = "another"
		_, err = redisqueue.New(rdb, journal).Do(t.Context(), again)
		if lost && err != nil || !lost && !errors.Is(err, queue.ErrTicketExists) {
			t.Errorf("lost: %t; the same ticket again: %v", lost, err)
		}
		heads, err := journal.Heads(t.Context(), []queue.OfficeID{office})
		if err != nil || !lost && heads[0].Version != 3 {
			t.Errorf("refused while the record ends at %v, %v", heads, err)
		}
	}
}

// emptying empties Redis after the first answer of a kind that goes through a client.
func emptying(t *testing.T, after string, other *redis.Client) around {
	var once sync.Once
	return around{after: func(ctx context.Context, cmd redis.Cmder) {
		script, ok := cmd.(*redis.Cmd)
		if !ok {
			return
		}
		if answer, _ := script.Slice(); len(answer) > 0 && answer[0] == after {
			once.Do(func() {
				if err := other.FlushDB(ctx).Err(); err != nil {
					t.Error(err)
				}
			})
		}
	}}
}

// Whoever asks first may give up: the opening goes on, and is no one's to begin anew.
func TestOpeningGoesOn(t *testing.T) {
	t.Parallel()
	pool, rdb := pgtest.New(t), redistest.New(t)
	node := redisqueue.New(rdb, pgjournal.New(pool))
	joined := join(t, node, 0)
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Exec(t.Context(), "LOCK TABLE queue_event IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	if err := rdb.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	impatient, leave := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer leave()
	if _, err := node.Do(impatient, request(1)); err == nil {
		t.Error("answered before the record was read")
	}
	if err := slow.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := node.Office(t.Context(), office)
	if err != nil || o.Epoch != joined.Epoch+1 {
		t.Errorf("epoch %d after %d, %v", o.Epoch, joined.Epoch, err)
	}
}

// TestTooLate stops an opening before its last step: what it has written opens
// nothing any more.
func TestTooLate(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*testing.T, *redistest.Server, *pgxpool.Pool){
		"PostgreSQL gave its lock to another": func(t *testing.T, s *redistest.Server, pool *pgxpool.Pool) {
			if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks
				WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
				t.Error(err)
			}
			if err := redisqueue.New(s.Client(), pgjournal.New(pool)).Rebuild(t.Context(), office); err != nil {
				t.Error(err)
			}
		},
		"Redis restarted, and lacks the last of it": func(t *testing.T, s *redistest.Server, _ *pgxpool.Pool) {
			s.Kill()
			s.Restart()
			if gone, err := s.Client().Del(t.Context(), "{"+string(office)+"}2:t").Result(); gone != 1 || err != nil {
				t.Errorf("%d tickets' keys, %v", gone, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, pool := redistest.Start(t), pgtest.New(t)
			join(t, redisqueue.New(s.Client(), pgjournal.New(pool)), 0)
			if err := s.Client().FlushDB(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			rdb := s.Client()
			var once sync.Once
			rdb.AddHook(around{before: func(_ context.Context, cmd redis.Cmder) {
				if runs(cmd, "opened") {
					once.Do(func() { meanwhile(t, s, pool) })
				}
			}})
			if event := join(t, redisqueue.New(rdb, pgjournal.New(pool)), 1); event.Epoch != 3 {
				t.Errorf("it goes on in epoch %d, want 3: 2 was never opened", event.Epoch)
			}
			agrees(t, redisqueue.New(s.Client(), pgjournal.New(pool)))
			for epoch, stays := range map[int]bool{2: false, 3: true} {
				keys := s.Client().Keys(t.Context(), fmt.Sprintf("{%s}%d:*", office, epoch)).Val()
				for _, key := range keys {
					if left := s.Client().TTL(t.Context(), key).Val(); (left < 0) != stays {
						t.Errorf("%s is there for %v", key, left)
					}
				}
				if len(keys) < 3 {
					t.Errorf("of epoch %d there are %v", epoch, keys)
				}
			}
		})
	}
}

// TestOpeningWaits has many commands find an office closed that another node
// opens just then: one of them waits for its turn in PostgreSQL, so that they do
// not take all connections, and all are answered in the end.
func TestOpeningWaits(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	rdb, journal := redistest.New(t), pgjournal.New(pool)
	node := redisqueue.New(rdb, journal)
	join(t, node, 0)
	unlock, err := pgjournal.New(pool).Lock(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	if err := rdb.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 15 {
		all.Go(func() {
			if _, err := node.Do(t.Context(), request(1+n)); err != nil {
				t.Error(err)
			}
		})
	}
	for most := 0; most < 100; most++ {
		var waiting int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks
			WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting > 1 {
			t.Errorf("%d commands wait in PostgreSQL", waiting)
			break
		}
		time.Sleep(3 * time.Millisecond)
	}
	unlock()
	all.Wait()
}

// TestOpeningOfAnother has an office that cannot be opened: however many wait
// for it, another is opened meanwhile.
func TestOpeningOfAnother(t *testing.T) {
	t.Parallel()
	pool, rdb := pgtest.New(t), redistest.New(t)
	node := redisqueue.New(rdb, pgjournal.New(pool))
	join(t, node, 0)
	unlock, err := pgjournal.New(pool).Lock(t.Context(), office)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := rdb.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	var all, asking sync.WaitGroup
	for n := range 15 {
		asking.Add(1)
		all.Go(func() {
			asking.Done()
			if _, err := node.Do(ctx, request(1+n)); err == nil {
				t.Error("the office was opened")
			}
		})
	}
	asking.Wait()
	other := request(1)
	other.Office = "standesamt"
	if _, err := node.Do(t.Context(), other); err != nil {
		t.Error(err)
	}
	leave()
	all.Wait()
}

// TestSalvage cuts the record off behind what was answered, as a failover of
// PostgreSQL to a standby that lags does: what Redis has is recorded again.
func TestSalvage(t *testing.T) {
	t.Parallel()
	s, pool := redistest.Start(t), pgtest.New(t)
	q := redisqueue.New(s.Client(), pgjournal.New(pool))
	for n := range 5 {
		join(t, q, n)
	}
	cutRecord(t, pool, 3)
	s.Kill()
	s.Restart()
	q = redisqueue.New(s.Client(), pgjournal.New(pool))
	if event := join(t, q, 5); event.Tickets[0].Seq != 6 || event.Epoch != 2 {
		t.Errorf("after the five comes number %d in epoch %d", event.Tickets[0].Seq, event.Epoch)
	}
	agrees(t, q)
}

// cutRecord takes away what is recorded after a version of the first epoch.
func cutRecord(t *testing.T, pool *pgxpool.Pool, version int) {
	t.Helper()
	for _, statement := range []string{fmt.Sprintf("DELETE FROM queue_event WHERE version > %d", version), fmt.Sprintf("UPDATE queue_head SET epoch = 1, version = %d", version)} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSalvageBehindAnother has the record go on in another epoch, at a version
// that an opening has salvaged, before that opening records: it begins anew
// behind the other, and what it salvaged is not of this record.
func TestSalvageBehindAnother(t *testing.T) {
	t.Parallel()
	s, pool := redistest.Start(t), pgtest.New(t)
	journal := pgjournal.New(pool)
	q := redisqueue.New(s.Client(), journal)
	for n := range 5 {
		join(t, q, n)
	}
	cutRecord(t, pool, 4)
	s.Kill()
	s.Restart()
	rdb := s.Client()
	var once sync.Once
	rdb.AddHook(around{before: func(_ context.Context, cmd redis.Cmder) {
		if cmd.Name() == "xrange" { // it reads what to salvage
			once.Do(func() { overtake(t, journal) })
		}
	}})
	if event := join(t, redisqueue.New(rdb, journal), 5); event.Epoch != 3 || event.Version != 7 || event.Tickets[0].Seq != 4 {
		t.Errorf("after the three comes event %d-%d, number %d", event.Epoch, event.Version, event.Tickets[0].Seq)
	}
	agrees(t, redisqueue.New(s.Client(), journal))
}

// overtake records another opening, made in a Redis that has lost what this one
// still has.
func overtake(t *testing.T, journal *pgjournal.Journal) {
	e := pgjournal.Entry{Event: queue.Event{Office: office, Epoch: 2, Version: 5, At: morning.UnixMilli(), Day: "2026-11-24", Kind: "opened", Command: "opened:2",
		Counters: queue.Counters{Seq: 3}}}
	text, err := json.Marshal(e.Event)
	if err != nil {
		t.Error(err)
		return
	}
	e.Text = string(text)
	recorded, err := journal.Append(t.Context(), []pgjournal.Batch{{Office: office, After: queue.Mark{Epoch: 1, Version: 4}, Entries: []pgjournal.Entry{e}}})
	if err != nil || !recorded[0] {
		t.Errorf("the other opening: %v, %v", recorded, err)
	}
}
