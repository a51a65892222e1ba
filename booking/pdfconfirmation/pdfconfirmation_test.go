package pdfconfirmation

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/booking/pdf/pdftest"
)

const link = "https://termin.offenburg.example/appointments/Zk3vT0aB-xYq_9LmNoPrSw"

var booked = Confirmation{
	Lang: "de", Title: "Termin am 30. November 2026, 09:15 Uhr", City: "Stadt Offenburg", Office: "Bürgerbüro, Fischmarkt 2",
	Heading: "Ihr Termin ist gebucht.", Date: "Mo., 30. November 2026", Time: "09:15 Uhr",
	Place: []string{"Bürgerbüro, Fischmarkt 2, 77652 Offenburg"},
	Code:  "48271936", CodeSays: "Code für das Terminal",
	Sections: []Section{
		{"Anliegen", []Row{
			{Text: "Personalausweis beantragen", End: "15 Min."},
			{Text: "Wohnsitz anmelden oder ummelden, 2 Personen", End: "20 Min."},
			{Text: "Zusammen", End: "35 Min.", Sum: true},
		}},
		{"Gebühren", []Row{{Text: "bar oder mit Karte", End: "37,00 €"}}},
		{"Bitte mitbringen", []Row{
			{Tick: true, Text: "aktuelles biometrisches Lichtbild"},
			{Tick: true, Text: "bisheriger Personalausweis oder Reisepass aller Personen, auch wenn er abgelaufen ist"},
			{Tick: true, Text: "Wohnungsgeberbestätigung"},
		}},
		{"So läuft es ab", []Row{
			{When: "ab 09:00", Text: "Am Terminal im Eingang den Code zeigen oder eintippen. Sie bekommen eine Nummer."},
			{When: "09:15", Text: "Ihre Nummer erscheint auf dem Bildschirm und wird angesagt."},
			{When: "bis 09:30", Text: "So lange gilt der Termin. Kommen Sie später, können Sie heute trotzdem warten."},
		}},
		{"Ändern oder absagen", []Row{
			{Text: "Heben Sie dieses Blatt auf. Nur mit diesem Link können Sie den Termin ansehen, ändern oder absagen:", Link: link},
		}},
	},
	Booked: "Gebucht am Mo., 23. November 2026, um 10:02 Uhr.",
}

func print(t *testing.T, c Confirmation) []byte {
	t.Helper()
	file, err := c.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestGolden(t *testing.T) {
	pdftest.Golden(t, "booked.txt", pdftest.Words(t, print(t, booked)))
}

// TestCodeIsDigits: the scanner at the terminal types what it reads; whatever
// the layout of its keyboard, digits arrive.
func TestCodeIsDigits(t *testing.T) {
	for _, dpi := range []int{96, 203, 300} { // shown on a phone, printed
		if got := pdftest.Scan(t, print(t, booked), dpi); got != booked.Code {
			t.Errorf("at %d dpi: read %q", dpi, got)
		}
	}
}

// TestTheLinkCanBeTypedAndOpened: who keeps nothing but the paper can cancel.
func TestTheLinkCanBeTypedAndOpened(t *testing.T) {
	file := print(t, booked)
	words := pdftest.Words(t, file)
	for _, line := range []string{" https://termin.offenburg.example/appointments/\n", " Zk3vT0aB-xYq_9LmNoPrSw\n"} {
		if !strings.Contains(words, line) {
			t.Errorf("no line %q in\n%s", line, words)
		}
	}
	if !bytes.Contains(file, []byte("/URI ("+link+")")) {
		t.Error("a click does not open the link")
	}
}

func TestSamePaperForTheSameAppointment(t *testing.T) {
	first := print(t, booked)
	for range 5 {
		if !bytes.Equal(first, print(t, booked)) {
			t.Fatal("two prints differ")
		}
	}
}

func TestManyDocumentsTakeAnotherPage(t *testing.T) {
	many := booked
	var rows []Row
	for range 30 {
		rows = append(rows, Row{Tick: true, Text: "noch eine Unterlage, die mitzubringen ist"})
	}
	many.Sections = append([]Section{{"Bitte mitbringen", rows}}, booked.Sections...)
	words := pdftest.Words(t, print(t, many)) // fails if one leaves the paper
	for _, want := range []string{"page 2", "1/2", "2/2"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, words)
		}
	}
	if n := strings.Count(words, " Unterlage,"); n != 30 {
		t.Errorf("%d of 30 documents are printed", n)
	}
}

func TestSaysLanguageAndNoTime(t *testing.T) {
	file := print(t, booked)
	if !bytes.Contains(file, []byte("/Lang (de)")) {
		t.Error("no language")
	}
	if bytes.Contains(file, []byte("(D:")) {
		t.Error("says when it was made")
	}
}
