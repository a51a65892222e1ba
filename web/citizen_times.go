package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/wartefrei/wartefrei/booking"
)

// timesPage is where a citizen chooses a day and a time.
type timesPage struct {
	Office   *booking.Office
	Sum      sum
	Earliest *timeChoice // nil: nothing is free as far as the office books
	Days     []dayChoice // the weeks shown, from today or a Monday
	Last     time.Time   // the last of them
	Earlier  string      // links to the weeks before and after, empty at the ends
	Later    string
	Day      *dayChoice // whose hours are shown; nil when no day shown is free
	Hours    []hourRow
	Slot     *timeChoice          // chosen
	Action   string               // what the chosen time is posted to
	Fields   []field              // and what goes along
	Own      *ownHold             // a time that this browser holds already
	Services string               // link back
	HoldFor  int                  // minutes
	Move     *booking.Appointment // whose time is changed; nil when a new one is booked
	Told     string

	asked time.Time // the time that the query names, free or not
}

// dayChoice is one day of the calendar.
type dayChoice struct {
	booking.FreeDay
	Date   time.Time // its noon
	Column int       // of the first day: 1 is Monday
	Month  bool      // its month is said: the first day shown and every first
	Chosen bool
	Link   string // empty when nothing is free
}

// hourRow is the free times of an hour, by quarters; nil where none is free.
type hourRow struct {
	Hour     int
	Quarters [4]*timeChoice
}

type timeChoice struct {
	booking.Slot
	Chosen bool
	Link   string
}

// field is a hidden field of a form.
type field struct{ Name, Value string }

// weeksShown is how many weeks stand on one page of the calendar.
const weeksShown = 4

func (s *Server) chooseTime(w http.ResponseWriter, r *http.Request) error {
	office, visit, done, err := s.wished(w, r, r.URL.Query())
	if err != nil || done {
		return err
	}
	wish := wishValues(visit.Choices)
	page, err := s.timesOf(r, office, visit, calendar{path: bookingPath(office) + "/times", query: wish})
	if err != nil {
		return err
	}
	if page.Own, err = s.ownHold(r, office); err != nil {
		return err
	}
	if page.Own.is(page.asked) {
		page.Told = "" // taken, but by this citizen
	}
	page.Action, page.Fields = bookingPath(office)+"/holds", append(page.Fields, fieldsOf(wish)...)
	page.Services = bookingPath(office) + "?" + wish.Encode()
	return s.render(w, r, "booking-times", page)
}

// timesOf is the page of the times for a visit; c says where its links lead.
func (s *Server) timesOf(r *http.Request, office *booking.Office, visit booking.Visit, c calendar) (timesPage, error) {
	now := s.officeNow()
	days := int(office.Horizon.Hours()/24) + 1
	free, err := s.Bookings.Free(r.Context(), booking.Wish{Office: office.ID, Services: visit.Choices}, booking.DayOf(now, now.Location()), days)
	if err != nil {
		return timesPage{}, err
	}
	c.office, c.free, c.zone = office, free, now.Location()
	if err := c.read(r.URL.Query()); err != nil {
		return timesPage{}, err
	}
	page := c.page()
	page.Sum, page.Told = newSum(visit), told(r)
	if page.Slot == nil && !c.at.IsZero() && page.Told == "" {
		page.Told = "slot-taken" // since the page was made that led here
	}
	return page, nil
}

// calendar makes the page out of what is free.
type calendar struct {
	path   string     // of the page
	query  url.Values // that its links keep
	office *booking.Office
	free   []booking.FreeDay // from today to the horizon
	zone   *time.Location

	number int // of the page, from 0
	day    booking.Day
	at     time.Time
}

// read reads which page, day and time is asked for: "page=2", "day=2026-11-30",
// "at=2026-11-30T08:15:00Z".
func (c *calendar) read(query url.Values) error {
	if at := query.Get("at"); at != "" {
		t, err := parseTime(at, c.zone)
		if err != nil {
			return err
		}
		c.at, c.day = t, booking.DayOf(t, c.zone)
	} else if day := query.Get("day"); day != "" {
		var ok bool
		if c.day, ok = booking.ParseDay(day); !ok {
			return fieldError{errBadInput, "day"}
		}
	}
	if page := query.Get("page"); page != "" {
		n, err := strconv.Atoi(page)
		if err != nil || n < 1 {
			return errBadInput
		}
		c.number = n - 1
	} else if i := c.index(c.day); i >= 0 {
		c.number = c.pageOf(i)
	} else if i := c.firstFree(0, len(c.free)); i >= 0 {
		c.number = c.pageOf(i)
	}
	return nil
}

// parseTime reads a time that a link or form of ours carries, on a day that a
// calendar can have.
func parseTime(at string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, at)
	if _, ok := booking.ParseDay(string(booking.DayOf(t, zone))); err != nil || !ok {
		return time.Time{}, fieldError{errBadInput, "at"}
	}
	return t.In(zone), nil
}

