// Package redissession keeps the sessions of signed-in people and set-up
// terminals in Redis, so that every node knows them: a [Store] for
// scs.SessionManager, on one server, Sentinel or a cluster.
//
// A session's token is its key's name only as a hash: who reads a list of keys
// cannot take a session over.
package redissession

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Store is an scs.CtxStore.
type Store struct {
	Redis redis.UniversalClient // required
}

// keyOf is the key of a session.
func keyOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "session:" + hex.EncodeToString(sum[:])
}

// FindCtx reads a session; found is false if there is none or none any more.
func (s Store) FindCtx(ctx context.Context, token string) (content []byte, found bool, err error) {
	content, err = s.Redis.Get(ctx, keyOf(token)).Bytes()
	switch {
	case errors.Is(err, redis.Nil):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("read a session: %w", err)
	}
	return content, true, nil
}

// CommitCtx writes a session, which ends at expiry by itself.
func (s Store) CommitCtx(ctx context.Context, token string, content []byte, expiry time.Time) error {
	if err := s.Redis.Set(ctx, keyOf(token), content, max(time.Until(expiry), time.Millisecond)).Err(); err != nil {
		return fmt.Errorf("write a session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session. To end it again changes nothing.
func (s Store) DeleteCtx(ctx context.Context, token string) error {
	if err := s.Redis.Del(ctx, keyOf(token)).Err(); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find, Commit and Delete are for callers without a context; scs has one.
func (s Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s Store) Commit(token string, content []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, content, expiry)
}

// Delete is DeleteCtx.
func (s Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
