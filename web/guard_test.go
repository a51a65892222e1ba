package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/web/api"
)

// TestForeignFormsCannotCommand sends every form of the site from another
// site's page, with the session of a clerk: none is carried out.
func TestForeignFormsCannotCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, page, v, _ := s.writes(t)
	b := s.signedIn(t, "a.meyer")
	site := mustURL(t, s.URL)
	var cookies []string
	for _, c := range b.client.Jar.Cookies(site) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	for _, r := range page {
		response, answer := s.ask(t, asked{method: "POST", path: pathOf(r.path, v), body: []byte("command=call-next"), header: map[string]string{
			"Content-Type": "application/x-www-form-urlencoded", "Cookie": strings.Join(cookies, "; "),
			"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}})
		if response.StatusCode != http.StatusForbidden || !strings.Contains(string(answer), "kam von einer anderen Website") || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("POST %s from a foreign page: %d %.200s", r.path, response.StatusCode, answer)
		}
	}
}

// TestHeadersOfEveryPage holds what browsers are told: nothing from elsewhere
// runs, nothing is guessed, nobody frames us, nothing personal is kept.
func TestHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/", "/booking", "/sign-in", "/screens/halle", "/nothing", api.Base + "/houses", api.Base + "/nothing"} {
		response, _ := s.ask(t, asked{method: "GET", path: path})
		for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
			if got := response.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		allowed := map[string]string{}
		for directive := range strings.SplitSeq(response.Header.Get("Content-Security-Policy"), ";") {
			name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
			allowed[name] = sources
		}
		for directive, want := range map[string]string{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
			"connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'self'"} {
			if allowed[directive] != want {
				t.Errorf("%s: the policy's %s is %q", path, directive, allowed[directive])
			}
		}
	}
}

// TestWrongCodesAreLimited: a terminal that has had its wrong codes is told no
// right one either, by page and by API; another terminal goes on.
func TestWrongCodesAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.people(t)
	a, _ := s.book(t)
	code := s.Bookings.Code(a)
	wrong := "1" + code[1:]
	if wrong == code {
		wrong = "2" + code[1:]
	}
	try := func(who, code string) int {
		response, _ := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", body: api.NewCheckin{Code: code}, token: tokens[who]})
		return response.StatusCode
	}
	for range wrongCodes {
		if status := try(terminal, wrong); status != http.StatusOK {
			t.Fatalf("a wrong code: %d", status)
		}
	}
	if status := try(terminal, code); status != http.StatusTooManyRequests {
		t.Errorf("after %d wrong codes the right one: %d", wrongCodes, status)
	}
	form := url.Values{"code": {code}}
	response, _ := s.ask(t, asked{method: "POST", path: "/houses/fischmarkt/terminal/code", body: []byte(form.Encode()), token: tokens[terminal],
		header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
	if response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("on the page: %d", response.StatusCode)
	}
	if status := try(clerk, code); status != http.StatusOK {
		t.Errorf("somebody else: %d", status)
	}
}

// TestHoldsAreLimited: one client cannot hold all times of an office.
func TestHoldsAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hold := func() int {
		in := api.NewHold{Services: []api.Choice{{Service: "reisepass", Persons: 1}}, Start: s.free(t)}
		response, _ := s.ask(t, asked{method: "POST", path: api.Base + "/offices/buergerbuero/holds", body: in})
		return response.StatusCode
	}
	if status := hold(); status != http.StatusCreated {
		t.Fatalf("the first hold: %d", status)
	}
	for range 2 * holds {
		s.Tries.Count(t.Context(), "hold:127.0.0.1", holds, holdsWithin)
	}
	if status := hold(); status != http.StatusTooManyRequests {
		t.Errorf("after %d holds: %d", holds, status)
	}
	s.browse(t, "de").post("/booking/buergerbuero/holds", url.Values{"s": {"reisepass"}, "at": {s.free(t).Format(time.RFC3339)}}).want(http.StatusTooManyRequests, "")
}
