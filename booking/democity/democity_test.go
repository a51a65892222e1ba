package democity_test

import (
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
)

func TestCity(t *testing.T) {
	t.Parallel()
	city := democity.City()
	if got := len(city.Offices()); got != 4 {
		t.Errorf("%d offices, want 4", got)
	}
	for _, o := range city.Offices() {
		for _, d := range o.Duty {
			if d.Places >= len(o.Desks) {
				t.Errorf("%s: %d of %d desks take appointments: none is left for walk-ins", o.ID, d.Places, len(o.Desks))
			}
		}
		english(t, string(o.ID), o.Name)
		for _, s := range o.Services {
			english(t, string(s.ID), s.Name, s.Group)
			english(t, string(s.ID), s.Documents...)
			if s.FeeNote != nil {
				english(t, string(s.ID), s.FeeNote)
			}
		}
	}
}

func english(t *testing.T, of string, texts ...booking.Text) {
	t.Helper()
	for _, text := range texts {
		if text["en"] == "" {
			t.Errorf("%s: %q is not in English", of, text["de"])
		}
	}
}
