package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
)

// citizenRoutes are a citizen's way to an appointment and what they do with it:
//
//	/booking ─▶ /booking/:office ─▶ …/times ─POST …/holds─▶ /appointments/:link/details
//	   ─POST …/review─▶ ─POST …/confirm─▶ /appointments/:link ─▶ …/cancel ─POST─▶
//
// Every step is a page of its own that a form or a link leads on from; scripts
// only make it kinder. The secret of an appointment stands in the path alone.
func (s *Server) citizenRoutes() []route {
	return []route{
		{"GET", "/booking", anyone, s.chooseOffice},
		{"GET", "/booking/:office", anyone, s.chooseServices},
		{"GET", "/booking/:office/times", anyone, s.chooseTime},
		{"GET", "/booking/:office/holds", anyone, s.backToServices},
		{"POST", "/booking/:office/holds", anyone, s.holdTime},

		{"GET", "/appointments/:link", anyone, s.appointment},
		{"GET", "/appointments/:link/details", anyone, s.askContact},
		{"POST", "/appointments/:link/extend", anyone, s.extendHold},
		{"POST", "/appointments/:link/review", anyone, s.reviewContact},
		{"POST", "/appointments/:link/confirm", anyone, s.confirmAppointment},
		{"POST", "/appointments/:link/release", anyone, s.releaseHold},
		{"GET", "/appointments/:link/times", anyone, s.chooseMove},
		{"POST", "/appointments/:link/move", anyone, s.moveAppointment},
		{"GET", "/appointments/:link/cancel", anyone, s.askCancel},
		{"POST", "/appointments/:link/cancel", anyone, s.cancelAppointment},
		{"GET", "/appointments/:link/confirmation.pdf", anyone, s.confirmationPDF},

		// Whoever loads the answer of a form anew lands where they stood.
		{"GET", "/appointments/:link/extend", anyone, s.backToAppointment},
		{"GET", "/appointments/:link/review", anyone, s.backToAppointment},
		{"GET", "/appointments/:link/confirm", anyone, s.backToAppointment},
		{"GET", "/appointments/:link/release", anyone, s.backToAppointment},
		{"GET", "/appointments/:link/move", anyone, s.backToAppointment},
	}
}

// officesPage is where a citizen chooses the office.
type officesPage struct {
	Offices []officeRow
}

// officeRow is an office as the list shows it.
type officeRow struct {
	*booking.Office
	House   *booking.House
	Way     booking.Text // from the entrance
	Hours   []doorHours
	WalkIns []booking.Text // what needs no appointment
}

func (s *Server) chooseOffice(w http.ResponseWriter, r *http.Request) error {
	city := s.City()
	var page officesPage
	for _, office := range city.Offices() {
		if len(bookable(office)) > 0 || len(walkIns(office)) > 0 {
			page.Offices = append(page.Offices, newOfficeRow(city, office, lang(r)))
		}
	}
	if len(page.Offices) == 1 {
		http.Redirect(w, r, bookingPath(page.Offices[0].Office), http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, "booking-offices", page)
}

func newOfficeRow(city *booking.City, office *booking.Office, l *texts.Language) officeRow {
	row := officeRow{Office: office, Hours: openHours(office, l)}
	row.House, _ = city.House(office.House)
	for _, service := range office.Services {
		if area, _, ok := city.Area(service.Area); ok {
			row.Way = area.Way
			break
		}
	}
	for _, service := range walkIns(office) {
		row.WalkIns = append(row.WalkIns, service.Name)
	}
	return row
}

// bookable are the services that citizens book.
func bookable(office *booking.Office) []*booking.Service {
	return servicesThat(office, func(s *booking.Service) bool { return s.Bookable })
}

// walkIns are the services that need no appointment.
func walkIns(office *booking.Office) []*booking.Service {
	return servicesThat(office, func(s *booking.Service) bool { return s.WalkIn })
}

func servicesThat(office *booking.Office, is func(*booking.Service) bool) []*booking.Service {
	var some []*booking.Service
	for i := range office.Services {
		if is(&office.Services[i]) {
			some = append(some, &office.Services[i])
		}
	}
	return some
}

// doorHours says on which days an office is open at which times.
type doorHours struct {
	Days  string // "Mo.–Fr."
	Times string // "08:00–12:00, 14:00–18:00 Uhr"
}

// openHours says when an office is open: weekdays that follow each other and
// have the same hours stand together.
func openHours(office *booking.Office, l *texts.Language) []doorHours {
	var rows []doorHours
	first := time.Monday
	for i := range 7 {
		day := time.Weekday((int(time.Monday) + i) % 7)
		times := timesOn(office, day, l)
		switch last := len(rows) - 1; {
		case times == "":
			first = -1
		case last >= 0 && first >= 0 && rows[last].Times == times:
			rows[last].Days = l.T("booking.days", "from", l.Weekday(first), "to", l.Weekday(day))
		default:
			first = day
			rows = append(rows, doorHours{l.Weekday(day), times})
		}
	}
	return rows
}

// timesOn says the hours of one weekday, "" when the office is closed.
func timesOn(office *booking.Office, day time.Weekday, l *texts.Language) string {
	var stretches []booking.Hours
	for _, h := range office.Doors {
		if h.Weekday == day {
			stretches = append(stretches, h)
		}
	}
	slices.SortFunc(stretches, func(a, b booking.Hours) int { return cmp.Compare(a.Open, b.Open) })
	var said []string
	for _, h := range stretches {
		said = append(said, l.Span(wallClock(h.Open), wallClock(h.Close)))
	}
	return l.List(said)
}

// wallClock is a minute of some day, to be said as a clock shows it.
func wallClock(minute int) time.Time { return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC) }

// officeOf is the office that the path names.
func (s *Server) officeOf(r *http.Request) (*booking.Office, error) {
	office, ok := s.City().Office(booking.OfficeID(param(r, "office")))
	if !ok {
		return nil, booking.ErrOfficeUnknown
	}
	return office, nil
}

func bookingPath(office *booking.Office) string { return "/booking/" + string(office.ID) }

func (s *Server) backToServices(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, bookingPath(office), http.StatusSeeOther)
	return nil
}
