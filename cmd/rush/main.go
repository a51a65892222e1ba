// Rush drives a Wartefrei installation as hard as a bad day does, and says what
// broke. To the nodes it speaks as others do, by HTTP and WebSocket. The servers
// and nodes are its own: it signals them, empties and fills Redis, and reads the
// journal.
//
//	rush faults   desks, terminals and screens work on several nodes while their
//	              Redis, PostgreSQL and they themselves are killed, stopped,
//	              emptied, set back, filled, cut off and delayed, one fault at a
//	              time, or with -pairs two; with -redis sentinel, -redis cluster and
//	              -standby on servers that fail over
//
//	main.go          the commands
//	installation.go  PostgreSQL, Redis and nodes, in a folder that goes with us
//	standby.go       a PostgreSQL that stands in for another
//	wire.go          a connection that can be cut, made silent or slow
//	people.go        who works at the desks, and what they were answered
//	terminals.go     who shows a code at an entrance, and takes a number there
//	screens.go       who watches
//	kinds.go         the kinds of faults
//	faults.go        one after the other
//	told.go          what an answer says, in the words of the record
//	verify.go        what must be true of the journal, whatever happened
//	decisions.go     and of what was decided, by the model
//	asked.go         and of what was asked for
//
// The program under test is .build/wartefrei, or the one that -program names.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := execute(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "rush: "+err.Error())
		os.Exit(1)
	}
}

func execute(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] != "faults" {
		return errors.New("say what: rush faults, with -help for its flags")
	}
	p := plan{}
	flags := flag.NewFlagSet("rush faults", flag.ContinueOnError)
	flags.Uint64Var(&p.seed, "seed", 1, "of the order of the faults, and of what people do")
	flags.IntVar(&p.seeds, "seeds", 1, "how many runs: each with the next seed, and servers of its own")
	flags.IntVar(&p.each, "each", 1, "how many faults of each kind")
	flags.IntVar(&p.commands, "commands", 300, "commands that are answered between two faults")
	flags.IntVar(&p.nodes, "nodes", 3, "nodes of the installation")
	flags.StringVar(&p.program, "program", ".build/wartefrei", "the program under test")
	flags.BoolVar(&p.pairs, "pairs", false, "two faults of two servers at the same time; where PostgreSQL is away and Redis forgets, what was answered while the record was behind may be lost")
	flags.StringVar(&p.redis, "redis", "one", "one Redis, sentinel (a master, two replicas, three sentinels), or cluster (three masters)")
	flags.BoolVar(&p.standby, "standby", false, "a PostgreSQL that stands in for the other")
	flags.StringVar(&p.only, "only", "", "this kind of fault alone")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	return faults(ctx, p, out)
}
