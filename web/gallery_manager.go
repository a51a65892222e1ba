package web

import (
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
)

// managers are an office's day in figures: before it begins, as it should be,
// and with everything that can be amiss.
func (g gallery) managers() []example {
	stranded := g.ticket("K 444", queue.WalkIn, "09:20", "", "09:40", "fischereischein")
	forgotten := g.ticket("K 502", queue.WalkIn, "08:40", "", "09:00", "abholung", "bewohnerparken")
	steps := g.ticket("K 613", queue.WalkIn, "09:28", "", "09:48", "abholung")
	steps.Needs = []queue.Need{queue.StepFree}
	troubled := append(g.past(), append(g.waiting(), stranded, forgotten, steps)...)
	for i, reason := range []string{"departs-today", "deadline", "departs-today", "frail"} {
		t := g.ticket(fmt.Sprintf("K 70%d", i), queue.AtOnce, fmt.Sprintf("09:1%d", 2*i), "", fmt.Sprintf("08:2%d", 7+i%3), "reisepass")
		t.Reason = reason
		troubled = append(troubled, t)
	}
	behind := g.managerView(g.day(append(g.past(), g.waiting()...)...), true)
	behind.Notices = []notice{behindNotice(g.l, g.at("09:36"))}
	return []example{
		{Name: "manager-behind", Page: "manager", Data: behind},
		{Name: "manager", Page: "manager", Data: g.managerView(g.day(append(g.past(), g.waiting()...)...), true)},
		{Name: "manager-troubled", Page: "manager", Data: g.managerView(g.day(troubled...), false)},
		{Name: "manager-disturbed", Page: "manager", Data: g.managerView(g.disturb(g.day(append(g.past(), g.waiting()...)...)), true)},
		{Name: "manager-empty", Page: "manager", Data: g.managerView(g.day(), true)},
	}
}

// managerView counts a state. Its desks serve everything, or all but fishing
// licences and none without steps.
func (g gallery) managerView(state *queue.Office, all bool) managerView {
	for _, id := range []queue.DeskID{"1", "2", "4"} {
		g.open(state, id, "")
		if d := state.Desks[id]; !all {
			d.Serves, d.Meets = nil, []queue.Need{queue.Fetched, queue.Interpreter, queue.MoreTime}
			for _, s := range g.office("buergerbuero").Services {
				if s.ID != "fischereischein" {
					d.Serves = append(d.Serves, queue.ServiceID(s.ID))
				}
			}
			d.Serves = queue.Set(d.Serves)
			state.Desks[id] = d
		}
	}
	office := g.office("buergerbuero")
	return managerViewOf(g.l, office, dashboards.Count(office, g.now.Location(), state, g.now))
}

// past are those who have been served since eight o'clock, and one who never came.
func (g gallery) past() []queue.Ticket {
	services := []queue.ServiceID{"personalausweis", "reisepass", "anmeldung", "abholung"}
	var all []queue.Ticket
	for i := range 24 {
		arrived := g.at("08:00").Add(time.Duration(3*i) * time.Minute)
		t := queue.Ticket{Number: fmt.Sprintf("K %03d", 100+i), Class: queue.WalkIn, State: queue.Done,
			Services: services[i%len(services) : i%len(services)+1], Arrived: arrived.UnixMilli()}
		t.FirstCallAt = arrived.Add(time.Duration(4+i*7%19) * time.Minute).UnixMilli()
		if i == 7 {
			t.State, t.MissedAt = queue.Missed, t.FirstCallAt
		}
		all = append(all, t)
	}
	return all
}
