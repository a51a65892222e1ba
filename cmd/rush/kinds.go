package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// kind is a kind of fault: it happens, lasts for a while, and is over when the
// function returns.
type kind struct {
	name   string
	happen func(ctx context.Context, r *run) error
}

// kinds are the faults of this plan.
func (p plan) kinds() []kind {
	single := slices.Concat(p.ofRedis(), []kind{{"queue rebuilt", rebuild}}, p.ofPostgres(), p.ofNodes())
	if p.pairs {
		return pairs(single)
	}
	return single
}

func (p plan) ofRedis() []kind {
	switch p.redis {
	case "sentinel":
		return []kind{
			{"redis failed over", failOverRedis},
			{"redis replica killed", func(ctx context.Context, r *run) error {
				master, err := r.site.many.Master(ctx)
				if err != nil {
					return err
				}
				return r.killOne(ctx, (master+1+r.IntN(2))%3)
			}},
			{"redis master stopped", func(ctx context.Context, r *run) error {
				master, err := r.site.many.Master(ctx)
				if err != nil {
					return err
				}
				return r.freeze(r.site.many.Pid(master))
			}},
		}
	case "cluster":
		return []kind{
			{"redis master killed", func(ctx context.Context, r *run) error { return r.killOne(ctx, r.IntN(3)) }},
			{"redis master stopped", func(ctx context.Context, r *run) error { return r.freeze(r.site.many.Pid(r.IntN(3))) }},
		}
	}
	return []kind{
		{"redis killed", func(ctx context.Context, r *run) error {
			r.kill(r.site.redis.Pid(), r.site.redis.Done())
			r.sleep(0, 1500)
			return r.site.redis.Restart(ctx)
		}},
		{"redis stopped", func(ctx context.Context, r *run) error { return r.freeze(r.site.redis.Pid()) }},
		{"redis emptied", func(ctx context.Context, r *run) error { return r.site.rdb.FlushAll(ctx).Err() }},
		{"redis set back", setBack},
		{"redis full", func(ctx context.Context, r *run) error {
			if err := r.site.rdb.ConfigSet(ctx, "maxmemory", "1").Err(); err != nil {
				return err
			}
			r.sleep(500, 2000)
			return r.site.rdb.ConfigSet(ctx, "maxmemory", "0").Err()
		}},
		{"redis cut off", func(ctx context.Context, r *run) error { return r.bend(r.site.redisWires(), cut, 0) }},
		{"redis silent", func(ctx context.Context, r *run) error { return r.bend(r.site.redisWires(), silent, 0) }},
		{"redis slow", func(ctx context.Context, r *run) error {
			return r.bend(r.site.redisWires(), whole, 50*time.Millisecond)
		}},
	}
}

func (p plan) ofPostgres() []kind {
	killed := kind{"postgres killed", func(ctx context.Context, r *run) error {
		r.kill(r.site.postgres.Pid(), r.site.postgres.Done())
		r.sleep(0, 1500)
		return r.site.postgres.Restart(ctx)
	}}
	if p.standby {
		return []kind{killed, {"postgres failed over", failOverPostgres}}
	}
	return []kind{
		killed,
		{"postgres cut off", func(ctx context.Context, r *run) error { return r.bend(r.site.postgresWires(), cut, 0) }},
		{"postgres silent", func(ctx context.Context, r *run) error { return r.bend(r.site.postgresWires(), silent, 0) }},
		{"postgres slow", func(ctx context.Context, r *run) error {
			return r.bend(r.site.postgresWires(), whole, 50*time.Millisecond)
		}},
		{"postgres read-only", readOnly},
	}
}

func (p plan) ofNodes() []kind {
	all := []kind{
		{"node killed", func(ctx context.Context, r *run) error {
			n := r.node()
			r.kill(n.process.Pid, n.process.Done())
			r.sleep(0, 1000)
			return errors.Join(n.restart(), n.await(ctx))
		}},
		{"node stopped", func(ctx context.Context, r *run) error { return r.freeze(r.node().process.Pid) }},
		{"node told to end", func(ctx context.Context, r *run) error {
			n := r.node()
			syscall.Kill(n.process.Pid, syscall.SIGTERM)
			<-n.process.Done()
			return errors.Join(n.restart(), n.await(ctx))
		}},
	}
	if p.redis != "one" || p.standby {
		return all
	}
	return append(all,
		kind{"node without redis", func(ctx context.Context, r *run) error { return r.bend([]*wire{r.node().redisWire}, cut, 0) }},
		kind{"node without postgres", func(ctx context.Context, r *run) error { return r.bend([]*wire{r.node().postgresWire}, silent, 0) }})
}

// pairs are two faults of two servers at the same time, each of every pair that
// can be: a queue is not rebuilt while a server is away that it needs.
func pairs(single []kind) []kind {
	var all []kind
	for _, a := range single {
		for _, b := range single {
			if a.server() < b.server() && (a.server() != "postgres" || b.server() != "queue") && (a.server() != "queue" || b.server() != "redis") {
				all = append(all, kind{a.name + " + " + b.name, func(ctx context.Context, r *run) error { return r.both(ctx, a, b) }})
			}
		}
	}
	return all
}

