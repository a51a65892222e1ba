// Package api is what programs and the server say to one another under
// /api/v1: the structs of the JSON, the document that describes every route
// (openapi.json).
//
// Times are RFC 3339 with the offset of the office's wall clock. A field that
// does not apply is left out. Texts are in the reader's language
// (Accept-Language), German where there is no other.
//
// Writes take an Idempotency-Key of at most 64 visible characters: the same
// request with the same key, sent again by the same visitor, changes nothing
// and is answered as the first was. What is of the present is shown as it is now:
// an appointment, how many are ahead of a ticket, the desks that serve it. So is
// what a check-in says once the appointment is cancelled or moved; and one that gave
// no ticket has changed nothing, so its repeat is asked anew.
//
// A key counts in the office whose queue a request is about, or for its
// appointment; a hold's counts everywhere. There the same key for another content
// is refused; elsewhere it is another key. A refusal is a [Problem].
//
// Package web answers. This package knows no other of ours.
package api

import (
	_ "embed"
	"time"
)

// Base is the path under which the API is.
const Base = "/api/v1"

// Document is the OpenAPI 3.1 document of the API. It is written by
// go test ./web/api -run Document -update.
//
//go:embed openapi.json
var Document []byte

// Problem is a refusal (RFC 9457, application/problem+json).
type Problem struct {
	Type   string `json:"type"`             // "/problems/slot-taken": never changes, for programs
	Title  string `json:"title"`            // one plain sentence, for people
	Status int    `json:"status"`           // the HTTP status
	Detail string `json:"detail,omitempty"` // which part of the request is meant: a field's name
}

// Clock is the office clock, which all times are by.
type Clock struct {
	Now           time.Time `json:"now"`
	Demonstration bool      `json:"demonstration"` // everybody here is invented, and the clock can be moved
}

// House is a building (Standort) with one entrance.
type House struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Areas   []Area   `json:"areas"`
	Offices []string `json:"offices"` // ids
}

// Area is a waiting area, called by its own screens.
type Area struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Way  string `json:"way"` // from the entrance
}

// Office (Amt) has services, hours, desks and a queue of its own.
type Office struct {
	ID       string  `json:"id"`
	House    string  `json:"house"`
	Name     string  `json:"name"`
	Address  string  `json:"address"`
	BookDays int     `json:"bookDays"` // how many days ahead citizens book
	Doors    []Hours `json:"doors"`    // when it is open to people
}

// Hours are one stretch of opening, by the office's wall clock.
type Hours struct {
	Weekday int    `json:"weekday"` // 0 is Sunday
	Open    string `json:"open"`    // "08:00"
	Close   string `json:"close"`   // "18:00"
}

// Service (Anliegen) is what citizens come for.
type Service struct {
	ID        string   `json:"id"`
	Group     string   `json:"group"` // heading under which it is listed
	Name      string   `json:"name"`
	Minutes   int      `json:"minutes"`             // at the desk, for one person
	PerPerson int      `json:"perPerson,omitempty"` // minutes for each further person; without it persons are not asked
	FeeCents  int      `json:"feeCents"`            // for each person
	FeeNote   string   `json:"feeNote,omitempty"`
	Documents []string `json:"documents"` // what to bring
	Area      string   `json:"area"`      // where people wait for it
	Bookable  bool     `json:"bookable"`  // citizens may book it
	WalkIn    bool     `json:"walkIn"`    // a ticket without an appointment
	Info      bool     `json:"info"`      // at the information desk
	Urgent    bool     `json:"urgent"`    // offered for emergencies
	Online    bool     `json:"online"`    // can be done online as well
}

// Choice is one service, for a number of persons.
type Choice struct {
	Service string `json:"service"`
	Persons int    `json:"persons"` // 1 where persons are not asked
}

// FreeDay is a day with its free times.
type FreeDay struct {
	Day     string `json:"day"`               // "2026-11-24"
	Holiday string `json:"holiday,omitempty"` // its name
	Closed  bool   `json:"closed"`            // the office takes no appointments on that day
	Slots   []Slot `json:"slots"`
}

