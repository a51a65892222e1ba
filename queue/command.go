package queue

// Command is what a request asks for: one of the structs below. The JSON of a
// command is what its script reads. Commands about the ticket at a desk name
// the desk, commands about any other ticket name the ticket.
type Command interface {
	Kind() string // also the name of the script in redisqueue
	check(*checks)
}

// Join adds a ticket to its line: → waiting. One whose Joins has not come yet is
// noted: → parked, at no desk, until Here or BringBack. Before that moment these,
// Transfer and Send refuse it (ErrTooSoon). Join refuses an appointment that has a
// ticket (ErrJoined) and an id that exists (ErrTicketExists). The script draws
// the number: n-th ticket of the day is Prefix and Numbers applied to n.
type Join struct {
	Ticket  Ticket  `json:"ticket"` // ID, Class, Services, Needs, Persons, Area, Due, Slot, Joins, Reason, Appointment; the rest is the queue's
	Numbers Numbers `json:"numbers"`
	// At once: at most AtOnceLimit tickets in any 60 minutes are due as said;
	// beyond that they are due at arrival. Zero for other classes.
	AtOnceLimit int `json:"atOnceLimit,omitempty"`
}

// OpenDesk opens a desk, or opens it anew with other services. A desk that
// serves a person keeps them.
type OpenDesk struct {
	Desk   DeskID      `json:"desk"`
	Label  string      `json:"label"`
	Way    string      `json:"way,omitempty"`
	Serves []ServiceID `json:"serves"`          // sorted
	Meets  []Need      `json:"meets,omitempty"` // sorted
}

// PauseDesk stops an open desk from calling for a while; its ticket must be finished first (ErrDeskBusy).
type PauseDesk struct {
	Desk DeskID `json:"desk"`
}

// CloseDesk closes an open or paused desk for the day; its ticket must be finished first (ErrDeskBusy).
type CloseDesk struct {
	Desk DeskID `json:"desk"`
}

// Disturb says that a service cannot be served until Restore, or the day's end.
// Desks keep the tickets that they have.
type Disturb struct {
	Service ServiceID `json:"service"`
}

// Restore says that a service goes on.
type Restore struct {
	Service ServiceID `json:"service"`
}

// CallNext calls the ticket that is due first of those the desk serves: waiting → called.
type CallNext struct {
	Desk DeskID `json:"desk"`
}

// CallThis calls one waiting ticket out of turn, with a reason from the list. The desk need not serve it.
type CallThis struct {
	Desk   DeskID   `json:"desk"`
	Ticket TicketID `json:"ticket"`
	Reason string   `json:"reason"`
}

// The commands from here to Park, but for Revoke, are about the ticket that the
// desk has. With Ticket they say which that must be, else ErrWrongState: a clerk
// whose page is older, or open twice, must not end the visit of somebody unseen.
// Empty is whichever it has.

// Recall calls the desk's called ticket again: a call of its own, with its own gong.
type Recall struct {
	Desk   DeskID   `json:"desk"`
	Ticket TicketID `json:"ticket,omitempty"`
}

// PutBack undoes a call: called → waiting, due as before.
type PutBack struct {
	Desk   DeskID   `json:"desk"`
	Ticket TicketID `json:"ticket,omitempty"`
}

// Came says that the called person is at the desk: called → serving.
type Came struct {
	Desk   DeskID   `json:"desk"`
	Ticket TicketID `json:"ticket,omitempty"`
}

// Finish ends the visit at the desk: serving (or called) → done. Where the desk
// does only a step of it ([Office.Step]), the visit goes on with the rest that is not
// done: → waiting, due unchanged. It refuses a service that the ticket does not
// have (ErrServiceMissing).
type Finish struct {
	Desk   DeskID      `json:"desk"`
	Ticket TicketID    `json:"ticket,omitempty"`
	Done   []ServiceID `json:"done,omitempty"` // services of the ticket that were done, sorted; may be empty
}

// FinishAndCallNext is Finish and CallNext in one. It does not fail when
// nobody waits: then the desk is free and the event has one ticket. A desk that
// is not open only finishes.
type FinishAndCallNext struct {
	Desk   DeskID      `json:"desk"`
	Ticket TicketID    `json:"ticket,omitempty"`
	Done   []ServiceID `json:"done,omitempty"`
}

// NoShow says that the called person did not come: called → missed. ErrTooSoon
// before NotBefore has passed since the last call.
type NoShow struct {
	Desk      DeskID   `json:"desk"`
	Ticket    TicketID `json:"ticket,omitempty"`
	NotBefore int64    `json:"notBefore"` // ms
}

// Revoke takes a no-show back: missed → waiting, due as before.
type Revoke struct {
	Ticket TicketID `json:"ticket"`
}

// Park sets the desk's ticket aside (a form, a photo): called or serving →
// parked; its due stays, the desk is free.
type Park struct {
	Desk   DeskID   `json:"desk"`
	Ticket TicketID `json:"ticket,omitempty"`
}

// StepAside is "I need longer" of somebody who waits: waiting → parked, at no
// desk, and no desk calls them. Whatever brings them back (Here, BringBack,
// Transfer, Send), it is into the line, and they are due max(due, now) then, so
// that it gains nothing.
type StepAside struct {
	Ticket TicketID `json:"ticket"`
}

