package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// terminal stands at the entrance of a house. People show it the codes of their
// appointments, again and again and at another at the same time, or take a number.
type terminal struct {
	hand
	house booking.HouseID
	codes []api.Appointment
}

// scan is a code that was shown, and what was said to that.
type scan struct {
	code    api.Appointment
	outcome string
	ticket  string // its id, of those who have one
}

// step is one person at the terminal. The codes come into use one after the other all
// along the run, so that faults fall upon first showings, too. Where nothing is booked
// today, as on a public holiday, or the day of the codes is over, nobody comes.
func (t *terminal) step() {
	city := openCity()
	if len(t.codes) == 0 || city.Day(time.Now()) != city.Day(t.codes[0].Start) {
		t.answered.Add(1)
		time.Sleep(20 * time.Millisecond)
		return
	}
	if t.IntN(20) == 0 {
		t.walkIn()
		return
	}
	known := min(len(t.codes), 2+len(t.codes)*int(t.crowd.done.Load())/t.crowd.site.plan.all())
	newest := min(known, 10)
	if t.IntN(5) == 0 {
		newest = known
	}
	code := t.codes[known-1-t.IntN(newest)]
	t.send(command{Path: "/houses/" + string(t.house) + "/checkins", Scan: &scan{code: code}}, api.NewCheckin{Code: code.Code})
}

// walkIn takes a number for something that needs no appointment.
func (t *terminal) walkIn() {
	city := openCity()
	house, _ := city.House(t.house)
	office := house.Offices[t.IntN(len(house.Offices))]
	services := slices.DeleteFunc(slices.Clone(office.Services), func(s booking.Service) bool { return !s.WalkIn })
	if len(services) == 0 {
		return
	}
	service := services[t.IntN(len(services))]
	t.give(string(office.ID), "/offices/"+string(office.ID)+"/tickets", api.NewTicket{Services: []api.Choice{{Service: string(service.ID), Persons: 1}}})
}

// checkedIn reads what is said to somebody who shows a code.
func (c *command) checkedIn(text []byte) error {
	var said api.Checkin
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	c.Scan.outcome, c.Office = said.Outcome, said.Office
	if said.Ticket == nil {
		return nil
	}
	c.Scan.ticket = said.Ticket.ID
	if said.Outcome == "welcome" {
		c.Visit, c.Behind = *said.Ticket, said.Ticket.Record == "behind"
	}
	return nil
}

// codesOfOffice is about how many appointments an office has today.
const codesOfOffice = 60

// book makes today's appointments: the next of each office, for one service. On a
// public holiday there are none.
func (i *installation) book(ctx context.Context) error {
	i.codes = map[booking.HouseID][]api.Appointment{}
	city := openCity()
	for _, office := range city.Offices() {
		for booked := 0; booked < codesOfOffice; {
			n, err := i.bookNext(ctx, office)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			booked += n
		}
	}
	return nil
}

// bookNext books all of the next time that an office has today.
func (i *installation) bookNext(ctx context.Context, office *booking.Office) (booked int, err error) {
	service := office.Services[0].ID
	var days []api.FreeDay
	if err := i.ask(ctx, http.MethodGet, fmt.Sprintf("/offices/%s/slots?services=%s&days=1", office.ID, service), nil, &days); err != nil {
		return 0, err
	}
	if len(days[0].Slots) == 0 {
		return 0, nil
	}
	next := days[0].Slots[0]
	for range next.Free {
		a, err := i.appointment(ctx, office.ID, service, next.Start)
		if err != nil {
			return 0, err
		}
		i.codes[office.House] = append(i.codes[office.House], a)
	}
	return next.Free, nil
}

func (i *installation) appointment(ctx context.Context, office booking.OfficeID, service booking.ServiceID, start time.Time) (a api.Appointment, err error) {
	hold := api.NewHold{Services: []api.Choice{{Service: string(service), Persons: 1}}, Start: start}
	if err := i.ask(ctx, http.MethodPost, "/offices/"+string(office)+"/holds", hold, &a); err != nil {
		return a, err
	}
	err = i.ask(ctx, http.MethodPost, "/holds/"+a.Link+"/confirm", api.Contact{Name: "R. Asch", Mail: "asch@example.org"}, &a)
	return a, err
}

