package booking_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wartefrei/wartefrei/booking"
)

func TestContactValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, mail, phone, keptPhone, wrong string }{
		{" Erika Muster ", "erika@example.org", "", "", ""},
		{"Nguyễn Thị Ánh", "", "0781 82-0123", "+49781820123", ""},
		{"E", "", "+49 (0) 781 / 82 0123", "+49781820123", ""},
		{"E", "", "0049.781.820123", "+49781820123", ""},
		{"E", "", "+33 6 12 34 56 78", "+33612345678", ""},
		{"E", "", "", "", "reach"},
		{"", "erika@example.org", "", "", "name"},
		{"\u200b", "erika@example.org", "", "", "name"},
		{"12 !", "erika@example.org", "", "", "name"},
		{"Erika\r\nBcc: all", "erika@example.org", "", "", "name"},
		{"Erika \u202emoc", "erika@example.org", "", "", "name"},
		{strings.Repeat("ä", 101), "erika@example.org", "", "", "name"},
		{"\xff", "erika@example.org", "", "", "name"},
		{"E", "erika", "", "", "mail"},
		{"E", "erika@localhost", "", "", "mail"},
		{"E", "erika@example.org\r\nBcc: a@b.de", "", "", "mail"},
		{"E", "Erika <erika@example.org>", "", "", "mail"},
		{"E", "a@b.de, c@d.de", "", "", "mail"},
		{"E", "er..ika@example.org", "", "", "mail"},
		{"E", strings.Repeat("a", 65) + "@example.org", "", "", "mail"},
		{"E", "a@" + strings.Repeat("abcdefghi.", 26) + "de", "", "", "mail"},
		{"E", "", "110", "", "phone"},
		{"E", "", "+49 000000000000", "", "phone"},
		{"E", "", "00490781820123", "+49781820123", ""},
		{"E", "", "82 0123", "", "phone"},
		{"E", "", "0781 82 ask for me", "", "phone"},
		{"E", "", "+491234567890123456", "", "phone"},
	} {
		kept, err := booking.Contact{Name: c.name, Mail: c.mail, Phone: c.phone}.Validate()
		var wrong booking.ContactError
		errors.As(err, &wrong)
		if wrong.Field != c.wrong || (err != nil) != errors.Is(err, booking.ErrContact) {
			t.Errorf("%q %q %q: wrong is %q (%v), want %q", c.name, c.mail, c.phone, wrong.Field, err, c.wrong)
		}
		if err == nil && (kept.Phone != c.keptPhone || kept.Name != strings.TrimSpace(c.name)) {
			t.Errorf("%q %q: kept as %q %q", c.name, c.phone, kept.Name, kept.Phone)
		}
	}
}

func FuzzContactValidate(f *testing.F) {
	f.Add("Erika Muster", "erika@example.org", "+49 (0) 781 82-0")
	f.Add("E", "a@b.c", "0")
	f.Fuzz(func(t *testing.T, name, mail, phone string) {
		kept, err := booking.Contact{Name: name, Mail: mail, Phone: phone}.Validate()
		if err != nil {
			if !errors.Is(err, booking.ErrContact) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		all := kept.Name + kept.Mail + kept.Phone
		if strings.ContainsAny(all, "\r\n\x00") || !utf8.ValidString(all) || kept.Name == "" || kept.Mail+kept.Phone == "" {
			t.Errorf("kept %q %q %q", kept.Name, kept.Mail, kept.Phone)
		}
		again, err := kept.Validate()
		if err != nil || again != kept {
			t.Errorf("kept %q %q %q is not kept as it is: %v", kept.Name, kept.Mail, kept.Phone, err)
		}
	})
}

// TestContactHidden prints a contact in every way that a log or a page might.
func TestContactHidden(t *testing.T) {
	t.Parallel()
	c := booking.Contact{Name: "Geheimnis", Mail: "geheim@example.org", Phone: "+49781999"}
	a := booking.Appointment{ID: "id", Contact: c}
	var out bytes.Buffer
	for _, value := range []any{c, &c, a, &a, []booking.Appointment{a}, map[string]booking.Contact{"x": c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
		slog.New(slog.NewTextHandler(&out, nil)).Info("a", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("a", "value", value)
	}
	for _, secret := range []string{"eheim", "781999", fmt.Sprintf("%x", "eheim")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is printed:\n%s", secret, out.String())
		}
	}
}
