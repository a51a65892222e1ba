package web

import (
	"fmt"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/signage"
)

// screens are the waiting area's screen on a quiet morning, on a busy
// one, and without connection.
func (g gallery) screens() []example {
	calls := func(n int) (all []signage.Call) {
		for i := range n {
			all = append(all, signage.Call{ID: fmt.Sprintf("buergerbuero/1-%d", 200-i), Number: fmt.Sprintf("K %03d", (24+i*373)%999),
				Desk: fmt.Sprint(1 + (i*5+3)%12), At: g.now.UnixMilli() - int64(i)*20_000})
		}
		return all
	}
	recalled := calls(2)
	recalled[0].Again, recalled[1].Again = true, true
	long := calls(1)
	long[0].Number, long[0].Desk = "KW 1024", "Zimmer 214"
	shown := func(state, shape string, b signage.Board) example {
		area, _, ok := g.city.Area("halle")
		if !ok {
			panic("the demonstration's city has no area halle")
		}
		v := screenViewOf(area, b)
		v.Shape = shape
		return example{Name: "screen-" + state, Page: "screen", Data: v}
	}
	lost := func(state, shape string, b signage.Board) example {
		e := shown("lost-"+state, shape, b)
		e.Lost = true
		return e
	}
	one, three := signage.Board{Now: calls(1)}, signage.Board{Now: calls(1), Earlier: calls(3)[1:]}
	four := signage.Board{Now: calls(4)}
	many, all := signage.Board{Now: calls(7)}, signage.Board{Now: calls(12)}
	disturbed := func(state, shape string, services ...queue.ServiceID) example {
		e := shown("disturbed"+state, shape, signage.Board{Now: calls(1), Earlier: calls(4)[1:]})
		v := e.Data.(screenView)
		v.Disturbed = disturbedSaid(g.l, namesOf(g.l, g.office("buergerbuero"), services))
		e.Data = v
		return e
	}
	passports := []queue.ServiceID{"reisepass", "vorl-reisepass"}
	var every []queue.ServiceID
	for _, service := range g.office("buergerbuero").Services {
		every = append(every, queue.ServiceID(service.ID))
	}
	wide := calls(4)
	for i := range wide[:2] {
		wide[i].Number, wide[i].Desk = wideNumber, "Zimmer 214 B"
	}
	return []example{
		shown("wide", "", signage.Board{Now: wide[:1], Earlier: wide[1:]}),
		shown("wide-portrait", "tall", signage.Board{Now: wide[:1], Earlier: wide[1:]}),
		disturbed("", "", passports...),
		disturbed("-portrait", "tall", passports...),
		disturbed("-many", "", every...),
		disturbed("-many-portrait", "tall", every...),
		shown("empty", "", signage.Board{}),
		shown("quiet", "", signage.Board{Earlier: calls(3)}),
		shown("call", "", signage.Board{Now: calls(1), Earlier: calls(4)[1:]}),
		shown("call-portrait", "tall", signage.Board{Now: calls(1), Earlier: calls(4)[1:]}),
		shown("recall", "", signage.Board{Now: recalled, Earlier: calls(4)[2:]}),
		shown("long", "", signage.Board{Now: long, Earlier: calls(4)[1:]}),
		shown("many", "", many),
		shown("all-desks", "", all),
		shown("all-desks-portrait", "tall", all),
		lost("one", "", one),
		lost("one-portrait", "tall", one),
		lost("three", "", three),
		lost("three-portrait", "tall", three),
		lost("four", "", four),
		lost("four-portrait", "tall", four),
		lost("many", "", many),
		lost("many-portrait", "tall", many),
		lost("all-desks", "", all),
		lost("all-desks-portrait", "tall", all),
	}
}
