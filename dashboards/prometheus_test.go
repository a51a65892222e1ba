package dashboards_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking/pg/child"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// prometheus is a real Prometheus that scrapes nodes twice a second.
type prometheus struct {
	url string
}

// startPrometheus starts one with our alert rules. It goes with the test.
func startPrometheus(t *testing.T, nodes ...string) *prometheus {
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
func configure(t *testing.T, nodes []string) (folder, config string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "wartefrei-prometheus-")
	if err != nil {
		t.Fatal(err)
	}
	config = filepath.Join(folder, "prometheus.yml")
	for name, text := range map[string]string{
		"rules.yml": string(alerts(t)),
		"prometheus.yml": fmt.Sprintf("global: {scrape_interval: 500ms, scrape_timeout: 500ms}\nrule_files: [rules.yml]\n"+
			"scrape_configs: [{job_name: wartefrei, static_configs: [{targets: [%s]}]}]\n", strings.Join(nodes, ", ")),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder, config
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// tryPrometheus returns nil if the port was taken. The prefix of its paths
// tells ours from another Prometheus that answers there.
func tryPrometheus(t *testing.T, program string, nodes []string) *prometheus {
	t.Helper()
	folder, config := configure(t, nodes)
	port, prefix := freePort(t), fmt.Sprintf("/%x", rand.Uint64())
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
	p := &prometheus{url: fmt.Sprintf("http://127.0.0.1:%d%s", port, prefix)}
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
func (p *prometheus) ready(t *testing.T, process *child.Process) bool {
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

func (p *prometheus) get(path string) ([]byte, error) {
	client := http.Client{Timeout: 10 * time.Second}
	r, err := client.Get(p.url + path)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Status, body)
	}
	return body, err
}

// read asks the API and decodes the data of its answer.
func (p *prometheus) read(t *testing.T, path string, data any) {
	t.Helper()
	body, err := p.get(path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := json.Unmarshal(body, &struct{ Data any }{data}); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// query evaluates an expression now: values by labels, as "office=a,service=b".
func (p *prometheus) query(t *testing.T, expr string) map[string]float64 {
	t.Helper()
	var data struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
	p.read(t, "/api/v1/query?query="+url.QueryEscape(expr), &data)
	values := map[string]float64{}
	for _, r := range data.Result {
		value, err := strconv.ParseFloat(r.Value[1].(string), 64)
		if err != nil {
			t.Fatal(err)
		}
		values[labels(r.Metric)] = value
	}
	return values
}

// rule is an alert as Prometheus understood it.
type rule struct {
	Name        string
	Query       string
	Labels      map[string]string
	Annotations map[string]string
}

func (p *prometheus) rules(t *testing.T) (all []rule) {
	t.Helper()
	var data struct{ Groups []struct{ Rules []rule } }
	p.read(t, "/api/v1/rules", &data)
	for _, g := range data.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// names are all metrics that Prometheus has seen.
func (p *prometheus) names(t *testing.T) (names []string) {
	t.Helper()
	p.read(t, "/api/v1/label/__name__/values", &names)
	return names
}

// labels writes labels in order: "office=a,service=b".
func labels(metric map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(metric)) {
		pairs = append(pairs, name+"="+metric[name])
	}
	return strings.Join(pairs, ",")
}

// eventually asks again until the answer has no fault, for as long as a test waits.
func (p *prometheus) eventually(t *testing.T, expr string, fault func(map[string]float64) string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		values := p.query(t, expr)
		wrong := fault(values)
		if wrong == "" {
			return
		}
		select {
		case <-deadline:
			t.Errorf("%s\n\tis %v:\n\t%s", expr, values, wrong)
			return
		case <-tick.C:
		}
	}
}
