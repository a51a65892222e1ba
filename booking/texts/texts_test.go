package texts

import (
	"regexp"
	"slices"
	"testing"
	"time"
)

var value = regexp.MustCompile(`\{[a-z]+\}`)

// Every language says what German says, with the same values.
func TestLanguagesAreComplete(t *testing.T) {
	german := In(German)
	for _, tag := range Languages()[1:] {
		other := In(tag)
		for key, sentence := range german.said {
			translated, ok := other.said[key]
			if !ok {
				t.Errorf("%s lacks %s", tag, key)
				continue
			}
			want, got := values(sentence), values(translated)
			if !slices.Equal(want, got) {
				t.Errorf("%s of %s has values %v, German has %v", key, tag, got, want)
			}
		}
		for key := range other.said {
			if _, ok := german.said[key]; !ok {
				t.Errorf("German lacks %s of %s", key, tag)
			}
		}
	}
}

func values(sentence string) []string {
	found := value.FindAllString(sentence, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestSay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 9, 15, 0, 0, berlin)
	for _, c := range []struct{ name, got, want string }{
		{"German date", In("de").Date(at), "Mo., 23.\u00a0November 2026"},
		{"English date", In("en").Date(at), "Mon, 23\u00a0November 2026"},
		{"German time", In("de").At(at), "09:15\u00a0Uhr"},
		{"German span", In("de").Span(at, at.Add(35*time.Minute)), "09:15–09:50\u00a0Uhr"},
		{"German money", In("de").Money(3700), "37,00\u00a0€"},
		{"no money", In("de").Money(0), "frei"},
		{"English money", In("en").Money(805), "€8.05"},
		{"list", In("de").List([]string{"a", "b", "c"}), "a, b und c"},
		{"code", Code("48271936"), "4827\u00a01936"},
		{"unknown language", In("xx").Tag, "de"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"no equals sign", "a = 1\na = 2"} {
		if _, err := parse(text); err == nil {
			t.Errorf("parsed %q", text)
		}
	}
}
