package main

import (
	"slices"
	"strings"
	"testing"
)

func environment(pairs ...string) func(string) string {
	set := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		set[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return set[name] }
}

// TestConfig holds each mistake to one sentence that names the setting, and
// no sentence repeats a password.
func TestConfig(t *testing.T) {
	t.Parallel()
	const pg, rd = "postgres://u:geheim@db/w", "redis://:geheim@r:6379/0"
	for _, c := range []struct {
		name string
		env  []string
		want string // in the sentence; empty: no mistake
	}{
		{"servers", []string{"WARTEFREI_POSTGRES_URL", pg, "WARTEFREI_REDIS_URL", rd}, ""},
		{"demonstration", []string{"WARTEFREI_DEMO", "1"}, ""},
		{"nothing", nil, "WARTEFREI_POSTGRES_URL is missing"},
		{"no Redis", []string{"WARTEFREI_POSTGRES_URL", pg}, "WARTEFREI_REDIS_URL is missing"},
		{"no database", []string{"WARTEFREI_REDIS_URL", rd}, "WARTEFREI_POSTGRES_URL is missing"},
		{"demonstration beside a database", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_POSTGRES_URL", pg}, "WARTEFREI_DEMO=1 and WARTEFREI_POSTGRES_URL exclude"},
		{"demonstration beside a Redis", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_REDIS_URL", rd}, "WARTEFREI_DEMO=1 and WARTEFREI_REDIS_URL exclude"},
		{"database's address", []string{"WARTEFREI_POSTGRES_URL", "mysql://u:geheim@db:x/w", "WARTEFREI_REDIS_URL", rd}, "WARTEFREI_POSTGRES_URL is no address"},
		{"Redis's address", []string{"WARTEFREI_POSTGRES_URL", pg, "WARTEFREI_REDIS_URL", "http://:geheim@r"}, "WARTEFREI_REDIS_URL is no address"},
		{"Sentinel", []string{"WARTEFREI_POSTGRES_URL", pg, "WARTEFREI_REDIS_URL", "redis-sentinel://s:26379/0?master_name=queue&addr=t:26379"}, ""},
		{"cluster", []string{"WARTEFREI_POSTGRES_URL", pg, "WARTEFREI_REDIS_URL", "redis-cluster://r:6379?addr=s:6379"}, ""},
		{"socket", []string{"WARTEFREI_POSTGRES_URL", pg, "WARTEFREI_REDIS_URL", "unix:///run/redis.sock"}, ""},
		{"truth", []string{"WARTEFREI_DEMO", "perhaps"}, "WARTEFREI_DEMO is \"perhaps\""},
		{"no port", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_LISTEN", "127.0.0.1"}, "WARTEFREI_LISTEN is"},
		{"port", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_METRICS_LISTEN", "127.0.0.1:99999"}, "WARTEFREI_METRICS_LISTEN is"},
		{"open to others", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_LISTEN", ":8080"}, "WARTEFREI_PUBLIC_URL is missing"},
		{"open, and said", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_LISTEN", ":8080", "WARTEFREI_PUBLIC_URL", "https://termin.example/"}, ""},
		{"with a path", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PUBLIC_URL", "https://stadt.example/termin"}, "WARTEFREI_PUBLIC_URL is no address"},
		{"proxies", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PROXIES", "127.0.0.1, 10.1.0.0/16,fd00::/8,::1"}, ""},
		{"proxy's name", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PROXIES", "10.1.0.0/16, proxy.example"}, "WARTEFREI_PROXIES is"},
		{"proxy's port", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PROXIES", "127.0.0.1:8080"}, "WARTEFREI_PROXIES is"},
		{"proxy's network", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PROXIES", "10.1.0.0/33"}, "WARTEFREI_PROXIES is"},
		{"proxy in two families", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_PROXIES", "::ffff:10.1.0.1"}, "WARTEFREI_PROXIES is"},
		{"grace", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_GRACE", "0s"}, "WARTEFREI_GRACE is \"0s\""},
		{"log", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_LOG", "loud"}, "WARTEFREI_LOG is \"loud\""},
		{"days", []string{"WARTEFREI_DEMO", "1", "WARTEFREI_KEEP_DAYS", "-1"}, "WARTEFREI_KEEP_DAYS is \"-1\""},
	} {
		cfg, err := readConfig(environment(c.env...))
		if err == nil {
			err = cfg.Validate()
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		case err != nil && (strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: not one sentence without a password: %q", c.name, err)
		}
	}
}

// TestProxies: nobody is believed unless listed, and an address is itself alone.
func TestProxies(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][]string{
		"": nil, "10.1.0.7": {"10.1.0.7/32"}, "127.0.0.1, ::1": {"127.0.0.1/32", "::1/128"}, "10.1.0.0/16": {"10.1.0.0/16"},
	} {
		cfg, err := readConfig(environment("WARTEFREI_PROXIES", value))
		var got []string
		for _, p := range cfg.Proxies {
			got = append(got, p.String())
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", value, got, err, want)
		}
	}
}

// TestHelp holds help to the settings and commands that there are.
func TestHelp(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	help(&said)
	for _, s := range new(Config).settings() {
		if !strings.Contains(said.String(), s.name) || s.meaning == "" {
			t.Errorf("help does not explain %s", s.name)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(said.String(), "wartefrei "+c.name) || c.does == "" {
			t.Errorf("help does not explain %s", c.name)
		}
	}
}
