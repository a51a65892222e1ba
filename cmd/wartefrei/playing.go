package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/cmd/wartefrei/play"
	"github.com/wartefrei/wartefrei/web"
)

// beginPlay plays the demonstration's day until now and goes on at the pace of
// life. A start that was killed in the middle of it, or ended an hour ago, is
// taken up where it was.
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
	if err := n.fillDay(ctx, players, now); err != nil {
		return err
	}
	n.playing.Store(true)
	n.keep(func(ctx context.Context) { n.keepPlaying(ctx, players, now) })
	n.keep(func(ctx context.Context) { n.bookAhead(ctx, players) })
	return nil
}

// fillDay books the day of an instant and plays it until then.
func (n *node) fillDay(ctx context.Context, players *play.Players, now time.Time) error {
	if err := n.bookDay(ctx, players, now, 0); err != nil {
		return err
	}
	return players.Fill(ctx, now)
}

// keepPlaying plays each second what has happened since the last one. After
// the clock was put forward to another day it begins when that day opened; only
// then does that day begin in offices where nothing has happened yet, and visits
// arrive that a start which was killed has left on their way.
func (n *node) keepPlaying(ctx context.Context, players *play.Players, last time.Time) {
	failing := false
	each(ctx, time.Second, func(ctx context.Context) {
		now := n.now()
		err := n.playOn(ctx, players, last, now)
		if err == nil {
			last = now
			n.turnDay(ctx, now)
			n.eachOffice(ctx, now, n.receive)
		} else if !failing && ctx.Err() == nil {
			n.log.Warn("the demonstration's day does not go on", "err", err)
		}
		failing = err != nil
	})
}

func (n *node) playOn(ctx context.Context, players *play.Players, last, now time.Time) error {
	city := n.bookings.City()
	switch {
	case !n.playing.Load():
		return nil // others play
	case city.Day(now) != city.Day(last):
		return n.fillDay(ctx, players, now)
	}
	return players.Play(ctx, last, now)
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

// bookDay books the day so many days ahead, once a day. The bookings' clock
// stands at the beginning of today: what is past by now was booked before.
func (n *node) bookDay(ctx context.Context, players *play.Players, now time.Time, ahead int) error {
	city := n.bookings.City()
	local := now.In(city.Location())
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, city.Location())
	day := city.Day(midnight.AddDate(0, 0, ahead))
	return n.folder.once(fmt.Sprintf("booked-%s-on-%s", day, city.Day(now)), func() error {
		bookings, err := pgbooking.New(ctx, n.pool, func() time.Time { return midnight })
		if err != nil {
			return err
		}
		return players.Book(ctx, bookings, day)
	})
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
