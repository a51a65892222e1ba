package pgbooking

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wartefrei/wartefrei/booking"
)

const confirm = `-- name: ConfirmAppointment
	UPDATE appointment a SET state = 'booked', booked = @now, expires = NULL, name = @name, mail = @mail, phone = @phone
	FROM appointment_link l WHERE l.hash = @link AND a.id = l.appointment
		AND a.state = 'held' AND a.expires > @now AND lower(a.during) > @now
	RETURNING ` + columns

// Confirm makes an appointment of a hold and gives it its check-in code. A
// repeat changes nothing and returns the appointment as it is now; for another
// contact it is refused with booking.ErrOtherContent, under whatever id. It
// returns a booking.ContactError, booking.ErrHoldExpired, ErrPast or
// ErrCancelled.
func (s *Store) Confirm(ctx context.Context, id, link string, contact booking.Contact) (booking.Appointment, error) {
	contact, err := contact.Validate()
	if err != nil {
		return booking.Appointment{}, err
	}
	var a booking.Appointment
	now := s.now()
	err = s.transact(ctx, func(tx pgx.Tx) error {
		var done bool
		if a, done, err = s.again(ctx, tx, s.confirmWrite(id, link, contact)); done || err != nil {
			return err
		}
		row := tx.QueryRow(ctx, confirm, pgx.NamedArgs{"link": linkHash(link), "now": now,
			"name": contact.Name, "mail": contact.Mail, "phone": contact.Phone})
		a, err = s.present.Load().scan(row)
		switch {
		case errors.Is(err, booking.ErrUnknown):
			a, err = s.confirmed(ctx, tx, link, contact, now)
			return err
		case err != nil:
			return err
		}
		return s.giveCode(ctx, tx, &a)
	})
	if err != nil {
		return booking.Appointment{}, failed(err, "confirm an appointment")
	}
	return a, nil
}

// confirmed says why there was no hold to confirm.
func (s *Store) confirmed(ctx context.Context, tx pgx.Tx, link string, contact booking.Contact, now time.Time) (booking.Appointment, error) {
	a, err := s.byLink(ctx, tx, link)
	switch {
	case err != nil:
		return a, expired(err)
	case a.State == booking.Cancelled:
		return a, booking.ErrCancelled
	case a.State == booking.Booked && a.Contact != contact:
		return a, booking.ErrOtherContent
	case a.State == booking.Booked:
		return a, nil
	case !a.Start.After(now):
		return a, booking.ErrPast
	default:
		return a, booking.ErrHoldExpired
	}
}

const cancel = `-- name: CancelAppointment
	UPDATE appointment a SET state = 'cancelled'
	FROM appointment_link l WHERE l.hash = @link AND a.id = l.appointment AND a.state = 'booked' AND lower(a.during) > @now
	RETURNING ` + columns

// Cancel gives the time of a booked appointment back. A repeat changes nothing
// and returns the appointment. It returns booking.ErrPast once its time has
// come, and booking.ErrUnknown for a link that opens no appointment.
func (s *Store) Cancel(ctx context.Context, link string) (booking.Appointment, error) {
	now := s.now()
	a, err := s.present.Load().scan(s.pool.QueryRow(ctx, cancel, pgx.NamedArgs{"link": linkHash(link), "now": now}))
	if !errors.Is(err, booking.ErrUnknown) {
		return a, failed(err, "cancel an appointment")
	}
	a, err = s.ByLink(ctx, link)
	switch {
	case err != nil || a.State == booking.Cancelled:
		return a, err
	case a.State == booking.Held:
		return booking.Appointment{}, booking.ErrUnknown
	default:
		return booking.Appointment{}, booking.ErrPast
	}
}

const movePlace = `-- name: MoveAppointment
	UPDATE appointment SET place = @place, during = tstzrange(@start, @end), day = @day
	WHERE id = @id AND state = 'booked' AND lower(during) > @now`

// Move gives a booked appointment another time, for the same services: the old
// time is kept until the new one is certain. Link and contact stay; on another
// day the code is another. It refuses as Hold and Cancel do. A repeat under the
// same id changes nothing and returns the appointment as it is now, at whatever
// time; for another start it is refused with booking.ErrOtherContent.
func (s *Store) Move(ctx context.Context, id, link string, start time.Time) (booking.Appointment, error) {
	a, err := s.ByLink(ctx, link)
	if err != nil {
		return a, err
	}
	office := a.Office
	err = s.inForce(ctx, func(p *present) error {
		return s.transact(ctx, func(tx pgx.Tx) error {
			if err := s.lock(ctx, tx, p, office); err != nil {
				return err
			}
			var done bool
			if a, done, err = s.again(ctx, tx, s.moveWrite(id, link, start)); done || err != nil {
				return err
			}
			a, err = s.move(ctx, tx, p, link, start)
			return err
		})
	})
	if err != nil {
		return booking.Appointment{}, failed(err, "move an appointment")
	}
	return a, nil
}

func (s *Store) move(ctx context.Context, tx pgx.Tx, p *present, link string, start time.Time) (booking.Appointment, error) {
	now := s.now()
	a, err := s.movable(ctx, tx, link, now) // another may have moved it meanwhile
	if err != nil {
		return a, err
	}
	calendar, err := p.calendar(a.Office)
	if err != nil {
		return a, err
	}
	length := a.End.Sub(a.Start)
	places, err := calendar.Offer(start, length, now)
	if err != nil {
		return a, err
	}
	before := s.day(&a)
	a.Start, a.End = start.In(p.zone), start.In(p.zone).Add(length)
	if err := s.clear(ctx, tx, a, now); err != nil {
		return a, err
	}
	if err := s.moveTo(ctx, tx, &a, places, now); err != nil || before == s.day(&a) {
		return a, err
	}
	return a, s.recode(ctx, tx, &a)
}

func (s *Store) movable(ctx context.Context, tx pgx.Tx, link string, now time.Time) (booking.Appointment, error) {
	a, err := s.byLink(ctx, tx, link)
	switch {
	case err != nil:
		return a, err
	case a.State == booking.Held:
		return a, booking.ErrUnknown
	case a.State == booking.Cancelled:
		return a, booking.ErrCancelled
	case !a.Start.After(now):
		return a, booking.ErrPast
	default:
		return a, nil
	}
}

// moveTo tries the places one after another, each in a savepoint: an update
// that overlaps fails as a whole, unlike an insert.
func (s *Store) moveTo(ctx context.Context, tx pgx.Tx, a *booking.Appointment, places []int, now time.Time) error {
	for _, place := range places {
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			moved, err := tx.Exec(ctx, movePlace, pgx.NamedArgs{"place": place, "start": a.Start, "end": a.End,
				"day": s.day(a), "id": a.ID, "now": now})
			if err == nil && moved.RowsAffected() == 0 {
				return booking.ErrCancelled // meanwhile
			}
			return err
		})
		if err == nil {
			a.Place = place
			return nil
		}
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23P01" {
			return err
		}
	}
	return booking.ErrSlotTaken
}

const dropCode = `-- name: DropAppointmentCode
	DELETE FROM appointment_code WHERE appointment = @id`

// recode gives the appointment a code that its old one does not tell.
func (s *Store) recode(ctx context.Context, tx pgx.Tx, a *booking.Appointment) error {
	if _, err := tx.Exec(ctx, dropCode, pgx.NamedArgs{"id": a.ID}); err != nil {
		return err
	}
	a.Draw++
	return s.giveCode(ctx, tx, a)
}
