// Wartefrei runs a citizens' office day: book, check in, wait, be called, be
// served, be counted. This is the program and its commands.
//
//	main.go    the commands
//	config.go  what the environment sets
//	run.go     what `wartefrei serve` does, from opening to closing
//	serve.go   the listeners, and how they end
//	upkeep.go  what is done each second or hour
//	demo.go    the demonstration; folder.go and servers.go hold its data,
//	           its PostgreSQL and its Redis; playing.go and play its people,
//	           simulate.go the same people on another's server
//	admin.go   the commands of an administrator; admin_import.go a city,
//	           admin_queue.go what of it today's queue needs, and
//	           admin_record.go whether queue and record agree
//
// Only this package knows all others; imports_test.go holds who may know whom.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // the offices' wall clocks, also where the machine has no zones

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// revision is set by the Makefile.
var revision = "unknown"

// command is one of the program's.
type command struct {
	name string
	args string
	does string
	run  func(ctx context.Context, cfg Config, log *slog.Logger, args []string) error
}

// commands lists them in the order in which help prints them.
func commands() []command {
	return []command{
		{"serve", "", "serve pages and API, with the database and Redis of the environment", serve},
		{"demo", "", "run the demonstration, with a database and Redis of its own", demo},
		{"migrate", "", "bring the database to this version's schema", migrate},
		{"import", "[-despite-appointments] FILE", "make a city's file the one in force and say what changed", importCity},
		{"user", "add|list|disable|reset …", "accounts of clerks, managers and administrators", users},
		{"token", "add|list|revoke …", "tokens of terminals and scripts", tokens},
		{"check", "", "say where queue and record of an office differ, ticket by ticket", check},
		{"rebuild", "[-from-redis] OFFICE", "write an office's queue anew from its record, or begin the record anew from Redis", rebuild},
		{"simulate", "[-url …] [-speed …] [-seed …]", "play the rest of a day on a running demonstration, over its API", simulate},
		{"version", "", "say what this is", version},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends us at once; our servers end by themselves
	if err := execute(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wartefrei: "+sentence(err))
		os.Exit(1)
	}
}

func execute(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		help(os.Stdout)
		return nil
	}
	cfg, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.Log}))
	redis.SetLogger(redisLog{log}) // its errors come back to us as well
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		if c.args == "" && len(args) > 1 {
			return fmt.Errorf("%s takes no arguments", c.name)
		}
		err := c.run(ctx, cfg, log, args[1:])
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // told to end before all was open
		}
		return err
	}
	return fmt.Errorf("there is no command %q: wartefrei help lists them", args[0])
}

// redisLog is where the Redis client says what it does by itself.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, values ...any) {
	l.log.DebugContext(ctx, fmt.Sprintf(format, values...))
}

func help(w io.Writer) {
	fmt.Fprint(w, "Wartefrei runs a citizens' office day.\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  wartefrei %-34s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	fmt.Fprint(w, "\nSettings, from the environment:\n")
	for _, s := range new(Config).settings() {
		preset := ""
		if s.preset != "" {
			preset = " [" + s.preset + "]"
		}
		fmt.Fprintf(w, "  %s%s\n      %s\n", s.name, preset, s.meaning)
	}
}

func serve(ctx context.Context, cfg Config, log *slog.Logger, _ []string) error {
	return run(ctx, cfg, log)
}

func demo(ctx context.Context, cfg Config, log *slog.Logger, _ []string) error {
	cfg.Demo = true
	return run(ctx, cfg, log)
}

func version(context.Context, Config, *slog.Logger, []string) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Println("wartefrei", revision, info.GoVersion)
	return err
}

// sentence says an error in words that tell what to do, where one can do something.
func sentence(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, pgserver.ErrDiskFull):
		return "the disk is full: make room, then start again; nothing is lost"
	case errors.Is(err, fs.ErrPermission):
		return err.Error() + ": the folder belongs to somebody else, choose another one with WARTEFREI_DATA"
	}
	for _, known := range []error{pgserver.ErrNotInstalled, redisserver.ErrNotInstalled} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}
