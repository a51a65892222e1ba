// Package queuetest says what a [queue.Line] must do.
//
// [Run] holds a line against the model (package model), case by case and in
// long random runs, and then tests what must be true of any line. redisqueue
// passes it on a real Redis.
//
// A long run: go test ./queue/redisqueue -run Line/random -queue.commands 100000
package queuetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/model"
)

const (
	theOffice = queue.OfficeID("office")
	today     = "2026-11-24"
	tomorrow  = "2026-11-25"
)

// opens is when a test's day begins.
var opens = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// Run holds a line against the model and the rules. fresh returns an empty one.
func Run(t *testing.T, fresh func(*testing.T) queue.Line) {
	t.Run("cases", func(t *testing.T) { runCases(t, fresh) })
	t.Run("random", func(t *testing.T) { runRandom(t, fresh(t)) })
	for name, property := range properties {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			property(t, fresh(t))
		})
	}
}

// pair is a line and the model, told the same.
type pair struct {
	line     queue.Line
	model    model.Line
	office   queue.OfficeID
	requests []queue.Request // so far
}

// do gives both a request and returns their answer, or what differs.
func (p *pair) do(r queue.Request) (answer queue.Event, differs string, refusal error) {
	p.requests = append(p.requests, r)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	got, gotErr := p.line.Do(ctx, r)
	want, wantErr := p.model.Do(ctx, r)
	return got, differ(got, gotErr, want, wantErr), gotErr
}

func differ(got queue.Event, gotErr error, want queue.Event, wantErr error) string {
	if refusal(gotErr) != refusal(wantErr) || gotErr == nil && !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("answer\n%+v %v, want\n%+v %v", got, gotErr, want, wantErr)
	}
	return ""
}

// refusal is which of the refusals an error is.
func refusal(err error) error {
	for _, r := range queue.Refusals {
		if errors.Is(err, r) {
			return r
		}
	}
	return err
}

// compare says what differs between the whole states.
func (p *pair) compare(t *testing.T) string {
	t.Helper()
	got, want := read(t, p.line, p.office), read(t, &p.model, p.office)
	if reflect.DeepEqual(got, want) {
		return ""
	}
	for w := range want.Tickets.All() {
		if g := got.Tickets.At(w.ID); !reflect.DeepEqual(g, w) {
			return fmt.Sprintf("ticket\n%+v, want\n%+v", g, w)
		}
	}
	return fmt.Sprintf("state\n%+v, want\n%+v", got, want)
}

func read(t *testing.T, line queue.Line, id queue.OfficeID) *queue.Office {
	t.Helper()
	o, err := line.Office(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// request is a command given so long after the day's opening.
func request(id string, after time.Duration, c queue.Command) queue.Request {
	return queue.Request{Office: theOffice, ID: id, Actor: queue.Actor{Role: "clerk", ID: "c1"},
		At: opens.Add(after), Day: today, Command: c}
}

// give carries out a command that must not be refused.
func give(t *testing.T, line queue.Line, r queue.Request) queue.Event {
	t.Helper()
	event, err := line.Do(t.Context(), r)
	if err != nil {
		t.Fatalf("%s %+v: %v", r.Command.Kind(), r.Command, err)
	}
	return event
}

// summary says in short what an event changed: "A called@1 due +5 · desk 1 open A".
func summary(e queue.Event) string {
	var parts []string
	for _, t := range e.Tickets {
		text := fmt.Sprintf("%s %s", t.ID, t.State)
		if t.Recalled {
			text += " again"
		}
		if t.Desk != "" {
			text += "@" + string(t.Desk)
		}
		parts = append(parts, fmt.Sprintf("%s due %+d", text, (t.Due-opens.UnixMilli())/60_000))
	}
	for _, d := range e.Desks {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("desk %s %s %s", d.ID, d.State, d.Ticket)))
	}
	return strings.Join(parts, " · ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
