package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wartefrei/wartefrei/queue"
)

// plan says what a run does.
type plan struct {
	seed     uint64
	seeds    int // how many runs, the first with seed
	each     int
	commands int
	nodes    int
	program  string
	only     string
	pairs    bool   // two faults at the same time
	redis    string // one, sentinel or cluster
	standby  bool   // of PostgreSQL
}

// screensWithin is within how long the screens are to be right again (queue
// protocol, point 12). A run counts what took longer, since machines differ.
const screensWithin = 5 * time.Second

// run is a plan at work.
type run struct {
	plan
	*rand.Rand
	site    *installation
	crowd   *crowd
	screens *screens
	record  *record
	took    map[string]*times
	wrong   []string // what should never be
	forgets []span   // when two faults at once might lose something
	gone    int      // commands that they did lose
	missed  int64    // events that a standby lacked when it was promoted
}

// span is a time in which something was so.
type span struct{ from, until time.Time }

// times are how long the faults of a kind were felt: until everybody was
// answered again, by whoever waited longest for an answer, and from then on
// until every screen showed what the record has.
type times struct{ recovery, outage, screens []time.Duration }

// faults runs the plan with one seed after the other, and says how long what took.
func faults(ctx context.Context, p plan, out io.Writer) error {
	took := map[string]*times{}
	var err error
	for n := range p.seeds {
		one := p
		one.seed += uint64(n)
		if err = one.run(ctx, took, out); err != nil {
			break
		}
	}
	p.table(took, out)
	return err
}

// run installs, lets the faults happen one after the other, each after the last is
// over, and says what was found. It adds to took how long what took.
func (p plan) run(ctx context.Context, took map[string]*times, out io.Writer) error {
	site, err := install(ctx, p)
	if err != nil {
		return err
	}
	r := &run{plan: p, Rand: rand.New(rand.NewPCG(p.seed, 1<<32)), site: site, record: newRecord(site.pool), took: took}
	r.crowd = newCrowd(site, p.seed)
	err = r.all(ctx, out)
	site.close()
	if err != nil {
		site.lastWords(out)
	}
	return err
}

// all is the run, from the first command to what was found.
func (r *run) all(ctx context.Context, out io.Writer) error {
	working, leave := context.WithCancel(ctx)
	defer leave()
	r.screens = watch(working, r.site)
	began := time.Now()
	r.crowd.work(working)
	for n, k := range r.order() {
		if err := r.one(ctx, k); err != nil {
			return fmt.Errorf("seed %d, fault %d, %s: %w", r.seed, n+1, k.name, err)
		}
		if len(r.wrong) > 0 {
			break
		}
	}
	leave()
	r.crowd.working.Wait()
	r.screens.reading.Wait()
	worked := time.Since(began)
	r.conclude(ctx)
	return r.report(out, worked)
}

// check refuses what would be no run.
func (p plan) check() error {
	known := slices.ContainsFunc(p.kinds(), func(k kind) bool { return k.name == p.only })
	switch {
	case p.redis != "one" && p.redis != "sentinel" && p.redis != "cluster":
		return fmt.Errorf("-redis is one, sentinel or cluster, not %q", p.redis)
	case p.pairs && p.standby:
		return errors.New("-pairs and -standby: a failover of PostgreSQL loses what only Redis fills up again, so two faults may lose anything")
	case p.only != "" && !known:
		return fmt.Errorf("there is no kind of fault %q", p.only)
	case p.each < 1 || p.commands < 1 || p.nodes < 1 || p.seeds < 1:
		return errors.New("-each, -commands, -nodes and -seeds are at least 1")
	}
	return nil
}

// all is about how many commands people give in all.
func (p plan) all() int {
	if p.only != "" {
		return p.commands * p.each
	}
	return p.commands * p.each * len(p.kinds())
}

