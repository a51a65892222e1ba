package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/wartefrei/wartefrei/booking/texts"
	"github.com/wartefrei/wartefrei/web/redissession"
)

func (n *node) listen(context.Context) (err error) {
	if n.pages, err = listen("WARTEFREI_LISTEN", n.cfg.Listen); err != nil {
		return err
	}
	n.onClose(func() error { n.pages.Close(); return nil }) // serve has closed it unless a later step failed
	if n.cfg.PublicURL == "" {
		n.cfg.PublicURL = "http://" + n.pages.Addr().String()
	}
	if n.cfg.Metrics == "" {
		return nil
	}
	if n.machines, err = listen("WARTEFREI_METRICS_LISTEN", n.cfg.Metrics); err != nil {
		return err
	}
	n.onClose(func() error { n.machines.Close(); return nil })
	return nil
}

func listen(setting, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	_, port, _ := net.SplitHostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %s is taken: end the program that has it, or set %s to another, such as 127.0.0.1:8081", port, setting)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("port %s is not open to us: set %s to one above 1023", port, setting)
	case err != nil:
		return nil, fmt.Errorf("%s is %s, where this machine cannot listen: %w", setting, address, err)
	}
	return l, nil
}

// serve answers until ctx ends, then finishes what is under way.
func (n *node) serve(ctx context.Context) error {
	pages, err := n.site.Handler()
	if err != nil {
		return err
	}
	serving, ctx := errgroup.WithContext(ctx)
	n.serveOn(ctx, serving, n.pages, pages)
	if n.machines != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", n.metricsHandler())
		n.serveOn(ctx, serving, n.machines, mux)
	}
	serving.Go(func() error {
		<-ctx.Done()
		n.live.Close() // tells live readers to go to another node; Shutdown does not wait for them
		return nil
	})
	n.log.Info("serving", "url", n.cfg.PublicURL, "listen", n.pages.Addr().String())
	if n.cfg.Demo {
		n.welcome(os.Stdout, texts.In(consoleLanguage(os.Getenv)))
	}
	return serving.Wait()
}

// serveOn serves one listener.
func (n *node) serveOn(ctx context.Context, serving *errgroup.Group, l net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      time.Minute, // more than a long poll waits
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelDebug), // broken handshakes of strangers
	}
	serving.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	serving.Go(func() error {
		<-ctx.Done()
		n.ending.Store(true)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.cfg.Grace)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			n.log.Warn("some requests did not finish in time", "grace", n.cfg.Grace)
			return server.Close()
		}
		return nil
	})
}

// ready says what this node lacks to serve. It does not ask PostgreSQL: while
// that is away desks and check-in go on, and no other node has another one.
func (n *node) ready(ctx context.Context) error {
	if n.ending.Load() {
		return errors.New("is ending")
	}
	if n.offices.Checked().IsZero() {
		return errors.New("does not know the offices yet")
	}
	if !n.offices.Ready() {
		return errors.New("does not know yet how far the offices are recorded")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return n.redisAnswers(ctx)
}

// maxSkew is how far a node's clock may be from that of Redis.
const maxSkew = 2 * time.Second

var errClocks = errors.New("the clocks of this machine and of Redis differ")

func (n *node) redisAnswers(ctx context.Context) error {
	asked := time.Now()
	theirs, err := n.redis.Time(ctx).Result()
	if err != nil {
		return err
	}
	if theirs.Before(asked.Add(-maxSkew)) || theirs.After(time.Now().Add(maxSkew)) {
		return fmt.Errorf("%w by %v", errClocks, theirs.Sub(asked).Round(time.Second))
	}
	return nil
}

func (n *node) metricsHandler() http.Handler {
	return promhttp.HandlerFor(n.metrics, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelWarn)})
}

// sessions last a working day; a terminal's are made longer where it is set up.
func (n *node) sessions() *scs.SessionManager {
	s := scs.New()
	s.Store = redissession.Store{Redis: n.redis}
	s.Lifetime, s.IdleTimeout = 12*time.Hour, 30*time.Minute
	s.Cookie.Name = "wartefrei"
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	if strings.HasPrefix(n.cfg.PublicURL, "https://") {
		s.Cookie.Secure, s.Cookie.Name = true, "__Host-wartefrei" // no other host of the domain can set it
	}
	return s
}
