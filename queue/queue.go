// Package queue keeps the people who wait in an office, and decides who is
// called next.
//
// A [Ticket] is one visit. It moves like this:
//
//	          ┌──── put back, revoke, here, bring back, transfer, a step ───────┐
//	          ▼                                                                 │
//	join ─▶ waiting ──call──▶ called ──came──▶ serving ──finish──▶ done         │
//	          │                 ├──no-show──▶ missed ───────────────────────────┤
//	          │                 └──park──────▶ parked ──────────────────────────┤
//	          ├──step aside──────────────────▶ parked ──────────────────────────┤
//	          │                       join ──▶ parked, until it joins ──────────┘
//	          └──leave, cancel──▶ gone          merge: the other ticket ─▶ merged
//
//	send ─▶ sent: the visit goes on in another office (receive)
//
// Every ticket has one due time. A waiting ticket stands in the [Line] of its
// set of services and needs; a line is ordered by due, then by arrival. A [Desk]
// sees the lines whose services it all serves and whose needs it meets, and takes
// the smallest head. Where no open desk serves a whole set, desks see it that
// serve a part: then the visit goes in steps ([Office.Sees], [Office.Step]), and
// keeps its due.
//
// One [Request] makes one [Event]: every ticket and desk that it changed, as
// they are afterwards. A reader is a fold over events ([Office.Apply]): the
// last state per ticket wins. The rules of order (what is due when) are in
// due.go, the commands in command.go. Package redisqueue decides commands in
// Redis, one script each; queuetest holds it against package model, plain Go.
//
// This package knows no library and nothing of the other rooms. Package
// checkin makes tickets of appointments and walk-ins, signage makes boards of
// events, dashboards counts them.
package queue

import (
	"context"
	"time"
)

// IDs have types, so that a desk is never passed for a ticket.
type (
	OfficeID  string // key of an office, such as "buergerbuero"
	ServiceID string // key of a service, unique within its office
	DeskID    string // key of a desk, unique within its office
	// TicketID is 26 letters and digits drawn at random (128 bit). Who knows
	// it may see the ticket's page and give the ticket back.
	TicketID string
)

// State is where a ticket stands. See the picture at the package.
type State string

const (
	Waiting State = "waiting"
	Called  State = "called"
	Serving State = "serving"
	Parked  State = "parked"
	Missed  State = "missed" // called, did not come
	Done    State = "done"
	Gone    State = "gone" // left, or cancelled by the office
	Merged  State = "merged"
	Sent    State = "sent" // goes on in another office
)

// Open says whether the visit goes on: the ticket is not done, gone, merged or sent.
func (s State) Open() bool { return s != Done && s != Gone && s != Merged && s != Sent }

// Class is why a ticket is due when it is.
type Class string

const (
	Booked   Class = "booked"   // with an appointment, checked in within its window
	Entitled Class = "entitled" // appointment today, but too late for its window; or, of any class, back long after a missed call
	WalkIn   Class = "walk-in"
	Info     Class = "info"    // information desk
	Urgent   Class = "urgent"  // confirmed by a clerk, with a reason
	AtOnce   Class = "at-once" // confirmed by a clerk, with a reason
)

// Need is what somebody must be given beside their services. A desk meets some
// ([Desk]); whoever needs one is called to a desk that meets it, as to one that
// serves their services. What somebody needs is of the day alone: see
// pgjournal.Journal.ForgetNeeds.
type Need string

const (
	Fetched     Need = "fetched"     // from the waiting area, instead of called
	Interpreter Need = "interpreter" // somebody who speaks their language, signed ones too
	MoreTime    Need = "more-time"
	StepFree    Need = "step-free" // no stairs on the way, room for a wheelchair at the desk
)

// Needs are all, sorted.
var Needs = []Need{Fetched, Interpreter, MoreTime, StepFree}

