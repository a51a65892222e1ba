package main

import (
	"strings"
	"testing"
)

// TestCheckAndRebuild takes a ticket out of Redis by hand: check finds it by its
// number, rebuild puts it back.
func TestCheckAndRebuild(t *testing.T) {
	t.Parallel()
	i, v := busy(t)
	if out := i.must(t, "check"); !strings.Contains(out, "buergerbuero: agree\n") || !strings.Contains(out, "standesamt: agree\n") {
		t.Errorf("with all in order:\n%s", out)
	}
	office, err := v.line.Office(t.Context(), "buergerbuero")
	if err != nil {
		t.Fatal(err)
	}
	if err := v.rdb.HDel(t.Context(), "{buergerbuero}1:t", "P").Err(); err != nil {
		t.Fatal(err)
	}
	s := i.run(t, "", "check")
	if want := "buergerbuero: ticket " + office.Tickets.At("P").Number + ": Redis has none"; s.ok || !strings.Contains(s.out, want) || !strings.Contains(s.err, "queue and record differ: run wartefrei rebuild") {
		t.Errorf("a ticket is gone: %v %q, %q; want %q", s.ok, s.out, s.err, want)
	}
	if out := i.must(t, "rebuild", "buergerbuero"); out != "buergerbuero: rebuilt\n" {
		t.Errorf("rebuild: %q", out)
	}
	if out := i.must(t, "check"); !strings.Contains(out, "buergerbuero: agree\n") {
		t.Errorf("afterwards:\n%s", out)
	}
	if out := i.must(t, "rebuild", "-from-redis", "buergerbuero"); out != "buergerbuero: rebuilt\n" {
		t.Errorf("rebuild -from-redis: %q", out)
	}
	if out := i.must(t, "check"); !strings.Contains(out, "buergerbuero: agree\n") {
		t.Errorf("after the record began anew:\n%s", out)
	}
	for args, want := range map[string]string{"rebuild": "rebuild needs one office's id", "rebuild a b": "rebuild needs one office's id",
		"rebuild -x a": "rebuild needs one office's id", "rebuild nowhere": "there is no office nowhere", "check x": "check takes no arguments"} {
		if s := i.run(t, "", strings.Fields(args)...); s.ok || !strings.HasPrefix(s.err, "wartefrei: "+want) {
			t.Errorf("%s: %v %q", args, s.ok, s.err)
		}
	}
	rest := i.run(t, "", "rebuild", "standesamt")
	if rest.ok || !strings.Contains(rest.err, "the office has no queue yet") {
		t.Errorf("an office where nobody has been: %v %q %q", rest.ok, rest.out, rest.err)
	}
}
