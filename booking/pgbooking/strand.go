package pgbooking

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// Stranded counts the appointments that a new city leaves without an open
// office or a desk on duty, by day and office.
type Stranded []StrandedOn

// StrandedOn is what an office's day has of them.
type StrandedOn struct {
	Day    booking.Day
	Office booking.OfficeID
	Count  int
}

// mostDays is how many days a sentence names.
const mostDays = 5

// String says how many there are, and the first days: "12 in buergerbuero on
// 2026-12-24, 3 in standesamt on 2026-12-24".
func (s Stranded) String() string {
	var parts []string
	for _, on := range s[:min(len(s), mostDays)] {
		parts = append(parts, fmt.Sprintf("%d in %s on %s", on.Count, on.Office, on.Day))
	}
	said := strings.Join(parts, ", ")
	switch more := len(s) - mostDays; {
	case more == 1:
		said += ", and 1 more day"
	case more > 1:
		said += fmt.Sprintf(", and %d more days", more)
	}
	return said
}

// StrandedError refuses a city that is closed when somebody has an appointment.
type StrandedError struct{ Stranded Stranded }

func (e StrandedError) Error() string {
	return "there are appointments at times when the new file has no open office or too few places on duty: " + e.Stranded.String()
}

const placesToCome = `-- name: PlacesToCome
	SELECT office, house, day::text, place, lower(during), upper(during) FROM appointment
	WHERE upper(during) > @now AND (state = 'booked' OR state = 'held' AND expires > @now)
	ORDER BY day, office`

// strandedBy counts whom the old city has room for and the new one has not: who
// was stranded by an earlier import is no reason to refuse this one. A hold
// counts as well, because it may be confirmed in a moment.
func (s *Store) strandedBy(ctx context.Context, tx pgx.Tx, old, new *booking.City) (Stranded, error) {
	if len(old.Houses) == 0 {
		return nil, nil // this is the first city
	}
	before, err := newPresent(0, old)
	if err != nil {
		return nil, err
	}
	after, err := newPresent(0, new)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, placesToCome, pgx.NamedArgs{"now": s.now()})
	if err != nil {
		return nil, err
	}
	var stranded Stranded
	var a booking.Appointment
	var day booking.Day
	_, err = pgx.ForEachRow(rows, []any{&a.Office, &a.House, &day, &a.Place, &a.Start, &a.End}, func() error {
		if !before.keeps(a) || after.keeps(a) {
			return nil
		}
		if n := len(stranded); n == 0 || stranded[n-1].Day != day || stranded[n-1].Office != a.Office {
			stranded = append(stranded, StrandedOn{Day: day, Office: a.Office})
		}
		stranded[len(stranded)-1].Count++
		return nil
	})
	return stranded, err
}

// keeps says whether a city has room for an appointment that was booked.
func (p *present) keeps(a booking.Appointment) bool {
	calendar, err := p.calendar(a.Office)
	return err == nil && calendar.Office.House == a.House && calendar.Keeps(a.Place, a.Start, a.End)
}
