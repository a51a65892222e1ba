// Package calholiday knows the public holidays of the German states, for
// [booking.Calendar].
package calholiday

import (
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"

	"github.com/wartefrei/wartefrei/booking"
)

// states are the holidays by ISO 3166-2. Holidays of single towns (Augsburg's
// Friedensfest, Mariä Himmelfahrt in parts of Bavaria) are closing days of the
// office's own.
var states = map[string][]*cal.Holiday{
	"DE-BB": de.HolidaysBB, "DE-BE": de.HolidaysBE, "DE-BW": de.HolidaysBW, "DE-BY": de.HolidaysBY,
	"DE-HB": de.HolidaysHB, "DE-HE": de.HolidaysHE, "DE-HH": de.HolidaysHH, "DE-NI": de.HolidaysNI,
	"DE-NW": de.HolidaysNW, "DE-RP": de.HolidaysRP, "DE-SH": de.HolidaysSH, "DE-SL": de.HolidaysSL,
	"DE-SN": de.HolidaysSN, "DE-ST": de.HolidaysST, "DE-TH": de.HolidaysTH,
	// The library lacks what Mecklenburg-Vorpommern has had since 2023.
	"DE-MV": append([]*cal.Holiday{de.Frauentag}, de.HolidaysMV...),
}

// In returns the holidays of a state. A year is computed once.
func In(state string) (booking.Holidays, error) {
	list, ok := states[state]
	if !ok {
		return nil, fmt.Errorf("holidays of %q are not known", state)
	}
	var mu sync.Mutex
	years := map[int]map[booking.Day]string{}
	return func(day booking.Day) string {
		year, err := strconv.Atoi(string(day[:min(4, len(day))]))
		if err != nil {
			return ""
		}
		mu.Lock()
		defer mu.Unlock()
		if years[year] == nil {
			if len(years) > 10 { // strangers ask for any year
				clear(years)
			}
			years[year] = maps.Collect(named(list, year))
		}
		return years[year][day]
	}, nil
}

// named yields the days of a year's holidays with their names.
func named(list []*cal.Holiday, year int) func(yield func(booking.Day, string) bool) {
	return func(yield func(booking.Day, string) bool) {
		for _, h := range list {
			actual, _ := h.Calc(year)
			if actual.IsZero() {
				continue
			}
			if !yield(booking.Day(actual.Format(time.DateOnly)), h.Name) {
				return
			}
		}
	}
}
