package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Hash names the content of a command as its client sent it, so that a used
// id with another content is noticed. What the server fills in anew at each
// try (a ticket's id, its due time, the numbers, spans from the settings) is
// left out: the repeat of a join is the same join a second later.
func Hash(c Command) (string, error) {
	switch x := c.(type) {
	case Join:
		x.Ticket.ID, x.Ticket.Due, x.Ticket.Joins, x.Ticket.Area, x.Numbers, x.AtOnceLimit = "", 0, 0, "", Numbers{}, 0
		c = x
	case Split:
		x.New, x.Numbers = "", Numbers{}
		c = x
	case Receive:
		x.Ticket.Number, x.Ticket.Area, x.Numbers, x.OnTheWay = "", "", Numbers{}, false
		c = x
	case NoShow:
		x.NotBefore = 0
		c = x
	case Here:
		x.Window, x.Allowance = 0, 0
		c = x
	}
	content, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("hash a %s: %w", c.Kind(), err)
	}
	sum := sha256.Sum256(append([]byte(c.Kind()+" "), content...))
	return hex.EncodeToString(sum[:16]), nil
}
