package web

import (
	"errors"
	"net/http"

	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// passwordForm is what the page for a new password shows.
type passwordForm struct {
	Initial bool // the old one was made by a command
	Refused bool // the old one was wrong
	Weak    bool // the new one is too easy
	Least   int  // characters
}

// signedIn is the account of the session. A token has no password.
func (s *Server) signedIn(r *http.Request) (pgaccounts.Account, error) {
	v := visiting(r)
	account, ok := s.Accounts.Account(v.Account)
	switch {
	case v.Role == "":
		return account, errSignIn
	case !ok:
		return account, errForbidden
	}
	return account, nil
}

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request) error {
	account, err := s.signedIn(r)
	if err != nil {
		return err
	}
	return s.render(w, r, "password", passwordForm{Initial: !account.Initial.IsZero(), Least: pgaccounts.MinPassword})
}

// choosePassword changes the password of whoever knows the present one. It
// ends the account's sessions but this one.
func (s *Server) choosePassword(w http.ResponseWriter, r *http.Request) error {
	account, err := s.signedIn(r)
	if err != nil {
		return err
	}
	form := passwordForm{Initial: !account.Initial.IsZero(), Least: pgaccounts.MinPassword}
	_, err = s.Accounts.SignIn(r.Context(), account.Name, r.PostForm.Get("password"), clientOf(r))
	if err == nil {
		err = s.Accounts.SetPassword(r.Context(), account.ID, r.PostForm.Get("new"), s.City().Name)
	}
	form.Refused, form.Weak = errors.Is(err, pgaccounts.ErrRefused), errors.Is(err, pgaccounts.ErrPassword)
	if form.Refused || form.Weak {
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "password", form)
	}
	if err != nil {
		return err
	}
	account, _ = s.Accounts.Account(account.ID)
	if err := s.enter(r, account); err != nil {
		return err
	}
	http.Redirect(w, r, "/desks", http.StatusSeeOther)
	return nil
}
