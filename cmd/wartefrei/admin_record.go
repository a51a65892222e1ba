package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

var (
	errDiffer    = errors.New("queue and record differ: run wartefrei rebuild for the office, which believes the record")
	errOneOffice = errors.New("rebuild needs one office's id: wartefrei rebuild [-from-redis] OFFICE")
)

// withQueue opens the queue and its record for a command.
func withQueue(ctx context.Context, cfg Config, do func(*redisqueue.Queue, *booking.City) error) error {
	cfg = cfg.orRunning()
	pool, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := cfg.validateRedis(); err != nil {
		return err
	}
	rdb, err := redisqueue.Connect(cfg.Redis)
	if err != nil {
		return err
	}
	defer rdb.Close()
	bookings, err := pgbooking.New(ctx, pool, time.Now)
	if err != nil {
		return err
	}
	return do(redisqueue.New(rdb, pgjournal.New(pool)), bookings.City())
}

// check holds Redis against the record, office by office.
func check(ctx context.Context, cfg Config, _ *slog.Logger, _ []string) error {
	return withQueue(ctx, cfg, func(line *redisqueue.Queue, city *booking.City) error {
		differ := false
		for _, office := range city.Offices() {
			lines, unrecorded, err := line.Check(ctx, queue.OfficeID(office.ID))
			if err != nil {
				return err
			}
			for _, l := range lines {
				fmt.Printf("%s: %s\n", office.ID, l)
			}
			switch {
			case unrecorded > 0:
				fmt.Printf("%s: the record lacks the last events: %d\n", office.ID, unrecorded)
			case len(lines) == 0:
				fmt.Printf("%s: agree\n", office.ID)
			}
			differ = differ || len(lines) > 0
		}
		if differ {
			return errDiffer
		}
		return nil
	})
}

// rebuildWithin is how long an office may take to be rebuilt: as the queue's own
// openings, for which a big day on a busy machine takes long.
const rebuildWithin = time.Minute

// rebuild opens an office anew.
func rebuild(ctx context.Context, cfg Config, _ *slog.Logger, args []string) error {
	flags := flag.NewFlagSet("rebuild", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fromRedis := flags.Bool("from-redis", false, "begin the record anew from what Redis has: where it was restored from a backup")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		return errOneOffice
	}
	id := queue.OfficeID(flags.Arg(0))
	return withQueue(ctx, cfg, func(line *redisqueue.Queue, city *booking.City) error {
		if _, ok := city.Office(booking.OfficeID(id)); !ok {
			return fmt.Errorf("there is no office %s", id)
		}
		open := line.Rebuild
		if *fromRedis {
			open = line.RebuildFromRedis
		}
		ctx, cancel := context.WithTimeout(ctx, rebuildWithin)
		defer cancel()
		if err := open(ctx, id); err != nil {
			return err
		}
		fmt.Printf("%s: rebuilt\n", id)
		return nil
	})
}
