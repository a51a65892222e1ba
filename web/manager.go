package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage/wsscreen"
)

// managerRoutes are for who runs an office's day.
func (s *Server) managerRoutes() []route {
	return []route{
		{"GET", "/manager/:office", managers, s.managerPage},
		{"GET", "/manager/:office/live", managers, s.managerLive},
	}
}

// managerView is an office's day in figures.
type managerView struct {
	dashboards.Figures
	Office   *booking.Office
	Name     string    // of the office
	Longest  int       // minutes
	Since    time.Time // start of the first hour; zero before anybody came
	HourAgo  time.Time // emergencies are counted from then
	Hours    []countRow
	Services []countRow
	Notices  []notice
}

// countRow is an hour or a service in figures.
type countRow struct {
	Start      time.Time // of the hour
	Name       string    // of the service
	Came       int
	Waiting    int
	Missed     int
	Done       int
	Called     int
	Half, Nine int // minutes that half, and nine of ten, waited at most
}

// notice is something that a manager should see to.
type notice struct {
	At     time.Time // since when
	Danger bool
	Title  string
	Text   string
}

func (s *Server) managerPage(w http.ResponseWriter, r *http.Request) error {
	office, ok := s.City().Office(booking.OfficeID(param(r, "office")))
	if !ok {
		return booking.ErrOfficeUnknown
	}
	return s.render(w, r, "manager", s.managerView(lang(r), office))
}

// managerLive sends the page's figures at every change.
func (s *Server) managerLive(w http.ResponseWriter, r *http.Request) error {
	id := booking.OfficeID(param(r, "office"))
	if _, ok := s.City().Office(id); !ok {
		return booking.ErrOfficeUnknown
	}
	l := lang(r)
	return s.live(w, r, "manager", string(id), only(queue.OfficeID(id)), func() (wsscreen.Content, error) {
		office, ok := s.City().Office(id)
		if !ok {
			return wsscreen.Content{}, booking.ErrOfficeUnknown
		}
		html, err := s.fragment(l.Tag, "manager", "manager-live", s.managerView(l, office))
		return wsscreen.Content{HTML: html}, err
	})
}

func (s *Server) managerView(l *texts.Language, office *booking.Office) managerView {
	now := s.officeNow()
	v := managerViewOf(l, office, dashboards.Count(office, now.Location(), s.Offices.Office(queue.OfficeID(office.ID)), now))
	if s.behind(office.ID) {
		v.Notices = append([]notice{behindNotice(l, now.Add(-s.Offices.Behind(queue.OfficeID(office.ID))))}, v.Notices...)
	}
	return v
}

// managerViewOf makes the view of figures, for the page, its frames and the gallery.
func managerViewOf(l *texts.Language, office *booking.Office, f dashboards.Figures) managerView {
	name, _ := office.Name.In(l.Tag)
	v := managerView{Figures: f, Office: office, Name: name, Longest: wholeMinutes(f.Longest), HourAgo: f.Now.Add(-time.Hour),
		Notices: notices(l, office, f)}
	if len(f.Hours) > 0 {
		v.Since = f.Hours[0].Start
	}
	for _, h := range f.Hours {
		v.Hours = append(v.Hours, countRow{Start: h.Start, Came: h.Came, Called: h.Waits.Count,
			Half: wholeMinutes(h.Waits.Half), Nine: wholeMinutes(h.Waits.Nine)})
	}
	for _, s := range f.Services {
		if s.Came+s.Waits.Count > 0 {
			v.Services = append(v.Services, countRow{Name: serviceName(l, office, s.ID), Came: s.Came, Waiting: s.Waiting,
				Missed: s.Missed, Done: s.Done, Called: s.Waits.Count, Half: wholeMinutes(s.Waits.Half), Nine: wholeMinutes(s.Waits.Nine)})
		}
	}
	return v
}

// behindNotice says since when nothing is recorded.
func behindNotice(l *texts.Language, since time.Time) notice {
	return notice{At: since, Danger: true, Title: l.T("manager.behind"), Text: l.T("manager.behind-what")}
}

