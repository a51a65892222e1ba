package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wartefrei/wartefrei/queue/redisqueue"
)

// Config is everything that an installation sets, read from the environment.
// What each field means, its variable and its default stand in
// [Config.settings].
type Config struct {
	Postgres  string
	Redis     string
	Replicas  int
	Listen    string
	Metrics   string
	PublicURL string
	Proxies   []netip.Prefix
	Demo      bool
	Data      string
	Grace     time.Duration
	KeepDays  int
	Token     string
	Log       slog.Level
}

// setting is one variable of the environment.
type setting struct {
	name    string
	preset  string
	meaning string // for `wartefrei help` and README
	read    func(value string) error
}

// presetData is where the demonstration keeps its data; see chooseFolder.
const presetData = "data"

// settings lists all there is to set, in the order in which help prints it.
func (c *Config) settings() []setting {
	return []setting{
		{"WARTEFREI_POSTGRES_URL", "", "the database: postgres://user:password@host/name", text(&c.Postgres)},
		{"WARTEFREI_REDIS_URL", "", "the queue's Redis: redis://host:6379/0, rediss://…, unix:///path.sock, " +
			"redis-sentinel://host:26379/0?master_name=queue&addr=other:26379 or redis-cluster://host:6379?addr=other:6379", text(&c.Redis)},
		{"WARTEFREI_LISTEN", "127.0.0.1:8080", "where pages and API are served", text(&c.Listen)},
		{"WARTEFREI_METRICS_LISTEN", "", "where /metrics is served, such as 127.0.0.1:9090; " +
			"empty: in the demonstration with the pages, else nowhere", text(&c.Metrics)},
		{"WARTEFREI_PUBLIC_URL", "", "how citizens reach the pages: https://termin.example; " +
			"empty only while WARTEFREI_LISTEN is open to this machine alone", text(&c.PublicURL)},
		{"WARTEFREI_PROXIES", "", "proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 127.0.0.1, 10.1.0.0/16; " +
			"empty: nobody's", networks(&c.Proxies)},
		{"WARTEFREI_REDIS_REPLICAS", "0", "how many replicas must have what is answered while PostgreSQL is away; without, a failover then may lose it", replicas(&c.Replicas)},
		{"WARTEFREI_DEMO", "0", "1 for the demonstration, with a database, Redis and clock of its own", truth(&c.Demo)},
		{"WARTEFREI_DATA", presetData, "the demonstration's folder", text(&c.Data)},
		{"WARTEFREI_GRACE", "20s", "how long requests under way may take when the program is told to end", span(&c.Grace)},
		{"WARTEFREI_KEEP_DAYS", "7", "how many days after an appointment it is forgotten who had it", days(&c.KeepDays)},
		{"WARTEFREI_TOKEN", "", "an administrator's token, for wartefrei simulate", text(&c.Token)},
		{"WARTEFREI_LOG", "info", "what is logged: debug, info, warn or error", level(&c.Log)},
	}
}

