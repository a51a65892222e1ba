package signage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// noon is the present of the tables below.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, berlin)

// ago is the office clock so long before noon, in ms.
func ago(d time.Duration) int64 { return noon.Add(-d).UnixMilli() }

// called is a ticket of the area "eg" with a call.
func called(number string, state queue.State, call string, before time.Duration) queue.Ticket {
	return queue.Ticket{ID: queue.TicketID("SECRET" + number), Number: number, Area: "eg", State: state, Desk: "d4",
		Services: []queue.ServiceID{"wohngeld"}, Call: call, Calls: 1, CalledAt: ago(before)}
}

func office(id queue.OfficeID, tickets ...queue.Ticket) *queue.Office {
	o := &queue.Office{ID: id, Day: "2026-11-24",
		Desks: map[queue.DeskID]queue.Desk{"d4": {ID: "d4", Label: "4", Way: "Zimmer 214", State: queue.DeskOpen}}}
	for i, t := range tickets {
		t.Seq = int64(i)
		o.Tickets = o.Tickets.With(t)
	}
	return o
}

// said writes a board in one line: "now B 024, again B 023 | earlier B 022".
func said(b Board) string {
	var parts []string
	for i, calls := range [][]Call{b.Now, b.Earlier} {
		words := []string{}
		for _, c := range calls {
			word := c.Number
			if c.Again {
				word = "again " + word
			}
			words = append(words, word)
		}
		parts = append(parts, []string{"now ", "earlier "}[i]+strings.Join(words, ", "))
	}
	return strings.Join(parts, " | ")
}

func TestBoardOf(t *testing.T) {
	recalled := called("B 023", queue.Called, "1-30", time.Second)
	recalled.Calls, recalled.Recalled = 2, true
	transferred := called("B 025", queue.Called, "1-40", time.Second)
	transferred.Calls = 2
	elsewhere := called("B 099", queue.Called, "1-31", time.Second)
	elsewhere.Area = "og"
	for name, tt := range map[string]struct {
		offices []*queue.Office
		want    string
	}{
		"nobody was called": {[]*queue.Office{office("a", queue.Ticket{ID: "x", Area: "eg", State: queue.Waiting})}, "now  | earlier "},
		"no office":         {nil, "now  | earlier "},
		"one is called":     {[]*queue.Office{office("a", called("B 024", queue.Called, "1-5", time.Second))}, "now B 024 | earlier "},
		"called long ago, still called": {
			[]*queue.Office{office("a", called("B 024", queue.Called, "1-5", time.Hour))}, "now B 024 | earlier "},
		"came at once, stays for 60 s": {
			[]*queue.Office{office("a", called("B 024", queue.Serving, "1-5", 59*time.Second))}, "now B 024 | earlier "},
		"served for longer": {
			[]*queue.Office{office("a", called("B 024", queue.Serving, "1-5", 60*time.Second))}, "now  | earlier B 024"},
		"a recall is the newest": {
			[]*queue.Office{office("a", called("B 024", queue.Called, "1-9", 2*time.Second), recalled)},
			"now again B 023, B 024 | earlier "},
		"called anew after a transfer": {[]*queue.Office{office("a", transferred)}, "now B 025 | earlier "},
		"the last three earlier ones": {
			[]*queue.Office{office("a",
				called("B 001", queue.Done, "1-1", 9*time.Minute), called("B 002", queue.Missed, "1-2", 8*time.Minute),
				called("B 003", queue.Parked, "1-3", 7*time.Minute), called("B 004", queue.Serving, "1-4", 6*time.Minute))},
			"now  | earlier B 004, B 003, B 002"},
		"taken back": {
			[]*queue.Office{office("a",
				called("B 001", queue.Waiting, "1-1", time.Second), called("B 002", queue.Gone, "1-2", time.Second),
				called("B 003", queue.Merged, "1-3", time.Second))},
			"now  | earlier "},
		"another area":           {[]*queue.Office{office("a", elsewhere)}, "now  | earlier "},
		"one moment, one office": {[]*queue.Office{office("a", called("B 001", queue.Called, "1-9", time.Second), called("B 002", queue.Called, "1-10", time.Second))}, "now B 002, B 001 | earlier "},
		"one moment, by version": {
			[]*queue.Office{office("a", called("B 001", queue.Called, "1-11", time.Second), called("B 002", queue.Called, "1-12", time.Second))},
			"now B 002, B 001 | earlier "},
		"one moment, a later epoch":   {[]*queue.Office{office("a", called("B 001", queue.Called, "2-3", time.Second), called("B 002", queue.Called, "1-10", time.Second))}, "now B 001, B 002 | earlier "},
		"one moment, two offices":     {[]*queue.Office{office("b", called("C 001", queue.Called, "1-9", time.Second)), office("a", called("B 001", queue.Called, "1-9", time.Second))}, "now B 001, C 001 | earlier "},
		"offices mixed by time":       {[]*queue.Office{office("a", called("B 001", queue.Called, "1-90", 9*time.Second)), office("b", called("C 001", queue.Called, "1-2", time.Second))}, "now C 001, B 001 | earlier "},
		"unreadable call, no panic":   {[]*queue.Office{office("a", called("B 001", queue.Called, "?", time.Second))}, "now B 001 | earlier "},
		"a call from the near future": {[]*queue.Office{office("a", called("B 001", queue.Serving, "1-1", -time.Second))}, "now B 001 | earlier "},
	} {
		t.Run(name, func(t *testing.T) {
			if got := said(BoardOf("eg", noon, tt.offices...)); got != tt.want {
				t.Errorf("board: %s\nwant:  %s", got, tt.want)
			}
		})
	}
}

// The day is the city's: at 00:30 in Berlin it is still yesterday in UTC.
func TestAnotherDayIsNotShown(t *testing.T) {
	o := office("a", called("B 024", queue.Called, "1-5", 0))
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{noon, "now B 024 | earlier "},
		{noon.Add(24 * time.Hour), "now  | earlier "},
		{time.Date(2026, 11, 24, 0, 30, 0, 0, berlin), "now B 024 | earlier "},
		{time.Date(2026, 11, 25, 0, 30, 0, 0, berlin), "now  | earlier "},
	} {
		if got := said(BoardOf("eg", tt.at, o)); got != tt.want {
			t.Errorf("at %s: %s, want %s", tt.at, got, tt.want)
		}
	}
}

// A board gives nobody away: no ticket id, no service.
func TestBoardHoldsNoSecret(t *testing.T) {
	b := BoardOf("eg", noon, office("a", called("B 024", queue.Called, "1-5", time.Second)))
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"SECRET", "wohngeld"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s is on the board: %s", secret, text)
		}
	}
	if len(b.Now) != 1 || b.Now[0].ID != "a/1-5" || b.Now[0].Desk != "4" || b.Now[0].Way != "Zimmer 214" {
		t.Errorf("the call is incomplete: %+v", b.Now)
	}
}
