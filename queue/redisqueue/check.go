package redisqueue

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"

	"github.com/wartefrei/wartefrei/queue"
)

// Check compares an office's queue in Redis with what its record comes to at the
// same version, ticket by ticket and desk by desk, with the lines and appointments
// that commands find them by, and says in lines what differs: none if they agree. unrecorded is how many events the record lacks,
// which is no difference while the office works. It changes nothing.
func (q *Queue) Check(ctx context.Context, office queue.OfficeID) (lines []string, unrecorded int64, err error) {
	for range 10 { // until the record has what Redis has
		if lines, unrecorded, err = q.check(ctx, office); err != nil || unrecorded == 0 {
			break
		}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("check %s: %w", office, err)
	}
	return lines, unrecorded, nil
}

func (q *Queue) check(ctx context.Context, office queue.OfficeID) (lines []string, unrecorded int64, err error) {
	heads, err := q.record.heads(ctx, []queue.OfficeID{office}) // first, so that Redis can only be newer
	if err != nil {
		return nil, 0, err
	}
	q.saw(office, heads[0].Epoch, heads[0].Version)
	reply, err := q.run(ctx, scripts["check"], office, 0, "")
	switch {
	case err != nil:
		return nil, 0, err
	case reply.word == "GONE" && heads[0] == queue.Mark{}:
		return nil, 0, nil // nobody has been here yet
	case reply.word == "NEWER":
		return nil, 1, nil // opened just now: once more
	case reply.word != "STATE":
		return []string{"the queue is closed in Redis (" + reply.word + "): the next command, or a running node, opens it"}, 0, nil
	}
	has, err := readOffice(office, reply)
	if err != nil {
		return nil, 0, err
	}
	sheet, err := q.record.journal.Fold(ctx, office, has.Version)
	if err != nil {
		return nil, 0, err
	}
	if lacks := has.Version - sheet.State.Version; lacks > 0 {
		return nil, lacks, nil
	}
	return append(differences(has, sheet.State), misplaced(reply, sheet.State)...), 0, nil
}

// misplaced says who waits and is not where call-next looks for them, and whose
// appointment leads nowhere.
func misplaced(r reply, record *queue.Office) (lines []string) {
	has := map[string]string{}
	found, _ := r.rest[9].([]any)
	for pair := range slices.Chunk(found, 2) {
		for member := range slices.Chunk(reply{rest: pair}.texts(1), 2) {
			has["line "+reply{rest: pair}.text(0)+" "+member[0]] = member[1]
		}
	}
	for pair := range slices.Chunk(r.texts(10), 2) {
		has["appointment "+pair[0]] = pair[1]
	}
	want, names := map[string]string{}, map[string]string{}
	for t := range record.Tickets.All() {
		if t.State == queue.Waiting {
			line, member := placeOf(t)
			place := "line " + line + " " + member
			want[place], names[place] = fmt.Sprint(t.Due), "ticket "+t.Number+" in its line" // whose name tells what is needed
		}
		if t.Appointment != "" && t.From == "" {
			place := "appointment " + t.Appointment
			want[place], names[place] = string(t.ID), "the appointment of ticket "+t.Number
		}
	}
	for _, place := range union(maps.Keys(has), maps.Keys(want)) {
		if has[place] == want[place] {
			continue
		}
		switch name, known := names[place]; {
		case !known:
			lines = append(lines, "Redis has somebody in a line, or an appointment, whom the record does not have there")
		case has[place] == "":
			lines = append(lines, name+": missing in Redis")
		default:
			lines = append(lines, name+": elsewhere in Redis")
		}
	}
	return lines
}

// differences names tickets by their numbers: ids open their pages.
func differences(has, record *queue.Office) []string {
	var lines []string
	say := func(what string, has, record any) {
		lines = append(lines, fmt.Sprintf("%s: Redis has %v, the record %v", what, has, record))
	}
	if has.Epoch != record.Epoch || has.Day != record.Day || !reflect.DeepEqual(has.Counters, record.Counters) {
		say("the day", fmt.Sprint(has.Epoch, has.Day, has.Counters), fmt.Sprint(record.Epoch, record.Day, record.Counters))
	}
	for _, id := range union(has.Tickets.IDs(), record.Tickets.IDs()) {
		if a, b := has.Tickets.At(id), record.Tickets.At(id); !reflect.DeepEqual(a, b) {
			say("ticket "+max(a.Number, b.Number), shortly(a), shortly(b))
		}
	}
	for _, id := range union(maps.Keys(has.Desks), maps.Keys(record.Desks)) {
		if a, b := has.Desks[id], record.Desks[id]; !reflect.DeepEqual(a, b) {
			say("desk "+string(id), fmt.Sprint(a.State, a.Serves), fmt.Sprint(b.State, b.Serves))
		}
	}
	return lines
}

func shortly(t queue.Ticket) string {
	if t.ID == "" {
		return "none"
	}
	return fmt.Sprintf("%s, due %d, desk %q, call %q", t.State, t.Due, t.Desk, t.Call)
}

func union[K ~string](a, b iter.Seq[K]) []K {
	keys := slices.AppendSeq(slices.Collect(a), b)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Rebuild writes an office's queue anew from its record, under a new epoch. It
// tries until ctx's deadline (10 s without one). In a busy office another node
// may open it between two tries: that has done the same, and is enough.
func (q *Queue) Rebuild(ctx context.Context, office queue.OfficeID) error {
	before, err := q.record.heads(ctx, []queue.OfficeID{office})
	if err == nil {
		err = until(ctx, func(ctx context.Context) error { return q.rebuild(ctx, office, before[0].Epoch) })
	}
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", office, err)
	}
	return nil
}

// rebuild tries once to bring the office into an epoch after the one before.
func (q *Queue) rebuild(ctx context.Context, office queue.OfficeID, before int64) error {
	err := q.open(ctx, office, 0, "", true)
	if err == nil {
		return nil
	}
	if o, readErr := q.Office(ctx, office); readErr == nil && o.Epoch > before {
		return nil
	}
	return err
}

// RebuildFromRedis goes on from what Redis has, whatever the record says: for a
// record that was restored from a backup (ErrGap). The whole state goes into
// the event that opens the new epoch. Commands from before are not recognised
// when they are repeated. It tries as Rebuild does.
func (q *Queue) RebuildFromRedis(ctx context.Context, office queue.OfficeID) error {
	err := until(ctx, func(ctx context.Context) error { return q.openFromRedis(ctx, office) })
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", office, err)
	}
	return nil
}

func (q *Queue) openFromRedis(ctx context.Context, office queue.OfficeID) error {
	heads, err := q.record.heads(ctx, []queue.OfficeID{office})
	if err != nil {
		return err
	}
	head := heads[0]
	o, err := q.fence(ctx, office, head, 0, "", true)
	if err != nil {
		return err
	}
	reply, err := q.run(ctx, scripts["fenced"], office, 0, "")
	if err != nil {
		return err
	}
	if reply.word != "STATE" || reply.number(0) == 0 {
		return errGone
	}
	if o.Office, err = readOffice(office, reply); err != nil {
		return err
	}
	if err := q.recordOpening(ctx, office, o, head, nil, true); err != nil {
		return err
	}
	if err := q.write(ctx, office, *o); err != nil {
		return err
	}
	return q.letIn(ctx, office, *o)
}
