package queue_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/queue"
)

func TestDecodeCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, text string
		want       queue.Command // nil: invalid
	}{
		"call next":         {"call-next", `{"desk":"1"}`, queue.CallNext{Desk: "1"}},
		"finish":            {"finish", `{"desk":"1","done":["id"]}`, queue.Finish{Desk: "1", Done: []queue.ServiceID{"id"}}},
		"empty":             {"call-next", ` `, queue.CallNext{}},
		"unknown kind":      {"explode", `{}`, nil},
		"unknown field":     {"call-next", `{"desk":"1","hurry":true}`, nil},
		"unknown inside":    {"join", `{"ticket":{"name":"Erika"}}`, nil},
		"wrong type":        {"call-next", `{"desk":1}`, nil},
		"a list":            {"call-next", `[]`, nil},
		"more than one":     {"call-next", `{"desk":"1"}{"desk":"2"}`, nil},
		"cut off":           {"call-next", `{"desk":"1"`, nil},
		"no whole number":   {"no-show", `{"desk":"1","notBefore":1.5}`, nil},
		"too long for ever": {"call-next", `{"desk":"` + strings.Repeat("1", queue.MaxCommand) + `"}`, nil},
	} {
		got, err := queue.DecodeCommand(c.kind, []byte(c.text))
		if c.want == nil && !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want invalid", name, got, err)
		}
		if c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

// FuzzDecodeCommand feeds what a client may send. What passes decoding and
// validating must be what the scripts rely on: bounded, and the same when it is
// written and read again.
func FuzzDecodeCommand(f *testing.F) {
	for _, kind := range queue.Kinds() {
		f.Add(kind, `{"desk":"1","ticket":"T1","services":["id"],"persons":2}`)
	}
	f.Add("join", `{"ticket":{"id":"T1","number":"","seq":0,"class":"walk-in","services":["id"],"persons":1,"area":"hall",`+
		`"due":1795500000000,"state":"","arrived":0},"numbers":{"prefix":"K","mul":5,"add":7}}`)
	f.Add("call-this", `{"desk":"1","ticket":"T1","reason":"my-case"}`)
	f.Add("open", `{"desk":"1","label":"1","way":"Zimmer 2","serves":["id","pass"]}`)
	f.Fuzz(func(t *testing.T, kind, text string) {
		c, err := queue.DecodeCommand(kind, []byte(text))
		if err != nil {
			if !errors.Is(err, queue.ErrInvalid) {
				t.Fatalf("decode: %v, want invalid", err)
			}
			return
		}
		r := queue.Request{Office: "o", ID: "1", Actor: queue.Actor{Role: "clerk"}, At: time.UnixMilli(1795500000000),
			Day: "2026-11-24", Command: c}
		if err := r.Validate(); err != nil {
			if !errors.Is(err, queue.ErrInvalid) {
				t.Fatalf("validate: %v, want invalid", err)
			}
			return
		}
		wire, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(wire, &fields); err != nil || len(wire) > 2*queue.MaxCommand || !utf8.Valid(wire) || hasNull(fields) {
			t.Fatalf("a script gets %q, %v", wire, err)
		}
		again, err := queue.DecodeCommand(kind, wire)
		if err != nil {
			t.Fatalf("read again: %v", err)
		}
		if before, after := hash(t, c), hash(t, again); before != after {
			t.Fatalf("hash %s, and after writing and reading %s", before, after)
		}
	})
}

// hasNull looks for what cjson reads as a value that is neither nil nor text.
func hasNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, x := range v {
			if hasNull(x) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasNull)
	}
	return false
}

func hash(t *testing.T, c queue.Command) string {
	t.Helper()
	h, err := queue.Hash(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
