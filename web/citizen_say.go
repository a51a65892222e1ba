package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
)

// citizenFunctions are what the templates of booking may call beside those of all pages.
func citizenFunctions(l *texts.Language) template.FuncMap {
	return template.FuncMap{
		"plain":    func(t booking.Text) string { said, _ := t.In(l.Tag); return said }, // for titles and attributes
		"street":   func(address string) string { street, _, _ := strings.Cut(address, ","); return street },
		"weekday":  func(t time.Time) string { return l.Weekday(t.Weekday()) }, // Mo.
		"weekdays": func() []string { return weekdays(l) },                     // Mo. to So.
		"month":    func(t time.Time) string { return l.T(fmt.Sprintf("booking.month.%d", t.Month())) },
		"oClock":   func(t time.Time) string { return strings.TrimSpace(strings.TrimPrefix(l.At(t), l.Clock(t))) }, // Uhr
		"timed":    timedIn(l),                                                                                     // {{timed "booking.held" .Expires (at .Expires)}}
	}
}

// weekdays are the heads of a calendar, Monday first.
func weekdays(l *texts.Language) []string {
	var days []string
	for i := range 7 {
		days = append(days, l.Weekday(time.Weekday((i+1)%7)))
	}
	return days
}

// timedIn says the sentence of a key with its {time}, marked up for machines.
func timedIn(l *texts.Language) func(key string, t time.Time, said string) template.HTML {
	return func(key string, t time.Time, said string) template.HTML {
		const here = "\x00"
		before, after, _ := strings.Cut(l.T(key, "time", here), here)
		return template.HTML(fmt.Sprintf(`%s<time datetime="%s">%s</time>%s`, template.HTMLEscapeString(before),
			t.Format(time.RFC3339), template.HTMLEscapeString(said), template.HTMLEscapeString(after)))
	}
}
