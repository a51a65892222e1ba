package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/wartefrei/wartefrei/booking/texts"
)

// deskKey is the key of a command at a desk, until a clerk chooses another in
// the list of keys. Keys are named as keys.js names them: "F2", "Control+z".
type deskKey struct {
	Name string // of the command, in the page; desk.does-… says it to people
	Key  string
	Row  int // which row of those who wait is called, or 0
}

// deskKeys are all commands of a desk in the order of a visit, those of lists
// and dialogs last. The page has the buttons of those that are possible now.
var deskKeys = slices.Concat(
	[]deskKey{
		{Name: "main-action", Key: "F9"}, // open, call next, came, finish and call next: whichever is next
		{Name: "recall", Key: "F2"},
		{Name: "put-back", Key: "Control+z"},
		{Name: "no-show", Key: "F3"},
		{Name: "finish", Key: "F10"},
		{Name: "park", Key: "F6"},
		{Name: "pause", Key: "F8"},
		{Name: "close", Key: "Control+F8"},
	},
	rowKeys(2, 9), // the first row is the main action
	[]deskKey{
		{Name: "revoke", Key: "Control+F3"},
		{Name: "bring-back", Key: "Control+F6"},
		{Name: "bring-here", Key: "Control+F9"},
		{Name: "transfer", Key: "F7"},
		{Name: "change", Key: "F4"},
		{Name: "more", Key: "Control+F7"},
		{Name: "any", Key: "Control+F10"},
		{Name: "services", Key: "Control+F2"},
		{Name: "keys", Key: "F1"},
	},
)

func rowKeys(first, last int) []deskKey {
	var keys []deskKey
	for n := first; n <= last; n++ {
		keys = append(keys, deskKey{Name: fmt.Sprintf("row-%d", n), Key: fmt.Sprintf("Alt+%d", n), Row: n})
	}
	return keys
}

// deskFunctions are what the desk's templates may call besides.
func deskFunctions(l *texts.Language) template.FuncMap {
	return template.FuncMap{
		"deskKeys": func() []deskKey { return deskKeys },
		"keyOf":    keyOf,                                             // {{keyOf "put-back"}}: Control+z
		"keyCap":   func(key string) string { return keyCap(l, key) }, // {{keyCap "Control+z"}}: Strg Z
		"does": func(k deskKey) string {
			if k.Row > 0 {
				return l.T("desk.does-row", "n", k.Row)
			}
			return l.T("desk.does-" + k.Name)
		},
	}
}

// keyOf is the key of a command. One that is not in the list is a mistake of the page.
func keyOf(name string) (string, error) {
	i := slices.IndexFunc(deskKeys, func(k deskKey) bool { return k.Name == name })
	if i < 0 {
		return "", fmt.Errorf("no command of a desk is called %q", name)
	}
	return deskKeys[i].Key, nil
}

// keyCap says a key as it is printed on keyboards.
func keyCap(l *texts.Language, key string) string {
	caps := strings.Split(strings.ToUpper(key), "+")
	for i, c := range caps {
		if c == "CONTROL" || c == "ALT" || c == "SHIFT" {
			caps[i] = l.T("desk.key-" + strings.ToLower(c))
		}
	}
	return strings.Join(caps, " ")
}
