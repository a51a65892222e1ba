package redisqueue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// database is a PostgreSQL that the test stops and starts.
type database struct {
	config pgserver.Config
	server *pgserver.Server
	pool   *pgxpool.Pool
}

func startDatabase(t testing.TB) *database {
	t.Helper()
	d := &database{config: pgserver.Config{Folder: pgtest.Folder(t)}}
	d.start(t)
	t.Cleanup(func() { d.server.Stop(context.Background()) })
	var err error
	if d.pool, err = pg.Open(t.Context(), d.server.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.pool.Close)
	if err := pg.Migrate(t.Context(), d.pool); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *database) start(t testing.TB) {
	t.Helper()
	var err error
	if d.server, err = pgserver.Start(context.Background(), d.config); err != nil {
		t.Fatal(err)
	}
}

func (d *database) stop(t *testing.T) {
	t.Helper()
	if err := d.server.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// agrees holds that queue and record agree once all is recorded.
func agrees(t *testing.T, q *redisqueue.Queue) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		lines, unrecorded, err := q.Check(t.Context(), office)
		if err == nil && unrecorded == 0 {
			if len(lines) > 0 {
				t.Errorf("queue and record differ: %s", strings.Join(lines, "; "))
			}
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d events are not recorded, %v", unrecorded, err)
		}
	}
}

// TestRecordAway stops PostgreSQL: commands go on and say that they are not
// recorded, also after Redis was killed nothing is lost, and the record catches
// up by itself. A Redis that keeps nothing on disk answers nothing meanwhile.
func TestRecordAway(t *testing.T) {
	t.Parallel()
	d, s := startDatabase(t), redistest.Start(t)
	f := follow(t, s.Client(), pgjournal.New(d.pool))
	if event := join(t, f.queue, 1); event.Behind {
		t.Error("answered before it was recorded, with PostgreSQL there")
	}
	d.stop(t)
	var answers []queue.Event
	for n := 2; n < 10; n++ {
		event := join(t, f.queue, n)
		if !event.Behind {
			t.Errorf("join %d: recorded, with PostgreSQL away", n)
		}
		answers = append(answers, event)
	}
	again := request(2)
	if event, err := f.queue.Do(t.Context(), again); err != nil || event.Version != answers[0].Version {
		t.Errorf("repeat: %+v, %v", event, err)
	}
	again.ID = "join-again"
	if _, err := f.queue.Do(t.Context(), again); !errors.Is(err, queue.ErrTicketExists) {
		t.Errorf("a refusal, with PostgreSQL away: %v", err)
	}
	if f.Behind(office) == 0 {
		t.Error("the follower does not say that the record is behind")
	}
	s.Kill() // both at once: the office stands, and nothing is lost
	s.Restart()
	standing, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := f.queue.Do(standing, request(10)); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("Redis restarted, PostgreSQL away: %v, want unknown-outcome", err)
	}
	d.start(t)
	join(t, f.queue, 11)
	agrees(t, f.queue)
	o, err := f.queue.Office(t.Context(), office)
	if err != nil || o.Tickets.Len() < 10 {
		t.Errorf("%d tickets, %v", o.Tickets.Len(), err)
	}
	for _, a := range answers {
		if got := o.Tickets.At(a.Tickets[0].ID); got.Number != a.Tickets[0].Number {
			t.Errorf("ticket %s was answered as %s, is %q", a.Tickets[0].ID, a.Tickets[0].Number, got.Number)
		}
	}
	for limit := time.Now().Add(30 * time.Second); f.Behind(office) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("the record stays behind")
		}
	}
}

