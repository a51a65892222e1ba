package queue

import (
	"errors"
	"slices"
)

// Refusals. A command that is refused has changed nothing. Scripts answer
// with the text as code, so the text never changes; people read the sentence
// that booking/texts has for it.
var (
	ErrEmpty          = errors.New("empty")           // nobody whom the desk serves is waiting
	ErrDeskUnknown    = errors.New("desk-unknown")    // the desk was never opened today
	ErrDeskNotOpen    = errors.New("desk-not-open")   // paused or closed desks do not call
	ErrDeskBusy       = errors.New("desk-busy")       // the desk has a ticket
	ErrDeskIdle       = errors.New("desk-idle")       // the desk has no ticket
	ErrTicketUnknown  = errors.New("ticket-unknown")  // no such ticket in this office today
	ErrTicketExists   = errors.New("ticket-exists")   // a new ticket's id is taken
	ErrJoined         = errors.New("joined")          // the appointment has a ticket already
	ErrWrongState     = errors.New("wrong-state")     // the ticket is not where the command needs it, see Command
	ErrTooSoon        = errors.New("too-soon")        // no-show before the called person had time to come, or back before who is noted joins
	ErrServiceMissing = errors.New("service-missing") // not a service of the ticket, or a split would leave nothing
	ErrSameTicket     = errors.New("same-ticket")     // merge: a ticket with itself
	ErrOtherContent   = errors.New("other-content")   // the id was used before, for another command
	ErrInvalid        = errors.New("invalid")         // a field is missing, too long or malformed
)

// Refusals are all errors that mean: decided, and nothing changed.
var Refusals = []error{
	ErrEmpty, ErrDeskUnknown, ErrDeskNotOpen, ErrDeskBusy, ErrDeskIdle, ErrTicketUnknown, ErrTicketExists,
	ErrJoined, ErrWrongState, ErrTooSoon, ErrServiceMissing, ErrSameTicket, ErrOtherContent, ErrInvalid,
}

// Refused says whether an error is a refusal.
func Refused(err error) bool {
	return slices.ContainsFunc(Refusals, func(r error) bool { return errors.Is(err, r) })
}

// ErrUnknownOutcome says that a command may or may not have been carried out:
// the queue did not answer in time. Repeat it with the same id.
var ErrUnknownOutcome = errors.New("unknown-outcome")

// ErrAway says that the queue could not be read, for whatever reason.
var ErrAway = errors.New("away")
