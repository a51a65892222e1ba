package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/calholiday"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/web"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// takeFolder takes the demonstration's data folder: one process has it at a time.
func (n *node) takeFolder(context.Context) (err error) {
	if !n.cfg.Demo {
		return nil
	}
	if n.folder, err = openFolder(n.cfg.Data); err != nil {
		return err
	}
	n.onClose(n.folder.close)
	return nil
}

// startServers gives the demonstration a database and a Redis of its own.
func (n *node) startServers(ctx context.Context) error {
	if !n.cfg.Demo {
		return nil
	}
	n.log.Info("starting PostgreSQL and Redis", "folder", n.folder.path)
	own, err := startServers(ctx, n.folder.path, n.log)
	if err != nil {
		return err
	}
	n.onClose(own.stop)
	n.cfg.Postgres, n.cfg.Redis = own.postgres.URL(), own.redis.URL()
	return nil
}

// openClock is the demonstration's: it can be put forward and run faster.
func (n *node) openClock(ctx context.Context) (err error) {
	if n.clock, err = pg.NewClock(ctx, n.pool, time.Now); err != nil {
		return err
	}
	n.now, n.rate = n.clock.Now, n.clock.Rate
	n.keep(n.clock.Run)
	return nil
}

// prepare gives the demonstration a city, if it has none yet, and a moment at
// which its offices are busy.
func (n *node) prepare(ctx context.Context) error {
	if !n.cfg.Demo {
		return nil
	}
	if len(n.bookings.City().Houses) == 0 {
		if _, err := n.bookings.Import(ctx, democity.City()); err != nil {
			return err
		}
	}
	if err := n.clock.SetRate(ctx, 1); err != nil { // it may have been left running fast
		return err
	}
	busy, err := busyMoment(n.bookings.City(), n.now())
	if err != nil {
		return err
	}
	return n.clock.Forward(ctx, max(0, busy.Sub(n.now())))
}

// busyMoment is now if the city's first office is open for another hour, else
// 09:26 on the next day on which it is.
func busyMoment(city *booking.City, now time.Time) (time.Time, error) {
	offices := city.Offices()
	if len(offices) == 0 {
		return now, nil
	}
	holidays, err := calholiday.In(city.State)
	if err != nil {
		return now, err
	}
	calendar := booking.Calendar{Office: offices[0], Zone: city.Location(), Holidays: holidays}
	if calendar.Open(now) && calendar.Open(now.Add(time.Hour)) {
		return now, nil
	}
	local := now.In(city.Location())
	for ahead := range 30 {
		moment := time.Date(local.Year(), local.Month(), local.Day()+ahead, 9, 26, 0, 0, city.Location())
		if moment.After(now) && calendar.Open(moment) && calendar.Open(moment.Add(time.Hour)) {
			return moment, nil
		}
	}
	return now, nil // closed for a month: there is no better moment
}

// secrets are what the demonstration tells everybody. They are drawn once, so
// that they are no other installation's, and kept in the data folder.
type secrets struct {
	Password  string                     `json:"password"` // of every account
	Terminals map[booking.HouseID]string `json:"terminals"`
}

func (n *node) secretsFile() string { return filepath.Join(n.folder.path, "secrets.json") }

func (n *node) readSecrets() (secrets, error) {
	s := secrets{Password: "probe-" + strings.ToLower(rand.Text()[:8]), Terminals: map[booking.HouseID]string{}}
	content, err := os.ReadFile(n.secretsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s, n.keepSecrets(s)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("%s cannot be read, remove it: %w", n.secretsFile(), err)
	}
	return s, nil
}

func (n *node) keepSecrets(s secrets) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	half := n.secretsFile() + ".new"
	if err := os.WriteFile(half, content, 0o600); err != nil {
		return err
	}
	return os.Rename(half, n.secretsFile())
}

// demonstrate makes the demonstration's people and terminals known to the
// site, and says where each kind of person goes.
func (n *node) demonstrate(ctx context.Context) error {
	if !n.cfg.Demo {
		return nil
	}
	kept, err := n.readSecrets()
	if err != nil {
		return err
	}
	if err := n.addTerminals(ctx, &kept); err != nil {
		return err
	}
	accounts := people(n.bookings.City(), kept.Password, n.accounts.ByName)
	for _, a := range accounts {
		if err := n.addAccount(ctx, a); err != nil {
			return err
		}
	}
	n.site.Demo = &web.Demo{Accounts: accounts, Terminals: kept.Terminals, Forward: n.clock.Forward,
		Play: n.setSpeed, Playing: n.speed}
	if err := n.beginPlay(ctx, accounts); err != nil {
		return err
	}
	return n.folder.say(running{os.Getpid(), n.cfg.PublicURL, n.cfg.Postgres, n.cfg.Redis})
}

