package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wartefrei/wartefrei/web/api"
)

// crowd are the clerks of a city, one at each desk, who let people in, call and
// serve them, and those who use its terminals. A command is sent under one key, to
// one node after the other, until it is answered.
type crowd struct {
	site    *installation
	client  *http.Client
	clerks  []*clerk
	all     []person
	made    int // commands of steady
	working sync.WaitGroup
	pause   sync.RWMutex // held by whoever wants them to stand still
	done    atomic.Int64 // commands answered, refusals too

	mu   sync.Mutex
	sent []command
	odd  []string // answers that nobody should get
}

// person does one thing after the other, and says how often that was answered.
type person interface {
	step()
	answers() int64
}

// hand gives commands, as whoever has the token.
type hand struct {
	*rand.Rand
	crowd    *crowd
	name     string
	token    string
	made     int
	answered atomic.Int64
}

// clerk works at one desk.
type clerk struct {
	hand
	office   string
	desk     string
	services []string
	parked   []string // tickets that this desk set aside
	away     []string // who missed a call here, or stepped aside
}

// command is one that was answered.
type command struct {
	Office string
	Path   string
	Key    string
	Token  string
	Body   string
	Sent   time.Time // first
	Answer time.Time
	Tries  int
	Status int
	Code   string // of a refusal
	Behind bool
	Event  api.Event // of those that a desk or ticket command answered
	Visit  api.Visit // of those who were let in
	Scan   *scan     // of those who showed a code

	Version int64 // of its event, once the record is read (placed)
}

// acted says whether a command was done, and is in the record: not refused, and not
// the code of somebody who has a ticket already.
func (c command) acted() bool {
	return c.Status < 300 && (c.Scan == nil || c.Scan.outcome == "welcome")
}

// newCrowd has a clerk at every desk, and two terminals in every house.
func newCrowd(site *installation, seed uint64) *crowd {
	city := openCity()
	c := &crowd{site: site, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 8 * time.Second}}
	for _, office := range city.Offices() {
		var services []string
		for _, s := range office.Services {
			services = append(services, string(s.ID))
		}
		slices.Sort(services)
		for _, desk := range office.Desks {
			one := &clerk{hand: c.hand("clerk", site.token, seed), office: string(office.ID), desk: desk.ID, services: services}
			c.clerks, c.all = append(c.clerks, one), append(c.all, one)
		}
	}
	for _, house := range city.Houses {
		for range 2 {
			c.all = append(c.all, &terminal{hand: c.hand("terminal", site.terminals[house.ID], seed), house: house.ID, codes: site.codes[house.ID]})
		}
	}
	return c
}

