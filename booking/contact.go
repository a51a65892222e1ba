package booking

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Contact is who booked. It never leaves the booking tables but for the
// citizen and for signed-in clerks: logs, fmt and JSON show nothing of it.
// Pages read its fields by name.
type Contact struct {
	Name  string
	Mail  string
	Phone string // E.164
}

// LogValue hides the contact from slog.
func (Contact) LogValue() slog.Value { return slog.StringValue("hidden") }

// Format hides the contact from fmt, whatever the verb.
func (Contact) Format(to fmt.State, _ rune) { io.WriteString(to, "hidden") }

// MarshalJSON hides the contact from JSON.
func (Contact) MarshalJSON() ([]byte, error) { return []byte(`"hidden"`), nil }

// ContactError says which field of a contact is wrong. It is an ErrContact.
type ContactError struct {
	Field string // "name", "mail", "phone"; "reach" if neither mail nor phone is given
}

func (e ContactError) Error() string { return "contact: " + e.Field }

// Unwrap makes it an ErrContact.
func (ContactError) Unwrap() error { return ErrContact }

// Limits of a contact.
const (
	MaxName = 100 // characters
	MaxMail = 254 // bytes, RFC 5321
)

// mailForm is the address of HTML's input type=email, less what breaks mail
// headers, and with a dot in its domain.
var mailForm = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
	`@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

var (
	phoneJunk = strings.NewReplacer("(0)", "", " ", "", "\u00a0", "", "-", "", "/", "", "(", "", ")", "", ".", "")
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`) // ITU-T E.164
)

// Validate returns the contact as it is kept: trimmed, the phone number in
// E.164. A name with a letter, and mail or phone, are needed; else it returns a ContactError.
func (c Contact) Validate() (Contact, error) {
	c.Name, c.Mail = strings.TrimSpace(c.Name), strings.TrimSpace(c.Mail)
	c.Phone = phone(c.Phone)
	local, _, _ := strings.Cut(c.Mail, "@")
	switch {
	case !strings.ContainsFunc(c.Name, unicode.IsLetter), utf8.RuneCountInString(c.Name) > MaxName, !utf8.ValidString(c.Name), strings.ContainsFunc(c.Name, unprinted):
		return Contact{}, ContactError{"name"}
	case c.Mail != "" && (len(c.Mail) > MaxMail || len(local) > 64 || !mailForm.MatchString(c.Mail)):
		return Contact{}, ContactError{"mail"}
	case c.Phone != "" && (!phoneForm.MatchString(c.Phone) || strings.HasPrefix(c.Phone, "+490")):
		return Contact{}, ContactError{"phone"}
	case c.Mail == "" && c.Phone == "":
		return Contact{}, ContactError{"reach"}
	}
	return c, nil
}

// unprinted are control characters, and those that turn the direction of what
// stands around them.
func unprinted(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// phone turns a number as Germans write it into E.164: "0781 82-0",
// "+49 (0) 781 820", "0049…". What is none stays wrong.
func phone(written string) string {
	n := phoneJunk.Replace(strings.ReplaceAll(strings.TrimSpace(written), "( 0 )", "(0)"))
	switch {
	case strings.HasPrefix(n, "00"):
		n = "+" + n[2:]
	case strings.HasPrefix(n, "0"):
		n = "+49" + n[1:]
	}
	if rest, german := strings.CutPrefix(n, "+490"); german {
		n = "+49" + rest
	}
	return n
}
