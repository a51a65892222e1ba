package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/web/api"
)

// apiRoutes are for programs: all that the pages can do, as JSON. The document
// that describes them is web/api/openapi.json.
func (s *Server) apiRoutes() []route {
	routes := slices.Concat(
		s.apiCityRoutes(),
		s.apiBookingRoutes(),
		s.apiArrivalRoutes(),
		s.apiTicketRoutes(),
		s.apiDeskRoutes(),
		s.apiScreenRoutes(),
	)
	for i := range routes {
		routes[i].path = api.Base + routes[i].path
	}
	return append(routes, route{"GET", "/api/openapi.json", anyone, s.apiDocument})
}

func (s *Server) apiDocument(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(api.Document)
	return err
}

// shortestSecret is how long an Idempotency-Key must be from somebody unknown,
// whose hold is theirs by this key alone.
const shortestSecret = 16

// fieldError is a refusal that names the part of the request which is meant.
type fieldError struct {
	err   error
	field string
}

func (e fieldError) Error() string { return e.field + ": " + e.err.Error() }

func (e fieldError) Unwrap() error { return e.err }

// read reads the JSON of a write into a struct, strictly: one object, no field
// that the struct lacks. No body is an empty object. It also checks the
// Idempotency-Key, which every write may have.
func read(r *http.Request, into any) error {
	if err := checkKey(r); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadInput, err)
	}
	if len(body) == 0 {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := strings.ToLower(parameters["charset"]); err != nil || kind != "application/json" || charset != "" && charset != "utf-8" {
		return errMediaType
	}
	if r.Header.Get("Content-Encoding") != "" {
		return errMediaType
	}
	if !utf8.Valid(body) {
		return errBadInput
	}
	return decode(body, into)
}

func decode(body []byte, into any) error {
	if first := strings.TrimLeft(string(body), " \t\r\n"); first == "" || first[0] != '{' {
		return errBadInput // null would pass as an empty object
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fieldError{errBadInput, fieldOf(err)}
	}
	if _, err := d.Token(); err != io.EOF {
		return errBadInput
	}
	return nil
}

// fieldOf is the field that a decoder complains of, "" if it names none.
func fieldOf(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrong.Field
	}
	if _, name, unknown := strings.Cut(err.Error(), "unknown field "); unknown && len(name) <= longestKey {
		return strings.Trim(name, `"`)
	}
	return ""
}

func checkKey(r *http.Request) error {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return nil
	}
	visible := !strings.ContainsFunc(keys[0], func(c rune) bool { return c < '!' || c > '~' })
	if len(keys) > 1 || keys[0] == "" || len(keys[0]) > longestKey || !visible {
		return fieldError{errBadInput, "Idempotency-Key"}
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(body, '\n'))
	return err
}

// wall is an instant by the city's wall clock.
func (s *Server) wall(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.City().Location())
}

// ms is an instant of the queue by the city's wall clock; 0 is never.
func (s *Server) ms(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return s.wall(time.UnixMilli(ms))
}