// TestRecordAwayIsLeftAlone has many at work while PostgreSQL is away: however
// many there are, a node tries to reach it twenty times a second, so that it is
// not met by a crowd when it comes back.
func TestRecordAwayIsLeftAlone(t *testing.T) {
	t.Parallel()
	d, s := startDatabase(t), redistest.Start(t)
	config, err := pgxpool.ParseConfig(d.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int64
	config.BeforeConnect = func(context.Context, *pgx.ConnConfig) error { tries.Add(1); return nil }
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	q := redisqueue.New(s.Client(), pgjournal.New(pool))
	join(t, q, 0)
	d.stop(t)
	tries.Store(0)
	began := time.Now()
	var all sync.WaitGroup
	for desk := range 15 {
		all.Go(func() {
			for n := range 40 {
				if _, err := q.Do(t.Context(), request(1+40*desk+n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if most := 1 + int64(took/(50*time.Millisecond)); tries.Load() > most {
		t.Errorf("PostgreSQL was tried %d times in %v, want %d at most", tries.Load(), took, most)
	}
	d.start(t)
	join(t, q, 1000) // has what waits recorded
	agrees(t, q)
}

// TestRecordAwayNeedsDisk has a Redis that writes nothing to disk: what it has
// decided is not answered while nothing records it.
func TestRecordAwayNeedsDisk(t *testing.T) {
	t.Parallel()
	d := startDatabase(t)
	q := redisqueue.New(redistest.New(t), pgjournal.New(d.pool))
	join(t, q, 1)
	d.stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if event, err := q.Do(ctx, request(2)); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("answered %+v, %v", event, err)
	}
	d.start(t)
	if event := join(t, q, 2); event.Tickets[0].Seq != 2 || event.Behind {
		t.Errorf("afterwards: %+v", event)
	}
}

// TestOrphans are events of a node that is gone: another records them.
func TestOrphans(t *testing.T) {
	t.Parallel()
	d, s := startDatabase(t), redistest.Start(t)
	gone := redisqueue.New(s.Client(), pgjournal.New(d.pool))
	join(t, gone, 1)
	d.stop(t)
	join(t, gone, 2)
	d.start(t)
	f := follow(t, s.Client(), pgjournal.New(d.pool))
	f.await(t, f.queue)
	agrees(t, f.queue)
	if !f.Ready() {
		t.Error("the follower is not ready")
	}
}

// TestSilentLogOfOne has a node read the log of one office, since a node that died
// has recorded nothing, from a Redis that says nothing meanwhile: the other office is
// recorded all the same.
func TestSilentLogOfOne(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	join(t, redisqueue.New(rdb, journal), 1)
	decided, err := redisqueue.New(rdb, journal).Bare(t.Context(), request(2))
	if err != nil {
		t.Fatal(err)
	}
	decided[4] = 1 // the epoch
	if text, err := rdb.Do(t.Context(), decided...).Slice(); err != nil || text[0] != "EVENT" {
		t.Fatalf("%v, %v", text, err)
	}
	reads, goOn := make(chan struct{}, 100), make(chan struct{})
	silent := redis.NewClient(rdb.Options())
	t.Cleanup(func() { silent.Close() })
	silent.AddHook(around{before: func(ctx context.Context, cmd redis.Cmder) {
		if runs(cmd, "events") {
			reads <- struct{}{}
			<-goOn
		}
	}})
	q := redisqueue.New(silent, journal)
	answered := make(chan error)
	go func() {
		_, err := q.Do(context.Background(), request(3))
		answered <- err
	}()
	<-reads
	other := request(4)
	other.Office = "wohngeld"
	if _, err := q.Do(t.Context(), other); err != nil {
		t.Error(err)
	}
	close(goOn)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	agrees(t, q)
}

// TestCheck finds what somebody changed in Redis by hand, and Rebuild believes
// the record.
func TestCheck(t *testing.T) {
	t.Parallel()
	rdb := redistest.New(t)
	q := redisqueue.New(rdb, record(t))
	agrees(t, q) // nobody has been here
	event := join(t, q, 1)
	agrees(t, q)
	rdb.HDel(t.Context(), "{buergerbuero}1:t", "T1")
	lines, _, err := q.Check(t.Context(), office)
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0], "ticket "+event.Tickets[0].Number) || !strings.Contains(lines[0], "Redis has none") {
		t.Errorf("a ticket is missing: %q, %v", lines, err)
	}
	if err := q.Rebuild(t.Context(), office); err != nil {
		t.Fatal(err)
	}
	rdb.Del(t.Context(), "{buergerbuero}2:l:pass", "{buergerbuero}2:lines")
	lines, _, err = q.Check(t.Context(), office)
	if err != nil || len(lines) != 1 || lines[0] != "ticket "+event.Tickets[0].Number+" in its line: missing in Redis" {
		t.Errorf("a line is missing: %q, %v", lines, err)
	}
	if err := q.Rebuild(t.Context(), office); err != nil {
		t.Fatal(err)
	}
	agrees(t, q)
	if o, err := q.Office(t.Context(), office); err != nil || o.Epoch != 3 || o.Tickets.Len() != 1 {
		t.Errorf("rebuilt: %+v, %v", o, err)
	}
}

// TestOpenedWhole empties Redis: what opens has all that commands go by, also whose
// appointment has a ticket, who was let in at once, and what is disturbed.
func TestOpenedWhole(t *testing.T) {
	t.Parallel()
	rdb := redistest.New(t)
	q := redisqueue.New(rdb, record(t))
	booked, atOnce, disturb := request(1), request(2), request(3)
	join := booked.Command.(queue.Join)
	join.Ticket.Class, join.Ticket.Slot, join.Ticket.Appointment = queue.Booked, join.Ticket.Due, "appointment"
	booked.Command = join
	join = atOnce.Command.(queue.Join)
	join.Ticket.Class, join.Ticket.Reason, join.AtOnceLimit = queue.AtOnce, queue.AtOnceReasons[0], 6
	atOnce.Command = join
	disturb.ID, disturb.Command = "disturb", queue.Disturb{Service: "pass"}
	for _, r := range []queue.Request{booked, atOnce, disturb} {
		if _, err := q.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	agrees(t, q)
	rdb.FlushDB(t.Context())
	if o, err := q.Office(t.Context(), office); err != nil || o.Epoch != 2 || len(o.Counters.AtOnce) != 1 || len(o.Counters.Disturbed) != 1 {
		t.Errorf("opened: %+v, %v", o, err)
	}
	agrees(t, q)
	rdb.Del(t.Context(), "{buergerbuero}2:a")
	if lines, _, err := q.Check(t.Context(), office); err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "the appointment of ticket K ") {
		t.Errorf("an appointment is missing: %q, %v", lines, err)
	}
}

// TestGap restores the record from an old backup, and Redis has let go of the
// events between: the office stands until it is rebuilt from what Redis has.
func TestGap(t *testing.T) {
	t.Parallel()
	s, pool := redistest.Start(t), pgtest.New(t)
	q := redisqueue.New(s.Client(), pgjournal.New(pool))
	for n := range 5 {
		join(t, q, n)
	}
	for _, statement := range []string{"DELETE FROM queue_event WHERE version > 2", "UPDATE queue_head SET version = 2"} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s.Client().XTrimMinID(t.Context(), "{buergerbuero}1:log", "5-0")
	s.Kill()
	s.Restart()
	q = redisqueue.New(s.Client(), pgjournal.New(pool))
	if _, err := q.Do(t.Context(), request(5)); !errors.Is(err, redisqueue.ErrGap) {
		t.Errorf("%v, want %v", err, redisqueue.ErrGap)
	}
	if err := q.RebuildFromRedis(t.Context(), office); err != nil {
		t.Fatal(err)
	}
	agrees(t, q)
	if event := join(t, q, 5); event.Tickets[0].Seq != 6 {
		t.Errorf("after the five comes number %d", event.Tickets[0].Seq)
	}
	agrees(t, q)
	if err := q.Rebuild(t.Context(), office); err != nil { // the record alone has it all
		t.Fatal(err)
	}
	agrees(t, q)
}

// TestRecordGoesBack rolls the journal back while the office works on, over an
// epoch's beginning: what Redis has is recorded again, also when nobody gives a
// command. Where Redis has let go of it, the office stands.
func TestRecordGoesBack(t *testing.T) {
	t.Parallel()
	s, pool := redistest.Start(t), pgtest.New(t)
	f := follow(t, s.Client(), pgjournal.New(pool))
	q := f.queue
	for n := range 3 {
		join(t, q, n)
	}
	s.Kill()
	s.Restart()
	for n := 3; n < 6; n++ {
		join(t, q, n)
	}
	cutRecord(t, pool, 3)
	agrees(t, redisqueue.New(s.Client(), pgjournal.New(pool)))
	cutRecord(t, pool, 3)
	if event := join(t, q, 6); event.Epoch != 2 || event.Tickets[0].Seq != 7 {
		t.Errorf("afterwards: %+v", event)
	}
	agrees(t, q)
	cutRecord(t, pool, 2)
	s.Client().XTrimMinID(t.Context(), "{buergerbuero}2:log", "8-0")
	if _, err := q.Do(t.Context(), request(7)); !errors.Is(err, redisqueue.ErrGap) {
		t.Errorf("a gap: %v", err)
	}
}

// TestLined has events come as answers overtake each other: what is between them
// is waited for, and none is recorded twice or behind a gap.
func TestLined(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		came, lined []int64
		waits       bool
	}{
		{[]int64{2, 3}, []int64{2, 3}, false},
		{[]int64{3, 2}, []int64{2, 3}, false},
		{[]int64{5, 3, 2}, []int64{2, 3}, true},
		{[]int64{5, 3, 2, 4}, []int64{2, 3, 4, 5}, false},
		{[]int64{1, 2, 2, 3, 2}, []int64{2, 3}, false}, // heard of, and answered
		{[]int64{3}, nil, true},
	} {
		if lined, waits := redisqueue.Lined(c.came...); !slices.Equal(lined, c.lined) || waits != c.waits {
			t.Errorf("%v: %v, waits %t; want %v, %t", c.came, lined, waits, c.lined, c.waits)
		}
	}
}

// TestTrim holds that recorded events leave the log, that unrecorded ones do
// not, and that a repeat of one that left gets its answer from the record.
func TestTrim(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	q := redisqueue.New(rdb, journal)
	first := join(t, q, 0)
	for n := 1; n < 20; n++ {
		join(t, q, n)
	}
	if err := q.Note(t.Context(), office, 5); err != nil {
		t.Fatal(err)
	}
	log := rdb.XRange(t.Context(), "{buergerbuero}1:log", "-", "+").Val()
	var ids []string
	for _, entry := range log {
		ids = append(ids, entry.ID)
	}
	if len(ids) != 6 || !slices.Contains(ids, "21-0") {
		t.Errorf("the log has %v", ids)
	}
	if again, err := q.Do(t.Context(), request(0)); err != nil || fmt.Sprint(again.Tickets[0].Number, again.Version) != fmt.Sprint(first.Tickets[0].Number, first.Version) {
		t.Errorf("repeat: %+v, %v; want %+v", again, err, first)
	}
}

// TestDayEndsWithAReason leaves an urgent case waiting over night: it is ended, and
// the record says why, and still why it was urgent.
func TestDayEndsWithAReason(t *testing.T) {
	t.Parallel()
	journal := record(t)
	q := redisqueue.New(redistest.New(t), journal)
	urgent := request(1)
	c := urgent.Command.(queue.Join)
	c.Ticket.Class, c.Ticket.Reason = queue.Urgent, queue.UrgentReasons[0]
	urgent.Command = c
	joined, err := q.Do(t.Context(), urgent)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.BeginDay(t.Context(), office, morning.AddDate(0, 0, 1), "2026-11-25"); err != nil {
		t.Fatal(err)
	}
	e, _, err := journal.At(t.Context(), office, joined.Version+1)
	if err != nil || len(e.Tickets) != 1 {
		t.Fatalf("%+v, %v", e, err)
	}
	ended := e.Tickets[0]
	if e.Kind != "cancel" || ended.State != queue.Gone || ended.Cancelled != "day-end" || ended.Reason != queue.UrgentReasons[0] {
		t.Errorf("%s: %s, cancelled for %q, urgent for %q", e.Kind, ended.State, ended.Cancelled, ended.Reason)
	}
}

// TestForgottenDay: a command of a day whose commands are known no more may have been
// carried out, so it is not carried out; one of the day before is.
func TestForgottenDay(t *testing.T) {
	t.Parallel()
	q := redisqueue.New(redistest.New(t), record(t))
	give := func(id, day string, c queue.Command) error {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Do(t.Context(), queue.Request{Office: office, ID: id, Actor: queue.Actor{Role: "clerk"}, At: at.Add(9 * time.Hour), Day: day, Command: c})
		return err
	}
	for _, day := range []string{"2026-11-24", "2026-11-25", "2026-11-27"} {
		if err := give("open:"+day, day, queue.OpenDesk{Desk: "1", Label: "1", Serves: []queue.ServiceID{"x"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := give("late", "2026-11-24", queue.CloseDesk{Desk: "1"}); !errors.Is(err, queue.ErrUnknownOutcome) {
		t.Errorf("a command of three days ago: %v", err)
	}
	if o, err := q.Office(t.Context(), office); err != nil || o.Desks["1"].State != queue.DeskOpen {
		t.Errorf("it was carried out: %+v, %v", o.Desks, err)
	}
	if err := give("last-evening", "2026-11-25", queue.CloseDesk{Desk: "1"}); err != nil {
		t.Errorf("a command of the day before: %v", err)
	}
}

// TestNeedsGoneOvernight holds that with the first command of the next day
// nothing in Redis says any more what somebody needed, nor the record after
// ForgetNeeds; and that both agree, and repeats of yesterday are answered.
func TestNeedsGoneOvernight(t *testing.T) {
	t.Parallel()
	rdb, journal := redistest.New(t), record(t)
	q := redisqueue.New(rdb, journal)
	needs := queue.Request{Office: office, ID: "needs", Actor: queue.Actor{Role: "clerk"}, At: morning, Day: "2026-11-24", Command: queue.SetNeeds{Ticket: "T0", Needs: queue.Needs}}
	join(t, q, 0)
	if _, err := q.Do(t.Context(), needs); err != nil {
		t.Fatal(err)
	}
	tomorrow := request(1)
	tomorrow.Day, tomorrow.At = "2026-11-25", morning.AddDate(0, 0, 1)
	if _, err := q.Do(t.Context(), tomorrow); err != nil {
		t.Fatal(err)
	}
	if err := q.Note(t.Context(), office, 5000); err != nil {
		t.Fatal(err)
	}
	if err := journal.ForgetNeeds(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, key := range rdb.Keys(ctx, "*").Val() {
		holds := fmt.Sprint(rdb.XRange(ctx, key, "-", "+").Val(), rdb.HGetAll(ctx, key).Val(), rdb.SMembers(ctx, key).Val(), rdb.ZRange(ctx, key, 0, -1).Val())
		if holds == "[] map[] [] []" || strings.Contains(holds, string(queue.StepFree)) {
			t.Errorf("%s says what somebody needed, or nothing: %s", key, holds)
		}
	}
	for version := range int64(10) {
		e, _, err := journal.At(t.Context(), office, version)
		if err != nil || strings.Contains(e.Text, string(queue.StepFree)) || e.Day == needs.Day && slices.Contains([]string{"join", "set-needs"}, e.Kind) && e.Hash != "" {
			t.Errorf("event %d says what somebody needed: %s, %v", version, e.Text, err)
		}
	}
	agrees(t, q)
	for _, how := range []string{"as it is", "opened anew"} {
		if again, err := q.Do(t.Context(), needs); err != nil || again.Tickets[0].ID != "T0" {
			t.Errorf("a repeat of yesterday's command, %s: %+v, %v", how, again, err)
		}
		if err := q.Rebuild(t.Context(), office); err != nil {
			t.Fatal(err)
		}
	}
}
