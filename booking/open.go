package booking

import "time"

// Open says whether the office's doors are open to people at an instant.
func (c Calendar) Open(t time.Time) bool {
	local := t.In(c.Zone)
	if c.closed(DayOf(t, c.Zone)) {
		return false
	}
	minute := local.Hour()*60 + local.Minute()
	for _, h := range c.Office.Doors {
		if h.Weekday == local.Weekday() && h.Open <= minute && minute < h.Close {
			return true
		}
	}
	return false
}
