package redisqueue_test

import (
	"testing"

	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/pgjournal"
	"github.com/wartefrei/wartefrei/queue/queuetest"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

func TestLine(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, func(t *testing.T) queue.Line { return redisqueue.New(redistest.New(t), record(t)) })
}

// record is a journal of the test's own, for all its nodes.
func record(t testing.TB) *pgjournal.Journal { return pgjournal.New(pgtest.New(t)) }
