package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// orRunning is the configuration with the servers of the demonstration that
// runs in the data folder, where the environment names no database: both, so
// that no city meets another's queue.
func (c Config) orRunning() Config {
	if c.Postgres == "" {
		if demo, found := findRunning(c.Data); found {
			c.Postgres, c.Redis = demo.Postgres, demo.Redis
		}
	}
	return c
}

// openDatabase opens and migrates the database of the environment; without
// one that of the demonstration which runs in the data folder.
func openDatabase(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	cfg = cfg.orRunning()
	if err := cfg.validatePostgres(); err != nil {
		return nil, err
	}
	pool, err := pg.Open(ctx, cfg.Postgres)
	if err != nil {
		return nil, noDatabase(ctx, err)
	}
	if err := pg.Migrate(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// noDatabase says in one line that the database does not answer; its driver takes several.
func noDatabase(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // told to end, which is no fault of the database
	}
	return fmt.Errorf("the database does not answer, is WARTEFREI_POSTGRES_URL right? %s", strings.Join(strings.Fields(err.Error()), " "))
}

func migrate(ctx context.Context, cfg Config, log *slog.Logger, _ []string) error {
	pool, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	pool.Close()
	log.Info("the database has this version's schema")
	return nil
}

// office is what the commands about accounts and tokens work with.
type office struct {
	accounts *pgaccounts.Store
	city     *booking.City
	close    func()
}

func openOffice(ctx context.Context, cfg Config) (office, error) {
	pool, err := openDatabase(ctx, cfg)
	if err != nil {
		return office{}, err
	}
	accounts, err := pgaccounts.New(ctx, pool, nil) // nobody signs in here, so nothing is counted in Redis
	if err != nil {
		pool.Close()
		return office{}, err
	}
	bookings, err := pgbooking.New(ctx, pool, time.Now)
	if err != nil {
		pool.Close()
		return office{}, err
	}
	return office{accounts, bookings.City(), pool.Close}, nil
}

const userUsage = `say one of
  wartefrei user add ROLE NAME [OFFICE…]   roles: clerk, manager, administrator
  wartefrei user reset NAME                a new password for somebody who forgot theirs
  wartefrei user disable NAME
  wartefrei user list`

func users(ctx context.Context, cfg Config, _ *slog.Logger, args []string) error {
	return administer(ctx, cfg, userUsage, args, map[string]action{
		"add 2+": func(o office, args []string) error {
			offices, err := o.offices(args[2:])
			if err != nil {
				return err
			}
			password, err := o.accounts.AddAccount(ctx, args[1], args[0], offices)
			return tellPassword(args[1], password, err)
		},
		"reset 1": func(o office, args []string) error {
			password, err := o.accounts.ResetPassword(ctx, args[0])
			return tellPassword(args[0], password, err)
		},
		"disable 1": func(o office, args []string) error {
			return tellDone(o.accounts.Disable(ctx, args[0]), args[0], args[0]+" cannot sign in any more.")
		},
		"list 0": func(o office, _ []string) error {
			accounts, err := o.accounts.Accounts(ctx)
			return table(err, "NAME\tROLE\tOFFICES\tSINCE\t", len(accounts), func(i int) string {
				a := accounts[i]
				return strings.Join([]string{a.Name, a.Role, join(a.Offices), a.Created.Format(time.DateOnly), word(!a.Active, "disabled")}, "\t")
			})
		},
	})
}

const tokenUsage = `say one of
  wartefrei token add terminal NAME HOUSE        for the browser of a terminal in a house
  wartefrei token add ROLE NAME [OFFICE…]        for scripts; roles: clerk, manager, administrator
  wartefrei token revoke ID
  wartefrei token list`

func tokens(ctx context.Context, cfg Config, _ *slog.Logger, args []string) error {
	return administer(ctx, cfg, tokenUsage, args, map[string]action{
		"add 2+": func(o office, args []string) error {
			holder := pgaccounts.Holder{Role: args[0], Name: args[1]}
			if err := o.scope(&holder, args[2:]); err != nil {
				return err
			}
			secret, holder, err := o.accounts.AddToken(ctx, holder)
			if err != nil {
				return err
			}
			fmt.Printf("%s\nThis is the token %s of %s. It is shown this once.\n", secret, holder.ID, holder.Name)
			return nil
		},
		"revoke 1": func(o office, args []string) error {
			return tellDone(o.accounts.Revoke(ctx, args[0]), args[0], "The token "+args[0]+" opens nothing any more.")
		},
		"list 0": func(o office, _ []string) error {
			all, err := o.accounts.Tokens(ctx)
			return table(err, "ID\tROLE\tNAME\tSCOPE\tSINCE\t", len(all), func(i int) string {
				h := all[i]
				return strings.Join([]string{h.ID, h.Role, h.Name, join(h.Offices) + string(h.House),
					h.Created.Format(time.DateOnly), word(!h.Revoked.IsZero(), "revoked")}, "\t")
			})
		},
	})
}

// action is what a word of a command does with what follows it.
type action func(o office, args []string) error

// administer carries out the action that fits the arguments: "reset 1" takes
// one, "add 2+" two or more.
func administer(ctx context.Context, cfg Config, usage string, args []string, actions map[string]action) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	rest := args[1:]
	do, ok := actions[fmt.Sprintf("%s %d", args[0], len(rest))]
	if more, takes := actions[args[0]+" 2+"]; takes && len(rest) >= 2 {
		do, ok = more, true
	}
	if !ok {
		return errors.New(usage)
	}
	o, err := openOffice(ctx, cfg)
	if err != nil {
		return err
	}
	defer o.close()
	return do(o, rest)
}

