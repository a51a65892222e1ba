package web

import (
	"strings"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
)

// A manager is told what needs them, and nothing while nothing does.
func TestNotices(t *testing.T) {
	g := newGallery(texts.In("de"))
	office := g.office("buergerbuero")
	urgent := func(number, arrived, reason string) queue.Ticket {
		ticket := g.ticket(number, queue.Urgent, arrived, "", arrived, "reisepass")
		ticket.Reason = reason
		return ticket
	}
	three := []queue.Ticket{urgent("K 1", "09:00", "deadline"), urgent("K 2", "09:10", "hardship"), urgent("K 3", "09:20", "deadline")}
	four := append(three, urgent("K 4", "09:25", "deadline"))
	for _, c := range []struct {
		name    string
		serves  bool // desks serve everything, else nobody serves anything
		tickets []queue.Ticket
		want    []string // "09:20 title | text" begins so
	}{
		{"nobody", true, nil, nil},
		{"three emergencies", true, three, nil},
		{"four emergencies", true, four, []string{"09:25 4 Notfälle in einer Stunde | Grenze: 3. Gründe: „Frist endet“ (3), „Soziale Notlage“."}},
		{"45 minutes", true, []queue.Ticket{g.ticket("K 5", queue.WalkIn, "08:56", "", "09:16", "reisepass")}, nil},
		{"46 minutes", true, []queue.Ticket{g.ticket("K 5", queue.WalkIn, "08:55", "", "09:15", "reisepass")},
			[]string{"08:55 1 Person wartet länger als 45 Minuten | Es geht um K\u00a05."}},
		{"stranded in two lines", false, []queue.Ticket{
			g.ticket("K 6", queue.WalkIn, "09:30", "", "09:50", "fischereischein"),
			g.ticket("K 7", queue.WalkIn, "09:35", "", "09:55", "fischereischein"),
			g.ticket("K 8", queue.WalkIn, "09:40", "", "10:00", "reisepass"),
		}, []string{"09:40 Kein offener Schalter bedient: Reisepass beantragen | Es wartet K\u00a08.",
			"09:30 Kein offener Schalter bedient: Fischereischein | Es warten K\u00a06 und K\u00a07."}},
	} {
		state := g.day(c.tickets...)
		if c.serves {
			g.open(state, "1", "")
		}
		got := managerViewOf(g.l, office, dashboards.Count(office, g.now.Location(), state, g.now)).Notices
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
			continue
		}
		for i, n := range got {
			if said := n.At.Format("15:04 ") + n.Title + " | " + n.Text; !strings.HasPrefix(said, c.want[i]) {
				t.Errorf("%s: %q, want %q", c.name, said, c.want[i])
			}
		}
	}
}

// A list of numbers stays short enough to read.
func TestNumbersAreAFew(t *testing.T) {
	l := texts.In("de")
	tickets := make([]queue.Ticket, 9)
	for i := range tickets {
		tickets[i].Number = "K 001"
	}
	if said := numbers(l, tickets); strings.Count(said, "K\u00a0001") != 6 || !strings.HasSuffix(said, "und 3 weitere") {
		t.Errorf("said %q", said)
	}
}

// Until the new day begins the page shows the last one's hours, not those of the night.
func TestManagerViewInTheNight(t *testing.T) {
	g := newGallery(texts.In("de"))
	state := g.day(g.waiting()...)
	g.open(state, "1", "")
	office := g.office("buergerbuero")
	tomorrow := g.now.Add(24 * time.Hour)
	v := managerViewOf(g.l, office, dashboards.Count(office, g.now.Location(), state, tomorrow))
	if len(v.Hours) != 1 || v.Hours[0].Came != 7 {
		t.Errorf("hours %+v, want only the one of the day", v.Hours)
	}
}
