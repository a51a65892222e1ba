package play

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/checkin"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/web/api"
)

// Site is a Town on a running server: everything goes over its API, as other
// programs' requests do, and the server alone says what time it is.
type Site struct {
	URL    string // "http://127.0.0.1:8080"
	Token  string // an administrator's; empty for Clock alone
	Client *http.Client
	City   *booking.City // see ReadCity
}

// Problem is a server's refusal.
type Problem struct{ api.Problem }

func (p Problem) Error() string { return strings.TrimSpace(p.Title + " " + p.Detail) }

// refusal says whether the state of things is against it, such as a desk that
// is closed by now; then nothing is wrong with who asks.
func (p Problem) refusal() bool {
	return p.Status == http.StatusConflict || p.Status == http.StatusGone || p.Status == http.StatusUnprocessableEntity
}

// Forbidden says whether a server refused the token.
func Forbidden(err error) bool {
	var p Problem
	return errors.As(err, &p) && (p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden)
}

// Clock is the server's office clock.
func (s *Site) Clock(ctx context.Context) (clock api.Clock, err error) {
	return clock, s.get(ctx, "/clock", &clock)
}

// ReadCity reads the city that the server has.
func (s *Site) ReadCity(ctx context.Context) error {
	var file json.RawMessage
	if err := s.get(ctx, "/city", &file); err != nil {
		return err
	}
	city, err := booking.ParseCity(file)
	s.City = &city
	return err
}

// Pace makes a demonstration's clock run so many times as fast as life, by the
// form of its start page. With others its own people stand back.
func (s *Site) Pace(ctx context.Context, speed float64, others bool) error {
	form := url.Values{"speed": {strconv.FormatFloat(speed, 'f', -1, 64)}}
	if others {
		form.Set("people", "others")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/demo/play", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(r, nil)
}

// Appointments is that of Town.
func (s *Site) Appointments(ctx context.Context, office booking.OfficeID, day booking.Day) ([]booking.Appointment, error) {
	var answer []api.Appointment
	if err := s.get(ctx, "/offices/"+string(office)+"/appointments?day="+string(day), &answer); err != nil {
		return nil, err
	}
	var out []booking.Appointment
	for _, a := range answer {
		b := booking.Appointment{ID: booking.AppointmentID(a.ID), Office: office, State: booking.AppointmentState(a.State), Start: a.Start, End: a.End}
		for _, c := range a.Services {
			b.Choices = append(b.Choices, booking.Choice{Service: booking.ServiceID(c.Service), Persons: c.Persons})
		}
		out = append(out, b)
	}
	return out, nil
}

// State is that of Town, as far as players look at it.
func (s *Site) State(ctx context.Context, office booking.OfficeID) (*queue.Office, error) {
	var answer api.Queue
	if err := s.get(ctx, "/offices/"+string(office)+"/queue", &answer); err != nil {
		return nil, err
	}
	state := &queue.Office{ID: queue.OfficeID(office), Epoch: answer.Epoch, Version: answer.Version, At: ms(answer.At), Day: answer.Day,
		Desks: map[queue.DeskID]queue.Desk{}}
	for _, t := range answer.Tickets {
		state.Tickets = state.Tickets.With(ticket(t))
	}
	for _, d := range answer.Desks {
		state.Desks[queue.DeskID(d.ID)] = queue.Desk{ID: queue.DeskID(d.ID), State: queue.DeskState(d.State), Serves: services(d.Serves),
			Ticket: queue.TicketID(d.Ticket), Since: ms(d.Since)}
	}
	return state, nil
}

func ticket(t api.Ticket) queue.Ticket {
	out := queue.Ticket{ID: queue.TicketID(t.ID), Number: t.Number, Seq: t.Seq, Class: queue.Class(t.Class), Services: services(t.Services),
		Persons: t.Persons, State: queue.State(t.State), Aside: t.Aside, Joins: ms(t.Joins), Due: ms(t.Due), Desk: queue.DeskID(t.Desk), Calls: t.Calls,
		Slot: ms(t.Slot), Arrived: ms(t.Arrived), FirstCallAt: ms(t.FirstCallAt), CalledAt: ms(t.CalledAt), ServedAt: ms(t.ServedAt),
		MissedAt: ms(t.MissedAt), ParkedAt: ms(t.ParkedAt), EndedAt: ms(t.EndedAt), From: queue.TicketID(t.From)}
	if t.SentFrom != "" {
		out.SentFrom = &queue.Passage{Office: queue.OfficeID(t.SentFrom)}
	}
	return out
}

// ms is an instant as the queue has it; never is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func services(ids []string) []queue.ServiceID {
	out := make([]queue.ServiceID, len(ids))
	for i, id := range ids {
		out[i] = queue.ServiceID(id)
	}
	return out
}

