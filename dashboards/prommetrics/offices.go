package prommetrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
)

// Offices counts the present state of every office whenever Prometheus asks.
// While this node does not know whether its state is the newest, it says only
// since when: the largest over nodes must not be an old one's.
type Offices struct {
	City  func() *booking.City               // required
	State func(queue.OfficeID) *queue.Office // required
	Now   func() time.Time                   // required; the office clock
	Age   func() time.Duration               // required; since this node last knew that its state was the newest

	Behind func(queue.OfficeID) time.Duration // required; for how long something is decided and not recorded
}

// stale is the age from which a state is not counted: a node looks each second.
const stale = 10 * time.Second

var (
	ageDesc = prometheus.NewDesc("wartefrei_queue_state_age_seconds",
		"Since this node last knew that its state of the queue was the newest. Of each node.", nil, nil)
	waitingDesc     = gauge("wartefrei_queue_waiting", "Tickets that wait now. Take max over nodes.", "service")
	missingDesc     = gauge("wartefrei_queue_missing", "Tickets that were called and did not come, and are not back. Take max over nodes.")
	longestDesc     = gauge("wartefrei_queue_longest_wait_seconds", "Longest wait of those who wait now, by the office clock. Take max over nodes.")
	strandedDesc    = gauge("wartefrei_queue_stranded", "Waiting tickets that no open desk serves. Take max over nodes.")
	disturbedDesc   = gauge("wartefrei_queue_disturbed_services", "Services that nobody can serve now. Take max over nodes.")
	emergenciesDesc = gauge("wartefrei_queue_emergencies", "Tickets let in as urgent or at once within the last hour of the office clock. Take max over nodes.")
	behindDesc      = gauge("wartefrei_queue_record_behind_seconds", "For how long something has been decided that PostgreSQL has no record of. Take max over nodes.")
	desksDesc       = gauge("wartefrei_desks", "Desks by state. Take max over nodes.", "state")
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{"office"}, labels...), nil)
}

// Describe lists the gauges.
func (o *Offices) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, missingDesc, longestDesc, strandedDesc, disturbedDesc, emergenciesDesc, desksDesc, ageDesc, behindDesc} {
		descs <- d
	}
}

// Collect counts.
func (o *Offices) Collect(metrics chan<- prometheus.Metric) {
	age := o.Age()
	metrics <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, age.Seconds())
	if age > stale {
		return
	}
	city, now := o.City(), o.Now()
	for _, office := range city.Offices() {
		metrics <- prometheus.MustNewConstMetric(behindDesc, prometheus.GaugeValue, o.Behind(queue.OfficeID(office.ID)).Seconds(), string(office.ID))
		collect(metrics, dashboards.Count(office, city.Location(), o.State(queue.OfficeID(office.ID)), now))
	}
}

func collect(metrics chan<- prometheus.Metric, f dashboards.Figures) {
	send := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, append([]string{string(f.Office)}, labels...)...)
	}
	for _, s := range f.Services {
		send(waitingDesc, float64(s.Waiting), string(s.ID))
	}
	send(missingDesc, float64(f.Missed))
	send(longestDesc, f.Longest.Seconds())
	send(strandedDesc, float64(len(f.Stranded)))
	send(disturbedDesc, float64(len(f.Disturbed)))
	send(emergenciesDesc, float64(len(f.Emergencies)))
	send(desksDesc, float64(f.Desks.Open), string(queue.DeskOpen))
	send(desksDesc, float64(f.Desks.Paused), string(queue.DeskPaused))
	send(desksDesc, float64(max(0, f.Desks.Of-f.Desks.Open-f.Desks.Paused)), string(queue.DeskClosed))
}
