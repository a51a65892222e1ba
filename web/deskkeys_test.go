package web

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryCommandHasAKey: what a desk can be told has a button with a key, or
// stands in a dialog that such a button opens.
func TestEveryCommandHasAKey(t *testing.T) {
	source, err := os.ReadFile("clerk.go")
	if err != nil {
		t.Fatal(err)
	}
	_, forms, _ := strings.Cut(string(source), "\nfunc formCommand(")
	forms, _, _ = strings.Cut(forms, "\n}\n")
	commands := regexp.MustCompile(`case "([^"]+)":`).FindAllStringSubmatch(forms, -1)
	if len(commands) < 20 {
		t.Fatalf("formCommand knows %d commands, as far as this test can tell", len(commands))
	}
	reached := reachedByKey(t)
	for _, c := range commands {
		if !slices.Contains(reached, c[1]) {
			t.Errorf("no key of a desk leads to %s", c[1])
		}
	}
}

// reachedByKey are the commands of the desk's buttons that have a key, and of the
// dialogs that these open.
func reachedByKey(t *testing.T) []string {
	page, err := os.ReadFile("pages/desk.html")
	if err != nil {
		t.Fatal(err)
	}
	leads := regexp.MustCompile(`data-(command|dialog)="([^"]+)"`)
	given := regexp.MustCompile(`name="command" value="([^"]+)"`)
	var reached []string
	for _, button := range regexp.MustCompile(`<button [^>]*data-key=[^>]*>`).FindAllString(string(page), -1) {
		m := leads.FindStringSubmatch(button)
		if m == nil {
			t.Errorf("a key leads nowhere: %s", button)
			continue
		}
		if m[1] == "command" {
			reached = append(reached, m[2])
			continue
		}
		dialog := dialogOf(string(page), m[2])
		if dialog == "" {
			t.Errorf("%s opens no dialog", button)
		}
		for _, next := range regexp.MustCompile(`data-dialog="([^"]+)"`).FindAllStringSubmatch(dialog, -1) {
			dialog += dialogOf(string(page), next[1]) // that it opens in its place
		}
		for _, command := range given.FindAllStringSubmatch(dialog, -1) {
			reached = append(reached, command[1])
		}
	}
	return reached
}

// TestEveryKeyOfADesk: no two commands begin with one key, and each has a button
// somewhere in the page.
func TestEveryKeyOfADesk(t *testing.T) {
	page, err := os.ReadFile("pages/desk.html")
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, k := range deskKeys {
		if other, twice := held[k.Key]; twice {
			t.Errorf("%s and %s both begin with %s", other, k.Name, k.Key)
		}
		held[k.Key] = k.Name
		if k.Row == 0 && !strings.Contains(string(page), `data-key="{{keyOf "`+k.Name+`"}}"`) {
			t.Errorf("no button has the key of %s", k.Name)
		}
	}
}

// dialogOf is a dialog's markup, "" if there is none of the name.
func dialogOf(page, name string) string {
	_, dialog, _ := strings.Cut(page, `<dialog id="dialog-`+name+`"`)
	dialog, _, _ = strings.Cut(dialog, "</dialog>")
	return dialog
}
