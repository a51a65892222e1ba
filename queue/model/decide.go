package model

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wartefrei/wartefrei/queue"
)

// decide carries out one command, or refuses it.
func (d *decision) decide(c queue.Command) error {
	switch c := c.(type) {
	case queue.Join:
		return d.join(c)
	case queue.Receive:
		return d.receive(c)
	case queue.OpenDesk:
		return d.openDesk(c)
	case queue.PauseDesk:
		return d.pauseDesk(c)
	case queue.CloseDesk:
		return d.closeDesk(c)
	case queue.CallNext:
		return d.callNext(c)
	case queue.CallThis:
		return d.callThis(c)
	case queue.Disturb:
		if d.counters.Disturbed[c.Service] == 0 {
			all := map[queue.ServiceID]int64{c.Service: d.now}
			maps.Copy(all, d.counters.Disturbed)
			d.counters.Disturbed = all
		}
		return nil
	case queue.Restore:
		d.counters.Disturbed = maps.Clone(d.counters.Disturbed)
		delete(d.counters.Disturbed, c.Service)
		return nil
	case queue.Finish:
		return d.finish(c, false)
	case queue.FinishAndCallNext:
		return d.finish(queue.Finish(c), true)
	case queue.BringBack:
		return d.bringBack(c)
	case queue.Split:
		return d.split(c)
	case queue.Merge:
		return d.merge(c)
	case queue.Recall, queue.PutBack, queue.Came, queue.NoShow, queue.Park:
		return d.aboutDesk(c)
	case queue.Revoke, queue.StepAside, queue.Here, queue.Leave, queue.Cancel, queue.Transfer, queue.Send, queue.Change, queue.SetNeeds:
		return d.aboutTicket(c)
	}
	return fmt.Errorf("the model does not know %T", c)
}

func (d *decision) join(c queue.Join) error {
	t := c.Ticket
	if _, ok := d.office.ByAppointment(t.Appointment); ok {
		return queue.ErrJoined
	}
	if err := d.newTicket(&t, c.Numbers); err != nil {
		return err
	}
	t.State, t.Arrived = queue.Waiting, d.now
	if t.Joins > d.now {
		t.State, t.ParkedAt = queue.Parked, d.now
	} else {
		t.Joins = 0
	}
	if t.Class == queue.AtOnce {
		d.letIn(&t, c.AtOnceLimit)
	}
	d.changed(t)
	return nil
}

func (d *decision) receive(c queue.Receive) error {
	t := c.Ticket
	if was, ok := d.office.Tickets.Get(t.ID); ok && was.State == queue.Sent {
		t.Number, t.Seq, t.Appointment, t.From, t.Finished = was.Number, was.Seq, was.Appointment, was.From, was.Finished
	} else if err := d.newTicket(&t, c.Numbers); err != nil {
		return err
	}
	t.State, t.Arrived = queue.Waiting, d.now
	if c.OnTheWay {
		t.State, t.ParkedAt = queue.Parked, d.now
	}
	d.changed(t)
	return nil
}

// letIn counts those let in at once; one too many in an hour is due at arrival.
func (d *decision) letIn(t *queue.Ticket, limit int) {
	var hour []int64
	for _, at := range d.counters.AtOnce {
		if d.now-at < 60*60*1000 {
			hour = append(hour, at)
		}
	}
	if len(hour) < limit {
		hour = append(hour, d.now)
	} else {
		t.Due = d.now
	}
	d.counters.AtOnce = hour
}

// newTicket gives a ticket its sequence and, if it has none, its number.
func (d *decision) newTicket(t *queue.Ticket, numbers queue.Numbers) error {
	if _, ok := d.office.Tickets.Get(t.ID); ok {
		return queue.ErrTicketExists
	}
	if t.Number == "" {
		t.Number = numbers.Number(d.counters.Seq)
	}
	d.counters.Seq++
	t.Seq = d.counters.Seq
	return nil
}

func (d *decision) openDesk(c queue.OpenDesk) error {
	desk := d.office.Desks[c.Desk]
	if desk.State != queue.DeskOpen {
		desk.State, desk.Since = queue.DeskOpen, d.now
	}
	desk.ID, desk.Label, desk.Way, desk.Serves, desk.Meets = c.Desk, c.Label, c.Way, c.Serves, c.Meets
	d.desks = append(d.desks, desk)
	return nil
}

func (d *decision) pauseDesk(c queue.PauseDesk) error {
	desk, err := d.freeDesk(c.Desk)
	if err != nil {
		return err
	}
	desk.State, desk.Since = queue.DeskPaused, d.now
	d.desks = append(d.desks, desk)
	return nil
}

func (d *decision) closeDesk(c queue.CloseDesk) error {
	desk, ok := d.office.Desks[c.Desk]
	switch {
	case !ok:
		return queue.ErrDeskUnknown
	case desk.State == queue.DeskClosed:
		return queue.ErrDeskNotOpen
	case desk.Ticket != "":
		return queue.ErrDeskBusy
	}
	desk.State, desk.Since = queue.DeskClosed, d.now
	d.desks = append(d.desks, desk)
	return nil
}

