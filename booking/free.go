package booking

import (
	"slices"
	"time"
)

// Holidays says the name of the public holiday on a day, "" if it is none.
type Holidays func(Day) string

// Calendar is when an office takes appointments.
type Calendar struct {
	Office   *Office
	Zone     *time.Location
	Holidays Holidays
}

// Taken is a place taken for a time, by an appointment or a hold.
type Taken struct {
	Place int
	Start time.Time
	End   time.Time
}

// FreeDay is one day of an office's calendar.
type FreeDay struct {
	Day     Day
	Holiday string // its name, on a public holiday
	Closed  bool   // no duty on that day: closing day, holiday, or a weekday without
	Slots   []Slot // the starts that are free, in order
	Free    int    // how many more appointments of that length the day has room for
}

// FreeTimes computes the days from first on: duty hours less closing days,
// holidays and what is taken. An appointment starts on the office's grid and
// lies whole in one stretch of duty of one place, not before now and the lead,
// not after the day of the horizon. Times are those of the wall clock, so a
// day of 23 or 25 hours has the slots that its duty has.
func (c Calendar) FreeTimes(length time.Duration, first Day, days int, taken []Taken, now time.Time) []FreeDay {
	start, err := time.ParseInLocation(time.DateOnly, string(first), c.Zone)
	if err != nil || days < 1 || length <= 0 || c.Office.Grid <= 0 {
		return nil
	}
	last := DayOf(now.Add(c.Office.Horizon), c.Zone)
	search := newSearch(c, length, taken, now)
	free := make([]FreeDay, days)
	for i := range free {
		date := time.Date(start.Year(), start.Month(), start.Day()+i, 0, 0, 0, 0, c.Zone)
		day := FreeDay{Day: Day(date.Format(time.DateOnly))}
		day.Holiday = c.Holidays(day.Day)
		stretches := search.week[date.Weekday()]
		day.Closed = len(stretches) == 0 || c.closed(day.Day)
		if !day.Closed && day.Day <= last {
			search.day(&day, date, stretches)
		}
		free[i] = day
	}
	return free
}

func (c Calendar) closed(day Day) bool {
	return c.Holidays(day) != "" || slices.Contains(c.Office.Closed, day)
}

// Places are the places whose duty covers an appointment, lowest first. None:
// the office does not offer that start.
func (c Calendar) Places(start time.Time, length time.Duration) []int {
	local := start.In(c.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, c.Zone)
	if c.closed(Day(local.Format(time.DateOnly))) || local.Sub(local.Truncate(time.Minute)) != 0 ||
		c.Office.Grid <= 0 || local.Minute()%int(c.Office.Grid/time.Minute) != 0 {
		return nil
	}
	var places []int
	for i, stretches := range c.Office.week()[local.Weekday()] {
		for _, s := range stretches {
			if !start.Before(wall(midnight, s.Open)) && !start.Add(length).After(wall(midnight, s.Close)) {
				places = append(places, i+1)
			}
		}
	}
	return places
}

// Offer returns the places whose duty covers an appointment that a citizen
// wants now: ErrPast or ErrSlotUnknown if there is none. A start that was
// offered when the page was made stays on offer for the time of a hold.
func (c Calendar) Offer(start time.Time, length time.Duration, now time.Time) ([]int, error) {
	if !start.After(now) {
		return nil, ErrPast
	}
	lead := max(0, c.Office.Lead-c.Office.Hold)
	if start.Before(now.Add(lead)) || DayOf(start, c.Zone) > DayOf(now.Add(c.Office.Horizon), c.Zone) {
		return nil, ErrSlotUnknown
	}
	places := c.Places(start, length)
	if len(places) == 0 {
		return nil, ErrSlotUnknown
	}
	return places, nil
}

// Keeps says whether a visit that was booked fits the office as it is now: its
// doors are open when it begins, and its place is on duty until it ends. The
// grid counts only for new ones.
func (c Calendar) Keeps(place int, start, end time.Time) bool {
	local := start.In(c.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, c.Zone)
	covered := start
	for covered.Before(end) {
		before := covered
		for _, d := range c.Office.Duty {
			if d.Weekday == local.Weekday() && d.Places >= place && !covered.Before(wall(midnight, d.Open)) {
				covered = later(covered, wall(midnight, d.Close))
			}
		}
		if covered.Equal(before) {
			return false
		}
	}
	return c.Open(start)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// wall is the instant of a wall clock's minute on the day of midnight.
func wall(midnight time.Time, minute int) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, minute, 0, 0, midnight.Location())
}

// week is the duty by weekday and place (number 1 at index 0): stretches that
// touch are one.
func (o *Office) week() [7][][]Hours {
	var week [7][][]Hours
	duty := slices.Clone(o.Duty)
	slices.SortFunc(duty, func(a, b Duty) int { return a.Open - b.Open })
	for _, d := range duty {
		for len(week[d.Weekday]) < d.Places {
			week[d.Weekday] = append(week[d.Weekday], nil)
		}
		for place := range d.Places {
			stretches := &week[d.Weekday][place]
			if n := len(*stretches); n > 0 && (*stretches)[n-1].Close >= d.Open {
				(*stretches)[n-1].Close = max((*stretches)[n-1].Close, d.Close)
			} else {
				*stretches = append(*stretches, d.Hours)
			}
		}
	}
	return week
}

// longest is the longest stretch of duty of a place.
func (o *Office) longest() time.Duration {
	longest := 0
	for _, places := range o.week() {
		if len(places) > 0 {
			for _, s := range places[0] { // place 1 is on whenever any is
				longest = max(longest, s.Close-s.Open)
			}
		}
	}
	return time.Duration(longest) * time.Minute
}