// ask asks the first node, before there are any faults.
func (i *installation) ask(ctx context.Context, method, path string, body, answer any) error {
	text := ""
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = string(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+i.nodes[0].address+api.Base+path, strings.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+i.token)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode >= 300 {
		said, _ := io.ReadAll(a.Body)
		return fmt.Errorf("%s: %s %s", path, a.Status, said)
	}
	return json.NewDecoder(a.Body).Decode(answer)
}

// scans holds that a code is one visit: whoever shows it, at whichever terminal and
// node and whatever happens meanwhile, is let in once, and has that ticket ever
// after, or what it was merged into, until it ends. What was said during a pair that
// forgets may be of a ticket that is lost, and the record has the present day alone.
func (r *run) scans(sent []command) (wrong []string) {
	visits, city := r.record.visits(), openCity()
	today := city.Day(time.Now())
	in, over := map[string]time.Time{}, map[string]time.Time{} // when that was first said of a code
	var judged []command
	for _, c := range sent {
		if c.Scan == nil || r.forgetting(c) || city.Day(c.Answer) != today {
			continue
		}
		judged = append(judged, c)
		switch c.Scan.outcome {
		case "welcome", "already":
			in[c.Scan.code.ID] = firstOf(in[c.Scan.code.ID], c.Answer)
		case "ended":
			over[c.Scan.code.ID] = firstOf(over[c.Scan.code.ID], c.Answer)
		}
	}
	for _, c := range judged {
		v := visits[c.Scan.code.ID]
		fair := false
		switch c.Scan.outcome {
		case "welcome", "already":
			fair = v.tickets[queue.TicketID(c.Scan.ticket)] && !past(over[c.Scan.code.ID], c.Sent)
		case "ended":
			fair = v.ended != 0 && v.ended <= ms(c.Answer)
		case "late":
			fair = c.Answer.After(c.Scan.code.Closes) && !past(in[c.Scan.code.ID], c.Sent)
		case "early":
			fair = city.Day(c.Scan.code.Start) != today
		}
		if !fair {
			wrong = append(wrong, fmt.Sprintf("%s: a code's visit %+v was told %s of ticket %q", c.Key, v, c.Scan.outcome, c.Scan.ticket))
		}
	}
	for appointment, v := range visits {
		if v.joined > 1 {
			wrong = append(wrong, fmt.Sprintf("appointment %s was let in %d times", appointment, v.joined))
		}
	}
	return wrong
}

// firstOf is the earlier of two instants; zero is none.
func firstOf(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func past(at, now time.Time) bool { return !at.IsZero() && at.Before(now) }

// visit is what the record has of an appointment.
type visit struct {
	joined  int
	tickets map[queue.TicketID]bool // its own, and what it was merged into
	ended   int64                   // when one of these did, the last; 0: none
}

// visits are those with an appointment, by its id.
func (r *record) visits() map[string]visit {
	byID := map[queue.TicketID][]queue.Ticket{} // in each office where it was
	for _, h := range r.offices {
		for t := range h.Tickets.All() {
			byID[t.ID] = append(byID[t.ID], t)
		}
	}
	visits := map[string]visit{}
	for id, tickets := range byID {
		at := slices.IndexFunc(tickets, func(t queue.Ticket) bool { return t.Appointment != "" && t.From == "" }) // where they checked in
		if at < 0 {
			continue
		}
		of := tickets[at].Appointment
		v := visits[of]
		if v.tickets == nil {
			v.tickets = map[queue.TicketID]bool{}
		}
		v.joined++
		v.follow(id, byID)
		visits[of] = v
	}
	return visits
}

func (v *visit) follow(id queue.TicketID, byID map[queue.TicketID][]queue.Ticket) {
	if id == "" || v.tickets[id] {
		return
	}
	v.tickets[id] = true
	for _, t := range byID[id] {
		if t.State == queue.Done || t.State == queue.Gone {
			v.ended = max(v.ended, t.EndedAt)
		}
		v.follow(t.Into, byID)
	}
}
