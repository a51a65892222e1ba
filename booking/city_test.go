package booking_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
)

// TestParseCityRefuses changes one thing in a right file at a time.
func TestParseCityRefuses(t *testing.T) {
	t.Parallel()
	file := string(democity.File)
	for _, c := range []struct{ old, new, want string }{
		{"Bürgerbüro", "B\xfcrgerb\xfcro", "the file is not UTF-8: save it as UTF-8"},
		{`"minutes": 15`, `"minutes": 0`, "houses[0].offices[0].services[0].minutes: must be between 1 and 480"},
		{`"minutes": 15`, `"minutes": 1.5`, "houses[0].offices[0].services[0].minutes: must be a whole number"},
		{`"minutes": 15`, `"minutes": "15"`, "houses[0].offices[0].services[0].minutes: must be a whole number"},
		{`"minutes": 15`, `"minutes": null`, "houses[0].offices[0].services[0].minutes: must be a whole number"},
		{`"minutes": 15`, `"minuten": 15`, "houses[0].offices[0].services[0].minuten: is unknown"},
		{`"minutes": 15`, `"minutes": 15, "minutes": 15`, "houses[0].offices[0].services[0].minutes: stands twice"},
		{`"bookable": true`, `"bookable": "yes"`, "houses[0].offices[0].services[0].bookable: must be true or false"},
		{`"mon": ["08:00-18:00"]`, `"mon": ["8-18"]`, "houses[0].offices[0].doors.mon[0]: must be like 08:00-18:00"},
		{`"mon": ["08:00-18:00"]`, `"mon": ["18:00-08:00"]`, "houses[0].offices[0].doors.mon[0]: must begin before it ends, within one day"},
		{`"mon": ["08:00-18:00"]`, `"mon": ["08:00-24:01"]`, "houses[0].offices[0].doors.mon[0]: must begin before it ends, within one day"},
		{`"mon": ["08:00-18:00"]`, `"mon": ["08:00-12:00", "11:00-13:00"]`, "houses[0].offices[0].doors.mon: two stretches overlap"},
		{`"mon": ["08:00-18:00"]`, `"mo": ["08:00-18:00"]`, "houses[0].offices[0].doors.mo: must be one of mon, tue"},
		{`"mon": ["08:00-18:00"]`, `"mon": "08:00-18:00"`, "houses[0].offices[0].doors.mon: must be a list in [ ]"},
		{`"horizonDays": 90`, `"horizonDays": 213550`, "houses[0].offices[0].horizonDays: must be between 1 and 366"}, // as int64 nanoseconds: 46 days
		{`"holdMinutes": 10`, `"holdMinutes": 307445744`, "houses[0].offices[0].holdMinutes: must be between 1 and 60"},
		{`"leadMinutes": 60`, `"leadMinutes": -307445700`, "houses[0].offices[0].leadMinutes: must be between 0 and 10080"},
		{`"gridMinutes": 5`, `"gridMinutes": 307445739`, "houses[0].offices[0].gridMinutes: must divide 60"},
		{`"minutes": 15`, `"minutes": 9223372036854775807`, "houses[0].offices[0].services[0].minutes: must be between 1 and 480"},
		{`"minutes": 15`, `"minutes": 9223372036854775808`, "houses[0].offices[0].services[0].minutes: must be a whole number"},
		{`"places": 5`, `"places": 201`, "houses[0].offices[0].duty.mon: must have between 1 and 200 places"},
		{`"hours": "12:00-14:00"`, `"hours": "08:00-12:00"`, "houses[0].offices[0].duty.mon: two stretches overlap"},
		{`"hours": "12:00-14:00"`, `"hours": "11:55-14:00"`, "houses[0].offices[0].duty.mon: two stretches overlap"},
		{`{"days": ["sat"]`, `{"days": ["sat", "sat"]`, "houses[0].offices[0].duty.sat: two stretches overlap"},
		{`"places": 5`, `"places": 0`, "houses[0].offices[0].duty.mon: must have between 1 and 200 places"},
		{`"places": 5`, `"places": 11`, "houses[0].offices[0].duty.mon: must not have more places than the office has desks (here 11 and 10)"},
		{`"hours": "08:00-12:00", "places": 5`, `"hours": "06:00-12:00", "places": 5`, "houses[0].offices[0].duty.mon: must lie within the doors of that weekday (here 06:00-12:00)"},
		{`"hours": "14:00-18:00"`, `"hours": "14:00-18:01"`, "houses[0].offices[0].duty.fri: must lie within the doors of that weekday (here 14:00-18:01)"},
		{`{"days": ["sat"]`, `{"days": ["sun"]`, "houses[0].offices[0].duty.sun: must lie within the doors of that weekday (here 08:00-12:00)"},
		{`"mon": ["08:00-18:00"]`, `"mon": ["08:00-10:00", "10:01-18:00"]`, "houses[0].offices[0].duty.mon: must lie within the doors of that weekday (here 08:00-12:00)"},
		{`"prefix": "K"`, `"prefix": "I"`, "houses[0].offices[0].prefix: must be one or two capital letters without I and O"},
		{`"prefix": "N"`, `"prefix": "K"`, "houses[0].offices[1].prefix: is the same as houses[0].offices[0].prefix"},
		{`"id": "auslaenderbuero"`, `"id": "buergerbuero"`, "houses[0].offices[1].id: is the same as houses[0].offices[0].id"},
		{`"id": "reisepass"`, `"id": "personalausweis"`, "houses[0].offices[0].services[2].id: is the same as houses[0].offices[0].services[0].id"},
		{`"id": "fischmarkt"`, `"id": "Fisch markt"`, "houses[0].id: must be small letters, digits and hyphens"},
		{`"area": "halle"`, `"area": "hall"`, "houses[0].offices[0].desks[0].area: must be an area of the house"},
		{`"label": "2"`, `"label": "1"`, "houses[0].offices[0].desks[1].label: is the same as houses[0].offices[0].desks[0].label"},
		{`"gridMinutes": 5`, `"gridMinutes": 7`, "houses[0].offices[0].gridMinutes: must divide 60"},
		{`"minutes": 5,`, `"minutes": 5, "allowanceMinutes": 481,`, "allowanceMinutes: must be between 0 and 480"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"walkin": 5}`, "houses[0].offices[0].rules.walkin: must be one of before"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"walkIn": -5}`, "houses[0].offices[0].rules.walkIn: must be between 0 and 86400"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"recall": 60, "noShow": 59}`, "houses[0].offices[0].rules.noShow: must not be shorter than recall"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"recall": 121}`, "houses[0].offices[0].rules.noShow: must not be shorter than recall"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"noShow": 44}`, "houses[0].offices[0].rules.noShow: must not be shorter than recall"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"atOnceLimit": 61}`, "houses[0].offices[0].rules.atOnceLimit: must be between 0 and 60"},
		{`"2026-12-24"`, `"2026-12-24", "2026-12-24"`, "houses[0].offices[0].closed[1]: is the same as houses[0].offices[0].closed[0]"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"noted": 2}`, "houses[0].offices[0].rules.noted: must be 0 or 1"},
		{`"gridMinutes": 5`, `"gridMinutes": 5, "rules": {"ascending": 2}`, "houses[0].offices[0].rules.ascending: must be 0 or 1"},
		{`"de": "Bürgerbüro"`, `"de": "B\ufffdrgerbüro"`, "houses[0].offices[0].name.de: must not have the character U+FFFD"},
		{`"de": "Bürgerbüro"`, `"de": "Bürger\u202ebüro"`, "houses[0].offices[0].name.de: must not have characters that turn"},
		{`"2026-12-24"`, `"2026-02-30"`, "houses[0].offices[0].closed[0]: must be a date like 2026-12-24"},
		{`"Europe/Berlin"`, `"Europe/Offenburg"`, "zone: must be a time zone"},
		{`"DE-BW"`, `"BW"`, "state: must be one of DE-BB"},
		{`"#0b4b40"`, `"red"`, "colour: must be like #0b4b40"},
		{`"de": "Bürgerbüro"`, `"fr": "Mairie"`, "houses[0].offices[0].name.de: is missing"},
		{`"de": "Bürgerbüro"`, `"de": "Bürger\nbüro"`, "houses[0].offices[0].name.de: must not have a line break"},
		{`"de": "Bürgerbüro"`, `"de": "Bürger\u2028büro"`, "houses[0].offices[0].name.de: must not have a line break"},
		{`"de": "Bürgerbüro"`, `"de": "Bürger\u0007büro"`, "houses[0].offices[0].name.de: must not have control characters"},
		{`"de": "Bürgerbüro"`, `"de": " Bürgerbüro"`, "houses[0].offices[0].name.de: must not begin or end with a space"},
		{`"de": "Bürgerbüro"`, `"de": "Bürgerbüro\u00a0"`, "houses[0].offices[0].name.de: must not begin or end with a space"},
		{`"de": "Bürgerbüro"`, `"de": "   "`, "houses[0].offices[0].name.de: must have a letter or digit"},
		{`"de": "Bürgerbüro"`, `"de": "–"`, "houses[0].offices[0].name.de: must have a letter or digit"},
		{`"de": "Bürgerbüro"`, `"de": "https://offenburg.de"`, "houses[0].offices[0].name.de: must be a name, not a web address"},
		{`"de": "Bürgerbüro"`, `"de": "Bürgerbüro www.offenburg.de"`, "houses[0].offices[0].name.de: must be a name, not a web address"},
		{`"de": "Rathaus am Fischmarkt"`, `"de": "offenburg.de/rathaus"`, "houses[0].name.de: must be a name, not a web address"},
		{`"en": "Waiting area, Citizens' Office"`, `"en": "!"`, "houses[0].areas[0].name.en: must have a letter or digit"},
		{`"name": "Offenburg"`, `"name": "www.offenburg.de"`, "name: must be a name, not a web address"},
		{`"label": "2"`, `"label": "2 "`, "houses[0].offices[0].desks[1].label: must not begin or end with a space"},
		{`"label": "2"`, `"label": "*"`, "houses[0].offices[0].desks[1].label: must have a letter or digit"},
		{`"address": "Fischmarkt 2, 77652 Offenburg"`, `"address": "-"`, "houses[0].address: must have a letter or digit"},
		{`"de": "Bürgerbüro"`, `"de": {}`, "houses[0].offices[0].name.de: must be a text in quotes"},
		{`"houses": [`, `"houses": [7, `, "houses[0]: must be an object in { }"},
		{`"name": "Offenburg"`, `"name": ["Offenburg"]`, "name: must be a text in quotes"},
		{`"name": "Offenburg",`, `"name": "Offenburg"`, "is not JSON near byte"},
	} {
		if !strings.Contains(file, c.old) {
			t.Fatalf("the file has no %s", c.old)
		}
		_, err := booking.ParseCity([]byte(strings.Replace(file, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v\nwant %s", c.old, c.new, err, c.want)
		}
	}
	if _, err := booking.ParseCity([]byte("\ufeff" + file)); err != nil {
		t.Errorf("with a byte order mark: %v", err)
	}
	if _, err := booking.ParseCity([]byte(file + "{}")); err == nil {
		t.Error("two cities in a file: taken")
	}
}

// TestParseCityTakesDoorsThatTouch: who is inside at the first stretch's end need
// not leave, so duty goes on.
func TestParseCityTakesDoorsThatTouch(t *testing.T) {
	t.Parallel()
	file := strings.Replace(string(democity.File), `"mon": ["08:00-18:00"]`, `"mon": ["10:00-18:00", "08:00-10:00"]`, 1)
	if _, err := booking.ParseCity([]byte(file)); err != nil {
		t.Error(err)
	}
}

func TestParseCityNamesAll(t *testing.T) {
	t.Parallel()
	file := strings.Replace(string(democity.File), `"minutes": 15`, `"minutes": 481`, 1)
	_, err := booking.ParseCity([]byte(strings.Replace(file, `"DE-BW"`, `"BW"`, 1)))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 2 {
		t.Errorf("want both mistakes, got: %v", err)
	}
}

func TestCityFileRoundTrip(t *testing.T) {
	t.Parallel()
	city := democity.City()
	file, err := json.Marshal(city)
	if err != nil {
		t.Fatal(err)
	}
	again, err := booking.ParseCity(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(city, again) {
		t.Errorf("the city changed: %q", booking.Diff(city, again))
	}
	if office, ok := again.Office("standesamt"); !ok || office.House != "hauptstrasse" {
		t.Errorf("standesamt is in house %q", office.House)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	city, other := democity.City(), democity.City()
	if lines := booking.Diff(city, other); len(lines) != 0 {
		t.Errorf("nothing differs, but: %q", lines)
	}
	standesamt, _ := other.Office("standesamt")
	standesamt.Services = slices.Delete(standesamt.Services, 0, 1)
	buergerbuero, _ := other.Office("buergerbuero")
	buergerbuero.Prefix = "L"
	buergerbuero.Services[0].Minutes = 20
	slices.Reverse(buergerbuero.Desks)
	wohngeld, _ := other.Office("wohngeld")
	slices.Reverse(wohngeld.Desks)
	wohngeld.Desks[0].Label = "Z"
	wohngeld.Desks = slices.Delete(wohngeld.Desks, 1, 2)
	auslaenderbuero, _ := other.Office("auslaenderbuero")
	auslaenderbuero.Desks = slices.Delete(auslaenderbuero.Desks, 0, 1) // moves nothing
	want := []string{
		`houses[fischmarkt].offices[auslaenderbuero].desks[zimmer-11]: removed`,
		`houses[fischmarkt].offices[buergerbuero].desks: another order`,
		`houses[fischmarkt].offices[buergerbuero].prefix: "K" → "L"`,
		`houses[fischmarkt].offices[buergerbuero].services[personalausweis].minutes: 15 → 20`,
		`houses[fischmarkt].offices[wohngeld].desks: another order`,
		`houses[fischmarkt].offices[wohngeld].desks[zimmer-202]: removed`,
		`houses[fischmarkt].offices[wohngeld].desks[zimmer-203].label: "203" → "Z"`,
		`houses[hauptstrasse].offices[standesamt].services[urkunde]: removed`,
	}
	if got := booking.Diff(city, other); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func FuzzParseCity(f *testing.F) {
	f.Add([]byte(`{"name":"A","state":"DE-BW","zone":"Europe/Berlin","colour":"#000000","houses":[{"id":"h","name":{"de":"H"},
		"address":"A","areas":[{"id":"a","name":{"de":"A"},"way":{"de":"W"}}],"offices":[{"id":"o","name":{"de":"O"},"address":"A",
		"prefix":"K","horizonDays":9,"gridMinutes":5,"holdMinutes":5,"doors":{"mon":["08:00-18:00"]},
		"duty":[{"days":["mon"],"hours":"08:00-12:00","places":2}],"closed":["2026-12-24"],"desks":[{"id":"1","label":"1","area":"a"},{"id":"2","label":"2","area":"a"}],
		"services":[{"id":"s","group":{"de":"G"},"name":{"de":"S"},"minutes":5,"area":"a"}],"rules":{"walkIn":3}}]}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		city, err := booking.ParseCity(file)
		if err != nil {
			return
		}
		written, err := json.Marshal(city)
		if err != nil {
			t.Fatal(err)
		}
		again, err := booking.ParseCity(written)
		if err != nil {
			t.Fatalf("takes a file but not what it writes of it: %v", err)
		}
		if lines := booking.Diff(city, again); len(lines) != 0 {
			t.Errorf("written and read, it differs: %q", lines)
		}
	})
}
