// Package qrcode makes QR codes: as SVG for pages, as modules for paper.
//
// A code is always black on white with a margin of [Quiet] modules; where it
// is shown or printed, the margin comes from there (class qr in look.css, the
// layout of a PDF). Beside every code its content stands as text or there is
// another way, for those who cannot scan.
package qrcode

import (
	"errors"
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Quiet is how many modules around a code stay white (ISO/IEC 18004, 9.1).
const Quiet = 4

// Level says how much of a code may be lost.
type Level byte

const (
	Screen = Level(qr.M) // 15 %: screens are clean
	Paper  = Level(qr.Q) // 25 %: paper is folded and printed by worn heads
)

// Code is the modules of a code, without its margin.
type Code struct {
	Size  int // modules along each side
	black []bool
}

// ErrTooLong is returned for a text that no code holds. It does not show the
// text, which may be a secret link.
var ErrTooLong = errors.New("text is too long for a QR code")

// Encode makes the code of a text.
func Encode(text string, level Level) (Code, error) {
	made, err := qr.Encode(text, qr.ErrorCorrectionLevel(level), mode(text))
	if err != nil {
		return Code{}, ErrTooLong
	}
	size := made.Bounds().Dx()
	c := Code{Size: size, black: make([]bool, size*size)}
	for y := range size {
		for x := range size {
			r, _, _, _ := made.At(x, y).RGBA()
			c.black[y*size+x] = r == 0
		}
	}
	return c, nil
}

// mode picks the shortest encoding: digits take 3⅓ bits each, capitals and
// what URLs need 5½, anything else 8 a byte. The library's own choice takes a
// sign for a digit.
func mode(text string) qr.Encoding {
	const digits, capitals = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	switch {
	case strings.Trim(text, digits) == "":
		return qr.Numeric
	case strings.Trim(text, digits+capitals) == "":
		return qr.AlphaNumeric
	}
	return qr.Unicode
}

// Black says whether the module in column x of row y is black.
func (c Code) Black(x, y int) bool { return c.black[y*c.Size+x] }

// Runs calls draw for each stretch of black modules of each row, from the top:
// its first column, its row, its length.
func (c Code) Runs(draw func(x, y, length int)) {
	for y := range c.Size {
		for x := 0; x < c.Size; {
			start := x
			for x < c.Size && c.Black(x, y) {
				x++
			}
			if x > start {
				draw(start, y, x-start)
			} else {
				x++
			}
		}
	}
}

// SVG draws the code of a text for a page. label is read in its place by
// screen readers.
func SVG(text, label string) (template.HTML, error) {
	c, err := Encode(text, Screen)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	row, end := -1, 0
	c.Runs(func(x, y, length int) {
		if y != row {
			fmt.Fprintf(&path, "M%d %d.5", x, y)
			row = y
		} else {
			fmt.Fprintf(&path, "m%d 0", x-end)
		}
		fmt.Fprintf(&path, "h%d", length)
		end = x + length
	})
	return template.HTML(fmt.Sprintf(
		`<svg class="qr" viewBox="0 0 %d %[1]d" shape-rendering="crispEdges" role="img" aria-label="%s"><path d="%s"/></svg>`,
		c.Size, template.HTMLEscapeString(label), path.String())), nil
}
