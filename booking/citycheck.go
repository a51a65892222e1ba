package booking

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// States are the German states, by ISO 3166-2.
var States = []string{"DE-BB", "DE-BE", "DE-BW", "DE-BY", "DE-HB", "DE-HE", "DE-HH", "DE-MV",
	"DE-NI", "DE-NW", "DE-RP", "DE-SH", "DE-SL", "DE-SN", "DE-ST", "DE-TH"}

var (
	idForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	colourForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	prefixForm = regexp.MustCompile(`^[A-HJ-NP-Z]{1,2}$`)
	langForm   = regexp.MustCompile(`^[a-z]{2,3}$`)

	// webForm is "https://…" or "www.…" anywhere, or a host and perhaps a path alone.
	webForm = regexp.MustCompile(`(?i:[a-z]://|\bwww\.)|^([A-Za-z0-9-]+\.)+[a-z]{2,}(/\S*)?$`)
)

// cityCheck collects what is wrong with a city.
type cityCheck struct {
	city    *City
	seen    map[string]string // what is unique → where it stands
	mistake []error
}

func checkCity(c *City) []error {
	k := cityCheck{city: c, seen: map[string]string{}}
	k.line("name", c.Name, 1, 80)
	k.noAddress("name", c.Name)
	k.expect(slices.Contains(States, c.State), "state", "must be one of %s", strings.Join(States, ", "))
	_, err := time.LoadLocation(c.Zone)
	k.expect(err == nil && c.Zone != "" && c.Zone != "Local", "zone", "must be a time zone such as Europe/Berlin")
	k.expect(colourForm.MatchString(c.Colour), "colour", "must be like #0b4b40")
	k.expect(len(c.Houses) > 0, "houses", "must have at least one")
	for i := range c.Houses {
		k.house(fmt.Sprintf("houses[%d]", i), &c.Houses[i])
	}
	return k.mistake
}

func (k *cityCheck) expect(right bool, path, format string, args ...any) {
	if !right {
		k.mistake = append(k.mistake, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
	}
}

func (k *cityCheck) between(path string, n, low, high int) {
	k.expect(n >= low && n <= high, path, "must be between %d and %d", low, high)
}

// id checks a key, and that it is the only one of its kind within a scope.
func (k *cityCheck) id(path, scope, id string) {
	k.expect(idForm.MatchString(id), path, "must be small letters, digits and hyphens, at most 40")
	k.unique(path, scope+" "+id)
}

func (k *cityCheck) unique(path, what string) {
	first, twice := k.seen[what]
	k.expect(!twice, path, "is the same as %s", first)
	k.seen[what] = path
}

// line checks a text of one line.
func (k *cityCheck) line(path, s string, low, high int) {
	n := utf8.RuneCountInString(s)
	k.expect(n >= low && n <= high, path, "must have between %d and %d characters", low, high)
	k.expect(!strings.ContainsRune(s, utf8.RuneError), path, "must not have the character U+FFFD, which stands for a broken one")
	k.expect(!strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }), path,
		"must not have characters that turn the direction of writing")
	k.expect(!strings.ContainsAny(s, lineBreaks), path, "must not have a line break")
	k.expect(utf8.ValidString(s) && !strings.ContainsFunc(s, isControl), path, "must not have control characters")
	k.expect(n == 0 || strings.TrimSpace(s) == "" || strings.TrimSpace(s) == s, path, "must not begin or end with a space")
	k.expect(n == 0 || strings.ContainsFunc(s, isWord), path, "must have a letter or digit")
}

const lineBreaks = "\n\v\f\r\u0085\u2028\u2029"

func isControl(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(lineBreaks, r) }

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// noAddress checks a name: a screen or a paper cannot be clicked.
func (k *cityCheck) noAddress(path, s string) {
	k.expect(!webForm.MatchString(s), path, "must be a name, not a web address")
}

