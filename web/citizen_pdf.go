package web

import (
	"fmt"
	"net/http"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pdfconfirmation"
	"github.com/wartefrei/wartefrei/booking/texts"
)

// confirmationPDF prints what the page of a booked appointment says.
func (s *Server) confirmationPDF(w http.ResponseWriter, r *http.Request) error {
	page, done, err := s.appointmentOf(w, r)
	if err != nil || done {
		return err
	}
	if page.Appointment.State != booking.Booked {
		return booking.ErrCancelled
	}
	body, err := page.confirmation(s.City(), s.publicURL(page.Path), lang(r)).PDF()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Language", lang(r).Tag)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`inline; filename="%s-%s.pdf"`, page.Office.ID, s.City().Day(page.Appointment.Start)))
	_, err = w.Write(body)
	return err
}

// confirmation is the page in the words of the paper, with the page's own link:
// who keeps nothing but the paper needs it to cancel.
func (p appointmentPage) confirmation(city *booking.City, link string, l *texts.Language) pdfconfirmation.Confirmation {
	a := p.Appointment
	office, _ := p.Office.Name.In(l.Tag)
	return pdfconfirmation.Confirmation{
		Lang:     l.Tag,
		Title:    fmt.Sprintf("%s: %s, %s", office, l.Date(a.Start), l.At(a.Start)),
		City:     l.T("parts.city", "city", city.Name),
		Office:   office,
		Heading:  l.T("appointment.booked"),
		Date:     l.Date(a.Start),
		Time:     l.At(a.Start),
		Place:    []string{office, p.Office.Address},
		Code:     p.Code,
		CodeSays: l.T("appointment.code-says"),
		Sections: []pdfconfirmation.Section{
			{Heading: l.T("booking.what"), Rows: p.serviceRows(l)},
			{Heading: l.T("booking.bring"), Rows: p.documentRows(l)},
			{Heading: l.T("appointment.day"), Rows: p.dayRows(l)},
			{Heading: l.T("appointment.change"), Rows: []pdfconfirmation.Row{{Text: l.T("appointment.change-how"), Link: link}}},
		},
		Booked: l.T("appointment.booked-on", "time", l.Date(a.Booked)+", "+l.At(a.Booked)),
	}
}

func (p appointmentPage) serviceRows(l *texts.Language) []pdfconfirmation.Row {
	var rows []pdfconfirmation.Row
	for _, line := range p.Sum.Lines {
		name, _ := line.Name.In(l.Tag)
		if line.Persons > 1 {
			name += ", " + l.T("booking.persons", "n", line.Persons)
		}
		rows = append(rows, pdfconfirmation.Row{Text: name, End: l.Minutes(line.Minutes)})
	}
	return append(rows, pdfconfirmation.Row{Text: l.T("booking.together"), End: l.Minutes(p.Sum.Minutes), Sum: true})
}

func (p appointmentPage) documentRows(l *texts.Language) []pdfconfirmation.Row {
	var rows []pdfconfirmation.Row
	for _, document := range p.Sum.Documents {
		said, _ := document.In(l.Tag)
		rows = append(rows, pdfconfirmation.Row{Tick: true, Text: said})
	}
	if p.Sum.Fee > 0 {
		rows = append(rows, pdfconfirmation.Row{Tick: true, Text: l.T("appointment.fee", "fee", l.Money(p.Sum.Fee))})
	}
	return rows
}

func (p appointmentPage) dayRows(l *texts.Language) []pdfconfirmation.Row {
	a := p.Appointment
	return []pdfconfirmation.Row{
		{When: l.T("appointment.from", "clock", l.Clock(p.Opens)), Text: l.T("appointment.check-in")},
		{When: l.Clock(a.Start), Text: l.T("appointment.called")},
		{When: l.T("appointment.until", "clock", l.Clock(p.Closes)), Text: l.T("appointment.late")},
		{When: l.T("appointment.about", "clock", l.Clock(a.End)), Text: l.T("appointment.done")},
	}
}
