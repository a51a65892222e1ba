package web

import "testing"

// Every page parses in every language, with the components and functions it names.
func TestPagesParse(t *testing.T) {
	if _, err := parsePages(); err != nil {
		t.Fatal(err)
	}
}
