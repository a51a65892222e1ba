package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

var update = flag.Bool("update", false, "write openapi.json")

type object = map[string]any

// TestDocument holds openapi.json to the operations and structs.
func TestDocument(t *testing.T) {
	text, err := json.MarshalIndent(document(t), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", text, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(text, Document) {
		t.Error("openapi.json is not what the operations say; write it by -update")
	}
	loaded, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

// writer makes schemas of structs, once each.
type writer struct {
	t       *testing.T
	says    map[string]string // comments, by "Type" and "Type.Field"
	schemas object
}

func document(t *testing.T) object {
	w := &writer{t: t, says: comments(t), schemas: object{}}
	paths := object{}
	for _, o := range Operations {
		path, _ := paths[o.Path].(object)
		if path == nil {
			path = object{}
			paths[o.Path] = path
		}
		path[strings.ToLower(o.Method)] = w.operation(o)
	}
	w.schema(reflect.TypeFor[Problem]())
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "Wartefrei", "version": "1", "license": object{"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
			"description": w.says["package"]},
		"servers":    []any{object{"url": Base}},
		"paths":      paths,
		"components": object{"schemas": w.schemas, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": "A token that the command wartefrei token has made."}}},
	}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func (w *writer) operation(o Operation) object {
	parameters := []any{}
	for _, name := range inPath.FindAllStringSubmatch(o.Path, -1) {
		parameters = append(parameters, object{"name": name[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range o.Query {
		parameters = append(parameters, object{"name": q.Name, "in": "query", "required": q.Needed, "description": q.Says, "schema": object{"type": "string"}})
	}
	out := object{"summary": o.Summary, "description": o.Who, "parameters": parameters, "responses": object{
		fmt.Sprint(o.Status): w.answer(o), "default": object{"description": "Refused",
			"content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}}}
	if o.Who != Anyone {
		out["security"] = []any{object{"token": []any{}}}
	}
	if o.Body != nil {
		out["parameters"] = append(parameters, object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "maxLength": 64},
			"description": "The same request with the same key is carried out once."})
		none := o.Body == any(Nothing{}) || o.Body == any(AtDesk{}) // an empty body will do
		out["requestBody"] = object{"required": !none, "content": object{"application/json": object{"schema": w.schema(reflect.TypeOf(o.Body))}}}
	}
	return out
}

func (w *writer) answer(o Operation) object {
	switch kind := o.Answer.(type) {
	case nil:
		return object{"description": "Done"}
	case string:
		schema := object{"type": "string", "format": "binary"}
		if kind == "application/json" {
			schema = object{"type": "object"} // described elsewhere
		}
		return object{"description": "Done", "content": object{kind: object{"schema": schema}}}
	}
	return object{"description": "Done", "content": object{"application/json": object{"schema": w.schema(reflect.TypeOf(o.Answer))}}}
}

func (w *writer) schema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return w.schema(t.Elem())
	case t.Kind() == reflect.Struct:
		return w.structure(t)
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": w.schema(t.Elem())}
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return object{"type": "integer"}
	case t.Kind() == reflect.Float64:
		return object{"type": "number"}
	case t.Kind() == reflect.Interface:
		return object{}
	}
	w.t.Fatalf("no schema for %v", t)
	return nil
}

func (w *writer) structure(t reflect.Type) object {
	ref := object{"$ref": "#/components/schemas/" + t.Name()}
	if _, done := w.schemas[t.Name()]; done {
		return ref
	}
	if w.says[t.Name()] == "" {
		w.t.Errorf("%s has no comment", t.Name())
	}
	properties, required := object{}, []string{}
	w.schemas[t.Name()] = object{"type": "object", "description": w.says[t.Name()], "properties": properties,
		"additionalProperties": false}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		schema := w.schema(f.Type)
		if says := w.says[t.Name()+"."+f.Name]; says != "" {
			schema["description"] = says
		}
		properties[name] = schema
		if options == "" {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		w.schemas[t.Name()].(object)["required"] = required
	}
	return ref
}

// comments are what the source says about each struct and field.
func comments(t *testing.T) map[string]string {
	says := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if name == "api.go" {
			says["package"] = file.Doc.Text()
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				commentsOf(says, g)
			}
		}
	}
	return says
}

func commentsOf(says map[string]string, g *ast.GenDecl) {
	spec := g.Specs[0].(*ast.TypeSpec)
	says[spec.Name.Name] = strings.TrimSpace(g.Doc.Text())
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range structure.Fields.List {
		for _, name := range f.Names {
			says[spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Doc.Text() + f.Comment.Text())
		}
	}
}
