package queuetest

import (
	"slices"
	"testing"

	"github.com/wartefrei/wartefrei/queue"
)

// TestModel holds the model against the cases and the properties that do not
// need more than one caller at a time.
func TestModel(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) queue.Line { return &guarded{} })
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
