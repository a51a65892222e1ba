package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/model"
)

// refusal is a command that was refused, and between which versions.
type refusal struct {
	command
	meant queue.Command
	after int64 // the highest version that was answered when it was sent
	until int64 // below the lowest that was sent when it was answered
}

// decisions holds each command against the model: what was carried out changed in its
// version what was asked for, and a refusal was right in one of the states that the
// record came to in its time. A refusal during a pair that forgets may have been right
// in a state that is lost.
func (r *run) decisions(ctx context.Context, sent []command) (wrong []string) {
	byOffice := map[string][]command{}
	for _, c := range sent {
		byOffice[c.Office] = append(byOffice[c.Office], c)
	}
	for office, all := range byOffice {
		refused, err := refusedOf(all)
		refused = slices.DeleteFunc(refused, func(c refusal) bool { return r.forgetting(c.command) })
		var others []string
		if err == nil {
			refused, others, err = r.unexplained(ctx, office, refused, all)
		}
		wrong = append(wrong, others...)
		if err != nil {
			wrong = append(wrong, err.Error())
		}
		for _, c := range refused {
			wrong = append(wrong, fmt.Sprintf("%s %s %s was refused as %s, which is right in no state from version %d to %d", c.Path, c.Key, c.Body, c.Code, c.after, c.until))
		}
	}
	return wrong
}

// refusedOf are an office's refusals, in the order in which they can have come first.
func refusedOf(sent []command) (refused []refusal, err error) {
	after, until := bounds(sent)
	for _, c := range sent {
		if c.Status < 400 {
			continue
		}
		meant, err := c.meant()
		if err != nil {
			return nil, fmt.Errorf("%s was refused as %s: %w", c.Path, c.Code, err)
		}
		if noShow, ok := meant.(queue.NoShow); ok && c.Office != hasty { // too soon, as each office decides
			noShow.NotBefore = math.MaxInt32
			meant = noShow
		}
		refused = append(refused, refusal{c, meant, after(c.Sent), until(c.Answer)})
	}
	slices.SortFunc(refused, func(a, b refusal) int { return cmp.Compare(a.after, b.after) })
	return refused, nil
}

// bounds say which versions were surely there when a command was sent, and which
// surely were not when it was answered.
func bounds(sent []command) (after, until func(time.Time) int64) {
	var byAnswer []command
	for _, c := range sent {
		if c.Version > 0 {
			byAnswer = append(byAnswer, c)
		}
	}
	bySending := slices.Clone(byAnswer)
	slices.SortFunc(byAnswer, func(a, b command) int { return a.Answer.Compare(b.Answer) })
	slices.SortFunc(bySending, func(a, b command) int { return a.Sent.Compare(b.Sent) })
	highest, lowest := make([]int64, len(byAnswer)+1), make([]int64, len(bySending)+1)
	for n, c := range byAnswer {
		highest[n+1] = max(highest[n], c.Version)
	}
	lowest[len(bySending)] = math.MaxInt64
	for n, c := range slices.Backward(bySending) {
		lowest[n] = min(lowest[n+1], c.Version)
	}
	after = func(t time.Time) int64 {
		n, _ := slices.BinarySearchFunc(byAnswer, t, func(c command, t time.Time) int { return c.Answer.Compare(t) })
		return highest[n]
	}
	until = func(t time.Time) int64 {
		n, _ := slices.BinarySearchFunc(bySending, t, func(c command, t time.Time) int { return c.Sent.Compare(t) })
		return lowest[n] - 1
	}
	return after, until
}

// meant is the command of the queue that a request was: its fields have the same
// names, but for what the path says and what only the server knows.
func (c command) meant() (queue.Command, error) {
	path := strings.Split(strings.TrimPrefix(c.Path, "/"), "/")
	if len(path) != 5 {
		return nil, fmt.Errorf("%s is not about a desk, a ticket or a service", c.Path)
	}
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(c.Body), &fields); err != nil {
		return nil, err
	}
	fields[strings.TrimSuffix(path[2], "s")] = path[3]
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return queue.DecodeCommand(path[4], text)
}

// unexplained are those refusals that were right in no state of their time, and what
// is wrong with what was carried out.
func (r *run) unexplained(ctx context.Context, office string, refused []refusal, all []command) (unexplained []refusal, wrong []string, err error) {
	done := map[int64]command{}
	for _, c := range all {
		if c.acted() {
			done[c.Version] = c
		}
	}
	rows, err := r.site.pool.Query(ctx, `SELECT event::text FROM queue_event WHERE office = $1 ORDER BY version`, office)
	if err != nil {
		return nil, nil, err
	}
	state := &queue.Office{ID: queue.OfficeID(office)}
	var open []refusal
	look := func() {
		for len(refused) > 0 && refused[0].after <= state.Version {
			open, refused = append(open, refused[0]), refused[1:]
		}
		open = slices.DeleteFunc(open, func(c refusal) bool {
			if state.Version > c.until {
				unexplained = append(unexplained, c)
				return true
			}
			return c.rightIn(state)
		})
	}
	look()
	var text string
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		var e queue.Event
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return err
		}
		state.Epoch, state.Version = e.Epoch, e.Version-1 // an opening may leave epochs out
		if c, ok := done[e.Version]; ok {
			if odd := c.asked(state, e); odd != "" {
				wrong = append(wrong, fmt.Sprintf("%s %s %s: %s", c.Path, c.Key, c.Body, odd))
			}
		}
		state.Apply(e)
		look()
		return nil
	})
	return append(unexplained, open...), wrong, err
}

func (c refusal) rightIn(state *queue.Office) bool {
	_, err := model.Decide(state, state.At, c.meant)
	return err != nil && err.Error() == c.Code
}
