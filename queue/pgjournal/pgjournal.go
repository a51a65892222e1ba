// Package pgjournal keeps the record of every office's queue in PostgreSQL:
// one journal an office, version 1, 2, 3 …, appended to by compare-and-set
// alone, so that it has no gap and no event twice, whoever writes.
//
// Package redisqueue decides the events and writes them here; after a loss it
// folds the journal into a new epoch. The tables are in
// booking/pg/migrations/00020_journal.sql.
package pgjournal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/queue"
)

// Journal is the record in one database. It is safe for concurrent use.
type Journal struct{ pool *pgxpool.Pool }

// New returns the journal of a migrated database.
func New(pool *pgxpool.Pool) *Journal { return &Journal{pool} }

// Entry is an event as it is recorded: with the text that the queue wrote.
type Entry struct {
	queue.Event
	Text string
}

// Read makes an entry of a text.
func Read(text string) (Entry, error) {
	e := Entry{Text: text}
	if err := json.Unmarshal([]byte(text), &e.Event); err != nil {
		return e, fmt.Errorf("read an event: %w", err)
	}
	return e, nil
}

const heads = `-- name: QueueHeads
	SELECT office, epoch, version FROM queue_head WHERE office = ANY(@offices)`

// Heads says how far the offices' records reach, in the order of the offices;
// the zero Mark for one without a record.
func (j *Journal) Heads(ctx context.Context, offices []queue.OfficeID) ([]queue.Mark, error) {
	rows, err := j.pool.Query(ctx, heads, pgx.NamedArgs{"offices": offices})
	if err != nil {
		return nil, fmt.Errorf("read the heads of the journal: %w", err)
	}
	found := map[queue.OfficeID]queue.Mark{}
	var office queue.OfficeID
	var m queue.Mark
	if _, err := pgx.ForEachRow(rows, []any{&office, &m.Epoch, &m.Version}, func() error { found[office] = m; return nil }); err != nil {
		return nil, fmt.Errorf("read the heads of the journal: %w", err)
	}
	marks := make([]queue.Mark, len(offices))
	for i, office := range offices {
		marks[i] = found[office]
	}
	return marks, nil
}

// Batch are entries of one office that follow each other without a gap.
type Batch struct {
	Office  queue.OfficeID
	After   queue.Mark // what the record must end with
	Entries []Entry    // not empty
}

const begin = `-- name: BeginQueueHead
	INSERT INTO queue_head (office, epoch, version) VALUES (@office, 0, 0) ON CONFLICT DO NOTHING`

const appendEvents = `-- name: AppendQueueEvents
	WITH head AS (
		UPDATE queue_head SET epoch = @epoch, version = @version
		WHERE office = @office AND epoch = @afterEpoch AND version = @afterVersion
		RETURNING office)
	INSERT INTO queue_event (office, version, epoch, at, day, kind, command, event)
	SELECT head.office, e.* FROM head, unnest(@versions::bigint[], @epochs::bigint[], @ats::bigint[], @days::date[],
		@kinds::text[], @commands::text[], @events::json[]) AS e`

// Append records batches, at most one an office, in one transaction. It
// reports of each whether it was recorded: not, if the office's record ends
// elsewhere. After an error each may or may not be recorded: read the head.
func (j *Journal) Append(ctx context.Context, batches []Batch) ([]bool, error) {
	order := make([]int, len(batches)) // by office: two writers never wait for each other
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(batches[a].Office, batches[b].Office) })
	recorded := make([]bool, len(batches))
	var sent pgx.Batch
	for _, i := range order {
		b := batches[i]
		if b.After == (queue.Mark{}) {
			sent.Queue(begin, pgx.NamedArgs{"office": b.Office})
		}
		sent.Queue(appendEvents, arguments(b)).Exec(func(tag pgconn.CommandTag) error {
			recorded[i] = tag.RowsAffected() > 0
			return nil
		})
	}
	if err := j.pool.SendBatch(ctx, &sent).Close(); err != nil {
		return nil, fmt.Errorf("append to the journal: %w", err)
	}
	return recorded, nil
}

