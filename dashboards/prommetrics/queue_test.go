package prommetrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

func testCity() *booking.City {
	return &booking.City{Zone: "Europe/Berlin", Houses: []booking.House{{Offices: []booking.Office{{
		ID:       "buergerbuero",
		Services: []booking.Service{{ID: "ausweis"}, {ID: "pass"}},
		Desks:    []booking.Desk{{ID: "1"}, {ID: "2"}, {ID: "3"}},
	}}}}}
}

// value reads one series by "name{label=value,…}", labels in their order. A
// histogram's value is the count of its observations, or with the suffix _sum
// their sum. A series that does not exist is −1.
func value(t *testing.T, reg prometheus.Gatherer, series string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.Metric {
			name := family.GetName()
			switch labels := labelled(m); {
			case name+labels == series && m.Histogram != nil:
				return float64(m.Histogram.GetSampleCount())
			case name+labels == series:
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			case name+"_sum"+labels == series:
				return m.Histogram.GetSampleSum()
			}
		}
	}
	return -1
}

func labelled(m *dto.Metric) string {
	var pairs []string
	for _, l := range m.Label {
		pairs = append(pairs, l.GetName()+"="+l.GetValue())
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// day writes events of an office, one after another.
type day struct{ e queue.Event }

func (d *day) event(kind string, at int64, tickets ...queue.Ticket) queue.Event {
	d.e = queue.Event{Office: "buergerbuero", Epoch: 1, Version: d.e.Version + 1, At: at, Day: "2026-11-24", Kind: kind, Tickets: tickets}
	return d.e
}

const (
	second = int64(1000)
	minute = 60 * second
)

// visit is one ticket from its arrival to its end, with a recall, a return to
// the line and a break.
func visit() []queue.Event {
	d := &day{}
	t := queue.Ticket{ID: "t", Class: queue.WalkIn, Services: []queue.ServiceID{"pass"}, State: queue.Waiting, Arrived: 10 * minute}
	events := []queue.Event{d.event("join", 10*minute, t)}
	t.State, t.FirstCallAt, t.CalledAt, t.Call, t.Calls = queue.Called, 25*minute, 25*minute, "1-2", 1
	events = append(events, d.event("call-next", 25*minute, t))
	t.CalledAt, t.Call, t.Calls = 26*minute, "1-3", 2
	events = append(events, d.event("recall", 26*minute, t))
	t.State = queue.Waiting
	events = append(events, d.event("put-back", 27*minute, t))
	t.State, t.CalledAt, t.Call, t.Calls = queue.Called, 30*minute, "1-5", 3
	events = append(events, d.event("call-this", 30*minute, t))
	t.Persons = 2
	events = append(events, d.event("change", 30*minute, t)) // still called, by an older event
	t.State, t.ServedAt = queue.Serving, 31*minute
	events = append(events, d.event("came", 31*minute, t))
	t.State, t.ParkedAt = queue.Parked, 35*minute
	events = append(events, d.event("park", 35*minute, t))
	t.State, t.ServedAt = queue.Serving, 50*minute
	events = append(events, d.event("bring-back", 50*minute, t))
	t.State, t.EndedAt = queue.Done, 56*minute
	return append(events, d.event("finish", 56*minute, t))
}

func TestQueueCountsAVisit(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	for _, e := range visit() {
		q.Event(e)
	}
	for series, want := range map[string]float64{
		"wartefrei_queue_joins_total{class=walk-in,office=buergerbuero}":          1,
		"wartefrei_queue_joins_total{class=booked,office=buergerbuero}":           0,
		"wartefrei_queue_calls_total{kind=call,office=buergerbuero}":              2,
		"wartefrei_queue_calls_total{kind=recall,office=buergerbuero}":            1,
		"wartefrei_queue_noshows_total{office=buergerbuero}":                      0,
		"wartefrei_queue_wait_seconds{office=buergerbuero,service=pass}":          1,
		"wartefrei_queue_wait_seconds_sum{office=buergerbuero,service=pass}":      15 * 60,
		"wartefrei_queue_wait_seconds{office=buergerbuero,service=several}":       0,
		"wartefrei_service_seconds{office=buergerbuero,service=pass}":             2,
		"wartefrei_service_seconds_sum{office=buergerbuero,service=pass}":         (4 + 6) * 60,
		"wartefrei_queue_wait_seconds{office=buergerbuero,service=not a service}": -1,
	} {
		if got := value(t, reg, series); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
}

// An event that comes again, as after a new look at the stream, counts once.
func TestQueueCountsOnce(t *testing.T) {
	once, twice := prometheus.NewRegistry(), prometheus.NewRegistry()
	a, b := NewQueue(once, testCity), NewQueue(twice, testCity)
	events := visit()
	for i, e := range events {
		a.Event(e)
		b.Event(e)
		b.Event(e)
		b.Event(events[i/2])
	}
	for _, series := range []string{
		"wartefrei_queue_joins_total{class=walk-in,office=buergerbuero}",
		"wartefrei_queue_calls_total{kind=call,office=buergerbuero}",
		"wartefrei_queue_wait_seconds_sum{office=buergerbuero,service=pass}",
		"wartefrei_service_seconds_sum{office=buergerbuero,service=pass}",
	} {
		if got, want := value(t, twice, series), value(t, once, series); got != want || got <= 0 {
			t.Errorf("%s is %v after repeats, want %v", series, got, want)
		}
	}
}

// A new epoch goes on counting even where its versions begin below the last
// one seen: what a lost Redis had not yet recorded is gone.
func TestQueueCountsOnInANewEpoch(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	noShow := func(epoch, version int64) {
		q.Event(queue.Event{Office: "buergerbuero", Epoch: epoch, Version: version, Kind: "no-show"})
	}
	noShow(1, 7)
	noShow(2, 5)
	noShow(1, 8) // of the old epoch: late
	if got := value(t, reg, "wartefrei_queue_noshows_total{office=buergerbuero}"); got != 2 {
		t.Errorf("%v no-shows, want 2", got)
	}
}

// Who was at a desk when events were missed is not counted, rather than for too long.
func TestQueueForgetsDesksAfterAGap(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	at := func(version, at int64, state queue.State) {
		q.Event(queue.Event{Office: "buergerbuero", Epoch: 1, Version: version, At: at, Tickets: []queue.Ticket{
			{ID: "t", State: state, ServedAt: minute, Services: []queue.ServiceID{"pass"}}}})
	}
	at(1, minute, queue.Serving)
	at(3, 90*minute, queue.Done)
	if got := value(t, reg, "wartefrei_service_seconds{office=buergerbuero,service=pass}"); got != 0 {
		t.Errorf("%v stretches at a desk, want none: its end may have been missed", got)
	}
}

// A step of a visit counts under what was done there, and so does what came before a transfer.
func TestQueueCountsSteps(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	d := &day{}
	ticket := queue.Ticket{ID: "t", State: queue.Serving, ServedAt: minute, Services: []queue.ServiceID{"ausweis", "pass"}}
	q.Event(d.event("came", minute, ticket))
	ticket.State, ticket.Services, ticket.Finished = queue.Waiting, []queue.ServiceID{"pass"}, []queue.ServiceID{"ausweis"}
	q.Event(d.event("finish", 5*minute, ticket))
	ticket.State, ticket.ServedAt = queue.Serving, 10*minute
	q.Event(d.event("came", 10*minute, ticket))
	ticket.State, ticket.Services = queue.Waiting, []queue.ServiceID{"ausweis"}
	q.Event(d.event("transfer", 16*minute, ticket))
	for service, want := range map[string]float64{"ausweis": 4 * 60, "pass": 6 * 60, "several": 0} {
		if got := value(t, reg, "wartefrei_service_seconds_sum{office=buergerbuero,service="+service+"}"); got != want {
			t.Errorf("%v s at a desk for %s, want %v", got, service, want)
		}
	}
}

// A visit that nobody finished before the night is no service of twelve hours.
func TestQueueDoesNotCountForgottenVisits(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	d := &day{}
	ticket := queue.Ticket{ID: "t", State: queue.Serving, ServedAt: minute, Services: []queue.ServiceID{"pass"}}
	q.Event(d.event("came", minute, ticket))
	ticket.State, ticket.Cancelled = queue.Gone, "day-end"
	q.Event(d.event("cancel", 720*minute, ticket))
	if got := value(t, reg, "wartefrei_service_seconds{office=buergerbuero,service=pass}"); got != 0 {
		t.Errorf("%v stretches at a desk, want none", got)
	}
}

// Neither an office nor a service from outside makes a label.
func TestQueueLabelsAreTheCitys(t *testing.T) {
	reg := prometheus.NewRegistry()
	q := NewQueue(reg, testCity)
	before := seriesCount(t, reg)
	for i := range int64(50) {
		strange := queue.ServiceID(strings.Repeat("x", int(i)))
		ticket := queue.Ticket{ID: "t", Class: queue.WalkIn, State: queue.Called, Call: "1-" + string(rune('1'+i)), Calls: 1,
			FirstCallAt: 1, Services: []queue.ServiceID{strange}}
		q.Event(queue.Event{Office: "buergerbuero", Epoch: 1, Version: i + 1, Kind: "call-next", Tickets: []queue.Ticket{ticket}})
		q.Event(queue.Event{Office: queue.OfficeID(strange), Epoch: 1, Version: i + 1, Kind: "no-show"})
	}
	if after := seriesCount(t, reg); after != before {
		t.Errorf("%d series became %d", before, after)
	}
}

func seriesCount(t *testing.T, reg prometheus.Gatherer) (n int) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		n += len(family.Metric)
	}
	return n
}

func TestOffices(t *testing.T) {
	now := time.UnixMilli(60 * minute)
	state := &queue.Office{Tickets: queue.TicketsOf(
		queue.Ticket{ID: "a", State: queue.Waiting, Services: []queue.ServiceID{"pass"}, Arrived: 20 * minute},
		queue.Ticket{ID: "b", State: queue.Waiting, Services: []queue.ServiceID{"ausweis", "meldung"}, Arrived: 50 * minute, Class: queue.Urgent},
		queue.Ticket{ID: "c", State: queue.Missed, Services: []queue.ServiceID{"pass"}, Arrived: 5 * minute},
	), Desks: map[queue.DeskID]queue.Desk{
		"1": {ID: "1", State: queue.DeskOpen, Serves: []queue.ServiceID{"pass"}},
		"2": {ID: "2", State: queue.DeskPaused, Serves: []queue.ServiceID{"ausweis", "pass"}},
	}}
	age := time.Minute
	reg := prometheus.NewRegistry()
	reg.MustRegister(&Offices{City: testCity, Now: func() time.Time { return now }, Age: func() time.Duration { return age },
		State: func(queue.OfficeID) *queue.Office { return state }, Behind: func(queue.OfficeID) time.Duration { return 7 * time.Second }})
	if n := seriesCount(t, reg); n != 1 {
		t.Errorf("%d series of an old state, want only its age", n)
	}
	age = time.Second
	for series, want := range map[string]float64{
		"wartefrei_queue_waiting{office=buergerbuero,service=pass}":    1,
		"wartefrei_queue_waiting{office=buergerbuero,service=ausweis}": 0,
		"wartefrei_queue_waiting{office=buergerbuero,service=several}": 1,
		"wartefrei_queue_missing{office=buergerbuero}":                 1,
		"wartefrei_queue_longest_wait_seconds{office=buergerbuero}":    40 * 60,
		"wartefrei_queue_stranded{office=buergerbuero}":                1,
		"wartefrei_queue_emergencies{office=buergerbuero}":             1,
		"wartefrei_queue_state_age_seconds{}":                          1,
		"wartefrei_queue_record_behind_seconds{office=buergerbuero}":   7,
		"wartefrei_desks{office=buergerbuero,state=open}":              1,
		"wartefrei_desks{office=buergerbuero,state=paused}":            1,
		"wartefrei_desks{office=buergerbuero,state=closed}":            1,
	} {
		if got := value(t, reg, series); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
}

func TestHTTPAndProgram(t *testing.T) {
	reg := prometheus.NewRegistry()
	Program(reg, "a1b2c3")
	h := NewHTTP(reg)
	h.Observe("GET", "/t/:ticket", 200, 10*time.Millisecond)
	h.Observe("GET", "/t/:ticket", 204, 10*time.Millisecond)
	h.Observe("GET", "/screens/:area/live", 0, time.Millisecond)
	h.Observe("BREW", "none", 405, time.Millisecond)
	for series, want := range map[string]float64{
		"wartefrei_http_request_seconds{method=GET,route=/t/:ticket,status=2xx}":          2,
		"wartefrei_http_request_seconds{method=GET,route=/screens/:area/live,status=1xx}": 1,
		"wartefrei_http_request_seconds{method=other,route=none,status=4xx}":              1,
		"wartefrei_http_request_seconds{method=BREW,route=none,status=4xx}":               -1,
	} {
		if got := value(t, reg, series); got != want {
			t.Errorf("%s is %v, want %v", series, got, want)
		}
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var program []string
	for _, family := range families {
		if name := family.GetName(); name == "wartefrei_build_info" || name == "go_goroutines" || name == "process_open_fds" {
			program = append(program, name)
		}
	}
	if len(program) != 3 {
		t.Errorf("the program shows %v only", program)
	}
}
