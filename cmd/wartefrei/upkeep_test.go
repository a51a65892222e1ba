package main

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

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

// A node whose clock is wrong ends no day and lets nobody join by it.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for by, want := range map[time.Duration]bool{0: true, time.Second: true, 24 * time.Hour: false, -24 * time.Hour: false} {
		rdb := redistest.New(t)
		rdb.AddHook(ahead(by))
		n := &node{redis: rdb}
		did := false
		n.byRightClock(t.Context(), func(context.Context) { did = true })
		if did != want {
			t.Errorf("with a clock that differs by %v: %v, want %v", by, did, want)
		}
	}
}
