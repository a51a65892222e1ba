package pg

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// OpenMeasured is Open, and registers how long each query takes and how many
// connections are in use. A query is named by its first line, "-- name: Hold";
// its text and values are in no label. One that got no connection has failed,
// as "acquire": else nothing would count while PostgreSQL is away.
func OpenMeasured(ctx context.Context, url string, reg prometheus.Registerer) (*pgxpool.Pool, error) {
	pool, err := open(ctx, url, &tracer{promauto.With(reg).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "wartefrei_postgres_query_seconds",
		Help:    "Time of a query until its last row is read, and whether it failed.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"query", "result"})})
	if err != nil {
		return nil, err
	}
	connections := func(state string, count func(*pgxpool.Stat) int32) {
		promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "wartefrei_postgres_connections",
			Help:        "Connections of this node by state; most is how many it may open.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(count(pool.Stat())) })
	}
	connections("busy", (*pgxpool.Stat).AcquiredConns)
	connections("idle", (*pgxpool.Stat).IdleConns)
	connections("most", (*pgxpool.Stat).MaxConns)
	return pool, nil
}

// tracer measures queries.
type tracer struct {
	seconds *prometheus.HistogramVec
}

// started is a query under way.
type started struct {
	query string
	at    time.Time
}

type startedKey struct{}

// TraceQueryStart notes when a query starts.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, startedKey{}, started{queryName(data.SQL), time.Now()})
}

// TraceQueryEnd measures the query.
func (t *tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	s, ok := ctx.Value(startedKey{}).(started)
	if !ok {
		return
	}
	result := "ok"
	if data.Err != nil {
		result = "failed"
	}
	t.seconds.WithLabelValues(s.query, result).Observe(time.Since(s.at).Seconds())
}

type acquiredKey struct{}

// TraceAcquireStart notes when somebody asks for a connection.
func (t *tracer) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return context.WithValue(ctx, acquiredKey{}, time.Now())
}

// TraceAcquireEnd counts a query that got no connection. Who gave up, because
// a browser was closed, says nothing about PostgreSQL.
func (t *tracer) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, data pgxpool.TraceAcquireEndData) {
	asked, ok := ctx.Value(acquiredKey{}).(time.Time)
	if !ok || data.Err == nil || errors.Is(data.Err, context.Canceled) {
		return
	}
	t.seconds.WithLabelValues("acquire", "failed").Observe(time.Since(asked).Seconds())
}

// queryName reads the name in a query's first line. Queries without one, such
// as BEGIN, are "other".
func queryName(sql string) string {
	rest, named := strings.CutPrefix(sql, "-- name: ")
	if !named {
		return "other"
	}
	name, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(name)
}
