package booking

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// shape walks a city's file beside the type that it is read into, because
// encoding/json does not say where a field is unknown and takes repeated ones.
type shape struct{ tokens *json.Decoder }

func checkShape(file []byte) error {
	s := shape{json.NewDecoder(bytes.NewReader(file))}
	s.tokens.UseNumber()
	if err := s.value("", reflect.TypeFor[City]()); err != nil {
		return err
	}
	if _, err := s.tokens.Token(); err != io.EOF {
		return fmt.Errorf("something follows the end of the city")
	}
	return nil
}

// value reads one value and checks that t can hold it.
func (s shape) value(path string, t reflect.Type) error {
	if t == reflect.TypeFor[Office]() {
		t = reflect.TypeFor[officeFile]()
	}
	token, err := s.tokens.Token()
	if err != nil {
		return s.broken(path, err)
	}
	switch token {
	case json.Delim('{'):
		return s.object(path, t)
	case json.Delim('['):
		return s.array(path, t)
	}
	return s.plain(path, t, token)
}

func (s shape) broken(path string, err error) error {
	return fmt.Errorf("%sis not JSON near byte %d: %w", at(path), s.tokens.InputOffset(), err)
}

// at says a place, and nothing for the whole file.
func at(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimPrefix(path, ".") + ": "
}

func (s shape) object(path string, t reflect.Type) error {
	if t.Kind() != reflect.Struct && t.Kind() != reflect.Map || isText(t) {
		return fmt.Errorf("%smust be %s", at(path), kind(t))
	}
	seen := map[string]bool{}
	for s.tokens.More() {
		token, err := s.tokens.Token()
		if err != nil {
			return s.broken(path, err)
		}
		name := token.(string) // the decoder lets no other key pass
		field, err := s.field(path, t, name)
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%sstands twice", at(path+"."+name))
		}
		seen[name] = true
		if err := s.value(path+"."+name, field); err != nil {
			return err
		}
	}
	return s.end(path)
}

// field is the type of what stands under a name.
func (s shape) field(path string, t reflect.Type, name string) (reflect.Type, error) {
	if t.Kind() == reflect.Map {
		if err := readText(t.Key(), name); err != nil {
			return nil, fmt.Errorf("%s%w", at(path+"."+name), err)
		}
		return t.Elem(), nil
	}
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name {
			return t.Field(i).Type, nil
		}
	}
	return nil, fmt.Errorf("%sis unknown", at(path+"."+name))
}

func (s shape) array(path string, t reflect.Type) error {
	if t.Kind() != reflect.Slice {
		return fmt.Errorf("%smust be %s", at(path), kind(t))
	}
	for i := 0; s.tokens.More(); i++ {
		if err := s.value(fmt.Sprintf("%s[%d]", path, i), t.Elem()); err != nil {
			return err
		}
	}
	return s.end(path)
}

func (s shape) end(path string) error {
	if _, err := s.tokens.Token(); err != nil {
		return s.broken(path, err)
	}
	return nil
}

// plain checks a string, number or boolean.
func (s shape) plain(path string, t reflect.Type, token json.Token) error {
	var err error
	switch value := token.(type) {
	case string:
		if t.Kind() == reflect.String || isText(t) {
			err = readText(t, value)
			break
		}
		err = fmt.Errorf("must be %s", kind(t))
	case json.Number:
		_, whole := value.Int64()
		if t.Kind() != reflect.Int || isText(t) || whole != nil {
			err = fmt.Errorf("must be %s", kind(t))
		}
	case bool:
		if t.Kind() != reflect.Bool {
			err = fmt.Errorf("must be %s", kind(t))
		}
	default: // null
		err = fmt.Errorf("must be %s", kind(t))
	}
	if err != nil {
		return fmt.Errorf("%s%w", at(path), err)
	}
	return nil
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func readText(t reflect.Type, value string) error {
	if !isText(t) {
		return nil
	}
	return reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(value))
}

func kind(t reflect.Type) string {
	switch {
	case isText(t), t.Kind() == reflect.String:
		return "a text in quotes"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice:
		return "a list in [ ]"
	default:
		return "an object in { }"
	}
}
