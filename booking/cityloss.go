package booking

import (
	"fmt"
)

// Loss is what an office has in one city and no longer has in another. Whoever
// stands in its queue may need it still.
type Loss struct {
	Office   OfficeID
	Path     string // in the words of [Diff]: houses[fischmarkt].offices[standesamt]
	House    string // likewise: houses[fischmarkt]
	Whole    bool   // the office itself: it is gone, or in another house
	Desks    []string
	Services []ServiceID
	Areas    []string // waiting areas of its house
	Numbers  bool     // how it numbers its tickets: with another prefix or order, a number may come twice on a day
}

// Losses lists what the offices of the old city lack in the new one, and
// leaves out those that lack nothing.
func Losses(old, new *City) []Loss {
	var all []Loss
	for h := range old.Houses {
		house := &old.Houses[h]
		for o := range house.Offices {
			if l := lossOf(house, &house.Offices[o], new); l.Whole || l.Numbers || len(l.Desks)+len(l.Services)+len(l.Areas) > 0 {
				all = append(all, l)
			}
		}
	}
	return all
}

func lossOf(house *House, office *Office, new *City) Loss {
	l := Loss{Office: office.ID, House: fmt.Sprintf("houses[%s]", house.ID)}
	l.Path = fmt.Sprintf("%s.offices[%s]", l.House, office.ID)
	same, ok := new.Office(office.ID)
	if !ok || same.House != house.ID {
		l.Whole, same = true, &Office{}
	}
	l.Numbers = !l.Whole && (same.Prefix != office.Prefix || same.Rules["ascending"] != office.Rules["ascending"])
	for _, d := range office.Desks {
		if _, ok := same.Desk(d.ID); !ok {
			l.Desks = append(l.Desks, d.ID)
		}
	}
	for _, s := range office.Services {
		if _, ok := same.Service(s.ID); !ok {
			l.Services = append(l.Services, s.ID)
		}
	}
	for _, a := range house.Areas {
		if _, in, ok := new.Area(a.ID); !ok || in.ID != house.ID {
			l.Areas = append(l.Areas, a.ID)
		}
	}
	return l
}
