// Package checkin turns an arrival into a ticket: somebody with an appointment
// who shows its code, somebody without one, somebody whom a clerk lets in
// because it is urgent.
//
// It asks package booking what is booked and tells package queue who waits.
// [Window] decides what a code means at a moment; [Arrivals] carries it out.
// pdfticket prints the ticket.
//
// This package knows no library.
package checkin

import (
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// Outcome is what a citizen with a code is told. Each has a sentence and a
// next step in booking/texts, under "terminal.<outcome>".
type Outcome string

const (
	Welcome   Outcome = "welcome"   // checked in, here is the ticket; noted, if it joins the line later
	Already   Outcome = "already"   // checked in before, here is the ticket again
	Ended     Outcome = "ended"     // checked in before, and the number is done or given back
	Early     Outcome = "early"     // come back when the window opens
	Late      Outcome = "late"      // the window has closed: a ticket as entitled today, or a later time
	Cancelled Outcome = "cancelled" // the appointment was cancelled
	Unknown   Outcome = "unknown"   // no appointment today in this house has this code
	Unchecked Outcome = "unchecked" // whether it has one cannot be said now: the information desk helps
)

// Window says what happens to somebody who shows the code of an appointment
// now: from Before (15 minutes) before its start to After (15 minutes) after,
// both ends included to the minute a clock shows.
func Window(rules queue.Rules, a booking.Appointment, now time.Time) Outcome {
	switch minute := now.Truncate(time.Minute); {
	case a.State == booking.Cancelled:
		return Cancelled
	case a.State != booking.Booked:
		return Unknown
	case now.Before(a.Start.Add(-rules.Before)):
		return Early
	case minute.After(a.Start.Add(rules.After)):
		return Late
	default:
		return Welcome
	}
}

// Opens is when check-in for an appointment opens, Closes when it closes.
func Opens(rules queue.Rules, a booking.Appointment) time.Time { return a.Start.Add(-rules.Before) }

// Closes is the last minute in which the appointment's code checks in.
func Closes(rules queue.Rules, a booking.Appointment) time.Time { return a.Start.Add(rules.After) }

// Rules are the office's settings of order: the defaults, less what the office
// sets differently (booking.Office.Rules, in seconds).
func Rules(o booking.Office) queue.Rules {
	r := queue.DefaultRules
	for name, field := range map[string]*time.Duration{
		"before": &r.Before, "after": &r.After, "walkIn": &r.WalkIn, "info": &r.Info, "atOnce": &r.AtOnce,
		"recall": &r.Recall, "noShow": &r.NoShow, "return": &r.Return, "parked": &r.Parked,
		"fetched": &r.Fetched, "interpreter": &r.Interpreter, "moreTime": &r.MoreTime, "stepFree": &r.StepFree,
	} {
		if seconds, ok := o.Rules[name]; ok {
			*field = time.Duration(seconds) * time.Second
		}
	}
	if limit, ok := o.Rules["atOnceLimit"]; ok {
		r.AtOnceLimit = limit
	}
	r.Ascending, r.Noted = o.Rules["ascending"] != 0, o.Rules["noted"] != 0
	return r
}

// Meets are the needs that a desk of an office meets: those that it names, and
// those that no desk of the office names.
func Meets(o booking.Office, desk booking.Desk) (meets []queue.Need) {
	for _, need := range queue.Needs {
		names := func(d booking.Desk) bool { return slices.Contains(d.Meets, string(need)) }
		if names(desk) || !slices.ContainsFunc(o.Desks, names) {
			meets = append(meets, need)
		}
	}
	return meets
}

// RulesFor are an office's rules for a visit: where its services have an
// allowance of their own, the longest counts, so that asking for a quick thing
// besides gains nothing.
func RulesFor(o booking.Office, services []queue.ServiceID) queue.Rules {
	r := Rules(o)
	longest := time.Duration(0)
	for _, id := range services {
		allowance := r.WalkIn
		if s, ok := o.Service(booking.ServiceID(id)); ok && s.Allowance > 0 {
			allowance = time.Duration(s.Allowance) * time.Minute
		}
		longest = max(longest, allowance)
	}
	if len(services) > 0 {
		r.WalkIn = longest
	}
	return r
}
