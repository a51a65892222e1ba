package web

import (
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestWhoIsHereKeepsTheTime: after check-in neither page nor API cancels or
// moves an appointment, since its number would wait on for a time that is sold
// again. Once the number is given back, they do.
func TestWhoIsHereKeepsTheTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.arriveBooked(t, s.people(t))
	before, err := s.Bookings.ByLink(t.Context(), v.link)
	if err != nil {
		t.Fatal(err)
	}
	page := s.browse(t, "de")
	path := "/appointments/" + v.link
	s.eventually(t, func() bool { return strings.Contains(page.get(path).page, v.number) })
	page.get(path+"?moved=yes&code=new").want(200, "<title>Sie sind angemeldet.", "Sie sind angemeldet.</h1>", v.number, `href="/tickets/`+v.ticket+`"`)
	page.lacks("Ihr Termin ist gebucht.", "verschoben", "Die alten gelten nicht mehr.", "Zeit ändern", "Termin absagen")
	for _, step := range []string{"/cancel", "/times"} {
		if page.get(path+step).want(200, "Sie sind angemeldet.</h1>"); page.path != path {
			t.Errorf("%s leads to %s", step, page.path)
		}
	}
	s.browse(t, "en").get(path).want(200, "You are checked in.</h1>", v.number)
	later := before.Start.AddDate(0, 0, 7)
	page.post("/appointments/"+v.link+"/cancel", nil).want(409, "Sie sind schon angemeldet.")
	page.post("/appointments/"+v.link+"/move", map[string][]string{"at": {later.Format(time.RFC3339)}}).want(409, "Sie sind schon angemeldet.")
	for path, body := range map[string]any{"/cancel": api.Nothing{}, "/move": api.NewTime{Start: later}} {
		response, text := s.ask(t, asked{method: "POST", path: api.Base + "/appointments/" + v.link + path, body: body})
		if response.StatusCode != 409 {
			t.Errorf("%s: %d %s", path, response.StatusCode, text)
		}
	}
	if a, err := s.Bookings.ByLink(t.Context(), v.link); err != nil || a.State != booking.Booked || !a.Start.Equal(before.Start) {
		t.Errorf("appointment is %s at %s, %v", a.State, a.Start, err)
	}

	if response, text := s.ask(t, asked{method: "POST", path: api.Base + "/tickets/" + v.ticket + "/leave", body: api.Nothing{}}); response.StatusCode != 200 {
		t.Fatalf("leave: %d %s", response.StatusCode, text)
	}
	s.eventually(t, func() bool { return strings.Contains(page.get(path).page, "Termin absagen") })
	page.want(200, "Ihr Termin ist gebucht.</h1>", "Zeit ändern")
	page.post("/appointments/"+v.link+"/cancel", nil).want(200, "abgesagt")
}

// eventually waits for what this node hears from the queue.
func (s *site) eventually(t *testing.T, so func() bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("not so after 30 seconds")
		}
	}
}
