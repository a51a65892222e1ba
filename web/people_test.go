package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
	"github.com/wartefrei/wartefrei/web/pgaccounts"
)

// Kinds of people who ask in tests.
const (
	nobody        = "nobody"  // knows no link and no ticket
	citizen       = "citizen" // has a link and a ticket
	terminal      = "terminal"
	otherTerminal = "terminal of another house"
	otherClerk    = "clerk of another office"
	clerk         = "clerk"
	manager       = "manager"
	administrator = "administrator"
)

// people makes a token for everybody who can have one.
func (s *site) people(t *testing.T) map[string]string {
	t.Helper()
	here, there := []booking.OfficeID{"buergerbuero"}, []booking.OfficeID{"standesamt"}
	tokens := map[string]string{}
	for who, holder := range map[string]pgaccounts.Holder{
		terminal:      {Role: pgaccounts.Terminal, House: "fischmarkt"},
		otherTerminal: {Role: pgaccounts.Terminal, House: "hauptstrasse"},
		otherClerk:    {Role: pgaccounts.Clerk, Offices: there},
		clerk:         {Role: pgaccounts.Clerk, Offices: here},
		manager:       {Role: pgaccounts.Manager, Offices: here},
		administrator: {Role: pgaccounts.Administrator},
	} {
		holder.Name = who
		secret, _, err := s.Accounts.AddToken(t.Context(), holder)
		if err != nil {
			t.Fatal(err)
		}
		tokens[who] = secret
	}
	return tokens
}

// asked is a request to the API.
type asked struct {
	method, path string
	body         any // nil for none; []byte as it is
	token        string
	header       map[string]string
}

// ask sends a request without following redirects, and reads the answer.
func (s *site) ask(t *testing.T, a asked) (*http.Response, []byte) {
	t.Helper()
	var body io.Reader
	switch content := a.body.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(content)
	default:
		text, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), a.method, s.URL+a.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", a.method, a.path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, text
}

// visit is an appointment and its ticket, for tests that need one of each.
type visit struct {
	link, id, code, ticket, number string
}

var passport = booking.Wish{Office: "buergerbuero", Services: []booking.Choice{{Service: "reisepass", Persons: 1}}}

// book books a passport today at the first free time and returns its link.
func (s *site) book(t *testing.T) (booking.Appointment, string) {
	t.Helper()
	_, link, err := s.Bookings.Hold(t.Context(), passport, s.free(t), "de", "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Bookings.Confirm(t.Context(), "", link, booking.Contact{Name: "Erika Mustermann", Mail: "erika@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	return a, link
}

// arrive books and checks in.
func (s *site) arriveBooked(t *testing.T, tokens map[string]string) visit {
	t.Helper()
	a, link := s.book(t)
	s.clock.forward(a.Start.Sub(s.Now()) - 5*time.Minute)
	v := visit{link: link, id: string(a.ID), code: s.Bookings.Code(a)}
	response, text := s.ask(t, asked{method: "POST", path: api.Base + "/houses/fischmarkt/checkins", token: tokens[terminal], body: api.NewCheckin{Code: v.code}})
	var answer api.Checkin
	if err := json.Unmarshal(text, &answer); err != nil || response.StatusCode != 200 || answer.Ticket == nil {
		t.Fatalf("check in: %d %s", response.StatusCode, text)
	}
	v.ticket, v.number = answer.Ticket.ID, answer.Ticket.Number
	return v
}

// known waits until this node has heard of a visit in an office, open.
func (s *site) known(t *testing.T, v visit, office string) {
	t.Helper()
	s.eventually(t, func() bool {
		ticket, _, at, err := s.ticketOf(queue.TicketID(v.ticket))
		return err == nil && string(at.ID) == office && ticket.State.Open()
	})
}

// send sends a visit on to another office for a service, and waits until it has arrived.
func (s *site) send(t *testing.T, v visit, tokens map[string]string, from, to, service string) {
	t.Helper()
	if response, text := s.ask(t, asked{method: "POST", path: api.Base + "/offices/" + from + "/tickets/" + v.ticket + "/send", token: tokens[administrator],
		body: api.Send{Office: to, Services: []string{service}}}); response.StatusCode != 200 {
		t.Fatalf("send to %s: %d %s", to, response.StatusCode, text)
	}
	s.known(t, v, to)
}
