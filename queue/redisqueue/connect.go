package redisqueue

import (
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// callTimeout is how long one call to Redis may take. A command is repeated
// after that, so it bounds one try, not an answer.
const callTimeout = 2 * time.Second

// settings are those of a client, unless its URL has others. The queue repeats
// by itself. A connection waits while Redis writes its file, and those that
// wait at once share the writing: so there are many.
var settings = map[string]string{
	"dial_timeout": "1s", "read_timeout": "2s", "write_timeout": "2s", "max_retries": "-1", "pool_size": "64",
}

// Connect returns a client for the servers that a URL names; it does not wait
// for them. The queue needs a client like this, which obeys the deadline of a
// context.
//
//	redis://host:6379/0, rediss://…, unix:///run/redis.sock?db=0   one server
//	redis-sentinel://host:26379/0?master_name=queue&addr=other:26379
//	redis-cluster://host:6379?addr=other:6379
func Connect(address string) (redis.UniversalClient, error) {
	client, err := connect(address)
	if err != nil {
		return nil, fmt.Errorf("read the URL of Redis: %w", err)
	}
	return client, nil
}

func connect(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	query := u.Query()
	for name, value := range settings {
		if !query.Has(name) {
			query.Set(name, value)
		}
	}
	u.RawQuery = query.Encode()
	switch scheme := u.Scheme; scheme {
	case "redis-cluster":
		u.Scheme = "redis"
		o, err := redis.ParseClusterURL(u.String())
		if err != nil {
			return nil, err
		}
		o.ContextTimeoutEnabled = true
		return redis.NewClusterClient(o), nil
	case "redis-sentinel":
		u.Scheme = "redis"
		o, err := redis.ParseFailoverURL(u.String())
		if err != nil {
			return nil, err
		}
		o.ContextTimeoutEnabled = true
		return redis.NewFailoverClient(o), nil
	default:
		o, err := redis.ParseURL(u.String())
		if err != nil {
			return nil, err
		}
		o.ContextTimeoutEnabled = true
		return redis.NewClient(o), nil
	}
}
