package main

import (
	"context"
	"errors"
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
	city, err := readCity(args)
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
	if err := askQueue(ctx, cfg, bookings.City(), &city, clock.Now()); err != nil {
		return err
	}
	changes, err := bookings.Import(ctx, city)
	if err != nil {
		return err
	}
	for _, change := range changes {
		fmt.Println(change)
	}
	fmt.Println(city.Name, inForce(len(changes)))
	return nil
}

// readCity reads the file that the command names; "-" is the standard input.
func readCity(args []string) (booking.City, error) {
	if len(args) != 1 {
		return booking.City{}, errors.New("import needs one file: wartefrei import city.json")
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
