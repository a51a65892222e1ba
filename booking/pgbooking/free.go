package pgbooking

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

const takenPlaces = `-- name: TakenPlaces
	SELECT place, lower(during), upper(during) FROM appointment
	WHERE office = @office AND during && tstzrange(@from, @to)
		AND (state = 'booked' OR state = 'held' AND expires > @now)`

// Free computes the free times for a wish on days from first on. It refuses
// wishes as booking.Plan does.
func (s *Store) Free(ctx context.Context, wish booking.Wish, first booking.Day, days int) ([]booking.FreeDay, error) {
	calendar, err := s.present.Load().calendar(wish.Office)
	if err != nil {
		return nil, err
	}
	visit, err := booking.Plan(calendar.Office, wish)
	if err != nil {
		return nil, err
	}
	now := s.now()
	from, err := time.ParseInLocation(time.DateOnly, string(first), calendar.Zone)
	if _, ok := booking.ParseDay(string(first)); err != nil || !ok {
		return nil, booking.ErrSlotUnknown
	}
	days = min(days, MaxDays)
	taken, err := s.taken(ctx, wish.Office, from, from.AddDate(0, 0, days), now)
	if err != nil {
		return nil, failed(err, "read the taken places of %s", wish.Office)
	}
	return calendar.FreeTimes(visit.Length, first, days, taken, now), nil
}

// MaxDays is for how many days Free answers at most.
const MaxDays = 370

func (s *Store) taken(ctx context.Context, office booking.OfficeID, from, to, now time.Time) ([]booking.Taken, error) {
	rows, err := s.pool.Query(ctx, takenPlaces, pgx.NamedArgs{"office": office, "from": from, "to": to, "now": now})
	if err != nil {
		return nil, err
	}
	var taken []booking.Taken
	var t booking.Taken
	_, err = pgx.ForEachRow(rows, []any{&t.Place, &t.Start, &t.End}, func() error {
		taken = append(taken, t)
		return nil
	})
	return taken, err
}

// Open says whether an office's doors are open to people at an instant. It asks
// no server.
func (s *Store) Open(office booking.OfficeID, at time.Time) (bool, error) {
	calendar, err := s.present.Load().calendar(office)
	return err == nil && calendar.Open(at), err
}
