package main

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// ahead makes a Redis say another time.
type ahead time.Duration

func (a ahead) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a ahead) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (a ahead) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if says, ok := cmd.(*redis.TimeCmd); ok && err == nil {
			says.SetVal(says.Val().Add(time.Duration(a)))
		}
		return err
	}
}

// A node whose clock is wrong ends no day and lets nobody join by it, and its site
// knows; while Redis says nothing it knows what it knew.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for by, want := range map[time.Duration]bool{0: true, time.Second: true, 24 * time.Hour: false, -24 * time.Hour: false} {
		rdb := redistest.New(t)
		rdb.AddHook(ahead(by))
		n := &node{redis: rdb}
		did := false
		n.byRightClock(t.Context(), func(context.Context) { did = true })
		if did != want || n.wrongClock.Load() == want {
			t.Errorf("with a clock that differs by %v: %v, want %v; wrong: %v", by, did, want, n.wrongClock.Load())
		}
		silent, end := context.WithCancel(t.Context())
		end()
		n.byRightClock(silent, func(context.Context) {})
		if n.wrongClock.Load() == want {
			t.Errorf("with Redis away it was %v", n.wrongClock.Load())
		}
	}
}

// TestTurnDays leaves somebody waiting over night: a running node ends the day,
// though nobody gives a command.
func TestTurnDays(t *testing.T) {
	t.Parallel()
	line, clock := besideANode(t)
	yesterday := clock.Now().AddDate(0, 0, -1)
	day := yesterday.In(berlin(t)).Format(time.DateOnly)
	_, err := line.Do(t.Context(), queue.Request{Office: "buergerbuero", ID: "join", At: yesterday, Day: day, Actor: queue.Actor{Role: "terminal"},
		Command: queue.Join{Numbers: queue.NewNumbers("K", "buergerbuero", day, false), Ticket: queue.Ticket{ID: "T", Class: queue.WalkIn,
			Services: []queue.ServiceID{"abholung"}, Persons: 1, Area: "halle", Due: yesterday.UnixMilli()}}})
	if err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		here, err := line.Office(t.Context(), "buergerbuero")
		if err != nil {
			t.Fatal(err)
		}
		if here.Day > day {
			if here.Tickets.Len() != 0 {
				t.Errorf("on %s there are %d tickets of %s", here.Day, here.Tickets.Len(), day)
			}
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("still %s", here.Day)
		}
	}
}
