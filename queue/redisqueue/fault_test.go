package redisqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// TestKill kills and empties Redis, and rebuilds it, again and again while clerks
// and terminals work on three nodes.
func TestKill(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	c := newCrowd(t, func() redis.UniversalClient { return s.Client() }, office)
	const faults = 9
	for fault := range faults {
		c.work(100)
		switch fault % 3 {
		case 0:
			s.Kill()
			s.Restart()
		case 1:
			if err := s.Client().FlushDB(t.Context()).Err(); err != nil {
				t.Error(err)
			}
		case 2:
			if err := c.nodes[0].Rebuild(t.Context(), office); err != nil {
				t.Error(err)
			}
		}
	}
	c.leave(faults)
}

// TestPostgresFailover kills PostgreSQL and promotes its standby, which has missed
// what was recorded last: the record goes back, and is filled up again with what
// Redis still has. Nothing is lost that was answered.
func TestPostgresFailover(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	primary := startPostgres(t, nil)
	exec := func(s *pgserver.Server, database, statement string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, s.Database(database))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec(primary, "postgres", "CREATE DATABASE wartefrei")
	standby := startPostgres(t, primary)
	pool, err := pg.Open(ctx, primary.Either(standby, "wartefrei"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pg.Migrate(ctx, pool); err != nil {
		t.Fatal(err)
	}
	s := redistest.Start(t)
	c := newCrowdOn(t, pool, func() redis.UniversalClient { return s.Client() }, office)
	c.work(100)
	recorded := func(s *pgserver.Server) (version int64) { // 0: nothing, or not even the table
		t.Helper()
		conn, err := pgx.Connect(ctx, s.Database("wartefrei"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		conn.QueryRow(ctx, "SELECT version FROM queue_head WHERE office = $1", office).Scan(&version)
		return version
	}
	for end := time.Now().Add(30 * time.Second); recorded(standby) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the standby does not follow")
		}
	}
	exec(standby, "postgres", "ALTER SYSTEM SET primary_conninfo = ''")
	exec(standby, "postgres", "SELECT pg_reload_conf()")
	c.work(200)
	if had, has := recorded(primary), recorded(standby); had < has+50 {
		t.Fatalf("the standby has version %d, PostgreSQL %d: too near to tell", has, had)
	}
	syscall.Kill(primary.Pid(), syscall.SIGKILL)
	<-primary.Done()
	c.work(20) // answered while the record is away
	if err := standby.Promote(ctx); err != nil {
		t.Fatal(err)
	}
	c.work(200)
	c.leave(0)
}

// startPostgres starts a PostgreSQL of the test's own; with another, its standby.
func startPostgres(t *testing.T, follows *pgserver.Server) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(t.Context(), pgserver.Config{Folder: pgtest.Folder(t), Throwaway: true, Follows: follows})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(context.Background()) })
	return s
}

// TestCluster kills each master of a cluster in turn. Nobody stands in for it:
// its offices stand until it is back, the others work on.
func TestCluster(t *testing.T) {
	t.Parallel()
	m := redistest.Cluster(t)
	c := newCrowd(t, func() redis.UniversalClient { return connectTo(t, m.URL()) }, "buergerbuero", "standesamt", "wohngeld", "auslaenderbuero")
	for n := range 3 {
		c.work(60)
		m.Kill(n)
		m.Restart(n)
	}
	c.leave(0)
}

// TestClusterGoesOn has one master away, that of the channel of all events: what
// is decided at the others is seen by every node.
func TestClusterGoesOn(t *testing.T) {
	t.Parallel()
	m, journal := redistest.Cluster(t), record(t)
	offices := []queue.OfficeID{"buergerbuero", "standesamt", "wohngeld", "auslaenderbuero"}
	rdb := connectTo(t, m.URL())
	node := redisqueue.New(rdb, journal)
	f := redisqueue.NewFollower(redisqueue.New(connectTo(t, m.URL()), journal), func() []queue.OfficeID { return offices }, slog.New(slog.DiscardHandler))
	var following sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	following.Go(func() { f.Run(ctx) })
	defer following.Wait()
	defer leave()
	others := slices.DeleteFunc(slices.Clone(offices), func(o queue.OfficeID) bool {
		slot, err := rdb.ClusterKeySlot(t.Context(), "{"+string(o)+"}m").Result()
		if err != nil {
			t.Fatal(err)
		}
		return slot < 16384/3 // the first master's
	})
	if len(others) == 0 || len(others) == len(offices) {
		t.Fatalf("at the other masters are %v: choose other offices", others)
	}
	goesOn := func(n int, offices []queue.OfficeID) {
		t.Helper()
		for _, o := range offices {
			r := request(n)
			r.Office = o
			event, err := node.Do(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(30 * time.Second); !mark(f.Office(o)).Covers(event.Mark()); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%s is at %v, and the other node knows of %v", o, event.Mark(), mark(f.Office(o)))
				}
			}
		}
	}
	goesOn(0, offices)
	m.Kill(0)
	goesOn(1, others)
	m.Restart(0)
	goesOn(2, offices)
}

