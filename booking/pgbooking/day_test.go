package pgbooking

import "testing"

// TestNamed: a clerk finds a name by what their keyboard has.
func TestNamed(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"Ayşe Özdemir", "ozdemir", true}, {"Ayşe Özdemir", "Oezdemir", true}, {"Ayşe Özdemir", "ÖZDEMIR", true}, {"Ayşe Özdemir", "ayse", true},
		{"Erika Müller", "mueller", true}, {"Erika Mueller", "Müller", true}, {"Erika Mu\u0308ller", "müller", true}, {"Erika Müller", "moeller", false},
		{"Groß", "gross", true}, {"Łukasz Yıldız", "lukasz yildiz", true}, {"Yildiz", "yıldız", true}, {"Đorđe Sørensen", "dorde sorensen", true},
		{"Lena Müller-Lüdenscheidt", "müller lüd", true}, {"Sinéad O’Neill", "oneill", true}, {"Sinéad O’Neill", "o'neill", true},
		{"Ay", "", true}, {"Ay", "  ", true}, {"Ay", "ayse", false}, {"Ali Ay", "li a", true}, {"Ay", "%", false}, {"Ay", ".", false}, {"Ay", "\u200b", false},
	} {
		if got := named(c.name, c.text); got != c.want {
			t.Errorf("named(%q, %q) is %v", c.name, c.text, got)
		}
	}
}
