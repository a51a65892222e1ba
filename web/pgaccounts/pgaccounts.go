// Package pgaccounts keeps who works with the system: staff, who sign in with a
// name and a password, and terminals and scripts, which carry a token.
//
// PostgreSQL has the record. Each node holds all of it in memory and reads it
// anew each second ([Store.Run]), so that desks and terminals go on while
// PostgreSQL is away, and a disabled account or revoked token is out within a
// second. Tries to sign in are counted in Redis, for all nodes together.
//
// Package web asks it who is there and decides what they may do; the commands
// "wartefrei user" and "wartefrei token" write. Nothing here names a citizen.
package pgaccounts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/booking"
)

// Roles. A token has one as an account has; only a token is a terminal.
const (
	Clerk         = "clerk"
	Manager       = "manager"
	Administrator = "administrator"
	Terminal      = "terminal"
)

// Account is somebody of the staff.
type Account struct {
	ID      string
	Name    string // to sign in with: small letters, digits and . _ @ -
	Role    string // Clerk, Manager or Administrator
	Offices []booking.OfficeID
	Active  bool
	// Initial is until when a password that a command made may be used to sign
	// in and to choose another; zero once the person chose their own.
	Initial time.Time
	// Generation counts disablings and new passwords: a session that began
	// under an older one is over.
	Generation int
	Created    time.Time
}

// Holder is who has a token.
type Holder struct {
	ID      string
	Role    string
	Name    string // what it is for: "terminal at the entrance"
	Offices []booking.OfficeID
	House   booking.HouseID // of a terminal
	Created time.Time
	Revoked time.Time // zero: it is good
}

// Refusals of this package.
var (
	ErrRefused     = errors.New("name or password is wrong") // also: disabled, or the initial password is too old
	ErrThrottled   = errors.New("too many tries to sign in")
	ErrPassword    = errors.New("password is too short, too long or too easy to guess")
	ErrName        = errors.New("name must have 2 to 64 small letters, digits or . _ @ -")
	ErrTokenName   = errors.New("name of a token must have 1 to 400 characters, not spaces alone and no control characters")
	ErrRole        = errors.New("role is not known, the roles are clerk, manager and administrator, for tokens also terminal")
	ErrScope       = errors.New("offices or house do not fit the role: clerks and managers need offices, terminals a house, administrators none")
	ErrOfficeTwice = errors.New("an office is named twice")
	ErrExists      = errors.New("name is taken")
	ErrUnknown     = errors.New("no such account or token")
)

// Store is the accounts and tokens of an installation.
type Store struct {
	pool   *pgxpool.Pool
	tries  *redis_rate.Limiter
	known  atomic.Pointer[known]
	hashes chan struct{} // bounds the memory that hashing takes
}

// known is what a node holds in memory. It is never changed, only replaced.
type known struct {
	byID   map[string]account
	byName map[string]account
	tokens map[[sha256.Size]byte]Holder
}

type account struct {
	Account
	password string
}

// New reads accounts and tokens from PostgreSQL.
func New(ctx context.Context, pool *pgxpool.Pool, rdb redis.UniversalClient) (*Store, error) {
	s := &Store{pool: pool, tries: redis_rate.NewLimiter(rdb), hashes: make(chan struct{}, 4)}
	return s, s.Refresh(ctx)
}

// Run reads accounts and tokens anew each second until ctx ends. While
// PostgreSQL is away what was read last stays in force.
func (s *Store) Run(ctx context.Context, log *slog.Logger) {
	each := time.NewTicker(time.Second)
	defer each.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
		err := s.Refresh(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			log.Warn("accounts are not read anew", "err", err)
		}
		failing = err != nil
	}
}

// Refresh reads accounts and tokens anew.
func (s *Store) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	accounts, err := s.readAccounts(ctx)
	if err != nil {
		return err
	}
	tokens, err := s.readTokens(ctx)
	if err != nil {
		return err
	}
	k := &known{map[string]account{}, map[string]account{}, tokens}
	for _, a := range accounts {
		k.byID[a.ID], k.byName[a.Name] = a, a
	}
	s.known.Store(k)
	return nil
}

// Account finds an account by its id, disabled ones too.
func (s *Store) Account(id string) (Account, bool) {
	a, ok := s.known.Load().byID[id]
	return a.Account, ok
}

// ByName finds an account by the name to sign in with, disabled ones too.
func (s *Store) ByName(name string) (Account, bool) {
	a, ok := s.known.Load().byName[name]
	return a.Account, ok
}

// Token finds who has a token that is good.
func (s *Store) Token(secret string) (Holder, bool) {
	h, ok := s.known.Load().tokens[sha256.Sum256([]byte(secret))]
	return h, ok && h.Revoked.IsZero()
}

const readAccounts = `-- name: ReadAccounts
	SELECT id::text, name, role, offices, active, initial, generation, created, password FROM account ORDER BY name`

func (s *Store) readAccounts(ctx context.Context) ([]account, error) {
	rows, err := s.pool.Query(ctx, readAccounts)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (account, error) {
		var a account
		var initial *time.Time
		err := row.Scan(&a.ID, &a.Name, &a.Role, &a.Offices, &a.Active, &initial, &a.Generation, &a.Created, &a.password)
		if initial != nil {
			a.Initial = *initial
		}
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return accounts, nil
}
