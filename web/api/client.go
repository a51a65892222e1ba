package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client asks a server. It is safe for concurrent use.
type Client struct {
	URL   string       // of the server: "https://termin.example"
	Token string       // empty for a citizen
	HTTP  *http.Client // required
}

// Refusal is what a server answers that does not do what it is asked.
type Refusal struct {
	Problem
}

func (r Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Type, r.Title) }

// Code is the last part of the problem's type: "slot-taken".
func (r Refusal) Code() string { return strings.TrimPrefix(r.Type, "/problems/") }

// Get reads what is at a path below Base into answer.
func (c *Client) Get(ctx context.Context, path string, answer any) error {
	_, err := c.try(ctx, http.MethodGet, path, "", nil, answer)
	return err
}

// pause is how long the client waits before it asks again.
const pause = 200 * time.Millisecond

// Post sends body to a path below Base and reads the answer into answer, which
// may be nil. While the outcome is unknown (no answer, or 500 and above) it
// sends the same again under the same key until ctx ends; what was decided is a
// [Refusal] or no error.
func (c *Client) Post(ctx context.Context, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode what is sent to %s: %w", path, err)
	}
	for key := rand.Text(); ; {
		decided, err := c.try(ctx, http.MethodPost, path, key, content, answer)
		if decided {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// try asks once. decided says that asking again would change nothing.
func (c *Client) try(ctx context.Context, method, path, key string, content []byte, answer any) (decided bool, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.URL+Base+path, bytes.NewReader(content))
	if err != nil {
		return true, err
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	switch {
	case err != nil:
		return false, err
	case response.StatusCode >= 400:
		refusal := Refusal{Problem{Status: response.StatusCode, Title: response.Status}}
		json.Unmarshal(text, &refusal.Problem) // what is no problem keeps its status
		return response.StatusCode < 500, refusal
	case answer == nil || len(text) == 0:
		return true, nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return true, fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return true, nil
}
