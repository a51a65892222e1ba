package booking

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // the zones are in the binary: a bare machine has none
	"unicode/utf8"
)

// ParseCity reads a city's file and refuses one that is wrong, naming every
// place and reason: "houses[0].offices[1].services[3].minutes: must be between
// 1 and 480". Unknown and repeated fields are refused.
//
// The file is JSON. A text is an object by language; "de" is needed.
//
//	{
//	  "name": "Offenburg", "state": "DE-BW", "zone": "Europe/Berlin", "colour": "#0b4b40",
//	  "houses": [{
//	    "id": "fischmarkt", "name": {"de": "Rathaus am Fischmarkt"}, "address": "Fischmarkt 2, 77652 Offenburg",
//	    "areas": [{"id": "halle", "name": {"de": "Wartebereich"}, "way": {"de": "Erdgeschoss, links"},
//	               "says": {"de": "Aufruf nach Termin und Ankunft"}}],
//	    "offices": [{
//	      "id": "buergerbuero", "name": {"de": "Bürgerbüro", "en": "Citizens' Office"}, "address": "…",
//	      "prefix": "K",                              letters before ticket numbers, without I and O
//	      "horizonDays": 90,                          how far ahead citizens book
//	      "gridMinutes": 5,                           starts; divides 60
//	      "holdMinutes": 10,                          a time is kept while the form is filled
//	      "leadMinutes": 60,                          from now to the first time offered
//	      "doors": {"mon": ["08:00-18:00"]},          open to people; mon tue wed thu fri sat sun
//	      "duty": [{"days": ["mon", "tue"], "hours": "08:00-12:00", "places": 5}],
//	      "closed": ["2026-12-24"],                   beside the state's holidays
//	      "desks": [{"id": "1", "label": "1", "way": {"de": "Erdgeschoss"}, "area": "halle",
//	                 "meets": ["step-free"]}],          see Desk
//	      "services": [{
//	        "id": "reisepass", "group": {"de": "Ausweis und Reisepass"}, "name": {"de": "Reisepass beantragen"},
//	        "minutes": 15, "perPerson": 10, "feeCents": 7000, "feeNote": {"de": "…"},
//	        "documents": [{"de": "bisheriger Reisepass"}], "area": "halle",
//	        "allowanceMinutes": 10,                     a walk-in is due so long after arriving; else see RuleNames
//	        "bookable": true, "walkIn": false, "info": false, "urgent": false, "online": false}],
//	      "rules": {"walkIn": 1200}                   see RuleNames
//	    }]
//	  }]
//	}
//
// Duty lies within the doors of its weekday: a time outside them would be offered
// while nobody can come in. Doors that touch each other are one stretch. An office
// has at most as many places at a time as it has desks.
//
// Ids are small letters, digits and hyphens. [City.MarshalJSON] writes it.
func ParseCity(file []byte) (City, error) {
	if len(file) > MaxCityFile {
		return City{}, fmt.Errorf("the file is larger than %d MiB, which is the most that a city may have", MaxCityFile>>20)
	}
	file = bytes.TrimPrefix(file, []byte("\ufeff")) // which some editors write before UTF-8
	if !utf8.Valid(file) {
		return City{}, errors.New("the file is not UTF-8: save it as UTF-8")
	}
	if err := checkShape(file); err != nil {
		return City{}, err
	}
	var c City
	if err := json.Unmarshal(file, &c); err != nil {
		return City{}, err
	}
	if err := errors.Join(checkCity(&c)...); err != nil {
		return City{}, err
	}
	return c, nil
}

// MaxCityFile is how large a city's file may be, in bytes: a hundred times that
// of Offenburg, and still read in a moment.
const MaxCityFile = 4 << 20

// RuleNames are the settings in Office.Rules: seconds, but for atOnceLimit (a
// number of tickets in 60 minutes), ascending and noted (0 or 1). With noted, who
// shows the code of an appointment before check-in opens gets the number at once,
// and joins the line by themselves when it opens. The last four are how much
// longer a visit takes with a need.
var RuleNames = []string{"before", "after", "walkIn", "info", "atOnce", "atOnceLimit", "recall", "noShow", "return", "parked", "ascending", "noted",
	"fetched", "interpreter", "moreTime", "stepFree"}

// officeFile is an office as its file has it.
type officeFile struct {
	ID          OfficeID           `json:"id"`
	Name        Text               `json:"name"`
	Address     string             `json:"address"`
	Prefix      string             `json:"prefix"`
	HorizonDays int                `json:"horizonDays"`
	GridMinutes int                `json:"gridMinutes"`
	HoldMinutes int                `json:"holdMinutes"`
	LeadMinutes int                `json:"leadMinutes"`
	Doors       map[weekday][]span `json:"doors"`
	Duty        []dutyFile         `json:"duty"`
	Closed      []Day              `json:"closed,omitempty"`
	Desks       []Desk             `json:"desks"`
	Services    []Service          `json:"services"`
	Rules       map[string]int     `json:"rules,omitempty"`
}

