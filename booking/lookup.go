package booking

import (
	"sync"
	"time"
)

// Office finds an office by its key.
func (c *City) Office(id OfficeID) (*Office, bool) {
	for h := range c.Houses {
		for o := range c.Houses[h].Offices {
			if office := &c.Houses[h].Offices[o]; office.ID == id {
				return office, true
			}
		}
	}
	return nil, false
}

// Offices lists the offices of all houses, in the city's order.
func (c *City) Offices() []*Office {
	var all []*Office
	for h := range c.Houses {
		for o := range c.Houses[h].Offices {
			all = append(all, &c.Houses[h].Offices[o])
		}
	}
	return all
}

// House finds a house by its key.
func (c *City) House(id HouseID) (*House, bool) {
	for h := range c.Houses {
		if c.Houses[h].ID == id {
			return &c.Houses[h], true
		}
	}
	return nil, false
}

// Area finds a waiting area and its house.
func (c *City) Area(id string) (*Area, *House, bool) {
	for h := range c.Houses {
		for a := range c.Houses[h].Areas {
			if area := &c.Houses[h].Areas[a]; area.ID == id {
				return area, &c.Houses[h], true
			}
		}
	}
	return nil, nil, false
}

// zones are the locations that were asked for, by name. Whatever shows an
// instant asks, and reading one reads a file.
var zones sync.Map

// Location is the city's time zone. ParseCity has checked that it exists.
func (c *City) Location() *time.Location {
	if zone, ok := zones.Load(c.Zone); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(c.Zone, zone)
	return zone
}

// Day is the date of an instant by the city's wall clocks.
func (c *City) Day(t time.Time) Day { return DayOf(t, c.Location()) }

// Service finds a service of the office by its key.
func (o *Office) Service(id ServiceID) (*Service, bool) {
	for i := range o.Services {
		if o.Services[i].ID == id {
			return &o.Services[i], true
		}
	}
	return nil, false
}

// Desk finds a desk of the office by its key.
func (o *Office) Desk(id string) (*Desk, bool) {
	for i := range o.Desks {
		if o.Desks[i].ID == id {
			return &o.Desks[i], true
		}
	}
	return nil, false
}
