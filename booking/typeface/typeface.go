// Package typeface is the one typeface of pages, tickets and letters: Go, made
// for the DIN 1450 legibility standard, in three weights and one mono face.
//
// Go's zero is slashed and reads as 8 from afar. Regular, Medium and Bold hold
// a plain zero as well, which no character maps to ("zero.empty"): this package
// puts it in the place of the slashed one (see plainZero). Mono, which sets
// codes and keys, stays slashed.
//
// The typeface lacks U+202F (use U+00A0), ✓, ẞ and Arabic: pages fall back to a
// typeface of the reader's device, paper must do without.
//
// pdfconfirmation and pdfticket print with it, web/look serves it.
package typeface

import (
	"bytes"
	"fmt"
	"sync"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Face is one face of the typeface; its value is the name of its file without
// ".ttf".
type Face string

// The faces. Text is Regular, what is pressed Medium, numbers and headings
// Bold, codes and keys MonoBold.
const (
	Regular  Face = "Go-Regular"
	Medium   Face = "Go-Medium"
	Bold     Face = "Go-Bold"
	MonoBold Face = "Go-Mono-Bold"
)

// Faces lists all faces.
func Faces() []Face { return []Face{Regular, Medium, Bold, MonoBold} }

// TTF returns the face as a TrueType file. Each call returns a copy of its
// own: gofpdf's AddUTF8FontFromBytes writes into the slice it is given.
func (f Face) TTF() []byte { return bytes.Clone(made()[f]) }

var made = sync.OnceValue(func() map[Face][]byte {
	return map[Face][]byte{
		Regular:  mustPlainZero(goregular.TTF),
		Medium:   mustPlainZero(gomedium.TTF),
		Bold:     mustPlainZero(gobold.TTF),
		MonoBold: gomonobold.TTF,
	}
})

// mustPlainZero panics where the library's font is not as expected: a version
// of the library that broke it fails every test of this package.
func mustPlainZero(ttf []byte) []byte {
	plain, err := plainZero(bytes.Clone(ttf))
	if err != nil {
		panic(fmt.Sprintf("booking/typeface: %v", err))
	}
	return plain
}
