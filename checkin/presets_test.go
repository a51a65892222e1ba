package checkin_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/democity"
	"github.com/wartefrei/wartefrei/queue"
)

// TestPresetsOfCity holds that a city's file is judged by the presets that the
// queue has: a recall comes before somebody is missing.
func TestPresetsOfCity(t *testing.T) {
	t.Parallel()
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	recall, noShow := seconds(queue.DefaultRules.Recall), seconds(queue.DefaultRules.NoShow)
	for _, c := range []struct {
		rule  string
		value int
		right bool
	}{
		{"recall", noShow, true},
		{"recall", noShow + 1, false},
		{"noShow", recall, true},
		{"noShow", recall - 1, false},
	} {
		city := democity.City()
		city.Offices()[0].Rules = map[string]int{c.rule: c.value}
		file, err := json.Marshal(city)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := booking.ParseCity(file); (err == nil) != c.right {
			t.Errorf("%s of %d s: %v", c.rule, c.value, err)
		}
	}
}
