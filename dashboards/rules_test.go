package dashboards_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/dashboards"
	"github.com/wartefrei/wartefrei/dashboards/promtest"
)

func alerts(t *testing.T) []byte {
	t.Helper()
	text, err := dashboards.Files.ReadFile("alerts/wartefrei.yml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// promtool plays testdata/alerts.yml: each alert, when it must fire and when not.
func TestAlertsFireWhenTheyMust(t *testing.T) {
	program, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatalf("promtool is needed (Debian: apt-get install prometheus): %v", err)
	}
	for _, args := range [][]string{
		{"check", "rules", "alerts/wartefrei.yml"},
		{"test", "rules", "testdata/alerts.yml"},
	} {
		if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// The rules and the managers' page warn at the same limits.
func TestAlertsHaveThePagesLimits(t *testing.T) {
	for _, expr := range []string{
		fmt.Sprintf("(wartefrei_queue_emergencies) > %d\n", dashboards.EmergencyLimit),
		fmt.Sprintf("(wartefrei_queue_longest_wait_seconds) > %d * 60\n", int(dashboards.LongWait.Minutes())),
	} {
		if !strings.Contains(string(alerts(t)), expr) {
			t.Errorf("no rule has %q", expr)
		}
	}
}

// A dashboard imports if its panels are whole, do not overlap, and name their data source by the variable.
func TestDashboardIsWhole(t *testing.T) {
	g := promtest.OfficeDay(t)
	if g.UID == "" || g.Title == "" || g.SchemaVersion < 38 || len(g.Templating.List) != 2 {
		t.Errorf("dashboard %q, %q, schema %d, variables %v", g.UID, g.Title, g.SchemaVersion, g.Templating.List)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range g.Panels {
		if p.Title == "" || p.Description == "" || p.Type == "" || ids[p.ID] || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("panel %d, %q is not whole", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("panel %q lies on %q or beside the grid", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}
