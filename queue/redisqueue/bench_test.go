package redisqueue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// turn is how many commands ours and the bare loop give in turn.
const turn = 500

// BenchmarkCommands counts acknowledged commands per second, each fsynced by
// Redis and recorded by PostgreSQL, and beside it those of a bare loop: the same
// scripts with the same arguments to the same server, on as many raw
// connections, then the same row to the same PostgreSQL, those that wait
// committed together; nothing validated, decoded, compared or followed. ratio
// is ours over theirs; redis/s and postgres/s are the halves of the bare loop.
func BenchmarkCommands(b *testing.B) {
	s, d := redistest.Start(b), startDatabase(b)
	for _, desks := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("desks=%d", desks), func(b *testing.B) {
			ours, bare, rows := newHall(b, s.Client(), d.pool, desks), newHall(b, s.Client(), d.pool, desks), newHall(b, s.Client(), d.pool, desks)
			decide, commit, commitAlone := bare.bareScripts(b), bare.bareCommits(b), rows.bareCommits(b)
			loops := []loop{
				{"commands/s", ours, ours.do},
				{"bare/s", bare, func(r queue.Request, desk int) error {
					event, err := decide(r, desk)
					if err != nil {
						return err
					}
					return commit(event)
				}},
				{"redis/s", bare, func(r queue.Request, desk int) error { _, err := decide(r, desk); return err }},
				{"postgres/s", rows, func(queue.Request, int) error { return commitAlone(someEvent) }},
			}
			took := make([]time.Duration, len(loops))
			b.ResetTimer()
			for left := b.N; left > 0; left -= turn { // in turns, so that all have the same machine
				for n, l := range loops {
					took[n] += l.hall.play(b, min(left, turn), l.do)
				}
			}
			for n, l := range loops {
				b.ReportMetric(float64(b.N)/took[n].Seconds(), l.name)
			}
			b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// loop is one way to give commands.
type loop struct {
	name string
	hall *hall
	do   func(queue.Request, int) error
}

// someEvent is about as long as that of a call.
var someEvent = `{"text": "` + strings.Repeat("x", 700) + `"}`

// BenchmarkCallNextAtPace gives 500 commands a second at 50 desks, every other a
// call-next, and says how long these take from when they were due to be given, and
// how long those of the bare loop take.
func BenchmarkCallNextAtPace(b *testing.B) {
	const desks = 50
	s, d := redistest.Start(b), startDatabase(b)
	ours, bare := newHall(b, s.Client(), d.pool, desks), newHall(b, s.Client(), d.pool, desks)
	decide, commit := bare.bareScripts(b), bare.bareCommits(b)
	b.ResetTimer()
	for name, took := range map[string][]time.Duration{
		"": ours.pace(b, b.N, ours.do),
		"bare-": bare.pace(b, b.N, func(r queue.Request, desk int) error {
			event, err := decide(r, desk)
			if err != nil {
				return err
			}
			return commit(event)
		}),
	} {
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2].Seconds()*1000, name+"p50-ms")
		b.ReportMetric(took[len(took)*99/100].Seconds()*1000, name+"p99-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkOffices times call-next in turn in so many offices of one node, in
// each of which ten wait.
func BenchmarkOffices(b *testing.B) {
	for _, offices := range []int{1, 500} {
		rdb, pool := redistest.New(b), pgtest.New(b)
		node := redisqueue.New(rdb, pgjournal.New(pool))
		var halls []*hall
		for range offices {
			h := newHallOf(b, node, rdb, pool, 1)
			h.fill(b, 8)
			halls = append(halls, h)
		}
		b.Run(fmt.Sprintf("offices=%d", offices), func(b *testing.B) { callAndPutBack(b, halls) })
	}
}

// BenchmarkCallNext times call-next alone, with so many in line.
func BenchmarkCallNext(b *testing.B) {
	for _, waiting := range []int{10, 1_000, 100_000} {
		h := newHall(b, redistest.New(b), pgtest.New(b), 1)
		h.fill(b, waiting)
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) { callAndPutBack(b, []*hall{h}) })
	}
}

// callAndPutBack times call-next alone, in one hall after the other.
func callAndPutBack(b *testing.B, halls []*hall) {
	var calling time.Duration
	for n := range b.N {
		h := halls[n%len(halls)]
		began := time.Now()
		h.must(b, 0, queue.CallNext{Desk: "0"})
		calling += time.Since(began)
		h.must(b, 0, queue.PutBack{Desk: "0"})
	}
	b.ReportMetric(float64(calling.Nanoseconds())/float64(b.N), "ns/call-next")
	b.ReportMetric(0, "ns/op")
}

// hall is an office whose desks call and put back, so that as many wait after
// as before.
type hall struct {
	rdb    *redis.Client
	pool   *pgxpool.Pool
	queue  *redisqueue.Queue
	office queue.OfficeID
	desks  int
	turns  []int // commands that each desk gave
	given  atomic.Int64
}

var halls atomic.Int64

func newHall(b *testing.B, rdb *redis.Client, pool *pgxpool.Pool, desks int) *hall {
	return newHallOf(b, redisqueue.New(rdb, pgjournal.New(pool)), rdb, pool, desks)
}

// newHallOf is a further hall of a node.
func newHallOf(b *testing.B, node *redisqueue.Queue, rdb *redis.Client, pool *pgxpool.Pool, desks int) *hall {
	h := &hall{rdb: rdb, pool: pool, queue: node, desks: desks, turns: make([]int, desks),
		office: queue.OfficeID(fmt.Sprintf("hall-%d", halls.Add(1)))}
	for desk := range desks {
		h.must(b, desk, queue.OpenDesk{Desk: deskID(desk), Label: "1", Serves: []queue.ServiceID{"pass"}})
	}
	h.fill(b, 2*desks)
	return h
}

func deskID(n int) queue.DeskID { return queue.DeskID(strconv.Itoa(n)) }

// fill has people join, many at a time.
func (h *hall) fill(b *testing.B, people int) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(people, 32) {
		all.Go(func() {
			for n := next.Add(1); n <= int64(people); n = next.Add(1) {
				join := request(int(h.given.Add(1))).Command.(queue.Join)
				h.must(b, 0, join)
			}
		})
	}
	all.Wait()
}

