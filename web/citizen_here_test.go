package web

import (
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
	page.post("/appointments/"+v.link+"/cancel", nil).want(200, "abgesagt")
}
