package pgaccounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Bounds of a password, in characters. The lower one follows NIST SP 800-63B
// for a password that is throttled; nothing is asked of its kinds of characters.
const (
	MinPassword = 10
	MaxPassword = 128
)

// Cost of a hash: OWASP's second set for argon2id (19 MiB, 2 passes, 1 lane).
const (
	memoryKiB = 19456
	passes    = 2
	lanes     = 1
	hashBytes = 32
	saltBytes = 16
)

// easy is what anybody tries first, in both languages.
var easy = []string{"wartefrei", "passwort", "password", "kennwort", "qwertz", "qwertzuiop", "qwerty", "qwertyuiop",
	"asdfghjkl", "willkommen", "welcome", "geheim", "secret", "rathaus", "buergerbuero", "bürgerbüro", "stadt"}

// CheckPassword refuses a password that is too short or too long, or that is
// nothing but words which anybody would try first: the given ones (name, city),
// some of our own, digits and repeats.
func CheckPassword(password string, words ...string) error {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > MaxPassword || !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return ErrPassword
	}
	rest := letters(password)
	for _, word := range append(easy, words...) {
		if w := letters(word); w != "" {
			rest = strings.ReplaceAll(rest, w, "")
		}
	}
	if different(rest) < 3 {
		return ErrPassword
	}
	return nil
}

// letters is a text's letters, small: "Offenburg-2026!" is "offenburg".
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

func different(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// hash makes a PHC string of a password: "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
func hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(derive(password, salt)))
}

func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memoryKiB, lanes, hashBytes)
}

// matches says whether a password is that of a hash. A hash of another cost
// or form matches nothing.
func matches(hashed, password string) bool {
	var version, memory, time, threads int
	parts := strings.Split(hashed, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads)
	if err != nil || version != argon2.Version || memory != memoryKiB || time != passes || threads != lanes {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	return err == nil && subtle.ConstantTimeCompare(derive(password, salt), want) == 1
}
