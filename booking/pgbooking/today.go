package pgbooking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// today are the appointments of this day and the next ones by the hash of their code,
// without who booked them. Each node keeps them in memory, so that people with an
// appointment are let in while PostgreSQL is away, also if it went away at night, or
// on Friday evening.
type today map[string]booking.Appointment

// daysAhead is of how many further days the codes are kept.
const daysAhead = 3

// How long a code is looked for in PostgreSQL: patience before memory answers, and
// patienceUnknown where it cannot.
const (
	patience        = 300 * time.Millisecond
	patienceUnknown = 2 * time.Second
)

const codesOfDay = `-- name: CodesOfDay
	SELECT c.hash, a.id::text, a.office, a.house, a.state, a.place, lower(a.during), upper(a.during), a.choices, a.lang, a.draw
	FROM appointment_code c JOIN appointment a ON a.id = c.appointment WHERE c.day BETWEEN @day AND @day::date + @ahead::int`

// remember reads the appointments of today and the next days.
func (s *Store) remember(ctx context.Context) error {
	zone := s.present.Load().zone
	rows, err := s.pool.Query(ctx, codesOfDay, pgx.NamedArgs{"day": booking.DayOf(s.now(), zone), "ahead": daysAhead})
	if err != nil {
		return fmt.Errorf("read the day's codes: %w", err)
	}
	day := today{}
	var hash []byte
	var a booking.Appointment
	fields := []any{&hash, &a.ID, &a.Office, &a.House, &a.State, &a.Place, &a.Start, &a.End, &a.Choices, &a.Lang, &a.Draw}
	_, err = pgx.ForEachRow(rows, fields, func() error {
		a.Start, a.End = a.Start.In(zone), a.End.In(zone)
		day[string(hash)] = a
		a.Choices = nil // the next row gets its own
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the day's codes: %w", err)
	}
	s.today.Store(&day)
	return nil
}
