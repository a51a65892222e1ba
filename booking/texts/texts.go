// Package texts holds every sentence that a person reads, one file a language,
// and says dates, times, durations and money the way that language does.
//
// A line of a file is "key = sentence". {name} stands for a value. A key that
// ends in ".one" or ".other" is a plural form, chosen by the value n after the
// rules of Unicode CLDR. German is complete by definition; a test holds
// every other language to it, key by key and value by value.
//
// Pages, PDFs and letters read it; domains and adapters that speak to nobody
// do not.
package texts

import (
	"embed"
	"fmt"
	"log/slog"
	"sort"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.txt
var files embed.FS

// German is the language of record: what another language lacks is said in it.
const German = "de"

// Language is the sentences of one language.
type Language struct {
	Tag  string // "de", "en"; the value of lang attributes
	said map[string]string
}

var languages = load()

// Languages lists the tags, German first.
func Languages() []string {
	tags := []string{German}
	for tag := range languages {
		if tag != German {
			tags = append(tags, tag)
		}
	}
	sort.Strings(tags[1:])
	return tags
}

// In returns the language with the tag, else German.
func In(tag string) *Language {
	if l, ok := languages[tag]; ok {
		return l
	}
	return languages[German]
}

// T says the sentence of a key. values are pairs: name, value. A key that does
// not exist is a mistake that tests find; it is logged and said as itself.
func (l *Language) T(key string, values ...any) string {
	sentence, ok := l.said[key]
	if !ok {
		sentence, ok = l.said[key+"."+l.form(values)]
	}
	if !ok {
		slog.Error("text missing", "key", key, "lang", l.Tag)
		return key
	}
	if len(values) == 0 {
		return sentence
	}
	pairs := make([]string, 0, len(values))
	for i := 0; i+1 < len(values); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", values[i]), fmt.Sprint(values[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// Has says whether the language has a sentence for the key.
func (l *Language) Has(key string) bool {
	_, ok := l.said[key]
	_, plural := l.said[key+".other"]
	return ok || plural
}

// form is the plural form that the value n asks for.
func (l *Language) form(values []any) string {
	for i := 0; i+1 < len(values); i += 2 {
		if n, ok := values[i+1].(int); ok && values[i] == "n" {
			if plural.Cardinal.MatchPlural(language.Make(l.Tag), n, 0, 0, 0, 0) == plural.One {
				return "one"
			}
		}
	}
	return "other"
}

func load() map[string]*Language {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	all := map[string]*Language{}
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		tag := strings.TrimSuffix(e.Name(), ".txt")
		said, err := parse(string(text))
		if err != nil {
			panic(fmt.Sprintf("booking/texts/%s: %v", e.Name(), err)) // a test parses first
		}
		all[tag] = &Language{Tag: tag, said: said}
	}
	return all
}

// parse reads "key = sentence" lines; empty lines and lines that begin with # are skipped.
func parse(text string) (map[string]string, error) {
	said := map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, sentence, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("line %d: want \"key = sentence\"", i+1)
		}
		if _, twice := said[key]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", i+1, key)
		}
		said[key] = sentence
	}
	return said, nil
}
