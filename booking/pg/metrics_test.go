package pg_test

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
)

// Queries count under their names, and values never become labels.
func TestOpenMeasured(t *testing.T) {
	reg := prometheus.NewRegistry()
	pool, err := pg.OpenMeasured(context.Background(), pgtest.URL(t), reg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, sql := range []string{"-- name: Fine\nSELECT 1", "-- name: Fine\nSELECT 2", "-- name: Wrong\nSELECT 1/0", "SELECT 'Erika'"} {
		rows, err := pool.Query(context.Background(), sql)
		if err == nil {
			rows.Close()
		}
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, family := range families {
		for _, m := range family.Metric {
			labels := family.GetName()
			for _, l := range m.Label {
				labels += " " + l.GetValue()
			}
			got[labels] = m.GetHistogram().GetSampleCount() + uint64(m.GetGauge().GetValue())
		}
	}
	want := map[string]uint64{
		"wartefrei_postgres_query_seconds Fine ok":      2,
		"wartefrei_postgres_query_seconds Wrong failed": 1,
		"wartefrei_postgres_connections busy":           0,
		"wartefrei_postgres_connections most":           20,
	}
	for series, n := range want {
		if count, ok := got[series]; !ok || count != n {
			t.Errorf("%s is %d, want %d", series, count, n)
		}
	}
	if len(got) != len(want)+2 || got["wartefrei_postgres_query_seconds other ok"] == 0 {
		t.Errorf("series: %v, want also that of nameless queries, and idle connections, and nothing else", got)
	}
}