// serviceName names what figures count under.
func serviceName(l *texts.Language, office *booking.Office, id queue.ServiceID) string {
	if id == dashboards.Several {
		return l.T("manager.several")
	}
	return serviceNames(l, office, queue.Ticket{Services: []queue.ServiceID{id}})
}

// notices are what a manager should see to, the newest first.
func notices(l *texts.Language, office *booking.Office, f dashboards.Figures) []notice {
	all := append(strandedNotices(l, office, f), disturbedNotices(l, office, f)...)
	if len(f.Overdue) > 0 {
		longest := slices.MaxFunc(f.Overdue, func(a, b queue.Ticket) int {
			return cmp.Compare(dashboards.Waiting(a, f.Now), dashboards.Waiting(b, f.Now))
		})
		all = append(all, notice{At: f.Now.Add(-dashboards.Waiting(longest, f.Now)),
			Title: l.T("manager.overdue", "n", len(f.Overdue), "minutes", int(dashboards.LongWait.Minutes())),
			Text:  l.T("manager.overdue-what", "numbers", numbers(l, f.Overdue))})
	}
	if n := len(f.Emergencies); n > dashboards.EmergencyLimit {
		all = append(all, notice{At: arrival(f.Emergencies[n-1], f.Now), Title: l.T("manager.emergencies-many", "n", n),
			Text: l.T("manager.emergencies-what", "limit", dashboards.EmergencyLimit, "reasons", reasons(l, f.Emergencies))})
	}
	slices.SortStableFunc(all, func(a, b notice) int { return b.At.Compare(a.At) })
	return all
}

// strandedNotices name each set of services that somebody waits for and no open desk serves.
func strandedNotices(l *texts.Language, office *booking.Office, f dashboards.Figures) []notice {
	lines := map[string][]queue.Ticket{}
	for _, t := range f.Stranded {
		lines[queue.LineOf(t)] = append(lines[queue.LineOf(t)], t)
	}
	var all []notice
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		waiting := lines[line]
		first := slices.MinFunc(waiting, func(a, b queue.Ticket) int { return cmp.Compare(a.Seq, b.Seq) })
		all = append(all, notice{At: arrival(first, f.Now), Danger: true,
			Title: l.T("manager.stranded", "services", l.List(append(namesOf(l, office, first.Services), needNames(l, first.Needs)...))),
			Text:  l.T("manager.stranded-what", "n", len(waiting), "numbers", numbers(l, waiting))})
	}
	return all
}

// disturbedNotices name each service that nobody can serve now.
func disturbedNotices(l *texts.Language, office *booking.Office, f dashboards.Figures) []notice {
	var all []notice
	for _, id := range slices.Sorted(maps.Keys(f.Disturbed)) {
		all = append(all, notice{At: time.UnixMilli(f.Disturbed[id]).In(f.Now.Location()), Danger: true,
			Title: l.T("manager.disturbed", "service", serviceName(l, office, id)), Text: l.T("manager.disturbed-what")})
	}
	return all
}

func arrival(t queue.Ticket, now time.Time) time.Time {
	return time.UnixMilli(t.Arrived).In(now.Location())
}

// numbers lists a few ticket numbers: "K 024, K 031 und 3 weitere".
func numbers(l *texts.Language, tickets []queue.Ticket) string {
	const few = 6
	var all []string
	for _, t := range tickets {
		all = append(all, whole(t.Number))
	}
	if len(all) > few {
		all = append(all[:few], l.T("manager.more", "n", len(all)-few))
	}
	return l.List(all)
}

// reasons counts why people were let in: „Frist endet“ (2), „Reist in wenigen Stunden ab“. They
// are what the list of reasons says, so they keep its capitals.
func reasons(l *texts.Language, tickets []queue.Ticket) string {
	count := map[string]int{}
	for _, t := range tickets {
		count[t.Reason]++
	}
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(count)) {
		if reason == "" {
			continue
		}
		said := l.T("manager.reason", "reason", l.T("reason."+reason))
		if count[reason] > 1 {
			said = l.T("manager.times", "what", said, "n", count[reason])
		}
		all = append(all, said)
	}
	return strings.Join(all, ", ")
}

// wholeMinutes rounds down, as clocks do.
func wholeMinutes(d time.Duration) int { return int(d / time.Minute) }
