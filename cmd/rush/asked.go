package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/model"
	"github.com/wartefrei/wartefrei/web/api"
)

// asked holds an event against what was asked for: whoever joined has what they said,
// and of any other command the model makes the same in the state before. What a
// server adds of its own, such as numbers, ways and dues, package audit judges.
// Empty: it is right.
func (c command) asked(before *queue.Office, e queue.Event) string {
	if c.Visit.ID != "" {
		return c.joinedAs(e)
	}
	meant, err := c.meant()
	if err != nil {
		return err.Error()
	}
	if meant.Kind() != e.Kind {
		return "recorded is " + e.Kind
	}
	should, err := model.Decide(before, e.At, meant)
	if err != nil {
		return "this should be refused as " + err.Error()
	}
	if is, should := outline(before, e), outline(before, should); is != should {
		return fmt.Sprintf("recorded is %s, and should be %s", is, should)
	}
	return ""
}

// joinedAs holds somebody who was let in against what they said, or had booked.
func (c command) joinedAs(e queue.Event) string {
	in := api.NewTicket{}
	if c.Scan != nil {
		in.Services = c.Scan.code.Services
	} else if err := json.Unmarshal([]byte(c.Body), &in); err != nil {
		return err.Error()
	}
	var services []queue.ServiceID
	for _, choice := range in.Services {
		services = append(services, queue.ServiceID(choice.Service))
	}
	t := e.Tickets[0]
	if e.Kind != (queue.Join{}.Kind()) || !slices.Equal(t.Services, queue.Set(services)) || !slices.Equal(t.Needs, ids[queue.Need](in.Needs)) || t.Reason != in.Reason ||
		c.Scan != nil && (t.Appointment != c.Scan.code.ID || t.Slot != ms(c.Scan.code.Start)) {
		return fmt.Sprintf("recorded is %s of %+v", e.Kind, t)
	}
	return ""
}

// outline is what an event makes of tickets, desks and services, as far as the command decides it.
func outline(before *queue.Office, e queue.Event) string {
	type ticket struct {
		ID, State, Desk, Into, Cancelled, To string
		Services, Needs, Finished, There     []string
		Persons                              int
		Aside                                bool
		Rule, Reason                         string // of a call
	}
	type desk struct {
		ID, State, Ticket string
		Serves            []string
	}
	var tickets []ticket
	for _, t := range e.Tickets {
		is := ticket{ID: string(t.ID), State: string(t.State), Desk: string(t.Desk), Into: string(t.Into), Cancelled: t.Cancelled, Services: texts(t.Services),
			Needs: texts(t.Needs), Finished: texts(t.Finished), Persons: t.Persons, Aside: t.Aside && t.State == queue.Parked}
		if _, known := before.Tickets.Get(t.ID); !known {
			is.ID = "new"
		}
		if t.State == queue.Called && t.Why != nil {
			is.Rule, is.Reason = t.Why.Rule, t.Why.Reason
		}
		if t.SentTo != nil {
			is.To, is.There = string(t.SentTo.Office), texts(t.SentTo.Services)
		}
		tickets = append(tickets, is)
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return cmp.Compare(a.ID, b.ID) })
	var desks []desk
	for _, d := range e.Desks {
		desks = append(desks, desk{string(d.ID), string(d.State), string(d.Ticket), texts(d.Serves)})
	}
	slices.SortFunc(desks, func(a, b desk) int { return cmp.Compare(a.ID, b.ID) })
	disturbed := slices.Sorted(maps.Keys(e.Counters.Disturbed))
	return strings.TrimSpace(fmt.Sprintf("%+v %+v %v", tickets, desks, disturbed))
}

func texts[ID ~string](ids []ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}
