package pg

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Clock is the office clock of the demonstration: the machine's, shifted and
// sped up by the row of the table demo_clock, the same on every node. Without
// a row it is the machine's clock. On a node it never goes back.
type Clock struct {
	pool    *pgxpool.Pool
	machine func() time.Time
	base    atomic.Pointer[clockBase]
	last    atomic.Int64 // the latest time that Now has said, in ns since 1970
}

// clockBase says that at the machine's time the office's time was so, and runs
// at a rate since.
type clockBase struct {
	office, machine time.Time
	rate            float64
}

// NewClock reads the clock. machine is the machine's clock, time.Now.
func NewClock(ctx context.Context, pool *pgxpool.Pool, machine func() time.Time) (*Clock, error) {
	c := &Clock{pool: pool, machine: machine}
	return c, c.read(ctx)
}

// Now is the office's time.
func (c *Clock) Now() time.Time {
	now := c.machine()
	if b := c.base.Load(); b != nil {
		now = b.office.Add(time.Duration(float64(now.Sub(b.machine)) * b.rate))
	}
	for {
		last := c.last.Load()
		if now.UnixNano() <= last {
			return time.Unix(0, last)
		}
		if c.last.CompareAndSwap(last, now.UnixNano()) {
			return time.Unix(0, now.UnixNano())
		}
	}
}

// Rate is how many of the office's seconds pass in one of the machine's.
func (c *Clock) Rate() float64 {
	if b := c.base.Load(); b != nil {
		return b.rate
	}
	return 1
}

// Run reads the clock each second, until ctx ends. While the database is away
// it goes on as it went.
func (c *Clock) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = c.read(ctx) // the next second reads again
		}
	}
}

const readClock = `-- name: ReadDemoClock
	SELECT base_office, base_machine, rate FROM demo_clock`

func (c *Clock) read(ctx context.Context) error {
	var b clockBase
	err := c.pool.QueryRow(ctx, readClock).Scan(&b.office, &b.machine, &b.rate)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		c.base.Store(nil)
	case err != nil:
		return fmt.Errorf("read the demonstration's clock: %w", err)
	default:
		c.base.Store(&b)
	}
	return nil
}

// Limits of the demonstration's clock.
const (
	MaxForward = 400 * 24 * time.Hour
	MaxRate    = 3600.0
)

// ErrClock refuses a clock that would go back, stand still or run away.
var ErrClock = errors.New("the clock only goes forward, by 400 days or 3600 times at most")

// moveClock takes what the clock says now as its new base, so that nothing is
// lost where two nodes move it at once.
const moveClock = `-- name: MoveDemoClock
	INSERT INTO demo_clock AS c (base_office, base_machine, rate)
	VALUES (@now::timestamptz + @forward::interval, @now, COALESCE(@rate::float8, 1))
	ON CONFLICT (one) DO UPDATE SET
		base_office = c.base_office + GREATEST(@now - c.base_machine, '0') * c.rate + @forward::interval,
		base_machine = GREATEST(@now, c.base_machine),
		rate = COALESCE(@rate::float8, c.rate)`

// Forward puts the clock of all nodes forward.
func (c *Clock) Forward(ctx context.Context, d time.Duration) error {
	if d < 0 || d > MaxForward {
		return ErrClock
	}
	return c.move(ctx, d, nil)
}

// SetRate lets the clock of all nodes run so many times as fast as the machine's.
func (c *Clock) SetRate(ctx context.Context, rate float64) error {
	if !(rate > 0 && rate <= MaxRate) {
		return ErrClock
	}
	return c.move(ctx, 0, &rate)
}

func (c *Clock) move(ctx context.Context, forward time.Duration, rate *float64) error {
	_, err := c.pool.Exec(ctx, moveClock, pgx.NamedArgs{"now": c.machine(), "forward": forward, "rate": rate})
	if err != nil {
		return fmt.Errorf("move the demonstration's clock: %w", err)
	}
	return c.read(ctx)
}
