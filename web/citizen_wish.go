package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/wartefrei/wartefrei/booking"
)

// A wish travels through the pages as s=<service> for each service and
// p.<service>=<persons>, in queries and in hidden fields alike.

// wishOf reads a wish. What it says about services that are not chosen does not count.
func wishOf(office *booking.Office, form url.Values) (booking.Wish, error) {
	wish := booking.Wish{Office: office.ID}
	for _, key := range form["s"] {
		if slices.ContainsFunc(wish.Services, func(c booking.Choice) bool { return string(c.Service) == key }) {
			continue
		}
		if len(wish.Services) == len(office.Services) { // more than there are: no form of ours sent this
			return booking.Wish{}, booking.ErrServiceUnknown
		}
		choice := booking.Choice{Service: booking.ServiceID(key), Persons: 1}
		if persons := form.Get("p." + key); persons != "" {
			n, err := strconv.Atoi(persons)
			if err != nil {
				return booking.Wish{}, booking.ErrPersons
			}
			choice.Persons = n
		}
		wish.Services = append(wish.Services, choice)
	}
	return wish, nil
}

// wishValues is a wish as it travels.
func wishValues(choices []booking.Choice) url.Values {
	values := url.Values{}
	for _, c := range choices {
		values.Add("s", string(c.Service))
		if c.Persons > 1 {
			values.Set("p."+string(c.Service), strconv.Itoa(c.Persons))
		}
	}
	return values
}

// with is a query with more names and values.
func with(values url.Values, pairs ...string) string {
	all := url.Values{}
	for name, vs := range values {
		all[name] = vs
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all.Set(pairs[i], pairs[i+1])
		}
	}
	return all.Encode()
}

// sum is what a wish comes to, as the side column shows it.
type sum struct {
	Lines   []sumLine
	Minutes int
	booking.Visit
}

// sumLine is one service of a sum.
type sumLine struct {
	*booking.Service
	Persons int
	Minutes int // for all persons
}

func newSum(visit booking.Visit) sum {
	s := sum{Visit: visit, Minutes: int(visit.Length.Minutes())}
	for i, service := range visit.Services {
		persons := visit.Choices[i].Persons
		s.Lines = append(s.Lines, sumLine{service, persons, int(service.Length(persons).Minutes())})
	}
	return s
}

// servicesPage is where a citizen chooses what to do.
type servicesPage struct {
	Office  *booking.Office
	Groups  []serviceGroup
	WalkIns []*booking.Service
	Sum     sum
	Persons []int  // how many may come, to choose from
	Told    string // why the citizen is back here; see told
}

// serviceGroup is the services under one heading.
type serviceGroup struct {
	Name     booking.Text
	Services []serviceRow
}

type serviceRow struct {
	*booking.Service
	Chosen  bool
	Persons int
}

func (s *Server) chooseServices(w http.ResponseWriter, r *http.Request) error {
	office, err := s.officeOf(r)
	if err != nil {
		return err
	}
	wish, err := wishOf(office, r.URL.Query())
	if err != nil {
		return err
	}
	page := servicesPage{Office: office, WalkIns: walkIns(office), Told: told(r)}
	for n := range booking.MaxPersons {
		page.Persons = append(page.Persons, n+1)
	}
	visit, err := booking.Plan(office, wish)
	switch {
	case errors.Is(err, booking.ErrNothing): // the page as it opens
	case errors.Is(err, booking.ErrTooMuch):
		page.Told = "too-much"
	case err != nil:
		return err
	default:
		page.Sum = newSum(visit)
	}
	page.Groups = groupsOf(office, wish)
	return s.render(w, r, "booking-services", page)
}

// groupsOf lists the services to book under their headings, in the office's
// order, with those of the wish chosen.
func groupsOf(office *booking.Office, wish booking.Wish) []serviceGroup {
	var groups []serviceGroup
	for _, service := range bookable(office) {
		row := serviceRow{Service: service, Persons: 1}
		for _, c := range wish.Services {
			if c.Service == service.ID {
				row.Chosen, row.Persons = true, c.Persons
			}
		}
		i := slices.IndexFunc(groups, func(g serviceGroup) bool { return g.Name["de"] == service.Group["de"] })
		if i < 0 {
			i = len(groups)
			groups = append(groups, serviceGroup{Name: service.Group})
		}
		groups[i].Services = append(groups[i].Services, row)
	}
	return groups
}

// told is why a citizen was led back to a page: the code of a problem, whose
// sentence the page shows.
func told(r *http.Request) string {
	code := r.URL.Query().Get("told")
	if slices.Contains([]string{"nothing-chosen", "too-much", "slot-taken", "slot-unknown", "hold-expired"}, code) {
		return code
	}
	return ""
}

// wished reads and plans the wish of a request. done says that the citizen was
// led back to the services, because the wish is one that the form lets them make
// and the office cannot book.
func (s *Server) wished(w http.ResponseWriter, r *http.Request, form url.Values) (office *booking.Office, visit booking.Visit, done bool, err error) {
	office, err = s.officeOf(r)
	if err != nil {
		return nil, visit, false, err
	}
	wish, err := wishOf(office, form)
	if err != nil {
		return nil, visit, false, err
	}
	visit, err = booking.Plan(office, wish)
	for refusal, code := range map[error]string{booking.ErrNothing: "nothing-chosen", booking.ErrTooMuch: "too-much"} {
		if errors.Is(err, refusal) {
			http.Redirect(w, r, bookingPath(office)+"?"+with(wishValues(wish.Services), "told", code), http.StatusSeeOther)
			return nil, visit, true, nil
		}
	}
	return office, visit, false, err
}