// readConfig reads the environment. getenv is os.Getenv.
func readConfig(getenv func(string) string) (Config, error) {
	var c Config
	for _, s := range c.settings() {
		value := getenv(s.name)
		if value == "" {
			value = s.preset
		}
		if err := s.read(value); err != nil {
			return Config{}, fmt.Errorf("%s is %q: %w", s.name, value, err)
		}
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return c, nil
}

func text(to *string) func(string) error {
	return func(value string) error { *to = value; return nil }
}

func truth(to *bool) func(string) error {
	return func(value string) (err error) {
		if *to, err = strconv.ParseBool(value); err != nil {
			return errors.New("write 1 or 0")
		}
		return nil
	}
}

func span(to *time.Duration) func(string) error {
	return func(value string) (err error) {
		if *to, err = time.ParseDuration(value); err != nil || *to <= 0 {
			return errors.New("write a duration above zero, such as 20s or 1m")
		}
		return nil
	}
}

// networks reads addresses and networks, separated by commas.
func networks(to *[]netip.Prefix) func(string) error {
	return func(value string) error {
		for part := range strings.SplitSeq(value, ",") {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			network, err := netip.ParsePrefix(part)
			if address, alone := netip.ParseAddr(part); alone == nil && address.Zone() == "" {
				network, err = netip.PrefixFrom(address, address.BitLen()), nil
			}
			if err != nil || network.Addr().Is4In6() {
				return errors.New("write addresses or networks, such as 127.0.0.1, 10.1.0.0/16")
			}
			*to = append(*to, network)
		}
		return nil
	}
}

func days(to *int) func(string) error {
	return func(value string) (err error) {
		if *to, err = strconv.Atoi(value); err != nil || *to < 0 || *to > 365 {
			return errors.New("write a number of days, 0 to 365")
		}
		return nil
	}
}

func replicas(to *int) func(string) error {
	return func(value string) (err error) {
		if *to, err = strconv.Atoi(value); err != nil || *to < 0 || *to > 10 {
			return errors.New("write a number of replicas, 0 to 10")
		}
		return nil
	}
}

func level(to *slog.Level) func(string) error {
	return func(value string) error {
		if err := to.UnmarshalText([]byte(value)); err != nil {
			return errors.New("write debug, info, warn or error")
		}
		return nil
	}
}

// Validate says in one sentence what keeps the server from running with this
// configuration, and names the setting. It never repeats a URL: there may be a
// password in it.
func (c *Config) Validate() error {
	for _, validate := range []func() error{c.validateServers, c.validateAddresses, c.validatePublic} {
		if err := validate(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) validateServers() error {
	switch {
	case c.Demo && c.Postgres != "":
		return errors.New("WARTEFREI_DEMO=1 and WARTEFREI_POSTGRES_URL exclude each other: the demonstration moves its clock, so it must not touch a city's database")
	case c.Demo && c.Redis != "":
		return errors.New("WARTEFREI_DEMO=1 and WARTEFREI_REDIS_URL exclude each other: the demonstration moves its clock, so it must not touch a city's queue")
	case c.Demo:
		return nil
	}
	if err := c.validatePostgres(); err != nil {
		return err
	}
	return c.validateRedis()
}

func (c *Config) validateRedis() error {
	if c.Redis == "" {
		return errors.New("WARTEFREI_REDIS_URL is missing: name the queue's Redis, or run wartefrei demo to try things")
	}
	rdb, err := redisqueue.Connect(c.Redis)
	if err != nil {
		return errors.New("WARTEFREI_REDIS_URL is no address of a Redis, such as redis://host:6379/0")
	}
	return rdb.Close()
}

func (c *Config) validatePostgres() error {
	if c.Postgres == "" {
		return errors.New("WARTEFREI_POSTGRES_URL is missing: name the database, or run wartefrei demo to try things")
	}
	if _, err := pgxpool.ParseConfig(c.Postgres); err != nil {
		return errors.New("WARTEFREI_POSTGRES_URL is no address of a database, such as postgres://user:password@host/name")
	}
	return nil
}

func (c *Config) validateAddresses() error {
	for name, address := range map[string]string{"WARTEFREI_LISTEN": c.Listen, "WARTEFREI_METRICS_LISTEN": c.Metrics} {
		if address == "" && address == c.Metrics {
			continue
		}
		_, port, err := net.SplitHostPort(address)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			return fmt.Errorf("%s is %q: write address and port, such as 127.0.0.1:8080", name, address)
		}
	}
	return nil
}

func (c *Config) validatePublic() error {
	if c.PublicURL == "" {
		if local(c.Listen) {
			return nil
		}
		return errors.New("WARTEFREI_PUBLIC_URL is missing: WARTEFREI_LISTEN is open to others, so say how they reach it, such as https://termin.example")
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return errors.New("WARTEFREI_PUBLIC_URL is no address of a site, such as https://termin.example, without a path")
	}
	return nil
}

// local says whether only this machine can reach an address.
func local(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}
