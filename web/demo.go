package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// Demo is what the demonstration can do beside the real thing. Its routes
// exist only where WARTEFREI_DEMO=1 has made one.
type Demo struct {
	Accounts []DemoAccount
	// Terminals are a token for each house's terminal.
	Terminals map[booking.HouseID]string
	// Forward moves the office clock.
	Forward func(ctx context.Context, d time.Duration) error
	// Play lets a day's citizens and clerks play by themselves, so many times
	// faster than life; 0 stops them. With others only the clock goes so fast:
	// the playing is left to wartefrei simulate. Playing is the present speed.
	Play    func(ctx context.Context, speed float64, others bool) error
	Playing func() float64
}

// DemoAccount is an account whose password everybody may know.
type DemoAccount struct {
	Name     string
	Password string
	Role     string
	Office   booking.OfficeID
	Desk     string // where a clerk sits; empty for others
}

// demoRoutes lead through the demonstration. Outside it, the front page is the booking.
func (s *Server) demoRoutes() []route {
	if s.Demo == nil {
		return []route{{"GET", "/", anyone, s.toBooking}}
	}
	return []route{
		{"GET", "/", demonstration, s.startPage},
		{"GET", "/demo/tour", demonstration, s.tour},
		{"POST", "/demo/forward", demonstration, s.demoForward},
		{"POST", "/demo/play", demonstration, s.demoPlay},
		{"POST", "/demo/enter", demonstration, s.demoEnter},
	}
}

func (s *Server) toBooking(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/booking", http.StatusSeeOther)
	return nil
}

// startView is the directory in the entrance hall.
type startView struct {
	Houses   []booking.House
	Clerks   []startAccount
	Managers []startAccount
	Tickets  []queue.Ticket // a few that wait, to see their page
	Speeds   []float64
	Speed    float64
	Password string        // of every account
	Sit      *startAccount // the clerk of the tour
	Sitting  bool          // and the reader is signed in as that one
	Area     string        // the waiting area of the tour
}

// startAccount is an account with where it works.
type startAccount struct {
	DemoAccount
	In *booking.Office
	At *booking.Desk // of a clerk
}

// speeds are how many times faster than life the demonstration plays.
var speeds = []float64{1, 10, 60}

// longestForward is how far the clock may be moved at once.
const longestForward = 24 * time.Hour

func (s *Server) startPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "start", s.startView())
}

func (s *Server) startView() startView {
	city := s.City()
	v := startViewOf(city, s.Demo.Accounts, s.Demo.Playing())
	v.Houses = slices.DeleteFunc(slices.Clone(v.Houses), func(h booking.House) bool { // just imported: the next start gives it a token
		_, ok := s.Demo.Terminals[h.ID]
		return !ok
	})
	for _, office := range city.Offices() {
		waiting := s.office(office.ID).Waiting()
		v.Tickets = append(v.Tickets, waiting[:min(1, len(waiting))]...)
	}
	return v
}

// startViewOf makes the view of a city with its accounts, for the page and the gallery.
func startViewOf(city *booking.City, accounts []DemoAccount, speed float64) startView {
	v := startView{Houses: city.Houses, Speeds: speeds, Speed: speed}
	for _, a := range accounts {
		v.Password = a.Password
		office, ok := city.Office(a.Office)
		if !ok {
			continue
		}
		if desk, ok := office.Desk(a.Desk); ok {
			v.Clerks = append(v.Clerks, startAccount{a, office, desk})
		} else if a.Role == pgaccounts.Manager {
			v.Managers = append(v.Managers, startAccount{a, office, nil})
		}
	}
	if len(v.Clerks) > 0 {
		v.Sit, v.Area = &v.Clerks[0], v.Clerks[0].At.Area
	}
	return v
}

// tour shows terminal, desk and screen side by side.
func (s *Server) tour(w http.ResponseWriter, r *http.Request) error {
	v := s.startView()
	v.Sitting = v.Sit != nil && visiting(r).Name == v.Sit.Name
	return s.render(w, r, "tour", v)
}

// demoForward moves the office clock by some minutes.
func (s *Server) demoForward(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	minutes, err := strconv.Atoi(r.PostForm.Get("minutes"))
	d := time.Duration(minutes) * time.Minute
	if err != nil || d <= 0 || d > longestForward {
		return errBadInput
	}
	if err := s.Demo.Forward(r.Context(), d); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// demoPlay starts or stops the played day.
func (s *Server) demoPlay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	speed, err := strconv.ParseFloat(r.PostForm.Get("speed"), 64)
	if err != nil || (speed != 0 && !slices.Contains(speeds, speed)) {
		return errBadInput
	}
	if err := s.Demo.Play(r.Context(), speed, r.PostForm.Get("people") == "others"); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// demoEnter makes this browser one of the demonstration's people or terminals.
func (s *Server) demoEnter(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if house := r.PostForm.Get("terminal"); house != "" {
		secret, ok := s.Demo.Terminals[booking.HouseID(house)]
		if !ok {
			return booking.ErrHouseUnknown
		}
		becomeTerminal(w, r, secret)
	}
	if name := r.PostForm.Get("as"); name != "" {
		if err := s.enterAs(r, name); err != nil {
			return err
		}
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

func (s *Server) enterAs(r *http.Request, name string) error {
	for _, a := range s.Demo.Accounts {
		if a.Name != name {
			continue
		}
		account, err := s.Accounts.SignIn(r.Context(), a.Name, a.Password, clientOf(r))
		if err != nil {
			return err
		}
		return s.enter(r, account)
	}
	return errNotFound
}