func (d *decision) callNext(c queue.CallNext) error {
	desk, err := d.freeDesk(c.Desk)
	if err != nil {
		return err
	}
	t, why, ok := d.first(desk)
	if !ok {
		return queue.ErrEmpty
	}
	d.call(t, desk, why)
	return nil
}

func (d *decision) callThis(c queue.CallThis) error {
	desk, err := d.freeDesk(c.Desk)
	if err != nil {
		return err
	}
	t, err := d.ticket(c.Ticket, queue.Waiting)
	if err != nil {
		return err
	}
	d.call(t, desk, queue.Why{Rule: queue.RuleChosen, Reason: c.Reason})
	return nil
}

// call calls a ticket to a desk that has none.
func (d *decision) call(t queue.Ticket, desk queue.Desk, why queue.Why) {
	desk.Ticket = t.ID
	d.desks = append(d.desks, desk)
	why.Due = t.Due
	t.Why = &why
	d.callAgain(t, desk.ID)
}

func (d *decision) callAgain(t queue.Ticket, desk queue.DeskID) {
	t.Recalled = t.State == queue.Called
	t.State, t.Desk, t.CalledAt = queue.Called, desk, d.now
	t.Calls++
	t.Call = fmt.Sprintf("%d-%d", d.office.Epoch, d.office.Version+1)
	if t.FirstCallAt == 0 {
		t.FirstCallAt = d.now
	}
	d.changed(t)
}

func (d *decision) finish(c queue.Finish, next bool) error {
	desk, t, err := d.atDesk(c.Desk, c.Ticket, queue.Serving, queue.Called)
	if err != nil {
		return err
	}
	if !covers(t.Services, c.Done) {
		return queue.ErrServiceMissing
	}
	if done := append(slices.Clone(t.Finished), c.Done...); len(done) > 0 {
		t.Finished = queue.Set(done)
	}
	undone := func(s queue.ServiceID) bool {
		return !slices.Contains(d.serves(desk), s) && !slices.Contains(c.Done, s)
	}
	rest := slices.DeleteFunc(slices.Clone(t.Services), func(s queue.ServiceID) bool { return !undone(s) })
	some := slices.ContainsFunc(t.Services, func(s queue.ServiceID) bool { return slices.Contains(d.serves(desk), s) })
	if len(rest) > 0 && (some || t.Why != nil && t.Why.Rule == queue.RuleStep) {
		t.State, t.Services = queue.Waiting, rest
	} else {
		t.State, t.EndedAt = queue.Done, d.now
	}
	d.changed(t)
	if next && desk.State == queue.DeskOpen {
		if following, why, ok := d.first(desk); ok {
			d.call(following, desk, why)
			return nil
		}
	}
	d.free(desk)
	return nil
}

func (d *decision) bringBack(c queue.BringBack) error {
	t, err := d.ticket(c.Ticket, queue.Parked)
	if err != nil {
		return err
	}
	if c.Desk != "" && c.Desk != t.Desk {
		return queue.ErrWrongState
	}
	if err := d.back(&t); err != nil {
		return err
	}
	t.State = queue.Waiting
	if c.Desk != "" {
		desk, err := d.freeDesk(c.Desk)
		if err != nil {
			return err
		}
		t.State, t.Desk, t.ServedAt = queue.Serving, desk.ID, d.now
		desk.Ticket = t.ID
		d.desks = append(d.desks, desk)
	}
	d.changed(t)
	return nil
}

// back ends being parked: whoever is noted joins no earlier than said, and whoever
// stepped aside is not due before now.
func (d *decision) back(t *queue.Ticket) error {
	if t.Joins > d.now {
		return queue.ErrTooSoon
	}
	if t.Aside {
		t.Due = max(t.Due, d.now)
	}
	t.Joins, t.Aside = 0, false
	return nil
}

func (d *decision) split(c queue.Split) error {
	t, err := d.openTicket(c.Ticket)
	if err != nil {
		return err
	}
	if !covers(t.Services, c.Services) || len(c.Services) == len(t.Services) {
		return queue.ErrServiceMissing
	}
	part := queue.Ticket{ID: c.New, Class: t.Class, Services: c.Services, Needs: t.Needs, Persons: c.Persons, Area: t.Area, Due: t.Due,
		State: queue.Waiting, Slot: t.Slot, Arrived: t.Arrived, Reason: t.Reason, Appointment: t.Appointment, From: t.ID}
	if t.State == queue.Parked && t.Desk == "" {
		part.State, part.ParkedAt, part.Aside, part.Joins = queue.Parked, d.now, t.Aside, t.Joins
	}
	if err := d.newTicket(&part, c.Numbers); err != nil {
		return err
	}
	t.Services = slices.DeleteFunc(slices.Clone(t.Services), func(s queue.ServiceID) bool { return slices.Contains(c.Services, s) })
	t.Persons = max(1, t.Persons-c.Persons)
	d.changed(t, part)
	return nil
}

