package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/texts"
)

// contactPage is where a citizen says who they are (appointment-details), and
// checks everything before it is booked (appointment-review). What was filled
// in travels in hidden fields: it lies nowhere before the citizen confirms.
type contactPage struct {
	Appointment booking.Appointment
	Office      *booking.Office
	Path        string // of the appointment
	Sum         sum
	Form        contactForm
	Wrong       []wrongField // in the order of the page
	Left        int          // seconds until the hold ends
	Extended    bool         // just now
	Fields      []field      // the wish: so that the way leads on even when the hold is gone
	Step        string       // "details" or "review"
	Again       *again
}

// again is a page that answers a form: what asks for it once more, in another
// language.
type again struct {
	Action string
	Fields []field
}

// wrongField is a mistake in the form.
type wrongField struct {
	Name string // of the field that the summary leads to
	What string // "name", "mail", "phone", "reach"
	Text string
}

// contactForm is what was typed. It hides itself like booking.Contact.
type contactForm struct{ booking.Contact }

// Error is what is wrong about a field, "" if nothing is.
func (p contactPage) Error(what string) string {
	for _, wrong := range p.Wrong {
		if wrong.What == what {
			return wrong.Text
		}
	}
	return ""
}

func contactOf(form url.Values) contactForm {
	return contactForm{booking.Contact{
		Name:  strings.Join(strings.Fields(form.Get("name")), " "),
		Mail:  strings.TrimSpace(form.Get("mail")),
		Phone: strings.TrimSpace(form.Get("phone")),
	}}
}

// wrongFields says all that is wrong. Validate names only the first mistake, so
// each is put right in turn.
func wrongFields(c booking.Contact, l *texts.Language) []wrongField {
	var wrong []wrongField
	for {
		var e booking.ContactError
		if _, err := c.Validate(); !errors.As(err, &e) {
			return wrong
		}
		field := wrongField{e.Field, e.Field, l.T("booking.wrong-" + e.Field)}
		switch e.Field {
		case "name":
			c.Name = "x"
		case "phone":
			c.Phone = "+49115115"
		case "mail":
			c.Mail = "x@x.example"
		case "reach":
			c.Mail, field.Name = "x@x.example", "mail"
		}
		wrong = append(wrong, field)
	}
}

func (s *Server) askContact(w http.ResponseWriter, r *http.Request) error {
	page, done, err := s.held(w, r, r.URL.Query())
	if err != nil || done {
		return err
	}
	return s.showStep(w, r, page, "details")
}

// reviewContact shows everything once more; or the form again, when something
// is wrong or the citizen wants to change it.
func (s *Server) reviewContact(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if tag := r.URL.Query().Get("lang"); tag != "" {
		keepLanguage(w, r, tag)
	}
	page, done, err := s.held(w, r, r.PostForm)
	if err != nil || done {
		return err
	}
	page.Form = contactOf(r.PostForm)
	return s.showStep(w, r, page, r.PostForm.Get("step"))
}

// extendHold keeps the time for longer, as often as the citizen asks (WCAG
// 2.2.1), and shows the step that they are at with all they have filled in.
func (s *Server) extendHold(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	page, done, err := s.held(w, r, r.PostForm)
	if err != nil || done {
		return err
	}
	extended, err := s.Bookings.Extend(r.Context(), requestID(r), param(r, "link"))
	if err != nil {
		return s.holdEnded(w, r, err, page.Appointment, r.PostForm)
	}
	page.setAppointment(extended, s.Now())
	page.Extended, page.Form = true, contactOf(r.PostForm)
	return s.showStep(w, r, page, r.PostForm.Get("step"))
}

// showStep shows the form if that is asked for or something is wrong, else the review.
func (s *Server) showStep(w http.ResponseWriter, r *http.Request, page contactPage, step string) error {
	page.Step = "details"
	if r.Method == http.MethodPost {
		page.Again = &again{page.Path + "/review", append(page.Fields, field{"step", step},
			field{"name", page.Form.Name}, field{"mail", page.Form.Mail}, field{"phone", page.Form.Phone})}
	}
	if step == "details" {
		return s.render(w, r, "appointment-details", page)
	}
	if page.Wrong = wrongFields(page.Form.Contact, lang(r)); len(page.Wrong) > 0 {
		return s.renderStatus(w, r, http.StatusUnprocessableEntity, "appointment-details", page)
	}
	page.Step = "review"
	return s.render(w, r, "appointment-review", page)
}

