package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/wartefrei/wartefrei/booking"
	"github.com/wartefrei/wartefrei/booking/pg/pgtest"
	"github.com/wartefrei/wartefrei/queue/redisqueue/redisserver"
)

// installation is a database of its own, with the program's commands and a
// server on it.
type installation struct {
	environment []string
	site        string
	logs        func() string // ends the server and returns what it logged
}

// said is what a command printed and how it ended.
type said struct {
	out, err string
	ok       bool
}

// run runs a command as an administrator does, with something on its standard input.
func (i installation) run(t *testing.T, input string, args ...string) said {
	t.Helper()
	var out, problems bytes.Buffer
	p := exec.Command(os.Args[0], args...)
	p.Env, p.Stdin, p.Stdout, p.Stderr = i.environment, strings.NewReader(input), &out, &problems
	err := p.Run()
	return said{out.String(), problems.String(), err == nil}
}

// must runs a command that has to succeed and returns what it printed.
func (i installation) must(t *testing.T, args ...string) string {
	t.Helper()
	s := i.run(t, "", args...)
	if !s.ok {
		t.Fatalf("%v: %s", args, s.err)
	}
	return s.out
}

func install(t *testing.T) installation {
	t.Helper()
	return installation{environment: append(os.Environ(), "WARTEFREI_TEST_PROGRAM=1", "WARTEFREI_POSTGRES_URL="+pgtest.URL(t),
		"WARTEFREI_DATA="+filepath.Join(t.TempDir(), "none"))}
}

// installServed is an installation with the demonstration's city and a server.
func installServed(t *testing.T) installation {
	t.Helper()
	i := install(t)
	i.must(t, "import", offenburg)
	redis, err := redisserver.Start(t.Context(), redisserver.Config{Folder: t.TempDir(), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redis.Stop(context.Background()) })
	address := "127.0.0.1:" + freePort(t)
	var logged bytes.Buffer
	server := exec.Command(os.Args[0], "serve")
	server.Env = append(i.environment, "WARTEFREI_REDIS_URL="+redis.URL(), "WARTEFREI_LISTEN="+address, "WARTEFREI_LOG=debug")
	server.Stderr = &logged
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	i.site = "http://" + address
	i.logs = func() string {
		server.Process.Signal(syscall.SIGTERM)
		server.Wait()
		return logged.String()
	}
	await(t, i.site+"/readyz")
	return i
}

const offenburg = "../../booking/democity/offenburg.json"

// city is the demonstration's file with something replaced.
func city(t *testing.T, replace ...string) string {
	t.Helper()
	content, err := os.ReadFile(offenburg)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(replace...).Replace(string(content))
	if len(replace) > 0 && changed == string(content) {
		t.Fatalf("the city's file has no %q", replace[0])
	}
	return changed
}

