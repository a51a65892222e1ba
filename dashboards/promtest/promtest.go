// Package promtest gives a test a real Prometheus with our alert rules, and the
// expressions of our dashboard.
//
//	p := promtest.Start(t, "127.0.0.1:8080") // scrapes a node, goes with the test
//	p.Eventually(t, `count(up == 1)`, fault)
//
// A value in Prometheus is as old as its last scrape: a test asks again until
// the answer has no fault, and fails when it never has.
package promtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/child"
	"github.com/wartefrei/wartefrei/dashboards"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// Prometheus is a real one that scrapes nodes, and looks at our alert rules,
// twice a second. Nodes are the job "wartefrei", as the rules ask.
type Prometheus struct {
	url string
}

// Start starts one for nodes, named "host:port". It goes with the test.
func Start(t testing.TB, nodes ...string) *Prometheus {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatalf("Prometheus is needed (Debian: apt-get install prometheus): %v", err)
	}
	for range 10 { // Prometheus cannot choose a port: between our look and its start another may take it
		if p := tryPrometheus(t, program, nodes); p != nil {
			return p
		}
	}
	t.Fatal("Prometheus found no free port ten times")
	return nil
}

// configure writes a folder with Prometheus's configuration.
func configure(t testing.TB, nodes []string) (folder, config string) {
	t.Helper()
	rules, err := dashboards.Files.ReadFile("alerts/wartefrei.yml")
	if err != nil {
		t.Fatal(err)
	}
	folder, err = os.MkdirTemp("", "wartefrei-prometheus-")
	if err != nil {
		t.Fatal(err)
	}
	config = filepath.Join(folder, "prometheus.yml")
	for name, text := range map[string]string{
		"rules.yml": string(rules),
		"prometheus.yml": fmt.Sprintf("global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}\nrule_files: [rules.yml]\n"+
			"scrape_configs: [{job_name: wartefrei, static_configs: [{targets: [%s]}]}]\n", strings.Join(nodes, ", ")),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder, config
}

// tryPrometheus returns nil if the port was taken. The prefix of its paths
// tells ours from another Prometheus that answers there.
func tryPrometheus(t testing.TB, program string, nodes []string) *Prometheus {
	t.Helper()
	folder, config := configure(t, nodes)
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	prefix := fmt.Sprintf("/%x", rand.Uint64())
	var log strings.Builder // read after the end only
	process, err := child.Start(child.Command{
		Path: program, Stop: syscall.SIGTERM, Remove: []string{folder}, Log: &log,
		Args: []string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(folder, "data"),
			"--web.listen-address=127.0.0.1:" + strconv.Itoa(port), "--web.route-prefix=" + prefix, "--log.level=warn"},
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		process.Stop(ctx)
	}
	t.Cleanup(stop)
	p := &Prometheus{url: fmt.Sprintf("http://127.0.0.1:%d%s", port, prefix)}
	if p.ready(t, process) {
		return p
	}
	stop()
	if !strings.Contains(log.String(), "address already in use") {
		t.Fatalf("Prometheus ended: %s", log.String())
	}
	return nil
}

// ready waits until Prometheus answers; false if it has ended.
func (p *Prometheus) ready(t testing.TB, process *child.Process) bool {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		select {
		case <-process.Done():
			return false
		case <-deadline:
			t.Fatal("Prometheus does not answer")
		case <-tick.C:
			if _, err := p.get("/-/ready"); err == nil {
				return true
			}
		}
	}
}
