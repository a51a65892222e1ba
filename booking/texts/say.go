package texts

import (
	"fmt"
	"strings"
	"time"
)

// nbsp keeps a number and its unit on one line. Go's typeface lacks the narrow one.
const nbsp = "\u00a0"

// Date says "Mo., 23. November 2026".
func (l *Language) Date(t time.Time) string {
	return l.T("say.date", l.parts(t)...)
}

// DateShort says "Mo., 23. November", for days near enough to need no year.
func (l *Language) DateShort(t time.Time) string {
	return l.T("say.date-short", l.parts(t)...)
}

// Weekday says "Mo.".
func (l *Language) Weekday(d time.Weekday) string { return l.T(fmt.Sprintf("say.weekday.%d", d)) }

// Month says "November".
func (l *Language) Month(m time.Month) string { return l.T(fmt.Sprintf("say.month.%d", m)) }

func (l *Language) parts(t time.Time) []any {
	return []any{"weekday", l.Weekday(t.Weekday()), "day", t.Day(), "month", l.Month(t.Month()), "year", t.Year()}
}

// Clock says "09:15", by the time's own zone.
func (l *Language) Clock(t time.Time) string { return t.Format("15:04") }

// At says "09:15 Uhr".
func (l *Language) At(t time.Time) string { return l.T("say.at", "clock", l.Clock(t)) }

// Span says "09:15–09:50 Uhr".
func (l *Language) Span(from, to time.Time) string {
	return l.T("say.span", "from", l.Clock(from), "to", l.Clock(to))
}

// Minutes says "35 Min.".
func (l *Language) Minutes(n int) string { return l.T("say.minutes", "n", n) }

// Money says "37,00 €" of 3700 cents, and "frei" of none.
func (l *Language) Money(cents int) string {
	if cents == 0 {
		return l.T("say.free")
	}
	return l.T("say.money", "euros", cents/100, "cents", fmt.Sprintf("%02d", cents%100))
}

// List says "a, b und c".
func (l *Language) List(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " " + l.T("say.and") + " " + items[last]
}

// Code says a code in groups of four: "4827 1936".
func Code(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), nbsp)
}
