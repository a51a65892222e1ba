package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestAnyCommand sends commands of all kinds, of clerks, terminals and of who has a
// ticket: half of them such as are done, by what the office has at the moment, and
// others with right, wrong and senseless content; under used and unused keys. Each
// is done or refused: never a 5xx. A refusal changes nothing, a key means one
// request for ever. Each kind is done in a run.
func TestAnyCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve(t)
	tokens := s.people(t)
	c := &commander{t: t, site: s, first: s.arriveBooked(t, tokens), tokens: tokens, had: map[string]int{}, ways: map[string]int{}}
	c.begin()
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			c.step(t)
		}
	})
	figures := fmt.Sprintf("%d commands were done, %d refused; %d were sent again under their key, %d others under it", c.did, c.refused, c.repeated, c.others)
	if c.did == 0 || c.refused == 0 || c.repeated == 0 || c.others == 0 {
		t.Error(figures)
	}
	done := s.kinds(t)
	for _, kind := range queue.Kinds() {
		if done[kind] == 0 {
			t.Errorf("no %s was done", kind)
		}
	}
	for _, way := range []string{"checkins", "needs", "step-aside", "here", "leave", "urgent", "at-once"} {
		if c.ways[way] == 0 {
			t.Errorf("nothing was done by %s", way)
		}
	}
	t.Log(figures, done, c.ways)
}

// commander sends the commands, and knows what was answered under each key.
type commander struct {
	t            *testing.T
	site         *site
	first        visit
	tokens       map[string]string
	now          map[queue.OfficeID]*queue.Office
	apts         int
	had          map[string]int        // commands that were made to be done
	ways         map[string]int        // how often something was done that is no kind of command: see wayOf
	booked       []booking.Appointment // of today, not checked in
	used         booking.Appointment   // whose code was shown last
	sent         []answered            // all that was done under a key today
	keys         int
	did, refused int
	repeated     int // requests done that were sent again
	others       int // requests that were sent under the key of another one
}

type answered struct {
	asked  asked
	answer string
}

// begin begins the day: the first command of an office does, also if it is
// refused. It opens desks. Keys of other days are no longer repeated.
func (c *commander) begin() {
	c.sent = nil
	c.book(20)
	for _, office := range sentOffices {
		c.site.ask(c.t, asked{method: http.MethodPost, path: fmt.Sprintf("%s/offices/%s/tickets/x/leave", api.Base, office), token: c.tokens[administrator]})
	}
	for _, desk := range []string{"1", "2", "3"} {
		c.site.ask(c.t, asked{method: http.MethodPost, path: api.Base + "/offices/buergerbuero/desks/" + desk + "/open", body: api.Open{Serves: offered}, token: c.tokens[clerk]})
	}
	c.look()
}

// step sends one command: a new one, or one again that was done under its key.
func (c *commander) step(t *rapid.T) {
	if c.keys++; c.keys%800 == 0 { // a day has an end: else each step takes longer than the one before
		c.site.clock.forward(24 * time.Hour)
		c.begin()
	}
	key := fmt.Sprint("key-", c.keys)
	switch how := rapid.SampledFrom([]string{"new", "unnamed", "again", "other", "not one"}).Draw(t, "key"); {
	case how == "again" && len(c.sent) > 0:
		c.again(t, c.anySent())
		return
	case how == "other" && len(c.sent) > 0:
		c.other(t, c.request(t), c.anySent())
		return
	case how == "unnamed":
		key = ""
	case how == "not one":
		key = rapid.SampledFrom([]string{"day:2026-11-24", "two words", strings.Repeat("k", 100)}).Draw(t, "key")
	}
	a := c.request(t)
	if key != "" {
		a.header["Idempotency-Key"] = key
	}
	_, answer, changed := c.send(t, a)
	if key != "" && changed {
		c.sent = append(c.sent, answered{a, answer})
	}
}

// anySent is one of all that was done, the last as likely as the first.
func (c *commander) anySent() answered { return c.sent[c.keys*31%len(c.sent)] }

