package typeface

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// ink draws the character large and counts the inked pixels of the middle
// third of its box, where a slash would be.
func ink(t *testing.T, ttf []byte, r rune) int {
	t.Helper()
	mask, box := draw(t, ttf, r)
	third := image.Rect(
		box.Min.X+box.Dx()/3, box.Min.Y+box.Dy()/3,
		box.Max.X-box.Dx()/3, box.Max.Y-box.Dy()/3)
	inked := 0
	for y := third.Min.Y; y < third.Max.Y; y++ {
		for x := third.Min.X; x < third.Max.X; x++ {
			if mask.AlphaAt(x, y).A > 0x7f {
				inked++
			}
		}
	}
	return inked
}

func draw(t *testing.T, ttf []byte, r rune) (*image.Alpha, image.Rectangle) {
	t.Helper()
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 200, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	mask := image.NewAlpha(image.Rect(0, 0, 300, 300))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: face, Dot: fixed.P(50, 220)}
	d.DrawString(string(r))
	var box image.Rectangle
	for y := range 300 {
		for x := range 300 {
			if mask.AlphaAt(x, y).A > 0x7f {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return mask, box
}

func TestZeroIsPlain(t *testing.T) {
	if ink(t, goregular.TTF, '0') == 0 {
		t.Fatal("the library's own zero is plain already: this package has lost its cause")
	}
	for _, f := range []Face{Regular, Medium, Bold} {
		if n := ink(t, f.TTF(), '0'); n != 0 {
			t.Errorf("%s: the zero has %d inked pixels in its middle", f, n)
		}
	}
	if ink(t, MonoBold.TTF(), '0') == 0 {
		t.Error("Mono's zero has lost its slash")
	}
}

func TestOtherFiguresStay(t *testing.T) {
	for r := '1'; r <= '9'; r++ {
		got, _ := draw(t, Bold.TTF(), r)
		want, _ := draw(t, gobold.TTF, r)
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%c has changed", r)
		}
	}
}

func TestFiguresAreEquallyWide(t *testing.T) {
	for _, f := range Faces() {
		parsed, err := opentype.Parse(f.TTF())
		if err != nil {
			t.Fatal(err)
		}
		zero := advance(t, parsed, '0')
		for r := '1'; r <= '9'; r++ {
			if w := advance(t, parsed, r); w != zero {
				t.Errorf("%s: %c is %v wide, 0 is %v", f, r, w, zero)
			}
		}
	}
}

func advance(t *testing.T, f *opentype.Font, r rune) fixed.Int26_6 {
	t.Helper()
	i, err := f.GlyphIndex(nil, r)
	if err != nil || i == 0 {
		t.Fatalf("no glyph for %c: %v", r, err)
	}
	w, err := f.GlyphAdvance(nil, i, fixed.I(1000), font.HintingNone)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestChecksumsHold(t *testing.T) {
	for _, f := range Faces() {
		ttf := f.TTF()
		found, err := directory(ttf)
		if err != nil {
			t.Fatal(err)
		}
		if sum := checksum(ttf); sum != 0xB1B0AFBA {
			t.Errorf("%s: the file sums to %#x", f, sum)
		}
		glyf := found["glyf"]
		want := uint32(long(ttf[glyf.entry+4:]))
		if sum := checksum(ttf[glyf.offset : glyf.offset+glyf.length]); sum != want {
			t.Errorf("%s: glyf sums to %#x, the directory says %#x", f, sum, want)
		}
	}
}

func TestTTFIsACopy(t *testing.T) {
	clear(Bold.TTF())
	if _, err := opentype.Parse(Bold.TTF()); err != nil {
		t.Errorf("writing into what TTF returned broke the next one: %v", err)
	}
}

func TestLettersOfTheLanguages(t *testing.T) {
	parsed, err := opentype.Parse(Regular.TTF())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "ÄÖÜäöüß„“‚‘»«–…·→€\u00a0 ğışİçĞ їієґЩ" {
		if i, err := parsed.GlyphIndex(nil, r); err != nil || i == 0 {
			t.Errorf("no glyph for %q", r)
		}
	}
	for _, r := range "\u202f✓ẞع" { // what the package says it lacks
		if i, _ := parsed.GlyphIndex(nil, r); i != 0 {
			t.Errorf("%q has a glyph now: say so", r)
		}
	}
}

// TestBrowserTakesIt loads every face in Chromium, whose sanitizer drops a
// font with a broken table.
func TestBrowserTakesIt(t *testing.T) {
	var page strings.Builder
	page.WriteString("<!doctype html><title>wait</title><script>Promise.all([")
	for _, f := range Faces() {
		fmt.Fprintf(&page, "new FontFace(%q,'url(data:font/ttf;base64,%s)').load(),\n", f, base64.StdEncoding.EncodeToString(f.TTF()))
	}
	page.WriteString("]).then(l=>{document.body.textContent='loaded '+l.map(f=>f.status)},e=>{document.body.textContent='refused '+e})</script><body>")
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	dom, err := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=5000", "--dump-dom", "file://"+file).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(dom, []byte("loaded loaded,loaded,loaded,loaded")) {
		t.Errorf("Chromium says: %s", dom[max(0, len(dom)-200):])
	}
}

// TestCapitals holds the number that look.css builds on: Go's capitals are
// .7227 em tall.
func TestCapitals(t *testing.T) {
	parsed, err := opentype.Parse(Bold.TTF())
	if err != nil {
		t.Fatal(err)
	}
	m, err := parsed.Metrics(nil, fixed.I(10000), font.HintingNone)
	if err != nil {
		t.Fatal(err)
	}
	if em := float64(m.CapHeight) / 64 / 10000; math.Abs(em-.7227) > .001 {
		t.Errorf("capitals are %.4f em tall", em)
	}
}
