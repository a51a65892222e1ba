package main

import (
	"context"
	"errors"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
)

// each runs f now and at every tick, until ctx ends.
func each(ctx context.Context, tick time.Duration, f func(context.Context)) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		f(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// eachSecond runs f at once and each second, while the clock is right.
func (n *node) eachSecond(ctx context.Context, f func(context.Context)) {
	each(ctx, time.Second, func(ctx context.Context) { n.byRightClock(ctx, f) })
}

// byRightClock runs f, unless the clock of this machine is wrong: an office's time
// never goes back, so a day that is ended too early is lost. Until the clock is
// found right, requests write nothing either.
func (n *node) byRightClock(ctx context.Context, f func(context.Context)) {
	switch err := n.redisAnswers(ctx); {
	case errors.Is(err, errClocks):
		n.wrongClock.Store(true)
		return
	case err == nil:
		n.wrongClock.Store(false)
	}
	f(ctx)
}

// turnDays ends an office's day when the next one begins, so that nobody sees
// yesterday's numbers. In the demonstration keepPlaying does.
func (n *node) turnDays(ctx context.Context) {
	n.eachSecond(ctx, func(ctx context.Context) { n.turnDay(ctx, n.now()) })
}

func (n *node) turnDay(ctx context.Context, now time.Time) {
	day := string(n.bookings.City().Day(now))
	for _, id := range n.officeIDs() {
		if last := n.offices.Office(id).Day; last == "" || last >= day {
			continue
		}
		if err := n.queue.BeginDay(ctx, id, now, day); err != nil && ctx.Err() == nil {
			n.log.Warn("the office's new day does not begin", "office", id, "err", err)
		}
	}
}

// officeWithin is how long one office may take: with its Redis away, those of
// other offices wait no longer.
const officeWithin = 2 * time.Second

// eachOffice has f look after every office whose day it is; an office of
// yesterday is ended, not called from.
func (n *node) eachOffice(ctx context.Context, now time.Time, f func(context.Context, booking.OfficeID, *queue.Office)) {
	day := string(n.bookings.City().Day(now))
	for _, id := range n.officeIDs() {
		if office := n.offices.Office(id); office.Day == day {
			ctx, cancel := context.WithTimeout(ctx, officeWithin)
			f(ctx, booking.OfficeID(id), office)
			cancel()
		}
	}
}

// passages has visits arrive that some node sent to another office and did not
// live to see there. In the demonstration keepPlaying does.
func (n *node) passages(ctx context.Context) {
	n.eachSecond(ctx, func(ctx context.Context) { n.eachOffice(ctx, n.now(), n.receive) })
}

func (n *node) receive(ctx context.Context, from booking.OfficeID, office *queue.Office) {
	for _, t := range checkin.Unreceived(office, n.offices.Recorded(office.ID), n.offices.Office) {
		if _, ok := n.bookings.City().Office(booking.OfficeID(t.SentTo.Office)); !ok {
			continue // gone by an import, and its visits with it
		}
		if _, err := n.site.Arrivals.Receive(ctx, from, t); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
			n.log.Warn("a visit does not arrive in the office that it was sent to", "from", from, "to", t.SentTo.Office, "err", err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// noted has those join their line who came before their window opened, and whose
// moment has come: any node, so that it does not matter which one gave the number.
func (n *node) noted(ctx context.Context) {
	n.eachSecond(ctx, func(ctx context.Context) { n.eachOffice(ctx, n.now(), n.joinNoted) })
}

func (n *node) joinNoted(ctx context.Context, id booking.OfficeID, office *queue.Office) {
	now := n.now()
	for _, t := range checkin.Joining(office, now) {
		if err := n.site.Arrivals.JoinNoted(ctx, id, t, now); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
			n.log.Warn("a noted ticket does not join its line", "office", id, "err", err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// purge forgets who had an appointment some days ago, and what people needed who came before today.
func (n *node) purge(ctx context.Context) {
	each(ctx, time.Hour, func(ctx context.Context) {
		if err := n.bookings.Purge(ctx, n.cfg.KeepDays); err != nil && ctx.Err() == nil {
			n.log.Error("personal data is not purged", "err", err)
		}
		if err := n.journal.ForgetNeeds(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("what people needed is not purged", "err", err)
		}
	})
}
