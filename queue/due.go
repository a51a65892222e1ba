package queue

import "time"

// Rules are an office's settings for order and calls. The zero value is not
// useful; see DefaultRules. Source of the defaults: the design of the project.
type Rules struct {
	Before      time.Duration // check-in opens this long before the appointment
	After       time.Duration // and closes this long after it
	WalkIn      time.Duration // allowance: a walk-in is due this long after arriving
	Info        time.Duration // allowance at the information desk
	AtOnce      time.Duration // "at once" is due this long before arriving
	AtOnceLimit int           // at most so many of them in 60 minutes
	Recall      time.Duration // a desk offers the recall this long after a call
	NoShow      time.Duration // and the no-show this long after it
	Return      time.Duration // who was missed keeps their due within this
	Parked      time.Duration // a parked ticket reminds its clerk after this
	Noted       bool          // who comes before Before gets a ticket, and joins the line then
	Ascending   bool          // ticket numbers count up instead of being shuffled

	// How much longer a visit takes with a need.
	Fetched     time.Duration
	Interpreter time.Duration
	MoreTime    time.Duration
	StepFree    time.Duration
}

// DefaultRules are those of an office that sets none. What needs take is nobody's
// measurement yet: a guess for each office to put right.
var DefaultRules = Rules{
	Before: 15 * time.Minute, After: 15 * time.Minute,
	WalkIn: 20 * time.Minute, Info: 10 * time.Minute,
	AtOnce: 45 * time.Minute, AtOnceLimit: 6,
	Recall: 45 * time.Second, NoShow: 120 * time.Second,
	Return: 15 * time.Minute, Parked: 20 * time.Minute,
	Fetched: 2 * time.Minute, Interpreter: 10 * time.Minute, MoreTime: 10 * time.Minute,
}

// Longer is how much longer a visit takes with needs.
func (r Rules) Longer(needs []Need) time.Duration {
	longer := time.Duration(0)
	for _, n := range needs {
		longer += map[Need]time.Duration{Fetched: r.Fetched, Interpreter: r.Interpreter, MoreTime: r.MoreTime, StepFree: r.StepFree}[n]
	}
	return longer
}

// Due says when somebody who arrives now is due. slot is the start of the
// appointment (zero without one).
//
// Booked: the later of slot and arrival, so coming early gains nothing and
// coming late costs the lateness. Urgent with a slot (a quota appointment):
// the slot.
func (r Rules) Due(class Class, slot, arrived time.Time) time.Time {
	switch class {
	case Booked:
		if slot.After(arrived) {
			return slot
		}
		return arrived
	case Urgent:
		if !slot.IsZero() {
			return slot
		}
		return arrived
	case AtOnce:
		return arrived.Add(-r.AtOnce)
	case Info:
		return arrived.Add(r.Info)
	default: // WalkIn, Entitled
		return arrived.Add(r.WalkIn)
	}
}