// TestImportCommand imports a city, the same again, a changed one and wrong ones.
func TestImportCommand(t *testing.T) {
	t.Parallel()
	i := install(t)
	if out := i.must(t, "import", offenburg); !strings.Contains(out, "fischmarkt") || !regexp.MustCompile(`Offenburg is in force, \d+ changes?\.\n$`).MatchString(out) {
		t.Errorf("the first import says\n%s", out)
	}
	const nothing = "Offenburg is in force already, nothing changed.\n"
	if out := i.must(t, "import", offenburg); out != nothing {
		t.Errorf("the second import says %q, want %q", out, nothing)
	}
	for name, c := range map[string]struct{ file, want string }{
		"negative": {city(t, `"Offenburg"`, `"Elsewhere"`, `"feeCents": 4600`, `"feeCents": -1`),
			"wrong.json: houses[0].offices[0].services[0].feeCents: must be between 0 and "},
		"overflow":     {city(t, "\"K\",\n          \"horizonDays\": 90", `"K", "horizonDays": 213550`), "wrong.json: houses[0].offices[0].horizonDays: must be between 1 and 366"},
		"duty twice":   {city(t, `["sat"]`, `["sat", "sat"]`), "wrong.json: houses[0].offices[0].duty.sat: two stretches overlap"},
		"missed early": {city(t, `"prefix": "K"`, `"prefix": "K", "rules": {"noShow": 44}`), "wrong.json: houses[0].offices[0].rules.noShow: must not be shorter"},
		"no name":      {city(t, `"Bürgerbüro"`, `"…"`), "wrong.json: houses[0].offices[0].name.de: must have a letter or digit"},
		"spaces":       {city(t, `"Bürgerbüro"`, `"Bürgerbüro "`), "wrong.json: houses[0].offices[0].name.de: must not begin or end with a space"},
		"line break":   {city(t, `"Bürgerbüro"`, `"Bürger\nbüro"`), "wrong.json: houses[0].offices[0].name.de: must not have a line break"},
		"web address":  {city(t, `"Bürgerbüro"`, `"www.offenburg.de"`), "wrong.json: houses[0].offices[0].name.de: must be a name, not a web address"},
		"unknown":      {city(t, `"horizonDays"`, `"horizont"`), "wrong.json: houses[0].offices[0].horizont: is unknown"},
		"cut off":      {city(t)[:5000], "wrong.json: houses[0].offices[0].services[0].group.de: is not JSON near byte "},
		"empty":        {"", "wrong.json: is not JSON near byte "},
		"large":        {city(t) + strings.Repeat(" ", booking.MaxCityFile), "wrong.json: the file is larger than 4 MiB, which is the most"},
		"huge":         {city(t) + strings.Repeat(" ", 17<<20), "wrong.json: the file is larger than 4 MiB, which is the most"},
	} {
		file := filepath.Join(t.TempDir(), "wrong.json")
		if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if s := i.run(t, "", "import", file); s.ok || s.out != "" || !strings.Contains(s.err, c.want) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%s: %v, %q, %q; want %q", name, s.ok, s.out, s.err, c.want)
		}
	}
	if out := i.must(t, "import", offenburg); out != nothing {
		t.Errorf("after wrong files: %q, want %q", out, nothing)
	}
	changed := city(t, `"horizonDays": 90`, `"horizonDays": 60`)
	s := i.run(t, changed, "import", "-")
	if want := "houses[fischmarkt].offices[buergerbuero].horizonDays: 90 → 60\n"; !s.ok || !strings.Contains(s.out, want) {
		t.Errorf("an update says %q, %q; want %q", s.out, s.err, want)
	}
	if s := i.run(t, changed, "import", "-"); s.out != nothing {
		t.Errorf("the update again: %q, want %q", s.out, nothing)
	}
}

// TestMigrateCommand migrates twice: the second time there is nothing to do or to say.
func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	i := install(t)
	for range 2 {
		s := i.run(t, "", "migrate")
		if !s.ok || s.out != "" || strings.Count(s.err, "\n") != 1 || !strings.Contains(s.err, "level=INFO") {
			t.Errorf("migrate: %v %q %q", s.ok, s.out, s.err)
		}
	}
}

// TestTokenCommand makes tokens, uses them and revokes them.
func TestTokenCommand(t *testing.T) {
	t.Parallel()
	i := installServed(t)
	secret, id := tokenOf(t, i.must(t, "token", "add", "clerk", "nightly script", "buergerbuero"))
	terminal, _ := tokenOf(t, i.must(t, "token", "add", "terminal", "Eingang", "fischmarkt"))
	const queue, self = "/api/v1/offices/buergerbuero/queue", "/api/v1/terminals/self"
	for _, c := range []struct {
		path, token string
		want        int
	}{
		{queue, secret, http.StatusOK},
		{self, terminal, http.StatusOK},
		{queue, terminal, http.StatusForbidden},
		{"/api/v1/offices/wohngeld/queue", secret, http.StatusForbidden},
		{queue, secret + "x", http.StatusUnauthorized},
	} {
		eventually(t, c.path+" answers as it must", func() bool { return bearer(t, i.site+c.path, c.token) == c.want })
	}
	if list := i.must(t, "token", "list"); !strings.Contains(list, id) || !strings.Contains(list, "nightly script") || strings.Contains(list, secret) {
		t.Errorf("the list says\n%s", list)
	}
	if out := i.must(t, "token", "revoke", id); out != "The token "+id+" opens nothing any more.\n" {
		t.Errorf("revoke says %q", out)
	}
	eventually(t, "the revoked token is refused", func() bool { return bearer(t, i.site+queue, secret) == http.StatusUnauthorized })
	if list := i.must(t, "token", "list"); !strings.Contains(list, "revoked") {
		t.Errorf("the list says\n%s", list)
	}
	if logs := i.logs(); strings.Contains(logs, secret) || strings.Contains(logs, terminal) || logs == "" {
		t.Errorf("the log has a token, or nothing:\n%.2000s", logs)
	}
}

