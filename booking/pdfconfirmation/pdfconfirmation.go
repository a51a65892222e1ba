// Package pdfconfirmation prints what a citizen keeps of a booked appointment:
// one page of A4, more if it must be.
//
// What it says comes as ready sentences; web and the letters make them from
// booking/texts. The QR code holds the eight digits of the check-in code and
// nothing else, so that any scanner of any keyboard layout types it right.
package pdfconfirmation

import (
	"fmt"
	"strings"

	"github.com/wartefrei/wartefrei/booking/pdf"
	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/booking/typeface"
)

// Confirmation is what is printed, in the order of the paper.
type Confirmation struct {
	Lang     string
	Title    string // of the document: "Termin am 30. November 2026, 09:15 Uhr"
	City     string // "Stadt Offenburg"
	Office   string // "Bürgerbüro, Fischmarkt 2"
	Heading  string // "Ihr Termin ist gebucht."
	Date     string // "Mo., 30. November 2026"
	Time     string // "09:15 Uhr", as large as fits
	Place    []string
	Code     string // eight digits
	CodeSays string // "Code für das Terminal"
	Sections []Section
	Booked   string // "Gebucht am 23. November 2026 um 10:02 Uhr."
}

// Section is rows under one heading: services, what to bring, the fee, how it
// goes on the day, how to cancel.
type Section struct {
	Heading string
	Rows    []Row
}

// Row is one line of a section; what is empty is left out.
type Row struct {
	Tick bool   // a box to be ticked
	When string // a time, which stands first: "ab 09:00"
	Text string
	End  string // a sum at the end of the line: "15 Min."
	Sum  bool   // under a rule and bold
	Link string // a web address below the text, to be typed or opened
}

// The page, in millimetres.
const (
	pageWidth, pageHeight = 210., 297.
	edge                  = 20.
	foot                  = pageHeight - 17 // nothing but the last line below
	column                = 42.             // of headings
	content               = edge + column
	end                   = pageWidth - edge
	leading               = 6.
	gap                   = 3.  // between sections
	air                   = 1.  // above and below a row
	base                  = 4.4 // the base line below the top of a line of text
)

var (
	text     = pdf.Style{Face: typeface.Regular, Size: 4.4}
	bold     = pdf.Style{Face: typeface.Bold, Size: 4.4}
	small    = pdf.Style{Face: typeface.Regular, Size: 3.8}
	section  = pdf.Style{Face: typeface.Bold, Size: 4.8}
	heading  = pdf.Style{Face: typeface.Bold, Size: 9}
	date     = pdf.Style{Face: typeface.Regular, Size: 5.6}
	clock    = pdf.Style{Face: typeface.Bold, Size: 22}
	address  = pdf.Style{Face: typeface.MonoBold, Size: 4} // to be typed: no letter looks like another
	codeText = pdf.Style{Face: typeface.MonoBold, Size: 5.6}
)

// PDF prints the confirmation.
func (c Confirmation) PDF() ([]byte, error) {
	p := paper{Sheet: pdf.New(pageWidth, pageHeight, c.Lang, c.Title), y: edge}
	p.letterhead(c)
	if err := p.plate(c); err != nil {
		return nil, fmt.Errorf("print a confirmation: %w", err)
	}
	for _, s := range c.Sections {
		p.section(s)
	}
	p.feet(c)
	return p.Bytes()
}

// paper is the page while it is printed, down to y.
type paper struct {
	*pdf.Sheet
	y float64
}

func (p *paper) letterhead(c Confirmation) {
	const mark = 11.
	p.Fill(edge, p.y, mark/22, gate...)
	p.Write(section, edge+mark+4, p.y+4.6, c.City)
	p.Write(text, edge+mark+4, p.y+10, c.Office)
	p.y += mark + 14
	lines := p.Lines(end-edge, pdf.Run{Style: heading, Text: c.Heading})
	p.y = p.Paragraph(edge, p.y+5, 1.2*heading.Size, lines) + 6
}

// gate is the mark of the look: a town gate, 22 by 21 units.
var gate = []float64{0, 21, 0, 0, 5, 0, 5, 4, 8, 4, 8, 0, 14, 0, 14, 4, 17, 4, 17, 0, 22, 0, 22, 21, 16, 21,
	16, 14, 15.6, 12.1, 14.5, 10.5, 12.9, 9.4, 11, 9, 9.1, 9.4, 7.5, 10.5, 6.4, 12.1, 6, 14, 6, 21}