// shown is a name that was given, in quotes if one could not see otherwise what it is.
func shown(name string) string {
	if quoted := strconv.Quote(name); strings.TrimSpace(name) == "" || quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

func tellPassword(name, password string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", shown(name), err)
	}
	fmt.Printf("%s\nThis is the first password of %s, good for %d days. It is shown this once.\n", password, name, pgaccounts.InitialDays)
	return nil
}

// tellDone says what was done to somebody, or why it was not.
func tellDone(err error, whom, done string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", shown(whom), err)
	}
	fmt.Println(done)
	return nil
}

// offices are those with the names; one that the city does not have is refused.
func (o office) offices(names []string) ([]booking.OfficeID, error) {
	var ids []booking.OfficeID
	for _, name := range names {
		if _, ok := o.city.Office(booking.OfficeID(name)); !ok {
			return nil, fmt.Errorf("there is no office %s: %w", shown(name), booking.ErrOfficeUnknown)
		}
		ids = append(ids, booking.OfficeID(name))
	}
	return ids, nil
}

// scope says where a token is good: a terminal's in a house, others' in offices.
func (o office) scope(h *pgaccounts.Holder, names []string) (err error) {
	if h.Role != pgaccounts.Terminal {
		h.Offices, err = o.offices(names)
		return err
	}
	if len(names) != 1 {
		return errors.New(tokenUsage)
	}
	if _, ok := o.city.House(booking.HouseID(names[0])); !ok {
		return fmt.Errorf("there is no house %s: %w", shown(names[0]), booking.ErrHouseUnknown)
	}
	h.House = booking.HouseID(names[0])
	return nil
}

// table prints lines below a heading.
func table(err error, heading string, lines int, line func(i int) string) error {
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, heading)
	for i := range lines {
		fmt.Fprintln(w, line(i))
	}
	return w.Flush()
}

func join(offices []booking.OfficeID) string {
	names := make([]string, len(offices))
	for i, id := range offices {
		names[i] = string(id)
	}
	return strings.Join(names, " ")
}

// word is the word if it applies.
func word(applies bool, word string) string {
	if applies {
		return word
	}
	return ""
}
