package web

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wartefrei/wartefrei/booking/pdf/pdftest"
)

// Mail scanners and browsers that read ahead open every link. Nothing may
// change by that: not in PostgreSQL, not what the citizen has.
func TestReadersOfAllLinksChangeNothing(t *testing.T) {
	s := newSite(t)
	held, booked := s.browse(t, "de"), s.browse(t, "de")
	starts := []string{"/booking", held.toDetails(), booked.toBooked()}
	before := s.everything(t)
	scanner := s.browse(t, "en")
	seen := map[string]bool{}
	for _, start := range starts {
		for _, suffix := range []string{"", "/details", "/review", "/confirm", "/extend", "/release", "/times", "/move", "/cancel", "/confirmation.pdf"} {
			scanner.read(start+suffix, seen, 2)
		}
	}
	if len(seen) < 60 {
		t.Fatalf("only %d links were followed", len(seen))
	}
	if after := s.everything(t); after != before {
		t.Errorf("reading changed something:\n%s\n%s", before, after)
	}
}

// read opens a path and, so many steps deep, all links of its page.
func (b *browser) read(path string, seen map[string]bool, depth int) {
	b.t.Helper()
	if path, _, _ = strings.Cut(path, "#"); seen[path] || !strings.HasPrefix(path, "/") || len(seen) > 120 {
		return
	}
	seen[path] = true
	if b.get(path); b.status >= 500 {
		b.t.Errorf("%s: status %d", path, b.status)
	}
	links := regexp.MustCompile(`<a [^>]*href="([^"]*)"`).FindAllStringSubmatch(b.page, -1)
	for _, link := range links {
		if depth > 0 {
			b.read(html.UnescapeString(link[1]), seen, depth-1)
		}
	}
}

