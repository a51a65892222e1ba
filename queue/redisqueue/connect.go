package redisqueue

import (
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
)

// How long one call to Redis may take. A command is repeated after that, so
// these bound one try, not an answer.
const (
	dialTimeout = time.Second
	callTimeout = 2 * time.Second
)

// Connect returns a client for the servers that a URL names; it does not wait
// for them. The queue needs a client like this: it obeys a context's deadline
// and repeats nothing by itself.
//
//	redis://host:6379/0, rediss://…, unix:///run/redis.sock?db=0   one server
//	redis-sentinel://host:26379/0?master_name=queue&addr=other:26379
//	redis-cluster://host:6379?addr=other:6379
func Connect(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the URL of Redis: %w", err)
	}
	switch u.Scheme {
	case "redis-cluster":
		u.Scheme = "redis"
		o, err := redis.ParseClusterURL(u.String())
		if err != nil {
			return nil, fmt.Errorf("read the URL of Redis: %w", err)
		}
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, callTimeout, callTimeout
		return redis.NewClusterClient(o), nil
	case "redis-sentinel":
		u.Scheme = "redis"
		o, err := redis.ParseFailoverURL(u.String())
		if err != nil {
			return nil, fmt.Errorf("read the URL of Redis: %w", err)
		}
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, callTimeout, callTimeout
		return redis.NewFailoverClient(o), nil
	default:
		o, err := redis.ParseURL(address)
		if err != nil {
			return nil, fmt.Errorf("read the URL of Redis: %w", err)
		}
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout = dialTimeout, callTimeout, callTimeout
		return redis.NewClient(o), nil
	}
}
