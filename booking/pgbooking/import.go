package pgbooking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// ErrStillBooked refuses a city that lacks an office or service for which
// there are appointments to come. The error that wraps it names them.
var ErrStillBooked = errors.New("there are appointments to come")

// lockImport lets nobody take a place meanwhile; see Store.lock.
const lockImport = `-- name: LockImport
	SELECT pg_advisory_xact_lock(7724100632)`

const keepCity = `-- name: KeepCity
	INSERT INTO city (imported, document) VALUES (@now, @city) RETURNING version`

// Import makes a city the one in force, whole or not at all, and says in lines
// what changed; no lines mean that nothing did. It refuses with ErrStillBooked
// what lacks an office or service that is booked, and with a [StrandedError]
// what is closed when somebody has an appointment.
func (s *Store) Import(ctx context.Context, city booking.City) ([]string, error) {
	lines, stranded, err := s.bring(ctx, city, false)
	if err == nil && len(stranded) > 0 {
		err = StrandedError{stranded}
	}
	if err != nil {
		return nil, fmt.Errorf("import the city %s: %w", city.Name, err)
	}
	return lines, nil
}

// ImportDespite is Import of a city that is closed when somebody has an
// appointment: they keep it, and whoever imports is told which they are.
func (s *Store) ImportDespite(ctx context.Context, city booking.City) ([]string, Stranded, error) {
	lines, stranded, err := s.bring(ctx, city, true)
	if err != nil {
		return nil, nil, fmt.Errorf("import the city %s: %w", city.Name, err)
	}
	return lines, stranded, nil
}

// bring imports a city unless it strands appointments, or despite of it.
func (s *Store) bring(ctx context.Context, city booking.City, despite bool) (lines []string, stranded Stranded, err error) {
	if city, err = checked(city); err != nil {
		return nil, nil, err
	}
	var version int64
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockImport); err != nil { // one import after another: each compares with the last
			return err
		}
		var old booking.City
		err := tx.QueryRow(ctx, readNewerCity, 0).Scan(&version, &old)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if lines = booking.Diff(old, city); len(lines) == 0 {
			return nil
		}
		if err := s.checkBooked(ctx, tx, &city); err != nil {
			return err
		}
		if stranded, err = s.strandedBy(ctx, tx, &old, &city); err != nil || len(stranded) > 0 && !despite {
			return err
		}
		return tx.QueryRow(ctx, keepCity, pgx.NamedArgs{"now": s.now(), "city": city}).Scan(&version)
	})
	if err != nil || len(stranded) > 0 && !despite {
		return nil, stranded, err
	}
	return lines, stranded, s.adopt(version, &city)
}

// checked is the city as its file would be read again: what a file may not
// say, a program may not either.
func checked(city booking.City) (booking.City, error) {
	file, err := json.Marshal(city)
	if err != nil {
		return booking.City{}, err
	}
	return booking.ParseCity(file)
}

const stillBooked = `-- name: StillBooked
	SELECT a.office, a.house, c->>'service' AS service, count(*)
	FROM appointment a, jsonb_array_elements(a.choices) c
	WHERE upper(a.during) > @now AND (a.state = 'booked' OR a.state = 'held' AND a.expires > @now)
	GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`

// checkBooked refuses a city without what citizens have booked.
func (s *Store) checkBooked(ctx context.Context, tx pgx.Tx, city *booking.City) error {
	rows, err := tx.Query(ctx, stillBooked, pgx.NamedArgs{"now": s.now()})
	if err != nil {
		return err
	}
	var office booking.OfficeID
	var house booking.HouseID
	var service booking.ServiceID
	var count int
	var missing []string
	_, err = pgx.ForEachRow(rows, []any{&office, &house, &service, &count}, func() error {
		if !offers(city, house, office, service) {
			missing = append(missing, fmt.Sprintf("%s in %s at %s (%d)", service, office, house, count))
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return fmt.Errorf("%w for what the new file lacks: %s", ErrStillBooked, strings.Join(slices.Compact(missing), ", "))
}

func offers(city *booking.City, house booking.HouseID, office booking.OfficeID, service booking.ServiceID) bool {
	o, ok := city.Office(office)
	if !ok || o.House != house {
		return false
	}
	_, ok = o.Service(service)
	return ok
}
