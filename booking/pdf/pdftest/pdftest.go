// Package pdftest reads PDFs back for tests, with other people's programs:
// poppler's pdftotext and pdftoppm, zbar's zbarimg.
package pdftest

import (
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files anew")

// Words lists the words of a PDF with their boxes in points, one a line:
// page, left, top, right, bottom, word.
func Words(t *testing.T, pdf []byte) string {
	t.Helper()
	var doc struct {
		Pages []struct {
			Width  float64 `xml:"width,attr"`
			Height float64 `xml:"height,attr"`
			Words  []struct {
				Left   float64 `xml:"xMin,attr"`
				Top    float64 `xml:"yMin,attr"`
				Right  float64 `xml:"xMax,attr"`
				Bottom float64 `xml:"yMax,attr"`
				Text   string  `xml:",chardata"`
			} `xml:"word"`
		} `xml:"body>doc>page"`
	}
	if err := xml.Unmarshal(run(t, "pdftotext", "-bbox", save(t, pdf), "-"), &doc); err != nil {
		t.Fatal(err)
	}
	var words strings.Builder
	for i, page := range doc.Pages {
		fmt.Fprintf(&words, "page %d: %.1f × %.1f\n", i+1, page.Width, page.Height)
		for _, w := range page.Words {
			fmt.Fprintf(&words, "%d %6.1f %6.1f %6.1f %6.1f %s\n", i+1, w.Left, w.Top, w.Right, w.Bottom, w.Text)
			if w.Left < 0 || w.Top < 0 || w.Right > page.Width || w.Bottom > page.Height {
				t.Errorf("page %d: %q leaves the paper", i+1, w.Text)
			}
		}
	}
	return words.String()
}

// Golden holds what was printed against the file testdata/<name>; with -update
// it writes that file.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; is it meant? then run with -update\n%s", file, got)
	}
}

// Scan prints the pages at the dots per inch and reads the codes on them.
func Scan(t *testing.T, pdf []byte, dpi int) string {
	t.Helper()
	file := save(t, pdf)
	run(t, "pdftoppm", "-r", fmt.Sprint(dpi), "-gray", file, file)
	pages, err := filepath.Glob(file + "-*.pgm")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--quiet", "--raw"}, pages...)
	return strings.TrimSpace(string(run(t, "zbarimg", args...)))
}

// Grey fails if a page has a colour, which a thermal head does not know.
func Grey(t *testing.T, pdf []byte) {
	t.Helper()
	file := save(t, pdf)
	ppm := run(t, "pdftoppm", "-r", "50", file)
	var width, height, most int
	if _, err := fmt.Sscanf(string(ppm[:min(40, len(ppm))]), "P6\n%d %d\n%d\n", &width, &height, &most); err != nil {
		t.Fatal(err)
	}
	pixels := ppm[len(ppm)-3*width*height:]
	for i := 0; i < len(pixels); i += 3 {
		if pixels[i] != pixels[i+1] || pixels[i] != pixels[i+2] {
			t.Fatalf("pixel %d has the colour %v", i/3, pixels[i:i+3])
		}
	}
}

func save(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}
