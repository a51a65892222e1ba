package qrcode

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	reader "github.com/makiuchi-d/gozxing/qrcode"
)

// contents are what the product encodes, and what a library might get wrong.
var contents = []string{
	"48271936", // a code of an appointment
	"00000001", // leading zeros count
	"https://termin.offenburg.example/ticket/7ZZYP3M0Q1W8VJ5K2T9XR4CBNA",
	"HTTPS://TERMIN.OFFENBURG.EXAMPLE/T/7ZZYP3M0Q1W8VJ5K2T9XR4CBNA",
	"-12",
	"Bürgerbüro, Fischmarkt 2",
}

// paint draws the modules, 4 pixels each, with the quiet margin.
func paint(c Code) image.Image {
	const px = 4
	side := (c.Size + 2*Quiet) * px
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	c.Runs(func(x, y, length int) {
		for dy := range px {
			for dx := range length * px {
				img.SetGray((x+Quiet)*px+dx, (y+Quiet)*px+dy, color.Gray{})
			}
		}
	})
	return img
}

func read(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := reader.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("not readable: %v", err)
	}
	return result.GetText()
}

func TestReadBack(t *testing.T) {
	for _, text := range contents {
		for _, level := range []Level{Screen, Paper} {
			c, err := Encode(text, level)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, paint(c)); got != text {
				t.Errorf("level %d: read %q, want %q", level, got, text)
			}
		}
	}
}

func TestPaperBearsMoreDamage(t *testing.T) {
	c, err := Encode(contents[2], Paper)
	if err != nil {
		t.Fatal(err)
	}
	img := paint(c).(*image.Gray)
	middle := img.Bounds().Dx() / 2
	for y := range 32 { // a stain of 8 by 8 modules
		for x := range 32 {
			img.SetGray(middle+x, middle+y, color.Gray{Y: 0xff})
		}
	}
	if got := read(t, img); got != contents[2] {
		t.Errorf("read %q", got)
	}
}

func TestCodeIsSmall(t *testing.T) {
	c, err := Encode("48271936", Paper)
	if err != nil {
		t.Fatal(err)
	}
	if c.Size != 21 {
		t.Errorf("eight digits take %d modules a side, want the smallest code, 21", c.Size)
	}
}

func TestTooLong(t *testing.T) {
	secret := strings.Repeat("secret", 1000)
	_, err := Encode(secret, Screen)
	if !errors.Is(err, ErrTooLong) {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Error("the error shows the text")
	}
}

// TestSVG draws the path of the SVG again and reads the code in it.
func TestSVG(t *testing.T) {
	for _, text := range contents {
		svg, err := SVG(text, `Nummer "B 024" <Handy>`)
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			ViewBox string `xml:"viewBox,attr"`
			Label   string `xml:"aria-label,attr"`
			Class   string `xml:"class,attr"`
			Path    struct {
				D string `xml:"d,attr"`
			} `xml:"path"`
		}
		if err := xml.Unmarshal([]byte(svg), &parsed); err != nil {
			t.Fatal(err)
		}
		if parsed.Label != `Nummer "B 024" <Handy>` || parsed.Class != "qr" {
			t.Errorf("label %q, class %q", parsed.Label, parsed.Class)
		}
		if got := read(t, paint(follow(t, parsed.ViewBox, parsed.Path.D))); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
}

// follow walks a path of M, m and h, each h one row of modules high.
func follow(t *testing.T, viewBox, d string) Code {
	t.Helper()
	var c Code
	if _, err := fmt.Sscanf(viewBox, "0 0 %d", &c.Size); err != nil {
		t.Fatal(err)
	}
	c.black = make([]bool, c.Size*c.Size)
	d = strings.NewReplacer("M", "\nM", "m", "\nm", "h", "\nh").Replace(d)
	x, y := 0, 0
	for _, step := range strings.Fields(strings.ReplaceAll(d, " ", ",")) {
		var a int
		switch step[0] {
		case 'M':
			fmt.Sscanf(step, "M%d,%d.5", &x, &y)
		case 'm':
			fmt.Sscanf(step, "m%d,0", &a)
			x += a
		case 'h':
			fmt.Sscanf(step, "h%d", &a)
			for range a {
				c.black[y*c.Size+x] = true
				x++
			}
		}
	}
	return c
}
