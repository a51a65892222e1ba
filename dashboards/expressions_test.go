package dashboards_test

import (
	"regexp"
	"runtime"
	"slices"
	"testing"

	"github.com/wartefrei/wartefrei/dashboards/promtest"
)

// about is for increases: Prometheus extrapolates them to whole windows.
func about(labels string, v float64) want { return between(labels, v-.4, v+.4) }

type want = promtest.Want

var exactly, between = promtest.Exactly, promtest.Between

// panels is what the story makes of each query of the dashboard, by the
// panel's title and the query's letter.
func (s *story) panels() map[string][]want {
	return map[string][]want{
		"Es warten A":               {exactly("", 5)},
		"Längste Wartezeit A":       {exactly("", 50*60)},
		"Ohne offenen Schalter A":   {exactly("", 2)}, // nobody serves identity cards
		"Notfälle, letzte Stunde A": {exactly("", 4)},
		"Nicht erschienen A":        {exactly("", 1)},
		"Schalter offen A":          {exactly("", 1)},
		"Wartende je Amt A":         {exactly("office=buergerbuero", 5)},
		"Wartende je Anliegen A": {exactly("office=buergerbuero,service=pass", 3), exactly("office=buergerbuero,service=ausweis", 1),
			exactly("office=buergerbuero,service=several", 1)},
		"Wartezeit der letzten Stunde A":      {exactly("office=buergerbuero", 300)}, // one waited 4 minutes, one 9: buckets end at 300 and 600 s
		"Wartezeit der letzten Stunde B":      {exactly("office=buergerbuero", 540)},
		"Zeit am Schalter, letzte Stunde A":   {exactly("office=buergerbuero", 450)}, // one for 8 minutes: the bucket from 300 to 600 s
		"Zeit am Schalter, letzte Stunde B":   {exactly("office=buergerbuero", 570)},
		"Ankünfte je Stunde A":                {about("class=walk-in", 2), about("class=booked", 1), about("class=urgent", 4), about("class=info", 0)},
		"Aufrufe je Stunde A":                 {about("kind=call", 2), about("kind=recall", 1)},
		"Nicht erschienen je Stunde A":        {about("office=buergerbuero", 1)},
		"Schalter nach Zustand A":             {exactly("state=open", 1), exactly("state=paused", 0), exactly("state=closed", 2)},
		"Verbundene Bildschirme und Seiten A": {exactly("kind=screen", 1)},
		"Vom Aufruf zum Bild, p99 A":          {between("kind=screen", 0, 5)},
		"HTTP p99 je Seite A":                 {between("route=/booking", .005, .01)},
		"PostgreSQL p99 je Abfrage A":         {between("query=Slow", .5, 10)},
		"Redis p99 je Befehl A":               {between("command=blpop", .5, 2.5)},
		"Anfragen je Sekunde A":               {between("status=2xx", .001, 100), between("status=5xx", .0001, 100)},
		"Verbindungen zu PostgreSQL A":        {exactly("state=most", 20)},
		"Alter des Warteschlangenstands A":    {of(s.a, 0, 10), of(s.b, 0, 10)},
		"Knoten A":                            {exactly(s.a.program(), 1), exactly(s.b.program(), 1)},
	}
}

// of is what a node shows of itself.
func of(n *node, least, most float64) want {
	return between("instance="+n.address(), least, most)
}

// program is what a node says that it is.
func (n *node) program() string {
	return "go=" + runtime.Version() + ",instance=" + n.address() + ",revision=a1b2c3"
}

// whatever is for what depends on how fast this machine is.
var whatever = []want{}

// firing is what the story makes of each alert: what it shows, or nothing (nil).
var firing = map[string][]want{
	"WartefreiWaitTooLong":       {exactly("office=buergerbuero", 50*60)},
	"WartefreiStranded":          {exactly("office=buergerbuero", 2)},
	"WartefreiServiceDisturbed":  nil,
	"WartefreiEmergencies":       {exactly("office=buergerbuero", 4)},
	"WartefreiErrors":            {between("", .03, .08)}, // one of twenty
	"WartefreiPostgreSQLSlow":    {between("", .5, 10)},
	"WartefreiPostgreSQLFailing": {between("", .3, .8)},
	"WartefreiRedisSlow":         {between("", .5, 2.5)},
	"WartefreiScreensGone":       nil,
	"WartefreiScreensSlow":       whatever, // testdata/alerts.yml plays it
	"WartefreiNodeDown":          nil,
	"WartefreiNoNode":            nil,
	"WartefreiNodeBehind":        nil,
	"WartefreiRecordBehind":      nil,
}

// Every expression of the dashboard and of the alerts shows on a real
// Prometheus what has happened on a real Redis, seen by two nodes.
func TestExpressionsTellTheStory(t *testing.T) {
	s := newStory(t)
	s.begin()
	p := promtest.Start(t, s.a.address(), s.b.address())
	p.Eventually(t, `count(up == 1)`, func(values map[string]float64) string {
		if values[""] != 2 {
			return "want both nodes"
		}
		return ""
	})
	s.play()
	panels := s.panels()
	for _, q := range promtest.OfficeDay(t).Queries() {
		tells(t, p, q.Name, q.Expr, panels)
	}
	names := p.Names(t)
	for _, rule := range p.Rules(t) {
		tells(t, p, rule.Name, rule.Query, firing)
		for _, name := range metric.FindAllString(rule.Query, -1) {
			if !slices.Contains(names, name) {
				t.Errorf("%s reads %s, which nobody offers", rule.Name, name)
			}
		}
		isWhole(t, rule)
	}
}

var metric = regexp.MustCompile(`wartefrei_[a-z_]+`)

// tells holds an expression to what the story makes of it.
func tells(t *testing.T, p *promtest.Prometheus, name, expr string, story map[string][]want) {
	t.Helper()
	wants, known := story[name]
	if !known {
		t.Errorf("nobody says what %q shows", name)
		return
	}
	if wants == nil || len(wants) > 0 {
		p.Shows(t, name, expr, func() []want { return wants })
	}
}

// isWhole says for whom an alert is and, in both languages, what to do.
func isWhole(t *testing.T, r promtest.Rule) {
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
