package pgjournal

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/queue"
)

// Sheet is what a record comes to: the present day, and what its commands and
// those of the day before were.
type Sheet struct {
	State  *queue.Office
	Before string     // the day before, "" if there was none
	Done   []Answered // of both days
}

// Answered is a command that was carried out.
type Answered struct {
	Day     string
	Command string // id
	Hash    string
	Version int64
}

const daysOfOffice = `-- name: QueueDays
	SELECT version FROM queue_event WHERE office = @office AND kind = 'day' AND version <= @upTo ORDER BY version DESC LIMIT 2`

const eventsOfTwoDays = `-- name: QueueEventsOfTwoDays
	SELECT version, day::text, command, event->>'hash', CASE WHEN version >= @today THEN event::text ELSE '' END
	FROM queue_event WHERE office = @office AND version BETWEEN @from AND least(@upTo::bigint, @from + @page - 1) ORDER BY version`

// A record is read page by page, so that a day that is big on a machine that is
// busy takes long, but is read in the end: pageWithin is for each.
const (
	page       = 1000 // events
	pageWithin = 10 * time.Second
)

// Fold reads what an office's record comes to at a version.
func (j *Journal) Fold(ctx context.Context, office queue.OfficeID, upTo int64) (Sheet, error) {
	sheet := Sheet{State: &queue.Office{ID: office}}
	rows, err := j.pool.Query(ctx, daysOfOffice, pgx.NamedArgs{"office": office, "upTo": upTo})
	if err != nil {
		return sheet, fmt.Errorf("read the days of %s: %w", office, err)
	}
	began, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return sheet, fmt.Errorf("read the days of %s: %w", office, err)
	}
	began = append(began, 1, 1) // an office's first day begins with its first event
	for from := began[1]; from <= upTo; from += page {
		args := pgx.NamedArgs{"office": office, "today": began[0], "from": from, "upTo": upTo, "page": page}
		if err := j.foldPage(ctx, &sheet, args); err != nil {
			return sheet, fmt.Errorf("fold the journal of %s: %w", office, err)
		}
	}
	return sheet, nil
}

func (j *Journal) foldPage(ctx context.Context, sheet *Sheet, args pgx.NamedArgs) error {
	ctx, cancel := context.WithTimeout(ctx, pageWithin)
	defer cancel()
	rows, err := j.pool.Query(ctx, eventsOfTwoDays, args)
	if err != nil {
		return err
	}
	var a Answered
	var text string
	_, err = pgx.ForEachRow(rows, []any{&a.Version, &a.Day, &a.Command, &a.Hash, &text}, func() error {
		sheet.Done = append(sheet.Done, a)
		if text == "" {
			sheet.Before = a.Day
			return nil
		}
		return sheet.apply(text)
	})
	return err
}

// Take folds an event that is not in the record yet.
func (s *Sheet) Take(e Entry) error {
	if e.Kind == "day" {
		s.Before = s.State.Day
	}
	s.Done = append(s.Done, Answered{e.Day, e.Command, e.Hash, e.Version})
	return s.fold(e)
}

func (s *Sheet) apply(text string) error {
	e, err := Read(text)
	if err != nil {
		return err
	}
	return s.fold(e)
}

// fold takes in the next event; the first one may be any: a day begins with it.
func (s *Sheet) fold(e Entry) error {
	if s.State.Version == 0 {
		s.State.Version = e.Version - 1
	}
	if e.Version != s.State.Version+1 || e.Epoch < s.State.Epoch {
		return fmt.Errorf("event (%d, %d) does not follow (%d, %d)", e.Epoch, e.Version, s.State.Epoch, s.State.Version)
	}
	s.State.Epoch = e.Epoch // epochs are left out where an opening failed
	s.State.Apply(e.Event)
	return nil
}
