package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/dashboards/promtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

// TestScrape has a real Prometheus scrape the demonstration while its day goes
// by. Every expression of the dashboard and of the alerts shows there what the
// queue in Redis and the record say has happened. The people stand still before Prometheus
// looks for the first time and after they have played: so the figures to
// compare with hold still, too.
func TestScrape(t *testing.T) {
	t.Parallel()
	d := beginDay(t)
	p := promtest.Start(t, d.host)
	p.Shows(t, "arrivals", `sum(wartefrei_queue_joins_total)`, func() []promtest.Want {
		d.then = d.offices()
		return []promtest.Want{promtest.Exactly("", float64(d.then.count("", came)))}
	})
	d.play()
	for _, q := range promtest.OfficeDay(t).Queries() {
		p.Shows(t, q.Name, q.Expr, func() []promtest.Want { return d.panels()[q.Name] })
	}
	for _, rule := range p.Rules(t) {
		for _, series := range selector.FindAllString(rule.Query, -1) {
			p.Shows(t, rule.Name, healthy.Replace(series), func() []promtest.Want { return []promtest.Want{} })
		}
		if !slow[rule.Name] {
			p.Shows(t, rule.Name, rule.Query, func() []promtest.Want { return d.alert(rule.Name) })
		}
	}
	p.Shows(t, "firing", `ALERTS{alertstate="firing", audience="it"}`, func() []promtest.Want { return nil })
}

// selector finds the series that a rule reads.
var selector = regexp.MustCompile(`\b(wartefrei_\w+|up)\b(\{[^}]*\})?`)

// healthy makes of series that only a fault makes those beside them.
var healthy = strings.NewReplacer(`status="5xx"`, `status="2xx"`, `result="failed"`, `result="ok"`)

// slow are the alerts whose limit a busy machine reaches by itself. Only that
// they do not fire is asked, for which they take minutes.
var slow = map[string]bool{"WartefreiScreensSlow": true, "WartefreiPostgreSQLSlow": true, "WartefreiRedisSlow": true}

// demoDay is a day in the demonstration, as its queue tells it.
type demoDay struct {
	t           *testing.T
	host        string
	city        booking.City
	running     running
	pool        *pgxpool.Pool
	line        *redisqueue.Queue
	first, then dayAt     // before Prometheus looked for the first time, and after it
	now         dayAt     // when last asked
	clock       *pg.Clock // of the office, since the people stand still again
	stopped     time.Time // when they did
}

// dayAt is what the offices were at one moment.
type dayAt map[booking.OfficeID]officeAt

// officeAt is an office's queue, and all that it has recorded.
type officeAt struct {
	*queue.Office
	events []queue.Event
}

// beginDay starts the demonstration and stops its people.
func beginDay(t *testing.T) *demoDay {
	t.Helper()
	data := dataFolder(t)
	d := &demoDay{t: t, city: democity.City()}
	d.host = strings.TrimPrefix(start(t, data).serving(t), "http://")
	d.speed("0")
	d.running, _ = findRunning(data)
	redis, err := redisqueue.Connect(d.running.Redis)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redis.Close() })
	if d.pool, err = pg.Open(t.Context(), d.running.Postgres); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.pool.Close)
	d.line = redisqueue.New(redis, pgjournal.New(d.pool))
	d.first = d.offices()
	return d
}

