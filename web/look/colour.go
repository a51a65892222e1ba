package look

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// Colour is a colour of sRGB, each part from 0 to 1.
type Colour struct{ R, G, B float64 }

// ParseColour reads "#0b4b40".
func ParseColour(s string) (Colour, error) {
	digits, sharp := strings.CutPrefix(s, "#")
	rgb, err := hex.DecodeString(digits)
	if !sharp || err != nil || len(rgb) != 3 {
		return Colour{}, fmt.Errorf("colour %q: want #rrggbb", s)
	}
	return Colour{float64(rgb[0]) / 255, float64(rgb[1]) / 255, float64(rgb[2]) / 255}, nil
}

// String says the colour as CSS does: "#0b4b40".
func (c Colour) String() string {
	byteOf := func(v float64) int { return int(math.Round(255 * min(1, max(0, v)))) }
	return fmt.Sprintf("#%02x%02x%02x", byteOf(c.R), byteOf(c.G), byteOf(c.B))
}

// Contrast is the contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio).
func Contrast(a, b Colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + .05) / (min(la, lb) + .05)
}

// luminance is the relative luminance of WCAG 2.2.
func (c Colour) luminance() float64 {
	return .2126*linear(c.R) + .7152*linear(c.G) + .0722*linear(c.B)
}

// linear undoes the curve of sRGB, curved puts it on (CSS Color 4, section 17).
func linear(v float64) float64 {
	if v <= .04045 {
		return v / 12.92
	}
	return math.Pow((v+.055)/1.055, 2.4)
}

func curved(v float64) float64 {
	if v <= .0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - .055
}

// oklch is a colour by lightness (0 to 1), chroma and hue (radians): steps of
// equal number look equally large (CSS Color 4, section 9).
type oklch struct{ l, c, h float64 }

func (c Colour) oklch() oklch {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	long := math.Cbrt(.4122214708*r + .5363325363*g + .0514459929*b)
	medium := math.Cbrt(.2119034982*r + .6806995451*g + .1073969566*b)
	short := math.Cbrt(.0883024619*r + .2817188376*g + .6299787005*b)
	x := 1.9779984951*long - 2.4285922050*medium + .4505937099*short
	y := .0259040371*long + .7827717662*medium - .8086757660*short
	return oklch{
		l: .2104542553*long + .7936177850*medium - .0040720468*short,
		c: math.Hypot(x, y),
		h: math.Atan2(y, x),
	}
}

// rgb is the colour in sRGB, and whether a screen can show it.
func (o oklch) rgb() (c Colour, shown bool) {
	x, y := o.c*math.Cos(o.h), o.c*math.Sin(o.h)
	long := math.Pow(o.l+.3963377774*x+.2158037573*y, 3)
	medium := math.Pow(o.l-.1055613458*x-.0638541728*y, 3)
	short := math.Pow(o.l-.0894841775*x-1.2914855480*y, 3)
	r := 4.0767416621*long - 3.3077115913*medium + .2309699292*short
	g := -1.2684380046*long + 2.6097574011*medium - .3413193965*short
	b := -.0041960863*long - .7034186147*medium + 1.7076147010*short
	shown = true
	for _, v := range []float64{r, g, b} {
		shown = shown && v > -1e-4 && v < 1+1e-4
	}
	return Colour{curved(max(0, r)), curved(max(0, g)), curved(max(0, b))}, shown
}

// within gives up as much chroma as a screen cannot show; lightness, which
// decides contrast, stays.
func (o oklch) within() Colour {
	if c, shown := o.rgb(); shown {
		return c
	}
	low, high := 0., o.c
	for range 20 {
		o.c = (low + high) / 2
		if _, shown := o.rgb(); shown {
			low = o.c
		} else {
			high = o.c
		}
	}
	o.c = low
	c, _ := o.rgb()
	return c
}
