package redisqueue_test

import (
	"testing"

	"github.com/wartefrei/wartefrei/queue"
	"github.com/wartefrei/wartefrei/queue/queuetest"
	"github.com/wartefrei/wartefrei/queue/redisqueue"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redistest"
)

func TestLine(t *testing.T) {
	t.Parallel()
	queuetest.Run(t, func(t *testing.T) queue.Line { return redisqueue.New(redistest.New(t)) })
}