func (d *decision) merge(c queue.Merge) error {
	if c.Ticket == c.Into {
		return queue.ErrSameTicket
	}
	t, err := d.ticket(c.Ticket, queue.Waiting)
	if err != nil {
		return err
	}
	into, err := d.openTicket(c.Into)
	if err != nil {
		return err
	}
	into.Services = queue.Set(append(slices.Clone(into.Services), t.Services...))
	into.Needs = unite(into.Needs, t.Needs)
	into.Persons += t.Persons
	if len(into.Services) > queue.MaxServices || into.Persons > queue.MaxPersons {
		return queue.ErrInvalid
	}
	into.Due = min(into.Due, t.Due)
	t.State, t.Into, t.EndedAt = queue.Merged, into.ID, d.now
	d.changed(t, into)
	return nil
}

// aboutDesk decides what a clerk says of the ticket at the desk.
func (d *decision) aboutDesk(c queue.Command) error {
	var id queue.DeskID
	var meant queue.TicketID
	states := []queue.State{queue.Called}
	switch c := c.(type) {
	case queue.Recall:
		id, meant = c.Desk, c.Ticket
	case queue.PutBack:
		id, meant = c.Desk, c.Ticket
	case queue.Came:
		id, meant = c.Desk, c.Ticket
	case queue.NoShow:
		id, meant = c.Desk, c.Ticket
	case queue.Park:
		id, meant, states = c.Desk, c.Ticket, []queue.State{queue.Called, queue.Serving}
	}
	desk, t, err := d.atDesk(id, meant, states...)
	if err != nil {
		return err
	}
	switch c := c.(type) {
	case queue.Recall:
		d.callAgain(t, id)
		return nil
	case queue.Came:
		t.State, t.ServedAt = queue.Serving, d.now
		d.changed(t)
		return nil
	case queue.PutBack:
		t.State = queue.Waiting
	case queue.NoShow:
		if d.now-t.CalledAt < c.NotBefore {
			return queue.ErrTooSoon
		}
		t.State, t.MissedAt = queue.Missed, d.now
	case queue.Park:
		t.State, t.ParkedAt = queue.Parked, d.now
	}
	d.changed(t)
	d.free(desk)
	return nil
}

// aboutTicket decides what concerns a ticket by its id.
func (d *decision) aboutTicket(c queue.Command) error {
	var t queue.Ticket
	var err error
	switch c := c.(type) {
	case queue.Revoke:
		if t, err = d.ticket(c.Ticket, queue.Missed); err != nil {
			return err
		}
		t.State = queue.Waiting
	case queue.StepAside:
		if t, err = d.ticket(c.Ticket, queue.Waiting); err != nil {
			return err
		}
		t.State, t.Desk, t.ParkedAt, t.Aside = queue.Parked, "", d.now, true
	case queue.Here:
		if t, err = d.ticket(c.Ticket, queue.Missed, queue.Parked); err != nil {
			return err
		}
		switch {
		case t.State == queue.Parked && t.Desk != "":
			return queue.ErrWrongState
		case t.State == queue.Parked: // on the way from another house until now, aside, or noted
			if err := d.back(&t); err != nil {
				return err
			}
		case d.now-t.MissedAt > c.Window:
			t.Due, t.Class = max(t.Due, d.now+c.Allowance), queue.Entitled
		default:
			t.Due = max(t.Due, d.now)
		}
		t.State = queue.Waiting
	case queue.Leave:
		if t, err = d.ticket(c.Ticket, queue.Waiting, queue.Called, queue.Parked, queue.Missed); err != nil {
			return err
		}
		d.release(t)
		t.State, t.EndedAt = queue.Gone, d.now
	case queue.Cancel:
		if t, err = d.openTicket(c.Ticket); err != nil {
			return err
		}
		d.release(t)
		t.State, t.EndedAt, t.Cancelled = queue.Gone, d.now, c.Reason
	case queue.Transfer:
		if t, err = d.ticket(c.Ticket, queue.Called, queue.Serving, queue.Parked); err != nil {
			return err
		}
		if err := d.back(&t); err != nil {
			return err
		}
		d.release(t)
		t.State, t.Services = queue.Waiting, c.Services
	case queue.Send:
		if t, err = d.openTicket(c.Ticket); err != nil {
			return err
		}
		if err := d.back(&t); err != nil {
			return err
		}
		d.release(t)
		t.State, t.EndedAt = queue.Sent, d.now
		t.SentTo = &queue.Passage{Office: c.Office, Services: c.Services, Epoch: d.office.Epoch, Version: d.office.Version + 1}
	case queue.Change:
		if t, err = d.openTicket(c.Ticket); err != nil {
			return err
		}
		t.Services, t.Persons = c.Services, c.Persons
	case queue.SetNeeds:
		if t, err = d.openTicket(c.Ticket); err != nil {
			return err
		}
		t.Needs = c.Needs
	}
	d.changed(t)
	return nil
}