func mark(o *queue.Office) queue.Mark { return queue.Mark{Epoch: o.Epoch, Version: o.Version} }

// TestSentinel kills the master again and again: a replica is promoted that may
// lack the last commands, and nothing that was answered is lost.
func TestSentinel(t *testing.T) {
	t.Parallel()
	m := redistest.Sentinel(t)
	c := newCrowd(t, func() redis.UniversalClient { return connectTo(t, m.URL()) }, office)
	const failovers = 2
	for range failovers {
		c.work(100)
		master := m.Master()
		m.Kill(master)
		c.work(1) // on another
		m.Restart(master)
	}
	c.leave(failovers)
}

// TestFailoverWithoutRecord promotes a replica while PostgreSQL is away: with
// WAIT nothing is lost that was answered meanwhile. Without enough replicas
// nothing is answered.
func TestFailoverWithoutRecord(t *testing.T) {
	t.Parallel()
	d, m := startDatabase(t), redistest.Sentinel(t)
	q := redisqueue.New(connectTo(t, m.URL()), pgjournal.New(d.pool))
	q.Replicas = 2
	join(t, q, 0)
	d.stop(t)
	for n := 1; n < 10; n++ {
		if event := join(t, q, n); !event.Behind {
			t.Error("recorded, with PostgreSQL away")
		}
	}
	m.Kill(m.Master())
	d.start(t)
	join(t, q, 10)
	agrees(t, q)
	if o, err := q.Office(t.Context(), office); err != nil || o.Tickets.Len() != 11 {
		t.Errorf("%d tickets of 11, %v", o.Tickets.Len(), err)
	}
	d.stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if event, err := q.Do(ctx, request(11)); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("one replica of two: answered %+v, %v", event, err)
	}
}

func connectTo(t *testing.T, url string) redis.UniversalClient {
	t.Helper()
	rdb, err := redisqueue.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rdb.Close() })
	return rdb
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
	if err != nil || state.Day != "2026-11-24" || state.Tickets.Len() != 1 {
		t.Errorf("state %+v, %v", state, err)
	}
}

// TestConfirmInItsEpoch: what was decided in an epoch that is over is answered by
// nobody, however surely Redis keeps the next.
func TestConfirmInItsEpoch(t *testing.T) {
	t.Parallel()
	node := redisqueue.New(redistest.Start(t).Client(), record(t))
	join(t, node, 1)
	if _, err := node.Confirm(t.Context(), request(1), 1); err != nil {
		t.Error("in its epoch:", err)
	}
	if err := node.Rebuild(t.Context(), office); err != nil {
		t.Fatal(err)
	}
	if _, err := node.Office(t.Context(), office); err != nil { // and so knows the next
		t.Fatal(err)
	}
	if again, err := node.Confirm(t.Context(), request(1), 1); !again {
		t.Error("in the next epoch:", err)
	}
}

// TestReplica holds that a server that was made a replica decides nothing, and
// that its connections are given up: the next may lead to the master.
func TestReplica(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	node, other := redisqueue.New(s.Client(), record(t)), s.Client()
	join(t, node, 1)
	replicaOf := func(host, port string) {
		if err := other.Do(t.Context(), "REPLICAOF", host, port).Err(); err != nil {
			t.Fatal(err)
		}
	}
	before := connections(t, other)
	replicaOf("127.0.0.1", "1")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := node.Do(ctx, request(2)); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("a replica: %v, want unknown-outcome", err)
	}
	if after := connections(t, other); after == before {
		t.Errorf("the connections to it were kept: %s", after)
	}
	replicaOf("NO", "ONE")
	if event := join(t, node, 2); event.Tickets[0].Seq != 2 {
		t.Errorf("the repeat made ticket %d", event.Tickets[0].Seq)
	}
}

// connections is how many connections a server has had.
func connections(t *testing.T, rdb *redis.Client) string {
	t.Helper()
	stats, err := rdb.InfoMap(t.Context(), "stats").Result()
	if err != nil {
		t.Fatal(err)
	}
	return stats["Stats"]["total_connections_received"]
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
