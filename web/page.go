package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	xlanguage "golang.org/x/text/language"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/qrcode"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/look"
)

//go:embed pages/*.html
var pageFiles embed.FS

// language is every page in one language, with the functions of its templates bound to it.
type language struct {
	texts *texts.Language
	pages map[string]*template.Template
}

// view is what every template gets. A page's own data is in Data.
type view struct {
	Lang    string
	Path    string // of this page, for the language switch
	Query   string
	City    *booking.City
	Demo    bool
	Now     time.Time // the office clock, in the city's zone
	Visitor visitor
	Data    any
}

// parsePages parses each page together with parts.html, once for each language.
func parsePages() (map[string]*language, error) {
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	all := map[string]*language{}
	for _, tag := range texts.Languages() {
		l := &language{texts: texts.In(tag), pages: map[string]*template.Template{}}
		for _, name := range names {
			page := strings.TrimSuffix(strings.TrimPrefix(name, "pages/"), ".html")
			t, err := template.New(page+".html").Funcs(functions(l.texts)).ParseFS(pageFiles, "pages/parts.html", name)
			if err != nil {
				return nil, fmt.Errorf("parse page %s: %w", page, err)
			}
			l.pages[page] = t
		}
		all[tag] = l
	}
	return all, nil
}

// functions are what templates may call.
func functions(l *texts.Language) template.FuncMap {
	all := template.FuncMap{
		"t":         l.T,                   // {{t "ticket.ahead" "n" 3}}
		"date":      l.Date,                // Mo., 23. November 2026
		"dateShort": l.DateShort,           // Mo., 23. November
		"clock":     l.Clock,               // 09:15
		"at":        l.At,                  // 09:15 Uhr
		"span":      l.Span,                // 09:15–09:50 Uhr
		"minutes":   l.Minutes,             // 35 Min.
		"money":     l.Money,               // 37,00 €
		"list":      l.List,                // a, b und c
		"code":      texts.Code,            // 4827 1936
		"say":       sayIn(l),              // the city's own text, marked when it is in another language
		"qr":        qrcode.SVG,            // {{qr content label}}
		"asset":     look.URL,              // {{asset "look.css"}}
		"cityLook":  look.CityURL,          // the stylesheet of the city's colour
		"whole":     whole,                 // a number that no line ends within
		"standing":  queue.Ticket.Standing, // of a ticket: its state, "aside" or "noted"
		"languages": texts.Languages,       // de, en
		"dict":      dict,                  // {{template "field" dict "Name" "mail" …}}
		"iso":       func(t time.Time) string { return t.Format(time.RFC3339) },
		"text":      func(text booking.Text) string { said, _ := text.In(l.Tag); return said }, // where no mark-up may be: <option>
		"count":     func(said string) int { return utf8.RuneCountInString(said) },
		"add":       func(a, b int) int { return a + b },
	}
	maps.Copy(all, citizenFunctions(l))
	maps.Copy(all, deskFunctions(l))
	return all
}

// whole is a ticket's number for a sentence: no line ends within it.
func whole(number string) string { return strings.ReplaceAll(number, " ", "\u00a0") }

// sayIn says a text of the city in the page's language. Where only German is
// there, it is marked as German, so that a screen reader pronounces it.
func sayIn(l *texts.Language) func(booking.Text) template.HTML {
	return func(text booking.Text) template.HTML {
		said, in := text.In(l.Tag)
		if in == l.Tag {
			return template.HTML(template.HTMLEscapeString(said))
		}
		return template.HTML(`<span lang="` + in + `">` + template.HTMLEscapeString(said) + `</span>`)
	}
}

// dict makes the data of a component out of names and values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// render writes a page whole or not at all.
func (s *Server) render(w http.ResponseWriter, r *http.Request, page string, data any) error {
	return s.renderStatus(w, r, http.StatusOK, page, data)
}

func (s *Server) renderStatus(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	var buf bytes.Buffer
	l := lang(r)
	if err := s.execute(&buf, l.Tag, page, page+".html", s.view(r, data)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", l.Tag)
	w.WriteHeader(status)
	_, err := buf.WriteTo(w)
	return err
}

// fragment renders one named part of a page, for a live frame.
func (s *Server) fragment(tag, page, part string, data any) (string, error) {
	var buf bytes.Buffer
	v := view{Lang: tag, City: s.City(), Demo: s.Demo != nil, Now: s.officeNow(), Data: data}
	if err := s.execute(&buf, tag, page, part, v); err != nil {
		return "", err
	}
	return buf.String(), nil
}

func (s *Server) execute(buf *bytes.Buffer, tag, page, part string, v view) error {
	t, ok := s.pages[texts.In(tag).Tag].pages[page]
	if !ok {
		return fmt.Errorf("no page %s", page)
	}
	if err := t.ExecuteTemplate(buf, part, v); err != nil {
		return fmt.Errorf("render %s of %s: %w", part, page, err)
	}
	return nil
}

func (s *Server) view(r *http.Request, data any) view {
	return view{Lang: lang(r).Tag, Path: r.URL.Path, Query: r.URL.RawQuery, City: s.City(), Demo: s.Demo != nil,
		Now: s.officeNow(), Visitor: visiting(r), Data: data}
}

// officeNow is the office clock by the wall of the city.
func (s *Server) officeNow() time.Time { return s.Now().In(s.City().Location()) }

// matcher picks a language for a browser.
var matcher = func() xlanguage.Matcher {
	var tags []xlanguage.Tag
	for _, tag := range texts.Languages() {
		tags = append(tags, xlanguage.Make(tag))
	}
	return xlanguage.NewMatcher(tags)
}()

// langCookie keeps a language that somebody chose; there is none before.
const langCookie = "lang"

// lang is the reader's language: chosen by ?lang= or its cookie, else what the browser prefers.
func lang(r *http.Request) *texts.Language {
	if tag := r.URL.Query().Get("lang"); tag != "" {
		return texts.In(tag)
	}
	if c, err := r.Cookie(langCookie); err == nil {
		return texts.In(c.Value)
	}
	accept, _, _ := xlanguage.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, i, confidence := matcher.Match(accept...)
	if confidence == xlanguage.No {
		return texts.In(texts.German)
	}
	return texts.In(texts.Languages()[i])
}
