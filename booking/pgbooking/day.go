package pgbooking

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/language"
	"golang.org/x/text/search"

	"github.com/wartefrei/wartefrei/booking"
)

const dayOfOffice = `-- name: AppointmentsOfDay
	SELECT ` + columns + ` FROM appointment a
	WHERE a.office = @office AND a.day = @day AND a.state IN ('booked', 'cancelled')
	ORDER BY lower(a.during), a.place, a.id`

// Day lists an office's appointments of a day by time, cancelled ones too, with
// their contacts: for the office's clerks only.
func (s *Store) Day(ctx context.Context, office booking.OfficeID, day booking.Day) ([]booking.Appointment, error) {
	if _, ok := booking.ParseDay(string(day)); !ok {
		return nil, nil // a stranger's day: nothing on it
	}
	list, err := s.all(ctx, dayOfOffice, pgx.NamedArgs{"office": office, "day": day})
	return list, failed(err, "list the appointments of %s on %s", office, day)
}

// Search finds appointments of an office's day by a part of the name, typed as
// on any keyboard ("Ozdemir", "Oezdemir"), or by the whole code: for the
// office's clerks only. An empty text finds all.
func (s *Store) Search(ctx context.Context, office booking.OfficeID, day booking.Day, text string) ([]booking.Appointment, error) {
	list, err := s.Day(ctx, office, day)
	if err != nil {
		return nil, err
	}
	code := strings.Join(strings.Fields(text), "")
	var found []booking.Appointment
	for _, a := range list {
		if named(a.Contact.Name, text) || s.Code(a) == code {
			found = append(found, a)
		}
	}
	return found, nil
}

// spellings compare names as in German, where ö is oe, and as elsewhere, where
// it is an o (CLDR collation, primary strength).
var spellings = []*search.Matcher{search.New(language.German, search.Loose), search.New(language.Und, search.Loose)}

// plain is what the collation leaves apart and people do not.
var plain = strings.NewReplacer("ı", "i", "-", " ", "'", "", "’", "")

// named says whether a text is a part of a name.
func named(name, text string) bool {
	name, text = plain.Replace(name), plain.Replace(strings.TrimSpace(text))
	return text == "" || slices.ContainsFunc(spellings, func(m *search.Matcher) bool {
		at, _ := m.IndexString(name, text)
		return at >= 0
	})
}

const purge = `-- name: PurgeContacts
	UPDATE appointment SET name = '', mail = '', phone = '' WHERE day < @before AND (name, mail, phone) <> ('', '', '')`

const purgeLinks = `-- name: PurgeLinks
	DELETE FROM appointment_link l USING appointment a WHERE a.id = l.appointment AND a.day < @before`

const purgeCodes = `-- name: PurgeCodes
	DELETE FROM appointment_code WHERE day < @before`

const purgeWrites = `-- name: PurgeAppointmentWrites
	DELETE FROM appointment_write w USING appointment a WHERE a.id = w.appointment AND a.day < @before`

const purgeReleased = `-- name: PurgeReleasedHolds
	DELETE FROM released_hold WHERE released::date < @before`

const purgeHolds = `-- name: PurgeHolds
	DELETE FROM appointment WHERE state = 'held' AND expires <= @now`

// Purge forgets who booked once an appointment is days old, what opens it and
// which requests changed it, and removes holds that are over.
func (s *Store) Purge(ctx context.Context, days int) error {
	now := s.now()
	args := pgx.NamedArgs{"before": booking.DayOf(now.AddDate(0, 0, -days), s.present.Load().zone)}
	err := s.transact(ctx, func(tx pgx.Tx) error {
		for _, statement := range []string{purge, purgeLinks, purgeCodes, purgeWrites, purgeReleased} {
			if _, err := tx.Exec(ctx, statement, args); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, purgeHolds, pgx.NamedArgs{"now": now})
		return err
	})
	return failed(err, "purge")
}
