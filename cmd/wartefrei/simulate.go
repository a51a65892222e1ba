package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/cmd/wartefrei/play"
	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/queue"
)

// simulation is a day that is played on a running server.
type simulation struct {
	site    *play.Site
	players *play.Players
	log     *slog.Logger
	speed   float64
	begun   time.Time // by the office clock
	last    time.Time // played until then
}

// simulate plays citizens and clerks on a running demonstration until its
// offices are closed or it is told to end, and says what became of those who came.
func simulate(ctx context.Context, cfg Config, log *slog.Logger, args []string) error {
	s := simulation{site: &play.Site{Client: &http.Client{Timeout: 30 * time.Second}}, log: log}
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.StringVar(&s.site.URL, "url", "http://"+cfg.Listen, "the server")
	flags.Float64Var(&s.speed, "speed", 60, "how many times as fast as life: 1, 10 or 60")
	seed := flags.String("seed", "1", "another seed, another day")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.New("write wartefrei simulate -url http://127.0.0.1:8080 -speed 60 -seed 1")
	}
	if err := s.open(ctx, cfg.Token, *seed); err != nil {
		return err
	}
	if err := s.site.Pace(ctx, s.speed, true); err != nil {
		return err
	}
	played := s.play(ctx)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Grace)
	defer cancel()
	return errors.Join(played, s.site.Pace(closing, 1, false), s.report(closing))
}

// open asks the server who it is. Only a demonstration is played on: elsewhere
// real people wait.
func (s *simulation) open(ctx context.Context, token, seed string) error {
	s.site.URL = strings.TrimSuffix(s.site.URL, "/")
	clock, err := s.site.Clock(ctx)
	if err != nil {
		return fmt.Errorf("is Wartefrei at %s? Name another place by -url: %w", s.site.URL, err)
	}
	if !clock.Demonstration {
		return fmt.Errorf("%s is no demonstration: nobody is invented there", s.site.URL)
	}
	s.site.Token = token
	if err := s.enter(ctx); err != nil {
		return fmt.Errorf("WARTEFREI_TOKEN must be what wartefrei token add administrator NAME printed: %w", err)
	}
	holidays, err := calholiday.In(s.site.City.State)
	if err != nil {
		return err
	}
	s.begun, s.last = clock.Now, clock.Now
	s.players = &play.Players{City: func() *booking.City { return s.site.City }, Town: s.site, Holidays: holidays, Seed: seed}
	over, err := s.players.Over(ctx, clock.Now)
	if over {
		return fmt.Errorf("it is %s there, and the offices are closed for today: put the clock of its start page forward", clock.Now.Format("15:04"))
	}
	return err
}

// enter reads the city. A token that was made just now is known to every node
// within a second.
func (s *simulation) enter(ctx context.Context) (err error) {
	for range 5 {
		if err = s.site.ReadCity(ctx); !play.Forbidden(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return err
}

// play plays each second what has happened since the last one. A server that
// does not answer for a while, because it starts anew, is asked again.
func (s *simulation) play(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		over, err := s.again(ctx, failing)
		switch {
		case over || ctx.Err() != nil:
			return nil
		case play.Forbidden(err):
			return err
		case err != nil && !failing:
			s.log.Warn("the day does not go on, asking again", "err", err)
		}
		failing = err != nil
	}
}

// again plays a step. A server that had failed may have started anew, at the
// pace of life and with people of its own: it is told the pace first.
func (s *simulation) again(ctx context.Context, failed bool) (over bool, err error) {
	if failed {
		if err := s.site.Pace(ctx, s.speed, true); err != nil {
			return false, err
		}
		s.log.Info("the server answers again, its pace is set anew", "speed", s.speed)
	}
	return s.step(ctx)
}

func (s *simulation) step(ctx context.Context) (over bool, err error) {
	clock, err := s.site.Clock(ctx)
	if err != nil {
		return false, err
	}
	if err := s.players.Play(ctx, s.last, clock.Now); err != nil {
		return false, err
	}
	s.last = clock.Now
	return s.players.Over(ctx, clock.Now)
}

// report prints what became of those who came while the day was played.
func (s *simulation) report(ctx context.Context) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %s to %s\n", s.begun.Format(time.DateOnly), s.begun.Format("15:04"), s.last.Format("15:04"))
	fmt.Fprintln(w, "OFFICE\tCAME\tCALLED\tDONE\tNO-SHOW\tHALF WAITED UP TO\tNINE OF TEN UP TO")
	for _, office := range s.site.City.Offices() {
		state, err := s.site.State(ctx, office.ID)
		if err != nil {
			return err
		}
		var came queue.Tickets
		for t := range state.Tickets.All() {
			if t.Arrived >= s.begun.UnixMilli() {
				came = came.With(t)
			}
		}
		state.Tickets = came
		waits := dashboards.WaitsOf(came.All())
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%s\n", office.ID, state.Tickets.Len(), waits.Count, len(state.In(queue.Done)),
			len(state.In(queue.Missed)), waits.Half.Round(time.Second), waits.Nine.Round(time.Second))
	}
	return w.Flush()
}