// text checks a sentence by language. needed: German must be there.
func (k *cityCheck) text(path string, t Text, needed bool) {
	k.expect(!needed || t["de"] != "", path+".de", "is missing")
	k.expect(len(t) == 0 || t["de"] != "", path+".de", "is missing beside other languages")
	for lang, s := range t {
		k.expect(langForm.MatchString(lang), path+"."+lang, "must be a language such as de, en")
		k.line(path+"."+lang, s, 1, 400)
	}
}

// name checks what something is called, by language.
func (k *cityCheck) name(path string, t Text) {
	k.text(path, t, true)
	for lang, s := range t {
		k.noAddress(path+"."+lang, s)
	}
}

func (k *cityCheck) house(path string, h *House) {
	k.id(path+".id", "house", string(h.ID))
	k.name(path+".name", h.Name)
	k.line(path+".address", h.Address, 1, 200)
	k.expect(len(h.Areas) > 0, path+".areas", "must have at least one")
	for i, a := range h.Areas {
		place := fmt.Sprintf("%s.areas[%d]", path, i)
		k.id(place+".id", "area", a.ID)
		k.name(place+".name", a.Name)
		k.text(place+".way", a.Way, true)
		k.text(place+".says", a.Says, false)
	}
	k.expect(len(h.Offices) > 0, path+".offices", "must have at least one")
	for i := range h.Offices {
		k.office(fmt.Sprintf("%s.offices[%d]", path, i), h, &h.Offices[i])
	}
}

func (k *cityCheck) office(path string, h *House, o *Office) {
	k.id(path+".id", "office", string(o.ID))
	k.name(path+".name", o.Name)
	k.line(path+".address", o.Address, 1, 200)
	k.expect(prefixForm.MatchString(o.Prefix), path+".prefix", "must be one or two capital letters without I and O")
	k.unique(path+".prefix", "prefix in "+string(h.ID)+" "+o.Prefix)
	k.between(path+".horizonDays", int(o.Horizon/wholeDay), 1, 366)
	grid := int(o.Grid / time.Minute)
	k.expect(grid > 0 && 60%grid == 0, path+".gridMinutes", "must divide 60")
	k.between(path+".holdMinutes", int(o.Hold/time.Minute), 1, 60)
	k.between(path+".leadMinutes", int(o.Lead/time.Minute), 0, 7*24*60)
	k.hours(path, o)
	k.expect(len(o.Desks) <= maxListed, path+".desks", "must be at most %d", maxListed)
	for i, d := range o.Desks {
		k.desk(fmt.Sprintf("%s.desks[%d]", path, i), h, o, d)
	}
	k.expect(len(o.Services) > 0, path+".services", "must have at least one")
	k.expect(len(o.Services) <= maxListed, path+".services", "must be at most %d", maxListed)
	for i := range o.Services {
		k.service(fmt.Sprintf("%s.services[%d]", path, i), h, o, &o.Services[i])
	}
	k.rules(path+".rules", o.Rules)
}

// maxListed is how many desks, places or services an office has at most: more
// is a mistake, and no page could show them.
const maxListed = 200

// Seconds that an office has which sets none: those of queue.DefaultRules, which
// a test of checkin compares.
const (
	presetRecall = 45
	presetNoShow = 120
)

func (k *cityCheck) rules(path string, rules map[string]int) {
	for _, name := range []string{"ascending", "noted"} {
		k.expect(rules[name] == 0 || rules[name] == 1, path+"."+name, "must be 0 or 1")
	}
	k.between(path+".atOnceLimit", rules["atOnceLimit"], 0, 60)
	for name, value := range rules {
		k.expect(slices.Contains(RuleNames, name), path+"."+name, "must be one of %s", strings.Join(RuleNames, ", "))
		if name != "ascending" && name != "noted" && name != "atOnceLimit" {
			k.between(path+"."+name, value, 0, 24*60*60)
		}
	}
	recall, noShow := presetRecall, presetNoShow
	if seconds, set := rules["recall"]; set {
		recall = seconds
	}
	if seconds, set := rules["noShow"]; set {
		noShow = seconds
	}
	k.expect(noShow >= recall, path+".noShow", "must not be shorter than recall: nobody is missing before the second call (here %d and %d seconds)",
		noShow, recall)
}

