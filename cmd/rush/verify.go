package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/audit"
)

// record reads the journal as it grows, and has each event judged (package
// audit).
type record struct {
	pool    *pgxpool.Pool
	offices map[string]*history
	events  int
	kinds   map[string]int // how many of each
	wrong   []string
}

// history is what is known of one office.
type history struct {
	*audit.Office
	seen   map[int64]event   // by version
	joined map[string]joined // by the ticket's id
	done   int               // commands of people

	received map[string]queue.Ticket // as they went on here, by where they came from (passage)
}

// event is what is kept of an event.
type event struct {
	epoch int64
	told  string
}

// joined is how a ticket came.
type joined struct {
	told    string
	version int64
}

func newRecord(pool *pgxpool.Pool) *record {
	return &record{pool: pool, offices: map[string]*history{}, kinds: map[string]int{}}
}

func newHistory() *history {
	return &history{Office: audit.New(), seen: map[int64]event{}, joined: map[string]joined{}, received: map[string]queue.Ticket{}}
}

// read reads what is new.
func (r *record) read(ctx context.Context) error {
	rows, err := r.pool.Query(ctx, `SELECT office FROM queue_head ORDER BY office`)
	if err != nil {
		return err
	}
	offices, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, office := range offices {
		h, ok := r.offices[office]
		if !ok {
			h = newHistory()
			r.offices[office] = h
		}
		rows, err := r.pool.Query(ctx, `SELECT event::text FROM queue_event WHERE office = $1 AND version > $2 ORDER BY version`, office, h.Version)
		if err != nil {
			return err
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, text := range texts {
			var e queue.Event
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				return err
			}
			r.events++
			r.kinds[e.Kind]++
			r.wrong = append(r.wrong, h.take(e)...)
		}
	}
	return nil
}

// take returns what was found wrong since the last time.
func (r *record) take() []string {
	wrong := r.wrong
	r.wrong = nil
	return wrong
}

// ends says where the journal of each office ends.
func (r *record) ends() string {
	var ends []string
	for office, h := range r.offices {
		ends = append(ends, fmt.Sprintf("%s %d-%d", office, h.Epoch, h.Version))
	}
	slices.Sort(ends)
	return strings.Join(ends, ", ")
}

// take holds an event against the state before it, and keeps what answers are compared with.
func (h *history) take(e queue.Event) []string {
	for _, t := range e.Tickets {
		if _, ok := h.Tickets.Get(t.ID); !ok {
			h.joined[string(t.ID)] = joined{toldVisit(e.Office, t), e.Version}
		}
	}
	if e.Kind == (queue.Receive{}).Kind() {
		from := e.Tickets[0].SentFrom
		h.received[passage(from.Office, e.Tickets[0].ID, from.Mark())] = e.Tickets[0]
	}
	h.seen[e.Version] = event{e.Epoch, told(e)}
	if e.Actor.Role != "system" {
		h.done++
	}
	return h.Take(e)
}

// compare holds every answer against the record: it is there, once, as it was
// answered; and nothing is there that nobody was answered.
func compare(sent []command, r *record) (wrong []string) {
	say := func(c command, format string, values ...any) {
		wrong = append(wrong, c.Path+" "+c.Key+": "+fmt.Sprintf(format, values...))
	}
	done := map[string]int{}
	for _, c := range sent {
		if !c.acted() {
			continue
		}
		done[c.Office]++
		h, ok := r.offices[c.Office]
		switch {
		case !ok:
			say(c, "the office has no record")
		case c.Event.Version == 0:
			if j := h.joined[c.Visit.ID]; j.told != answeredVisit(c.Visit) {
				say(c, "answered %s, recorded %s", answeredVisit(c.Visit), j.told)
			}
		default:
			if e := h.seen[c.Event.Version]; e.epoch != c.Event.Epoch || e.told != answered(c.Event) {
				say(c, "answered %d-%d %s, recorded %d %s", c.Event.Epoch, c.Event.Version, answered(c.Event), e.epoch, e.told)
			}
		}
	}
	for office, h := range r.offices {
		if h.done != done[office] {
			wrong = append(wrong, fmt.Sprintf("%s: %d commands are recorded, %d were answered", office, h.done, done[office]))
		}
	}
	return wrong
}

// passage names a visit's way from an office to another.
func passage(from queue.OfficeID, id queue.TicketID, sent queue.Mark) string {
	return fmt.Sprint(from, " ", id, " ", sent)
}

