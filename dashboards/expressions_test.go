package dashboards_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// want is a series of an answer and the range of its value. The labels "*"
// mean every series, of which there must be one a node.
type want struct {
	labels      string
	least, most float64
}

func exactly(labels string, v float64) want { return want{labels, v - 1e-9, v + 1e-9} }

// about is for increases: Prometheus extrapolates them to whole windows.
func about(labels string, v float64) want { return want{labels, v - .4, v + .4} }

func (w want) fault(values map[string]float64) string {
	if w.labels == "*" {
		if len(values) != 2 {
			return "want one series a node"
		}
		for l, v := range values {
			if v < w.least || v > w.most {
				return fmt.Sprintf("%s is %v", l, v)
			}
		}
		return ""
	}
	if v, ok := values[w.labels]; !ok || v < w.least || v > w.most {
		return fmt.Sprintf("%q: %v, there: %v; want %v to %v", w.labels, v, ok, w.least, w.most)
	}
	return ""
}

// panels is what the story makes of each query of the dashboard, by the
// panel's title and the query's letter.
var panels = map[string][]want{
	"Es warten A":               {exactly("", 5)},
	"Längste Wartezeit A":       {exactly("", 50*60)},
	"Ohne Schalter A":           {exactly("", 2)}, // nobody serves identity cards
	"Notfälle, letzte Stunde A": {exactly("", 4)},
	"Nicht erschienen A":        {exactly("", 1)},
	"Schalter offen A":          {exactly("", 1)},
	"Wartende je Amt A":         {exactly("office=buergerbuero", 5)},
	"Wartende je Anliegen A": {exactly("office=buergerbuero,service=pass", 3), exactly("office=buergerbuero,service=ausweis", 1),
		exactly("office=buergerbuero,service=several", 1)},
	"Wartezeit der letzten Stunde A": {exactly("office=buergerbuero", 300)}, // one waited 4 minutes, one 9: buckets end at 300 and 600 s
	"Wartezeit der letzten Stunde B": {exactly("office=buergerbuero", 540)},
	"Am Schalter, letzte Stunde A":   {exactly("office=buergerbuero", 450)}, // one for 8 minutes: the bucket from 300 to 600 s
	"Am Schalter, letzte Stunde B":   {exactly("office=buergerbuero", 570)},
	"Ankünfte je Stunde A":           {about("class=walk-in", 2), about("class=booked", 1), about("class=urgent", 4), about("class=info", 0)},
	"Aufrufe je Stunde A":            {about("kind=call", 2), about("kind=recall", 1)},
	"Nicht erschienen je Stunde A":   {about("office=buergerbuero", 1)},
	"Schalter A":                     {exactly("state=open", 1), exactly("state=paused", 0), exactly("state=closed", 2)},
	"Verbundene Leser A":             {exactly("kind=screen", 1)},
	"Vom Aufruf zum Bild, p99 A":     {{"kind=screen", 0, 5}},
	"HTTP p99 je Seite A":            {{"route=/booking", .005, .01}},
	"PostgreSQL p99 je Abfrage A":    {{"query=Slow", .5, 10}},
	"Redis p99 je Befehl A":          {{"command=blpop", .5, 2.5}, {"command=join", 0, 2.5}},
	"Anfragen A":                     {{"status=2xx", .001, 100}, {"status=5xx", .0001, 100}},
	"Verbindungen zu PostgreSQL A":   {exactly("state=most", 20)},
	"Alter des Standes A":            {{"*", 0, 10}},
	"Knoten A":                       {exactly("*", 1)},
}

// whatever is for what depends on how fast this machine is.
var whatever = []want{}

// firing is what the story makes of each alert: what it shows, or nothing (nil).
var firing = map[string][]want{
	"WartefreiWaitTooLong":       {exactly("office=buergerbuero", 50*60)},
	"WartefreiStranded":          {exactly("office=buergerbuero", 2)},
	"WartefreiEmergencies":       {exactly("office=buergerbuero", 4)},
	"WartefreiErrors":            {{"", .03, .08}}, // one of twenty
	"WartefreiPostgreSQLSlow":    {{"", .5, 10}},
	"WartefreiPostgreSQLFailing": {{"", .3, .8}},
	"WartefreiRedisSlow":         {{"", .5, 2.5}},
	"WartefreiScreensGone":       nil,
	"WartefreiScreensSlow":       whatever, // testdata/alerts.yml plays it
	"WartefreiNodeDown":          nil,
	"WartefreiNoNode":            nil,
	"WartefreiNodeBehind":        nil,
}

// Every expression of the dashboard and of the alerts shows on a real
// Prometheus what has happened on a real Redis, seen by two nodes.
func TestExpressionsTellTheStory(t *testing.T) {
	s := newStory(t)
	s.begin()
	p := startPrometheus(t, s.a.address(), s.b.address())
	p.eventually(t, `count(up == 1)`, exactly("", 2).fault)
	s.play()
	for _, panel := range officeDay(t).Panels {
		for _, target := range panel.Targets {
			expr := strings.NewReplacer("$office", ".*", "$__rate_interval", "5m").Replace(target.Expr)
			p.tells(t, panel.Title+" "+target.RefID, expr, panels)
		}
	}
	names := p.names(t)
	for _, rule := range p.rules(t) {
		p.tells(t, rule.Name, rule.Query, firing)
		for _, name := range metric.FindAllString(rule.Query, -1) {
			if !slices.Contains(names, name) {
				t.Errorf("%s reads %s, which nobody offers", rule.Name, name)
			}
		}
		rule.isWhole(t)
	}
}

var metric = regexp.MustCompile(`wartefrei_[a-z_]+`)

// tells holds an expression to what the story makes of it.
func (p *prometheus) tells(t *testing.T, name, expr string, story map[string][]want) {
	t.Helper()
	wants, known := story[name]
	if !known {
		t.Errorf("nobody says what %q shows", name)
		return
	}
	p.eventually(t, expr, func(values map[string]float64) string {
		if wants == nil && len(values) > 0 {
			return name + " must show nothing"
		}
		for _, w := range wants {
			if wrong := w.fault(values); wrong != "" {
				return name + ": " + wrong
			}
		}
		return ""
	})
}

// isWhole says for whom an alert is and, in both languages, what to do.
func (r rule) isWhole(t *testing.T) {
	t.Helper()
	for _, name := range []string{"summary", "description", "summary_en", "description_en"} {
		if len(r.Annotations[name]) < 20 {
			t.Errorf("%s has no %s", r.Name, name)
		}
	}
	if !slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]) || !slices.Contains([]string{"office", "it"}, r.Labels["audience"]) {
		t.Errorf("%s is for nobody: %v", r.Name, r.Labels)
	}
}