// everything is what the booking tables hold.
func (s *site) everything(t *testing.T) string {
	t.Helper()
	rows, err := s.pool.Query(context.Background(), `
		SELECT a::text FROM appointment a
		UNION ALL SELECT l::text FROM appointment_link l
		UNION ALL SELECT c::text FROM appointment_code c ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// Who booked, and what opens the appointment, stand in no log line and no query.
func TestNobodyIsNamedInTheLog(t *testing.T) {
	s := newSite(t)
	canaries := []string{"Kanarienvogel", "kanarie@beispiel.de", "078155501", "+49781555012"}
	b := s.browse(t, "de")
	path := b.toDetails()
	form := url.Values{"name": {canaries[0]}, "mail": {canaries[1]}, "phone": {"0781 555012"}}
	wrong := url.Values{"name": {canaries[0]}, "mail": {canaries[1] + "@"}, "phone": {"0781 555012"}}
	b.post(path+"/review", wrong).want(422)
	b.post(path+"/extend", form).want(200)
	b.post(path+"/review", form).want(200, canaries[0], canaries[1])
	b.post(path+"/confirm", form).want(200)
	b.get(path + "/confirmation.pdf").want(200)
	b.post(path+"/cancel", nil).want(200)
	s.pool.Close() // what fails is logged with its reason
	b.post(path+"/confirm", form).want(500)
	secret := strings.TrimPrefix(path, "/appointments/")
	logged := s.log.String()
	if !strings.Contains(logged, "/appointments/:link/confirm") || !strings.Contains(logged, "request failed") {
		t.Fatal("the requests are not in the log at all")
	}
	for _, canary := range append(canaries, secret) {
		if strings.Contains(logged, canary) {
			t.Errorf("the log holds %q", canary)
		}
	}
}

func TestSecretsStandInThePathAlone(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	path := b.toBooked()
	secret := strings.TrimPrefix(path, "/appointments/")
	for _, page := range []string{path, path + "/times", path + "/cancel", "/booking/buergerbuero/times?" + wish} {
		b.get(page).want(200)
		for header, value := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "same-origin"} {
			if got := b.header.Get(header); got != value {
				t.Errorf("%s: %s is %q", page, header, got)
			}
		}
		for _, link := range regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(b.page, -1) {
			if _, query, _ := strings.Cut(link[1], "?"); strings.Contains(query, secret) {
				t.Errorf("%s: the query of %s holds the secret", page, link[1])
			}
		}
	}
	for _, cookie := range b.client.Jar.Cookies(mustURL(t, s.URL+"/booking")) {
		if cookie.Value == secret {
			t.Error("the browser keeps the link of a booked appointment")
		}
	}
}

func mustURL(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// What strangers send is refused in words, and is never our failure.
func TestWhatNoFormSends(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	path := b.toBooked()
	for _, c := range []struct {
		path string
		form url.Values // nil: GET
		want int
	}{
		{"/booking/nowhere", nil, 404},
		{"/booking/nowhere/times?" + wish, nil, 404},
		{"/booking/buergerbuero?s=nothing", nil, 422},
		{"/booking/buergerbuero?s=" + strings.Repeat("x", 5000), nil, 422},
		{"/booking/buergerbuero/times?s=infotheke", nil, 422},
		{"/booking/buergerbuero/times?s=anmeldung&p.anmeldung=0", nil, 422},
		{"/booking/buergerbuero/times?s=anmeldung&p.anmeldung=13", nil, 422},
		{"/booking/buergerbuero/times?s=anmeldung&p.anmeldung=99999999999999999999", nil, 422},
		{"/booking/buergerbuero/times?s=reisepass&p.reisepass=2", nil, 422},
		{"/booking/buergerbuero/times?" + wish + "&day=yesterday", nil, 400},
		{"/booking/buergerbuero/times?" + wish + "&day=9999-12-31", nil, 400},
		{"/booking/buergerbuero/times?" + wish + "&at=noon", nil, 400},
		{"/booking/buergerbuero/times?" + wish + "&at=1066-10-14T09:00:00Z", nil, 400},
		{"/booking/buergerbuero/times?" + wish + "&page=0", nil, 400},
		{"/booking/buergerbuero/times?" + wish + "&page=999999999", nil, 200},
		{"/booking/buergerbuero/times?" + wish + "&told=<script>", nil, 200},
		{"/booking/buergerbuero/holds", url.Values{"s": {"anmeldung"}}, 400},
		{"/booking/buergerbuero/holds", url.Values{"s": {"anmeldung"}, "at": {"2026-11-24T03:00:00Z"}}, 200},
		{"/booking/buergerbuero/holds", url.Values{"s": {"anmeldung"}, "at": {"2026-11-22T09:00:00Z"}}, 200},
		{"/booking/buergerbuero/holds", url.Values{"s": {"anmeldung"}, "at": {"2026-11-24T09:00:00Z"}, "x": {strings.Repeat("y", 70_000)}}, 413},
		{"/appointments/" + strings.Repeat("A", 22), nil, 404},
		{"/appointments/" + strings.Repeat("%00", 9), nil, 404},
		{"/appointments/AAAA/confirm", url.Values{"office": {"nowhere"}}, 404},
		{"/appointments/AAAA/cancel", url.Values{}, 404},
		{"/appointments/AAAA/confirmation.pdf", nil, 404},
		{path + "/move", url.Values{"at": {"noon"}}, 400},
		{path + "/confirm", url.Values{"name": {"\xff"}}, 400},
	} {
		method := "GET"
		if c.form != nil {
			method = "POST"
		}
		if b.do(method, c.path, c.form); b.status != c.want {
			t.Errorf("%s %.80s %v: status %d, want %d", method, c.path, c.form.Has("x"), b.status, c.want)
		}
		if strings.Contains(b.page, "<script>") && strings.Contains(c.path, "<script>") {
			t.Errorf("%s: the page repeats it", c.path)
		}
	}
}

func TestAPastAppointmentIsGone(t *testing.T) {
	s := newSite(t)
	b := s.browse(t, "de")
	path := b.toBooked()
	s.clock.forward(3 * time.Hour) // the code counts all day
	b.get(path).want(200, codeOn(b.page)[:4])
	b.get(path+"/cancel").want(200, "Ihr Termin ist gebucht.") // too late to cancel
	b.post(path+"/cancel", nil).want(409, "Dieser Termin ist vorbei.")
	s.clock.forward(24 * time.Hour)
	b.get(path).want(404, "Dieser Termin ist vorbei.")
}

// The paper says what the page says, and its code is read back by a scanner.
func TestTheConfirmationHoldsTheCode(t *testing.T) {
	s := newSite(t)
	for lang, heading := range map[string]string{"de": "Ihr Termin ist gebucht.", "en": "Your appointment is booked."} {
		b := s.browse(t, lang)
		b.toDetails()
		b.post(strings.TrimSuffix(b.path, "/details")+"/review", url.Values{"name": {"Erika Mustermann"}, "mail": {"erika@beispiel.de"}}).want(200)
		b.submit(`id="contact"`, "").want(200, heading)
		code, link := codeOn(b.page), "https://termin.example"+b.path
		b.get(b.path + "/confirmation.pdf").want(200)
		if kind := b.header.Get("Content-Type"); kind != "application/pdf" {
			t.Fatalf("the confirmation is %s", kind)
		}
		words := pdftest.Words(t, []byte(b.page))
		for _, word := range []string{code[:4], code[4:], strings.Fields(heading)[2], "08:"} {
			if !strings.Contains(words, word) {
				t.Errorf("%s: the confirmation does not say %q:\n%s", lang, word, words)
			}
		}
		if cut := strings.LastIndex(link, "/") + 1; !strings.Contains(words, " "+link[:cut]+"\n") || !strings.Contains(words, " "+link[cut:]+"\n") {
			t.Errorf("%s: the confirmation does not hold its link %s:\n%s", lang, link, words)
		}
		if strings.Contains(words, "Mustermann") {
			t.Errorf("%s: the confirmation names who booked", lang)
		}
		if scanned := pdftest.Scan(t, []byte(b.page), 200); strings.TrimSpace(scanned) != code {
			t.Errorf("%s: a scanner reads %q, the page says %s", lang, scanned, code)
		}
	}
}
