package promtest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/dashboards"
)

// Dashboard is what tests read of a Grafana dashboard.
type Dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct{ List []struct{ Name, Type string } }
	Panels        []Panel
}

// Panel is one of its pictures.
type Panel struct {
	ID          int
	Title, Type string
	Description string
	GridPos     struct{ X, Y, W, H int }
	Datasource  struct{ UID string }
	Targets     []Target
}

// Target is a query of a panel; its letter is unique in it.
type Target struct{ RefID, Expr string }

// OfficeDay is our dashboard.
func OfficeDay(t testing.TB) (d Dashboard) {
	t.Helper()
	text, err := dashboards.Files.ReadFile("grafana/office-day.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Query is an expression of the dashboard as Grafana sends it for all offices.
type Query struct {
	Name string // the panel's title and the query's letter: "Es warten A"
	Expr string
}

// Queries are those of all panels.
func (d Dashboard) Queries() (all []Query) {
	filled := strings.NewReplacer("$office", ".*", "$__rate_interval", "5m")
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			all = append(all, Query{panel.Title + " " + target.RefID, filled.Replace(target.Expr)})
		}
	}
	return all
}