func tokenOf(t *testing.T, out string) (secret, id string) {
	t.Helper()
	m := regexp.MustCompile(`^(wartefrei_[A-Z2-7]{26})\nThis is the token ([0-9a-f-]{36}) of `).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no token in %q", out)
	}
	return m[1], m[2]
}

func bearer(t *testing.T, url, token string) (status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestUserCommand makes an account that can sign in, gives it another password
// and disables it.
func TestUserCommand(t *testing.T) {
	t.Parallel()
	i := installServed(t)
	first := passwordOf(t, i.must(t, "user", "add", "clerk", "keller", "buergerbuero"))
	eventually(t, "the first password opens", func() bool { return signIn(t, i.site, "keller", first) == http.StatusSeeOther })
	second := passwordOf(t, i.must(t, "user", "reset", "keller"))
	eventually(t, "the second password opens", func() bool { return signIn(t, i.site, "keller", second) == http.StatusSeeOther })
	if status := signInPatiently(t, i.site, "keller", first); status != http.StatusUnauthorized {
		t.Errorf("the first password after the second: %d", status)
	}
	if list := i.must(t, "user", "list"); !regexp.MustCompile(`keller +clerk +buergerbuero`).MatchString(list) || strings.Contains(list, second) {
		t.Errorf("the list says\n%s", list)
	}
	if out := i.must(t, "user", "disable", "keller"); out != "keller cannot sign in any more.\n" {
		t.Errorf("disable says %q", out)
	}
	if list := i.must(t, "user", "list"); !regexp.MustCompile(`keller .* disabled`).MatchString(list) {
		t.Errorf("the list says\n%s", list)
	}
	// The server reads accounts each second; what it knows of the next account it knows of this one.
	next := passwordOf(t, i.must(t, "user", "add", "manager", "kaya", "buergerbuero", "standesamt"))
	eventually(t, "the next account opens", func() bool { return signIn(t, i.site, "kaya", next) == http.StatusSeeOther })
	if status := signInPatiently(t, i.site, "keller", second); status != http.StatusUnauthorized {
		t.Errorf("a disabled account: %d", status)
	}
	if logs := i.logs(); strings.Contains(logs, first) || strings.Contains(logs, second) || logs == "" {
		t.Errorf("the log has a password, or nothing:\n%.2000s", logs)
	}
}

// signInPatiently waits while too many have tried, as the waits above do.
func signInPatiently(t *testing.T, site, name, password string) (status int) {
	t.Helper()
	eventually(t, "another try to sign in is allowed", func() bool {
		status = signIn(t, site, name, password)
		return status != http.StatusTooManyRequests
	})
	return status
}

func passwordOf(t *testing.T, out string) string {
	t.Helper()
	password, rest, _ := strings.Cut(out, "\n")
	if !regexp.MustCompile(`^[A-Z2-7-]{30}$`).MatchString(password) || !strings.Contains(rest, "good for 7 days") {
		t.Fatalf("no password in %q", out)
	}
	return password
}

func signIn(t *testing.T, site, name, password string) (status int) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(site+"/sign-in", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestWrongArguments gives commands what they cannot use. They say what is
// wrong in one sentence, print nothing and change nothing.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	i := install(t)
	i.must(t, "import", offenburg)
	i.must(t, "user", "add", "administrator", "admin")
	users, tokens := i.must(t, "user", "list"), i.must(t, "token", "list")
	for command, want := range map[string]string{
		"import":                                 "import needs one file: wartefrei import city.json",
		"import a b":                             "import needs one file: wartefrei import city.json",
		"import -anyway a":                       "import needs one file: wartefrei import city.json",
		"import /nowhere.json":                   "open /nowhere.json: no such file or directory",
		"migrate now":                            "migrate takes no arguments",
		"user":                                   "say one of",
		"user add clerk":                         "say one of",
		"user reset":                             "say one of",
		"user add king bob buergerbuero":         "bob: role is not known, the roles are clerk,",
		"user add clerk bob":                     "bob: offices or house do not fit the role",
		"user add clerk bob nowhere":             "there is no office nowhere",
		"user add clerk Bob/1 buergerbuero":      "Bob/1: name must have 2 to 64 small letters",
		"user add administrator admin":           "admin: name is taken",
		"user reset nobody":                      "nobody: no such account",
		"user disable nobody":                    "nobody: no such account",
		"token add terminal T":                   "say one of",
		"token add terminal T nowhere":           "there is no house nowhere",
		"token add clerk script":                 "offices or house do not fit the role",
		"token add administrator x buergerbuero": "offices or house do not fit the role",
		"token add king script buergerbuero":     "role is not known, the roles are clerk,",
		"token revoke 7":                         "7: no such account or token",
		"token add clerk script buergerbuero x":  "there is no office x",
	} {
		s := i.run(t, "", strings.Fields(command)...)
		if s.ok || s.out != "" || !strings.HasPrefix(s.err, "wartefrei: "+want) {
			t.Errorf("%s: %v, %q, %q; want %q", command, s.ok, s.out, s.err, want)
		}
		if strings.Count(s.err, "\n") != 1 && want != "say one of" {
			t.Errorf("%s says more than a sentence: %q", command, s.err)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"user", "add", "clerk", "", "buergerbuero"}, `"": name must have 2 to 64 small letters`},
		{[]string{"user", "add", "clerk", " ", "buergerbuero"}, `" ": name must have 2 to 64 small letters`},
		{[]string{"user", "add", "clerk", "a\nb", "buergerbuero"}, `"a\nb": name must have 2 to 64 small letters`},
		{[]string{"user", "add", "clerk", "bob", "buergerbuero", "buergerbuero"}, "bob: an office is named twice"},
		{[]string{"user", "add", "clerk", "bob", "a\nb"}, `there is no office "a\nb"`},
		{[]string{"user", "reset", "a\nb"}, `"a\nb": no such account`},
		{[]string{"token", "add", "terminal", "", "fischmarkt"}, "name of a token must have"},
		{[]string{"token", "add", "administrator", "\t"}, "name of a token must have"},
		{[]string{"token", "add", "clerk", "a\nb", "buergerbuero"}, "name of a token must have"},
		{[]string{"token", "add", "clerk", "script", "buergerbuero", "standesamt", "buergerbuero"}, "an office is named twice"},
	} {
		if s := i.run(t, "", c.args...); s.ok || s.out != "" || !strings.HasPrefix(s.err, "wartefrei: "+c.want) || strings.Count(s.err, "\n") != 1 {
			t.Errorf("%q: %v, %q, %q; want %q", c.args, s.ok, s.out, s.err, c.want)
		}
	}
	if i.must(t, "user", "list") != users || i.must(t, "token", "list") != tokens {
		t.Error("wrong arguments changed something")
	}
	i.environment = append(i.environment, "WARTEFREI_POSTGRES_URL=postgres://u:canary@127.0.0.1:"+freePort(t)+"/d")
	s := i.run(t, "", "migrate")
	if s.ok || strings.Count(s.err, "\n") != 1 || !strings.HasPrefix(s.err, "wartefrei: the database does not answer, is WARTEFREI_POSTGRES_URL right?") || strings.Contains(s.err, "canary") {
		t.Errorf("without a database: %v, %q", s.ok, s.err)
	}
}
