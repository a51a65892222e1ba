// Package pdf is the paper that pdfticket and pdfconfirmation print on: the
// typeface, lines of text, rules, QR codes. Lengths are millimetres from the
// upper corner at the left; letters are measured by their size in millimetres
// and stand on their base line.
//
// A document says its language and title, holds no time of making, and is the
// same bytes for the same content. It is not tagged: gofpdf cannot. Whoever
// needs that reads the page that the document was printed from.
package pdf

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"github.com/wartefrei/wartefrei/booking/qrcode"
	"github.com/wartefrei/wartefrei/booking/typeface"
)

// Sheet is a document being drawn, black on white.
type Sheet struct {
	doc   *gofpdf.Fpdf
	lang  string
	faces map[typeface.Face]bool // that the document holds: those that it uses
}

// ptPerMM are the points of a millimetre.
const ptPerMM = 72 / 25.4

// New begins a document of pages of the size in millimetres, with its first page.
func New(width, height float64, lang, title string) *Sheet {
	doc := gofpdf.NewCustom(&gofpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: gofpdf.SizeType{Wd: width, Ht: height}})
	doc.SetCatalogSort(true) // else maps decide the order
	doc.SetAutoPageBreak(false, 0)
	doc.SetMargins(0, 0, 0)
	doc.SetTitle(title, true)
	doc.SetProducer("Wartefrei", true)
	doc.SetDisplayMode("fullwidth", "default") // Bytes puts the language in its place
	doc.AddPage()
	return &Sheet{doc: doc, lang: lang, faces: map[typeface.Face]bool{}}
}

// AddPage begins the next page.
func (s *Sheet) AddPage() { s.doc.AddPage() }

// Pages is how many pages there are.
func (s *Sheet) Pages() int { return s.doc.PageCount() }

// GoTo goes on drawing on a page, counted from 1.
func (s *Sheet) GoTo(page int) { s.doc.SetPage(page) }

// Style is how letters look.
type Style struct {
	Face typeface.Face
	Size float64
}

// Width is how long a text is.
func (s *Sheet) Width(style Style, text string) float64 {
	s.use(style)
	return s.doc.GetStringWidth(text)
}

// Write writes a text from x on the base line y.
func (s *Sheet) Write(style Style, x, y float64, text string) {
	s.use(style)
	s.doc.Text(x, y, text)
}

// WriteTo writes a text that ends at x.
func (s *Sheet) WriteTo(style Style, x, y float64, text string) {
	s.Write(style, x-s.Width(style, text), y, text)
}

func (s *Sheet) use(style Style) {
	if !s.faces[style.Face] {
		s.doc.AddUTF8FontFromBytes(string(style.Face), "", style.Face.TTF())
		s.faces[style.Face] = true
	}
	s.doc.SetFont(string(style.Face), "", style.Size*ptPerMM)
}

// Link makes the box, whose upper corner at the left is x, y, open a web address.
func (s *Sheet) Link(x, y, width, height float64, address string) {
	s.doc.LinkString(x, y, width, height, address)
}

// Rule draws a line of the thickness below y.
func (s *Sheet) Rule(x, y, length, thickness float64) {
	s.doc.Rect(x, y, length, thickness, "F")
}

// Box draws an empty square to be ticked.
func (s *Sheet) Box(x, y, side, thickness float64) {
	s.doc.SetLineWidth(thickness)
	s.doc.Rect(x+thickness/2, y+thickness/2, side-thickness, side-thickness, "D")
}

// Fill fills a polygon, given as x, y, x, y, … in units of the scale from x, y.
func (s *Sheet) Fill(x, y, scale float64, corners ...float64) {
	var points []gofpdf.PointType
	for i := 0; i+1 < len(corners); i += 2 {
		points = append(points, gofpdf.PointType{X: x + scale*corners[i], Y: y + scale*corners[i+1]})
	}
	s.doc.Polygon(points, "F")
}

// QR draws a code with modules of the size and returns how long its sides are.
// Around it the caller leaves qrcode.Quiet modules white.
func (s *Sheet) QR(content string, x, y, module float64) (side float64, err error) {
	code, err := qrcode.Encode(content, qrcode.Paper)
	if err != nil {
		return 0, err
	}
	code.Runs(func(column, row, length int) {
		s.doc.Rect(x+float64(column)*module, y+float64(row)*module, float64(length)*module, module, "F")
	})
	return float64(code.Size) * module, nil
}

// Bytes ends the document and returns it as a file.
func (s *Sheet) Bytes() ([]byte, error) {
	var file bytes.Buffer
	if err := s.doc.Output(&file); err != nil {
		return nil, fmt.Errorf("write a PDF: %w", err)
	}
	return s.finish(file.Bytes())
}

// finish does what gofpdf has no words for: it puts the language in the place
// of the opening action and blanks the times of making. All keep their length,
// because the file lists where its objects lie.
func (s *Sheet) finish(file []byte) ([]byte, error) {
	const action = "/OpenAction [3 0 R /FitH null]"
	lang := fmt.Sprintf("%-*s", len(action), "/Lang ("+s.lang+")")
	if len(lang) != len(action) || bytes.Count(file, []byte(action)) != 1 {
		return nil, fmt.Errorf("no place for the language %q in a PDF", s.lang)
	}
	file = bytes.Replace(file, []byte(action), []byte(lang), 1)
	for _, name := range []string{"/CreationDate (D:", "/ModDate (D:"} {
		at := bytes.LastIndex(file, []byte(name))
		if at < 0 {
			return nil, fmt.Errorf("no %q) in a PDF", name)
		}
		length := len(name) + len("20060102150405)")
		copy(file[at:], strings.Repeat(" ", length))
	}
	return file, nil
}