// plate prints what has to be seen at once: when, where, the code.
func (p *paper) plate(c Confirmation) error {
	const module, thick = 1.5, .7
	p.Rule(edge, p.y, end-edge, thick)
	top := p.y + thick
	const quiet = 4 * module
	codeX := end - 21*module - quiet // eight digits always take 21 modules
	side, err := p.QR(c.Code, codeX, top+quiet, module)
	if err != nil {
		return err
	}
	middle := codeX + side/2
	digits := texts.Code(c.Code)
	p.Write(codeText, middle-p.Width(codeText, digits)/2, top+quiet+side+quiet+3, digits)
	p.Write(small, middle-p.Width(small, c.CodeSays)/2, top+quiet+side+quiet+8, c.CodeSays)

	room := codeX - quiet - edge
	p.Write(date, edge, top+11, c.Date)
	style := clock
	if w := p.Width(style, c.Time); w > room {
		style.Size *= room / w
	}
	p.Write(style, edge-.03*style.Size, top+33, c.Time)
	y := top + 42
	for _, line := range c.Place {
		y = p.Paragraph(edge, y, leading, p.Lines(room, pdf.Run{Style: text, Text: line})) + leading
	}
	p.y = max(y+1, top+quiet+side+quiet+12)
	p.Rule(edge, p.y, end-edge, thick)
	p.y += thick + 9
	return nil
}

// section prints its heading in the first column and its rows beside it. No
// heading stands at the foot of a page without a row.
func (p *paper) section(s Section) {
	for i, row := range s.Rows {
		lines := p.lines(row)
		p.room(leading * float64(max(2, len(lines))))
		switch {
		case i == 0:
			p.Paragraph(edge, p.y+air+base, leading, p.Lines(column-4, pdf.Run{Style: section, Text: s.Heading}))
		case row.Sum:
			p.Rule(content, p.y, end-content, .4)
			p.y += air
		}
		p.row(row, lines)
	}
	p.y += gap
}

// indent is where the text of a row begins.
func indent(row Row) float64 {
	switch {
	case row.Tick:
		return content + 7
	case row.When != "":
		return content + 26
	}
	return content
}

func (p *paper) lines(row Row) [][]pdf.Run {
	room := end - indent(row)
	if row.End != "" {
		room -= p.Width(bold, row.End) + 6
	}
	lines := p.Lines(room, pdf.Run{Style: style(row), Text: row.Text})
	return append(lines, p.linkLines(room, row.Link)...)
}

// linkLines cuts a web address that is too long for one line before its last
// part, where people expect it.
func (p *paper) linkLines(room float64, link string) [][]pdf.Run {
	last := 0
	if p.Width(address, link) > room {
		last = strings.LastIndexByte(link, '/') + 1
	}
	return append(p.Lines(room, pdf.Run{Style: address, Text: link[:last]}), p.Lines(room, pdf.Run{Style: address, Text: link[last:]})...)
}

func style(row Row) pdf.Style {
	if row.Sum {
		return bold
	}
	return text
}

func (p *paper) row(row Row, lines [][]pdf.Run) {
	first := p.y + air + base
	if row.Tick {
		p.Box(content, first-3.4, 4, .4)
	}
	p.Write(bold, content, first, row.When)
	p.WriteTo(style(row), end, first, row.End)
	p.y = p.Paragraph(indent(row), first, leading, lines) + leading - base + air
	if row.Link != "" {
		height := leading * float64(len(p.linkLines(end-indent(row), row.Link)))
		p.Link(indent(row), p.y-air-height, end-indent(row), height, row.Link)
	}
}

// room begins a new page if less is left of this one.
func (p *paper) room(height float64) {
	if p.y+height > foot {
		p.AddPage()
		p.y = edge
	}
}

// feet prints the last line of every page, once all pages are known.
func (p *paper) feet(c Confirmation) {
	pages := p.Pages()
	for page := 1; page <= pages; page++ {
		p.GoTo(page)
		p.Write(small, edge, pageHeight-12, c.Booked)
		if pages > 1 {
			p.WriteTo(small, end, pageHeight-12, fmt.Sprintf("%s · %d/%d", texts.Code(c.Code), page, pages))
		}
	}
}