// Ticket is one person's (or family's) visit, as the queue knows it. It
// carries no personal data: it is shown to nobody's harm in logs and events.
// Times are in milliseconds since 1970 UTC, 0 for never: a number that Lua,
// JSON and a sorted set's score all carry exactly.
type Ticket struct {
	ID       TicketID    `json:"id"`
	Number   string      `json:"number"` // what is called, such as "K 024"
	Seq      int64       `json:"seq"`    // the day's arrival sequence
	Class    Class       `json:"class"`
	Services []ServiceID `json:"services"`        // sorted, never empty; of a visit in steps those that are left
	Needs    []Need      `json:"needs,omitempty"` // sorted
	Persons  int         `json:"persons"`
	Area     string      `json:"area"` // waiting area whose screens call it
	Due      int64       `json:"due"`

	State State  `json:"state"`
	Desk  DeskID `json:"desk,omitempty"` // while called, serving; kept afterwards, but not by who steps aside
	// Aside says of a parked ticket that they moved back by themselves: they are
	// due when they are back.
	Aside bool `json:"aside,omitempty"`
	// Joins says of a parked ticket that it is noted: it joins the line then.
	Joins int64 `json:"joins,omitempty"`
	// Call names the last call: "<epoch>-<version>" of its event. A recall is
	// a call of its own, so a gong sounds once per Call.
	Call  string `json:"call,omitempty"`
	Calls int    `json:"calls,omitempty"` // how often it was called, recalls included
	// Recalled says that the last call repeated the one before. Who is called
	// from the line is not called again, however often that happens.
	Recalled bool `json:"recalled,omitempty"`
	Why      *Why `json:"why,omitempty"` // why it was called when it was

	Slot        int64  `json:"slot,omitempty"`        // start of the appointment
	Arrived     int64  `json:"arrived"`               // joined the queue of this office; see Came
	FirstCallAt int64  `json:"firstCallAt,omitempty"` // first call ever: the end of the wait that statistics count
	CalledAt    int64  `json:"calledAt,omitempty"`    // last call
	ServedAt    int64  `json:"servedAt,omitempty"`    // came to the desk
	MissedAt    int64  `json:"missedAt,omitempty"`
	ParkedAt    int64  `json:"parkedAt,omitempty"`
	EndedAt     int64  `json:"endedAt,omitempty"`
	Reason      string `json:"reason,omitempty"`    // why urgent, at once: a key from the list of reasons
	Cancelled   string `json:"cancelled,omitempty"` // why the office ended it: likewise

	Appointment string      `json:"appointment,omitempty"` // id of the appointment, if there was one
	Finished    []ServiceID `json:"finished,omitempty"`    // services done, sorted
	Into        TicketID    `json:"into,omitempty"`        // merged into
	From        TicketID    `json:"from,omitempty"`        // split from
	SentTo      *Passage    `json:"sentTo,omitempty"`      // goes on there
	SentFrom    *Passage    `json:"sentFrom,omitempty"`    // came from there
}

// Passage is a visit's way from one office to another.
type Passage struct {
	Office   OfficeID    `json:"office"`
	Services []ServiceID `json:"services,omitempty"` // sent to: what it is for there, sorted
	Epoch    int64       `json:"epoch"`              // of the event that sent it, in the office that sent
	Version  int64       `json:"version"`
	Arrived  int64       `json:"arrived,omitempty"` // sent from: when they came to the first office
}

// Came is when the person came: to this office, or to the first of those that
// sent them on.
func (t Ticket) Came() int64 {
	if t.SentFrom != nil && t.SentFrom.Arrived != 0 {
		return t.SentFrom.Arrived
	}
	return t.Arrived
}

// Standing is how people name where the ticket stands: its state, but "aside" for who
// needs longer and "noted" for who came early, whom no clerk has parked.
func (t Ticket) Standing() string {
	switch {
	case t.State == Parked && t.Aside:
		return "aside"
	case t.State == Parked && t.Joins != 0:
		return "noted"
	}
	return string(t.State)
}

// Mark is that of the event that sent the visit.
func (p Passage) Mark() Mark { return Mark{p.Epoch, p.Version} }

// Why says in facts why a ticket was called; booking/texts makes the sentence.
type Why struct {
	Rule   string `json:"rule"`
	Due    int64  `json:"due"`              // due at the time of the call
	Reason string `json:"reason,omitempty"` // with "chosen": key from the list of reasons
}

