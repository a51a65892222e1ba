package audit

import (
	"reflect"
	"slices"
	"strings"

	"github.com/wartefrei/wartefrei/queue"
)

// way is what an event may do to one of its tickets: the states in which it was
// and is, and the fields that may have changed beside the state. Was "new" is a
// ticket that nobody had before; is "same" the state that it was in.
type way struct{ was, is, fields string }

const (
	anyOpen    = "waiting called serving parked missed"
	callFields = "desk call calls recalled why firstCallAt calledAt"
	backFields = "due aside joins" // by whatever ends being parked
)

var (
	isCalled = way{"waiting", "called", callFields}
	finished = way{"called serving", "done waiting", "services finished endedAt"}
)

// ways are those of the tickets of an event, in their order. An event of a kind
// that is not here is wrong.
var ways = map[string][]way{
	"join":                 {{"new", "waiting parked", ""}},
	"receive":              {{"new sent", "waiting parked", allBut("id number seq appointment from finished")}},
	"open":                 nil,
	"pause":                nil,
	"close":                nil,
	"disturb":              nil,
	"restore":              nil,
	"day":                  nil,
	"call-next":            {isCalled},
	"call-this":            {isCalled},
	"recall":               {{"called", "called", callFields}},
	"put-back":             {{"called", "waiting", ""}},
	"came":                 {{"called", "serving", "servedAt"}},
	"finish":               {finished},
	"finish-and-call-next": {finished, isCalled},
	"no-show":              {{"called", "missed", "missedAt"}},
	"revoke":               {{"missed", "waiting", ""}},
	"park":                 {{"called serving", "parked", "parkedAt"}},
	"step-aside":           {{"waiting", "parked", "parkedAt desk aside"}},
	"bring-back":           {{"parked", "waiting serving", backFields + " desk servedAt"}},
	"transfer":             {{"called serving parked", "waiting", backFields + " services"}},
	"send":                 {{anyOpen, "sent", backFields + " endedAt sentTo"}},
	"change":               {{anyOpen, "same", "services persons"}},
	"set-needs":            {{anyOpen, "same", "needs"}},
	"split":                {{anyOpen, "same", "services persons"}, {"new", "waiting parked", ""}},
	"merge":                {{"waiting", "merged", "into endedAt"}, {anyOpen, "same", "services needs persons due"}},
	"here":                 {{"missed parked", "waiting", backFields + " class"}},
	"leave":                {{"waiting called parked missed", "gone", "endedAt"}},
	"cancel":               {{anyOpen, "gone", "cancelled endedAt"}},
}

// deskFields are what an event may change of a desk: of whom it has, unless they are here.
var deskFields = map[string]string{"open": "state label way serves meets since", "pause": "state since", "close": "state since"}

// changes holds that an event changes what its kind may change, and nothing else. It
// is false where the event has not the tickets and desks of its kind.
func (o *Office) changes(e queue.Event, say sayer) bool {
	if e.Kind == "opened" {
		return true // nothing, or the whole state
	}
	all, known := ways[e.Kind]
	nobodyNext := e.Kind == queue.FinishAndCallNext{}.Kind() && len(e.Tickets) == 1
	if !known || len(e.Tickets) != len(all) && !nobodyNext {
		say("has %d tickets", len(e.Tickets))
		return false
	}
	for i, t := range e.Tickets {
		o.way(all[i], t, say)
	}
	if strings.Contains(e.Kind, "call") && e.Kind != (queue.Recall{}.Kind()) && len(e.Desks) != 1 {
		say("has %d desks", len(e.Desks))
		return false
	}
	fields, ok := deskFields[e.Kind]
	if !ok {
		fields = "ticket"
	}
	for _, d := range e.Desks {
		if other := except(differ(o.Desks[d.ID], d), fields); o.Desks[d.ID].ID != "" && len(other) > 0 {
			say("changes %v of desk %s", other, d.ID)
		}
	}
	return true
}

// way holds a ticket against what its event may do to it.
func (o *Office) way(w way, t queue.Ticket, say sayer) {
	before, known := o.Tickets.Get(t.ID)
	was, is := "new", w.is
	if known {
		was = string(before.State)
	}
	if is == "same" {
		is = was
	}
	if !slices.Contains(strings.Fields(w.was), was) || !slices.Contains(strings.Fields(is), string(t.State)) {
		say("%s was %s and is %s", t.Number, was, t.State)
	}
	if other := except(differ(before, t), w.fields+" state"); known && len(other) > 0 {
		say("changes %v of %s", other, t.Number)
	}
}

// differ names the fields, as in JSON, in which two tickets or desks differ.
func differ(a, b any) (names []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			names = append(names, nameOf(x.Type().Field(i)))
		}
	}
	return names
}

func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// allBut are the fields of a ticket but for some.
func allBut(some string) string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[queue.Ticket]()) {
		names = append(names, nameOf(f))
	}
	return strings.Join(except(names, some), " ")
}

// except are the names that are not in a list.
func except(names []string, list string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(strings.Fields(list), name) })
}