// addTerminals gives each house a token for its terminals, unless it has one
// that we know. One that nobody knows is of a start that was killed before it
// could keep it.
func (n *node) addTerminals(ctx context.Context, kept *secrets) error {
	for _, house := range n.bookings.City().Houses {
		if _, good := n.accounts.Token(kept.Terminals[house.ID]); good {
			continue
		}
		name, _ := house.Name.In(texts.German)
		holder := pgaccounts.Holder{Role: pgaccounts.Terminal, Name: name, House: house.ID}
		if err := n.revokeLost(ctx, holder); err != nil {
			return err
		}
		secret, _, err := n.accounts.AddToken(ctx, holder)
		if err != nil {
			return err
		}
		kept.Terminals[house.ID] = secret
	}
	return n.keepSecrets(*kept)
}

func (n *node) revokeLost(ctx context.Context, of pgaccounts.Holder) error {
	tokens, err := n.accounts.Tokens(ctx)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.Role != of.Role || t.House != of.House || t.Name != of.Name || !t.Revoked.IsZero() {
			continue
		}
		if err := n.accounts.Revoke(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// addAccount adds an account that there is not yet, and gives it its password
// if it still has the first one: a start that was killed has not.
func (n *node) addAccount(ctx context.Context, a web.DemoAccount) error {
	account, known := n.accounts.ByName(a.Name)
	if !known {
		var offices []booking.OfficeID
		if a.Office != "" {
			offices = []booking.OfficeID{a.Office}
		}
		if _, err := n.accounts.AddAccount(ctx, a.Name, a.Role, offices); err != nil {
			return err
		}
		account, _ = n.accounts.ByName(a.Name)
	}
	if !account.Active || account.Initial.IsZero() {
		return nil
	}
	return n.accounts.SetPassword(ctx, account.ID, a.Password)
}

// names are the demonstration's clerks and managers, common ones in the region.
var names = strings.Fields("keller yilmaz huber braun vogt kaya lang roth stein marx arnold sauer")

// people are the accounts of a city's demonstration: for each office a clerk
// at its first desk and a manager, for the first one a second clerk, and an
// administrator. An account that known says there is keeps its role and office,
// also where an import has put other offices before it.
func people(city *booking.City, password string, known func(name string) (pgaccounts.Account, bool)) []web.DemoAccount {
	var accounts []web.DemoAccount
	add := func(role string, office booking.OfficeID, desk string) {
		fits := func(name string, theirs bool) bool {
			account, ok := known(name)
			given := slices.ContainsFunc(accounts, func(a web.DemoAccount) bool { return a.Name == name })
			return !given && ok == theirs && (!ok || account.Role == role && slices.Equal(account.Offices, []booking.OfficeID{office}))
		}
		name := nameFor(func(name string) bool { return fits(name, true) })
		if name == "" {
			name = nameFor(func(name string) bool { return fits(name, false) })
		}
		accounts = append(accounts, web.DemoAccount{Name: name, Password: password, Role: role, Office: office, Desk: desk})
	}
	for i, office := range city.Offices() {
		for d, desk := range office.Desks {
			if d == 0 || (i == 0 && d == 1) {
				add(pgaccounts.Clerk, office.ID, desk.ID)
			}
		}
	}
	for _, office := range city.Offices() {
		add(pgaccounts.Manager, office.ID, "")
	}
	accounts = append(accounts, web.DemoAccount{Name: "admin", Password: password, Role: pgaccounts.Administrator})
	return accounts
}

// nameFor is the first of the names that fits, or "" where none does.
func nameFor(fits func(name string) bool) string {
	for n := range 1000 {
		name := fmt.Sprintf("%s-%d", names[n%len(names)], 1+n/len(names))
		if n < len(names) {
			name = names[n]
		}
		if fits(name) {
			return name
		}
	}
	return ""
}

// welcome says where each kind of person goes.
func (n *node) welcome(w io.Writer, l *texts.Language) {
	city := n.bookings.City()
	now := n.now().In(city.Location())
	house := city.Houses[0]
	fmt.Fprintln(w, l.T("console.runs", "city", city.Name, "date", l.Date(now), "at", l.At(now)))
	for _, place := range []struct{ key, path, who string }{
		{"console.everybody", "/", ""},
		{"console.citizens", "/booking", ""},
		{"console.terminal", "/houses/" + string(house.ID) + "/terminal", n.names(pgaccounts.Clerk)},
		{"console.screen", "/screens/" + house.Areas[0].ID, ""},
		{"console.clerks", "/desks", n.names(pgaccounts.Clerk)},
		{"console.infodesk", "/houses/" + string(house.ID) + "/infodesk", n.names(pgaccounts.Clerk)},
		{"console.managers", "/manager/" + string(house.Offices[0].ID), n.names(pgaccounts.Manager)},
		{"console.machines", "/metrics", ""},
	} {
		fmt.Fprintf(w, "  %-20s %s%-40s %s\n", l.T(place.key), n.cfg.PublicURL, place.path, place.who)
	}
	fmt.Fprintln(w, l.T("console.password", "password", n.site.Demo.Accounts[0].Password))
	fmt.Fprintln(w, l.T("console.end"))
}

// names lists the accounts of a role.
func (n *node) names(role string) string {
	var names []string
	for _, a := range n.site.Demo.Accounts {
		if a.Role == role {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// consoleLanguage is the language of whoever started us, English if they did not say.
func consoleLanguage(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			if strings.HasPrefix(value, texts.German) {
				return texts.German
			}
			break
		}
	}
	return "en"
}
