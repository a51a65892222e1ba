package redissession_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
	"github.com/wartefrei/wartefrei/web/redissession"
)

var _ scs.CtxStore = redissession.Store{}

func TestStore(t *testing.T) {
	t.Parallel()
	rdb := redistest.New(t)
	s := redissession.Store{Redis: rdb}
	if _, found, err := s.FindCtx(t.Context(), "token"); found || err != nil {
		t.Fatalf("before: found %v, %v", found, err)
	}
	for _, content := range []string{"one", "two"} {
		if err := s.CommitCtx(t.Context(), "token", []byte(content), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, found, err := s.FindCtx(t.Context(), "token"); string(got) != content || !found || err != nil {
			t.Errorf("found %q %v, %v; want %q", got, found, err, content)
		}
	}
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if strings.Contains(key, "token") {
			t.Errorf("key %q tells the token", key)
		}
		if left := rdb.TTL(t.Context(), key).Val(); left <= 0 || left > time.Hour {
			t.Errorf("session ends in %v, want an hour", left)
		}
	}
	for range 2 {
		if err := s.DeleteCtx(t.Context(), "token"); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := s.FindCtx(t.Context(), "token"); found || err != nil {
		t.Errorf("after the end: found %v, %v", found, err)
	}
}

// TestExpired commits a session whose end has come while it was used.
func TestExpired(t *testing.T) {
	t.Parallel()
	s := redissession.Store{Redis: redistest.New(t)}
	if err := s.CommitCtx(t.Context(), "token", []byte("late"), time.Now().Add(-time.Second)); err != nil {
		t.Errorf("a session that is over is no failure: %v", err)
	}
}