// Why.Rule is one of these.
const (
	RuleEarliest = "earliest" // nobody whom the desk sees was due earlier
	RuleStep     = "step"     // likewise; the desk does a part, since no open desk that meets their needs serves the whole
	RuleChosen   = "chosen"   // a clerk called this one
)

// DeskState is whether a desk calls.
type DeskState string

const (
	DeskOpen   DeskState = "open"
	DeskPaused DeskState = "paused"
	DeskClosed DeskState = "closed"
)

// Desk is a place where a clerk serves.
type Desk struct {
	ID     DeskID      `json:"id"`
	Label  string      `json:"label"`         // what screens show, such as "4"
	Way    string      `json:"way,omitempty"` // how to get there: "Zimmer 214, 2. OG"
	State  DeskState   `json:"state"`
	Serves []ServiceID `json:"serves"`           // sorted, never empty
	Meets  []Need      `json:"meets,omitempty"`  // sorted
	Ticket TicketID    `json:"ticket,omitempty"` // at most one
	Since  int64       `json:"since"`            // in this state since
}

// Event is what one command changed. (Office, Epoch, Version) names it.
type Event struct {
	Office   OfficeID `json:"office"`
	Epoch    int64    `json:"epoch"`
	Version  int64    `json:"version"` // 1, 2, 3 … without a gap, on across epochs
	At       int64    `json:"at"`      // never falls within an office
	Day      string   `json:"day"`     // 2026-11-24, by the office's wall clock
	Kind     string   `json:"kind"`    // Command.Kind, or "opened", or "day"
	Command  string   `json:"command"` // Request.ID
	Hash     string   `json:"hash"`    // of the request: the same id with another content is refused
	Actor    Actor    `json:"actor"`
	Tickets  []Ticket `json:"tickets,omitempty"` // changed, as they are now; what the command is about stands first
	Desks    []Desk   `json:"desks,omitempty"`
	Counters Counters `json:"counters"`

	// Behind is of an answer: it was given before the event was recorded,
	// since the record did not answer. See Line.
	Behind bool `json:"-"`
}

// Mark names a state of an office. An epoch is one life of the server that
// decides; what an older epoch had and a newer one has not, never was.
type Mark struct{ Epoch, Version int64 }

// Covers says that m is o, or newer.
func (m Mark) Covers(o Mark) bool {
	return m.Epoch > o.Epoch || m.Epoch == o.Epoch && m.Version >= o.Version
}

// Mark is what the event's office is at after it.
func (e Event) Mark() Mark { return Mark{e.Epoch, e.Version} }

// Actor is who gave a command: a role, and for staff the account's id.
type Actor struct {
	Role string `json:"role"` // "citizen", "terminal", "clerk", "manager", "administrator", "system"
	ID   string `json:"id,omitempty"`
}

// Counters are an office's numbers of the day that no ticket holds.
type Counters struct {
	Seq    int64   `json:"seq"`              // tickets joined today
	AtOnce []int64 `json:"atOnce,omitempty"` // times of the last tickets that were let in at once
	// Disturbed are services that nobody can serve now, such as when a register
	// does not answer, and since when, in ms. No desk sees what needs one, and all
	// keep their due.
	Disturbed map[ServiceID]int64 `json:"disturbed,omitempty"`
}

// Request is a command with what every command needs.
type Request struct {
	Office  OfficeID
	ID      string // made by the client, at most 64 characters; a repeat returns the first answer
	Actor   Actor
	At      time.Time // the office clock
	Day     string    // the office's day at At, as 2026-11-24
	Command Command
}

// Line is an office's queue, where commands are decided: one at a time, each
// whole or not at all.
type Line interface {
	// Do carries out a command and returns its event once it is recorded, or,
	// while the record is away, kept so that a crash does not lose it
	// (Event.Behind). The same Request.ID
	// again changes nothing and returns the first event, or the first refusal.
	// A refusal is one of the errors in errors.go and changes nothing. Any
	// other error leaves the outcome unknown: repeat with the same ID.
	Do(ctx context.Context, r Request) (Event, error)

	// Office reads the whole present state of an office's day, or returns ErrAway.
	Office(ctx context.Context, office OfficeID) (*Office, error)
}
