package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
)

// importCity makes a city's file the one in force.
func importCity(ctx context.Context, cfg Config, _ *slog.Logger, args []string) error {
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	despite := flags.Bool("despite-appointments", false, "also where a time is closed that somebody has booked")
	if err := flags.Parse(args); err != nil {
		return errOneFile
	}
	city, err := readCity(flags.Args())
	if err != nil {
		return err
	}
	cfg = cfg.orRunning()
	pool, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	clock, err := pg.NewClock(ctx, pool, time.Now) // the office's: a demonstration may be days ahead
	if err != nil {
		return err
	}
	bookings, err := pgbooking.New(ctx, pool, clock.Now)
	if err != nil {
		return err
	}
	// Queue and city lie in two stores. Who joins for a service, or opens a desk,
	// in the milliseconds between the question and the import is not seen.
	if err := askQueue(ctx, cfg, pool, bookings.City(), &city, clock.Now()); err != nil {
		return err
	}
	changes, stranded, err := bringCity(ctx, bookings, city, *despite)
	if err != nil {
		return err
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	if len(stranded) > 0 {
		fmt.Printf("Appointments that were kept, though nobody is there for them now: %v.\n", stranded)
	}
	fmt.Println(city.Name, inForce(len(changes)))
	return nil
}

// bringCity imports a city. Where appointments are in the way, it says how one
// does it all the same.
func bringCity(ctx context.Context, bookings *pgbooking.Store, city booking.City, despite bool) ([]string, pgbooking.Stranded, error) {
	if despite {
		return bookings.ImportDespite(ctx, city)
	}
	changes, err := bookings.Import(ctx, city)
	if stranded, ok := errors.AsType[pgbooking.StrandedError](err); ok {
		err = fmt.Errorf("%w; give these people another time first, or keep their appointments with wartefrei import -despite-appointments FILE", stranded)
	}
	return changes, nil, err
}

var errOneFile = errors.New("import needs one file: wartefrei import city.json")

// readCity reads the file that the command names; "-" is the standard input.
func readCity(args []string) (booking.City, error) {
	if len(args) != 1 {
		return booking.City{}, errOneFile
	}
	file := os.Stdin
	if args[0] != "-" {
		var err error
		if file, err = os.Open(args[0]); err != nil {
			return booking.City{}, err
		}
		defer file.Close()
	}
	content, err := io.ReadAll(io.LimitReader(file, booking.MaxCityFile+1)) // one more than ParseCity takes, so that it says so
	if err != nil {
		return booking.City{}, err
	}
	city, err := booking.ParseCity(content)
	if err != nil {
		return booking.City{}, fmt.Errorf("%s: %w", args[0], err)
	}
	return city, nil
}

func inForce(changes int) string {
	switch changes {
	case 0:
		return "is in force already, nothing changed."
	case 1:
		return "is in force, 1 change."
	}
	return fmt.Sprintf("is in force, %d changes.", changes)
}
