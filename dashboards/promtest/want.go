package promtest

import (
	"fmt"
	"testing"
)

// Want is a series of an answer and the range that its value must be in.
type Want struct {
	Labels      string // in order, as "office=a,service=b"
	Least, Most float64
}

// Between wants a value from least to most.
func Between(labels string, least, most float64) Want { return Want{labels, least, most} }

// Exactly wants one value.
func Exactly(labels string, v float64) Want { return Between(labels, v-1e-9, v+1e-9) }

func (w Want) fault(values map[string]float64) string {
	if v, ok := values[w.Labels]; !ok || !(v >= w.Least && v <= w.Most) { // nor is NaN what is wanted
		return fmt.Sprintf("%q: %v, there: %v; want %v to %v", w.Labels, v, ok, w.Least, w.Most)
	}
	return ""
}

// Shows waits until an expression shows what is wanted: at least one series,
// and each of the wanted ones; or none at all where nothing is wanted (nil).
// wants is asked anew each time: what happened may go on.
func (p *Prometheus) Shows(t testing.TB, name, expr string, wants func() []Want) {
	t.Helper()
	p.Eventually(t, expr, func(values map[string]float64) string {
		all := wants()
		if (all == nil) != (len(values) == 0) {
			return fmt.Sprintf("%s shows %d series, want %v", name, len(values), all)
		}
		for _, w := range all {
			if wrong := w.fault(values); wrong != "" {
				return name + ": " + wrong
			}
		}
		return ""
	})
}
