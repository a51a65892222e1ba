// Package pdfticket prints a ticket on a roll of 80 mm, of which 72 mm can be
// printed: black only, as long as its content.
//
// What it says comes as ready sentences; web makes them from booking/texts.
// Nothing on a ticket is personal, and its number says nothing: not who waits
// where, nor for what.
package pdfticket

import (
	"fmt"
	"strings"

	"github.com/wartefrei/wartefrei/booking/pdf"
	"github.com/wartefrei/wartefrei/booking/typeface"
)

// Ticket is what is printed, in the order of the paper. Number is required;
// a row whose texts are empty is left out.
type Ticket struct {
	Lang     string
	Title    string   // of the document: "Wartenummer B 024"
	Office   string   // "Bürgerbüro Offenburg"
	Time     string   // when it was printed: "09:26"
	Number   string   // "B 024", as large as fits
	Expect   string   // "Aufruf voraussichtlich"
	Range    string   // "09:40–09:50 Uhr"; empty while there is no forecast
	Joins    string   // noted: "Ab 09:45 Uhr sind Sie von selbst in der Reihe."; else empty
	Go       string   // on the way from another house: "Gehen Sie bitte zu: …"; else empty
	Area     string   // where to wait: "Wartebereich im Erdgeschoss, links."
	How      string   // "Ihre Nummer wird gezeigt und angesagt."
	Link     string   // address of the ticket's page, as a QR code
	Phone    string   // "Nummer auf dem Handy: Code abfotografieren."
	Services []string // empty where the office wants no concern on paper
	Missed   string   // "Aufruf verpasst? …"
	Order    string   // "Aufruf nach Termin und Ankunft."
	Date     string   // "Mo., 23. November 2026"
}

// The roll, in millimetres.
const (
	roll    = 80.
	edge    = 6. // 4 mm that no head reaches, 2 mm of air
	width   = roll - 2*edge
	head    = 3.  // above the first row
	foot    = 8.  // below the last: the knife
	padding = 1.5 // above and below what stands in a row
	rule    = .5  // between rows
	leading = 5.2 // from line to line
	module  = .75 // of the QR code: 6 dots of a head of 203 dpi
	largest = 30. // letters of the number

	// What a letter takes of its size, in the typeface: capitals are cap
	// tall; in a line of leading 1.3 the base line lies base below the top.
	capital = .7227
	base    = 1.01
)

var (
	text  = pdf.Style{Face: typeface.Regular, Size: 4}
	bold  = pdf.Style{Face: typeface.Bold, Size: 4}
	large = pdf.Style{Face: typeface.Bold, Size: 7.6}
)

// PDF prints the ticket. It fails when Link is longer than a QR code holds.
func (t Ticket) PDF() ([]byte, error) {
	measured := paper{Sheet: pdf.New(roll, roll, t.Lang, t.Title)}
	if err := measured.print(t); err != nil {
		return nil, err
	}
	p := paper{Sheet: pdf.New(roll, measured.y+foot, t.Lang, t.Title)}
	if err := p.print(t); err != nil {
		return nil, err
	}
	return p.Bytes()
}

// paper is the roll while it is printed, down to y.
type paper struct {
	*pdf.Sheet
	y    float64
	rows int
}

func (p *paper) print(t Ticket) error {
	p.y = head
	p.row(t.Office+t.Time != "", func() { p.ends(t.Office, t.Time) })
	p.row(true, func() { p.number(t.Number) })
	p.row(t.Range != "", func() {
		p.paragraph(pdf.Run{Style: text, Text: t.Expect})
		p.line(large, t.Range)
		if t.Joins != "" {
			p.paragraph(pdf.Run{Style: text, Text: t.Joins})
		}
	})
	p.row(t.Go != "", func() { p.paragraph(pdf.Run{Style: bold, Text: t.Go}) })
	p.row(t.Area+t.How != "", func() {
		p.paragraph(pdf.Run{Style: bold, Text: t.Area}, pdf.Run{Style: text, Text: t.How})
	})
	var err error
	p.row(t.Link != "", func() { err = p.link(t.Link, t.Phone) })
	if err != nil {
		return fmt.Errorf("print a ticket: %w", err)
	}
	p.row(len(t.Services) > 0, func() {
		for _, service := range t.Services {
			p.paragraph(pdf.Run{Style: text, Text: service})
		}
	})
	p.row(t.Missed != "", func() { p.paragraph(pdf.Run{Style: text, Text: t.Missed}) })
	p.row(t.Order+t.Date != "", func() {
		p.paragraph(pdf.Run{Style: text, Text: t.Order})
		p.paragraph(pdf.Run{Style: text, Text: t.Date})
	})
	return nil
}

// row prints one row, under a rule if it is not the first.
func (p *paper) row(wanted bool, print func()) {
	if !wanted {
		return
	}
	if p.rows > 0 {
		p.Rule(edge, p.y, width, rule)
		p.y += rule
	}
	p.rows++
	p.y += padding
	print()
	p.y += padding
}

// ends prints one text at each end of a line.
func (p *paper) ends(start, end string) {
	room := width - p.Width(bold, end) - 4
	lines := p.Lines(room, pdf.Run{Style: bold, Text: start})
	p.WriteTo(bold, edge+width, p.y+base*bold.Size, end)
	p.Paragraph(edge, p.y+base*bold.Size, leading, lines)
	p.y += leading * float64(max(1, len(lines)))
}

// number prints the number as large as fits, its first letter on the edge, its
// words closer than a space.
func (p *paper) number(number string) {
	const closer, onEdge = .1, .08 // of the size
	style := pdf.Style{Face: typeface.Bold, Size: largest}
	words := strings.Fields(number)
	if w := p.Width(style, number) - closer*style.Size*float64(len(words)-1); w > width {
		style.Size *= width / w
	}
	const air = 3.5
	p.y += air + capital*style.Size
	x := edge - onEdge*style.Size
	for _, word := range words {
		p.Write(style, x, p.y, word)
		x += p.Width(style, word+" ") - closer*style.Size
	}
	p.y += air
}

// link prints the QR code of an address and beside it what it is for.
func (p *paper) link(address, says string) error {
	const quiet = 4 * module // between the code and the rules
	const air = quiet - padding
	side, err := p.QR(address, edge, p.y+air, module)
	if err != nil {
		return err
	}
	const gap = 4.5 // not less than quiet
	lines := p.Lines(width-side-gap, pdf.Run{Style: text, Text: says})
	height := leading * float64(len(lines))
	top := p.y + air + max(0, side-height)/2
	p.Paragraph(edge+side+gap, top+base*text.Size, leading, lines)
	p.y += 2*air + max(side, height)
	return nil
}

func (p *paper) paragraph(runs ...pdf.Run) {
	lines := p.Lines(width, runs...)
	p.Paragraph(edge, p.y+base*text.Size, leading, lines)
	p.y += leading * float64(len(lines))
}

// line prints one line, smaller if it is too long.
func (p *paper) line(style pdf.Style, text string) {
	if w := p.Width(style, text); w > width {
		style.Size *= width / w
	}
	p.y += 1.15 * style.Size
	p.Write(style, edge, p.y-.2*style.Size, text)
}