// index is where a day stands in what is free, -1 if it does not.
func (c *calendar) index(day booking.Day) int {
	return slices.IndexFunc(c.free, func(d booking.FreeDay) bool { return d.Day == day })
}

func (c *calendar) firstFree(from, to int) int {
	for i := from; i < to; i++ {
		if len(c.free[i].Slots) > 0 {
			return i
		}
	}
	return -1
}

// date is the noon of a day of the calendar.
func (c *calendar) date(i int) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(c.free[i].Day), c.zone)
	if err != nil {
		return time.Time{} // FreeTimes has written it
	}
	return t.Add(12 * time.Hour)
}

// column is a day's place in its week, Monday first.
func (c *calendar) column(i int) int { return (int(c.date(i).Weekday())+6)%7 + 1 }

// pageOf is the page on which a day stands. Pages begin on Mondays, but the
// first begins today.
func (c *calendar) pageOf(i int) int { return (c.column(0) - 1 + i) / (7 * weeksShown) }

func (c *calendar) page() timesPage {
	page := timesPage{Office: c.office, HoldFor: int(c.office.Hold.Minutes()), asked: c.at}
	if i := c.firstFree(0, len(c.free)); i >= 0 {
		page.Earliest = c.choice(c.free[i].Slots[0])
	}
	offset := 0
	if len(c.free) > 0 {
		offset = c.column(0) - 1
		c.number = min(c.number, c.pageOf(len(c.free)-1))
	}
	first := max(0, c.number*7*weeksShown-offset)
	end := min(len(c.free), (c.number+1)*7*weeksShown-offset)
	chosen := c.index(c.day)
	if chosen < first || chosen >= end {
		chosen = c.firstFree(first, end)
	}
	for i := first; i < end; i++ {
		page.Days = append(page.Days, c.dayChoice(i, i == first, i == chosen))
	}
	if n := len(page.Days); n > 0 {
		page.Last = page.Days[n-1].Date
	}
	if first > 0 {
		page.Earlier = c.link("page", fmt.Sprint(c.number))
	}
	if end < len(c.free) {
		page.Later = c.link("page", fmt.Sprint(c.number+2))
	}
	if chosen >= 0 {
		page.Day = &page.Days[chosen-first]
		c.hours(&page)
	}
	return page
}

func (c *calendar) dayChoice(i int, first, chosen bool) dayChoice {
	d := dayChoice{FreeDay: c.free[i], Date: c.date(i), Chosen: chosen}
	d.Month = first || d.Date.Day() == 1
	if first {
		d.Column = c.column(i)
	}
	if len(d.Slots) > 0 {
		d.Link = c.link("day", string(d.Day))
	}
	return d
}

// hours fills in the hours of the day that is shown, and the time that is chosen.
func (c *calendar) hours(page *timesPage) {
	for _, slot := range page.Day.Slots {
		row, quarter := c.row(page, slot.Start.Hour()), slot.Start.Minute()/15
		choice := c.choice(slot)
		if choice.Chosen {
			page.Slot = choice
			page.Fields = []field{{"at", instant(slot.Start)}}
		}
		// Each quarter shows its first time: starts every five minutes would
		// hide where the day is full.
		if row.Quarters[quarter] == nil || choice.Chosen {
			row.Quarters[quarter] = choice
		}
	}
}

// row is the row of an hour. Hours of duty in between have one too, so that
// gaps show.
func (c *calendar) row(page *timesPage, hour int) *hourRow {
	if n := len(page.Hours); n > 0 {
		for h := page.Hours[n-1].Hour + 1; h < hour; h++ {
			if c.onDuty(page.Day.Date.Weekday(), h) {
				page.Hours = append(page.Hours, hourRow{Hour: h})
			}
		}
	}
	if n := len(page.Hours); n == 0 || page.Hours[n-1].Hour != hour {
		page.Hours = append(page.Hours, hourRow{Hour: hour})
	}
	return &page.Hours[len(page.Hours)-1]
}

func (c *calendar) onDuty(weekday time.Weekday, hour int) bool {
	return slices.ContainsFunc(c.office.Duty, func(d booking.Duty) bool {
		return d.Weekday == weekday && d.Open < (hour+1)*60 && d.Close > hour*60
	})
}

func (c *calendar) choice(slot booking.Slot) *timeChoice {
	slot.Start, slot.End = slot.Start.In(c.zone), slot.End.In(c.zone)
	return &timeChoice{Slot: slot, Chosen: slot.Start.Equal(c.at), Link: c.link("at", instant(slot.Start))}
}

// link leads to this page with a day or a time chosen. The fragment keeps the
// hours in sight, and the keyboard there.
func (c *calendar) link(name, value string) string {
	fragment := "#hours"
	if name == "page" {
		fragment = "#days"
	}
	return c.path + "?" + with(c.query, name, value) + fragment
}

// fieldsOf are values as hidden fields.
func fieldsOf(values url.Values) []field {
	var fields []field
	for name, vs := range values {
		for _, v := range vs {
			fields = append(fields, field{name, v})
		}
	}
	slices.SortStableFunc(fields, func(a, b field) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// instant is a time as it travels in queries and fields.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
