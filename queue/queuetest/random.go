package queuetest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

var (
	commands = flag.Int("queue.commands", 5_000, "how many random commands a line is held against the model with")
	seed     = flag.Uint64("queue.seed", 1, "of the first random run")
)

// perRun is how many commands an office gets in one run; a failure names the
// run's seed, and -queue.seed begins with it.
const perRun = 2_500

// runRandom gives a line and the model the same random commands.
func runRandom(t *testing.T, line queue.Line) {
	t.Parallel()
	done, refused := 0, map[error]int{}
	for s := *seed; done < *commands; s++ {
		p := &pair{line: line, office: queue.OfficeID(fmt.Sprintf("office-%d", s))}
		g := newGenerator(s, p)
		for i := range perRun {
			r := g.request()
			_, diff, err := p.do(r)
			if diff == "" && i%500 == 499 {
				diff = p.compare(t)
			}
			if diff != "" {
				t.Fatalf("seed %d, command %d, %s %+v: %s", s, i, r.Command.Kind(), r, diff)
			}
			if err != nil {
				refused[refusal(err)]++
			}
		}
		done += perRun
	}
	t.Logf("%d commands from seed %d on: every answer and state as in the model; refused: %v", done, *seed, refused)
	for _, r := range queue.Refusals {
		if refused[r] == 0 {
			t.Errorf("no command was refused with %v: the run is too narrow", r)
		}
	}
}

// generator makes requests that are likely to be meaningful: it looks at the
// model to choose among what there is.
type generator struct {
	*rand.Rand
	pair    *pair
	at      time.Time
	pace    int // at most so many ms pass between two commands
	day     time.Time
	before  time.Time // the day before: older ids are forgotten
	made    int
	tickets []queue.TicketID // of the day
}

// Days are calm and busy by turns. On a calm one hardly any time passes, so that
// nearly everybody is called before they are due; on a busy one they are overdue.
const calm, busy = 5_000, 60_000

func newGenerator(seed uint64, p *pair) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0)), pair: p, at: opens, pace: calm, day: opens}
}

// request makes the next request: one in twelve is a repeat, sometimes with
// another command; one in a thousand begins a new day.
func (g *generator) request() queue.Request {
	g.made++
	if old := g.pair.requests; len(old) > 0 && g.IntN(12) == 0 {
		r := old[max(0, len(old)-1-g.IntN(300))]
		if g.IntN(6) == 0 {
			r.Command = g.command()
		}
		if r.Day >= g.before.Format(time.DateOnly) {
			return r
		}
	}
	g.at = g.at.Add(time.Duration(g.IntN(g.pace)-2_000) * time.Millisecond) // clocks of nodes differ
	if g.made%1000 == 0 {
		g.before = g.day
		g.day = g.day.AddDate(0, 0, 1+g.IntN(3))
		g.at, g.tickets, g.pace = g.day, nil, calm+busy-g.pace
	}
	day := g.day
	if g.IntN(50) == 0 && g.state().Day == day.Format(time.DateOnly) {
		day = day.AddDate(0, 0, -1) // a node that is late
	}
	return queue.Request{Office: g.pair.office, ID: fmt.Sprintf("r%d", g.made), At: g.at, Day: day.Format(time.DateOnly),
		Actor: queue.Actor{Role: "clerk", ID: "c1"}, Command: g.command()}
}

func (g *generator) command() queue.Command {
	switch n := g.IntN(100); {
	case n < 13:
		return g.join()
	case n < 45:
		return g.calling()
	case n < 75:
		return g.atDesk()
	default:
		return g.aboutTicket()
	}
}

