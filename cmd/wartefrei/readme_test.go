package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// README names every setting and command with what it means, and none that there is not.
func TestReadme(t *testing.T) {
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(content)
	var names []string
	for _, s := range new(Config).settings() {
		names = append(names, s.name)
		preset := s.preset
		if preset != "" {
			preset = "`" + preset + "`"
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |", s.name, preset, s.meaning); !strings.Contains(readme, row) {
			t.Errorf("README lacks the row\n%s", row)
		}
	}
	for _, name := range regexp.MustCompile(`WARTEFREI_[A-Z_]+`).FindAllString(readme, -1) {
		if !slices.Contains(names, name) {
			t.Errorf("README names %s, which is no setting", name)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(readme, "wartefrei "+c.name) || !strings.Contains(readme, c.does) {
			t.Errorf("README does not say that %q will %s", c.name, c.does)
		}
	}
}
