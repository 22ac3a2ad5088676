package redaction

import (
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// network is one that the organisation named: a named location of Entra ID, or a range in a
// parameter.
type network struct {
	name string // of the location, or the range
	lies netip.Prefix
}

// Zone is what the pseudonyms of addresses in the same named networks have in common, so that
// readers tell who came from inside from who did not, and no more than that of the address.
type Zone struct {
	Prefix    string   `json:"prefix"`    // "fd12:3456:789a::/48"
	Names     []string `json:"names"`     // of the locations and ranges, sorted; none: addresses in no named network
	Addresses int64    `json:"addresses"` // distinct, that the records have in fields of addresses

	names string // as they were named
}

// Equal reports whether both say the same.
func (z Zone) Equal(o Zone) bool {
	return z.Prefix == o.Prefix && z.Addresses == o.Addresses && slices.Equal(z.Names, o.Names)
}

// learnNetworks takes the ranges of a named location. One that was changed has all of its ranges.
func (r *Redactor) learnNetworks(rec evidence.Record) {
	if rec.Kind != "entraid.named_location" {
		return
	}
	var b struct {
		DisplayName string
		IPRanges    []struct{ CIDRAddress string }
	}
	if json.Unmarshal(rec.Body, &b) != nil {
		return
	}
	for _, x := range b.IPRanges {
		r.addNetwork(b.DisplayName, x.CIDRAddress)
	}
}

// LearnNetworks takes the ranges that a control's parameters name.
func (r *Redactor) LearnNetworks(params map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, text := range namesIn(params[name]) {
			if p, ok := rangeOf(text); ok {
				r.addNetwork(p.String(), text)
			}
		}
	}
}

func (r *Redactor) addNetwork(name, cidr string) {
	p, ok := rangeOf(cidr)
	if n := (network{name, p}); ok && name != "" && !slices.Contains(r.networks, n) {
		r.networks = append(r.networks, n)
	}
}

// rangeOf reads a range in CIDR notation: not one of everything, nor of pseudonyms.
func rangeOf(text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Bits() == 0 || p.Addr().Is6() && p.Addr().As16()[0] == pseudonymous {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// namesOf are the networks that an address lies in, sorted.
func (r *Redactor) namesOf(a netip.Addr) []string {
	a = a.Unmap().WithZone("")
	var names []string
	for _, n := range r.networks {
		if n.lies.Contains(a) {
			names = append(names, n.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// address is an address's pseudonym.
func (r *Redactor) address(a netip.Addr) netip.Addr {
	names := r.namesOf(a)
	return r.key.address(a, strings.Join(names, "\n"))
}

// settleZone counts a learnt address to its zone.
func (r *Redactor) settleZone(s string) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		p, err := netip.ParseAddrPort(s)
		if err != nil {
			return
		}
		a = p.Addr()
	}
	now := r.address(a)
	if r.counted[now] {
		return
	}
	r.counted[now] = true
	prefix, err := now.Prefix(48)
	if err != nil {
		return // it is an IPv6 address
	}
	z := r.zones[prefix.String()]
	if z == nil {
		names := r.namesOf(a)
		z = &Zone{Prefix: prefix.String(), Names: []string{}, names: strings.Join(names, "\n")}
		for _, n := range names {
			z.Names = append(z.Names, r.Prose(n))
		}
		r.zones[z.Prefix] = z
	}
	z.Addresses++
}

// Zones lists those that the learnt addresses lie in, in the order of their prefixes.
func (r *Redactor) Zones() []Zone {
	list := []Zone{}
	for _, prefix := range slices.Sorted(maps.Keys(r.zones)) {
		list = append(list, *r.zones[prefix])
	}
	return list
}

// zonesIn are the prefixes of the pseudonyms of addresses in a range that a parameter names.
func (r *Redactor) zonesIn(p netip.Prefix) []string {
	var found []string
	for _, z := range r.Zones() {
		if slices.Contains(strings.Split(z.names, "\n"), p.String()) {
			found = append(found, z.Prefix)
		}
	}
	return found
}
