package pgaccounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wartefrei/wartefrei/booking"
)

// InitialDays is how long a password that a command made may be used.
const InitialDays = 7

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// Accounts lists all accounts by name, disabled ones too.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	read, err := s.readAccounts(ctx)
	accounts := make([]Account, len(read))
	for i, a := range read {
		accounts[i] = a.Account
	}
	return accounts, err
}

const addAccount = `-- name: AddAccount
	INSERT INTO account (name, role, offices, password, initial)
	VALUES (@name, @role, @offices, @password, @initial)`

// AddAccount makes an account with a password of its own, which is returned
// once and opens for InitialDays, until the person chooses another. Clerks and
// managers need offices; whether these exist, the caller checks.
func (s *Store) AddAccount(ctx context.Context, name, role string, offices []booking.OfficeID) (password string, err error) {
	switch {
	case !nameForm.MatchString(name):
		return "", ErrName
	case !slices.Contains([]string{Clerk, Manager, Administrator}, role):
		return "", ErrRole
	case role != Administrator && len(offices) == 0:
		return "", ErrScope
	case twice(offices):
		return "", ErrOfficeTwice
	}
	password = drawPassword()
	_, err = s.pool.Exec(ctx, addAccount, pgx.NamedArgs{"name": name, "role": role, "offices": strs(offices),
		"password": hash(password), "initial": time.Now().AddDate(0, 0, InitialDays)})
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "23505" {
		return "", ErrExists
	}
	if err != nil {
		return "", fmt.Errorf("add account: %w", err)
	}
	return password, s.Refresh(ctx)
}

const disableAccount = `-- name: DisableAccount
	UPDATE account SET active = false, generation = generation + 1 WHERE name = @name`

// Disable ends an account and all its sessions.
func (s *Store) Disable(ctx context.Context, name string) error {
	return s.change(ctx, "disable account", disableAccount, pgx.NamedArgs{"name": name})
}

const resetPassword = `-- name: ResetPassword
	UPDATE account SET password = @password, initial = @initial, active = true, generation = generation + 1
	WHERE name = @name`

// ResetPassword gives an account a new initial password, ends its sessions and
// makes it active again.
func (s *Store) ResetPassword(ctx context.Context, name string) (password string, err error) {
	password = drawPassword()
	return password, s.change(ctx, "reset password", resetPassword, pgx.NamedArgs{
		"name": name, "password": hash(password), "initial": time.Now().AddDate(0, 0, InitialDays)})
}

const setPassword = `-- name: SetPassword
	UPDATE account SET password = @password, initial = NULL, generation = generation + 1 WHERE id = @id AND active`

// SetPassword is somebody's own choice; words are what anybody would guess
// first, such as the city's name. It ends the account's sessions.
func (s *Store) SetPassword(ctx context.Context, id, password string, words ...string) error {
	a, ok := s.Account(id)
	if !ok {
		return ErrUnknown
	}
	if err := CheckPassword(password, append(words, a.Name)...); err != nil {
		return err
	}
	return s.change(ctx, "set password", setPassword, pgx.NamedArgs{"id": id, "password": hash(password)})
}

// change carries out a statement about one account or token and reads all anew.
func (s *Store) change(ctx context.Context, act, statement string, args pgx.NamedArgs) error {
	done, err := s.pool.Exec(ctx, statement, args)
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	if done.RowsAffected() == 0 {
		return ErrUnknown
	}
	return s.Refresh(ctx)
}

// drawPassword draws 130 random bits as letters and digits in groups, to be
// copied from a screen once.
func drawPassword() string {
	p := rand.Text()
	return p[:5] + "-" + p[5:10] + "-" + p[10:15] + "-" + p[15:20] + "-" + p[20:26]
}

// twice says whether an office is named more than once: a slip of the hand,
// where another one was meant.
func twice(offices []booking.OfficeID) bool {
	sorted := slices.Sorted(slices.Values(offices))
	return len(slices.Compact(sorted)) < len(offices)
}

func strs(offices []booking.OfficeID) []string {
	s := make([]string, len(offices))
	for i, o := range offices {
		s[i] = string(o)
	}
	return s
}