func arguments(b Batch) pgx.NamedArgs {
	n := len(b.Entries)
	versions, epochs, ats := make([]int64, n), make([]int64, n), make([]int64, n)
	days, kinds, commands, events := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, e := range b.Entries {
		versions[i], epochs[i], ats[i], days[i], kinds[i], commands[i], events[i] = e.Version, e.Epoch, e.At, e.Day, e.Kind, e.Command, e.Text
	}
	return pgx.NamedArgs{"office": b.Office, "epoch": epochs[n-1], "version": versions[n-1],
		"afterEpoch": b.After.Epoch, "afterVersion": b.After.Version,
		"versions": versions, "epochs": epochs, "ats": ats, "days": days, "kinds": kinds, "commands": commands, "events": events}
}

const eventAt = `-- name: QueueEventAt
	SELECT event::text FROM queue_event WHERE office = @office AND version = @version`

// At reads the event of a version; false if it is not recorded.
func (j *Journal) At(ctx context.Context, office queue.OfficeID, version int64) (Entry, bool, error) {
	var text string
	err := j.pool.QueryRow(ctx, eventAt, pgx.NamedArgs{"office": office, "version": version}).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("read event %d of %s: %w", version, office, err)
	}
	e, err := Read(text)
	return e, err == nil, err
}

// nightsOfNeeds is of how many days that began ForgetNeeds looks at the events:
// more than an installation stands still.
const nightsOfNeeds = 15

// An event is rewritten as jsonb has it: readers do not care for the order of fields.
const forgetNeeds = `-- name: ForgetNeeds
	WITH days AS (
		SELECT h.office, max(d.version) AS today, CASE WHEN count(*) < @nights THEN 0 ELSE min(d.version) END AS since
		FROM queue_head h, LATERAL (
			SELECT version FROM queue_event e WHERE e.office = h.office AND e.kind = 'day' ORDER BY version DESC LIMIT @nights) d
		GROUP BY h.office)
	UPDATE queue_event e SET event = (e.event::jsonb
		|| CASE WHEN e.kind = ANY(@kinds) THEN '{"hash": ""}' ELSE '{}' END::jsonb
		|| CASE WHEN e.event::text LIKE '%"needs"%' THEN jsonb_build_object('tickets', (
			SELECT jsonb_agg(t - 'needs' ORDER BY n) FROM jsonb_array_elements(e.event::jsonb->'tickets') WITH ORDINALITY AS x(t, n))) ELSE '{}' END)::json
	FROM days WHERE e.office = days.office AND e.version >= days.since AND e.version < days.today
		AND (e.event::text LIKE '%"needs"%' OR e.kind = ANY(@kinds) AND e.event::text NOT LIKE '%"hash": ""%')`

// withNeeds are the kinds of the commands whose content may name needs: with
// the few sets that there are, one could find out which by their hashes.
var withNeeds = []string{queue.Join{}.Kind(), queue.Receive{}.Kind(), queue.SetNeeds{}.Kind()}

// ForgetNeeds takes out of the record what people needed on days that have
// ended. They may be about somebody's health (GDPR, article 9), and serve no
// purpose afterwards. It may be repeated, and run on any number of nodes. A
// command of those days that is sent again is answered whatever its content.
func (j *Journal) ForgetNeeds(ctx context.Context) error {
	if _, err := j.pool.Exec(ctx, forgetNeeds, pgx.NamedArgs{"nights": nightsOfNeeds, "kinds": withNeeds}); err != nil {
		return fmt.Errorf("forget what people needed: %w", err)
	}
	return nil
}

// Lock keeps other nodes from opening an office meanwhile. It waits for at most
// 3 s and is given back by unlock, or by PostgreSQL a minute after it last heard
// of us. No safety rests on it.
func (j *Journal) Lock(ctx context.Context, office queue.OfficeID) (unlock func(), err error) {
	tx, err := j.pool.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", office, err)
	}
	unlock = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		tx.Rollback(ctx) // also when it fails: the connection is closed then, and the lock with it
	}
	_, err = tx.Exec(ctx, "SET LOCAL lock_timeout = '3s'; SET LOCAL idle_in_transaction_session_timeout = '60s'")
	if err == nil {
		_, err = tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext('queue ' || $1))", office)
	}
	if err != nil {
		unlock()
		return nil, fmt.Errorf("lock %s: %w", office, err)
	}
	return unlock, nil
}
