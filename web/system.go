package web

import (
	"io"
	"net/http"
	"net/url"

	"github.com/wartefrei/wartefrei/web/look"
)

// systemRoutes are for machines: health, metrics, stylesheets.
func (s *Server) systemRoutes() []route {
	routes := []route{
		{"GET", "/healthz", anyone, s.health},
		{"GET", "/readyz", anyone, s.ready},
		{"GET", "/look/*file", anyone, s.look},
		{"POST", "/language", anyone, s.chooseLanguage},
	}
	if s.Metrics != nil {
		routes = append(routes, route{"GET", "/metrics", anyone, s.metrics})
	}
	return routes
}

// health says that the process answers.
func (s *Server) health(w http.ResponseWriter, r *http.Request) error {
	_, err := io.WriteString(w, "ok\n")
	return err
}

// ready says whether the node may get requests.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.Warn("not ready", "err", err)
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return nil
	}
	_, err := io.WriteString(w, "ready\n")
	return err
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	s.Metrics.ServeHTTP(w, r)
	return nil
}

func (s *Server) look(w http.ResponseWriter, r *http.Request) error {
	http.StripPrefix("/look", look.Handler()).ServeHTTP(w, r)
	return nil
}

// chooseLanguage keeps the language that somebody chose and goes back to their page.
func (s *Server) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	keepLanguage(w, r, r.PostForm.Get("lang"))
	http.Redirect(w, r, withoutLang(localPath(r.PostForm.Get("back"))), http.StatusSeeOther)
	return nil
}

// withoutLang is a path without the language in its query, which would undo a choice.
func withoutLang(path string) string {
	u, err := url.Parse(path)
	if err != nil || !u.Query().Has("lang") {
		return path
	}
	query := u.Query()
	query.Del("lang")
	u.RawQuery = query.Encode()
	return u.RequestURI()
}

// keepLanguage lets the browser keep a language.
func keepLanguage(w http.ResponseWriter, r *http.Request, tag string) {
	http.SetCookie(w, languageCookie(r, pick(tag), 365*24*3600))
}

// forgetLanguage lets the browser forget it: its reader is another person.
func forgetLanguage(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, languageCookie(r, "", -1))
}

func languageCookie(r *http.Request, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: langCookie, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure(r)}
}
