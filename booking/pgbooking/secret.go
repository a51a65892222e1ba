package pgbooking

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// newLink draws 128 bits: 22 characters that a URL carries as they are.
func newLink() string {
	var bits [16]byte
	rand.Read(bits[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

func linkHash(link string) []byte {
	hash := sha256.Sum256([]byte(link))
	return hash[:]
}

const addLink = `-- name: AddAppointmentLink
	INSERT INTO appointment_link (hash, appointment) SELECT @link, id FROM appointment WHERE id = @id`

// NewLink makes one more link that opens the appointment, for a letter that is
// written later: the first one is not kept in clear.
func (s *Store) NewLink(ctx context.Context, id booking.AppointmentID) (string, error) {
	link := newLink()
	added, err := s.pool.Exec(ctx, addLink, pgx.NamedArgs{"link": linkHash(link), "id": id})
	if err == nil && added.RowsAffected() == 0 {
		err = booking.ErrUnknown
	}
	if err != nil {
		return "", failed(err, "make a link for appointment %s", id)
	}
	return link, nil
}

// Code is the check-in code of an appointment, 8 digits. It follows from the
// installation's key, so nobody keeps it.
func (s *Store) Code(a booking.Appointment) string {
	sum := s.sum("code", string(a.ID), strconv.Itoa(a.Draw))
	return fmt.Sprintf("%08d", binary.BigEndian.Uint64(sum)%100_000_000)
}

// CodeHash is what a code is looked up by, on its day in its house.
func (s *Store) CodeHash(house booking.HouseID, day booking.Day, code string) []byte {
	return s.sum("look up", string(house), string(day), code)
}

// sum is a MAC of words under the installation's key.
func (s *Store) sum(words ...string) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(strings.Join(words, "\x00")))
	return mac.Sum(nil)
}

const giveCode = `-- name: GiveAppointmentCode
	INSERT INTO appointment_code (house, day, hash, appointment) VALUES (@house, @day, @hash, @id)
	ON CONFLICT (house, day, hash) DO NOTHING`

const keepDraw = `-- name: KeepAppointmentDraw
	UPDATE appointment SET draw = @draw WHERE id = @id`

// giveCode lets the appointment's code be looked up on its day, and draws it
// anew where another appointment of the house has the same.
func (s *Store) giveCode(ctx context.Context, tx pgx.Tx, a *booking.Appointment) error {
	day := s.day(a)
	for ; ; a.Draw++ {
		given, err := tx.Exec(ctx, giveCode, pgx.NamedArgs{
			"house": a.House, "day": day, "hash": s.CodeHash(a.House, day, s.Code(*a)), "id": a.ID})
		if err != nil {
			return err
		}
		if given.RowsAffected() == 1 {
			break
		}
	}
	_, err := tx.Exec(ctx, keepDraw, pgx.NamedArgs{"draw": a.Draw, "id": a.ID})
	return err
}

// day is the appointment's date by the office's wall clock.
func (s *Store) day(a *booking.Appointment) booking.Day {
	return booking.DayOf(a.Start, s.present.Load().zone)
}

const appointmentByCode = `-- name: AppointmentByCode
	SELECT ` + columns + ` FROM appointment_code c JOIN appointment a ON a.id = c.appointment
	WHERE c.house = @house AND c.day = @day AND c.hash = @hash`

// ByCode finds the appointment of a house and day with the check-in code,
// cancelled ones too; spaces in the code do not matter. It returns
// booking.ErrUnknown if there is none: a code of another day or house is
// unknown as well, because knowing more would help who guesses.
//
// While PostgreSQL is away it knows today's codes from memory, a second old and
// without contact; of others it cannot say that they are unknown: booking.ErrUnchecked.
func (s *Store) ByCode(ctx context.Context, house booking.HouseID, day booking.Day, code string) (booking.Appointment, error) {
	code = strings.Join(strings.Fields(code), "")
	if len(code) != 8 {
		return booking.Appointment{}, booking.ErrUnknown
	}
	hash := s.CodeHash(house, day, code)
	known, remembered := (*s.today.Load())[string(hash)]
	within := patienceUnknown
	if remembered {
		within = patience
	}
	asking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	row := s.pool.QueryRow(asking, appointmentByCode, pgx.NamedArgs{"house": house, "day": day, "hash": hash})
	a, err := s.present.Load().scan(row)
	switch {
	case err == nil, errors.Is(err, booking.ErrUnknown):
		return a, err
	case remembered:
		return known, nil
	}
	return a, fmt.Errorf("%w: find an appointment in %s by its code: %w", booking.ErrUnchecked, house, err)
}
