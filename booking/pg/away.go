package pg

import (
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// unable are PostgreSQL's words, or how they begin, for what has nothing to do with
// what was asked (https://www.postgresql.org/docs/15/errcodes-appendix.html): it writes
// nothing (25006: a replica, or a full disk at some providers); disk, memory or
// connections are used up (53); it shuts down, crashed, or is starting (57P01 to
// 57P03); its disk fails (58).
var unable = []string{"25006", "53", "57P01", "57P02", "57P03", "58"}

// Away says whether an error means that the server does not answer, or can do
// nothing of the kind now: not that it refuses.
func Away(err error) bool {
	var connecting *pgconn.ConnectError
	var said *pgconn.PgError
	return errors.As(err, &connecting) ||
		errors.As(err, &said) && slices.ContainsFunc(unable, func(begin string) bool { return strings.HasPrefix(said.Code, begin) })
}