// again holds that a request under its key gets the answer that it had, and does nothing.
func (c *commander) again(t *rapid.T, first answered) {
	c.repeated++
	status, answer, changed := c.send(t, first.asked)
	if changed || status >= 300 || answer != first.answer && !isCheckin(first.asked) { // where their number is now
		t.Fatalf("%s again: %d %s, changed something: %t; was %s", said(first.asked), status, answer, changed, first.answer)
	}
}

// other holds that another request under a used key does nothing. Who sends it
// is part of a key, and so is the office.
func (c *commander) other(t *rapid.T, a asked, first answered) {
	if officeIn(a.path) != officeIn(first.asked.path) {
		return
	}
	c.others++
	a.token, a.header["Idempotency-Key"] = first.asked.token, first.asked.header["Idempotency-Key"]
	if status, answer, changed := c.send(t, a); changed || status < 400 && a.path != first.asked.path {
		t.Fatalf("%s under the key of %s: %d %s, changed something: %t", said(a), said(first.asked), status, answer, changed)
	}
}

// send sends a request and holds what is true of each.
func (c *commander) send(t *rapid.T, a asked) (status int, answer string, changed bool) {
	response, text := c.site.ask(c.t, a)
	changed = c.look()
	what := fmt.Sprintf("%s: %d %.200s", said(a), response.StatusCode, text)
	switch status := response.StatusCode; {
	case status >= 500 || status >= 300 && status < 400:
		t.Fatal(what)
	case status >= 400 && changed:
		t.Fatalf("%s\nchanged something", what)
	case status >= 400 && response.Header.Get("Content-Type") != "application/problem+json":
		t.Fatalf("%s\nis no problem", what)
	case status >= 400:
		c.refused++
	default:
		c.did++
		if changed {
			c.ways[wayOf(a)]++
		}
	}
	return response.StatusCode, live.ReplaceAllString(string(text), ""), changed
}

// said is a request, as a failing test tells it.
func said(a asked) string { return fmt.Sprintf("POST %.200s %q", a.path, a.body) }

// request is a command that is likely to be done, or one with any content, of
// somebody who may give it, mostly.
func (c *commander) request(t *rapid.T) asked {
	if rapid.SampledFrom([]bool{true, true, true, false}).Draw(t, "apt") {
		return c.apt(t)
	}
	who := rapid.SampledFrom([]string{clerk, clerk, clerk, administrator}).Draw(t, "who")
	path := c.path(t)
	return asked{method: http.MethodPost, path: path, body: c.content(t, path), header: map[string]string{}, token: c.tokens[who]}
}

// live is what an answer says of the present, also to a repeat.
var live = regexp.MustCompile(`,"(ahead|desks)":\d+|,"disturbed":\[[^]]*\]|,"record":"(complete|behind)"`)

// wayOf is how somebody comes, or what who has the ticket does; "" is a command of clerks.
func wayOf(a asked) string {
	body, _ := a.body.([]byte)
	if class := regexp.MustCompile(`"class":"(urgent|at-once)"`).FindSubmatch(body); class != nil {
		return string(class[1])
	}
	if strings.Contains(a.path, "/offices/") {
		return ""
	}
	return a.path[strings.LastIndexByte(a.path, '/')+1:]
}

func isCheckin(a asked) bool { return strings.HasSuffix(a.path, "/checkins") }

func officeIn(path string) string { return strings.Split(strings.TrimPrefix(path, api.Base), "/")[2] }

// path is a command's, of the office of the visit mostly.
func (c *commander) path(t *rapid.T) string {
	office := api.Base + "/offices/" + rapid.SampledFrom([]string{"buergerbuero", "buergerbuero", "buergerbuero", "buergerbuero", "buergerbuero", "standesamt", "nowhere"}).Draw(t, "office")
	switch rapid.IntRange(0, 8).Draw(t, "about") {
	case 0, 1:
		return office + "/tickets"
	case 2:
		return office + "/services/" + rapid.SampledFrom(offered).Draw(t, "service") + "/" + rapid.SampledFrom([]string{"restore", "restore", "disturb"}).Draw(t, "command")
	case 3, 4:
		return office + "/tickets/" + c.id(t) + "/" + rapid.SampledFrom(slices.Sorted(maps.Keys(ticketCommands))).Draw(t, "command")
	default:
		return office + "/desks/" + rapid.SampledFrom([]string{"1", "1", "1", "2", "2", "zimmer-11", "%00"}).Draw(t, "desk") + "/" + rapid.SampledFrom(slices.Sorted(maps.Keys(deskCommands))).Draw(t, "command")
	}
}

