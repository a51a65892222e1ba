package pgbooking_test

import (
	"testing"
	"time"
)

// BenchmarkFree computes the free times of 90 days beside 5,000 appointments,
// and reports how many times longer that takes than the bare SELECT of their
// rows through the same pool.
func BenchmarkFree(b *testing.B) {
	o := open(b)
	_, err := o.pool.Exec(ctx, `INSERT INTO appointment (id, office, house, state, place, during, day, choices, lang, made, booked)
		SELECT gen_random_uuid(), 'buergerbuero', 'fischmarkt', 'booked', 1 + n % 5,
			tstzrange(at, at + '15 minutes'), at::date, '[{"service": "reisepass", "persons": 1}]', 'de', $1, $1
		FROM generate_series(0, 4999) n, LATERAL (SELECT
			$1::timestamptz + '1 hour' + n / 5 / 12 * interval '1 day' + n / 5 % 12 * interval '45 minutes' AS at) t`, o.now)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := o.pool.Exec(ctx, `ANALYZE appointment`); err != nil {
		b.Fatal(err)
	}
	var free, bare time.Duration
	for b.Loop() {
		begun := time.Now()
		days, err := o.Free(ctx, passport, "2026-11-24", 90)
		if err != nil || len(days) != 90 {
			b.Fatal(len(days), err)
		}
		free += time.Since(begun)
		begun = time.Now()
		if rows := o.bare(b); rows != 5000 {
			b.Fatalf("%d rows", rows)
		}
		bare += time.Since(begun)
	}
	b.ReportMetric(float64(free)/float64(bare), "x-bare-select")
	b.ReportMetric(float64(free.Microseconds())/float64(b.N)/1000, "ms/free")
	b.ReportMetric(float64(bare.Microseconds())/float64(b.N)/1000, "ms/select")
}

// bare reads the same rows and does nothing with them.
func (o *office) bare(b *testing.B) int {
	rows, err := o.pool.Query(ctx, `SELECT place, lower(during), upper(during) FROM appointment
		WHERE office = 'buergerbuero' AND during && tstzrange($1, $2)`, o.now, o.now.AddDate(0, 0, 90))
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	return n
}
