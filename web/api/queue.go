package api

import "time"

// Visit is a ticket as the person who has it sees it.
type Visit struct {
	ID       string    `json:"id"`     // who knows it may see the ticket and give it back
	Number   string    `json:"number"` // what is called: "K 024"
	Office   string    `json:"office"`
	Area     string    `json:"area"`            // where to wait
	State    string    `json:"state"`           // waiting, called, serving, parked, missed, done, gone, merged or sent
	Aside    bool      `json:"aside,omitempty"` // parked by the person, who needs longer: due when they are here
	Joins    time.Time `json:"joins,omitzero"`  // parked since they came early: in the line from then on, by itself
	Services []string  `json:"services"`
	Needs    []string  `json:"needs,omitempty"` // fetched, interpreter, more-time, step-free; gone the next day
	Persons  int       `json:"persons"`
	Arrived  time.Time `json:"arrived"`
	Slot     time.Time `json:"slot,omitzero"`  // start of the appointment
	Due      time.Time `json:"due"`            // the place in the line: whoever is due earlier is called earlier
	Ahead    int       `json:"ahead"`          // waiting, due earlier, for the same desks
	Desks    int       `json:"desks"`          // open and serving it; 0: ask at the information desk, unless disturbed says why
	Call     string    `json:"call,omitempty"` // of the last call
	CalledAt time.Time `json:"calledAt,omitzero"`
	Desk     string    `json:"desk,omitempty"`   // label of the desk that called it
	Way      string    `json:"way,omitempty"`    // to the desk
	Returns  time.Time `json:"returns,omitzero"` // missed: the place is kept until then
	// Disturbed are those of its services that nobody can serve now, Finished those
	// that are done of a visit in steps.
	Disturbed []string `json:"disturbed,omitempty"`
	Finished  []string `json:"finished,omitempty"`
	// Record, in the answer to a command, is complete, or behind while it is not recorded yet.
	Record string `json:"record,omitempty"`
}

// Ticket is a visit as the office's clerks see it.
type Ticket struct {
	ID          string    `json:"id"`
	Number      string    `json:"number"`
	Seq         int64     `json:"seq"`   // the day's arrival sequence
	Class       string    `json:"class"` // booked, entitled, walk-in, info, urgent or at-once
	Services    []string  `json:"services"`
	Needs       []string  `json:"needs,omitempty"` // fetched, interpreter, more-time, step-free; gone the next day
	Persons     int       `json:"persons"`
	Area        string    `json:"area"`
	State       string    `json:"state"`
	Aside       bool      `json:"aside,omitempty"` // parked by the person, who needs longer: due when they are here
	Joins       time.Time `json:"joins,omitzero"`  // parked since they came early: in the line from then on, by itself
	Due         time.Time `json:"due"`             // at once beyond the hour's limit: arrived
	Desk        string    `json:"desk,omitempty"`  // id of the desk that called it last
	Call        string    `json:"call,omitempty"`
	Calls       int       `json:"calls"`         // how often it was called, recalls included
	Why         *Why      `json:"why,omitempty"` // why it was called when it was
	Slot        time.Time `json:"slot,omitzero"`
	Arrived     time.Time `json:"arrived"`
	FirstCallAt time.Time `json:"firstCallAt,omitzero"` // the wait ended then
	CalledAt    time.Time `json:"calledAt,omitzero"`
	ServedAt    time.Time `json:"servedAt,omitzero"`
	MissedAt    time.Time `json:"missedAt,omitzero"`
	ParkedAt    time.Time `json:"parkedAt,omitzero"`
	EndedAt     time.Time `json:"endedAt,omitzero"`
	Reason      string    `json:"reason,omitempty"`      // why urgent or at once: key from the list of reasons
	Cancelled   string    `json:"cancelled,omitempty"`   // why the office ended it: likewise
	Appointment string    `json:"appointment,omitempty"` // id
	Finished    []string  `json:"finished,omitempty"`    // services done; services has what is left of a visit in steps
	Into        string    `json:"into,omitempty"`        // merged into
	From        string    `json:"from,omitempty"`        // split from
	SentTo      string    `json:"sentTo,omitempty"`      // id of the office where it goes on
	SentFrom    string    `json:"sentFrom,omitempty"`    // id of the office that sent it
}

// Why says in facts why a ticket was called.
type Why struct {
	Rule   string    `json:"rule"` // earliest: nobody waiting for the desk was due earlier; step: likewise, and the desk does a part, since no open desk that meets the needs could serve the whole; chosen: a clerk called this one
	Due    time.Time `json:"due"`
	Reason string    `json:"reason,omitempty"`
}

// Desk is a place where a clerk serves.
type Desk struct {
	ID     string    `json:"id"`
	Label  string    `json:"label"` // what screens show
	Way    string    `json:"way,omitempty"`
	Area   string    `json:"area"`
	State  string    `json:"state"`  // open, paused or closed
	Serves []string  `json:"serves"` // ids of services; empty before it was first opened
	Meets  []string  `json:"meets"`  // needs; it calls nobody who has another
	Ticket string    `json:"ticket,omitempty"`
	Since  time.Time `json:"since,omitzero"` // in this state since
}

