package pgbooking

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking"
)

// Hold takes a place for a time while the citizen fills the form, for the
// office's Hold. link opens it from now on. instead is the link of an earlier
// hold of the same citizen, given back in the same step; "" if there is none.
//
// It returns booking.ErrSlotTaken if somebody was faster, booking.ErrSlotUnknown
// or ErrPast for a start that the office does not offer, and refuses wishes as
// booking.Plan does. A refusal leaves the earlier hold as it was.
func (s *Store) Hold(ctx context.Context, wish booking.Wish, start time.Time, lang, instead string) (a booking.Appointment, link string, err error) {
	link = newLink()
	a, err = s.hold(ctx, link, wish, start, lang, instead)
	if err != nil {
		return booking.Appointment{}, "", err
	}
	return a, link, nil
}

// hold is Hold under a link.
func (s *Store) hold(ctx context.Context, link string, wish booking.Wish, start time.Time, lang, instead string) (a booking.Appointment, err error) {
	err = s.inForce(ctx, func(p *present) error {
		a, err = s.holdBy(ctx, p, link, wish, start, lang, instead)
		return err
	})
	return a, err
}

// holdBy is hold by what a city offers.
func (s *Store) holdBy(ctx context.Context, p *present, link string, wish booking.Wish, start time.Time, lang, instead string) (a booking.Appointment, err error) {
	now := s.now()
	calendar, err := p.calendar(wish.Office)
	if err != nil {
		return a, err
	}
	visit, err := booking.Plan(calendar.Office, wish)
	if err != nil {
		return a, err
	}
	places, err := calendar.Offer(start, visit.Length, now)
	if err != nil {
		return a, err
	}
	a = booking.Appointment{Office: wish.Office, House: calendar.Office.House, State: booking.Held,
		Start: start.In(p.zone), End: start.In(p.zone).Add(visit.Length), Choices: visit.Choices, Lang: lang,
		Expires: now.Add(calendar.Office.Hold).In(p.zone)}
	err = s.transact(ctx, func(tx pgx.Tx) error {
		if err := s.lock(ctx, tx, p, a.Office); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, release, pgx.NamedArgs{"link": linkHash(instead), "now": now}); err != nil {
			return err
		}
		if err := s.clear(ctx, tx, a, now); err != nil {
			return err
		}
		if err := s.take(ctx, tx, &a, places, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, addLink, pgx.NamedArgs{"link": linkHash(link), "id": a.ID})
		return err
	})
	return a, failed(err, "hold a time at %s", wish.Office)
}

// errOtherCity says that another city is in force than the one by which places
// were chosen.
var errOtherCity = errors.New("another city is in force")

// inForce does something by the present city, and again by a newer one where
// that has come into force in the meantime, on this node or another.
func (s *Store) inForce(ctx context.Context, do func(p *present) error) error {
	for {
		err := do(s.present.Load())
		if !errors.Is(err, errOtherCity) {
			return err
		}
		if err := s.refresh(ctx); err != nil {
			return err
		}
	}
}

const lockOffice = `-- name: LockOffice
	SELECT pg_advisory_xact_lock_shared(7724100632), pg_advisory_xact_lock(hashtextextended(@office, 7724100633))`

const versionInForce = `-- name: VersionInForce
	SELECT coalesce(max(version), 0) FROM city`

// lock lets one transaction at a time take places of an office. Nothing would
// be sold twice without it, but two that want each other's places would wait
// for one another until PostgreSQL, a second later, ends one.
//
// Its other lock is the import's, shared: an import counts all that was taken
// before, and who takes a place after it sees the city that it brought.
func (s *Store) lock(ctx context.Context, tx pgx.Tx, p *present, office booking.OfficeID) error {
	if _, err := tx.Exec(ctx, lockOffice, pgx.NamedArgs{"office": office}); err != nil {
		return err
	}
	var version int64
	if err := tx.QueryRow(ctx, versionInForce).Scan(&version); err != nil {
		return err
	}
	if version > p.version {
		return errOtherCity
	}
	return nil
}

const clearExpired = `-- name: ClearExpiredHolds
	DELETE FROM appointment WHERE office = @office AND during && tstzrange(@start, @end)
		AND state = 'held' AND expires <= @now`

// clear removes the expired holds that stand where a wants to.
func (s *Store) clear(ctx context.Context, tx pgx.Tx, a booking.Appointment, now time.Time) error {
	_, err := tx.Exec(ctx, clearExpired, pgx.NamedArgs{"office": a.Office, "start": a.Start, "end": a.End, "now": now})
	return err
}

