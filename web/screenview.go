package web

import (
	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/signage"
)

// screenView is what a screen shows: the newest call large, the others in rows.
type screenView struct {
	Area      *booking.Area
	Shape     string // class of the page: "broad", "tall"; empty: as the panel is
	Newest    *signage.Call
	Rows      []screenRow
	Dense     string // class for more rows than usual
	Disturbed string // sentence on services of the area that nobody can serve now
}

// screenRow is one of the smaller calls.
type screenRow struct {
	signage.Call
	Now bool // called, beside the large one
}

// usualRows is how many rows a screen has place for at full size. If more are
// called at once, all rows become smaller: nobody who is called is left out.
const usualRows = 3

func screenViewOf(area *booking.Area, b signage.Board) screenView {
	v := screenView{Area: area}
	for i, c := range b.Now {
		if i == 0 {
			v.Newest = &c
			continue
		}
		v.Rows = append(v.Rows, screenRow{Call: c, Now: true})
	}
	for _, c := range b.Earlier {
		if len(v.Rows) < usualRows {
			v.Rows = append(v.Rows, screenRow{Call: c})
		}
	}
	v.Dense = dense(len(v.Rows))
	return v
}

// dense is the class under which screen.css has place for n rows.
func dense(n int) string {
	switch {
	case n <= usualRows:
		return ""
	case n <= 6:
		return "to6"
	case n <= 12:
		return "to12"
	default:
		return "to30"
	}
}
