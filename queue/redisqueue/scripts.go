package redisqueue

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue"
)

//go:embed lua/*.lua
var files embed.FS

// scripts are all scripts, by the kind of the command or the name of the file.
var scripts = compose()

func compose() map[string]*redis.Script {
	all := map[string]*redis.Script{}
	for _, name := range []string{"state", "check", "events", "mark", "recorded", "confirm", "fence", "fenced", "opened"} {
		all[name] = redis.NewScript(source("preamble") + source(name))
	}
	for _, kind := range append(queue.Kinds(), "day") {
		all[kind] = redis.NewScript(source("preamble") + source("command") +
			"return answer(function()\n" + source(kind) + "\nend)\n")
	}
	return all
}

func source(name string) string {
	text, err := files.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err) // every test would see it
	}
	return string(text)
}

// reply is what a script returned: a word, and what goes with it.
type reply struct {
	word string
	rest []any
}

func (r reply) text(i int) string {
	s, _ := r.rest[i].(string)
	return s
}

func (r reply) number(i int) int64 {
	switch n := r.rest[i].(type) {
	case int64:
		return n
	case string:
		v, _ := strconv.ParseInt(n, 10, 64)
		return v
	}
	return 0
}

func (r reply) texts(i int) []string {
	list, _ := r.rest[i].([]any)
	texts := make([]string, len(list))
	for j, x := range list {
		texts[j], _ = x.(string)
	}
	return texts
}

// run runs a script for an office once, with what the preamble needs in front.
// A silent connection costs callTimeout.
func (q *Queue) run(ctx context.Context, script *redis.Script, office queue.OfficeID, args ...any) (reply, error) {
	return q.runOn(ctx, q.rdb, script, office, args...)
}

func (q *Queue) runOn(ctx context.Context, rdb redis.Scripter, script *redis.Script, office queue.OfficeID, args ...any) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	known := q.knows(office)
	args = append([]any{known.Epoch, known.Version}, args...)
	answer, err := script.Run(ctx, rdb, []string{metaKey(office)}, args...).Slice()
	if err != nil {
		return reply{}, err
	}
	return replyOf(answer)
}

func replyOf(answer []any) (reply, error) {
	if len(answer) == 0 {
		return reply{}, errors.New("a script returned nothing")
	}
	word, _ := answer[0].(string)
	return reply{word, answer[1:]}, nil
}

// runAll runs a script that needs nothing but the preamble for offices, in one
// go. Of several servers one may be away: errs says of which offices it is.
func (q *Queue) runAll(ctx context.Context, script *redis.Script, offices []queue.OfficeID) (replies []reply, errs []error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answers := q.sendAll(ctx, script.EvalSha, offices)
	if slices.ContainsFunc(answers, func(a *redis.Cmd) bool { return redis.HasErrorPrefix(a.Err(), "NOSCRIPT") }) {
		answers = q.sendAll(ctx, script.Eval, offices)
	}
	replies, errs = make([]reply, len(offices)), make([]error, len(offices))
	for i, answer := range answers {
		list, err := answer.Slice()
		if err == nil {
			replies[i], err = replyOf(list)
		}
		errs[i] = err
	}
	return replies, errs
}

func (q *Queue) sendAll(ctx context.Context, send func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd, offices []queue.OfficeID) []*redis.Cmd {
	pipe := q.rdb.Pipeline()
	answers := make([]*redis.Cmd, len(offices))
	for i, office := range offices {
		known := q.knows(office)
		answers[i] = send(ctx, pipe, []string{metaKey(office)}, known.Epoch, known.Version, 0, "")
	}
	pipe.Exec(ctx) // each answer has its error
	return answers
}

// metaKey is m of an office. The braces keep all keys of an office in one slot
// of a Redis Cluster.
func metaKey(office queue.OfficeID) string { return "{" + string(office) + "}m" }