func (k *cityCheck) hours(path string, o *Office) {
	for i, a := range o.Doors {
		for _, b := range o.Doors[:i] {
			k.expect(!overlap(a, b), path+".doors."+weekdays[a.Weekday], "two stretches overlap")
		}
	}
	for i, a := range o.Duty {
		place := path + ".duty." + weekdays[a.Weekday]
		k.expect(a.Places >= 1 && a.Places <= maxListed, place, "must have between 1 and %d places", maxListed)
		k.expect(a.Places <= len(o.Desks) || a.Places > maxListed, place,
			"must not have more places than the office has desks (here %d and %d)", a.Places, len(o.Desks))
		hours, _ := span{a.Open, a.Close}.MarshalText()
		k.expect(within(a.Hours, o.Doors), place, "must lie within the doors of that weekday (here %s)", hours)
		for _, b := range o.Duty[:i] {
			k.expect(!overlap(a.Hours, b.Hours), place, "two stretches overlap")
		}
	}
	for i, d := range o.Closed {
		_, err := time.Parse(time.DateOnly, string(d))
		place := fmt.Sprintf("%s.closed[%d]", path, i)
		k.expect(err == nil, place, "must be a date like 2026-12-24")
		k.unique(place, "closed day of "+string(o.ID)+" "+string(d))
	}
}

// within says whether hours lie within the doors of their weekday. Doors that
// touch each other are one stretch.
func within(h Hours, doors []Hours) bool {
	for at := h.Open; at < h.Close; {
		i := slices.IndexFunc(doors, func(d Hours) bool { return d.Weekday == h.Weekday && d.Open <= at && at < d.Close })
		if i < 0 {
			return false
		}
		at = doors[i].Close
	}
	return true
}

func overlap(a, b Hours) bool {
	return a.Weekday == b.Weekday && a.Open < b.Close && b.Open < a.Close
}

func (k *cityCheck) desk(path string, h *House, o *Office, d Desk) {
	k.id(path+".id", "desk of "+string(o.ID), d.ID)
	k.line(path+".label", d.Label, 1, 12)
	k.noAddress(path+".label", d.Label)
	k.unique(path+".label", "label in "+d.Area+" "+d.Label) // one screen would show it for two desks
	k.text(path+".way", d.Way, false)
	k.area(path, h, d.Area)
	for i, need := range d.Meets {
		place := fmt.Sprintf("%s.meets[%d]", path, i)
		k.expect(slices.Contains(Needs, need), place, "must be one of %s", strings.Join(Needs, ", "))
		k.expect(!slices.Contains(d.Meets[:i], need), place, "is there twice")
	}
}

func (k *cityCheck) area(path string, h *House, id string) {
	known := slices.ContainsFunc(h.Areas, func(a Area) bool { return a.ID == id })
	k.expect(known, path+".area", "must be an area of the house")
}

func (k *cityCheck) service(path string, h *House, o *Office, s *Service) {
	k.id(path+".id", "service of "+string(o.ID), string(s.ID))
	k.name(path+".group", s.Group)
	k.name(path+".name", s.Name)
	k.between(path+".minutes", s.Minutes, 1, 480)
	k.between(path+".perPerson", s.PerPerson, 0, 240)
	k.between(path+".allowanceMinutes", s.Allowance, 0, 480)
	k.between(path+".feeCents", s.Fee, 0, 1_000_000)
	k.text(path+".feeNote", s.FeeNote, false)
	k.expect(len(s.Documents) <= 20, path+".documents", "must be at most 20")
	for i, d := range s.Documents {
		k.text(fmt.Sprintf("%s.documents[%d]", path, i), d, true)
	}
	k.area(path, h, s.Area)
	k.expect(!s.Bookable || s.Length(1) <= o.longest(), path+".bookable", "needs a stretch of duty that is long enough")
	k.expect(!s.Info || s.WalkIn, path+".info", "needs walkIn: the information desk serves who walks in")
}