func (g *generator) join() queue.Command {
	t := queue.Ticket{ID: g.newTicket(), Services: g.services(3), Needs: g.needs(), Persons: 1 + g.IntN(5), Area: "hall"}
	limit := 0
	t.Class = pick(g, queue.Booked, queue.Booked, queue.Booked, queue.WalkIn, queue.WalkIn, queue.Info, queue.Urgent, queue.AtOnce, queue.Entitled)
	var slot time.Time
	if t.Class == queue.Booked || t.Class == queue.Urgent && g.IntN(2) == 0 { // urgent: of the quota
		slot = g.at.Truncate(5 * time.Minute).Add(time.Duration(g.IntN(13)-3) * 5 * time.Minute)
		t.Slot = slot.UnixMilli()
	}
	switch t.Class {
	case queue.Booked:
		if g.IntN(3) == 0 {
			t.Joins = slot.Add(-5 * time.Minute).UnixMilli()
		}
		t.Appointment = fmt.Sprintf("ap-%s-%d", g.day.Format("0102"), g.IntN(400))
	case queue.Urgent:
		t.Reason = pick(g, queue.UrgentReasons...)
	case queue.AtOnce:
		t.Reason, limit = pick(g, queue.AtOnceReasons...), 6
	}
	t.Due = queue.DefaultRules.Due(t.Class, slot, g.at).UnixMilli()
	return queue.Join{Ticket: t, Numbers: g.numbers(), AtOnceLimit: limit}
}

func (g *generator) calling() queue.Command {
	desk := g.desk()
	switch n := g.IntN(20); {
	case n == 0 && g.IntN(2) == 0:
		return pick[queue.Command](g, queue.Disturb{Service: g.services(1)[0]}, queue.Restore{Service: g.services(1)[0]}, queue.Restore{Service: g.services(1)[0]})
	case n == 0:
		return queue.PauseDesk{Desk: desk}
	case n == 1:
		return queue.CloseDesk{Desk: desk}
	case n < 6:
		return queue.OpenDesk{Desk: desk, Label: string(desk), Serves: g.services(5), Meets: g.meets()}
	case n < 8:
		return queue.CallThis{Desk: desk, Ticket: g.ticket(), Reason: pick(g, queue.ChosenReasons...)}
	default:
		return queue.CallNext{Desk: g.deskThat(func(d queue.Desk) bool { return d.State == queue.DeskOpen && d.Ticket == "" })}
	}
}

func (g *generator) atDesk() queue.Command {
	desk := g.deskThat(func(d queue.Desk) bool { return d.Ticket != "" })
	meant := g.meant(desk)
	switch g.IntN(10) {
	case 0:
		return queue.Recall{Desk: desk, Ticket: meant}
	case 1:
		return queue.PutBack{Desk: desk, Ticket: meant}
	case 2:
		return queue.NoShow{Desk: desk, Ticket: meant, NotBefore: g.Int64N(5 * 60_000)}
	case 3:
		return queue.Park{Desk: desk, Ticket: meant}
	case 4, 5:
		return queue.Finish{Desk: desk, Ticket: meant, Done: g.done(desk)}
	case 6, 7:
		return queue.FinishAndCallNext{Desk: desk, Ticket: meant, Done: g.done(desk)}
	default:
		return queue.Came{Desk: desk, Ticket: meant}
	}
}

// meant is the ticket that a clerk means at a desk: mostly the one that it has, or none is named.
func (g *generator) meant(desk queue.DeskID) queue.TicketID {
	return pick(g, "", "", g.state().Desks[desk].Ticket, g.state().Desks[desk].Ticket, g.ticket())
}

func (g *generator) aboutTicket() queue.Command {
	ticket := g.ticket()
	switch g.IntN(17) {
	case 15, 16:
		return queue.StepAside{Ticket: ticket}
	case 14:
		return queue.SetNeeds{Ticket: ticket, Needs: g.needs()}
	case 12:
		return queue.Send{Ticket: ticket, Office: "elsewhere", Services: g.services(2)}
	case 13:
		return g.receive()
	case 0:
		return queue.Revoke{Ticket: ticket}
	case 1:
		return queue.BringBack{Ticket: ticket}
	case 2:
		return queue.BringBack{Ticket: ticket, Desk: g.desk()}
	case 3:
		return queue.Transfer{Ticket: ticket, Services: g.services(3)}
	case 4:
		return queue.Change{Ticket: ticket, Services: g.services(3), Persons: 1 + g.IntN(queue.MaxPersons)}
	case 5, 6:
		return g.split(ticket)
	case 7, 8:
		return queue.Merge{Ticket: ticket, Into: g.ticket()}
	case 9:
		return queue.Here{Ticket: ticket, Window: g.Int64N(20 * 60_000), Allowance: 20 * 60_000}
	case 10:
		return queue.Leave{Ticket: pick(g, ticket, ticket, ticket, "not an id")}
	default:
		return queue.Cancel{Ticket: ticket, Reason: pick(g, queue.CancelReasons...)}
	}
}

