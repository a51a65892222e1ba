// Package democity is a city to try Wartefrei with: Offenburg, in the file
// format of [booking.ParseCity].
//
// Names, services, opening hours, the horizon of 90 days and the check-in
// window follow what was published about Offenburg's offices in 2019 and 2020;
// fees and documents are those common in German offices (identity card: as of
// February 2026). Durations, the number of desks, how many of them take
// appointments, rooms, ways and the English words are assumptions. So it is a
// demonstration and says nothing binding about the city.
//
// Fewer places take appointments than there are desks, so that people without
// an appointment are called too.
package democity

import (
	_ "embed"
	"fmt"

	"github.com/wartefrei/wartefrei/booking"
)

// File is the city as a file: an example for one's own.
//
//go:embed offenburg.json
var File []byte

// City reads the file anew, so that a caller may change what it gets.
func City() booking.City {
	city, err := booking.ParseCity(File)
	if err != nil {
		panic(fmt.Sprintf("booking/democity/offenburg.json: %v", err)) // a test parses it
	}
	return city
}