const takePlace = `-- name: TakePlace
	INSERT INTO appointment (id, office, house, state, place, during, day, choices, lang, made, expires)
	VALUES (gen_random_uuid(), @office, @house, 'held', @place, tstzrange(@start, @end), @day, @choices, @lang, @now, @expires)
	ON CONFLICT DO NOTHING -- overlap at a place: the exclusion constraint decides
	RETURNING id::text`

// take puts a hold on the first of the places that has room.
func (s *Store) take(ctx context.Context, tx pgx.Tx, a *booking.Appointment, places []int, now time.Time) error {
	for _, place := range places {
		rows, err := tx.Query(ctx, takePlace, pgx.NamedArgs{"office": a.Office, "house": a.House, "place": place,
			"start": a.Start, "end": a.End, "day": s.day(a), "choices": a.Choices, "lang": a.Lang, "now": now, "expires": a.Expires})
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[booking.AppointmentID])
		if err != nil {
			return err
		}
		if len(ids) == 1 {
			a.ID, a.Place = ids[0], place
			return nil
		}
	}
	return booking.ErrSlotTaken
}

const release = `-- name: ReleaseHold
	WITH gone AS (DELETE FROM appointment a USING appointment_link l
		WHERE l.hash = @link AND a.id = l.appointment AND a.state = 'held' RETURNING l.hash)
	INSERT INTO released_hold (hash, released) SELECT hash, @now FROM gone
	ON CONFLICT (hash) DO UPDATE SET released = excluded.released`

const releasedBefore = `-- name: HoldWasReleased
	SELECT true FROM released_hold WHERE hash = @link`

// Release gives a hold back; a second time it does nothing. It returns
// booking.ErrBooked or ErrCancelled where the link opens an appointment, and
// booking.ErrUnknown where it never opened anything, or a hold whose time was
// over and went to another.
func (s *Store) Release(ctx context.Context, link string) error {
	args := pgx.NamedArgs{"link": linkHash(link), "now": s.now()}
	released, err := s.pool.Exec(ctx, release, args)
	if err != nil || released.RowsAffected() == 1 {
		return failed(err, "release a hold")
	}
	a, err := s.ByLink(ctx, link)
	switch {
	case err == nil && a.State == booking.Cancelled:
		return booking.ErrCancelled
	case err == nil:
		return booking.ErrBooked
	case !errors.Is(err, booking.ErrUnknown):
		return err
	}
	var before bool
	err = s.pool.QueryRow(ctx, releasedBefore, args).Scan(&before)
	if errors.Is(err, pgx.ErrNoRows) {
		return booking.ErrUnknown
	}
	return failed(err, "look for a released hold")
}

const extend = `-- name: ExtendHold
	UPDATE appointment a SET expires = LEAST(@now::timestamptz + @hold::interval, a.made + 11 * @hold::interval)
	FROM appointment_link l WHERE l.hash = @link AND a.id = l.appointment AND a.state = 'held' AND a.expires > @now
	RETURNING ` + columns

// Extend keeps a hold for the office's Hold from now, ten times at most (WCAG
// 2.2.1). It returns booking.ErrHoldExpired if it is over. A repeat under the
// same id changes nothing and returns the hold as it is now.
func (s *Store) Extend(ctx context.Context, id, link string) (booking.Appointment, error) {
	p := s.present.Load()
	held, err := s.ByLink(ctx, link)
	if err != nil {
		return held, expired(err)
	}
	calendar, err := p.calendar(held.Office)
	if err != nil {
		return held, err
	}
	var a booking.Appointment
	err = s.transact(ctx, func(tx pgx.Tx) error {
		var done bool
		if a, done, err = s.again(ctx, tx, write{id, link, s.sum("extend")}); done || err != nil {
			return err
		}
		a, err = p.scan(tx.QueryRow(ctx, extend,
			pgx.NamedArgs{"link": linkHash(link), "now": s.now(), "hold": calendar.Office.Hold}))
		return err
	})
	return a, failed(expired(err), "extend a hold at %s", held.Office)
}

// expired says of a hold that is gone that it is expired: who holds its link
// had it once.
func expired(err error) error {
	if err == booking.ErrUnknown {
		return booking.ErrHoldExpired
	}
	return err
}
