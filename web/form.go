package web

import (
	"crypto/rand"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/booking/texts"
)

// parseForm reads a posted form: url-encoded, UTF-8, no larger than any body.
func parseForm(w http.ResponseWriter, r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return errMediaType
	}
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", errBadInput, err)
	}
	for _, values := range r.PostForm {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return errBadInput
			}
		}
	}
	return nil
}

// localPath is a path of this site to go back to; anything else is the front page.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return u.RequestURI()
}

// pick is a language that there is.
func pick(tag string) string {
	if slices.Contains(texts.Languages(), tag) {
		return tag
	}
	return texts.German
}

// newKey is the id of the write that a form makes, so that sending it twice writes once.
func newKey() string { return rand.Text() }
