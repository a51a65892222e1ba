package pgaccounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// secretPrefix lets people and secret scanners see what a token is.
const secretPrefix = "wartefrei_"

const addToken = `-- name: AddToken
	INSERT INTO token (hash, role, name, offices, house)
	VALUES (@hash, @role, @name, @offices, @house) RETURNING id::text`

// AddToken makes a token for a terminal of a house, or for scripts that act as
// a clerk or manager of offices or as an administrator. The secret, 130 random
// bits, is returned once: only its SHA-256 is kept.
func (s *Store) AddToken(ctx context.Context, h Holder) (secret string, holder Holder, err error) {
	switch {
	case !slices.Contains([]string{Terminal, Clerk, Manager, Administrator}, h.Role):
		return "", Holder{}, ErrRole
	case (h.Role == Terminal) != (h.House != ""), (h.Role == Clerk || h.Role == Manager) != (len(h.Offices) > 0):
		return "", Holder{}, ErrScope
	case !tokenName(h.Name):
		return "", Holder{}, ErrTokenName
	case twice(h.Offices):
		return "", Holder{}, ErrOfficeTwice
	}
	secret = secretPrefix + rand.Text()
	sum := sha256.Sum256([]byte(secret))
	err = s.pool.QueryRow(ctx, addToken, pgx.NamedArgs{"hash": sum[:], "role": h.Role, "name": h.Name,
		"offices": strs(h.Offices), "house": string(h.House)}).Scan(&h.ID)
	if err != nil {
		return "", Holder{}, fmt.Errorf("add token: %w", err)
	}
	return secret, h, s.Refresh(ctx)
}

// maxTokenName is how many characters a token's name may have: as many as a
// house's, because the demonstration names its terminals after their houses.
const maxTokenName = 400

// tokenName says whether a list can show the name in one line, so that somebody
// knows later which token to revoke.
func tokenName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.RuneCountInString(name) <= maxTokenName &&
		utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

const revokeToken = `-- name: RevokeToken
	UPDATE token SET revoked = coalesce(revoked, now()) WHERE id = @id`

// Revoke ends a token by its id; to revoke it again changes nothing.
func (s *Store) Revoke(ctx context.Context, id string) error {
	err := s.change(ctx, "revoke token", revokeToken, pgx.NamedArgs{"id": id})
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "22P02" { // not a UUID
		return ErrUnknown
	}
	return err
}

// Tokens lists all tokens, newest first, revoked ones too.
func (s *Store) Tokens(ctx context.Context) ([]Holder, error) {
	read, err := s.readTokens(ctx)
	var holders []Holder
	for _, h := range read {
		holders = append(holders, h)
	}
	slices.SortFunc(holders, func(a, b Holder) int { return b.Created.Compare(a.Created) })
	return holders, err
}

const readTokens = `-- name: ReadTokens
	SELECT id::text, role, name, offices, house, created, revoked, hash FROM token`

func (s *Store) readTokens(ctx context.Context) (map[[sha256.Size]byte]Holder, error) {
	rows, err := s.pool.Query(ctx, readTokens)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	tokens := map[[sha256.Size]byte]Holder{}
	var h Holder
	var revoked *time.Time
	var sum []byte
	_, err = pgx.ForEachRow(rows, []any{&h.ID, &h.Role, &h.Name, &h.Offices, &h.House, &h.Created, &revoked, &sum}, func() error {
		one := h
		one.Offices = slices.Clone(h.Offices)
		if revoked != nil {
			one.Revoked = *revoked
		}
		tokens[[sha256.Size]byte(sum)] = one
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return tokens, nil
}
