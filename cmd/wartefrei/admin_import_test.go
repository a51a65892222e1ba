package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/booking/pg"
	"github.com/wartefrei/wartefrei/booking/pgbooking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

// cityFile writes the demonstration's city with something changed.
func cityFile(t *testing.T, change func(*booking.City)) string {
	t.Helper()
	city := democity.City()
	change(&city)
	content, err := json.Marshal(city)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "city.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// without takes services out of an office.
func without(id booking.OfficeID, services ...booking.ServiceID) func(*booking.City) {
	return func(c *booking.City) {
		office, _ := c.Office(id)
		office.Services = slices.DeleteFunc(office.Services, func(s booking.Service) bool { return slices.Contains(services, s.ID) })
	}
}

// installWithRedis is an installation with the demonstration's city and a Redis, and no server.
func installWithRedis(t *testing.T) (installation, *redis.Client) {
	t.Helper()
	i := install(t)
	i.must(t, "import", offenburg)
	rdb := redistest.New(t)
	options := rdb.Options()
	i.environment = append(i.environment, fmt.Sprintf("WARTEFREI_REDIS_URL=unix://%s?db=%d", options.Addr, options.DB))
	return i, rdb
}

// officeClock opens the installation's database and its office clock.
func (i installation) officeClock(t *testing.T) (*pgxpool.Pool, *pg.Clock) {
	t.Helper()
	var url string
	for _, set := range i.environment {
		if value, ok := strings.CutPrefix(set, "WARTEFREI_POSTGRES_URL="); ok {
			url = value
		}
	}
	pool, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	clock, err := pg.NewClock(t.Context(), pool, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return pool, clock
}

// TestImportJudgesByTheOfficeClock removes what was booked for a day that the
// office clock has passed and the machine's has not.
func TestImportJudgesByTheOfficeClock(t *testing.T) {
	t.Parallel()
	i, _ := installWithRedis(t)
	pool, clock := i.officeClock(t)
	bookings, err := pgbooking.New(t.Context(), pool, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	start := bookLater(t, bookings, clock.Now())
	smaller := cityFile(t, without("standesamt", "kirchenaustritt"))
	if s := i.run(t, "", "import", smaller); s.ok || !strings.Contains(s.err, "there are appointments to come") {
		t.Errorf("before the appointment: %v, %q, %q", s.ok, s.out, s.err)
	}
	if err := clock.Forward(t.Context(), start.Sub(clock.Now())+24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if s := i.run(t, "", "import", smaller); !s.ok || !strings.Contains(s.out, "services[kirchenaustritt]: removed\n") {
		t.Errorf("a day after the appointment: %v, %q, %q", s.ok, s.out, s.err)
	}
}

// bookLater books the first time that is free in three weeks, for somebody who
// leaves the church.
func bookLater(t *testing.T, bookings *pgbooking.Store, now time.Time) time.Time {
	t.Helper()
	wish := booking.Wish{Office: "standesamt", Services: []booking.Choice{{Service: "kirchenaustritt", Persons: 1}}}
	start := firstFree(t, bookings, wish, now.AddDate(0, 0, 20))
	_, link, err := bookings.Hold(t.Context(), wish, start, "de", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bookings.Confirm(t.Context(), "", link, booking.Contact{Name: "Erika Mustermann", Phone: "0781 820"}); err != nil {
		t.Fatal(err)
	}
	return start
}

// TestImportDespiteAppointments closes a day that is booked: refused in one
// sentence that says where, when, how many and what to do; carried out when
// asked for.
func TestImportDespiteAppointments(t *testing.T) {
	t.Parallel()
	i, _ := installWithRedis(t)
	pool, clock := i.officeClock(t)
	bookings, err := pgbooking.New(t.Context(), pool, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	day := bookings.City().Day(bookLater(t, bookings, clock.Now()))
	closed := cityFile(t, func(c *booking.City) {
		office, _ := c.Office("standesamt")
		office.Closed = append(office.Closed, day)
	})
	there := "1 in standesamt on " + string(day)
	s := i.run(t, "", "import", closed)
	if s.ok || s.out != "" || !strings.Contains(s.err, there+"; ") || !strings.Contains(s.err, "-despite-appointments") ||
		strings.Count(s.err, "\n") != 1 || strings.Contains(s.err, "Mustermann") {
		t.Errorf("refused: %v, %q, %q", s.ok, s.out, s.err)
	}
	if out := i.must(t, "import", offenburg); out != "Offenburg is in force already, nothing changed.\n" {
		t.Errorf("the refused file changed something: %s", out)
	}
	s = i.run(t, "", "import", "--despite-appointments", closed)
	if !s.ok || !strings.Contains(s.out, there+".\n") || !strings.Contains(s.out, "is in force, 1 change.\n") {
		t.Errorf("carried out: %v, %q, %q", s.ok, s.out, s.err)
	}
	if out := i.must(t, "import", closed); out != "Offenburg is in force already, nothing changed.\n" {
		t.Errorf("once more: %s", out)
	}
}

// firstFree is the first time for a wish from a day on.
func firstFree(t *testing.T, bookings *pgbooking.Store, wish booking.Wish, from time.Time) time.Time {
	t.Helper()
	days, err := bookings.Free(t.Context(), wish, bookings.City().Day(from), 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range days {
		for _, slot := range day.Slots {
			return slot.Start
		}
	}
	t.Fatal("nothing is free for a month")
	return time.Time{}
}

// withoutDesk takes a desk out of an office.
func withoutDesk(id booking.OfficeID, desk string) func(*booking.City) {
	return func(c *booking.City) {
		office, _ := c.Office(id)
		office.Desks = slices.DeleteFunc(office.Desks, func(d booking.Desk) bool { return d.ID == desk })
	}
}

// withoutOffice takes an office out of the first house.
func withoutOffice(id booking.OfficeID) func(*booking.City) {
	return func(c *booking.City) {
		c.Houses[0].Offices = slices.DeleteFunc(c.Houses[0].Offices, func(o booking.Office) bool { return o.ID == id })
	}
}

// otherArea gives an area of the first house another id, and all that call or wait there.
func otherArea(area string) func(*booking.City) {
	return func(c *booking.City) {
		house := &c.Houses[0]
		for i := range house.Areas {
			house.Areas[i].ID = strings.Replace(house.Areas[i].ID, area, "saal", 1)
		}
		for _, office := range c.Offices() {
			for i := range office.Desks {
				office.Desks[i].Area = strings.Replace(office.Desks[i].Area, area, "saal", 1)
			}
			for i := range office.Services {
				office.Services[i].Area = strings.Replace(office.Services[i].Area, area, "saal", 1)
			}
		}
	}
}

// visitors fill an installation's queue by hand.
type visitors struct {
	t     *testing.T
	line  queue.Line
	rdb   *redis.Client // that it lies in
	clock *pg.Clock
	given int // commands
}

func (v *visitors) do(office queue.OfficeID, days int, c queue.Command) {
	v.t.Helper()
	at := v.clock.Now().AddDate(0, 0, days)
	v.given++
	_, err := v.line.Do(v.t.Context(), queue.Request{Office: office, ID: fmt.Sprint("visit-", v.given), At: at,
		Day: at.UTC().Format(time.DateOnly), Actor: queue.Actor{Role: "clerk"}, Command: c})
	if err != nil {
		v.t.Fatalf("%s in %s: %v", c.Kind(), office, err)
	}
}

// join has somebody wait for a service since some days from now.
func (v *visitors) join(office queue.OfficeID, days int, id queue.TicketID, area string, service queue.ServiceID) {
	v.t.Helper()
	v.do(office, days, queue.Join{Numbers: queue.NewNumbers("K", office, "2026-11-24", false), Ticket: queue.Ticket{
		ID: id, Class: queue.WalkIn, Services: []queue.ServiceID{service}, Persons: 1, Area: area, Due: v.clock.Now().UnixMilli()}})
}

// busy is an installation at noon of the next day, with people in its offices:
//
//	buergerbuero     desk 1 serves W for anmeldung, desk 2 pauses; M has missed
//	                 its call for reisepass, P is parked with fuehrungszeugnis,
//	                 G has given its number back (ausweisverlust)
//	auslaenderbuero  V waits for fiktion
//	wohngeld         Y has waited since yesterday
func busy(t *testing.T) (installation, *visitors) {
	t.Helper()
	i, rdb := installWithRedis(t)
	pool, clock := i.officeClock(t)
	noon := clock.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour) // no midnight comes while the test runs
	if err := clock.Forward(t.Context(), noon.Sub(clock.Now())); err != nil {
		t.Fatal(err)
	}
	v := &visitors{t: t, rdb: rdb, line: redisqueue.New(rdb, pgjournal.New(pool)), clock: clock}
	const buerger = "buergerbuero"
	v.do(buerger, 0, queue.OpenDesk{Desk: "1", Label: "1", Serves: queue.Set([]queue.ServiceID{"anmeldung", "reisepass", "fuehrungszeugnis"})})
	v.do(buerger, 0, queue.OpenDesk{Desk: "2", Label: "2", Serves: []queue.ServiceID{"anmeldung"}})
	v.do(buerger, 0, queue.PauseDesk{Desk: "2"})
	v.join(buerger, 0, "M", "halle", "reisepass")
	v.do(buerger, 0, queue.CallNext{Desk: "1"})
	v.do(buerger, 0, queue.NoShow{Desk: "1"})
	v.join(buerger, 0, "P", "halle", "fuehrungszeugnis")
	v.do(buerger, 0, queue.CallNext{Desk: "1"})
	v.do(buerger, 0, queue.Park{Desk: "1"})
	v.join(buerger, 0, "W", "halle", "anmeldung")
	v.do(buerger, 0, queue.CallNext{Desk: "1"})
	v.do(buerger, 0, queue.Came{Desk: "1"})
	v.join(buerger, 0, "G", "halle", "ausweisverlust")
	v.do(buerger, 0, queue.Leave{Ticket: "G"})
	v.join("auslaenderbuero", 0, "V", "warteraum", "fiktion")
	v.join("wohngeld", -1, "Y", "flur", "wohngeld")
	return i, v
}

// TestImportKeepsTodaysQueue takes away what people wait for and where they
// are, one thing at a time: each is refused, all of it, by place and reason.
func TestImportKeepsTodaysQueue(t *testing.T) {
	t.Parallel()
	i, _ := busy(t)
	const refused = "wartefrei: today's queue needs what the new file lacks: "
	const house = "houses[fischmarkt]"
	for name, c := range map[string]struct {
		change func(*booking.City)
		want   []string // in the sentence
	}{
		"a desk with a ticket": {withoutDesk("buergerbuero", "1"), []string{house + ".offices[buergerbuero].desks[1] has a ticket"}},
		"a desk that pauses":   {withoutDesk("buergerbuero", "2"), []string{house + ".offices[buergerbuero].desks[2] is paused"}},
		"a service":            {without("buergerbuero", "anmeldung"), []string{".services[anmeldung] has open tickets: 1"}},
		"a missed one's":       {without("buergerbuero", "reisepass"), []string{".services[reisepass] has open tickets: 1"}},
		"a parked one's":       {without("buergerbuero", "fuehrungszeugnis"), []string{".services[fuehrungszeugnis] has open tickets: 1"}},
		"an office":            {withoutOffice("auslaenderbuero"), []string{house + ".offices[auslaenderbuero] has open tickets: 1"}},
		"an area":              {otherArea("halle"), []string{house + ".areas[halle] has open tickets of buergerbuero: 3"}},
		"a prefix":             {func(c *booking.City) { c.Houses[0].Offices[0].Prefix = "Z" }, []string{".offices[buergerbuero] has given numbers today"}},
		"an order": {func(c *booking.City) {
			c.Houses[0].Offices[0].Rules = map[string]int{"ascending": 1 - c.Houses[0].Offices[0].Rules["ascending"]}
		}, []string{".offices[buergerbuero] has given numbers today"}},
		"more than one": {func(c *booking.City) {
			withoutDesk("buergerbuero", "2")(c)
			withoutOffice("auslaenderbuero")(c)
		}, []string{"desks[2] is paused; " + house + ".offices[auslaenderbuero] has open tickets: 1"}},
	} {
		s := i.run(t, "", "import", cityFile(t, c.change))
		if s.ok || s.out != "" || !strings.HasPrefix(s.err, refused) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%s: %v, %q, %q", name, s.ok, s.out, s.err)
		}
		for _, want := range c.want {
			if !strings.Contains(s.err, want) {
				t.Errorf("%s: %q, want %q in it", name, s.err, want)
			}
		}
	}
	if out := i.must(t, "import", offenburg); out != "Offenburg is in force already, nothing changed.\n" {
		t.Errorf("the refused files changed something: %s", out)
	}
}

// TestImportTakesWhatNobodyNeeds removes what is closed, given back, of the day
// before, or done by now.
func TestImportTakesWhatNobodyNeeds(t *testing.T) {
	t.Parallel()
	i, v := busy(t)
	taken := func(name string, change func(*booking.City), want string) {
		t.Helper()
		if s := i.run(t, "", "import", cityFile(t, change)); !s.ok || !strings.Contains(s.out, want) {
			t.Errorf("%s: %v, %q, %q; want %q", name, s.ok, s.out, s.err, want)
		}
	}
	taken("a desk that was never open", withoutDesk("buergerbuero", "8"), "desks[8]: removed")
	taken("a service given back", without("buergerbuero", "ausweisverlust"), "services[ausweisverlust]: removed")
	taken("yesterday's office", withoutOffice("wohngeld"), "offices[wohngeld]: removed")
	v.do("buergerbuero", 0, queue.Finish{Desk: "1"})
	v.do("buergerbuero", 0, queue.CloseDesk{Desk: "1"})
	taken("a desk that has closed", withoutDesk("buergerbuero", "1"), "desks[1]: removed")
	v.do("auslaenderbuero", 0, queue.Leave{Ticket: "V"})
	taken("an office that is empty by now", withoutOffice("auslaenderbuero"), "offices[auslaenderbuero]: removed")
}

// TestImportWithoutTheQueue refuses what only the queue can allow, and asks it
// nothing else.
func TestImportWithoutTheQueue(t *testing.T) {
	t.Parallel()
	i := install(t)
	i.must(t, "import", offenburg)
	smaller := cityFile(t, withoutDesk("buergerbuero", "8"))
	const cannot = "wartefrei: the new file removes something, and today's queue cannot be asked whether it is needed: "
	for name, c := range map[string]struct{ redis, want string }{
		"no address":  {"", "WARTEFREI_REDIS_URL is missing"},
		"wrong":       {"http://:geheim@r", "WARTEFREI_REDIS_URL is no address of a Redis"},
		"nobody home": {"redis://:geheim@127.0.0.1:" + freePort(t), "is WARTEFREI_REDIS_URL right?"},
	} {
		asking := i
		asking.environment = append(slices.Clone(i.environment), "WARTEFREI_REDIS_URL="+c.redis)
		s := asking.run(t, "", "import", smaller)
		if s.ok || s.out != "" || !strings.HasPrefix(s.err, cannot) || !strings.Contains(s.err, c.want) ||
			strings.Count(s.err, "\n") != 1 || strings.Contains(s.err, "geheim") {
			t.Errorf("%s: %v, %q, %q; want %q", name, s.ok, s.out, s.err, c.want)
		}
	}
	added := cityFile(t, func(c *booking.City) { c.Colour = "#102030" })
	if s := i.run(t, "", "import", added); !s.ok {
		t.Errorf("what removes nothing: %q", s.err)
	}
}
