package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

// errInUse refuses a city that lacks what somebody in today's queue needs.
var errInUse = errors.New("today's queue needs what the new file lacks")

// askQueue refuses a city that lacks what today's queue needs: a desk that is
// not closed, what open tickets are for and where they wait, and how numbers were
// given. The queue is
// asked only where something is lost, so other changes, and the first city,
// need no Redis.
func askQueue(ctx context.Context, cfg Config, pool *pgxpool.Pool, old, new *booking.City, now time.Time) error {
	losses := booking.Losses(old, new)
	if len(losses) == 0 {
		return nil
	}
	needed, err := neededOf(ctx, cfg, pool, losses, string(old.Day(now)))
	if err != nil {
		return fmt.Errorf("the new file removes something, and today's queue cannot be asked whether it is needed: %w", err)
	}
	if len(needed) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", errInUse, strings.Join(needed, "; "))
}

// neededOf lists what is lost and needed, by place and reason.
func neededOf(ctx context.Context, cfg Config, pool *pgxpool.Pool, losses []booking.Loss, today string) ([]string, error) {
	if err := cfg.validateRedis(); err != nil {
		return nil, err
	}
	rdb, err := redisqueue.Connect(cfg.Redis)
	if err != nil {
		return nil, err
	}
	defer rdb.Close()
	line := redisqueue.New(rdb, pgjournal.New(pool))
	var needed []string
	for _, l := range losses {
		office, err := line.Office(ctx, queue.OfficeID(l.Office))
		if err != nil {
			return nil, fmt.Errorf("it does not answer, is WARTEFREI_REDIS_URL right? %w", err)
		}
		if office.Day >= today { // an older day is over, though nobody has begun the new one yet
			needed = append(needed, stillNeeded(l, office)...)
		}
	}
	return needed, nil
}

// stillNeeded lists what an office loses and needs.
func stillNeeded(l booking.Loss, office *queue.Office) []string {
	var needed []string
	say := func(format string, args ...any) { needed = append(needed, fmt.Sprintf(format, args...)) }
	for _, id := range l.Desks {
		switch desk := office.Desks[queue.DeskID(id)]; {
		case desk.Ticket != "":
			say("%s.desks[%s] has a ticket", l.Path, id)
		case desk.State == queue.DeskOpen, desk.State == queue.DeskPaused:
			say("%s.desks[%s] is %s", l.Path, id, desk.State)
		}
	}
	if l.Numbers && office.Counters.Seq > 0 {
		say("%s has given numbers today, by its prefix and order until now", l.Path)
	}
	open := func(is func(queue.Ticket) bool) (n int) {
		for t := range office.Tickets.All() {
			if t.State.Open() && is(t) {
				n++
			}
		}
		return n
	}
	if n := open(func(queue.Ticket) bool { return true }); l.Whole && n > 0 {
		say("%s has open tickets: %d", l.Path, n)
		return needed // which are for services and in areas that go with it
	}
	for _, id := range l.Services {
		if n := open(func(t queue.Ticket) bool { return slices.Contains(t.Services, queue.ServiceID(id)) }); n > 0 {
			say("%s.services[%s] has open tickets: %d", l.Path, id, n)
		}
	}
	for _, id := range l.Areas {
		if n := open(func(t queue.Ticket) bool { return t.Area == id }); n > 0 {
			say("%s.areas[%s] has open tickets of %s: %d", l.House, id, l.Office, n)
		}
	}
	return needed
}
