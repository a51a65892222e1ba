package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/dashboards/prommetrics"
)

// missing collects the keys that a page asked for and no language has.
type missing struct{ keys []string }

func (m *missing) Enabled(context.Context, slog.Level) bool { return true }
func (m *missing) WithAttrs([]slog.Attr) slog.Handler       { return m }
func (m *missing) WithGroup(string) slog.Handler            { return m }
func (m *missing) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if r.Message == "text missing" && a.Key == "key" {
			m.keys = append(m.keys, a.Value.String())
		}
		return true
	})
	return nil
}

// gallerySite is a site of which only the gallery is asked: it needs no server.
func gallerySite(t *testing.T) http.Handler {
	t.Helper()
	g := newGallery(texts.In(texts.German))
	s := &Server{City: func() *booking.City { return g.city }, Now: g.clock, Demo: &Demo{}, Sessions: scs.New(),
		Requests: prommetrics.NewHTTP(prometheus.NewRegistry()), Log: slog.New(slog.DiscardHandler)}
	site, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func page(t *testing.T, site http.Handler, url string) string {
	t.Helper()
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d\n%s", url, w.Code, w.Body)
	}
	return w.Body.String()
}

// TestEveryPageInEveryState walks the gallery's index and holds each page to
// what a page must be.
func TestEveryPageInEveryState(t *testing.T) {
	site := gallerySite(t)
	links := regexp.MustCompile(`href="(/gallery/[^"]+)"`).FindAllStringSubmatch(page(t, site, "/gallery"), -1)
	if want := len(newGallery(texts.In("de")).examples()) * len(texts.Languages()); len(links) != want {
		t.Errorf("the index links %d pages, there are %d", len(links), want)
	}
	for _, link := range links {
		url := link[1]
		t.Run(strings.TrimPrefix(url, "/gallery/"), func(t *testing.T) {
			silent := &missing{}
			before := slog.Default()
			slog.SetDefault(slog.New(silent))
			html := page(t, site, url)
			slog.SetDefault(before)
			for _, key := range silent.keys {
				t.Errorf("no text %s", key)
			}
			_, tag, _ := strings.Cut(url, "lang=")
			for _, fault := range faults(html, tag) {
				t.Error(fault)
			}
		})
	}
}

// TestEveryPageIsInTheGallery: a page without an example is seen by nobody.
func TestEveryPageIsInTheGallery(t *testing.T) {
	pages, err := parsePages()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{"parts": true, "gallery": true}
	for _, e := range newGallery(texts.In("de")).examples() {
		shown[e.Page] = true
	}
	for name := range pages["de"].pages {
		if !shown[name] {
			t.Errorf("the page %s has no example", name)
		}
	}
}

var (
	idPattern     = regexp.MustCompile(`\sid="([^"]*)"`)
	refPattern    = regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|aria-errormessage|form)="([^"]*)"`)
	inputPattern  = regexp.MustCompile(`<(?:input|select|textarea)\b[^>]*>`)
	labelPattern  = regexp.MustCompile(`(?s)<label\b[^>]*>.*?</label>`)
	titlePattern  = regexp.MustCompile(`<title>\s*\S[^<]*</title>`)
	inlinePattern = regexp.MustCompile(`\sstyle="|\son[a-z]+="|<style|<script(?: type="[^"]*")?>`)
)

// faults lists what a page must not have or lacks.
func faults(html, tag string) []string {
	var all []string
	wrong := func(bad bool, say string, values ...any) {
		if bad {
			all = append(all, fmt.Sprintf(say, values...))
		}
	}
	wrong(!strings.Contains(html, `<html lang="`+tag+`"`), "not in the language %s", tag)
	wrong(!titlePattern.MatchString(html), "no title")
	wrong(strings.Count(html, "<h1") != 1, "%d headings of the first rank", strings.Count(html, "<h1"))
	wrong(strings.Count(html, "<main") != 1, "%d main parts", strings.Count(html, "<main"))
	wrong(!strings.Contains(html, `class="demo"`) && !strings.Contains(html, `class="hall"`), "does not say that it is a demonstration")
	wrong(strings.Contains(html, "ZgotmplZ"), "a value that html/template refused")
	wrong(strings.Contains(html, "<no value>"), "a value that is not there")
	for _, m := range inlinePattern.FindAllString(html, -1) {
		wrong(true, "the content security policy refuses %q", m)
	}
	all = append(all, empty(html)...)
	all = append(all, references(html)...)
	return append(all, unlabelled(html)...)
}