// Queue is the present state of an office's day.
type Queue struct {
	Office  string    `json:"office"`
	Epoch   int64     `json:"epoch"`
	Version int64     `json:"version"`
	Day     string    `json:"day"`
	At      time.Time `json:"at,omitzero"` // of the last change
	Tickets []Ticket  `json:"tickets"`     // of the day, in the order of arrival, ended ones too
	Desks   []Desk    `json:"desks"`
	// Disturbed are services that nobody can serve now.
	Disturbed []Disturbance `json:"disturbed"`
	Record    string        `json:"record"` // complete, or behind: what is done now is not recorded yet
}

// Disturbance is a service that nobody can serve now: whose ticket needs it waits, and keeps its due.
type Disturbance struct {
	Office  string    `json:"office,omitempty"` // on a board, which is of several
	Service string    `json:"service"`
	Since   time.Time `json:"since"`
}

// DeskList is what a desk sees: itself, the ticket at it, and who waits for it.
type DeskList struct {
	Desk    Desk     `json:"desk"`
	Ticket  *Ticket  `json:"ticket,omitempty"` // called to it, or served at it
	Waiting []Ticket `json:"waiting"`          // whom it serves, in the order in which they are due
	Missed  []Ticket `json:"missed"`
	Parked  []Ticket `json:"parked"` // but not who came early and joins by themselves
	// Disturbed are services of the office that nobody can serve now.
	Disturbed []Disturbance `json:"disturbed"`
}

// Event is what one command changed: the tickets and desks as they are now,
// first the ticket that the command is about.
type Event struct {
	Office  string    `json:"office"`
	Epoch   int64     `json:"epoch"`
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Tickets []Ticket  `json:"tickets"`
	Desks   []Desk    `json:"desks"`
	Record  string    `json:"record"` // complete, or behind: answered before it was recorded
}

// Open opens a desk, or opens it anew with other services.
type Open struct {
	Serves []string `json:"serves"` // ids of services
}

// CallThis calls one waiting ticket out of turn.
type CallThis struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason"` // from the list of reasons
}

// Finish ends the visit at the desk.
type Finish struct {
	Ticket string   `json:"ticket,omitempty"` // the one that is meant, refused if the desk has another
	Done   []string `json:"done,omitempty"`   // services that were done, may be none
}

// AtDesk is about the ticket that a desk has.
type AtDesk struct {
	Ticket string `json:"ticket,omitempty"` // the one that is meant, refused if the desk has another
}

// BringBack ends parking: to the line, or straight to a desk.
type BringBack struct {
	Desk string `json:"desk,omitempty"` // id of an open and free desk
}

// SetNeeds says what the person of a ticket needs; empty is nothing.
type SetNeeds struct {
	Needs []string `json:"needs"` // of fetched, interpreter, more-time, step-free
}

// Transfer sends a ticket to other services of the office.
type Transfer struct {
	Services []string `json:"services"`
}

// Send sends a visit to another office.
type Send struct {
	Office   string   `json:"office"`   // id of another office, in this house or another
	Services []string `json:"services"` // what it is for there
}

// Change corrects services and persons of a ticket.
type Change struct {
	Services []string `json:"services"`
	Persons  int      `json:"persons"`
}

// Split takes services off a ticket into a new one with the same due.
type Split struct {
	Services []string `json:"services"` // some of the ticket's, not all
	Persons  int      `json:"persons"`  // of the new ticket
}

// Merge joins the ticket into another of people who belong together.
type Merge struct {
	Into string `json:"into"` // id of the other
}

// Cancel ends a visit by the office.
type Cancel struct {
	Reason string `json:"reason"` // from the list of reasons
}

// Nothing is the content of a write that needs none. An empty body will do.
type Nothing struct{}

// Message is what a live reader gets: a frame, or only a sign of life. Readers
// ignore what they do not know, and frames older than the one they have.
type Message struct {
	Now     int64      `json:"now"`             // office clock, in ms since 1970 UTC
	Rate    float64    `json:"rate"`            // how fast it runs against the machine's clock
	Age     int64      `json:"age"`             // ms since the server last knew that its state is the newest
	Epoch   int64      `json:"epoch,omitempty"` // (epoch, version) orders frames
	Version int64      `json:"version,omitempty"`
	HTML    string     `json:"html,omitempty"`  // for pages
	Data    any        `json:"data,omitempty"`  // for programs: the whole of what the reader sees
	Calls   []LiveCall `json:"calls,omitempty"` // who is called now, newest first
}

// LiveCall lets a reader gong once per call.
type LiveCall struct {
	ID    string `json:"id"`
	Again bool   `json:"again,omitempty"` // a recall
}