// forgetful are the faults after which Redis lacks what it has answered. After a
// failover it does not: a replica has that before it is answered.
var forgetful = []string{"redis emptied", "redis set back"}

// forgets says whether what was answered while the record was behind may be lost:
// PostgreSQL is away, and Redis forgets. After any other fault, or two, nothing is
// (queue protocol, point 11).
func (k kind) forgets() bool {
	ofPostgres, ofRedis, both := strings.Cut(k.name, " + ")
	return both && strings.HasPrefix(ofPostgres, "postgres ") && slices.Contains(forgetful, ofRedis)
}

// server is which one the fault is of: the name's first word.
func (k kind) server() string {
	server, _, _ := strings.Cut(k.name, " ")
	return server
}

// both lets two faults happen, the second while the first may last.
func (r *run) both(ctx context.Context, a, b kind) error {
	half := *r
	half.Rand = rand.New(rand.NewPCG(r.Uint64(), 1))
	ended := make(chan error, 1)
	go func() { ended <- a.happen(ctx, &half) }()
	r.sleep(0, 500)
	return errors.Join(b.happen(ctx, r), <-ended)
}

// readOnly has PostgreSQL refuse what is to be written, as a server does whose disk
// is full or that does not know yet that it is the primary.
func readOnly(ctx context.Context, r *run) error {
	conn, err := pgx.Connect(ctx, r.site.postgres.URL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, says := range []string{"on", "off"} {
		for _, statement := range []string{"SET default_transaction_read_only = off", "ALTER SYSTEM SET default_transaction_read_only = " + says, "SELECT pg_reload_conf()"} {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		if says == "on" {
			r.sleep(500, 3000)
		}
	}
	return nil
}

// setBack gives Redis the files that it had a second of work ago.
func setBack(ctx context.Context, r *run) error {
	server := r.site.redis
	files := filepath.Join(r.site.folder, "redis", "appendonlydir")
	kept := filepath.Join(r.site.folder, "kept")
	if err := copyFolder(ctx, files, kept); err != nil {
		return err
	}
	r.sleep(300, 1000)
	r.kill(server.Pid(), server.Done())
	if err := errors.Join(os.RemoveAll(files), os.Rename(kept, files)); err != nil {
		return err
	}
	return server.Restart(ctx)
}

func copyFolder(ctx context.Context, from, to string) error {
	said, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("copy %s: %w: %s", from, err, said)
	}
	return nil
}

// failOverRedis kills the master, and starts it again when the sentinels have
// promoted another.
func failOverRedis(ctx context.Context, r *run) error {
	master, err := r.site.many.Master(ctx)
	if err != nil {
		return err
	}
	r.site.many.Kill(master)
	if _, err := r.site.many.Master(ctx); err != nil {
		return err
	}
	return r.site.many.Restart(ctx, master)
}

// killOne kills one of many Redis and starts it again after a while: so long
// that the others may count it as gone.
func (r *run) killOne(ctx context.Context, n int) error {
	r.site.many.Kill(n)
	r.sleep(0, 4000)
	return r.site.many.Restart(ctx, n)
}

// failOverPostgres kills the primary and promotes its standby, which has missed
// what was recorded in the last second: Redis's logs have it. A standby is made
// before and not after, so that the nodes also work with a server that is gone.
func failOverPostgres(ctx context.Context, r *run) error {
	site := r.site
	if site.standby == nil {
		if err := site.follow(ctx); err != nil {
			return err
		}
	}
	if err := site.unfollow(ctx); err != nil {
		return err
	}
	r.sleep(0, 1000)
	had, err := versions(ctx, site.postgres)
	if err != nil {
		return err
	}
	r.kill(site.postgres.Pid(), site.postgres.Done())
	r.sleep(0, 1500)
	has, err := versions(ctx, site.standby)
	if err != nil {
		return err
	}
	r.missed += had - has
	return site.promote(ctx)
}

// rebuild has an administrator write every office's queue anew, in the middle
// of the day.
func rebuild(ctx context.Context, r *run) error {
	city := openCity()
	for _, office := range city.Offices() {
		if _, err := r.site.run(ctx, "rebuild", string(office.ID)); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) node() *node { return r.site.nodes[r.IntN(len(r.site.nodes))] }

func (r *run) kill(pid int, done <-chan struct{}) {
	syscall.Kill(pid, syscall.SIGKILL)
	<-done
}

// freeze stops a process for a while, without its knowing.
func (r *run) freeze(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	r.sleep(500, 4000)
	return syscall.Kill(pid, syscall.SIGCONT)
}

// bend makes wires cut, silent or slow for a while.
func (r *run) bend(wires []*wire, state wireState, delay time.Duration) error {
	for _, w := range wires {
		w.be(state, delay)
	}
	r.sleep(500, 3000)
	for _, w := range wires {
		w.be(whole, 0)
	}
	return nil
}

// sleep is for a random time, in ms.
func (r *run) sleep(least, most int) {
	time.Sleep(time.Duration(least+r.IntN(most-least)) * time.Millisecond)
}
