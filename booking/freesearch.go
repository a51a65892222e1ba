package booking

import (
	"cmp"
	"slices"
	"time"
)

// search is the work of FreeTimes, in seconds since 1970: some 100,000 starts
// are looked at for 90 days of a large office, and a time.Time is slow at that.
type search struct {
	week     [7][][]Hours
	zone     *time.Location
	length   int64
	grid     int64
	earliest int64
	taken    [][]taking // by place; what lies before the day looked at is dropped
	free     []int32    // by start of the day on the grid; used anew for each day
}

// taking is the time for which a place is taken.
type taking struct{ from, to int64 }

func newSearch(c Calendar, length time.Duration, taken []Taken, now time.Time) *search {
	s := &search{week: c.Office.week(), zone: c.Zone, length: int64(length / time.Second),
		grid: int64(c.Office.Grid / time.Second), earliest: now.Add(c.Office.Lead).Unix()}
	if now.Add(c.Office.Lead).Nanosecond() > 0 {
		s.earliest++
	}
	for _, t := range taken {
		for len(s.taken) < t.Place {
			s.taken = append(s.taken, nil)
		}
		if t.Place > 0 {
			s.taken[t.Place-1] = append(s.taken[t.Place-1], taking{t.Start.Unix(), t.End.Unix()})
		}
	}
	byStart := func(a, b taking) int { return cmp.Compare(a.from, b.from) }
	for _, place := range s.taken {
		if !slices.IsSortedFunc(place, byStart) {
			slices.SortFunc(place, byStart)
		}
	}
	s.free = make([]int32, 25*60*60/s.grid+1) // the longest day has 25 hours
	return s
}

// day fills in the slots of the day that begins at midnight.
func (s *search) day(day *FreeDay, midnight time.Time, places [][]Hours) {
	clear(s.free)
	next := wall(midnight, 24*60)
	plain := next.Sub(midnight) == 24*time.Hour
	origin := midnight.Unix()
	for place, stretches := range places {
		for _, h := range stretches {
			open, end := origin+int64(h.Open)*60, origin+int64(h.Close)*60
			if !plain {
				open, end = wall(midnight, h.Open).Unix(), wall(midnight, h.Close).Unix()
			}
			day.Free += s.stretch(place, origin, max(open, s.earliest), end)
		}
	}
	s.slots(day, origin)
}

// stretch counts the starts that fit between what is taken in one stretch of
// duty of a place, and returns how many appointments fit one after another.
func (s *search) stretch(place int, origin, from, to int64) int {
	fit := 0
	if place < len(s.taken) {
		for len(s.taken[place]) > 0 && s.taken[place][0].to <= from {
			s.taken[place] = s.taken[place][1:]
		}
		for _, t := range s.taken[place] {
			if t.from >= to {
				break
			}
			fit += s.gap(origin, from, t.from)
			from = max(from, t.to)
		}
	}
	return fit + s.gap(origin, from, to)
}

// gap counts the starts in a time that is free, and how many appointments fit
// into it. Midnight is on the grid, and so is every whole hour.
func (s *search) gap(origin, from, to int64) int {
	first := origin + (from-origin+s.grid-1)/s.grid*s.grid
	for start := first; start+s.length <= to; start += s.grid {
		s.free[(start-origin)/s.grid]++
	}
	if first+s.length > to {
		return 0
	}
	step := (s.length + s.grid - 1) / s.grid * s.grid
	return int((to-first-s.length)/step) + 1
}

func (s *search) slots(day *FreeDay, origin int64) {
	n := 0
	for _, free := range s.free {
		if free > 0 {
			n++
		}
	}
	day.Slots = make([]Slot, 0, n)
	for i, free := range s.free {
		if free > 0 {
			start := time.Unix(origin+int64(i)*s.grid, 0).In(s.zone)
			day.Slots = append(day.Slots, Slot{start, start.Add(time.Duration(s.length) * time.Second), int(free)})
		}
	}
}