// CheckIn is that of Town.
func (s *Site) CheckIn(ctx context.Context, act Act, a booking.Appointment) (bool, error) {
	office, ok := s.City.Office(act.Office)
	if !ok {
		return false, booking.ErrOfficeUnknown
	}
	var answer api.Checkin
	err := s.post(ctx, act, "/houses/"+string(office.House)+"/checkins", api.NewCheckin{Appointment: string(a.ID)}, &answer)
	return answer.Outcome == string(checkin.Welcome), err
}

// LetIn is that of Town.
func (s *Site) LetIn(ctx context.Context, act Act, services []booking.ServiceID, class queue.Class, reason string) error {
	body := api.NewTicket{Class: string(class), Reason: reason}
	for _, id := range services {
		body.Services = append(body.Services, api.Choice{Service: string(id), Persons: 1})
	}
	return s.post(ctx, act, "/offices/"+string(act.Office)+"/tickets", body, nil)
}

// Invented is that of Town: on a demonstration that is played from outside, everybody is.
func (s *Site) Invented(queue.Ticket) bool { return true }

// Do is that of Town. It returns no event: what has changed is to be read.
func (s *Site) Do(ctx context.Context, act Act, c queue.Command) (queue.Event, error) {
	at, body := told(c)
	return queue.Event{}, s.post(ctx, act, "/offices/"+string(act.Office)+at+"/"+c.Kind(), body, nil)
}

// told is what a command says, and to which desk or of which ticket of its office.
func told(c queue.Command) (path string, body any) {
	if path, body = onDesk(c); path == "" {
		path, body = onTicket(c)
	}
	return path, body
}

// onDesk is what a command says to a desk; "" of any other command.
func onDesk(c queue.Command) (path string, body any) {
	at := func(desk queue.DeskID) string { return "/desks/" + string(desk) }
	switch c := c.(type) {
	case queue.OpenDesk:
		return at(c.Desk), api.Open{Serves: plain(c.Serves)}
	case queue.CloseDesk:
		return at(c.Desk), api.Nothing{}
	case queue.CallNext:
		return at(c.Desk), api.Nothing{}
	case queue.CallThis:
		return at(c.Desk), api.CallThis{Ticket: string(c.Ticket), Reason: c.Reason}
	case queue.Recall:
		return at(c.Desk), api.AtDesk{}
	case queue.NoShow:
		return at(c.Desk), api.AtDesk{}
	case queue.Came:
		return at(c.Desk), api.AtDesk{}
	case queue.Finish:
		return at(c.Desk), api.Finish{Done: plain(c.Done)}
	case queue.FinishAndCallNext:
		return at(c.Desk), api.Finish{Done: plain(c.Done)}
	case queue.Park:
		return at(c.Desk), api.AtDesk{}
	}
	return "", nil
}

// onTicket is what a command says of a ticket.
func onTicket(c queue.Command) (path string, body any) {
	of := func(t queue.TicketID) string { return "/tickets/" + string(t) }
	switch c := c.(type) {
	case queue.Transfer:
		return of(c.Ticket), api.Transfer{Services: plain(c.Services)}
	case queue.Send:
		return of(c.Ticket), api.Send{Office: string(c.Office), Services: plain(c.Services)}
	case queue.BringBack:
		return of(c.Ticket), api.BringBack{Desk: string(c.Desk)}
	case queue.Split:
		return of(c.Ticket), api.Split{Services: plain(c.Services), Persons: c.Persons}
	case queue.Merge:
		return of(c.Ticket), api.Merge{Into: string(c.Into)}
	case queue.StepAside:
		return of(c.Ticket), api.Nothing{}
	case queue.Here:
		return of(c.Ticket), api.Nothing{}
	case queue.Leave:
		return of(c.Ticket), api.Nothing{}
	}
	panic("players do not " + c.Kind()) // see scene.clerk and scene.visitor
}

func plain(ids []queue.ServiceID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

func (s *Site) get(ctx context.Context, path string, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+api.Base+path, nil)
	if err != nil {
		return err
	}
	return s.send(r, answer)
}

func (s *Site) post(ctx context.Context, act Act, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+api.Base+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", act.ID)
	return s.send(r, answer)
}

// longestAnswer is more than the busiest office's day needs.
const longestAnswer = 64 << 20

// send sends a request and reads the answer, or the problem.
func (s *Site) send(r *http.Request, answer any) error {
	if s.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.Token)
	}
	r.Header.Set("Accept-Language", "en")
	response, err := s.Client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		p := Problem{api.Problem{Title: response.Status, Status: response.StatusCode}}
		_ = json.Unmarshal(body, &p.Problem) // whatever stands before the server may answer otherwise
		return p
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("%s does not answer as Wartefrei does: %w", r.URL.Host, err)
	}
	return nil
}
