package pg_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

// machine is a clock that a test sets.
type machine struct {
	mu  sync.Mutex
	now time.Time
}

func (m *machine) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *machine) wait(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestClock(t *testing.T) {
	t.Parallel()
	ctx, pool, m := context.Background(), pgtest.New(t), &machine{now: noon}
	c, err := pg.NewClock(ctx, pool, m.Now)
	if err != nil {
		t.Fatal(err)
	}
	says := func(want time.Time) {
		t.Helper()
		if got := c.Now(); !got.Equal(want) {
			t.Errorf("the clock says %v, want %v", got.UTC(), want)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	says(noon)
	do(c.Forward(ctx, 2*time.Hour))
	says(noon.Add(2 * time.Hour))
	m.wait(time.Minute)
	says(noon.Add(2*time.Hour + time.Minute))
	do(c.SetRate(ctx, 60))
	m.wait(time.Minute)
	says(noon.Add(3*time.Hour + time.Minute))
	do(c.Forward(ctx, time.Hour))
	do(c.SetRate(ctx, 1))
	m.wait(time.Minute)
	says(noon.Add(4*time.Hour + 2*time.Minute))
	other, err := pg.NewClock(ctx, pool, m.Now)
	do(err)
	if !other.Now().Equal(c.Now()) {
		t.Errorf("two nodes say %v and %v", c.Now(), other.Now())
	}
	m.wait(-time.Hour) // an administrator sets the machine's clock
	says(noon.Add(4*time.Hour + 2*time.Minute))
	for _, err := range []error{c.Forward(ctx, -1), c.Forward(ctx, pg.MaxForward+1), c.SetRate(ctx, 0), c.SetRate(ctx, -1), c.SetRate(ctx, 1e9)} {
		if !errors.Is(err, pg.ErrClock) {
			t.Errorf("a clock that must not be: %v", err)
		}
	}
}

func TestClockForwardTogether(t *testing.T) {
	t.Parallel()
	ctx, pool, m := context.Background(), pgtest.New(t), &machine{now: noon}
	var nodes sync.WaitGroup
	for range 6 {
		nodes.Go(func() {
			c, err := pg.NewClock(ctx, pool, m.Now)
			if err == nil {
				err = c.Forward(ctx, time.Hour)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	c, err := pg.NewClock(ctx, pool, m.Now)
	if err != nil || !c.Now().Equal(noon.Add(6*time.Hour)) {
		t.Errorf("six nodes put it forward by an hour each: %v, %v", c.Now().UTC(), err)
	}
}

func TestClockRun(t *testing.T) {
	t.Parallel()
	pool, m := pgtest.New(t), &machine{now: noon}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := pg.NewClock(ctx, pool, m.Now)
	if err != nil {
		t.Fatal(err)
	}
	go c.Run(ctx)
	other, err := pg.NewClock(ctx, pool, m.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Forward(ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !c.Now().Equal(noon.Add(time.Hour)) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the other node never hears of it")
		}
	}
}
