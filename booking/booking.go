// Package booking is what a city offers and what citizens have booked: houses,
// offices, services, hours, free times, holds, appointments.
//
// An appointment takes a place (a desk on duty) of an office for a range of
// time. It begins as a hold while the citizen fills the form, and moves one
// way:
//
//	held ──confirm──▶ booked ──cancel──▶ cancelled
//	  └── its time runs out: gone with the next transaction that wants the place
//
// Free times are computed when asked, from what is true now: duty hours less
// closing days, holidays and taken places ([Calendar]). PostgreSQL has the
// last word: package pgbooking takes a place, and an exclusion constraint
// refuses an overlap. calholiday knows the holidays of the states, democity is
// a city to try things with.
//
// This package knows no library and nothing of the other rooms.
package booking

import (
	"errors"
	"log/slog"
	"time"
)

// IDs have types, so that a house is never passed for an office.
type (
	HouseID   string // key of a house, such as "fischmarkt"
	OfficeID  string // key of an office, unique in the city
	ServiceID string // key of a service, unique in its office
	// AppointmentID is a random UUID. It is no secret and opens nothing.
	AppointmentID string
)

// Text is a sentence of the city's own, in German and, where the city gave
// one, in other languages.
type Text map[string]string // by language: "de", "en"

// In returns the text in the language, else in German, and the language it is in.
func (t Text) In(lang string) (text, in string) {
	if s := t[lang]; s != "" {
		return s, lang
	}
	return t["de"], "de"
}

// City is everything that an installation serves. Its file is described at [ParseCity].
type City struct {
	Name   string  `json:"name"`   // "Offenburg"
	State  string  `json:"state"`  // ISO 3166-2, "DE-BW": decides the holidays
	Zone   string  `json:"zone"`   // IANA time zone of the offices' wall clocks
	Colour string  `json:"colour"` // the city's one colour, "#0b4b40"
	Houses []House `json:"houses"` // in the order in which pages list them
}

// House is a building (Standort) with one entrance.
type House struct {
	ID      HouseID  `json:"id"`
	Name    Text     `json:"name"`
	Address string   `json:"address"`
	Areas   []Area   `json:"areas"`
	Offices []Office `json:"offices"`
}

// Area is a waiting area, called by its own screens.
type Area struct {
	ID   string `json:"id"` // unique in the city
	Name Text   `json:"name"`
	Way  Text   `json:"way"`            // from the entrance: "Erdgeschoss, links"
	Says Text   `json:"says,omitempty"` // what its screens say below the calls
}

// Office (Amt) has services, hours, desks and a queue of its own.
type Office struct {
	ID      OfficeID
	House   HouseID
	Name    Text
	Address string
	Prefix  string // neutral letters before its ticket numbers

	Horizon time.Duration // how far ahead citizens book
	Grid    time.Duration // appointments start at multiples of this after the hour
	Hold    time.Duration // how long a time is kept while the form is filled
	Lead    time.Duration // an appointment starts at the earliest this long from now

	Doors    []Hours // when the office is open to people
	Duty     []Duty  // how many places take appointments, and when
	Closed   []Day   // closing days of the office's own, beside the state's holidays
	Desks    []Desk
	Services []Service
	Rules    map[string]int // settings of the order that differ from the defaults; see RuleNames
}

// Hours are one stretch of opening on a weekday, in minutes of the wall clock.
type Hours struct {
	Weekday time.Weekday
	Open    int // minutes after midnight
	Close   int
}

// Duty says that Places desks take appointments during the hours: the places
// with the numbers 1 to Places.
type Duty struct {
	Hours
	Places int
}

// Desk is a desk (Schalter) where clerks of the office sit.
type Desk struct {
	ID    string `json:"id"`
	Label string `json:"label"` // what screens show
	Way   Text   `json:"way,omitempty"`
	Area  string `json:"area"` // waiting area that it calls from

	// Meets are needs that only desks meet which say so: see Needs. What no desk
	// of the office names, every desk meets.
	Meets []string `json:"meets,omitempty"`
}

// Needs are what people may need beside a service, and desks may meet: those of
// package queue, which a test of checkin compares.
var Needs = []string{"fetched", "interpreter", "more-time", "step-free"}

