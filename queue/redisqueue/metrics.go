package redisqueue

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/redis/go-redis/v9"
)

// Measure registers how long each command of the client takes. A script of
// ours is named by its file, any other command by itself; keys and values are
// in no label.
func Measure(rdb redis.UniversalClient, reg prometheus.Registerer) {
	m := measure{scripts: map[string]string{}, seconds: promauto.With(reg).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "wartefrei_redis_command_seconds",
		Help:    "Time of a command or script of the queue in Redis, as this node waits for it.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	}, []string{"command"})}
	for name, script := range scripts {
		m.scripts[script.Hash()] = name
	}
	rdb.AddHook(m)
}

// measure is a hook that go-redis calls around each command.
type measure struct {
	scripts map[string]string // name by hash
	seconds *prometheus.HistogramVec
}

func (m measure) observe(command string, start time.Time) {
	m.seconds.WithLabelValues(command).Observe(time.Since(start).Seconds())
}

// DialHook measures nothing: go-redis dials in the background as well.
func (m measure) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook measures one command.
func (m measure) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		defer m.observe(m.name(cmd), time.Now())
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook measures a pipeline as one.
func (m measure) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		defer m.observe("pipeline", time.Now())
		return next(ctx, cmds)
	}
}

func (m measure) name(cmd redis.Cmder) string {
	if cmd.Name() == "evalsha" && len(cmd.Args()) > 1 {
		hash, _ := cmd.Args()[1].(string)
		if name, ours := m.scripts[hash]; ours {
			return name
		}
	}
	return strings.ToLower(cmd.Name())
}
