package pgbooking

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// write is a request to change the appointment of a link. It may be sent again
// under its id; under "" it is sent once.
type write struct {
	id, link string
	content  []byte // a MAC, since it may be of a name
}

func (s *Store) confirmWrite(id, link string, c booking.Contact) write {
	return write{id, link, s.sum("confirm", c.Name, c.Mail, c.Phone)}
}

func (s *Store) moveWrite(id, link string, start time.Time) write {
	return write{id, link, s.sum("move", strconv.FormatInt(start.UnixMicro(), 10))}
}

const noteWrite = `-- name: NoteAppointmentWrite
	INSERT INTO appointment_write (appointment, id, content)
	SELECT a.id, @id, @content FROM appointment_link l JOIN appointment a ON a.id = l.appointment WHERE l.hash = @link
	FOR KEY SHARE OF a -- a hold that is deleted meanwhile is none
	ON CONFLICT (appointment, id) DO NOTHING`

// again notes a write in the transaction that carries it out. If it was carried
// out before, it says so and returns the appointment as it is now; with another
// content that is booking.ErrOtherContent. Of a link that opens nothing it
// notes nothing.
func (s *Store) again(ctx context.Context, tx pgx.Tx, w write) (a booking.Appointment, done bool, err error) {
	if w.id == "" {
		return a, false, nil
	}
	noted, err := tx.Exec(ctx, noteWrite, pgx.NamedArgs{"id": w.id, "content": w.content, "link": linkHash(w.link)})
	if err != nil || noted.RowsAffected() == 1 {
		return a, false, err
	}
	return s.carriedOut(ctx, tx, w)
}

const appointmentWrite = `-- name: AppointmentWrite
	SELECT w.content FROM appointment_link l JOIN appointment_write w ON w.appointment = l.appointment
	WHERE l.hash = @link AND w.id = @id`

// carriedOut is again without noting anything.
func (s *Store) carriedOut(ctx context.Context, q querier, w write) (a booking.Appointment, done bool, err error) {
	var content []byte
	err = q.QueryRow(ctx, appointmentWrite, pgx.NamedArgs{"id": w.id, "link": linkHash(w.link)}).Scan(&content)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return a, false, nil
	case err != nil:
		return a, false, err
	case !bytes.Equal(content, w.content):
		return a, false, booking.ErrOtherContent
	}
	a, err = s.byLink(ctx, q, w.link)
	return a, err == nil, err
}

// Moved says whether Move was carried out under this id already, and returns
// the appointment as it is now: for whoever asks more before a move that its
// repeat does not need.
func (s *Store) Moved(ctx context.Context, id, link string, start time.Time) (a booking.Appointment, done bool, err error) {
	a, done, err = s.carriedOut(ctx, s.pool, s.moveWrite(id, link, start))
	return a, done, failed(err, "look whether an appointment was moved")
}
