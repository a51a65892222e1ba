package pdfticket

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/wartefrei/wartefrei/booking/pdf/pdftest"
	"github.com/wartefrei/wartefrei/booking/qrcode"
)

// full is a ticket with every row, least one with none but the number.
var (
	full = Ticket{
		Lang: "de", Title: "Wartenummer B 024", Office: "Bürgerbüro Offenburg", Time: "09:26", Number: "B 024",
		Expect: "Aufruf voraussichtlich", Range: "09:40–09:50 Uhr",
		Go:   "Gehen Sie bitte zu: Standesamt, Hauptstraße 90, 77652 Offenburg.",
		Area: "Wartebereich im Erdgeschoss, links.", How: "Ihre Nummer wird gezeigt und angesagt.",
		Joins: "Ab 09:25 Uhr stehen Sie von selbst in der Reihe. Sie müssen nichts weiter tun.",
		Link:  link, Phone: "Nummer auf dem Handy: Code abfotografieren.",
		Services: []string{"Personalausweis beantragen", "Wohnsitz ummelden, 2 Personen"},
		Missed:   "Aufruf verpasst? Bis 15 Minuten danach am Terminal „Ich bin da“ wählen.",
		Order:    "Aufruf nach Termin und Ankunft.", Date: "Mo., 23. November 2026",
	}
	least = Ticket{Lang: "en", Title: "Number WW 188", Number: "WW 188"}
)

const link = "https://termin.offenburg.example/tickets/7ZZYP3M0Q1W8VJ5K2T9XR4CBNA"

func print(t *testing.T, ticket Ticket) []byte {
	t.Helper()
	file, err := ticket.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestGolden(t *testing.T) {
	pdftest.Golden(t, "full.txt", pdftest.Words(t, print(t, full)))
	pdftest.Golden(t, "least.txt", pdftest.Words(t, print(t, least)))
}

func TestCodeIsReadOffThePaper(t *testing.T) {
	if got := pdftest.Scan(t, print(t, full), 203); got != link {
		t.Errorf("read %q", got)
	}
}

func TestSamePaperForTheSameTicket(t *testing.T) {
	first := print(t, full)
	for range 5 {
		if !bytes.Equal(first, print(t, full)) {
			t.Fatal("two prints differ")
		}
	}
}

func TestSaysLanguageAndTitleAndNoTime(t *testing.T) {
	file := print(t, full)
	if !regexp.MustCompile(`/Type /Catalog\n/Pages 1 0 R\n/Lang \(de\)`).Match(file) {
		t.Error("no language")
	}
	if !bytes.Contains(file, []byte("/Title")) {
		t.Error("no title")
	}
	for _, word := range []string{"CreationDate", "ModDate", "(D:"} {
		if bytes.Contains(file, []byte(word)) {
			t.Errorf("says %s", word)
		}
	}
}

func TestBlackOnly(t *testing.T) { pdftest.Grey(t, print(t, full)) }

func TestLongTextsStayOnThePaper(t *testing.T) {
	long := full
	long.Number = "MMMM 888"
	long.Range = "zwischen neun Uhr vierzig und neun Uhr fünfzig"
	long.Office = "Amt für Zuwanderung, Einbürgerung und Aufenthaltsangelegenheiten"
	long.Services = []string{strings.Repeat("Aufenthaltserlaubnis", 5)}
	words := pdftest.Words(t, print(t, long)) // fails if one leaves the paper
	if !strings.Contains(words, "MMMM") {
		t.Error(words)
	}
}

func TestLinkTooLong(t *testing.T) {
	if _, err := (Ticket{Number: "B 1", Link: strings.Repeat("x", 4000)}).PDF(); !errors.Is(err, qrcode.ErrTooLong) {
		t.Errorf("got %v", err)
	}
}
