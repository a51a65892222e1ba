package look

import (
	"fmt"
	"strings"
)

// Schemes are the ways a page may be coloured: "light" and "dark" as the
// device asks or the page says with data-scheme, "contrast" as the page says.
var Schemes = []string{"light", "dark", "contrast"}

// Accents are the colours that follow from the city's.
type Accents struct {
	Accent Colour // action, and the number that is yours
	Soft   Colour // chosen
	Hued   Colour // quiet area
	Ground Colour // page
}

// bend is how a scheme bends the city's colour: to a lightness, with at most a
// chroma, its hue kept.
type bend struct{ low, high, chroma float64 }

func (b bend) of(o oklch) Colour {
	return oklch{l: min(b.high, max(b.low, o.l)), c: min(b.chroma, o.c), h: o.h}.within()
}

// bends hold the accent at 7 to 1 or more against the ground for any hue. In
// high contrast nothing but what is chosen keeps a hue.
var bends = map[string]struct{ accent, soft, hued, ground bend }{
	"light":    {bend{0, .4, .14}, bend{.925, .925, .025}, bend{.97, .97, .006}, bend{1, 1, 0}},
	"dark":     {bend{.85, 1, .1}, bend{.33, .33, .045}, bend{.24, .24, .02}, bend{.19, .19, .02}},
	"contrast": {bend{1, 1, 0}, bend{.36, .36, .02}, bend{0, 0, 0}, bend{0, 0, 0}},
}

// Bend works out what follows from a city's colour in a scheme.
func Bend(city Colour, scheme string) Accents {
	o, b := city.oklch(), bends[scheme]
	return Accents{Accent: b.accent.of(o), Soft: b.soft.of(o), Hued: b.hued.of(o), Ground: b.ground.of(o)}
}

// CSS are the accents as custom properties.
func (a Accents) CSS() string {
	return fmt.Sprintf("--accent:%s;--soft:%s;--hued:%s;--ground:%s", a.Accent, a.Soft, a.Hued, a.Ground)
}

// City is the stylesheet of a city's colour.
func City(city Colour) string {
	dark := Bend(city, "dark").CSS()
	return fmt.Sprintf(":root{%s}\n@media (prefers-color-scheme:dark){:root:not([data-scheme]){%s}}\n"+
		"[data-scheme=dark]{%s}\n[data-scheme=contrast]{%s}\n",
		Bend(city, "light").CSS(), dark, dark, Bend(city, "contrast").CSS())
}

// CityURL is the address of the stylesheet of a city's colour, "#0b4b40". What
// is no colour gets look.css's own.
func CityURL(colour string) string {
	if _, err := ParseColour(colour); err != nil {
		colour = Default
	}
	return Root + shelved().version + "/city-" + strings.TrimPrefix(colour, "#") + ".css"
}

// Default is the colour whose accents stand in tokens.css.
const Default = "#0b4b40"

// cityFile makes the stylesheet that an address of [CityURL] names. The colour
// is in the name, so that it can be kept like any other file.
func cityFile(name string) (file, bool) {
	digits, ok := strings.CutPrefix(strings.TrimSuffix(name, ".css"), "city-")
	if !ok {
		return file{}, false
	}
	city, err := ParseColour("#" + digits)
	if err != nil {
		return file{}, false
	}
	return newFile("city.css", []byte(City(city))), true
}
