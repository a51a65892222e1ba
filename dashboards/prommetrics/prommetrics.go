// Package prommetrics offers Prometheus what happens in the offices' queues
// and in the HTTP server.
//
//	queue events ──▶ Queue.Event ──▶ counters, histograms ─┐
//	queue.Office ──▶ dashboards.Count ──▶ gauges ──────────┼─▶ /metrics
//	requests ──────▶ HTTP.Observe ──▶ histogram ───────────┘
//
// Metrics of PostgreSQL, Redis and the screens are registered beside what they
// measure: in booking/pg, queue/redisqueue and signage/wsscreen.
//
// # Several nodes
//
// Every node follows all events and counts all of them, whoever ran the
// command. So each node's wartefrei_queue_* and wartefrei_desks are those of
// the whole installation, and a query takes the largest, never the sum:
//
//	max by (office) (increase(wartefrei_queue_noshows_total[1h]))
//
// Counting only where a command ran would make a sum right until the first
// repeat: a node that answers a repeated command cannot know whether the first
// one's node counted it before it fell. The largest is right while one node
// has seen everything; one that was away has seen less and never more.
//
// What a node does itself (HTTP, its stores, its screens) is summed.
//
// # Clocks and labels
//
// Waits are by the office clock, which the demonstration may run faster than
// the machine's. Labels are offices and services of the city, and fixed lists:
// never a ticket, a desk or an account.
package prommetrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Program registers what the program and its process are. revision is the
// commit that it was built from.
func Program(reg prometheus.Registerer, revision string) {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "wartefrei_build_info",
		Help:        "Always 1; the labels say which program runs.",
		ConstLabels: prometheus.Labels{"revision": revision, "go": runtime.Version()},
	})
	build.Set(1)
	reg.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}
