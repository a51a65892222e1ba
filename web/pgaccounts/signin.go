package pgaccounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Limits of trying to sign in. A try above a limit is refused unread, and does
// not count itself: nobody is locked out for longer than it takes to get the
// next try, whoever else tries their name.
var (
	// PerName slows down guessing one person's password: 10 at once, then one
	// every 10 seconds.
	PerName = redis_rate.Limit{Rate: 6, Burst: 10, Period: time.Minute}
	// PerClient slows down guessing anybody's. A whole town hall may be one
	// address in the morning: 60 at once, then one every 2 seconds.
	PerClient = redis_rate.Limit{Rate: 30, Burst: 60, Period: time.Minute}
)

// nobody is what a name without account is compared with, so that it takes as
// long as one with.
var nobody = sync.OnceValue(func() string { return hash(drawPassword()) })

// SignIn finds the active account with the name and password. client is where
// the try comes from: an address. It returns ErrRefused or ErrThrottled.
func (s *Store) SignIn(ctx context.Context, name, password, client string) (Account, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, limited := range []struct {
		what, of string
		limit    redis_rate.Limit
	}{{"client", client, PerClient}, {"name", name, PerName}} {
		if err := s.try(ctx, limited.what, limited.of, limited.limit); err != nil {
			return Account{}, err
		}
	}
	if len(password) > 4*MaxPassword {
		return Account{}, ErrRefused
	}
	a, known := s.known.Load().byName[name]
	hashed := a.password
	if !known {
		hashed = nobody()
	}
	right, err := s.compare(ctx, hashed, password)
	if err != nil {
		return Account{}, err
	}
	if !known || !right || !a.Active || !a.Initial.IsZero() && time.Now().After(a.Initial) {
		return Account{}, ErrRefused
	}
	return a.Account, nil
}

// try counts a try. Redis sees a hash: names are nobody's business there.
func (s *Store) try(ctx context.Context, what, of string, limit redis_rate.Limit) error {
	sum := sha256.Sum256([]byte(of))
	result, err := s.tries.Allow(ctx, "sign-in:"+what+":"+hex.EncodeToString(sum[:12]), limit)
	if err != nil {
		return fmt.Errorf("count tries to sign in: %w", err)
	}
	if result.Allowed == 0 {
		return ErrThrottled
	}
	return nil
}

// compare hashes at most a few passwords at once: each takes 19 MiB.
func (s *Store) compare(ctx context.Context, hashed, password string) (bool, error) {
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
		return matches(hashed, password), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
