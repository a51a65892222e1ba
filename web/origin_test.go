package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestClientBehind follows the way of a request back to the first stranger.
func TestClientBehind(t *testing.T) {
	t.Parallel()
	lan := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		what, peer, forwarded string
		proxies               []netip.Prefix
		want                  string
	}{
		{"nobody is trusted", "10.0.0.1:4711", "192.0.2.7", nil, "10.0.0.1"},
		{"this machine is not trusted unasked", "127.0.0.1:4711", "192.0.2.7", lan, "127.0.0.1"},
		{"a socket is not trusted unasked", "@", "192.0.2.7", lan, "@"},
		{"a stranger's word", "192.0.2.9:4711", "192.0.2.7", lan, "192.0.2.9"},
		{"a stranger who says to be a proxy", "192.0.2.9:4711", "192.0.2.7, 10.0.0.1", lan, "192.0.2.9"},
		{"one proxy", "10.0.0.1:4711", "192.0.2.7", lan, "192.0.2.7"},
		{"two proxies", "10.0.0.1:4711", "192.0.2.7, 10.0.0.2", lan, "192.0.2.7"},
		{"forged before the proxies", "10.0.0.1:4711", "198.51.100.1, 10.9.9.9, 192.0.2.7, 10.0.0.2", lan, "192.0.2.7"},
		{"in two lines", "10.0.0.1:4711", "198.51.100.1\n192.0.2.7,10.0.0.2", lan, "192.0.2.7"},
		{"the proxy itself", "10.0.0.1:4711", "", lan, "10.0.0.1"},
		{"a client among the proxies", "10.0.0.1:4711", "10.0.0.3, 10.0.0.2", lan, "10.0.0.3"},
		{"no address", "10.0.0.1:4711", "192.0.2.7, unknown", lan, "10.0.0.1"},
		{"no address, farther away", "10.0.0.1:4711", "192.0.2.7, <script>, 10.0.0.2", lan, "10.0.0.2"},
		{"with a port", "10.0.0.1:4711", "192.0.2.7:50000", lan, "192.0.2.7"},
		{"IPv6", "[fd00::1]:4711", "2001:db8::7", lan, "2001:db8::/64"},
		{"IPv6 with a port", "[fd00::1%eth0]:4711", "[2001:db8::7]:50000", lan, "2001:db8::/64"},
		{"IPv6 in brackets", "[fd00::1]:4711", "[2001:db8::7]", lan, "2001:db8::/64"},
		{"IPv6, another address of the same customer", "[2001:db8::ffff:1:2:3]:4711", "", lan, "2001:db8::/64"},
		{"IPv6, the next customer", "[2001:db8:0:1::7]:4711", "", lan, "2001:db8:0:1::/64"},
		{"IPv6, a proxy by its whole address", "[fd00::2]:4711", "192.0.2.7", []netip.Prefix{netip.MustParsePrefix("fd00::1/128")}, "fd00::/64"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:4711", "::ffff:192.0.2.7", lan, "192.0.2.7"},
	} {
		header := http.Header{}
		for line := range strings.SplitSeq(c.forwarded, "\n") {
			header.Add("X-Forwarded-For", line)
		}
		if got := clientBehind(c.proxies, c.peer, hops(header, "X-Forwarded-For")); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// TestForgedAddressIsNotBelieved asks from one address under another's name:
// whose tries are counted does not change, unless a trusted proxy says it.
func TestForgedAddressIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proxies []netip.Prefix
		want    string
	}{
		{nil, "127.0.0.1"},
		{[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "127.0.0.1"},
		{[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.7"},
	} {
		s := &Server{Proxies: c.proxies}
		server := httptest.NewServer(s.originated(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, clientOf(r))
		})))
		defer server.Close()
		forged := asked{method: "GET", path: "/", header: map[string]string{"X-Forwarded-For": "198.51.100.1, 192.0.2.7",
			"X-Real-IP": "198.51.100.1", "Forwarded": "for=198.51.100.1", "True-Client-IP": "198.51.100.1"}}
		if _, got := (&site{URL: server.URL}).ask(t, forged); string(got) != c.want {
			t.Errorf("trusting %v: tries of %s are counted, want %s", c.proxies, got, c.want)
		}
	}
}

// TestForgedProtocolIsNotBelieved asks with each protocol that a proxy could name.
func TestForgedProtocolIsNotBelieved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	https := func(protocol string) bool {
		t.Helper()
		response, _ := s.ask(t, asked{method: "POST", path: "/language", body: []byte("lang=en"), header: map[string]string{
			"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-Proto": protocol}})
		cookies := response.Cookies()
		if len(cookies) != 1 || cookies[0].Name != langCookie {
			t.Fatalf("cookies %v, want the language's", cookies)
		}
		if strict := response.Header.Get("Strict-Transport-Security") != ""; strict != cookies[0].Secure {
			t.Errorf("%q: strict transport is %v, the cookie's Secure %v", protocol, strict, cookies[0].Secure)
		}
		return cookies[0].Secure
	}
	if https("https") {
		t.Error("a stranger's word is believed")
	}
	s.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	s.serve(t)
	for protocol, want := range map[string]bool{"https": true, "http": false, "": false, "http, https": true, "https, http": false} {
		if got := https(protocol); got != want {
			t.Errorf("a trusted proxy's %q: %v", protocol, got)
		}
	}
}