// lost are those who were sent to another office and did not arrive there as they
// were sent, or are in both.
func (r *record) lost() (wrong []string) {
	open := map[queue.TicketID]string{}
	for office, h := range r.offices {
		for t := range h.Tickets.All() {
			if other, ok := open[t.ID]; ok && t.State.Open() {
				wrong = append(wrong, fmt.Sprintf("%s waits in %s and in %s", t.ID, office, other))
			}
			if t.State.Open() {
				open[t.ID] = office
			}
			if t.State != queue.Sent {
				continue
			}
			var arrived queue.Ticket
			if there, ok := r.offices[string(t.SentTo.Office)]; ok {
				arrived = there.received[passage(queue.OfficeID(office), t.ID, t.SentTo.Mark())]
			}
			switch {
			case arrived.ID == "":
				wrong = append(wrong, fmt.Sprintf("%s was sent from %s to %s and never arrived", t.ID, office, t.SentTo.Office))
			case arrived.Due != t.Due || arrived.Class != t.Class || arrived.Slot != t.Slot || arrived.Persons != t.Persons || arrived.Reason != t.Reason ||
				!slices.Equal(arrived.Needs, t.Needs) || !slices.Equal(arrived.Services, t.SentTo.Services):
				wrong = append(wrong, fmt.Sprintf("%s was sent from %s as %+v and arrived in %s as %+v", t.ID, office, t, t.SentTo.Office, arrived))
			}
		}
	}
	return wrong
}

// forgotten leaves out, and counts, what two faults at once may lose: what was
// answered while the record was behind, during a pair that forgets, and is not in
// the record.
func (r *run) forgotten(sent []command) []command {
	return slices.DeleteFunc(slices.Clone(sent), func(c command) bool {
		h, ok := r.record.offices[c.Office]
		if !ok || !c.acted() || !c.Behind || !r.forgetting(c) {
			return false
		}
		e := h.seen[c.Event.Version]
		_, joined := h.joined[c.Visit.ID]
		lost := c.Visit.ID != "" && !joined || c.Visit.ID == "" && (e.epoch != c.Event.Epoch || e.told != answered(c.Event))
		if lost {
			r.gone++
		}
		return lost
	})
}

// forgetting says whether a command was answered during a pair that forgets.
func (r *run) forgetting(c command) bool {
	return slices.ContainsFunc(r.forgets, func(s span) bool { return !c.Answer.Before(s.from) && !c.Answer.After(s.until) })
}

// placed gives commands the versions of their events: the answer to somebody who
// was let in does not say it, the record does.
func (r *record) placed(sent []command) []command {
	sent = slices.Clone(sent)
	for n := range sent {
		c := &sent[n]
		c.Version = c.Event.Version
		if h, ok := r.offices[c.Office]; ok && c.Visit.ID != "" {
			c.Version = h.joined[c.Visit.ID].version
		}
	}
	return sent
}

// inOrder holds that what was sent after an answer came after it.
func inOrder(sent []command) (wrong []string) {
	byOffice := map[string][]command{}
	for _, c := range sent {
		if c.Version > 0 {
			byOffice[c.Office] = append(byOffice[c.Office], c)
		}
	}
	for office, commands := range byOffice {
		after, _ := bounds(commands)
		for _, c := range commands {
			if highest := after(c.Sent); c.Version <= highest {
				wrong = append(wrong, fmt.Sprintf("%s %s: version %d, sent after %d was answered", office, c.Key, c.Version, highest))
			}
		}
	}
	return wrong
}

// repeat sends commands that were done once more under their keys, those that
// were sent more than once and one in ten of the others: the same answer. A
// refusal is kept for one life of Redis only, since the record has events alone.
func (r *run) repeat(sent []command) (wrong []string) {
	for n, c := range sent {
		if !c.acted() || c.Tries == 0 && n%10 != 0 {
			continue
		}
		again := command{Path: c.Path, Key: c.Key, Token: c.Token, Body: c.Body, Sent: time.Now()}
		if c.Scan != nil {
			again.Scan = &scan{}
		}
		r.crowd.answer(&again, n%len(r.site.nodes), 1)
		if again.Status != c.Status || answeredVisit(again.Visit) != answeredVisit(c.Visit) || answered(again.Event) != answered(c.Event) || again.Event.Version != c.Event.Version {
			wrong = append(wrong, fmt.Sprintf("%s %s: answered %d %s %s, and again %d %s %s", c.Path, c.Key,
				c.Status, answered(c.Event), answeredVisit(c.Visit), again.Status, answered(again.Event), answeredVisit(again.Visit)))
		}
	}
	return wrong
}
