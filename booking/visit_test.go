package booking_test

import (
	"errors"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	city := democity.City()
	office, _ := city.Office("buergerbuero")
	for _, c := range []struct {
		name      string
		choices   []booking.Choice
		minutes   int
		fee       int
		documents int
		err       error
	}{
		{"two services", []booking.Choice{{"personalausweis", 1}, {"anmeldung", 2}}, 35, 4600, 5, nil},
		{"shared documents once", []booking.Choice{{"personalausweis", 1}, {"vorl-personalausweis", 1}}, 30, 5600, 4, nil},
		{"twice", []booking.Choice{{"anmeldung", 1}, {"reisepass", 1}, {"anmeldung", 2}}, 0, 0, 0, booking.ErrTwice},
		{"nothing", nil, 0, 0, 0, booking.ErrNothing},
		{"unknown", []booking.Choice{{"urkunde", 1}}, 0, 0, 0, booking.ErrServiceUnknown},
		{"walk-in only", []booking.Choice{{"infotheke", 1}}, 0, 0, 0, booking.ErrNotBookable},
		{"nobody", []booking.Choice{{"anmeldung", 0}}, 0, 0, 0, booking.ErrPersons},
		{"a crowd", []booking.Choice{{"anmeldung", booking.MaxPersons + 1}}, 0, 0, 0, booking.ErrPersons},
		{"persons not asked", []booking.Choice{{"reisepass", 2}}, 0, 0, 0, booking.ErrPersons},
		{"seven services", []booking.Choice{{"personalausweis", 1}, {"reisepass", 1}, {"anmeldung", 1}, {"abmeldung", 1},
			{"meldebescheinigung", 1}, {"beglaubigung", 1}, {"abholung", 1}}, 0, 0, 0, booking.ErrTooMuch},
	} {
		visit, err := booking.Plan(office, booking.Wish{Office: office.ID, Services: c.choices})
		if !errors.Is(err, c.err) || visit.Length != time.Duration(c.minutes)*time.Minute ||
			visit.Fee != c.fee || len(visit.Documents) != c.documents {
			t.Errorf("%s: %v, %d cents, %d documents, %v", c.name, visit.Length, visit.Fee, len(visit.Documents), err)
		}
	}
	office.Duty = []booking.Duty{{Hours: booking.Hours{Weekday: time.Monday, Open: 480, Close: 500}, Places: 3}}
	wish := booking.Wish{Services: []booking.Choice{{"personalausweis", 1}, {"reisepass", 1}}}
	if _, err := booking.Plan(office, wish); !errors.Is(err, booking.ErrTooMuch) {
		t.Errorf("longer than any stretch of duty: %v", err)
	}
}

// Zones are kept by their names.
func TestLocation(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "Atlantic/Azores", "Europe/Berlin"} {
		city := booking.City{Zone: zone}
		if got := city.Location().String(); got != zone {
			t.Errorf("the zone is %s, want %s", got, zone)
		}
	}
}
