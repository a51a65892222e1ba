package queue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

func valid() queue.Join {
	return queue.Join{Numbers: queue.NewNumbers("K", "o", "2026-11-24", false), Ticket: queue.Ticket{ID: "T1",
		Class: queue.WalkIn, Services: []queue.ServiceID{"id", "pass"}, Persons: 1, Area: "hall", Due: 1795500000000}}
}

func requestOf(c queue.Command) queue.Request {
	return queue.Request{Office: "o", ID: "r1", Actor: queue.Actor{Role: "clerk", ID: "c1"},
		At: time.UnixMilli(1795500000000), Day: "2026-11-24", Command: c}
}

// TestValidateRequest changes one thing of a valid request.
func TestValidateRequest(t *testing.T) {
	t.Parallel()
	if err := requestOf(valid()).Validate(); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", queue.MaxID+1)
	for field, spoil := range map[string]func(*queue.Request){
		"office":     func(r *queue.Request) { r.Office = "a}b" },
		"id":         func(r *queue.Request) { r.ID = "" },
		"id ":        func(r *queue.Request) { r.ID = long },
		"actor.role": func(r *queue.Request) { r.Actor.Role = "" },
		"actor.id":   func(r *queue.Request) { r.Actor.ID = "Erika Mustermann" },
		"at":         func(r *queue.Request) { r.At = time.Time{} },
		"day":        func(r *queue.Request) { r.Day = "24.11.2026" },
		"command":    func(r *queue.Request) { r.Command = nil },
	} {
		r := requestOf(valid())
		spoil(&r)
		refused(t, r, strings.TrimSpace(field))
	}
}

func TestValidateJoin(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*queue.Join){
		"ticket.id":                      func(j *queue.Join) { j.Ticket.ID = "T 1" },
		"ticket.id ":                     func(j *queue.Join) { j.Ticket.ID = "" },
		"ticket.class":                   func(j *queue.Join) { j.Ticket.Class = "friend" },
		"ticket.services":                func(j *queue.Join) { j.Ticket.Services = nil },
		"ticket.services ":               func(j *queue.Join) { j.Ticket.Services = make([]queue.ServiceID, queue.MaxServices+1) },
		"ticket.services  ":              func(j *queue.Join) { j.Ticket.Services = []queue.ServiceID{"a+b"} },
		"ticket.services: not a sorted":  func(j *queue.Join) { j.Ticket.Services = []queue.ServiceID{"pass", "id"} },
		"ticket.services: not a sorted ": func(j *queue.Join) { j.Ticket.Services = []queue.ServiceID{"id", "id"} },
		"ticket.needs":                   func(j *queue.Join) { j.Ticket.Needs = []queue.Need{"wheelchair"} },
		"ticket.needs ":                  func(j *queue.Join) { j.Ticket.Needs = []queue.Need{queue.StepFree, queue.Fetched} },
		"ticket.needs  ":                 func(j *queue.Join) { j.Ticket.Needs = []queue.Need{queue.Fetched, queue.Fetched} },
		"ticket.persons":                 func(j *queue.Join) { j.Ticket.Persons = 0 },
		"ticket.persons ":                func(j *queue.Join) { j.Ticket.Persons = queue.MaxPersons + 1 },
		"ticket.area":                    func(j *queue.Join) { j.Ticket.Area = "" },
		"ticket.due":                     func(j *queue.Join) { j.Ticket.Due = 0 },
		"ticket.due ":                    func(j *queue.Join) { j.Ticket.Due = 1e15 },
		"ticket.slot":                    func(j *queue.Join) { j.Ticket.Slot = -1 },
		"ticket.appointment":             func(j *queue.Join) { j.Ticket.Appointment = "a b" },
		"ticket.reason":                  func(j *queue.Join) { j.Ticket.Class, j.Ticket.Reason = queue.Urgent, "has a cough" },
		"ticket.reason ":                 func(j *queue.Join) { j.Ticket.Class = queue.AtOnce },
		"ticket.reason  ":                func(j *queue.Join) { j.Ticket.Reason = "frail" },
		"atOnceLimit":                    func(j *queue.Join) { j.AtOnceLimit = 6 },
		"numbers.prefix":                 func(j *queue.Join) { j.Numbers.Prefix = "" },
		"numbers.prefix ":                func(j *queue.Join) { j.Numbers.Prefix = "K\n" },
		"numbers.mul":                    func(j *queue.Join) { j.Numbers.Mul = 37 },
		"numbers.add":                    func(j *queue.Join) { j.Numbers.Add = 999 },
		"ticket: a field of the queue's": func(j *queue.Join) { j.Ticket.Number = "K 001" },
	} {
		j := valid()
		spoil(&j)
		refused(t, requestOf(j), strings.TrimSpace(field))
	}
}