// id is a ticket's, or none.
func (c *commander) id(t *rapid.T) string {
	tickets := slices.Sorted(c.now["buergerbuero"].Tickets.IDs())
	ids := []string{c.first.ticket, url.PathEscape(c.first.number), strings.Repeat("A", 26), "x", c.first.link}
	for _, id := range tickets[max(0, len(tickets)-8):] {
		ids = append(ids, string(id), string(id))
	}
	return rapid.SampledFrom(ids).Draw(t, "ticket")
}

// fields are what a command takes, by the end of its path.
var fields = map[string][]string{
	"open": {"serves"}, "call-this": {"ticket", "reason"}, "finish": {"done"}, "finish-and-call-next": {"done"}, "came": {"ticket"},
	"bring-back": {"desk"}, "transfer": {"services"}, "change": {"services", "persons"}, "split": {"services", "persons"}, "merge": {"into"}, "cancel": {"reason"},
	"send":    {"office", "services there"},
	"tickets": {"choices"},
}

// content is what a command may have, and may not.
func (c *commander) content(t *rapid.T, path string) []byte {
	kind := rapid.SampledFrom([]string{"fits", "fits", "fits", "fits", "fits", "fields", "bytes"}).Draw(t, "content")
	if kind == "bytes" {
		return rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
	}
	names := fields[path[strings.LastIndexByte(path, '/')+1:]]
	if kind == "fields" {
		names = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"services", "serves", "done", "ticket", "into", "desk", "reason", "persons", "class", "id"}), 0, 4, rapid.ID).Draw(t, "fields")
	}
	object := map[string]any{}
	for _, name := range names {
		if name == "choices" {
			object["services"] = []api.Choice{{Service: rapid.SampledFrom(offered).Draw(t, "service"), Persons: 1}}
			continue
		}
		object[strings.TrimSuffix(name, " there")] = c.value(t, name, kind == "fits")
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// offered are services of the office.
var offered = []string{"abholung", "anmeldung", "infotheke", "reisepass"}

// value is a field's: one that fits, or half of the time one of a wrong kind.
func (c *commander) value(t *rapid.T, name string, fits bool) any {
	if fits || rapid.Bool().Draw(t, "fits") {
		switch name {
		case "services", "serves", "done":
			return rapid.SliceOfN(rapid.SampledFrom(offered), 0, 3).Draw(t, name)
		case "office":
			return "standesamt"
		case "services there":
			return []string{"urkunde"}
		case "ticket", "into":
			return c.id(t)
		case "desk":
			return rapid.SampledFrom([]string{"1", "2"}).Draw(t, name)
		case "persons":
			return rapid.IntRange(0, 5).Draw(t, name)
		case "class":
			return rapid.SampledFrom([]queue.Class{queue.WalkIn, queue.Info, queue.Urgent, queue.AtOnce, queue.Booked}).Draw(t, name)
		case "reason":
			return rapid.SampledFrom([]string{"double", "frail", "my-case", "deadline"}).Draw(t, name)
		}
	}
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "string") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.Int64().Draw(t, "number") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.Float64().Draw(t, "fraction") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(rapid.String(), 0, 20).Draw(t, "list") }),
		rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any](map[string]any{"service": "reisepass", "persons": 1}),
		rapid.Just[any]([]api.Choice{{Service: "reisepass", Persons: 1}}), rapid.Just[any](strings.Repeat("x", 5000)), rapid.Just[any](time.Time{}),
	).Draw(t, name)
}

// look reads the queues of the offices that are asked, and says whether they have changed.
func (c *commander) look() (changed bool) {
	c.t.Helper()
	before := c.now
	c.now = map[queue.OfficeID]*queue.Office{}
	for _, office := range sentOffices {
		state, err := c.site.Line.Office(c.t.Context(), office)
		if err != nil {
			c.t.Fatal(err)
		}
		c.now[office] = state
		changed = changed || before[office] == nil || before[office].Version != state.Version
	}
	return changed
}
