package redisqueue_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://host:6379/2":         "*redis.Client",
		"unix:///run/redis.sock?db=3": "*redis.Client",
		"redis-sentinel://host:26379/0?master_name=queue&addr=other:26379": "*redis.Client",
		"redis-cluster://host:6379?addr=other:6379":                        "*redis.ClusterClient",
	} {
		rdb, err := redisqueue.Connect(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := fmt.Sprintf("%T", rdb); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
		rdb.Close()
	}
	for _, url := range []string{"", "http://host", "redis://host/x"} {
		if _, err := redisqueue.Connect(url); err == nil {
			t.Errorf("%q was accepted", url)
		}
	}
}

func TestConnectSettings(t *testing.T) {
	t.Parallel()
	rdb, err := redisqueue.Connect("unix:///run/redis.sock?db=3&read_timeout=5s")
	if err != nil {
		t.Fatal(err)
	}
	defer rdb.Close()
	o := rdb.(*redis.Client).Options()
	if o.DB != 3 || o.ReadTimeout != 5*time.Second || o.WriteTimeout != 2*time.Second || o.MaxRetries > 0 || !o.ContextTimeoutEnabled {
		t.Errorf("options: %+v", o)
	}
}