func (h *hall) request(desk int, c queue.Command) queue.Request {
	return queue.Request{Office: h.office, ID: fmt.Sprintf("r%010d", h.given.Add(1)), At: morning, Day: "2026-11-24",
		Actor: queue.Actor{Role: "clerk", ID: "c1"}, Command: c}
}

func (h *hall) must(b *testing.B, desk int, c queue.Command) {
	if _, err := h.queue.Do(context.Background(), h.request(desk, c)); err != nil {
		b.Error(err)
	}
}

// do carries out a command of a desk.
func (h *hall) do(r queue.Request, desk int) error {
	_, err := h.queue.Do(context.Background(), r)
	return err
}

// play has all desks give n commands in all, and returns how long it took.
func (h *hall) play(b *testing.B, n int, do func(queue.Request, int) error) time.Duration {
	b.Helper()
	began := time.Now()
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for desk := range h.desks {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(h.next(desk), desk); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// next is what a desk does next: it calls, and puts back whom it called.
func (h *hall) next(desk int) queue.Request {
	h.turns[desk]++
	if h.turns[desk]%2 == 0 {
		return h.request(desk, queue.PutBack{Desk: deskID(desk)})
	}
	return h.request(desk, queue.CallNext{Desk: deskID(desk)})
}

// perSecond is how many commands a pace has.
const perSecond = 500

// paced is how many commands a pace has at least, for half a minute: of fewer, the
// 99th percentile would be one or two.
const paced = 30 * perSecond

// pace has all desks give n commands in all, one each 1/perSecond, and returns
// how long after its moment each call-next was answered.
func (h *hall) pace(b *testing.B, n int, do func(queue.Request, int) error) (took []time.Duration) {
	b.Helper()
	began := time.Now()
	var mu sync.Mutex
	var given atomic.Int64
	var all sync.WaitGroup
	for desk := range h.desks {
		all.Go(func() {
			for i := given.Add(1); i <= int64(max(n, paced)); i = given.Add(1) {
				moment := began.Add(time.Duration(i) * time.Second / perSecond)
				time.Sleep(time.Until(moment))
				r := h.next(desk)
				if err := do(r, desk); err != nil {
					b.Error(err)
					return
				}
				if r.Command.Kind() == (queue.CallNext{}).Kind() {
					mu.Lock()
					took = append(took, time.Since(moment))
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return took
}

// bareScripts sends prepared bytes over one connection per desk: only the id
// differs from command to command. It returns the event.
func (h *hall) bareScripts(b *testing.B) func(queue.Request, int) (string, error) {
	type desk struct {
		conn    net.Conn
		answers *bufio.Reader
		bytes   map[string][]byte // by kind of command
	}
	desks := make([]desk, h.desks)
	for i := range desks {
		conn, err := net.Dial("unix", h.rdb.Options().Addr)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		desks[i] = desk{conn, bufio.NewReaderSize(conn, 16<<10), map[string][]byte{}}
		for _, c := range []queue.Command{queue.CallNext{Desk: deskID(i)}, queue.PutBack{Desk: deskID(i)}} {
			desks[i].bytes[c.Kind()] = h.prepare(b, c)
		}
	}
	return func(r queue.Request, n int) (string, error) {
		d := desks[n]
		text := d.bytes[r.Command.Kind()]
		copy(text[strings.Index(string(text), "r0"):], r.ID) // ids are of one length
		if _, err := d.conn.Write(text); err != nil {
			return "", err
		}
		return readEvent(d.answers)
	}
}

// bareCommits returns what has a row committed with all that wait then.
func (h *hall) bareCommits(b *testing.B) func(event string) error {
	type row struct {
		event string
		done  chan error
	}
	rows := make(chan row, h.desks)
	b.Cleanup(func() { close(rows) })
	go func() {
		version := int64(1 << 40) // behind what set the hall up
		for first := range rows {
			group := []row{first}
			for len(rows) > 0 {
				group = append(group, <-rows)
			}
			var events []string
			for _, r := range group {
				events = append(events, r.event)
			}
			_, err := h.pool.Exec(context.Background(), `INSERT INTO queue_event (office, version, epoch, at, day, kind, command, event)
				SELECT $1, $2 + n, 1, 1, '2026-11-24', 'call-next', 'r', e FROM unnest($3::json[]) WITH ORDINALITY AS x (e, n)`, h.office, version, events)
			version += int64(len(group))
			for _, r := range group {
				r.done <- err
			}
		}
	}()
	return func(event string) error {
		r := row{event, make(chan error, 1)}
		rows <- r
		return <-r.done
	}
}

// prepare writes the command as Redis reads it.
func (h *hall) prepare(b *testing.B, c queue.Command) []byte {
	b.Helper()
	args, err := h.queue.Bare(b.Context(), queue.Request{Office: h.office, ID: fmt.Sprintf("r%010d", 0), At: morning,
		Day: "2026-11-24", Actor: queue.Actor{Role: "clerk", ID: "c1"}, Command: c})
	if err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(args))
	for _, arg := range args {
		s := fmt.Sprint(arg)
		if bytes, ok := arg.([]byte); ok {
			s = string(bytes)
		}
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(s), s)
	}
	return slices.Clone([]byte(text.String()))
}

// readEvent reads an answer that must be an event.
func readEvent(answers *bufio.Reader) (string, error) {
	for _, want := range []string{"*2\r\n", "$5\r\n", "EVENT\r\n"} {
		line, err := answers.ReadString('\n')
		if err != nil || line != want {
			return "", fmt.Errorf("bare loop: %q, %v", line, err)
		}
	}
	line, err := answers.ReadString('\n')
	if err != nil {
		return "", err
	}
	length, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil {
		return "", err
	}
	text := make([]byte, length+2)
	_, err = io.ReadFull(answers, text)
	return string(text[:length]), err
}

// BenchmarkOpening times how an office with a day of 2,000 visits is opened
// after Redis was wiped.
func BenchmarkOpening(b *testing.B) {
	rdb, pool := redistest.New(b), pgtest.New(b)
	h := newHall(b, rdb, pool, 1)
	h.fill(b, 2000)
	for range b.N {
		rdb.FlushDB(b.Context())
		if o, err := h.queue.Office(b.Context(), h.office); err != nil || o.Tickets.Len() < 2000 {
			b.Fatalf("%d tickets, %v", o.Tickets.Len(), err)
		}
	}
}
