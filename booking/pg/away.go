package pg

import (
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// leaving are PostgreSQL's words for: shut down, crashed, or starting
// (https://www.postgresql.org/docs/15/errcodes-appendix.html, 57P01 to 57P03).
var leaving = []string{"57P01", "57P02", "57P03"}

// Away says whether an error means that the server does not answer, not that it refuses.
func Away(err error) bool {
	var connecting *pgconn.ConnectError
	var said *pgconn.PgError
	return errors.As(err, &connecting) || errors.As(err, &said) && slices.Contains(leaving, said.Code)
}
