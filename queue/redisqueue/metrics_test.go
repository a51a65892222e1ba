package redisqueue_test

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// Scripts count under their names, and no key or value becomes a label.
func TestMeasure(t *testing.T) {
	reg, rdb := prometheus.NewRegistry(), redistest.New(t)
	redisqueue.Measure(rdb, reg)
	q := redisqueue.New(rdb, record(t))
	for range 3 { // the first look loads the script
		if _, err := q.Office(context.Background(), "amt"); err != nil {
			t.Fatal(err)
		}
	}
	if err := rdb.Set(context.Background(), "secret", "Erika", 0).Err(); err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, m := range families[0].Metric {
		got[m.Label[0].GetValue()] = m.GetHistogram().GetSampleCount()
	}
	if len(families) != 1 || got["state"] < 3 || got["set"] != 1 || got["secret"]+got["Erika"] != 0 {
		t.Errorf("commands: %v", got)
	}
}
