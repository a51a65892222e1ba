package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Tries counts failures in Redis, so that all nodes count together. When Redis
// does not answer, nobody is stopped: the queue stands then anyway.
type Tries struct {
	Limiter *redis_rate.Limiter
	Log     *slog.Logger
}

// Exhausted says whether a key has used up its failures.
func (t Tries) Exhausted(ctx context.Context, key string, failures int, within time.Duration) bool {
	result, err := t.Limiter.AllowN(ctx, key, limitOf(failures, within), 0)
	if err != nil {
		t.Log.Warn("rate limit not readable", "err", err)
		return false
	}
	return result.Remaining == 0
}

// Count counts one failure.
func (t Tries) Count(ctx context.Context, key string, failures int, within time.Duration) {
	if _, err := t.Limiter.Allow(ctx, key, limitOf(failures, within)); err != nil {
		t.Log.Warn("rate limit not writable", "err", err)
	}
}

func limitOf(failures int, within time.Duration) redis_rate.Limit {
	return redis_rate.Limit{Rate: failures, Burst: failures, Period: within}
}
