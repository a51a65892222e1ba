package booking_test

import (
	"reflect"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
)

// TestLosses takes one thing at a time out of a city.
func TestLosses(t *testing.T) {
	t.Parallel()
	const path = "houses[hauptstrasse].offices[standesamt]"
	loss := func(l booking.Loss) []booking.Loss {
		l.Office, l.Path, l.House = "standesamt", path, "houses[hauptstrasse]"
		return []booking.Loss{l}
	}
	desks := []string{"zimmer-4", "zimmer-5", "zimmer-6"}
	services := []booking.ServiceID{"urkunde", "eheschliessung", "vaterschaft", "kirchenaustritt", "sterbefall"}
	for name, c := range map[string]struct {
		change func(city *booking.City, house *booking.House, office *booking.Office)
		want   []booking.Loss
	}{
		"nothing": {func(*booking.City, *booking.House, *booking.Office) {}, nil},
		"only more and other": {func(_ *booking.City, h *booking.House, o *booking.Office) {
			h.Areas = append(h.Areas, booking.Area{ID: "keller"})
			o.Desks = append(o.Desks, booking.Desk{ID: "zimmer-7"})
			o.Desks[0].Label, o.Services[0].Minutes = "Z", 99
		}, nil},
		"another order": {func(_ *booking.City, _ *booking.House, o *booking.Office) {
			o.Desks[0], o.Desks[1] = o.Desks[1], o.Desks[0]
		}, nil},
		"a desk": {func(_ *booking.City, _ *booking.House, o *booking.Office) {
			o.Desks = o.Desks[1:]
		}, loss(booking.Loss{Desks: desks[:1]})},
		"a service": {func(_ *booking.City, _ *booking.House, o *booking.Office) {
			o.Services = o.Services[1:]
		}, loss(booking.Loss{Services: services[:1]})},
		"an area": {func(_ *booking.City, h *booking.House, _ *booking.Office) {
			h.Areas[0].ID = "keller"
		}, loss(booking.Loss{Areas: []string{"standesamt-flur"}})},
		"the office": {func(_ *booking.City, h *booking.House, _ *booking.Office) {
			h.Offices = nil
		}, loss(booking.Loss{Whole: true, Desks: desks, Services: services})},
		"its prefix": {func(_ *booking.City, _ *booking.House, o *booking.Office) {
			o.Prefix = "Z"
		}, loss(booking.Loss{Numbers: true})},
		"its order of numbers": {func(_ *booking.City, _ *booking.House, o *booking.Office) {
			o.Rules = map[string]int{"ascending": 1}
		}, loss(booking.Loss{Numbers: true})},
		"the office from its house": {func(city *booking.City, h *booking.House, o *booking.Office) {
			o.House = "fischmarkt"
			city.Houses[0].Offices = append(city.Houses[0].Offices, *o)
			h.Offices = nil
		}, loss(booking.Loss{Whole: true, Desks: desks, Services: services})},
		"the house": {func(city *booking.City, _ *booking.House, _ *booking.Office) {
			city.Houses = city.Houses[:1]
		}, loss(booking.Loss{Whole: true, Desks: desks, Services: services, Areas: []string{"standesamt-flur"}})},
	} {
		old, city := democity.City(), democity.City()
		house := &city.Houses[1]
		c.change(&city, house, &house.Offices[0])
		if got := booking.Losses(&old, &city); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if got := booking.Losses(&booking.City{}, new(democity.City())); got != nil {
		t.Errorf("the first city: %+v", got)
	}
}
