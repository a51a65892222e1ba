package pgbooking

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wartefrei/wartefrei/booking"
)

const forgetHold = `-- name: ForgetExpiredHold
	DELETE FROM appointment a USING appointment_link l
	WHERE l.hash = @link AND a.id = l.appointment AND a.state = 'held' AND a.expires <= @now`

// HoldOnce is Hold for a request that may be sent again: the same id gets the
// same hold and link as long as it is held or booked, and
// booking.ErrOtherContent for another wish or time. The link follows from the
// id and the installation's key, so nobody keeps it; who knows the id gets it,
// so the id must be hard to guess.
func (s *Store) HoldOnce(ctx context.Context, id string, wish booking.Wish, start time.Time, lang, instead string) (a booking.Appointment, link string, err error) {
	link = base64.RawURLEncoding.EncodeToString(s.sum("hold", id)[:16])
	for range 3 {
		a, err = s.holdAgain(ctx, link, wish, start)
		if !errors.Is(err, booking.ErrUnknown) {
			return a, link, err
		}
		if _, err := s.pool.Exec(ctx, forgetHold, pgx.NamedArgs{"link": linkHash(link), "now": s.now()}); err != nil {
			return booking.Appointment{}, "", failed(err, "forget a hold that is over")
		}
		a, err = s.hold(ctx, link, wish, start, lang, instead)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23505" { // not: the same request at the same time
			return a, link, err
		}
	}
	return a, link, err
}

// holdAgain finds what a link holds; booking.ErrUnknown if nothing, or nothing any more.
func (s *Store) holdAgain(ctx context.Context, link string, wish booking.Wish, start time.Time) (booking.Appointment, error) {
	a, err := s.ByLink(ctx, link)
	switch {
	case err != nil:
		return a, err
	case a.State == booking.Held && !a.Expires.After(s.now()):
		return booking.Appointment{}, booking.ErrUnknown
	}
	calendar, err := s.present.Load().calendar(wish.Office)
	if err != nil {
		return booking.Appointment{}, err
	}
	visit, err := booking.Plan(calendar.Office, wish)
	if err != nil {
		return booking.Appointment{}, err
	}
	if a.Office != wish.Office || !a.Start.Equal(start) || !slices.Equal(a.Choices, visit.Choices) {
		return booking.Appointment{}, booking.ErrOtherContent
	}
	return a, nil
}
