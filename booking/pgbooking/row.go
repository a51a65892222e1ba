package pgbooking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/wartefrei/wartefrei/booking"
)

// columns are those that scan reads, of the table under the name a.
const columns = `a.id::text, a.office, a.house, a.state, a.place, lower(a.during), upper(a.during), a.choices,
	a.lang, a.draw, a.expires, a.booked, a.name, a.mail, a.phone`

// scan reads an appointment. Its times are by the office's wall clock.
func (p *present) scan(row pgx.Row) (booking.Appointment, error) {
	var a booking.Appointment
	var expires, booked *time.Time
	err := row.Scan(&a.ID, &a.Office, &a.House, &a.State, &a.Place, &a.Start, &a.End, &a.Choices,
		&a.Lang, &a.Draw, &expires, &booked, &a.Contact.Name, &a.Contact.Mail, &a.Contact.Phone)
	if errors.Is(err, pgx.ErrNoRows) {
		return booking.Appointment{}, booking.ErrUnknown
	}
	a.Start, a.End = a.Start.In(p.zone), a.End.In(p.zone)
	if expires != nil {
		a.Expires = expires.In(p.zone)
	}
	if booked != nil {
		a.Booked = booked.In(p.zone)
	}
	return a, err
}

// all reads the appointments that a query finds.
func (s *Store) all(ctx context.Context, query string, args pgx.NamedArgs) ([]booking.Appointment, error) {
	rows, err := s.pool.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	p := s.present.Load()
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (booking.Appointment, error) { return p.scan(row) })
}

const appointmentByLink = `-- name: AppointmentByLink
	SELECT ` + columns + ` FROM appointment_link l JOIN appointment a ON a.id = l.appointment WHERE l.hash = @link`

// ByLink opens the appointment or hold of a link: booking.ErrUnknown if there
// is none, or none any more.
func (s *Store) ByLink(ctx context.Context, link string) (booking.Appointment, error) {
	return s.byLink(ctx, s.pool, link)
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

func (s *Store) byLink(ctx context.Context, q querier, link string) (booking.Appointment, error) {
	a, err := s.present.Load().scan(q.QueryRow(ctx, appointmentByLink, pgx.NamedArgs{"link": linkHash(link)}))
	return a, failed(err, "open an appointment by its link")
}

const appointmentByID = `-- name: AppointmentByID
	SELECT ` + columns + ` FROM appointment a WHERE a.id = @id`

// ByID finds an appointment for clerks and letters: booking.ErrUnknown if there is none.
func (s *Store) ByID(ctx context.Context, id booking.AppointmentID) (booking.Appointment, error) {
	var uuid pgtype.UUID
	if uuid.Scan(string(id)) != nil {
		return booking.Appointment{}, booking.ErrUnknown
	}
	a, err := s.present.Load().scan(s.pool.QueryRow(ctx, appointmentByID, pgx.NamedArgs{"id": uuid}))
	return a, failed(err, "find appointment %s", id)
}

// refusals are the errors of the domain that pass through failed as they are.
var refusals = []error{booking.ErrUnknown, booking.ErrSlotTaken, booking.ErrHoldExpired, booking.ErrCancelled,
	booking.ErrPast, booking.ErrSlotUnknown, booking.ErrOtherContent}

// failed says what was tried when the machinery failed, and leaves refusals alone.
func failed(err error, act string, args ...any) error {
	if err == nil {
		return nil
	}
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return refusal
		}
	}
	return fmt.Errorf(act+": %w", append(args, err)...)
}
