package main

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/wartefrei/wartefrei/cmd/wartefrei/play"
	"github.com/wartefrei/wartefrei/queue"
)

// simulated is a demonstration with an administrator's token.
func simulated(t *testing.T) (i installation, token string) {
	t.Helper()
	data := dataFolder(t)
	url, end := started(t, "WARTEFREI_DEMO", "1", "WARTEFREI_DATA", data)
	t.Cleanup(end)
	await(t, url+"/readyz")
	i = installation{environment: append(os.Environ(), "WARTEFREI_TEST_PROGRAM=1", "WARTEFREI_DATA="+data, "WARTEFREI_POSTGRES_URL="), site: url}
	token, _ = tokenOf(t, i.must(t, "token", "add", "administrator", "load"))
	return i, token
}

// TestSimulate plays on a running demonstration, over its API, until people
// have come, were called, came to the desk and were served. Told to end, it
// says so in a table, and the demonstration goes on by itself.
func TestSimulate(t *testing.T) {
	t.Parallel()
	i, token := simulated(t)
	site := &play.Site{URL: i.site, Token: token, Client: http.DefaultClient}
	eventually(t, "the token is known", func() bool { return site.ReadCity(t.Context()) == nil })
	before, err := site.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := exec.Command(os.Args[0], "simulate", "-url", i.site, "-speed", "60")
	var out, problems strings.Builder
	p.Env, p.Stdout, p.Stderr = append(i.environment, "WARTEFREI_TOKEN="+token), &out, &problems
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
	office := site.City.Offices()[0].ID
	eventually(t, "five who came by themselves are served", func() bool {
		state, err := site.State(t.Context(), office)
		if err != nil {
			t.Fatal(err)
		}
		served := 0
		for _, x := range state.In(queue.Done) {
			if x.Arrived > before.Now.UnixMilli() && x.FirstCallAt > 0 && x.ServedAt > 0 {
				served++
			}
		}
		return served >= 5
	})
	if _, body := get(t, i.site+"/"); !strings.Contains(body, `name="speed" value="60"`) || strings.Contains(body, `name="speed" value="0"`) {
		t.Error("the demonstration's own people play as well")
	}
	p.Process.Signal(syscall.SIGTERM)
	if err := p.Wait(); err != nil {
		t.Fatalf("%v: %s", err, problems.String())
	}
	row := regexp.MustCompile(`(?m)^` + string(office) + `\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+\S+\s+\S+$`).FindStringSubmatch(out.String())
	if row == nil {
		t.Fatalf("it says\n%s", out.String())
	}
	came, called, done := number(t, row[1]), number(t, row[2]), number(t, row[3])
	if came < called || called < done || done < 5 {
		t.Errorf("of %d who came %d were called and %d are done:\n%s", came, called, done, out.String())
	}
	if _, body := get(t, i.site+"/"); !strings.Contains(body, `name="speed" value="0"`) {
		t.Error("the demonstration does not go on by itself")
	}
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSimulateRefuses holds its sentences.
func TestSimulateRefuses(t *testing.T) {
	t.Parallel()
	demo, _ := simulated(t)
	real := installServed(t)
	nobody := "http://127.0.0.1:" + freePort(t)
	for _, c := range []struct {
		i    installation
		args []string
		want string
	}{
		{demo, []string{"-url", demo.site}, "WARTEFREI_TOKEN must be what wartefrei token add administrator NAME printed: "},
		{real, []string{"-url", real.site}, real.site + " is no demonstration: nobody is invented there"},
		{demo, []string{"-url", nobody}, "is Wartefrei at " + nobody + "? Name another place by -url: "},
		{demo, []string{"-pace", "2"}, "write wartefrei simulate -url http://127.0.0.1:8080 -speed 60 -seed 1"},
	} {
		s := c.i.run(t, "", append([]string{"simulate"}, c.args...)...)
		if s.ok || !strings.Contains(s.err, c.want) {
			t.Errorf("simulate %v says %q, want %q", c.args, s.err, c.want)
		}
	}
}