type dutyFile struct {
	Days   []weekday `json:"days"`
	Hours  span      `json:"hours"`
	Places int       `json:"places"`
}

const wholeDay = 24 * time.Hour

// MarshalJSON writes the office as the city's file has it.
func (o Office) MarshalJSON() ([]byte, error) {
	f := officeFile{ID: o.ID, Name: o.Name, Address: o.Address, Prefix: o.Prefix,
		HorizonDays: int(o.Horizon / wholeDay), GridMinutes: int(o.Grid / time.Minute),
		HoldMinutes: int(o.Hold / time.Minute), LeadMinutes: int(o.Lead / time.Minute),
		Doors: map[weekday][]span{}, Closed: o.Closed, Desks: o.Desks, Services: o.Services, Rules: o.Rules}
	for _, h := range o.Doors {
		f.Doors[weekday(h.Weekday)] = append(f.Doors[weekday(h.Weekday)], span{h.Open, h.Close})
	}
	for _, d := range o.Duty {
		same := slices.IndexFunc(f.Duty, func(other dutyFile) bool {
			return other.Hours == span{d.Open, d.Close} && other.Places == d.Places
		})
		if same < 0 {
			f.Duty = append(f.Duty, dutyFile{nil, span{d.Open, d.Close}, d.Places})
			same = len(f.Duty) - 1
		}
		f.Duty[same].Days = append(f.Duty[same].Days, weekday(d.Weekday))
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads the office as the city's file has it.
func (o *Office) UnmarshalJSON(data []byte) error {
	var f officeFile
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	*o = Office{ID: f.ID, Name: f.Name, Address: f.Address, Prefix: f.Prefix,
		Horizon: times(f.HorizonDays, wholeDay), Grid: times(f.GridMinutes, time.Minute),
		Hold: times(f.HoldMinutes, time.Minute), Lead: times(f.LeadMinutes, time.Minute),
		Closed: f.Closed, Desks: f.Desks, Services: f.Services, Rules: f.Rules}
	for _, d := range slices.Sorted(maps.Keys(f.Doors)) {
		for _, s := range f.Doors[d] {
			o.Doors = append(o.Doors, Hours{time.Weekday(d), s.open, s.close})
		}
	}
	for _, duty := range f.Duty {
		for _, d := range duty.Days {
			o.Duty = append(o.Duty, Duty{Hours{time.Weekday(d), duty.Hours.open, duty.Hours.close}, duty.Places})
		}
	}
	return nil
}

// times is so many units. A number that no office means stays one, instead of
// running over into one that could be meant.
func times(n int, unit time.Duration) time.Duration {
	const most = 100_000
	return time.Duration(max(-most, min(n, most))) * unit
}

// UnmarshalJSON reads the house and tells its offices where they are.
func (h *House) UnmarshalJSON(data []byte) error {
	type plain House
	if err := json.Unmarshal(data, (*plain)(h)); err != nil {
		return err
	}
	for i := range h.Offices {
		h.Offices[i].House = h.ID
	}
	return nil
}

// weekday is "mon" in a file.
type weekday time.Weekday

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (d weekday) MarshalText() ([]byte, error) { return []byte(weekdays[d]), nil }

func (d *weekday) UnmarshalText(text []byte) error {
	i := slices.Index(weekdays, string(text))
	if i < 0 {
		return errors.New("must be one of mon, tue, wed, thu, fri, sat, sun")
	}
	*d = weekday(i)
	return nil
}

// span is "08:00-18:00" in a file.
type span struct{ open, close int }

func (s span) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%02d:%02d-%02d:%02d", s.open/60, s.open%60, s.close/60, s.close%60), nil
}

func (s *span) UnmarshalText(text []byte) error {
	var open, openMin, end, endMin int
	n, err := fmt.Sscanf(string(text), "%02d:%02d-%02d:%02d", &open, &openMin, &end, &endMin)
	read := span{open*60 + openMin, end*60 + endMin}
	again, _ := read.MarshalText()
	if n != 4 || err != nil || string(again) != string(text) {
		return errors.New("must be like 08:00-18:00")
	}
	if openMin > 59 || endMin > 59 || read.close > 24*60 || read.open >= read.close || read.open < 0 {
		return errors.New("must begin before it ends, within one day")
	}
	*s = read
	return nil
}
