package prommetrics

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
)

// Queue counts the queue's events. Events of all offices come in the order of
// their versions; it is safe for concurrent use.
type Queue struct {
	city func() *booking.City

	joins   *prometheus.CounterVec   // office, class
	calls   *prometheus.CounterVec   // office, kind
	noShows *prometheus.CounterVec   // office
	wait    *prometheus.HistogramVec // office, service
	service *prometheus.HistogramVec // office, service

	mu      sync.Mutex
	offices map[queue.OfficeID]*counted
}

// counted is how far an office is counted, and who is at a desk: an event has
// tickets as they are afterwards, and the end of a stretch at a desk shows only
// against what was before.
type counted struct {
	epoch, version int64
	serving        map[queue.TicketID]queue.Ticket // as they were then
}

// Kinds of calls.
const (
	kindCall   = "call" // of somebody who waited
	kindRecall = "recall"
)

// waits are the buckets of what takes minutes, in seconds.
var waits = []float64{60, 300, 600, 900, 1800, 3600, 7200}

// NewQueue registers the metrics of all offices of the city, counters at zero:
// the first event of a counter that was not there before would not count as
// an increase.
func NewQueue(reg prometheus.Registerer, city func() *booking.City) *Queue {
	with := promauto.With(reg)
	q := &Queue{
		city: city,
		joins: with.NewCounterVec(prometheus.CounterOpts{
			Name: "wartefrei_queue_joins_total",
			Help: "Tickets that joined, by why they are due when they are. Take max over nodes.",
		}, []string{"office", "class"}),
		calls: with.NewCounterVec(prometheus.CounterOpts{
			Name: "wartefrei_queue_calls_total",
			Help: "Calls of waiting tickets (call) and repeated calls (recall). Take max over nodes.",
		}, []string{"office", "kind"}),
		noShows: with.NewCounterVec(prometheus.CounterOpts{
			Name: "wartefrei_queue_noshows_total",
			Help: "Called tickets that did not come, also those that a clerk revoked. Take max over nodes.",
		}, []string{"office"}),
		wait: with.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "wartefrei_queue_wait_seconds",
			Help:    "Time from the later of arrival and appointment to the first call, by the office clock. Take max over nodes.",
			Buckets: waits,
		}, []string{"office", "service"}),
		service: with.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "wartefrei_service_seconds",
			Help:    "Time that somebody was at a desk without a break, by the office clock. Take max over nodes.",
			Buckets: waits,
		}, []string{"office", "service"}),
		offices: map[queue.OfficeID]*counted{},
	}
	for _, office := range city().Offices() {
		q.start(office)
	}
	return q
}

// start makes the office's series.
func (q *Queue) start(office *booking.Office) *counted {
	id := string(office.ID)
	for _, class := range []queue.Class{queue.Booked, queue.Entitled, queue.WalkIn, queue.Info, queue.Urgent, queue.AtOnce} {
		q.joins.WithLabelValues(id, string(class))
	}
	q.calls.WithLabelValues(id, kindCall)
	q.calls.WithLabelValues(id, kindRecall)
	q.noShows.WithLabelValues(id)
	for _, s := range append(serviceIDs(office), string(dashboards.Several)) {
		q.wait.WithLabelValues(id, s)
		q.service.WithLabelValues(id, s)
	}
	c := &counted{serving: map[queue.TicketID]queue.Ticket{}}
	q.offices[queue.OfficeID(office.ID)] = c
	return c
}

func serviceIDs(office *booking.Office) []string {
	ids := make([]string, len(office.Services))
	for i, s := range office.Services {
		ids[i] = string(s.ID)
	}
	return ids
}

// Event counts an event once: an older one, or the same again, changes nothing.
func (q *Queue) Event(e queue.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	office, ok := q.city().Office(booking.OfficeID(e.Office))
	if !ok {
		return // no label for what the city does not have
	}
	c, ok := q.offices[e.Office]
	if !ok {
		c = q.start(office)
	}
	if !c.next(e) {
		return
	}
	switch e.Kind {
	case queue.Join{}.Kind(), queue.Receive{}.Kind():
		q.joined(e)
	case queue.NoShow{}.Kind():
		q.noShows.WithLabelValues(string(e.Office)).Inc()
	}
	for _, t := range e.Tickets {
		q.called(office, e, t)
		q.served(office, c, e, t)
	}
}

// next says whether the event has not been counted yet. After a gap nobody
// knows who is still at a desk.
func (c *counted) next(e queue.Event) bool {
	if e.Epoch < c.epoch || e.Epoch == c.epoch && e.Version <= c.version {
		return false
	}
	if e.Version != c.version+1 || e.Epoch != c.epoch {
		clear(c.serving)
	}
	c.epoch, c.version = e.Epoch, e.Version
	return true
}

func (q *Queue) joined(e queue.Event) {
	if len(e.Tickets) > 0 {
		q.joins.WithLabelValues(string(e.Office), string(e.Tickets[0].Class)).Inc()
	}
}

// called counts the call that this event made, if it made one: the ticket
// names the event of its last call.
func (q *Queue) called(office *booking.Office, e queue.Event, t queue.Ticket) {
	if t.State != queue.Called || t.Call != fmt.Sprintf("%d-%d", e.Epoch, e.Version) {
		return
	}
	kind := kindCall
	if e.Kind == (queue.Recall{}).Kind() {
		kind = kindRecall
	}
	q.calls.WithLabelValues(string(e.Office), kind).Inc()
	if wait, ok := dashboards.Wait(t); ok && t.Calls == 1 {
		q.wait.WithLabelValues(string(e.Office), string(dashboards.ServiceOf(office, t.Services))).Observe(wait.Seconds())
	}
}

// served counts a stretch at a desk when it ends, by whatever ends it but the
// day: then somebody forgot to finish it.
func (q *Queue) served(office *booking.Office, c *counted, e queue.Event, t queue.Ticket) {
	before, was := c.serving[t.ID]
	if t.State == queue.Serving {
		c.serving[t.ID] = t
		return
	}
	if !was {
		return
	}
	delete(c.serving, t.ID)
	if t.State == queue.Gone && t.Cancelled == "day-end" {
		return
	}
	took := time.Duration(e.At-before.ServedAt) * time.Millisecond
	q.service.WithLabelValues(string(e.Office), string(dashboards.ServiceOf(office, doneThere(before, t)))).Observe(took.Seconds())
}

// doneThere is what a stretch at a desk was for: what the ticket has no longer,
// as after a step or a transfer, or else all that it had.
func doneThere(before, after queue.Ticket) []queue.ServiceID {
	gone := slices.DeleteFunc(slices.Clone(before.Services), func(s queue.ServiceID) bool { return slices.Contains(after.Services, s) })
	if len(gone) == 0 {
		return before.Services
	}
	return gone
}
