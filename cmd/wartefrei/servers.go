package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wartefrei/wartefrei/booking/pg/pgserver"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// servers are the demonstration's own PostgreSQL and Redis: children of ours
// that never outlive us (booking/pg/child), and are started again if one dies.
type servers struct {
	postgres *pgserver.Server
	redis    *redisserver.Server
	folder   string
	log      *slog.Logger
	end      context.CancelFunc // of the watching
	watching sync.WaitGroup
}

// startServers starts both below a folder and returns when they answer.
func startServers(ctx context.Context, folder string, log *slog.Logger) (*servers, error) {
	if err := roomIn(folder); err != nil {
		return nil, err
	}
	s := &servers{folder: folder, log: log}
	starting, ctx := errgroup.WithContext(ctx)
	starting.Go(func() (err error) {
		s.postgres, err = pgserver.Start(ctx, pgserver.Config{Folder: filepath.Join(folder, "postgres")})
		return err
	})
	starting.Go(func() (err error) {
		s.redis, err = redisserver.Start(ctx, redisserver.Config{Folder: filepath.Join(folder, "redis")})
		return err
	})
	if err := starting.Wait(); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	watching, end := context.WithCancel(context.WithoutCancel(ctx))
	s.end = end
	s.watching.Go(func() { s.watch(watching, "PostgreSQL", s.postgres) })
	s.watching.Go(func() { s.watch(watching, "Redis", s.redis) })
	return s, nil
}

// leastRoom is what both need to start and to end in peace. With less they fail
// here and there, and say so in many words or none.
const leastRoom = 16 << 20

// roomIn refuses with ENOSPC a folder whose disk is as good as full.
func roomIn(folder string) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return nil // who uses the folder says what is wrong
	}
	if disk.Bavail*uint64(disk.Bsize) < leastRoom {
		return fmt.Errorf("%s: %w", folder, syscall.ENOSPC)
	}
	return nil
}

// server is PostgreSQL or Redis.
type server interface {
	Done() <-chan struct{}
	Restart(ctx context.Context) error
}

// watch starts a server again whenever it has ended, until ctx ends.
func (s *servers) watch(ctx context.Context, name string, server server) {
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-server.Done():
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		s.log.Warn("server has ended, starting it again", "server", name)
		wait = 0
		if err := server.Restart(ctx); err != nil {
			wait = 2 * time.Second
			if full := roomIn(s.folder); full != nil {
				err = errors.New("the disk is full: make room, then it starts by itself; nothing is lost")
			}
			s.log.Error("server does not start", "server", name, "err", err)
		}
	}
}

// stop ends both and waits for them, 15 s at most each.
func (s *servers) stop() error {
	if s.end != nil {
		s.end()
		s.watching.Wait()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	var redis, postgres error
	if s.redis != nil {
		redis = s.redis.Stop(ctx)
	}
	if s.postgres != nil {
		postgres = s.postgres.Stop(ctx)
	}
	return errors.Join(redis, postgres)
}
