package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// TestNoted: where the office has set it, who comes early has a number that says
// when it is in the line; no clerk is told that they set it aside; and until then
// nobody, not even the person, brings it into the line.
func TestNoted(t *testing.T) {
	t.Parallel()
	city := democity.City()
	for h := range city.Houses {
		for o := range city.Houses[h].Offices {
			city.Houses[h].Offices[o].Rules = map[string]int{"noted": 1}
		}
	}
	s := newSite(t, city)
	b, phone := s.signedIn(t, "a.meyer"), s.browse(t, "de")
	a, link := s.book(t)
	s.clock.forward(a.Start.Sub(s.Now()) - time.Hour)
	const desk = "/offices/buergerbuero/desks/4"
	b.post(desk, url.Values{"command": {"open"}, "service": {"reisepass"}}).want(200)
	b.post("/houses/fischmarkt/terminal/code", url.Values{"code": {s.Bookings.Code(a)}}).want(200, "Sie sind angemeldet.", "stehen Sie von selbst in der Reihe")
	noted := s.in(t, queue.Parked)
	page := "/tickets/" + string(noted.ID)
	phone.get(page).want(200, noted.Number, "Sie sind angemeldet.", "stehen Sie von selbst in der Reihe", "Nummer zurückgeben")
	if strings.Contains(phone.page, "/here") || strings.Contains(phone.page, "/step-aside") {
		t.Error("offered to be here, or to step aside")
	}
	phone.post(page+"/here", nil).want(409, "Dafür ist es noch zu früh.")
	phone.post("/appointments/"+link+"/cancel", nil).want(409)
	b.get(desk).want(200, noted.Number+", vorgemerkt")
	if strings.Contains(b.page, `id="back-`) {
		t.Error("a desk lists it as parked")
	}
	b.post("/houses/fischmarkt/infodesk/search", url.Values{"q": {"Mustermann"}}).want(200, "Ist vorgemerkt")
	if strings.Contains(b.page, "Ist geparkt") || strings.Contains(b.page, "unterwegs") {
		t.Error("the information desk lists it as parked")
	}
	_, text := s.ask(t, asked{method: "GET", path: api.Base + page})
	if !strings.Contains(string(text), `"joins":"`) {
		t.Errorf("the API says %s", text)
	}

	s.clock.forward(45 * time.Minute)
	if err := s.Arrivals.JoinNoted(t.Context(), "buergerbuero", noted, s.Now()); err != nil {
		t.Fatal(err)
	}
	if waits := s.in(t, queue.Waiting); waits.ID != noted.ID || waits.Due != a.Start.UnixMilli() {
		t.Errorf("in the line is %+v", waits)
	}
	phone.get(page).want(200, "Niemand vor Ihnen", "Ich brauche noch Zeit")
}