// receive is somebody new, or one who was sent away before.
func (g *generator) receive() queue.Command {
	t := queue.Ticket{ID: g.newTicket(), Class: pick(g, queue.Booked, queue.Entitled, queue.WalkIn, queue.Urgent, queue.AtOnce), Services: g.services(3), Needs: g.needs(), Persons: 1 + g.IntN(5),
		Area: "hall", Due: g.at.UnixMilli(), SentFrom: &queue.Passage{Office: "elsewhere", Epoch: 1, Version: int64(g.made), Arrived: g.at.UnixMilli()}}
	switch t.Class {
	case queue.Entitled:
		t.Reason = pick(g, "", queue.UrgentReasons[0], queue.AtOnceReasons[0]) // what they were before they missed a call
	case queue.Urgent:
		t.Reason = pick(g, queue.UrgentReasons...)
	case queue.AtOnce:
		t.Reason = pick(g, queue.AtOnceReasons...)
	}
	switch away := g.state().In(queue.Sent); {
	case len(away) > 0 && g.IntN(2) == 0:
		t.ID = pick(g, away...).ID
	case g.IntN(2) == 0:
		t.Number = fmt.Sprintf("E %d", g.made)
	}
	return queue.Receive{Ticket: t, Numbers: g.numbers(), OnTheWay: g.IntN(3) == 0}
}

func (g *generator) split(ticket queue.TicketID) queue.Command {
	services := g.services(2)
	if t := g.state().Tickets.At(ticket); len(t.Services) > 1 && g.IntN(4) > 0 {
		services = t.Services[:1]
	}
	return queue.Split{Ticket: ticket, New: g.newTicket(), Services: services, Persons: 1 + g.IntN(3), Numbers: g.numbers()}
}

// state is what the model holds of the office.
func (g *generator) state() *queue.Office { return g.pair.model.Present(g.pair.office) }

// done are some services, mostly of the ticket at the desk.
func (g *generator) done(desk queue.DeskID) []queue.ServiceID {
	state := g.state()
	if t, ok := state.Tickets.Get(state.Desks[desk].Ticket); ok && g.IntN(8) > 0 {
		return t.Services[:g.IntN(len(t.Services)+1)]
	}
	return g.services(2)
}

// newTicket is a new id, or seldom one that exists.
func (g *generator) newTicket() queue.TicketID {
	if g.IntN(40) == 0 {
		return g.ticket()
	}
	id := queue.TicketID(fmt.Sprintf("T%d", g.made))
	g.tickets = append(g.tickets, id)
	return id
}

// ticket is one of the day, rather a late one; seldom one that nobody knows.
func (g *generator) ticket() queue.TicketID {
	if len(g.tickets) == 0 || g.IntN(40) == 0 {
		return "unknown"
	}
	n := len(g.tickets)
	return g.tickets[max(0, n-1-g.IntN(min(n, 30)))]
}

func (g *generator) desk() queue.DeskID { return queue.DeskID(fmt.Sprint(1 + g.IntN(7))) }

// deskThat is mostly one of which something is true.
func (g *generator) deskThat(is func(queue.Desk) bool) queue.DeskID {
	from := g.IntN(7)
	for n := range 7 {
		desk := g.state().Desks[queue.DeskID(fmt.Sprint(1+(from+n)%7))]
		if is(desk) && g.IntN(6) > 0 {
			return desk.ID
		}
	}
	return g.desk()
}

func (g *generator) services(most int) []queue.ServiceID {
	var services []queue.ServiceID
	for range 1 + g.IntN(most) {
		services = append(services, pick[queue.ServiceID](g, "id", "move", "pass", "register", "tax"))
	}
	return queue.Set(services)
}

// needs are mostly none.
func (g *generator) needs() (needs []queue.Need) {
	for _, n := range queue.Needs {
		if g.IntN(10) == 0 {
			needs = append(needs, n)
		}
	}
	return needs
}

// meets are mostly all.
func (g *generator) meets() (meets []queue.Need) {
	for _, n := range queue.Needs {
		if g.IntN(4) > 0 {
			meets = append(meets, n)
		}
	}
	return meets
}

func (g *generator) numbers() queue.Numbers {
	return queue.NewNumbers("K", g.pair.office, g.day.Format(time.DateOnly), false)
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }
