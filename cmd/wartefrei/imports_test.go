package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rule says what packages may import. "queue" is that package, "queue/..."
// are those below it; of two rules that fit a package the longer one counts.
type rule struct {
	packages  string
	ours      string // of this module, separated by spaces
	libraries bool   // besides the standard library
}

// rules hold the arrows between the rooms: all point down. What a person can
// decide with a pencil (a domain) knows no library; technology stands one
// folder below its domain and may use what its domain may, and the plumbing
// that all share: booking/pg, booking/texts.
var rules = []rule{
	// Domains.
	{"booking", "", false},
	{"queue", "", false},
	{"checkin", "booking queue", false},
	{"signage", "queue", false},
	{"dashboards", "booking queue", true},

	// Their technology.
	{"booking/...", "booking booking/...", true},
	{"queue/audit", "queue", false},
	{"queue/model", "queue", false},
	{"queue/...", "queue queue/... booking/pg/... booking/texts", true},
	{"checkin/...", "checkin checkin/... booking booking/... queue queue/...", true},
	{"signage/...", "signage signage/... queue queue/... booking/pg/... booking/texts", true},
	{"dashboards/...", "dashboards dashboards/... booking booking/... queue queue/...", true},

	// What people and machines meet.
	{"web", "booking booking/... queue queue/... checkin checkin/... signage signage/... dashboards dashboards/... web/...", true},
	{"web/...", "booking booking/... queue queue/... web/...", true},

	// The program.
	{"cmd/wartefrei/...", "booking booking/... queue queue/... checkin checkin/... signage signage/... dashboards dashboards/... web web/... cmd/wartefrei/...", true},
	{"cmd/rush", "booking booking/democity booking/pg/... queue queue/audit queue/model queue/redisqueue/redisserver web/api", true}, // servers to break, and what is said about them
}

const module = "github.com/wartefrei/wartefrei"

// TestImports fails when an arrow points up, and when a package has no rule.
func TestImports(t *testing.T) {
	t.Parallel()
	packages := readPackages(t, "../..")
	if len(packages) < 10 {
		t.Fatalf("found %d packages only", len(packages))
	}
	for _, p := range slices.Sorted(maps.Keys(packages)) {
		for _, imported := range packages[p] {
			if why := refuse(p, imported); why != "" {
				t.Errorf("%s imports %s: %s", p, imported, why)
			}
		}
	}
}

// TestImportsRefuse tries arrows that point up: the test above is worth as much as these.
func TestImportsRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"booking", "time", true},
		{"booking", "github.com/jackc/pgx/v5", false},
		{"booking", module + "/queue", false},
		{"queue", module + "/booking", false},
		{"queue", module + "/queue/redisqueue", false},
		{"queue/redisqueue", module + "/queue", true},
		{"queue/redisqueue/redisserver", module + "/booking/pg/child", true},
		{"queue/redisqueue", module + "/booking", false},
		{"queue/redisqueue", module + "/booking/pgbooking", false},
		{"booking/pgbooking", module + "/booking/pg", true},
		{"booking/pgbooking", module + "/queue", false},
		{"booking/pgbooking", module + "/booking/pg/pgtest", false},
		{"checkin", module + "/booking", true},
		{"checkin", module + "/signage", false},
		{"signage/wsscreen", module + "/queue", true},
		{"signage/wsscreen", module + "/booking", false},
		{"signage", module + "/web", false},
		{"web", module + "/signage/wsscreen", true},
		{"web", module + "/cmd/wartefrei", false},
		{"web/api", module + "/web", false},
		{"cmd/wartefrei", module + "/web", true},
		{"stray", "time", false},
	} {
		if why := refuse(c.from, c.to); (why == "") != c.allowed {
			t.Errorf("%s imports %s: allowed %v, want %v (%s)", c.from, c.to, why == "", c.allowed, why)
		}
	}
}

// TestRooms fails when a folder stands at the top that is no room.
func TestRooms(t *testing.T) {
	t.Parallel()
	rooms := strings.Fields("booking checkin cmd dashboards queue signage web")
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !ignored(e.Name()) && !slices.Contains(rooms, e.Name()) {
			t.Errorf("folder %s is no room: there are %v", e.Name(), rooms)
		}
	}
}

// refuse says why package p may not import a path; empty if it may.
func refuse(p, imported string) string {
	r, ok := ruleOf(p)
	if !ok {
		return "the package has no rule in imports_test.go"
	}
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	switch {
	case !isOurs && !r.libraries && strings.Contains(imported, "."):
		return "a domain knows no library"
	case isOurs && strings.HasSuffix(ours, "test") && !strings.HasSuffix(p, "test"):
		return "only tests import test packages"
	case isOurs && !slices.ContainsFunc(strings.Fields(r.ours), func(pattern string) bool { return fits(pattern, ours) }):
		return "the arrow points up; " + r.packages + " may import of ours: " + r.ours
	}
	return ""
}

// ruleOf returns the longest rule that fits the package.
func ruleOf(p string) (found rule, ok bool) {
	for _, r := range rules {
		if fits(r.packages, p) && len(r.packages) > len(found.packages) {
			found, ok = r, true
		}
	}
	return found, ok
}

// fits says whether the pattern means the package. "booking/pg/..." and
// "cmd/wartefrei/..." mean the packages booking/pg and cmd/wartefrei, too,
// as they stand in no room's own name.
func fits(pattern, p string) bool {
	above, below := strings.CutSuffix(pattern, "/...")
	if !below {
		return pattern == p
	}
	return strings.HasPrefix(p, above+"/") || (p == above && strings.Contains(above, "/"))
}

// ignored are folders in which no Go package of ours is.
func ignored(name string) bool {
	return name == "data" || name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".")
}

// readPackages reads what each package imports, tests aside.
func readPackages(t *testing.T, root string) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && ignored(d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		name, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		imports, err := readImports(file)
		name = path.Clean(filepath.ToSlash(name))
		packages[name] = append(packages[name], imports...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func readImports(file string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, i := range parsed.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		imports = append(imports, imported)
	}
	return imports, nil
}
