package wsscreen

import "github.com/prometheus/client_golang/prometheus"

// metrics of all readers. The label kind is Topic.Kind: a short list, never a
// ticket or a desk.
type metrics struct {
	readers                        *prometheus.GaugeVec
	sent, replaced, slow, failures *prometheus.CounterVec
	delay                          *prometheus.HistogramVec
}

// counters are the metrics of one kind.
type counters struct {
	readers                        prometheus.Gauge
	sent, replaced, slow, failures prometheus.Counter
	delay                          prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"kind"})
		reg.MustRegister(c)
		return c
	}
	m := &metrics{
		sent:     counter("wartefrei_live_frames_sent_total", "Frames handed to a reader's connection."),
		replaced: counter("wartefrei_live_frames_replaced_total", "Frames replaced by a newer one before a slow reader took them."),
		slow:     counter("wartefrei_live_slow_disconnects_total", "Connections ended because a write took too long."),
		failures: counter("wartefrei_live_render_failures_total", "Frames that could not be rendered."),
		readers: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "wartefrei_live_readers",
			Help: "Live readers connected: WebSockets and waiting polls.",
		}, []string{"kind"}),
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "wartefrei_live_frame_delay_seconds",
			Help:    "From the arrival of an office's event at this node until a frame that shows it is handed to a reader's connection.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"kind"}),
	}
	reg.MustRegister(m.readers, m.delay)
	m.of("screen") // that none is connected is a number too: an alert asks for it
	return m
}

func (m *metrics) of(kind string) counters {
	return counters{
		readers: m.readers.WithLabelValues(kind), sent: m.sent.WithLabelValues(kind),
		replaced: m.replaced.WithLabelValues(kind), slow: m.slow.WithLabelValues(kind),
		failures: m.failures.WithLabelValues(kind), delay: m.delay.WithLabelValues(kind),
	}
}
