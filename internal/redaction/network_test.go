package redaction

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// A pseudonymous address tells which named networks the original lies in, or that it is none, and
// a range of a parameter goes on holding those that it held.
func TestAddressesTellTheirNetworks(t *testing.T) {
	r := New(testKey, Policy{Levels: []Level{S, A}, Rules: Shipped()}, Terms{})
	for i, body := range []string{
		`{"ipAddress":"203.0.113.7"}`, `{"ipAddress":"203.0.113.8"}`, `{"ipAddress":"203.0.113.200"}`, `{"ipAddress":"198.51.100.1"}`, `{"ipAddress":"192.0.2.1:443"}`, `{"ipAddress":"::ffff:203.0.113.7"}`, `{"ipAddress":"2001:db8::1"}`,
	} {
		if err := r.Learn(record(t, "entraid.sign_in", fmt.Sprint(i), body)); err != nil {
			t.Fatal(err)
		}
	}
	for i, body := range []string{ // after the addresses that lie in them
		`{"displayName":"本社","ipRanges":[{"cidrAddress":"203.0.113.0/25"}]}`, `{"displayName":"本社","ipRanges":[{"cidrAddress":"2001:db8::/32"},{"cidrAddress":null},{}]}`, `{"displayName":"日本","countriesAndRegions":["JP"]}`,
	} {
		if err := r.Learn(record(t, "entraid.named_location", fmt.Sprint(i), body)); err != nil {
			t.Fatal(err)
		}
	}
	params := map[string]any{"exempt_networks": []any{"203.0.113.1/24", "0.0.0.0/0", "10.0.0.0/8"}}
	r.LearnNetworks(params)
	r.Settle(nil)
	prefix := func(address string) netip.Prefix {
		p, err := netip.MustParseAddr(r.ip(address)).Prefix(48)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	hq, out := prefix("203.0.113.7"), prefix("198.51.100.1")
	if prefix("203.0.113.8") != hq || prefix("203.0.113.200") == hq || prefix("203.0.113.200") == out || prefix("192.0.2.1") != out || prefix("2001:db8::1") == hq || prefix("2001:db8::1") == out {
		t.Error("the prefixes do not tell the networks")
	}
	if r.ip("203.0.113.7") == r.ip("203.0.113.8") || r.ip("203.0.113.7") != r.ip("::ffff:203.0.113.7") {
		t.Error("equal pseudonyms are not of equal addresses")
	}
	want := []Zone{
		{Prefix: hq.String(), Names: []string{"203.0.113.0/24", "本社"}, Addresses: 2},
		{Prefix: prefix("203.0.113.200").String(), Names: []string{"203.0.113.0/24"}, Addresses: 1},
		{Prefix: prefix("2001:db8::1").String(), Names: []string{"本社"}, Addresses: 1},
		{Prefix: out.String(), Names: []string{}, Addresses: 2},
	}
	slices.SortFunc(want, func(a, b Zone) int { return strings.Compare(a.Prefix, b.Prefix) })
	if got := r.Zones(); !slices.EqualFunc(got, want, Zone.Equal) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	now, added, err := r.Params(params)
	if err != nil {
		t.Fatal(err)
	}
	list := now["exempt_networks"].([]any)
	inside := 0
	for _, v := range list {
		if p, err := netip.ParsePrefix(v.(string)); err == nil && p.Contains(netip.MustParseAddr(r.ip("203.0.113.200"))) {
			inside++
		}
	}
	if len(list) != 5 || inside != 1 || len(added) != 2 || added[0].Pattern != "203.0.113.1/24" {
		t.Errorf("%v, added %v", list, added)
	}
	again := New(testKey, Policy{Levels: []Level{S, A}, Rules: Shipped()}, Terms{})
	again.LearnNetworks(now) // what was added names no network of the organisation
	if len(again.networks) != 2 {
		t.Errorf("%v", again.networks)
	}
}
