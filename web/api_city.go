package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/web/api"
)

func (s *Server) apiCityRoutes() []route {
	return []route{
		{"GET", "/clock", anyone, s.apiClock},
		{"GET", "/city", administrators, s.apiCity},
		{"GET", "/houses", anyone, s.apiHouses},
		{"GET", "/offices", anyone, s.apiOffices},
		{"GET", "/offices/:office/services", anyone, s.apiServices},
		{"GET", "/offices/:office/slots", anyone, s.apiSlots},
	}
}

func (s *Server) apiClock(w http.ResponseWriter, r *http.Request) error {
	return writeJSON(w, http.StatusOK, api.Clock{Now: s.wall(s.Now()), Demonstration: s.Demo != nil})
}

func (s *Server) apiCity(w http.ResponseWriter, r *http.Request) error {
	return writeJSON(w, http.StatusOK, s.City())
}

func (s *Server) apiHouses(w http.ResponseWriter, r *http.Request) error {
	l, houses := lang(r), []api.House{}
	for _, h := range s.City().Houses {
		house := api.House{ID: string(h.ID), Name: say(l, h.Name), Address: h.Address, Areas: []api.Area{}, Offices: officesOf(&h)}
		for _, a := range h.Areas {
			house.Areas = append(house.Areas, api.Area{ID: a.ID, Name: say(l, a.Name), Way: say(l, a.Way)})
		}
		houses = append(houses, house)
	}
	return writeJSON(w, http.StatusOK, houses)
}

func officesOf(h *booking.House) []string {
	ids := []string{}
	for _, o := range h.Offices {
		ids = append(ids, string(o.ID))
	}
	return ids
}

func (s *Server) apiOffices(w http.ResponseWriter, r *http.Request) error {
	l, offices := lang(r), []api.Office{}
	for _, o := range s.City().Offices() {
		office := api.Office{ID: string(o.ID), House: string(o.House), Name: say(l, o.Name), Address: o.Address,
			BookDays: int(o.Horizon.Hours() / 24), Doors: []api.Hours{}}
		for _, d := range o.Doors {
			office.Doors = append(office.Doors, api.Hours{Weekday: int(d.Weekday), Open: minute(d.Open), Close: minute(d.Close)})
		}
		offices = append(offices, office)
	}
	return writeJSON(w, http.StatusOK, offices)
}

// minute says minutes after midnight as "08:00".
func minute(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// say is a text of the city in the reader's language, or German.
func say(l *texts.Language, t booking.Text) string {
	said, _ := t.In(l.Tag)
	return said
}

func (s *Server) apiServices(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	l, services := lang(r), []api.Service{}
	for _, x := range office.Services {
		service := api.Service{ID: string(x.ID), Group: say(l, x.Group), Name: say(l, x.Name), Minutes: x.Minutes,
			PerPerson: x.PerPerson, FeeCents: x.Fee, FeeNote: say(l, x.FeeNote), Documents: []string{}, Area: x.Area,
			Bookable: x.Bookable, WalkIn: x.WalkIn, Info: x.Info, Urgent: x.Urgent, Online: x.Online}
		for _, d := range x.Documents {
			service.Documents = append(service.Documents, say(l, d))
		}
		services = append(services, service)
	}
	return writeJSON(w, http.StatusOK, services)
}

// maxSlotDays is for how many days free times are computed at once.
const maxSlotDays = 92

func (s *Server) apiSlots(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	choices, err := parseChoices(r.URL.Query().Get("services"))
	if err != nil {
		return err
	}
	first, days, err := s.slotDays(r)
	if err != nil {
		return err
	}
	free, err := s.Bookings.Free(r.Context(), booking.Wish{Office: office.ID, Services: choices}, first, days)
	if err != nil {
		return err
	}
	answer := []api.FreeDay{}
	for _, f := range free {
		day := api.FreeDay{Day: string(f.Day), Holiday: f.Holiday, Closed: f.Closed, Slots: []api.Slot{}}
		for _, slot := range f.Slots {
			day.Slots = append(day.Slots, api.Slot{Start: s.wall(slot.Start), End: s.wall(slot.End), Free: slot.Free})
		}
		answer = append(answer, day)
	}
	return writeJSON(w, http.StatusOK, answer)
}

// slotDays reads from which day (today) and for how many (14) free times are wanted.
func (s *Server) slotDays(r *http.Request) (booking.Day, int, error) {
	query := r.URL.Query()
	first, days := s.City().Day(s.Now()), 14
	if from := query.Get("from"); from != "" {
		var ok bool
		if first, ok = booking.ParseDay(from); !ok {
			return "", 0, fieldError{errBadInput, "from"}
		}
	}
	if n := query.Get("days"); n != "" {
		var err error
		if days, err = strconv.Atoi(n); err != nil || days < 1 || days > maxSlotDays {
			return "", 0, fieldError{errBadInput, "days"}
		}
	}
	return first, days, nil
}

// parseChoices reads "reisepass:2,personalausweis": services with the number of
// persons, 1 without one.
func parseChoices(list string) ([]booking.Choice, error) {
	var choices []booking.Choice
	if list == "" {
		return nil, nil // refused as nothing chosen
	}
	for part := range strings.SplitSeq(list, ",") {
		service, number, counted := strings.Cut(part, ":")
		persons := 1
		if counted {
			var err error
			if persons, err = strconv.Atoi(number); err != nil {
				return nil, fieldError{errBadInput, "services"}
			}
		}
		if len(choices) == booking.MaxServices {
			return nil, booking.ErrTooMuch
		}
		choices = append(choices, booking.Choice{Service: booking.ServiceID(service), Persons: persons})
	}
	return choices, nil
}