func TestValidateCommands(t *testing.T) {
	t.Parallel()
	services := []queue.ServiceID{"id"}
	numbers := valid().Numbers
	for name, c := range map[string]struct {
		command queue.Command
		field   string // empty: valid
	}{
		"open":                     {queue.OpenDesk{Desk: "1", Label: "1", Way: "Zimmer 214, 2. OG", Serves: services}, ""},
		"open without a label":     {queue.OpenDesk{Desk: "1", Serves: services}, "label"},
		"open with a long way":     {queue.OpenDesk{Desk: "1", Label: "1", Way: strings.Repeat("ü", queue.MaxWay+1), Serves: services}, "way"},
		"open with no text":        {queue.OpenDesk{Desk: "1", Label: "\xff", Serves: services}, "label"},
		"open for nothing":         {queue.OpenDesk{Desk: "1", Label: "1"}, "serves"},
		"open meeting no need":     {queue.OpenDesk{Desk: "1", Label: "1", Serves: services, Meets: []queue.Need{"lift"}}, "meets"},
		"needs":                    {queue.SetNeeds{Ticket: "A", Needs: queue.Needs}, ""},
		"needs nothing":            {queue.SetNeeds{Ticket: "A"}, ""},
		"needs something else":     {queue.SetNeeds{Ticket: "A", Needs: []queue.Need{"a friend"}}, "needs"},
		"call next of no desk":     {queue.CallNext{}, "desk"},
		"call this":                {queue.CallThis{Desk: "1", Ticket: "A", Reason: "my-case"}, ""},
		"call this for no reason":  {queue.CallThis{Desk: "1", Ticket: "A"}, "reason"},
		"call this for some other": {queue.CallThis{Desk: "1", Ticket: "A", Reason: "day-end"}, "reason"},
		"finish":                   {queue.Finish{Desk: "1"}, ""},
		"finish unsorted":          {queue.Finish{Desk: "1", Done: []queue.ServiceID{"pass", "id"}}, "done"},
		"finish and call next":     {queue.FinishAndCallNext{Desk: "1", Done: []queue.ServiceID{""}}, "done"},
		"no-show":                  {queue.NoShow{Desk: "1", NotBefore: -1}, "notBefore"},
		"bring back":               {queue.BringBack{Ticket: "A"}, ""},
		"bring back nowhere":       {queue.BringBack{Ticket: "A", Desk: "a b"}, "desk"},
		"transfer for nothing":     {queue.Transfer{Ticket: "A"}, "services"},
		"change of nobody":         {queue.Change{Ticket: "A", Services: services}, "persons"},
		"split":                    {queue.Split{Ticket: "A", New: "B", Services: services, Persons: 1, Numbers: numbers}, ""},
		"split without a new id":   {queue.Split{Ticket: "A", Services: services, Persons: 1, Numbers: numbers}, "new"},
		"split without numbers":    {queue.Split{Ticket: "A", New: "B", Services: services, Persons: 1}, "numbers.prefix"},
		"merge into nothing":       {queue.Merge{Ticket: "A"}, "into"},
		"noted without a slot":     {queue.Join{Numbers: numbers, Ticket: queue.Ticket{ID: "A", Class: queue.Booked, Services: services, Persons: 1, Area: "hall", Due: 9, Joins: 8}}, "ticket.joins"},
		"step aside":               {queue.StepAside{Ticket: "A"}, ""},
		"step aside, no id":        {queue.StepAside{Ticket: "A B"}, "ticket"},
		"here for ever":            {queue.Here{Ticket: "A", Window: 1e13}, "window"},
		"leave with no ticket":     {queue.Leave{}, "ticket"},
		"cancel":                   {queue.Cancel{Ticket: "A", Reason: "day-end"}, ""},
		"cancel in free text":      {queue.Cancel{Ticket: "A", Reason: "was rude"}, "reason"},
	} {
		r := requestOf(c.command)
		if c.field != "" {
			refused(t, r, c.field)
		} else if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func refused(t *testing.T, r queue.Request, field string) {
	t.Helper()
	err := r.Validate()
	if !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), "invalid: "+field) {
		t.Errorf("%v, want invalid: %s", err, field)
	}
}
