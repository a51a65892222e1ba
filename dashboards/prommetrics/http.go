package prommetrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// HTTP measures requests.
type HTTP struct {
	seconds *prometheus.HistogramVec
}

// NewHTTP registers the metric of requests.
func NewHTTP(reg prometheus.Registerer) *HTTP {
	return &HTTP{promauto.With(reg).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "wartefrei_http_request_seconds",
		Help:    "Time to answer a request, by the pattern of its route and the class of its status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})}
}

// Observe measures a request that was answered. route is the pattern, never
// the path, which may hold a secret; the caller has it from a fixed table. A
// status of 0 is a connection that left HTTP, as WebSockets do.
func (h *HTTP) Observe(method, route string, status int, took time.Duration) {
	if status == 0 {
		status = http.StatusSwitchingProtocols
	}
	h.seconds.WithLabelValues(known(method), route, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

// known keeps methods that strangers invent out of the labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return method
	}
	return "other"
}
