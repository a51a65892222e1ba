// Package pgbooking keeps what a city offers and what citizens booked in
// PostgreSQL.
//
// A taken place is a row of the table appointment, and an exclusion constraint
// refuses a second row for an overlapping time: the row decides, whatever the
// node believed before. A hold is such a row too; it counts until its time is
// over by the office clock, and the next transaction that wants its place
// deletes it.
//
// The city is read from memory ([Store.City]), so pages need no PostgreSQL for
// it; so are the day's check-in codes while PostgreSQL is away. [Store.Run]
// renews both each second.
//
// Secrets are not kept in clear: of the link that opens an appointment there is
// a SHA-256, of a check-in code an HMAC.
package pgbooking

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
)

// Store is the bookings of an installation.
type Store struct {
	pool    *pgxpool.Pool
	now     func() time.Time
	key     []byte
	present atomic.Pointer[present]
	today   atomic.Pointer[today]
}

// present is the city in force, with what is computed of it.
type present struct {
	version  int64
	city     *booking.City
	zone     *time.Location
	holidays booking.Holidays
}

const readKey = `-- name: ReadInstallationKey
	SELECT key FROM installation`

// New reads the installation's key, the city in force and the day's codes. now
// is the office clock; what the store makes of it is as PostgreSQL keeps it, so
// that what is told at once and what is read later are the same.
func New(ctx context.Context, pool *pgxpool.Pool, now func() time.Time) (*Store, error) {
	s := &Store{pool: pool, now: func() time.Time { return now().Truncate(time.Microsecond) }}
	if err := pool.QueryRow(ctx, readKey).Scan(&s.key); err != nil {
		return nil, fmt.Errorf("read the installation's key: %w", err)
	}
	s.today.Store(&today{})
	s.present.Store(&present{city: &booking.City{}, zone: time.UTC, holidays: func(booking.Day) string { return "" }})
	return s, s.read(ctx)
}

// City is the city in force, from memory: at most a second or so older than
// PostgreSQL's. It has no houses until one is imported. Nobody changes it.
func (s *Store) City() *booking.City { return s.present.Load().city }

// Run looks each second for a newer city and reads the day's codes, until ctx ends.
func (s *Store) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	lost := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.read(ctx)
		if ctx.Err() == nil && (err != nil) != lost {
			lost = err != nil
			if lost {
				log.Warn("the city and the day's codes are not read anew", "err", err)
			} else {
				log.Info("the city and the day's codes are read again")
			}
		}
	}
}

// read renews what is kept in memory.
func (s *Store) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.refresh(ctx); err != nil {
		return err
	}
	return s.remember(ctx)
}

const readNewerCity = `-- name: ReadNewerCity
	SELECT version, document FROM city WHERE version > $1 ORDER BY version DESC LIMIT 1`

func (s *Store) refresh(ctx context.Context) error {
	var version int64
	var city booking.City
	err := s.pool.QueryRow(ctx, readNewerCity, s.present.Load().version).Scan(&version, &city)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("read the city: %w", err)
	}
	return s.adopt(version, &city)
}

func newPresent(version int64, city *booking.City) (*present, error) {
	holidays, err := calholiday.In(city.State)
	return &present{version, city, city.Location(), holidays}, err
}

// adopt makes a city the present one, unless a newer one is.
func (s *Store) adopt(version int64, city *booking.City) error {
	newer, err := newPresent(version, city)
	if err != nil {
		return err
	}
	for {
		old := s.present.Load()
		if old.version >= version || s.present.CompareAndSwap(old, newer) {
			return nil
		}
	}
}

// calendar is when an office takes appointments.
func (p *present) calendar(id booking.OfficeID) (booking.Calendar, error) {
	office, ok := p.city.Office(id)
	if !ok {
		return booking.Calendar{}, booking.ErrOfficeUnknown
	}
	return booking.Calendar{Office: office, Zone: p.zone, Holidays: p.holidays}, nil
}

// transact runs do in one transaction, and again where PostgreSQL ended it to
// undo a deadlock.
func (s *Store) transact(ctx context.Context, do func(tx pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, s.pool, do)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "40P01" || attempt == 4 {
			return err
		}
	}
}
