package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
	"github.com/wartefrei/wartefrei/web"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// run is the whole program: it opens what it needs, one step upon the other,
// serves until ctx ends, and closes backwards.
func run(ctx context.Context, cfg Config, log *slog.Logger) (err error) {
	if err := cfg.Validate(); err != nil {
		return err
	}
	n := &node{cfg: cfg, log: log, metrics: prometheus.NewRegistry(), now: time.Now, rate: func() float64 { return 1 }}
	defer func() { err = errors.Join(err, n.close()) }()
	for _, step := range []func(context.Context) error{
		n.takeFolder,   // of the demonstration, first: who starts it twice is led to the one that runs
		n.listen,       // a port that is taken ends us before anything has begun
		n.startServers, // of the demonstration
		n.openPostgres,
		n.openRedis,
		n.openStores,
		n.prepare, // a city and a busy moment for the demonstration
		n.follow,
		n.wire,
		n.demonstrate, // its people and terminals
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return n.serve(ctx)
}

// node is this process: one of any number that serve an installation.
type node struct {
	cfg     Config
	log     *slog.Logger
	metrics *prometheus.Registry
	closers []func() error

	pages    net.Listener
	machines net.Listener     // for metrics; nil if they have no listener of their own
	folder   *folder          // nil outside the demonstration
	clock    *pg.Clock        // likewise
	now      func() time.Time // the office clock
	rate     func() float64   // its seconds in a second of the machine's

	pool     *pgxpool.Pool
	redis    redis.UniversalClient
	bookings *pgbooking.Store
	accounts *pgaccounts.Store
	journal  *pgjournal.Journal
	queue    *redisqueue.Queue
	offices  *redisqueue.Follower
	live     *wsscreen.Hub
	site     *web.Server

	ending     atomic.Bool
	playing    atomic.Bool // the demonstration's people play by themselves
	wrongClock atomic.Bool // when Redis was last asked, its clock was another
}

// onClose has f called when the node closes, before what was opened earlier.
func (n *node) onClose(f func() error) { n.closers = append(n.closers, f) }

func (n *node) close() (err error) {
	for len(n.closers) > 0 {
		last := len(n.closers) - 1
		err = errors.Join(err, n.closers[last]())
		n.closers = n.closers[:last]
	}
	return err
}

// keep runs a loop until the node closes.
func (n *node) keep(loop func(context.Context)) {
	ctx, end := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); loop(ctx) }()
	n.onClose(func() error { end(); <-done; return nil })
}

func (n *node) openPostgres(ctx context.Context) (err error) {
	if n.pool, err = pg.OpenMeasured(ctx, n.cfg.Postgres, n.metrics); err != nil {
		return noDatabase(ctx, err)
	}
	n.onClose(func() error { n.pool.Close(); return nil })
	return pg.Migrate(ctx, n.pool)
}

func (n *node) openRedis(ctx context.Context) (err error) {
	if n.redis, err = redisqueue.Connect(n.cfg.Redis); err != nil {
		return err
	}
	n.onClose(n.redis.Close)
	redisqueue.Measure(n.redis, n.metrics)
	if err := n.redisAnswers(ctx); err != nil {
		return fmt.Errorf("the queue's Redis does not answer, is WARTEFREI_REDIS_URL right? %w", err)
	}
	return nil
}

func (n *node) openStores(ctx context.Context) (err error) {
	if n.cfg.Demo {
		if err := n.openClock(ctx); err != nil {
			return err
		}
	}
	if n.bookings, err = pgbooking.New(ctx, n.pool, n.now); err != nil {
		return err
	}
	n.keep(func(ctx context.Context) { n.bookings.Run(ctx, n.log) })
	n.journal = pgjournal.New(n.pool)
	n.keep(n.purge)
	if n.accounts, err = pgaccounts.New(ctx, n.pool, n.redis); err != nil {
		return err
	}
	n.keep(func(ctx context.Context) { n.accounts.Run(ctx, n.log) })
	return nil
}

// follow keeps every office's present state in memory and tells screens and
// metrics of every change.
func (n *node) follow(context.Context) error {
	n.queue = redisqueue.New(n.redis, n.journal)
	n.queue.Replicas = n.cfg.Replicas
	n.offices = redisqueue.NewFollower(n.queue, n.officeIDs, n.log)
	n.live = wsscreen.New(wsscreen.Config{Now: n.now, Rate: n.rate, Metrics: n.metrics, Log: n.log,
		Age: n.age})
	n.onClose(func() error { n.live.Close(); return nil })

	n.offices.OnChange(func(office queue.OfficeID) { n.live.Changed(office, time.Now()) })
	n.offices.OnEvent(prommetrics.NewQueue(n.metrics, n.bookings.City).Event)
	n.metrics.MustRegister(&prommetrics.Offices{City: n.bookings.City, State: n.offices.Office, Now: n.now, Age: n.age, Behind: n.offices.Behind})
	n.keep(n.offices.Run)
	if !n.cfg.Demo { // there it would begin a day before its morning is played
		n.keep(n.turnDays)
	}
	return nil
}

// age is since when this node knows that its offices' states are the newest.
func (n *node) age() time.Duration { return time.Since(n.offices.Checked()) }

func (n *node) officeIDs() []queue.OfficeID {
	var ids []queue.OfficeID
	for _, o := range n.bookings.City().Offices() {
		ids = append(ids, queue.OfficeID(o.ID))
	}
	return ids
}

// wire makes the site of all that is open.
func (n *node) wire(context.Context) error {
	prommetrics.Program(n.metrics, revision)
	n.site = &web.Server{
		City:     n.bookings.City,
		Bookings: n.bookings,
		Line:     n.queue,
		Offices:  n.offices,
		Arrivals: &checkin.Arrivals{Appointments: n.bookings, Line: n.queue, City: n.bookings.City, Now: n.now, NewTicket: web.NewTicketID},
		Accounts: n.accounts,
		Sessions: n.sessions(),
		Live:     n.live,
		Requests: prommetrics.NewHTTP(n.metrics),
		Tries:    web.Tries{Limiter: redis_rate.NewLimiter(n.redis), Log: n.log},

		Now:        n.now,
		Ready:      n.ready,
		WrongClock: n.wrongClock.Load,
		PublicURL:  n.cfg.PublicURL,
		Proxies:    n.cfg.Proxies,
		Log:        n.log,
	}
	if !n.cfg.Demo { // there it would come between an office and the other in a morning that is played after the event
		n.keep(n.passages)
	}
	n.keep(n.noted)
	if n.machines == nil && n.cfg.Demo {
		n.site.Metrics = n.metricsHandler()
	}
	if len(n.bookings.City().Houses) == 0 && !n.cfg.Demo {
		n.log.Warn("there is no city yet: run wartefrei import FILE")
	}
	if strings.HasPrefix(n.cfg.PublicURL, "https://") && len(n.cfg.Proxies) == 0 {
		n.log.Warn("WARTEFREI_PROXIES is empty: all citizens are taken for one, the proxy that has the certificate, when tries are counted")
	}
	return nil
}