// Slot is a free time for the services that were asked for.
type Slot struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Free  int       `json:"free"` // places
}

// NewHold asks for a time to be kept while the citizen fills the form.
type NewHold struct {
	Services []Choice  `json:"services"`
	Start    time.Time `json:"start"`             // of a slot
	Instead  string    `json:"instead,omitempty"` // link of an earlier hold, given back in the same step
}

// Appointment is a place taken for a time: a hold until it is confirmed.
type Appointment struct {
	Link     string    `json:"link,omitempty"` // opens it, and is no one else's business; to the booker only
	ID       string    `json:"id"`             // names it, and opens nothing
	Office   string    `json:"office"`
	House    string    `json:"house"`
	State    string    `json:"state"` // held, booked or cancelled
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Services []Choice  `json:"services"`
	Expires  time.Time `json:"expires,omitzero"` // a hold is kept until then
	Booked   time.Time `json:"booked,omitzero"`  // when it was confirmed
	Code     string    `json:"code,omitempty"`   // checks in at a terminal on its day: "48271936"
	Opens    time.Time `json:"opens,omitzero"`   // check-in
	Closes   time.Time `json:"closes,omitzero"`
	Contact  *Contact  `json:"contact,omitempty"` // who booked: to the booker and to the office's clerks only
}

// Contact is who books. A name, and a mail address or a phone number, are needed.
type Contact struct {
	Name  string `json:"name"`
	Mail  string `json:"mail,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// NewTime asks for another time for a booked appointment.
type NewTime struct {
	Start time.Time `json:"start"` // of a slot
}

// Search asks for appointments of a day by a part of the name or by the whole
// code. It is posted: an address must not hold a name.
type Search struct {
	Text string `json:"text"`
	Day  string `json:"day,omitempty"` // today without it
}

// NewCheckin says who arrives at a house: by the code, or, to a clerk, by the
// appointment's id.
type NewCheckin struct {
	Code        string `json:"code,omitempty"`        // 8 digits, spaces do not matter
	Appointment string `json:"appointment,omitempty"` // clerks only
	// Entitled takes a ticket for today where the window for checking in has closed.
	Entitled bool `json:"entitled,omitempty"`
}

// Checkin is what somebody who arrives is told.
type Checkin struct {
	Outcome string    `json:"outcome"`          // welcome, already, ended, early, late, cancelled, unknown or unchecked
	Say     string    `json:"say"`              // the outcome as a sentence
	Office  string    `json:"office,omitempty"` // of the ticket; without one, of the appointment
	Ticket  *Visit    `json:"ticket,omitempty"` // with welcome and already, and with late where it was asked for
	Start   time.Time `json:"start,omitzero"`   // of the appointment
	Opens   time.Time `json:"opens,omitzero"`   // check-in
	Closes  time.Time `json:"closes,omitzero"`
}

// NewTicket asks for a ticket without an appointment. A terminal gets one for
// services that allow it; a clerk for any service, and for urgent or at-once
// with a reason from its list.
type NewTicket struct {
	Services []Choice `json:"services"`
	Class    string   `json:"class,omitempty"`  // walk-in (without it), urgent or at-once
	Reason   string   `json:"reason,omitempty"` // of urgent and at-once
	Needs    []string `json:"needs,omitempty"`  // clerks say them here, others afterwards
}

// Device is what a terminal's token says of itself.
type Device struct {
	House   string   `json:"house"`
	Offices []string `json:"offices"` // of the house
}

// Board is what the screens of a waiting area show, newest call first.
type Board struct {
	Area    string `json:"area"`
	Now     []Call `json:"now"`
	Earlier []Call `json:"earlier"`
	// Disturbed are services whose people wait here and that nobody can serve now.
	Disturbed []Disturbance `json:"disturbed"`
}

// Call is one line of a board.
type Call struct {
	ID     string    `json:"id"` // a recall is a call of its own: a gong sounds once per id
	Number string    `json:"number"`
	Desk   string    `json:"desk"` // its label
	Way    string    `json:"way,omitempty"`
	At     time.Time `json:"at"`
	Again  bool      `json:"again"` // a recall
}
