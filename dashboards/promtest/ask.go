package promtest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func (p *Prometheus) get(path string) ([]byte, error) {
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
func (p *Prometheus) read(t testing.TB, path string, data any) {
	t.Helper()
	body, err := p.get(path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := json.Unmarshal(body, &struct{ Data any }{data}); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// Query evaluates an expression now: values by labels, as "office=a,service=b".
func (p *Prometheus) Query(t testing.TB, expr string) map[string]float64 {
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

// Rule is an alert as Prometheus understood it.
type Rule struct {
	Name        string
	Query       string
	Labels      map[string]string
	Annotations map[string]string
}

// Rules are our alerts.
func (p *Prometheus) Rules(t testing.TB) (all []Rule) {
	t.Helper()
	var data struct{ Groups []struct{ Rules []Rule } }
	p.read(t, "/api/v1/rules", &data)
	for _, g := range data.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// Names are all metrics that Prometheus has seen.
func (p *Prometheus) Names(t testing.TB) (names []string) {
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

// Eventually asks again until the answer has no fault, for as long as a test waits.
func (p *Prometheus) Eventually(t testing.TB, expr string, fault func(map[string]float64) string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		values := p.Query(t, expr)
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