// steady has every node do something in every office, and returns when each has
// answered that all is recorded: with one fault over, none may stay behind.
func (c *crowd) steady() {
	for n := range c.site.nodes {
		for _, one := range c.clerks {
			if one.desk != "1" {
				continue
			}
			path := "/offices/" + one.office + "/services/" + one.services[0] + "/restore"
			for end := time.Now().Add(patience); ; {
				c.made++
				sent := command{Office: one.office, Path: path, Key: fmt.Sprint("steady-", c.made), Token: c.site.token, Body: "{}", Sent: time.Now()}
				if !c.answer(&sent, n, 0) {
					break
				}
				c.note(sent)
				if !sent.Behind {
					break
				}
				if time.Now().After(end) {
					c.complain("%s: node %d says for %v that the record is behind", path, n, patience)
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
	}
}

// hand is that of one more person.
func (c *crowd) hand(what, token string, seed uint64) hand {
	n := len(c.all)
	return hand{Rand: rand.New(rand.NewPCG(seed, uint64(n))), crowd: c, name: fmt.Sprint(what, "-", n), token: token}
}

// work lets everybody work until ctx ends.
func (c *crowd) work(ctx context.Context) {
	for _, one := range c.all {
		c.working.Go(func() {
			for ctx.Err() == nil {
				c.pause.RLock()
				one.step()
				c.pause.RUnlock()
			}
		})
	}
}

// step does what a clerk does next at the desk as it is.
func (c *clerk) step() {
	list, ok := c.look()
	if !ok {
		return
	}
	switch {
	case list.Desk.State != "open" || c.IntN(200) == 0:
		c.atDesk("open", api.Open{Serves: c.some(len(c.services))})
	case c.IntN(200) == 0:
		c.atDesk("close", api.Nothing{})
	case c.IntN(200) == 0:
		c.give(c.office, "/offices/"+c.office+"/services/"+c.some(1)[0]+"/disturb", api.Nothing{})
	case c.IntN(40) == 0:
		c.give(c.office, "/offices/"+c.office+"/services/"+c.some(1)[0]+"/restore", api.Nothing{})
	case list.Ticket == nil:
		c.free(list)
	case list.Ticket.State == "called":
		c.called(*list.Ticket)
	default:
		c.serving(*list.Ticket)
	}
}

// free lets people in, brings back whom the desk set aside, and calls.
func (c *clerk) free(list api.DeskList) {
	if len(c.parked) > 0 && c.IntN(3) == 0 {
		id := c.parked[0]
		c.parked = c.parked[1:]
		back := api.BringBack{}
		if c.IntN(2) == 0 {
			back.Desk = c.desk
		}
		c.aboutTicket(id, "bring-back", back)
		return
	}
	if len(c.away) > 0 && c.IntN(3) == 0 {
		id := c.away[0]
		c.away = c.away[1:]
		c.aboutTicket(id, []string{"here", "here", "revoke"}[c.IntN(3)], api.Nothing{}) // revoking is not for who stepped aside
		return
	}
	switch n := c.IntN(22); {
	case len(list.Waiting) < 3 || n < 7:
		c.letIn()
	case n == 7:
		c.atDesk("pause", api.Nothing{})
	case n == 8:
		c.aboutTicket(c.one(list.Waiting), "leave", api.Nothing{})
	case n == 9:
		c.aboutTicket(c.one(list.Waiting), "change", api.Change{Services: c.some(3), Persons: 1 + c.IntN(4)})
	case n == 10:
		c.atDesk("call-this", api.CallThis{Ticket: c.one(list.Waiting), Reason: "my-case"})
	case n == 11:
		c.aboutTicket(c.one(list.Waiting), "set-needs", api.SetNeeds{Needs: c.needs()})
	case n == 12 && len(list.Waiting) > 1:
		c.aboutTicket(list.Waiting[0].ID, "merge", api.Merge{Into: list.Waiting[1].ID})
	case n == 13:
		c.aboutTicket(c.one(list.Waiting), "cancel", api.Cancel{Reason: "double"})
	case n == 14:
		if id := c.one(list.Waiting); c.aboutTicket(id, "step-aside", api.Nothing{}) {
			c.away = append(c.away, id)
		}
	default:
		c.atDesk("call-next", api.Nothing{})
	}
}

func (c *clerk) called(t api.Ticket) {
	meant := api.AtDesk{Ticket: t.ID}
	switch n := c.IntN(12); {
	case n == 0:
		c.atDesk("recall", meant)
	case n == 1:
		c.atDesk("put-back", meant)
	case n == 2:
		if c.atDesk("no-show", meant) { // too soon, and refused, but in the hasty office
			c.away = append(c.away, t.ID)
		}
	default:
		c.atDesk("came", meant)
	}
}

func (c *clerk) serving(t api.Ticket) {
	switch n := c.IntN(12); {
	case n == 0:
		if c.atDesk("park", api.AtDesk{Ticket: t.ID}) {
			c.parked = append(c.parked, t.ID)
		}
	case n == 1:
		c.aboutTicket(t.ID, "transfer", api.Transfer{Services: c.some(2)})
	case n == 2:
		other := c.crowd.clerks[c.IntN(len(c.crowd.clerks))]
		if other.office != c.office {
			c.aboutTicket(t.ID, "send", api.Send{Office: other.office, Services: c.someOf(other.services, 2)})
		}
	case n == 3 && len(t.Services) > 1:
		c.aboutTicket(t.ID, "split", api.Split{Services: t.Services[:1], Persons: 1})
	case n < 7:
		c.atDesk("finish", api.Finish{Ticket: t.ID, Done: t.Services})
	default:
		c.atDesk("finish-and-call-next", api.Finish{Ticket: t.ID, Done: t.Services})
	}
}

func (c *clerk) one(tickets []api.Ticket) string { return tickets[c.IntN(len(tickets))].ID }

// some are services of the office, at most so many.
func (c *clerk) some(most int) []string { return c.someOf(c.services, most) }

func (c *clerk) someOf(services []string, most int) []string {
	var some []string
	for range 1 + c.IntN(most) {
		some = append(some, services[c.IntN(len(services))])
	}
	slices.Sort(some)
	return slices.Compact(some)
}

func (c *clerk) letIn() bool {
	var choices []api.Choice
	for _, service := range c.some(3) {
		choices = append(choices, api.Choice{Service: service, Persons: 1})
	}
	in := api.NewTicket{Services: choices, Needs: c.needs()}
	switch c.IntN(20) {
	case 0:
		in.Class, in.Reason = "at-once", "frail"
	case 1, 2:
		in.Class, in.Reason = "urgent", "deadline"
	}
	return c.give(c.office, "/offices/"+c.office+"/tickets", in)
}

// needs are mostly none.
func (c *clerk) needs() (needs []string) {
	for _, need := range []string{"fetched", "interpreter", "more-time", "step-free"} {
		if c.IntN(20) == 0 {
			needs = append(needs, need)
		}
	}
	return needs
}

func (c *clerk) atDesk(name string, content any) bool {
	return c.give(c.office, "/offices/"+c.office+"/desks/"+c.desk+"/"+name, content)
}

func (c *clerk) aboutTicket(id, name string, content any) bool {
	return c.give(c.office, "/offices/"+c.office+"/tickets/"+id+"/"+name, content)
}

// give sends a command of an office until it is answered, and says whether it was done.
func (h *hand) give(office, path string, content any) bool {
	return h.send(command{Office: office, Path: path}, content)
}

// send is give. A command that nobody answered while we end is nobody's: it is not noted.
func (h *hand) send(sent command, content any) bool {
	h.made++
	body, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	sent.Key, sent.Token, sent.Body, sent.Sent = fmt.Sprintf("%s-%d", h.name, h.made), h.token, string(body), time.Now()
	if !h.crowd.answer(&sent, h.IntN(len(h.crowd.site.nodes)), 1) {
		return false
	}
	h.crowd.note(sent)
	h.answered.Add(1)
	return sent.Status < 300
}

func (h *hand) answers() int64 { return h.answered.Load() }

// answer sends a command to a node, and to the one that is so many steps further,
// until it is answered. false: it was not, for longer than any fault may last.
func (c *crowd) answer(sent *command, first, steps int) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); sent.Tries++ {
		status, text, err := c.send("POST", (first+sent.Tries*steps)%len(c.site.nodes), sent.Path, sent.Token, sent.Key, sent.Body)
		if err == nil && status < 500 {
			sent.Status, sent.Answer = status, time.Now()
			if c.read(sent, text) {
				return true
			}
		}
		if status == http.StatusInternalServerError {
			c.complain("%s %s: %d %s", sent.Path, sent.Body, status, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.complain("%s %s was not answered for %v", sent.Path, sent.Body, patience)
	return false
}

// read reads an answer. Not found may be who joined a moment ago, if Redis forgot it
// before anybody was answered; the model says when that was right (decisions).
func (c *crowd) read(sent *command, text []byte) bool {
	var err error
	switch {
	case sent.Status >= 400 && sent.Status != http.StatusConflict && sent.Status != http.StatusUnprocessableEntity && sent.Status != http.StatusNotFound:
		c.complain("%s %s: %d %s", sent.Path, sent.Body, sent.Status, text)
	case sent.Status >= 400:
		var refusal api.Problem
		err = json.Unmarshal(text, &refusal)
		sent.Code = strings.TrimPrefix(refusal.Type, "/problems/")
	case sent.Scan != nil:
		err = sent.checkedIn(text)
	case sent.Status == http.StatusCreated:
		err = json.Unmarshal(text, &sent.Visit)
		sent.Behind = sent.Visit.Record == "behind"
	case sent.Status == http.StatusOK:
		err = json.Unmarshal(text, &sent.Event)
		sent.Behind = sent.Event.Record == "behind"
	}
	if err != nil {
		c.complain("%s: %v in %s", sent.Path, err, text)
	}
	unchecked := sent.Scan != nil && sent.Scan.outcome == "unchecked"
	if unchecked && !c.site.plan.pairs { // each node has today's codes from its start on
		c.complain("%s: a code cannot be checked", sent.Key)
	}
	return !unchecked
}

// look reads the desk as a node sees it.
func (c *clerk) look() (list api.DeskList, ok bool) {
	status, text, err := c.crowd.send("GET", c.IntN(len(c.crowd.site.nodes)), "/offices/"+c.office+"/desks/"+c.desk, c.token, "", "")
	if err != nil || status != http.StatusOK {
		time.Sleep(20 * time.Millisecond)
		return list, false
	}
	if err := json.Unmarshal(text, &list); err != nil {
		c.crowd.complain("a desk is %s", text)
		return list, false
	}
	return list, true
}

func (c *crowd) send(method string, node int, path, token, key, body string) (int, []byte, error) {
	r, err := http.NewRequest(method, "http://"+c.site.nodes[node].address+api.Base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

func (c *crowd) note(sent command) {
	c.done.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, sent)
}

func (c *crowd) complain(format string, values ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.odd = append(c.odd, fmt.Sprintf(format, values...))
}

// await waits until something is so.
func (c *crowd) await(ctx context.Context, what string, so func() bool) error {
	end := time.Now().Add(patience)
	for !so() {
		if time.Now().After(end) {
			return fmt.Errorf("%s: not within %v", what, patience)
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// everybody waits until every person has been answered once more.
func (c *crowd) everybody(ctx context.Context) error {
	before := make([]int64, len(c.all))
	for n, one := range c.all {
		before[n] = one.answers()
	}
	return c.await(ctx, "everybody is answered", func() bool {
		for n, one := range c.all {
			if one.answers() < before[n]+1 {
				return false
			}
		}
		return true
	})
}
