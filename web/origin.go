package web

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// origin is where a request came from, as far as that can be believed: what
// the connection says, or what trusted proxies have written of it.
type origin struct {
	client string // whom tries are counted for, to slow down who guesses; see counted
	https  bool   // whether the browser reached us, or our proxy, by https
}

type originKey struct{}

// originated finds out once where each request came from.
func (s *Server) originated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o := origin{client: clientBehind(s.Proxies, r.RemoteAddr, hops(r.Header, "X-Forwarded-For")), https: r.TLS != nil}
		if trusted(s.Proxies, addressOf(r.RemoteAddr)) {
			protocols := hops(r.Header, "X-Forwarded-Proto")
			o.https = o.https || len(protocols) > 0 && protocols[len(protocols)-1] == "https"
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), originKey{}, o)))
	})
}

// clientOf is where a request comes from, to slow down who guesses passwords or
// takes all times: an IPv4 address or an IPv6 network.
func clientOf(r *http.Request) string { return originOf(r).client }

// secure says whether the browser reached us by https.
func secure(r *http.Request) bool { return originOf(r).https }

func originOf(r *http.Request) origin {
	o, _ := r.Context().Value(originKey{}).(origin)
	return o
}

// clientBehind is the last hop that no trusted proxy is: each proxy writes
// whom it was asked by behind what it was told, so everything before the first
// stranger, seen from us, is the stranger's word (RFC 7239, section 8.1). A hop
// that is no address ends the search at the proxy that wrote it.
func clientBehind(proxies []netip.Prefix, peer string, forwarded []string) string {
	client := addressOf(peer)
	if !client.IsValid() {
		return peer
	}
	for _, hop := range slices.Backward(forwarded) {
		before := addressOf(hop)
		if !trusted(proxies, client) || !before.IsValid() {
			break
		}
		client = before
	}
	return counted(client)
}

// counted is what tries from an address are counted under: an IPv4 address
// itself, of IPv6 the network of 64 bits. The other half of an IPv6 address
// names an interface (RFC 4291, section 2.5.1), and whoever has one chooses it
// as often as they like. A site may have more than one such network (RFC 6177),
// but a shorter prefix would count neighbours together.
func counted(client netip.Addr) string {
	if client.Is4() {
		return client.String()
	}
	network, _ := client.Prefix(64) // an IPv6 address has 128 bits
	return network.String()
}

func trusted(proxies []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// hops are the parts of a header that each proxy on the way adds to, in a line
// of its own or behind a comma.
func hops(header http.Header, name string) []string {
	var all []string
	for _, line := range header.Values(name) {
		for hop := range strings.SplitSeq(line, ",") {
			all = append(all, strings.TrimSpace(hop))
		}
	}
	return all
}

// addressOf reads an address with or without a port; the zero Addr if it is none.
func addressOf(text string) netip.Addr {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone("")
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}
