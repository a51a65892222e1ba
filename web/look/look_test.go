package look

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, url, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	http.StripPrefix("/look", Handler()).ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, from io.Reader) string {
	t.Helper()
	body, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestFilesAreServedForGood(t *testing.T) {
	for _, name := range []string{"look.css", "page.js", "mark.svg", "Go-Bold.ttf"} {
		url, err := URL(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, zipped := get(t, url, ""), get(t, url, "gzip, br")
		if plain.StatusCode != 200 || !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q", name, plain.StatusCode, plain.Header.Get("Cache-Control"))
		}
		if plain.Header.Get("Content-Type") != kinds[path.Ext(name)] || plain.Header.Get("Content-Type") == "" {
			t.Errorf("%s: type %q", name, plain.Header.Get("Content-Type"))
		}
		if zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: not compressed", name)
		}
		unzip, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text(t, unzip) != text(t, plain.Body) {
			t.Errorf("%s: compressed and plain differ", name)
		}
	}
}

func TestAnotherVersionIsNotKept(t *testing.T) {
	r := get(t, Root+"0123456789ab/look.css", "")
	if r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
}

func TestWhatIsNotThere(t *testing.T) {
	if _, err := URL("nowhere.css"); err == nil {
		t.Error("URL of a file that is not there")
	}
	version := shelved().version
	for _, url := range []string{Root, Root + version, Root + version + "/", Root + version + "/css/base.css",
		Root + version + "/../look.go", Root + version + "/city-zzzzzz.css", Root + version + "/city-.css"} {
		if r := get(t, strings.ReplaceAll(url, "..", "%2e%2e"), ""); r.StatusCode != 404 {
			t.Errorf("%s: %d", url, r.StatusCode)
		}
	}
}

func TestCityURL(t *testing.T) {
	r := get(t, CityURL("#8a1020"), "")
	css := text(t, r.Body)
	if r.StatusCode != 200 || !strings.Contains(css, "--accent:#831922") {
		t.Errorf("%d: %s", r.StatusCode, css)
	}
	if CityURL("javascript:alert(1)") != CityURL(Default) {
		t.Error("what is no colour has an address of its own")
	}
}

// TestNothingFromElsewhere: every file that the stylesheet and the modules
// name is on the shelf.
func TestNothingFromElsewhere(t *testing.T) {
	names := regexp.MustCompile(`url\(([^)]*)\)|(?:from|import) "([^"]*)"`)
	for name, f := range shelved().files {
		if ext := path.Ext(name); ext != ".css" && ext != ".js" {
			continue
		}
		for _, m := range names.FindAllStringSubmatch(string(f.body), -1) {
			named := strings.TrimPrefix(m[1]+m[2], "./")
			if _, ok := shelved().files[named]; !ok {
				t.Errorf("%s names %q, which is not served", name, named)
			}
		}
	}
}

// TestEveryPartIsServed: a part that is forgotten in the list is no stylesheet.
func TestEveryPartIsServed(t *testing.T) {
	entries, err := sources.ReadDir("css")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(parts) {
		t.Errorf("css/ has %d files, look.css is made of %d", len(entries), len(parts))
	}
}

// TestLogicalProperties: a page in Arabic mirrors by itself only if no rule
// names a side.
func TestLogicalProperties(t *testing.T) {
	side := regexp.MustCompile(`(?m)(?:[\w-]*-(?:left|right|top|bottom)|[{;\s](?:left|right|top|bottom|width|height|m(?:in|ax)-(?:width|height)))\s*:|:\s*(?:left|right)\b`)
	media := regexp.MustCompile(`@media[^{]*`)
	css := media.ReplaceAllString(string(stylesheet()), "")
	for _, found := range side.FindAllString(css, -1) {
		t.Errorf("a rule names a side: %q", found)
	}
}

// TestValuesAreTokens: colours stand in tokens.css only.
func TestValuesAreTokens(t *testing.T) {
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(`)
	for _, part := range parts[1:] {
		for _, found := range colour.FindAllString(string(mustRead("css/"+part+".css")), -1) {
			t.Errorf("%s.css has a colour of its own: %s", part, found)
		}
	}
}
