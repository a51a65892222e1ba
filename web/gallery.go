package web

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// galleryRoutes show every page in every state, with people who do not exist:
// for whoever changes a page, and for the tests that walk them. They are part
// of the demonstration. What is shown there does nothing: no script, no form.
func (s *Server) galleryRoutes() []route {
	if s.Demo == nil {
		return nil
	}
	return []route{
		{"GET", "/gallery", demonstration, s.galleryIndex},
		{"GET", "/gallery/:example", demonstration, s.galleryPage},
	}
}

// example is one state of a page.
type example struct {
	Name string // in its address: the page and the state, "desk-calling"
	Page string // template
	Data any    // the page's own data
	Open string // id of a dialog that stands open
	Lost bool   // as live.js leaves it four minutes after the connection went
}

// gallery is what examples are made from. Each page has a function that makes
// its examples of it, in gallery_*.go.
type gallery struct {
	l    *texts.Language
	city *booking.City
	now  time.Time
}

func newGallery(l *texts.Language) gallery {
	city := democity.City()
	return gallery{l: l, city: &city, now: time.Date(2026, 11, 23, 9, 41, 0, 0, city.Location())}
}

// examples lists all, in the order in which people meet the pages.
func (g gallery) examples() []example {
	return slices.Concat(
		g.common(),
		g.bookings(),
		g.terminals(),
		g.tickets(),
		g.screens(),
		g.desks(),
		g.infodesks(),
		g.managers(),
	)
}

// at is an instant of the example's day: "09:40".
func (g gallery) at(clock string) time.Time {
	t, err := time.ParseInLocation("15:04", clock, g.now.Location())
	if err != nil {
		panic(err) // examples are constant
	}
	y, m, d := g.now.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, g.now.Location())
}

func (g gallery) office(id booking.OfficeID) *booking.Office {
	office, ok := g.city.Office(id)
	if !ok {
		panic("the demonstration's city has no office " + id)
	}
	return office
}

// galleryIndex lists every example in every language, as plain links.
func (s *Server) galleryIndex(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "gallery", newGallery(lang(r)).examples())
}

func (s *Server) galleryPage(w http.ResponseWriter, r *http.Request) error {
	l := lang(r)
	g := newGallery(l)
	all := g.examples()
	i := slices.IndexFunc(all, func(e example) bool { return e.Name == param(r, "example") })
	if i < 0 {
		return errNotFound
	}
	var page bytes.Buffer
	v := view{Lang: l.Tag, Path: r.URL.Path, City: g.city, Demo: true, Now: g.now,
		Visitor: visitor{Role: pgaccounts.Clerk, Name: "schalter4"}, Data: all[i].Data}
	if err := s.execute(&page, l.Tag, all[i].Page, all[i].Page+".html", v); err != nil {
		return fmt.Errorf("example %s: %w", all[i].Name, err)
	}
	h := w.Header()
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; sandbox allow-same-origin")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", l.Tag)
	html := all[i].opened(page.Bytes())
	if all[i].Lost {
		html = g.lost(html)
	}
	_, err := w.Write(html)
	return err
}

// opened lets the example's dialog stand open, as a script would.
func (e example) opened(page []byte) []byte {
	if e.Open == "" {
		return page
	}
	closed := fmt.Sprintf(`<dialog id="%s"`, e.Open)
	return bytes.Replace(page, []byte(closed), []byte(strings.Replace(closed, "<dialog", "<dialog open", 1)), 1)
}

var (
	sentencePattern = regexp.MustCompile(`(data-stale="([^"]*)"[^>]*>)[^<]*`)
	bannerPattern   = regexp.MustCompile(`(id="stale"[^>]*) hidden`)
)

// lost makes a page say that what it shows is old, as a script would.
func (g gallery) lost(page []byte) []byte {
	said := strings.NewReplacer("{age}", g.l.Minutes(4), "{at}", g.l.Clock(g.now.Add(-4*time.Minute)),
		`class="live"`, `class="live stale"`, " data-zone=", ` data-live="stale" data-zone=`)
	told := sentencePattern.ReplaceAll(page, []byte("$1$2"))
	return []byte(said.Replace(string(bannerPattern.ReplaceAll(told, []byte("$1")))))
}

// clock is the example's office clock.
func (g gallery) clock() time.Time { return g.now }
