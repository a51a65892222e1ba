package look

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// tokens reads the colours that tokens.css gives in a scheme: the first block
// for light, and over it the block that a page asks for by data-scheme.
func tokens(t *testing.T, scheme string) map[string]Colour {
	t.Helper()
	css := string(mustRead("css/tokens.css"))
	blocks := []string{between(t, css, ":root {", "}")}
	if scheme != "light" {
		blocks = append(blocks, between(t, css, "[data-scheme="+scheme+"] {", "}"))
	}
	found := map[string]Colour{}
	value := regexp.MustCompile(`--([\w-]+):\s*(#[0-9a-f]{3,6})\b`)
	for _, block := range blocks {
		for _, m := range value.FindAllStringSubmatch(block, -1) {
			found[m[1]] = parse(t, m[2])
		}
	}
	return found
}

func between(t *testing.T, s, from, to string) string {
	t.Helper()
	_, after, ok := strings.Cut(s, from)
	if !ok {
		t.Fatalf("tokens.css has no %q", from)
	}
	block, _, _ := strings.Cut(after, to)
	return block
}

func parse(t *testing.T, s string) Colour {
	t.Helper()
	if len(s) == 4 {
		s = "#" + strings.Repeat(s[1:2], 2) + strings.Repeat(s[2:3], 2) + strings.Repeat(s[3:4], 2)
	}
	c, err := ParseColour(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pairs are what stands on what, and the least contrast: 7 for text (AAA), 3
// for the edges of what can be operated.
var pairs = []struct {
	on, under string
	least     float64
}{
	{"ink", "ground", 7}, {"ink", "hued", 7}, {"ink", "soft", 7},
	{"muted", "ground", 7}, {"muted", "hued", 7}, {"muted", "soft", 7},
	{"accent", "ground", 7}, {"accent", "hued", 7}, {"on-accent", "accent", 7},
	{"on-call", "call", 7}, {"danger", "ground", 7}, {"danger", "hued", 7}, {"warn", "ground", 7}, {"warn", "hued", 7},
	{"edge", "ground", 3}, {"edge", "soft", 3}, {"focus", "ground", 3}, {"on-accent", "accent", 3},
	{"on-unknown", "unknown", 7}, {"on-alarm", "alarm", 7}, {"on-alarm", "alarm-foot", 7}, {"print", "paper", 21},
	{"ground", "ink", 7}, // the demonstration's strip, and a main button that is pointed at
}

// cities are colours that a city might choose, and the worst: every hue in
// full, black, white, grey.
func cities() []string {
	list := []string{Default, "#004a99", "#8a1020", "#7a3d00", "#ffd000", "#000000", "#ffffff", "#808080"}
	for degree := 0; degree < 360; degree += 10 {
		for _, l := range []float64{.3, .6, .9} {
			list = append(list, oklch{l: l, c: .4, h: float64(degree) * math.Pi / 180}.within().String())
		}
	}
	return list
}

func TestContrast(t *testing.T) {
	for _, scheme := range Schemes {
		for _, city := range cities() {
			colours := tokens(t, scheme)
			bent := Bend(parse(t, city), scheme)
			colours["accent"], colours["soft"], colours["hued"], colours["ground"] = bent.Accent, bent.Soft, bent.Hued, bent.Ground
			for _, p := range pairs {
				if got := Contrast(colours[p.on], colours[p.under]); got < p.least {
					t.Errorf("%s, city %s: %s on %s has %.2f, want %.0f", scheme, city, p.on, p.under, got, p.least)
				}
			}
		}
	}
}

// TestContrastOfTheTable holds the numbers that the design states.
func TestContrastOfTheTable(t *testing.T) {
	for _, c := range []struct {
		on, under             string
		light, dark, contrast float64
	}{
		{"ink", "ground", 16.8, 16.5, 21},
		{"muted", "ground", 9.2, 10.9, 21},
		{"muted", "hued", 8.5, 9.7, 21},
		{"muted", "soft", 7.5, 7.1, 10.7},
		{"accent", "ground", 10.0, 11.9, 21},
		{"on-call", "call", 11.6, 11.6, 16.1},
		{"danger", "ground", 8.5, 10.4, 13.7},
		{"warn", "ground", 8.4, 10.6, 15.7},
		{"edge", "ground", 4.5, 5.8, 21},
		{"edge", "soft", 3.7, 3.7, 10.7},
		{"on-alarm", "alarm", 8.5, 8.5, 8.5},
		{"on-alarm", "alarm-foot", 13.8, 13.8, 13.8},
	} {
		for i, want := range []float64{c.light, c.dark, c.contrast} {
			colours := tokens(t, Schemes[i])
			if got := Contrast(colours[c.on], colours[c.under]); math.Abs(got-want) > .15 {
				t.Errorf("%s: %s on %s has %.2f, the design says %.1f", Schemes[i], c.on, c.under, got, want)
			}
		}
	}
}

// TestTokensAreTheDefaultCity: a page without the city's stylesheet looks like
// one of the default colour.
func TestTokensAreTheDefaultCity(t *testing.T) {
	for _, scheme := range Schemes {
		colours, bent := tokens(t, scheme), Bend(parse(t, Default), scheme)
		for name, want := range map[string]Colour{"accent": bent.Accent, "soft": bent.Soft, "hued": bent.Hued, "ground": bent.Ground} {
			if colours[name].String() != want.String() {
				t.Errorf("%s: --%s is %s in tokens.css, the default city makes it %s", scheme, name, colours[name], want)
			}
		}
	}
}

// TestDarkTwice: the device's dark and the page's dark are the same block.
func TestDarkTwice(t *testing.T) {
	css := string(mustRead("css/tokens.css"))
	device := strings.Fields(between(t, css, ":root:not([data-scheme]) {", "}"))
	page := strings.Fields(between(t, css, "[data-scheme=dark] {", "}"))
	if fmt.Sprint(device) != fmt.Sprint(page) {
		t.Errorf("the dark blocks differ:\n%v\n%v", device, page)
	}
}

// TestOKLCH compares with the sample values of CSS Color 4.
func TestOKLCH(t *testing.T) {
	for _, c := range []struct {
		rgb     string
		l, c, h float64 // hue in degrees
	}{
		{"#ff0000", .628, .258, 29.23},
		{"#00ff00", .866, .295, 142.50},
		{"#0000ff", .452, .313, 264.05},
		{"#ffffff", 1, 0, math.NaN()},
	} {
		got := parse(t, c.rgb).oklch()
		degrees := math.Mod(got.h*180/math.Pi+360, 360)
		if math.Abs(got.l-c.l) > .001 || math.Abs(got.c-c.c) > .001 || !math.IsNaN(c.h) && math.Abs(degrees-c.h) > .1 {
			t.Errorf("%s is %.3f %.3f %.2f, want %.3f %.3f %.2f", c.rgb, got.l, got.c, degrees, c.l, c.c, c.h)
		}
		if back := got.within(); back.String() != c.rgb {
			t.Errorf("%s came back as %s", c.rgb, back)
		}
	}
}

func TestParseColourRefuses(t *testing.T) {
	for _, s := range []string{"", "#fff", "0b4b40", "#0b4b4", "#0b4b400", "#gggggg", "red", "#-1-1-1", "#0b4b40;}"} {
		if c, err := ParseColour(s); err == nil {
			t.Errorf("%q is read as %s", s, c)
		}
	}
}