// Service (Anliegen) is what citizens come for.
type Service struct {
	ID        ServiceID `json:"id"`
	Group     Text      `json:"group"` // heading under which it is listed
	Name      Text      `json:"name"`
	Minutes   int       `json:"minutes"`             // at the desk, for one person
	PerPerson int       `json:"perPerson,omitempty"` // minutes for each further person; 0: persons are not asked
	Fee       int       `json:"feeCents,omitempty"`  // for each person
	FeeNote   Text      `json:"feeNote,omitempty"`   // exceptions
	Documents Texts     `json:"documents,omitempty"` // what to bring
	Area      string    `json:"area"`                // where people wait for it

	// Allowance is how many minutes after arriving a walk-in for it is due; 0: as
	// the office's rules say.
	Allowance int `json:"allowanceMinutes,omitempty"`

	Bookable bool `json:"bookable,omitempty"` // citizens may book it
	WalkIn   bool `json:"walkIn,omitempty"`   // a ticket without an appointment
	Info     bool `json:"info,omitempty"`     // at the information desk
	Urgent   bool `json:"urgent,omitempty"`   // offered for emergencies
	Online   bool `json:"online,omitempty"`   // can be done online as well
}

// Texts is a list of texts, one a document.
type Texts []Text

// Day is a date by the office's wall clock: "2026-11-24".
type Day string

// DayOf returns the date of an instant in a zone.
func DayOf(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(time.DateOnly)) }

// Years that days are of. What lies outside of them no calendar of an office
// means, and not every database or format can say it.
const (
	FirstYear = 2000
	LastYear  = 2199
)

// ParseDay reads a day that somebody typed: "2026-11-24".
func ParseDay(text string) (Day, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return Day(text), err == nil && t.Year() >= FirstYear && t.Year() <= LastYear
}

// Wish is what a citizen wants to do at one appointment.
type Wish struct {
	Office   OfficeID
	Services []Choice
}

// Choice is one service, for a number of persons (at least 1).
type Choice struct {
	Service ServiceID `json:"service"`
	Persons int       `json:"persons"`
}

// Slot is a free time.
type Slot struct {
	Start time.Time // by the office's wall clock
	End   time.Time
	Free  int // places
}

// Appointment is a place taken for a time.
type Appointment struct {
	ID      AppointmentID
	Office  OfficeID
	House   HouseID
	State   AppointmentState
	Start   time.Time
	End     time.Time
	Place   int
	Choices []Choice
	Booked  time.Time // when it was confirmed
	Expires time.Time // a hold is kept until then
	Contact Contact   // empty in a hold and after the purge
	Lang    string    // the citizen's language
	Draw    int       // how often its check-in code was drawn anew, because another had it
}

// AppointmentState is where an appointment stands; see the package's picture.
type AppointmentState string

const (
	Held      AppointmentState = "held"
	Booked    AppointmentState = "booked"
	Cancelled AppointmentState = "cancelled"
)

// LogValue names the only fields of an appointment that a log line may carry.
func (a Appointment) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("id", a.ID), slog.Any("office", a.Office), slog.Time("start", a.Start))
}

// Refusals of this room.
var (
	ErrOfficeUnknown  = errors.New("office unknown")
	ErrHouseUnknown   = errors.New("house unknown")
	ErrServiceUnknown = errors.New("service unknown in this office")
	ErrNothing        = errors.New("no service is chosen")
	ErrTwice          = errors.New("a service is chosen twice")
	ErrNotBookable    = errors.New("service is not booked") // walk-in only
	ErrPersons        = errors.New("number of persons")     // below 1, above MaxPersons, or more than 1 where persons are not asked
	ErrTooMuch        = errors.New("too many services")     // more than MaxServices, or longer than any stretch of duty
	ErrSlotTaken      = errors.New("time is taken")         // somebody was faster
	ErrSlotUnknown    = errors.New("no such time")          // not a start that the office offers
	ErrHoldExpired    = errors.New("hold expired")          // held too long; the time may be free still
	ErrUnknown        = errors.New("no such appointment")   // or the link is wrong
	ErrUnchecked      = errors.New("cannot say whether there is such an appointment")
	ErrCancelled      = errors.New("appointment is cancelled")
	ErrBooked         = errors.New("appointment is booked") // and no hold any more
	ErrPast           = errors.New("appointment is past")
	ErrContact        = errors.New("name and mail or phone are needed") // see Contact.Validate
	ErrOtherContent   = errors.New("id was used for another wish")      // of a request that may be repeated
)

// Limits of one appointment.
const (
	MaxServices = 6
	MaxPersons  = 12
)