// speed has the people play so many times faster than life; 0: stand still.
func (d *demoDay) speed(times string) {
	d.t.Helper()
	answer, err := http.PostForm("http://"+d.host+"/demo/play", url.Values{"speed": {times}})
	if err != nil {
		d.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK { // of the page that it leads back to
		d.t.Fatalf("POST /demo/play: %s", answer.Status)
	}
}

// play connects a screen and lets the day go by until enough has happened in
// the office in front of it.
func (d *demoDay) play() {
	d.t.Helper()
	d.screen(d.city.Houses[0].Areas[0].ID)
	d.speed("60")
	office := d.city.Houses[0].Offices[0].ID
	eventually(d.t, "three come, three are called, three are done", func() bool {
		now := d.offices()
		return !slices.ContainsFunc([]func(queue.Event) int{came, called, done}, func(what func(queue.Event) int) bool {
			return now.count(office, what)-d.then.count(office, what) < 3
		})
	})
	d.speed("0")
	var err error
	if d.clock, err = pg.NewClock(d.t.Context(), d.pool, time.Now); err != nil { // its rate has changed: read it only now
		d.t.Fatal(err)
	}
	d.stopped = d.clock.Now()
}

// screen connects one that reads until the test ends.
func (d *demoDay) screen(area string) {
	d.t.Helper()
	c, _, err := websocket.DefaultDialer.Dial("ws://"+d.host+"/screens/"+area+"/live", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { c.Close() })
	go func() {
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}()
}

// offices reads the queues and the record.
func (d *demoDay) offices() dayAt {
	d.t.Helper()
	now := dayAt{}
	for _, office := range d.city.Offices() {
		state, err := d.line.Office(d.t.Context(), queue.OfficeID(office.ID))
		if err != nil {
			d.t.Fatal(err)
		}
		now[office.ID] = officeAt{state, recorded(d.t, d.pool, office.ID)}
	}
	return now
}

// count adds up what the events of an office say, or of all (empty).
func (a dayAt) count(office booking.OfficeID, of func(queue.Event) int) (n int) {
	for id, state := range a {
		for _, e := range state.events {
			if office == "" || id == office {
				n += of(e)
			}
		}
	}
	return n
}

func came(e queue.Event) int     { return is(e, queue.Join{}, queue.Receive{}) }
func recalled(e queue.Event) int { return is(e, queue.Recall{}) }
func missed(e queue.Event) int   { return is(e, queue.NoShow{}) }
func done(e queue.Event) int     { return is(e, queue.Finish{}, queue.FinishAndCallNext{}) }

func is(e queue.Event, commands ...queue.Command) (n int) {
	for _, c := range commands {
		n += strings.Count(" "+e.Kind+" ", " "+c.Kind()+" ")
	}
	return n
}

func cameAs(c queue.Class) func(queue.Event) int {
	return func(e queue.Event) int {
		if came(e) == 0 || e.Tickets[0].Class != c {
			return 0
		}
		return 1
	}
}

func called(e queue.Event) (n int) {
	for _, t := range e.Tickets {
		if calls(e, t) && recalled(e) == 0 {
			n++
		}
	}
	return n
}

// calls says whether an event is a ticket's last call.
func calls(e queue.Event, t queue.Ticket) bool {
	return t.Call == fmt.Sprintf("%d-%d", e.Epoch, e.Version)
}

// waited is how long those waited who were called for the first time.
func waited(events []queue.Event) (spans []time.Duration) {
	for _, e := range events {
		for _, t := range e.Tickets {
			if wait, ok := dashboards.Wait(t); ok && calls(e, t) && t.Calls == 1 {
				spans = append(spans, wait)
			}
		}
	}
	return spans
}

// served is how long somebody was at a desk, by whatever ended it.
func served(events []queue.Event) (spans []time.Duration) {
	since := map[queue.TicketID]int64{}
	for _, e := range events {
		for _, t := range e.Tickets {
			began, was := since[t.ID]
			switch {
			case t.State == queue.Serving:
				since[t.ID] = t.ServedAt
			case was:
				spans = append(spans, time.Duration(e.At-began)*time.Millisecond)
				delete(since, t.ID)
			}
		}
	}
	return spans
}

// grown wants what has been added since Prometheus looked for the first time,
// which it stretches a little at the ends of its window.
func (d *demoDay) grown(labels string, office booking.OfficeID, of func(queue.Event) int) promtest.Want {
	now := d.now.count(office, of)
	return promtest.Between(labels, float64(now-d.then.count(office, of)), 1.25*float64(now-d.first.count(office, of)))
}

// spans wants a quantile of each office in which a span has ended since
// Prometheus looked for the first time: no longer than the longest, up to the
// end of its bucket.
func (d *demoDay) spans(of func([]queue.Event) []time.Duration) (wants []promtest.Want) {
	ends := []float64{60, 300, 600, 900, 1800, 3600, 7200}
	for id, state := range d.now {
		spans := of(state.events)
		if len(spans) == len(of(d.then[id].events)) {
			continue
		}
		i, _ := slices.BinarySearch(ends, slices.Max(spans).Seconds())
		wants = append(wants, promtest.Between("office="+string(id), 0, ends[min(i, len(ends)-1)]))
	}
	return wants
}

// alert is what an alert's expression must show now. Towards the evening
// somebody may wait for too long, as the demonstration leaves desks to people.
func (d *demoDay) alert(name string) (wants []promtest.Want) {
	d.now = d.offices()
	for _, f := range d.figures(d.clock.Now()) {
		office := "office=" + string(f.Office)
		switch {
		case name == "WartefreiWaitTooLong" && f.Longest > dashboards.LongWait:
			wants = append(wants, promtest.Between(office, dashboards.LongWait.Seconds(), f.Longest.Seconds()))
		case name == "WartefreiStranded" && len(f.Stranded) > 0:
			wants = append(wants, promtest.Exactly(office, float64(len(f.Stranded))))
		case name == "WartefreiEmergencies" && len(f.Emergencies) > dashboards.EmergencyLimit:
			wants = append(wants, promtest.Exactly(office, float64(len(f.Emergencies))))
		}
	}
	return wants
}

// figures are those of all offices, by Redis and the office clock.
func (d *demoDay) figures(at time.Time) (all []dashboards.Figures) {
	for _, office := range d.city.Offices() {
		all = append(all, dashboards.Count(office, d.city.Location(), d.now[office.ID].Office, at))
	}
	return all
}

// panels is what each query of the dashboard must show now, by its panel's
// title and its letter.
func (d *demoDay) panels() map[string][]promtest.Want {
	d.now = d.offices()
	exactly, between, node := promtest.Exactly, promtest.Between, "instance="+d.host
	var all, open, desks, stranded, emergencies, missing, longest, latest float64
	var offices, services, noShows []promtest.Want
	for _, f := range d.figures(d.stopped) {
		longest = max(longest, f.Longest.Seconds())
	}
	for _, f := range d.figures(d.clock.Now()) {
		office := "office=" + string(f.Office)
		all, missing, stranded = all+float64(f.Waiting), missing+float64(f.Missed), stranded+float64(len(f.Stranded))
		open, desks = open+float64(f.Desks.Open), desks+float64(f.Desks.Of)
		latest, emergencies = max(latest, f.Longest.Seconds()), max(emergencies, float64(len(f.Emergencies)))
		offices = append(offices, exactly(office, float64(f.Waiting)))
		noShows = append(noShows, d.grown(office, booking.OfficeID(f.Office), missed))
		for _, s := range f.Services {
			services = append(services, exactly(office+",service="+string(s.ID), float64(s.Waiting)))
		}
	}
	slices.SortFunc(services, func(a, b promtest.Want) int { return cmp.Compare(b.Least, a.Least) })
	shown := slices.IndexFunc(services, func(w promtest.Want) bool { return w.Least <= services[12].Least }) // of those in a draw for the twelfth place, any
	return map[string][]promtest.Want{
		"Es warten A":                         {exactly("", all)},
		"Längste Wartezeit A":                 {between("", longest, latest)},
		"Ohne offenen Schalter A":             {exactly("", stranded)},
		"Notfälle, letzte Stunde A":           {exactly("", emergencies)},
		"Nicht erschienen A":                  {exactly("", missing)},
		"Schalter offen A":                    {exactly("", open)},
		"Wartende je Amt A":                   offices,
		"Wartende je Anliegen A":              services[:shown],
		"Wartezeit der letzten Stunde A":      d.spans(waited),
		"Wartezeit der letzten Stunde B":      d.spans(waited),
		"Zeit am Schalter, letzte Stunde A":   d.spans(served),
		"Zeit am Schalter, letzte Stunde B":   d.spans(served),
		"Ankünfte je Stunde A":                {d.grown("class=walk-in", "", cameAs(queue.WalkIn)), d.grown("class=booked", "", cameAs(queue.Booked))},
		"Aufrufe je Stunde A":                 {d.grown("kind=call", "", called), d.grown("kind=recall", "", recalled)},
		"Nicht erschienen je Stunde A":        noShows,
		"Schalter nach Zustand A":             {exactly("state=open", open), exactly("state=paused", 0), exactly("state=closed", desks-open)},
		"Verbundene Bildschirme und Seiten A": {exactly("kind=screen", 1)},
		"Vom Aufruf zum Bild, p99 A":          {between("kind=screen", 0, 5)},
		"HTTP p99 je Seite A":                 {between("route=/metrics", 0, 10)},
		"PostgreSQL p99 je Abfrage A":         {between("query=AppointmentsOfDay", 0, 10)},
		"Redis p99 je Befehl A":               {between("command=join", 0, 2.5), between("command=finish-and-call-next", 0, 2.5)},
		"Anfragen je Sekunde A":               {between("status=2xx", 1e-6, 1e6)},
		"Verbindungen zu PostgreSQL A":        {exactly("state=most", 20)},
		"Alter des Warteschlangenstands A":    {between(node, 0, 10)},
		"Knoten A":                            {exactly("go="+runtime.Version()+","+node+",revision="+revision, 1)},
	}
}
