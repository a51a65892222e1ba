package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/julienschmidt/httprouter"
)

// route is one way to ask the server for something. The table of all of them
// is what the router, the access test and the OpenAPI test read.
type route struct {
	method string
	path   string // httprouter's pattern; :office and :house bind who may ask, see access.go
	who    who
	handle handler
}

// handler reads, asks the domain, writes; and returns the error, which
// problem.go turns into an answer.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes lists every route. Each kind of person has theirs beside their pages.
func (s *Server) routes() []route {
	return slices.Concat(
		s.systemRoutes(),
		s.signInRoutes(),
		s.demoRoutes(),
		s.citizenRoutes(),
		s.terminalRoutes(),
		s.ticketRoutes(),
		s.screenRoutes(),
		s.clerkRoutes(),
		s.infodeskRoutes(),
		s.managerRoutes(),
		s.apiRoutes(),
		s.galleryRoutes(),
	)
}

func (s *Server) router() http.Handler {
	router := httprouter.New()
	router.HandleMethodNotAllowed = true
	router.RedirectTrailingSlash = false
	router.RedirectFixedPath = false
	router.NotFound = s.handlerFunc(func(http.ResponseWriter, *http.Request) error { return errNotFound })
	router.MethodNotAllowed = s.handlerFunc(func(http.ResponseWriter, *http.Request) error { return errMethod })
	for _, route := range s.routes() {
		router.Handler(route.method, route.path, s.handlerFunc(s.guard(route)))
		if route.method == http.MethodGet { // what watches a site asks so; net/http leaves the body out
			router.Handler(http.MethodHead, route.path, s.handlerFunc(s.guard(route)))
		}
	}
	return router
}

// guard lets in only whom the route is for.
func (s *Server) guard(route route) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		label(r, route.path)
		if err, lost := r.Context().Value(lostSession{}).(error); lost && route.who != anyone {
			return fmt.Errorf("%w: %w", errAway, err)
		}
		v, err := s.visitorOf(r)
		if err != nil {
			return err
		}
		if err := v.may(route.who, param(r, "office"), param(r, "house"), s.City()); err != nil {
			return err
		}
		if v.Initial && route.who != anyone {
			return errPasswordDue
		}
		if route.method == http.MethodPost && !strings.HasPrefix(route.path, "/api/") {
			if err := parseForm(w, r); err != nil { // pages write by forms alone, also those without fields
				return err
			}
		}
		return route.handle(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)))
	}
}

func (s *Server) handlerFunc(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !liveRoute(r.URL.Path) {
			ctx, cancel := context.WithTimeout(r.Context(), maxTime)
			defer cancel()
			r = r.WithContext(ctx)
		}
		if err := h(w, r); err != nil {
			s.problem(w, r, err)
		}
	}
}

// param is a part of the path, by its name in the route.
func param(r *http.Request, name string) string {
	return httprouter.ParamsFromContext(r.Context()).ByName(name)
}

// observed is what the log and the metrics say about a request.
type observed struct {
	http.ResponseWriter
	route  string
	status int
}

type observedKey struct{}

func (o *observed) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observed) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	return o.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection, for WebSockets.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// label names the request's route: its pattern, never its path, which may hold a secret.
func label(r *http.Request, pattern string) {
	if o, ok := r.Context().Value(observedKey{}).(*observed); ok {
		o.route = pattern
	}
}

// observe logs every request by its route and turns a panic into a 500.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		o := &observed{ResponseWriter: w, route: "none"}
		r = r.WithContext(context.WithValue(r.Context(), observedKey{}, o))
		defer func() {
			if p := recover(); p != nil {
				s.Log.Error("panic", "route", o.route, "panic", p)
				if o.status == 0 {
					http.Error(o, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				}
			}
			took := time.Since(start)
			s.Requests.Observe(r.Method, o.route, o.status, took)
			s.Log.Debug("request", "method", r.Method, "route", o.route, "status", o.status, "seconds", took.Seconds())
		}()
		next.ServeHTTP(o, r)
	})
}
