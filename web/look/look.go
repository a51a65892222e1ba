// Package look is how pages look: one stylesheet, small ES modules, the
// typeface, the mark; all embedded, nothing from elsewhere.
//
// css/ holds the stylesheet in parts: tokens.css every value, base.css and
// form.css the words that every page uses, then a file for each surface, and
// forced.css for readers whose own colours replace all of these. They are served as one file, look.css. What a city chooses is one colour: [City]
// works out what follows from it, and its stylesheet comes after look.css.
//
// Every address holds a hash of all files, so browsers keep them for good and
// a new version is a new address. Modules and fonts name each other relative
// to their own address.
//
// Templates are in web/pages, web parses and serves them.
package look

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/wartefrei/wartefrei/booking/typeface"
)

// Root is where [Handler] answers.
const Root = "/look/"

//go:embed css/*.css *.js mark.svg
var sources embed.FS

// parts of look.css, in their order: later rules win.
var parts = []string{"tokens", "base", "form", "citizen", "ticket", "terminal", "screen", "staff", "manager", "start", "forced"}

// kinds are the media types of what is served, by the ending of the name.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".ttf": "font/ttf",
}

// shelf is everything that is served.
type shelf struct {
	version string // hash of all files
	files   map[string]file
}

type file struct {
	kind   string
	body   []byte
	zipped []byte
}

var shelved = sync.OnceValue(fill)

// URL is the address of a file: URL("look.css"). Templates call it as asset.
func URL(name string) (string, error) {
	s := shelved()
	if _, ok := s.files[name]; !ok {
		return "", fmt.Errorf("look has no file %q", name)
	}
	return Root + s.version + "/" + name, nil
}

// Handler serves the files, for what follows [Root]: give it
// http.StripPrefix("/look", look.Handler()).
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	s := shelved()
	version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f, ok := s.files[name]
	if !ok {
		f, ok = cityFile(name)
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	if version == s.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		// Another version of the server made the page and asks a node of this
		// one: what comes is good enough for once, and not to be kept.
		h.Set("Cache-Control", "no-store")
	}
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body)
}

// fill reads, joins and compresses all files, once.
func fill() shelf {
	bodies := map[string][]byte{"look.css": stylesheet()}
	for _, f := range typeface.Faces() {
		bodies[string(f)+".ttf"] = f.TTF()
	}
	names, err := fs.Glob(sources, "*.*")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, name := range names {
		bodies[name] = mustRead(name)
	}
	s := shelf{files: map[string]file{}}
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		fmt.Fprintf(hash, "%s %d\n", name, len(bodies[name]))
		hash.Write(bodies[name])
		s.files[name] = newFile(name, bodies[name])
	}
	s.version = hex.EncodeToString(hash.Sum(nil)[:6])
	return s
}

func stylesheet() []byte {
	var css bytes.Buffer
	for _, part := range parts {
		css.Write(mustRead("css/" + part + ".css"))
	}
	return css.Bytes()
}

func newFile(name string, body []byte) file {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(body) // into memory: cannot fail
	z.Close()
	return file{kind: kinds[path.Ext(name)], body: body, zipped: zipped.Bytes()}
}

func mustRead(name string) []byte {
	body, err := sources.ReadFile(name)
	if err != nil {
		panic(err) // embedded
	}
	return body
}
