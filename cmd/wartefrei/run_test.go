package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// TestMain is the program itself where a test starts it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("WARTEFREI_TEST_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what must come: long, the machine may be busy.
const patience = 3 * time.Minute

// dataFolder is one for the demonstration.
func dataFolder(t *testing.T) string {
	t.Helper()
	return filepath.Join(pgtest.Folder(t), "data")
}

// started runs the whole program in this process until the test ends, and
// returns where it serves.
func started(t *testing.T, set ...string) (url string, end func()) {
	t.Helper()
	cfg, err := readConfig(environment(append(set, "WARTEFREI_LISTEN", "127.0.0.1:0")...))
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, cfg, slog.New(slog.NewTextHandler(write, nil)))
		write.Close()
	}()
	lines := bufio.NewScanner(read)
	for url == "" && lines.Scan() {
		if at := regexp.MustCompile(`msg=serving url=(\S+)`).FindStringSubmatch(lines.Text()); at != nil {
			url = at[1]
		}
	}
	go io.Copy(io.Discard, read)
	if url == "" {
		t.Fatalf("does not serve: %v", <-ended)
	}
	return url, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

// await asks until a URL answers 200.
func await(t *testing.T, url string) {
	t.Helper()
	eventually(t, url+" answers", func() bool {
		answer, err := http.Get(url)
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func eventually(t *testing.T, what string, true func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !true() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// TestRunDemo runs the demonstration: it has a city, people who wait, and
// leaves its folder free.
func TestRunDemo(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	url, end := started(t, "WARTEFREI_DEMO", "1", "WARTEFREI_DATA", data)
	await(t, url+"/readyz")
	for path, want := range map[string]string{
		"/healthz": "ok",
		"/":        "Offenburg",
		"/metrics": `wartefrei_queue_waiting{`,
	} {
		if status, body := get(t, url+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d without %q:\n%.500s", path, status, want, body)
		}
	}
	setUpTerminal(t, url, data)
	end()
	f, err := openFolder(data)
	if err != nil {
		t.Fatalf("the folder is not free: %v", err)
	}
	f.close()
	if pids := workingBelow(data); len(pids) > 0 {
		t.Errorf("processes %v still work there", pids)
	}
}

// setUpTerminal makes a browser a terminal with the demonstration's token. It
// stays one for longer than anybody's session, without a hand each morning.
func setUpTerminal(t *testing.T, site, data string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(data, "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept secrets
	if err := json.Unmarshal(content, &kept); err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(site+"/terminal", url.Values{"token": {kept.Terminals["fischmarkt"]}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	for _, c := range answer.Cookies() {
		if c.Name == "terminal" && answer.StatusCode == http.StatusSeeOther && c.MaxAge > 180*24*3600 {
			return
		}
	}
	t.Errorf("POST /terminal: %d with %v", answer.StatusCode, answer.Cookies())
}

// TestRunServe runs a node on servers of the environment, with metrics apart.
func TestRunServe(t *testing.T) {
	t.Parallel()
	redis, err := redisserver.Start(t.Context(), redisserver.Config{Folder: t.TempDir(), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redis.Stop(context.Background()) })
	port := freePort(t)
	url, end := started(t, "WARTEFREI_POSTGRES_URL", pgtest.URL(t), "WARTEFREI_REDIS_URL", redis.URL(),
		"WARTEFREI_METRICS_LISTEN", "127.0.0.1:"+port)
	await(t, url+"/readyz")
	if status, _ := get(t, url+"/metrics"); status != http.StatusNotFound {
		t.Errorf("/metrics with the pages: %d, want 404", status)
	}
	if status, body := get(t, "http://127.0.0.1:"+port+"/metrics"); status != http.StatusOK || !strings.Contains(body, "wartefrei_") {
		t.Errorf("/metrics on its own listener: %d", status)
	}
	end()
	if _, err := http.Get(url + "/healthz"); err == nil {
		t.Error("answers after its end")
	}
}

// freePort is a port that nobody had a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(port)
}

// program is the program as a process of its own.
type program struct {
	*exec.Cmd
	out  *bufio.Reader
	said bytes.Buffer // on standard error
}

func start(t *testing.T, data string, set ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], "demo")}
	p.Env = append(os.Environ(), "WARTEFREI_TEST_PROGRAM=1", "WARTEFREI_DATA="+data, "WARTEFREI_LISTEN=127.0.0.1:0", "LC_ALL=C.UTF-8")
	p.Env = append(p.Env, set...)
	p.Stderr = &p.said
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	return p
}

// serving waits until the program has said where it serves.
func (p *program) serving(t *testing.T) (url string) {
	t.Helper()
	for {
		line, err := p.out.ReadString('\n')
		if at := regexp.MustCompile(`http://[0-9.:]+`).FindString(line); at != "" && url == "" {
			url = at
		}
		if strings.Contains(line, "Ctrl-C") {
			return url
		}
		if err != nil {
			p.Wait()
			t.Fatalf("does not serve: %s", p.said.String())
		}
	}
}

// workingBelow finds the processes whose working directory is below a folder:
// those of its PostgreSQL and Redis.
func workingBelow(folder string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		at, err := os.Readlink(link)
		if err == nil && strings.HasPrefix(at, folder+"/") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// postmaster reads who the PostgreSQL of a folder is.
func postmaster(t *testing.T, data string) (pid int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(data, "postgres/data/postmaster.pid"))
	if err == nil {
		_, err = fmt.Sscan(string(content), &pid)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// redisOf finds the Redis of a folder.
func redisOf(t *testing.T, data string) int {
	t.Helper()
	pids := workingBelow(data)
	for _, pid := range pids {
		if at, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); at == filepath.Join(data, "redis") {
			return pid
		}
	}
	t.Fatalf("no Redis among %v", pids)
	return 0
}

// TestKill kills PostgreSQL, Redis and the program itself: no hand is needed.
func TestKill(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	first := start(t, data)
	url := first.serving(t)

	second := start(t, data, "WARTEFREI_LISTEN="+strings.TrimPrefix(url, "http://")) // as people do
	err := second.Wait()
	for _, want := range []string{url, strconv.Itoa(first.Process.Pid)} {
		if err == nil || !strings.Contains(second.said.String(), want) {
			t.Errorf("the second start (%v) does not name %s:\n%s", err, want, second.said.String())
		}
	}

	syscall.Kill(postmaster(t, data), syscall.SIGKILL)
	await(t, url+"/booking/buergerbuero/times?s=personalausweis") // asks PostgreSQL
	syscall.Kill(redisOf(t, data), syscall.SIGKILL)
	await(t, url+"/readyz")

	first.Process.Kill()
	first.Wait()
	again := start(t, data) // at once, while the old servers are being ended
	await(t, again.serving(t)+"/readyz")
	again.Process.Signal(syscall.SIGTERM)
	if err := again.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, again.said.String())
	}
	if pids := workingBelow(data); len(pids) > 0 {
		t.Errorf("processes %v still work there", pids)
	}
}

// TestKillLeavesNothing kills the program and waits for its servers' end.
func TestKillLeavesNothing(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	p := start(t, data)
	p.serving(t)
	if len(workingBelow(data)) == 0 {
		t.Fatal("found no server")
	}
	p.Process.Kill()
	p.Wait()
	eventually(t, "PostgreSQL and Redis end", func() bool { return len(workingBelow(data)) == 0 })
	f, err := openFolder(data)
	if err != nil {
		t.Fatalf("the folder is not free: %v", err)
	}
	f.close()
}

// TestSentences starts the program where it cannot run. It says one sentence
// that tells what to do.
func TestSentences(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		set  string
		want string
	}{
		"port":  {"WARTEFREI_LISTEN=" + taken.Addr().String(), "is taken: end the program that has it, or set WARTEFREI_LISTEN"},
		"Redis": {"PATH=/nowhere", "Redis is not installed: run apt-get install redis-server"},
		"both":  {"WARTEFREI_POSTGRES_URL=postgres://u@h/d", "WARTEFREI_DEMO=1 and WARTEFREI_POSTGRES_URL exclude each other"},
	} {
		p := start(t, dataFolder(t), c.set)
		err := p.Wait()
		said := lastSentence(p.said.String())
		if err == nil || !strings.HasPrefix(said, "wartefrei: ") || !strings.Contains(said, c.want) {
			t.Errorf("%s: %v, %q; want %q", name, err, p.said.String(), c.want)
		}
	}
}

func lastSentence(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return lines[len(lines)-1]
}

// TestSentence tries what a test cannot bring about on every machine.
func TestSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "the disk is full: make room"},
		{fmt.Errorf("start PostgreSQL in x: %w", pgserver.ErrDiskFull), "the disk is full: make room"},
		{fmt.Errorf("start PostgreSQL in x: %w", pgserver.ErrNotInstalled), "PostgreSQL is not installed: run apt-get install postgresql"},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "choose another one with WARTEFREI_DATA"},
	} {
		if said := sentence(c.err); !strings.Contains(said, c.want) || strings.Contains(said, "\n") {
			t.Errorf("%v: %q, want %q", c.err, said, c.want)
		}
	}
}