func (s *Server) confirmAppointment(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	page, done, err := s.held(w, r, r.PostForm)
	if err != nil || done { // confirmed twice: led on to the appointment
		return err
	}
	page.Form = contactOf(r.PostForm)
	if len(wrongFields(page.Form.Contact, lang(r))) > 0 { // a step was skipped
		return s.showStep(w, r, page, "review")
	}
	if _, err := s.Bookings.Confirm(r.Context(), requestID(r), param(r, "link"), page.Form.Contact); err != nil {
		return s.holdEnded(w, r, err, page.Appointment, r.PostForm)
	}
	forgetHold(w, r)
	http.Redirect(w, r, page.Path, http.StatusSeeOther)
	return nil
}

// releaseHold gives the time back, and leads to the others.
func (s *Server) releaseHold(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	page, done, err := s.held(w, r, r.PostForm)
	if err != nil || done {
		return err
	}
	if err := s.Bookings.Release(r.Context(), param(r, "link")); err != nil {
		return err
	}
	forgetHold(w, r)
	s.leadToTimes(w, r, page.Appointment, "")
	return nil
}

// held is the page of the hold that the path names. done says that the citizen
// was led on instead: to the appointment if it is no longer a hold, or to the
// times, with the same wish, if the hold has ended.
func (s *Server) held(w http.ResponseWriter, r *http.Request, form url.Values) (page contactPage, done bool, err error) {
	a, err := s.Bookings.ByLink(r.Context(), param(r, "link"))
	switch {
	case err != nil:
		return page, true, s.holdEnded(w, r, err, a, form)
	case a.State != booking.Held:
		http.Redirect(w, r, appointmentPath(r), http.StatusSeeOther)
		return page, true, nil
	case !s.Now().Before(a.Expires):
		return page, true, s.holdEnded(w, r, booking.ErrHoldExpired, a, form)
	}
	office, ok := s.City().Office(a.Office)
	if !ok {
		return page, true, booking.ErrOfficeUnknown
	}
	page = contactPage{Office: office, Path: appointmentPath(r), Sum: sumOf(office, a), Fields: append(fieldsOf(wishValues(a.Choices)), field{"office", string(a.Office)})}
	page.setAppointment(a, s.Now())
	return page, false, nil
}

func (p *contactPage) setAppointment(a booking.Appointment, now time.Time) {
	p.Appointment = a
	p.Left = int(a.Expires.Sub(now).Seconds())
}

// holdEnded leads a citizen whose hold ended back to the times, with the wish
// of the hold; or with that of the form, when the hold's time went to somebody
// else and it is gone. Other errors it returns.
func (s *Server) holdEnded(w http.ResponseWriter, r *http.Request, err error, a booking.Appointment, form url.Values) error {
	switch {
	case errors.Is(err, booking.ErrHoldExpired) && a.Office != "":
	case errors.Is(err, booking.ErrHoldExpired), errors.Is(err, booking.ErrUnknown):
		office, ok := s.City().Office(booking.OfficeID(form.Get("office")))
		if !ok {
			return err
		}
		wish, wrong := wishOf(office, form)
		if wrong != nil {
			return err
		}
		a = booking.Appointment{Office: office.ID, Choices: wish.Services}
	default:
		return err
	}
	forgetHold(w, r)
	s.leadToTimes(w, r, a, "hold-expired")
	return nil
}

// leadToTimes leads to the times of an appointment's wish and day.
func (s *Server) leadToTimes(w http.ResponseWriter, r *http.Request, a booking.Appointment, told string) {
	day := ""
	if !a.Start.IsZero() {
		day = string(s.City().Day(a.Start))
	}
	http.Redirect(w, r, "/booking/"+url.PathEscape(string(a.Office))+"/times?"+
		with(wishValues(a.Choices), "day", day, "told", told), http.StatusSeeOther)
}

func (s *Server) backToAppointment(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, appointmentPath(r), http.StatusSeeOther)
	return nil
}

// appointmentPath is the path of the appointment that the route's path names.
func appointmentPath(r *http.Request) string {
	return "/appointments/" + url.PathEscape(param(r, "link"))
}
