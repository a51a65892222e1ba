package pgaccounts

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	for password, good := range map[string]bool{
		"kirschkuchen am see":       true,
		"Zwölf Boxkämpfer!":         true,
		"x9-K2 mm7 Lq":              true,
		"kurz12345":                 false, // 9 characters
		"kurz12345x":                true,
		strings.Repeat("äbcd", 32):  true, // 128 characters, more bytes
		strings.Repeat("ä b", 43):   false,
		"1234567890":                false,
		"aaaaaaaaaaaa":              false,
		"Offenburg2026":             false,
		"offenburg-Offenburg":       false,
		"A.Meyer 2026!":             false,
		"Passwort1234":              false,
		"Wartefrei Offenburg":       false,
		"Offenburger Zwetschgen":    true,
		"zeilen\numbruch kommt vor": false,
		"kein \xff UTF-8 Passwort":  false,
	} {
		err := CheckPassword(password, "a.meyer", "Offenburg")
		if good && err != nil || !good && !errors.Is(err, ErrPassword) {
			t.Errorf("CheckPassword(%q) = %v, want good: %v", password, err, good)
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	h := hash("Füße und mehr")
	if h == hash("Füße und mehr") {
		t.Error("two hashes of one password are equal: no salt")
	}
	for password, want := range map[string]bool{
		"Füße und mehr":       true,
		"Fu\u0308ße und mehr": true, // typed on a keyboard that sends the parts
		"Füße und mehr ":      false,
		"":                    false,
	} {
		if matches(h, password) != want {
			t.Errorf("matches(%q) = %v", password, !want)
		}
	}
	for _, broken := range []string{"", "$argon2id$", "$argon2i$v=19$m=19456,t=2,p=1$YWJj$YWJj", "$argon2id$v=19$m=1,t=1,p=1$YWJj$YWJj",
		"$argon2id$v=19$m=19456,t=2,p=1$!$YWJj", "$argon2id$v=19$m=19456,t=2,p=1$YWJj$"} {
		if matches(broken, "") {
			t.Errorf("%q matches", broken)
		}
	}
}