// BringBack ends parking: parked → waiting, due unchanged; with the desk that
// parked the ticket, which must be open and free, parked → serving there.
type BringBack struct {
	Ticket TicketID `json:"ticket"`
	Desk   DeskID   `json:"desk,omitempty"`
}

// Transfer sends a ticket to other services of the office: called, serving or
// parked → waiting, due unchanged, in the line of Services. A desk that had it
// is free.
type Transfer struct {
	Ticket   TicketID    `json:"ticket"`
	Services []ServiceID `json:"services"` // sorted
}

// Send ends an open visit here, wherever it is, and sends it to another office:
// → sent. There it goes on by Receive. A desk that had it is free.
type Send struct {
	Ticket   TicketID    `json:"ticket"`
	Office   OfficeID    `json:"office"`   // another one
	Services []ServiceID `json:"services"` // what it is to be served there, sorted
}

// Receive goes on with a visit that another office sent: the same ticket id,
// class and due, in a line of this office. Number is the one it has; empty draws
// one here. Whoever comes back to an office gets the ticket that they had there. It
// refuses an id that has a ticket which was not sent away (ErrTicketExists).
type Receive struct {
	Ticket  Ticket  `json:"ticket"` // ID, Number, Class, Services, Needs, Persons, Area, Due, Slot, Reason, SentFrom; the rest is the queue's
	Numbers Numbers `json:"numbers"`
	// On the way: → parked, until Here or BringBack. Else → waiting.
	OnTheWay bool `json:"onTheWay,omitempty"`
}

// Change corrects services and persons of an open ticket, wherever it is.
type Change struct {
	Ticket   TicketID    `json:"ticket"`
	Services []ServiceID `json:"services"` // sorted
	Persons  int         `json:"persons"`
}

// SetNeeds says what the person of an open ticket needs, wherever it is; empty is nothing.
type SetNeeds struct {
	Ticket TicketID `json:"ticket"`
	Needs  []Need   `json:"needs,omitempty"` // sorted
}

// Split takes services off an open ticket into a new waiting one with the same
// due, class, needs and arrival, so that two desks can serve a family at once. The
// rest of the persons, at least one, stays with the first ticket. Of somebody who
// has stepped aside or is noted, the new one is so too.
type Split struct {
	Ticket   TicketID    `json:"ticket"`
	New      TicketID    `json:"new"`
	Services []ServiceID `json:"services"` // sorted; a proper part of the ticket's
	Persons  int         `json:"persons"`  // of the new ticket
	Numbers  Numbers     `json:"numbers"`
}

// Merge joins two tickets of people who belong together: Ticket, waiting, goes
// into Into, which is open: services and needs united, persons added, the earlier due. It
// refuses what would be over MaxServices or MaxPersons (ErrInvalid).
type Merge struct {
	Ticket TicketID `json:"ticket"`
	Into   TicketID `json:"into"`
}

// Here is "I am here" of somebody who was called and missed it: missed →
// waiting, due max(due, now) within Window of the no-show, later
// max(due, now + Allowance) with class Entitled. Likewise of somebody whom another house sent: parked and at
// no desk yet → waiting, due unchanged; and of whoever has stepped aside or is noted.
type Here struct {
	Ticket    TicketID `json:"ticket"`
	Window    int64    `json:"window"`    // ms
	Allowance int64    `json:"allowance"` // ms
}

// Leave gives the number back: waiting, called, parked or missed → gone. A desk that called it is free.
type Leave struct {
	Ticket TicketID `json:"ticket"`
}

// Cancel ends an open visit by the office, with a reason from the list → gone. A desk that had it is free.
type Cancel struct {
	Ticket TicketID `json:"ticket"`
	Reason string   `json:"reason"`
}

func (Join) Kind() string              { return "join" }
func (OpenDesk) Kind() string          { return "open" }
func (PauseDesk) Kind() string         { return "pause" }
func (CloseDesk) Kind() string         { return "close" }
func (Disturb) Kind() string           { return "disturb" }
func (Restore) Kind() string           { return "restore" }
func (CallNext) Kind() string          { return "call-next" }
func (CallThis) Kind() string          { return "call-this" }
func (Recall) Kind() string            { return "recall" }
func (PutBack) Kind() string           { return "put-back" }
func (Came) Kind() string              { return "came" }
func (Finish) Kind() string            { return "finish" }
func (FinishAndCallNext) Kind() string { return "finish-and-call-next" }
func (NoShow) Kind() string            { return "no-show" }
func (Revoke) Kind() string            { return "revoke" }
func (Park) Kind() string              { return "park" }
func (StepAside) Kind() string         { return "step-aside" }
func (BringBack) Kind() string         { return "bring-back" }
func (Transfer) Kind() string          { return "transfer" }
func (Send) Kind() string              { return "send" }
func (Receive) Kind() string           { return "receive" }
func (Change) Kind() string            { return "change" }
func (SetNeeds) Kind() string          { return "set-needs" }
func (Split) Kind() string             { return "split" }
func (Merge) Kind() string             { return "merge" }
func (Here) Kind() string              { return "here" }
func (Leave) Kind() string             { return "leave" }
func (Cancel) Kind() string            { return "cancel" }