// order is in which order the faults come.
func (r *run) order() []kind {
	var all []kind
	for _, k := range r.kinds() {
		if r.only != "" && r.only != k.name {
			continue
		}
		for range r.each {
			all = append(all, k)
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// one lets people work, a fault happen, and everybody recover from it.
func (r *run) one(ctx context.Context, k kind) error {
	enough := r.crowd.done.Load() + int64(r.commands)
	if err := r.crowd.await(ctx, "enough commands", func() bool { return r.crowd.done.Load() >= enough }); err != nil {
		return err
	}
	r.crowd.pause.Lock()
	r.agree(ctx, "before "+k.name)
	r.crowd.pause.Unlock()
	if err := r.crowd.everybody(ctx); err != nil { // is at work again
		return err
	}
	began := time.Now()
	if err := k.happen(ctx, r); err != nil {
		return err
	}
	over := time.Now()
	if err := r.crowd.everybody(ctx); err != nil {
		return err
	}
	recovered := time.Since(over)
	r.crowd.steady()
	if k.forgets() {
		r.forgets = append(r.forgets, span{began, time.Now()})
	}
	t, ok := r.took[k.name]
	if !ok {
		t = &times{}
		r.took[k.name] = t
	}
	t.recovery = append(t.recovery, recovered)
	t.outage = append(t.outage, r.crowd.longest(began))
	screens, err := r.atRest(ctx, k)
	t.screens = append(t.screens, screens)
	return err
}

// atRest has everybody stand still and looks: the record has all, every screen
// shows it, which should take less than screensWithin, and Redis has it too. It
// returns how long the screens took.
func (r *run) atRest(ctx context.Context, k kind) (time.Duration, error) {
	r.crowd.pause.Lock()
	defer r.crowd.pause.Unlock()
	began := time.Now()
	for {
		if err := r.record.read(ctx); err != nil {
			return 0, err
		}
		wrong := cmp.Or(r.boards(), r.record.overdue(time.Now()))
		if wrong == "" {
			break
		}
		if time.Since(began) > patience {
			r.wrong = append(r.wrong, "after "+k.name+": "+wrong+"; the record ends at "+r.record.ends())
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(began)
	r.wrong = append(r.wrong, r.record.take()...)
	r.agree(ctx, "after "+k.name)
	return took, nil
}

// agree holds Redis against the record, as an administrator does: before and after
// each fault, since the next opening mends what differs. While the record lacks
// something there is nothing to hold it against.
func (r *run) agree(ctx context.Context, when string) {
	city := openCity()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		said, err := r.site.run(ctx, "check")
		if err == nil && strings.Count(said, ": agree\n") == len(city.Offices()) {
			return
		}
		if err != nil || time.Now().After(end) {
			r.wrong = append(r.wrong, fmt.Sprintf("%s, wartefrei check: %v %s", when, err, said))
			return
		}
	}
}

// overdue says who came early and is not in the line though it is time; empty: nobody.
// A node has them join each second.
func (r *record) overdue(now time.Time) string {
	for office, h := range r.offices {
		for t := range h.Tickets.All() {
			if t.State == queue.Parked && t.Joins != 0 && now.Sub(time.UnixMilli(t.Joins)) > screensWithin {
				return fmt.Sprintf("%s of %s should have joined at %v", t.Number, office, time.UnixMilli(t.Joins))
			}
		}
	}
	return ""
}

// boards says which screen does not show what the record has; empty: none.
func (r *run) boards() string {
	for _, s := range r.screens.all {
		if wrong := s.shows(r.record.standing(s.area), time.Now()); wrong != "" {
			return wrong
		}
	}
	return ""
}

// answeredBehind holds that desks went on while PostgreSQL alone was away.
func (r *run) answeredBehind() []string {
	without := 0
	for _, name := range []string{"postgres killed", "postgres cut off", "postgres silent", "postgres read-only"} {
		if t, ok := r.took[name]; ok {
			without += len(t.recovery)
		}
	}
	if without == 0 || slices.ContainsFunc(r.crowd.sent, func(c command) bool { return c.Behind }) {
		return nil
	}
	return []string{"PostgreSQL was away, and nobody was answered meanwhile"}
}

// longest is how long the command that took longest since then was not answered.
func (c *crowd) longest(since time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var most time.Duration
	for n := len(c.sent) - 1; n >= 0 && c.sent[n].Answer.After(since); n-- {
		most = max(most, c.sent[n].Answer.Sub(c.sent[n].Sent))
	}
	return most
}

// conclude looks at the whole run when everybody has gone. It reads the record
// anew, since what was in it once may be lost, unless it is wrong already.
func (r *run) conclude(ctx context.Context) {
	if len(r.wrong) == 0 {
		r.record = newRecord(r.site.pool)
	}
	if err := r.record.read(ctx); err != nil {
		r.wrong = append(r.wrong, err.Error())
	}
	r.wrong = append(r.wrong, r.record.take()...)
	r.wrong = append(r.wrong, r.crowd.odd...)
	r.wrong = append(r.wrong, r.answeredBehind()...)
	for _, s := range r.screens.all {
		r.wrong = append(r.wrong, s.fell...)
	}
	sent := r.record.placed(r.forgotten(r.crowd.sent))
	if r.gone == 0 { // else somebody may be where they were before they were sent
		r.wrong = append(r.wrong, r.record.lost()...)
	}
	r.wrong = append(r.wrong, r.decisions(ctx, sent)...)
	r.wrong = append(r.wrong, compare(sent, r.record)...)
	r.wrong = append(r.wrong, inOrder(sent)...)
	r.wrong = append(r.wrong, r.scans(sent)...)
	r.wrong = append(r.wrong, r.repeat(sent)...)
	r.agree(ctx, "in the end")
}

// table says how long the faults of all runs took.
func (p plan) table(took map[string]*times, out io.Writer) {
	total, late := 0, 0
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "fault\tcount\trecovery: median\tworst\tlongest answer: median\tworst\tscreens: median\tworst\t")
	for _, k := range p.kinds() {
		t, ok := took[k.name]
		if !ok || len(t.screens) == 0 {
			continue
		}
		total += len(t.recovery)
		half, worst := halfAndWorst(t.recovery)
		halfOut, worstOut := halfAndWorst(t.outage)
		halfScreens, worstScreens := halfAndWorst(t.screens)
		fmt.Fprintf(table, "%s\t%d\t%v\t%v\t%v\t%v\t%v\t%v\t\n", k.name, len(t.recovery), half, worst, halfOut, worstOut, halfScreens, worstScreens)
		for _, took := range t.screens {
			if took > screensWithin {
				late++
			}
		}
	}
	table.Flush()
	fmt.Fprintf(out, "%d faults; after %d of them the screens took longer than %v, as they may on a machine that is busy\n", total, late, screensWithin)
}

// report says what was found, and fails when anything is wrong.
func (r *run) report(out io.Writer, worked time.Duration) error {
	refused, repeated, behind, shown := 0, 0, 0, map[string]int{}
	for _, c := range r.crowd.sent {
		if c.Scan != nil {
			shown[c.Scan.outcome]++
		}
		if c.Status >= 400 {
			refused++
		}
		if c.Tries > 0 {
			repeated++
		}
		if c.Behind {
			behind++
		}
	}
	fmt.Fprintf(out, "seed %d: %d commands answered in %v (%d refused, %d sent more than once, %d answered while the record was behind), %d events recorded\n",
		r.seed, len(r.crowd.sent), worked.Round(time.Second), refused, repeated, behind, r.record.events)
	fmt.Fprint(out, "of each kind:")
	for _, kind := range slices.Sorted(maps.Keys(r.record.kinds)) {
		fmt.Fprintf(out, " %s %d", kind, r.record.kinds[kind])
	}
	fmt.Fprintln(out)
	fmt.Fprint(out, "codes shown:")
	for _, outcome := range slices.Sorted(maps.Keys(shown)) {
		fmt.Fprintf(out, " %s %d", outcome, shown[outcome])
	}
	fmt.Fprintln(out)
	if r.standby {
		fmt.Fprintf(out, "%d events were not in a standby that was promoted, and were recorded again\n", r.missed)
	}
	if r.pairs {
		fmt.Fprintf(out, "%d of those that were answered while PostgreSQL was away are lost, since Redis forgot them\n", r.gone)
	}
	if len(r.wrong) == 0 {
		return nil
	}
	for _, w := range r.wrong[:min(len(r.wrong), 20)] {
		fmt.Fprintln(out, "WRONG: "+w)
	}
	return fmt.Errorf("%d things are wrong", len(r.wrong))
}

func halfAndWorst(ds []time.Duration) (half, worst time.Duration) {
	slices.SortFunc(ds, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return ds[len(ds)/2].Round(time.Millisecond), ds[len(ds)-1].Round(time.Millisecond)
}
