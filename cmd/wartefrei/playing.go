package main

import (
	"context"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/cmd/wartefrei/play"
	"github.com/wartefrei/wartefrei/web"
)

// beginPlay plays the demonstration's day until now, unless that was done, and
// goes on at the pace of life.
func (n *node) beginPlay(ctx context.Context, accounts []web.DemoAccount) error {
	holidays, err := calholiday.In(n.bookings.City().State)
	if err != nil {
		return err
	}
	rooms := &play.Rooms{City: n.bookings.City, Bookings: n.bookings, Line: n.queue, NewTicket: web.NewTicketID}
	players := &play.Players{City: n.bookings.City, Town: rooms, Holidays: holidays, Spared: map[play.Desk]bool{}}
	for _, a := range accounts {
		players.Spared[play.Desk{Office: a.Office, ID: a.Desk}] = true
	}
	now := n.now()
	if err := n.bookDay(ctx, players, now, 0); err != nil {
		return err
	}
	begun, err := n.begun(ctx, now)
	if err != nil {
		return err
	}
	if !begun {
		if err := players.Play(ctx, players.Opening(now), now); err != nil {
			return err
		}
	}
	n.playing.Store(true)
	n.keep(func(ctx context.Context) { n.keepPlaying(ctx, players, now) })
	n.keep(func(ctx context.Context) { n.bookAhead(ctx, players) })
	return nil
}

// begun says whether an office has had an event on the day of an instant.
func (n *node) begun(ctx context.Context, t time.Time) (bool, error) {
	for _, id := range n.officeIDs() {
		state, err := n.queue.Office(ctx, id)
		if err != nil || state.Day == string(n.bookings.City().Day(t)) {
			return err == nil, err
		}
	}
	return false, nil
}

// keepPlaying plays each second what has happened since the last one. After
// the clock was put forward to another day it begins when that day opened.
func (n *node) keepPlaying(ctx context.Context, players *play.Players, last time.Time) {
	failing := false
	each(ctx, time.Second, func(ctx context.Context) {
		now := n.now()
		if !n.playing.Load() {
			last = now
			return
		}
		if city := n.bookings.City(); city.Day(now) != city.Day(last) {
			last = players.Opening(now)
		}
		err := players.Play(ctx, last, now)
		if err == nil {
			last = now
		} else if !failing && ctx.Err() == nil {
			n.log.Warn("the demonstration's day does not go on", "err", err)
		}
		failing = err != nil
	})
}

// daysAhead is for how many days the invented people have booked.
const daysAhead = 5

// bookAhead lets invented people book the present day and the next ones.
func (n *node) bookAhead(ctx context.Context, players *play.Players) {
	var done booking.Day
	each(ctx, time.Second, func(ctx context.Context) {
		now := n.now()
		today := n.bookings.City().Day(now)
		if today == done {
			return
		}
		for ahead := range daysAhead {
			if err := n.bookDay(ctx, players, now, ahead); err != nil {
				if ctx.Err() == nil {
					n.log.Warn("nobody books in the demonstration", "err", err)
				}
				return
			}
		}
		done = today
	})
}

// bookDay books the day so many days ahead. The bookings' clock stands at the
// beginning of today: what is past by now was booked before.
func (n *node) bookDay(ctx context.Context, players *play.Players, now time.Time, ahead int) error {
	city := n.bookings.City()
	local := now.In(city.Location())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, city.Location())
	bookings, err := pgbooking.New(ctx, n.pool, func() time.Time { return midnight })
	if err != nil {
		return err
	}
	return players.Book(ctx, bookings, city.Day(midnight.AddDate(0, 0, ahead)))
}

// setSpeed lets the day go by itself, so many times as fast as life; 0 stops
// it. With others only the clock goes.
func (n *node) setSpeed(ctx context.Context, speed float64, others bool) error {
	if err := n.clock.SetRate(ctx, max(speed, 1)); err != nil {
		return err
	}
	n.playing.Store(speed > 0 && !others)
	return nil
}

// speed is how fast the day goes by itself; 0: it does not.
func (n *node) speed() float64 {
	if !n.playing.Load() {
		return 0
	}
	return n.clock.Rate()
}
