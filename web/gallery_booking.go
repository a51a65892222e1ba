package web

import (
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
)

// bookings are the way to an appointment and what one does with it.
func (g gallery) bookings() []example {
	return append(g.choices(), append(g.contacts(), g.appointments()...)...)
}

// wish is two services, one of them for two persons.
func (g gallery) wish() (booking.Wish, booking.Visit) {
	office := g.office("buergerbuero")
	wish := booking.Wish{Office: office.ID, Services: g.appointment().Choices}
	visit, err := booking.Plan(office, wish)
	if err != nil {
		panic(err) // the demonstration's city books both
	}
	return wish, visit
}

func (g gallery) choices() []example {
	office := g.office("buergerbuero")
	var offices officesPage
	for _, o := range g.city.Offices() {
		offices.Offices = append(offices.Offices, newOfficeRow(g.city, o, g.l))
	}
	wish, visit := g.wish()
	services := servicesPage{Office: office, WalkIns: walkIns(office), Groups: groupsOf(office, booking.Wish{})}
	for n := range booking.MaxPersons {
		services.Persons = append(services.Persons, n+1)
	}
	chosen, refused := services, services
	chosen.Groups, chosen.Sum = groupsOf(office, wish), newSum(visit)
	refused.Told = "too-much"
	full, taken, own, moving := g.times("", 0), g.times("", 3), g.times("2026-11-30T08:15:00Z", 3), g.times("2026-11-30T08:15:00Z", 3)
	taken.Told = "slot-taken"
	own.Own = &ownHold{Start: g.at("09:15").AddDate(0, 0, 7), Path: "/appointments/example"}
	a := g.appointment()
	moving.Move = &a
	return []example{
		{Name: "booking-offices", Page: "booking-offices", Data: offices},
		{Name: "booking-services", Page: "booking-services", Data: services},
		{Name: "booking-services-chosen", Page: "booking-services", Data: chosen},
		{Name: "booking-services-refused", Page: "booking-services", Data: refused},
		{Name: "booking-times", Page: "booking-times", Data: g.times("", 3)},
		{Name: "booking-times-chosen", Page: "booking-times", Data: g.times("2026-11-30T08:15:00Z", 3)},
		{Name: "booking-times-full", Page: "booking-times", Data: full},
		{Name: "booking-times-taken", Page: "booking-times", Data: taken},
		{Name: "booking-times-own", Page: "booking-times", Data: own},
		{Name: "booking-times-move", Page: "booking-times", Data: moving},
	}
}

// times are four weeks, in which every so many quarters of an hour are free
// (none with 0), and the time chosen.
func (g gallery) times(at string, every int) timesPage {
	wish, visit := g.wish()
	c := calendar{path: "/gallery/booking-times", query: wishValues(wish.Services), office: g.office("buergerbuero"), zone: g.now.Location()}
	for i := range 40 {
		c.free = append(c.free, g.freeDay(i, every, visit.Length))
	}
	query := map[string][]string{}
	if at != "" {
		query["at"] = []string{at}
	}
	if err := c.read(query); err != nil {
		panic(err) // examples are constant
	}
	page := c.page()
	page.Sum, page.Action, page.Services = newSum(visit), "/booking/buergerbuero/holds", "/gallery/booking-services"
	return page
}

func (g gallery) freeDay(i, every int, length time.Duration) booking.FreeDay {
	eight := g.at("08:00").AddDate(0, 0, i)
	day := booking.FreeDay{Day: booking.DayOf(eight, eight.Location()), Closed: eight.Weekday() == time.Sunday}
	if day.Closed || every == 0 || i == 0 || i == 2 {
		return day
	}
	for quarter := 2; quarter < 38; quarter += every {
		start := eight.Add(time.Duration(quarter+i) * 15 * time.Minute)
		if start.Hour() < 18 {
			day.Slots = append(day.Slots, booking.Slot{Start: start, End: start.Add(length), Free: 1})
		}
	}
	if eight.Weekday() == time.Monday {
		start := eight.Add(75 * time.Minute)
		day.Slots = append([]booking.Slot{{Start: start, End: start.Add(length), Free: 2}}, day.Slots...)
	}
	day.Free = len(day.Slots)
	return day
}

// contacts are the details and their review, while the hold runs.
func (g gallery) contacts() []example {
	a := g.appointment()
	held := a
	held.State, held.Contact, held.Expires = booking.Held, booking.Contact{}, g.now.Add(9*time.Minute)
	_, visit := g.wish()
	empty := contactPage{Appointment: held, Office: g.office("buergerbuero"), Path: "/appointments/example", Sum: newSum(visit), Left: 540, Step: "details"}
	wrong, extended, review := empty, empty, empty
	wrong.Form = contactForm{booking.Contact{Mail: "nirgendwo", Phone: "12"}}
	wrong.Wrong = wrongFields(wrong.Form.Contact, g.l)
	extended.Extended, extended.Form = true, contactForm{a.Contact}
	review.Step, review.Form = "review", contactForm{a.Contact}
	return []example{
		{Name: "appointment-details", Page: "appointment-details", Data: empty},
		{Name: "appointment-details-wrong", Page: "appointment-details", Data: wrong},
		{Name: "appointment-details-extended", Page: "appointment-details", Data: extended},
		{Name: "appointment-review", Page: "appointment-review", Data: review},
	}
}

func (g gallery) appointments() []example {
	_, visit := g.wish()
	booked := appointmentPage{Appointment: g.appointment(), Office: g.office("buergerbuero"), Path: "/appointments/example", Sum: newSum(visit),
		Code: "48271936", Opens: g.at("11:25"), Closes: g.at("11:55"), Again: "/gallery/booking-times"}
	here, over, moved, newCode, cancelled := booked, booked, booked, booked, booked
	ticket := g.ticket("K 305", queue.Booked, "09:31", "09:45", "09:45", "reisepass", "anmeldung")
	here.Ticket = &ticket
	moved.Moved, newCode.Moved, newCode.NewCode = true, true, true
	over.Over = true
	cancelled.Appointment.State = booking.Cancelled
	return []example{
		{Name: "appointment-booked", Page: "appointment-booked", Data: booked},
		{Name: "appointment-booked-over", Page: "appointment-booked", Data: over},
		{Name: "appointment-here", Page: "appointment-booked", Data: here},
		{Name: "appointment-moved", Page: "appointment-booked", Data: moved},
		{Name: "appointment-moved-code", Page: "appointment-booked", Data: newCode},
		{Name: "appointment-cancel", Page: "appointment-cancel", Data: booked},
		{Name: "appointment-cancelled", Page: "appointment-cancelled", Data: cancelled},
		{Name: "appointment-gone", Page: "appointment-gone", Data: "appointment-unknown"},
	}
}
