package booking

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Diff says what differs between two cities, a line each, in the words of the
// city's file: "houses[fischmarkt].offices[standesamt].prefix: "R" → "S"".
// Nothing differs: no lines.
func Diff(old, new City) []string {
	return diff(nil, "", tree(old), tree(new))
}

// tree is the city as its file, in JSON's own types.
func tree(c City) any {
	file, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers: cannot fail
	}
	var t any
	if err := json.Unmarshal(file, &t); err != nil {
		panic(err)
	}
	return t
}

func diff(lines []string, path string, old, new any) []string {
	switch {
	case reflect.DeepEqual(old, new):
		return lines
	case old == nil:
		return append(lines, fmt.Sprintf("%s: added%s", path, brief(new, ": ")))
	case new == nil:
		return append(lines, fmt.Sprintf("%s: removed%s", path, brief(old, ": ")))
	}
	a, b := parts(old), parts(new)
	if a == nil || b == nil {
		return append(lines, fmt.Sprintf("%s: %s → %s", path, brief(old, ""), brief(new, "")))
	}
	names := slices.Sorted(maps.Keys(a))
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	if !slices.Equal(order(old, b), order(new, a)) {
		lines = append(lines, path+": another order")
	}
	for _, name := range names {
		lines = diff(lines, join(path, name), a[name], b[name])
	}
	return lines
}

// order is the items of a list that the other list has too, by their ids; nil
// for anything else, which has no order.
func order(v any, other map[string]any) []string {
	list, _ := v.([]any)
	var ids []string
	for _, item := range list {
		id := idOf(item)
		if _, both := other[id]; both {
			ids = append(ids, id)
		}
	}
	return ids
}

// idOf is "[reisepass]" for an item with that id, "" for one without.
func idOf(item any) string {
	object, _ := item.(map[string]any)
	id, named := object["id"].(string)
	if !named {
		return ""
	}
	return "[" + id + "]"
}

// parts are the fields of an object, or the items of a list whose items have
// ids; nil for anything else.
func parts(v any) map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return v
	case []any:
		items := map[string]any{}
		for _, item := range v {
			id := idOf(item)
			if id == "" {
				return nil
			}
			items[id] = item
		}
		return items
	}
	return nil
}

func join(path, name string) string {
	if path == "" || name[0] == '[' {
		return path + name
	}
	return path + "." + name
}

// brief is a value in one line; objects are named by their path already.
func brief(v any, before string) string {
	if _, object := v.(map[string]any); object {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return before + string(text)
}