var (
	namingPattern = regexp.MustCompile(`(?s)<(?:h[1-6]|legend|caption|th|label|button|a)\b[^>]*>.*?</(?:h[1-6]|legend|caption|th|label|button|a)>`)
	hollowPattern = regexp.MustCompile(`<(?:section|ul|ol|dl|tbody|fieldset)\b[^>]*>\s*</`)
	tagPattern    = regexp.MustCompile(`<[^>]*>`)
)

// empty finds what announces something and says nothing: headings, names of
// fields, buttons and links without words, parts and lists without content.
// What a script fills (data-…) is not meant.
func empty(html string) []string {
	var all []string
	for _, element := range namingPattern.FindAllString(html, -1) {
		named := strings.Contains(element, "aria-label") || strings.Contains(element, "<img") || strings.Contains(element, "data-stale")
		if !named && strings.TrimSpace(tagPattern.ReplaceAllString(element, "")) == "" {
			all = append(all, "no words in "+element)
		}
	}
	for _, part := range hollowPattern.FindAllString(html, -1) {
		all = append(all, "nothing in "+part)
	}
	return all
}

// references finds ids that stand twice and references to none.
func references(html string) []string {
	var all, ids []string
	for _, m := range idPattern.FindAllStringSubmatch(html, -1) {
		if slices.Contains(ids, m[1]) {
			all = append(all, "the id "+m[1]+" stands twice")
		}
		ids = append(ids, m[1])
	}
	for _, m := range refPattern.FindAllStringSubmatch(html, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !slices.Contains(ids, id) {
				all = append(all, "nothing has the id "+id+", to which something refers")
			}
		}
	}
	return all
}

// unlabelled finds fields that no label names.
func unlabelled(html string) []string {
	var all []string
	outside := labelPattern.ReplaceAllStringFunc(html, func(label string) string {
		open, _, _ := strings.Cut(label, ">")
		return open + ">" // what a label encloses it names
	})
	for _, input := range inputPattern.FindAllString(outside, -1) {
		id := idPattern.FindStringSubmatch(input)
		named := strings.Contains(input, `type="hidden"`) || strings.Contains(input, "aria-label") ||
			id != nil && strings.Contains(html, `for="`+id[1]+`"`)
		if !named {
			all = append(all, "no label for "+input)
		}
	}
	return all
}

// TestExamplesDoNothing: nobody who looks at the gallery calls a citizen.
func TestExamplesDoNothing(t *testing.T) {
	w := httptest.NewRecorder()
	gallerySite(t).ServeHTTP(w, httptest.NewRequest("GET", "/gallery/desk-calling", nil))
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, "sandbox allow-same-origin") {
		t.Errorf("policy %q", policy)
	}
}

// TestStrandedExample: the example of a rare state shows it.
func TestStrandedExample(t *testing.T) {
	for _, page := range []string{"ticket", "terminal-ticket"} {
		w := httptest.NewRecorder()
		gallerySite(t).ServeHTTP(w, httptest.NewRequest("GET", "/gallery/"+page+"-stranded?lang=de", nil))
		if !strings.Contains(w.Body.String(), "Zur Zeit kann kein offener Schalter Sie bedienen.") {
			t.Errorf("%s shows nobody who is stranded", page)
		}
	}
}

func TestNoGalleryOutsideTheDemonstration(t *testing.T) {
	if routes := (&Server{}).galleryRoutes(); len(routes) != 0 {
		t.Errorf("%d routes", len(routes))
	}
}
