package queuetest

import (
	"slices"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/audit"
	"github.com/wartefrei/wartefrei/queue/model"
)

// TestModel holds the model against the cases and the properties that do not
// need more than one caller at a time.
func TestModel(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) queue.Line { return &guarded{} })
}

// TestRules has the model carry out random commands, and judges each event by the
// record alone. Four times as many as
// -queue.commands says.
func TestRules(t *testing.T) {
	t.Parallel()
	for seed, done := *seed, 0; done < 4**commands; seed, done = seed+1, done+perRun {
		record := audit.New()
		p := &pair{office: theOffice, model: model.Line{Tell: func(e queue.Event) {
			for _, wrong := range record.Take(e) {
				t.Errorf("seed %d: %s", seed, wrong)
			}
		}}}
		g := newGenerator(seed, p)
		for range perRun {
			r := g.request()
			p.requests = append(p.requests, r)
			p.model.Do(t.Context(), r) // a refusal is an answer too
		}
		if t.Failed() {
			return
		}
	}
}

// TestCases holds that every command and every refusal has a case.
func TestCases(t *testing.T) {
	t.Parallel()
	missing := queue.Kinds()
	var wants []string
	for _, c := range cases {
		last, ok := c.steps[len(c.steps)-1].(queue.Command)
		if !ok {
			t.Fatalf("%v does not end with a command", c)
		}
		missing = slices.DeleteFunc(missing, func(kind string) bool { return kind == last.Kind() })
		wants = append(wants, c.want)
	}
	for _, r := range queue.Refusals {
		if r != queue.ErrOtherContent && !slices.Contains(wants, r.Error()) { // that one is tried with each case
			missing = append(missing, r.Error())
		}
	}
	if len(missing) > 0 {
		t.Errorf("without a case: %v", missing)
	}
}
