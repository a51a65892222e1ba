package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// signInRoutes let clerks, managers and administrators in and out, and make a
// browser a terminal.
func (s *Server) signInRoutes() []route {
	return []route{
		{"GET", "/sign-in", anyone, s.signInPage},
		{"POST", "/sign-in", anyone, s.signIn},
		{"POST", "/sign-out", anyone, s.signOut},
		{"GET", "/password", anyone, s.passwordPage},
		{"POST", "/password", anyone, s.choosePassword},
	}
}

// signInPath leads to the sign-in page and from there to next.
func signInPath(next string) string { return "/sign-in?next=" + url.QueryEscape(next) }

// signInForm is what the sign-in page shows.
type signInForm struct {
	Name    string
	Next    string
	Refused bool // name or password was wrong
}

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "sign-in", signInForm{Next: localPath(r.URL.Query().Get("next"))})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	form := signInForm{Name: r.PostForm.Get("name"), Next: localPath(r.PostForm.Get("next"))}
	account, err := s.Accounts.SignIn(r.Context(), form.Name, r.PostForm.Get("password"), clientOf(r))
	if errors.Is(err, pgaccounts.ErrRefused) {
		form.Refused = true
		return s.renderStatus(w, r, http.StatusUnauthorized, "sign-in", form)
	}
	if err != nil {
		return err
	}
	if err := s.enter(r, account); err != nil {
		return err
	}
	http.Redirect(w, r, form.Next, http.StatusSeeOther)
	return nil
}

// enter makes the session that of an account.
func (s *Server) enter(r *http.Request, account pgaccounts.Account) error {
	if err := s.Sessions.RenewToken(r.Context()); err != nil { // a new id, so that none from before can be used
		return err
	}
	s.Sessions.Put(r.Context(), sessionAccount, account.ID)
	s.Sessions.Put(r.Context(), sessionGeneration, account.Generation)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Sessions.Destroy(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}
