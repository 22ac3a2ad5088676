package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Policy is a conditional access policy.
type Policy struct {
	t *Tenant
	*history

	ID, Name string
}

// policyBody is what a policy begins with: for everybody, everywhere and every client.
func policyBody() Object {
	return Object{
		"state": "enabled", "templateId": nil, "modifiedDateTime": nil, "sessionControls": nil,
		"conditions": Object{
			"userRiskLevels": list[string](), "signInRiskLevels": list[string](), "servicePrincipalRiskLevels": list[string](), "clientAppTypes": list("all"),
			"insiderRiskLevels": nil, "clientApplications": nil, "devices": nil, "platforms": nil, "locations": nil, "authenticationFlows": nil,
			"applications": Object{
				"includeApplications": list("All"), "excludeApplications": list[string](), "includeUserActions": list[string](),
				"includeAuthenticationContextClassReferences": list[string](), "applicationFilter": nil,
			},
			"users": Object{
				"includeUsers": list("All"), "excludeUsers": list[string](), "includeGroups": list[string](), "excludeGroups": list[string](),
				"includeRoles": list[string](), "excludeRoles": list[string](), "includeGuestsOrExternalUsers": nil, "excludeGuestsOrExternalUsers": nil,
			},
		},
		"grantControls": Object{
			"operator": "OR", "builtInControls": list[string](), "customAuthenticationFactors": list[string](), "termsOfUse": list[string](), "authenticationStrength": nil,
		},
	}
}

// Policy adds a policy that lets nobody in without the controls ("mfa", "block",
// "compliantDevice"); its conditions are changed by For.
func (t *Tenant) Policy(name string, created time.Time, controls ...string) *Policy {
	p := &Policy{t: t, ID: t.id("policy", name), Name: name}
	body := policyBody()
	body["id"], body["displayName"], body["createdDateTime"] = p.ID, name, stamp(hundredths(created, p.ID))
	body.at("grantControls").(Object)["builtInControls"] = list(controls...)
	p.history = t.begin(created, body)
	t.policies = append(t.policies, p)
	return p
}

// For changes what the policy begins with.
func (p *Policy) For(apply func(Object)) *Policy {
	apply(p.began)
	return p
}

// Condition puts a value under conditions: "users/excludeUsers", "clientAppTypes".
func Condition(path string, value any) func(Object) { return put("conditions/"+path, value) }

// State turns a policy "enabled", "disabled" or "enabledForReportingButNotEnforced".
func State(state string) func(Object) { return put("state", state) }

// Controls replaces the built-in controls.
func Controls(controls ...string) func(Object) {
	return put("grantControls/builtInControls", list(controls...))
}

func put(path string, value any) func(Object) {
	return func(o Object) {
		parts := strings.Split(path, "/")
		last := len(parts) - 1
		for _, name := range parts[:last] {
			if _, ok := o[name].(Object); !ok {
				o[name] = Object{}
			}
			o = o[name].(Object)
		}
		o[parts[last]] = deep(value)
	}
}

// Added logs that the policy was made.
func (p *Policy) Added(by Actor) Change {
	c := p.t.change(p.born, "add policy", p.ID)
	p.change(c.At, func(Object) {}, func(_, after Object) []Object {
		return p.logged(c, by, "Add", nil, after)
	})
	return c
}

// Update changes the policy.
func (p *Policy) Update(by Actor, at time.Time, changes ...func(Object)) Change {
	c := p.t.change(at, "update policy", p.ID)
	p.change(c.At, func(o Object) {
		for _, apply := range changes {
			apply(o)
		}
		o["modifiedDateTime"] = stamp(c.At)
	}, func(before, after Object) []Object { return p.logged(c, by, "Update", before, after) })
	return c
}

// Delete deletes it.
func (p *Policy) Delete(by Actor, at time.Time) Change {
	c := p.t.change(at, "delete policy", p.ID)
	p.end(c.At, func(before, _ Object) []Object { return p.logged(c, by, "Delete", before, nil) })
	return c
}

const policyProperty = "ConditionalAccessPolicy"

// logged is what two services log of a change: Conditional Access with the policy
// before and after as JSON in strings, and the directory with a form of its own.
func (p *Policy) logged(c Change, by Actor, what string, before, after Object) []Object {
	written := func(o Object) any {
		if o == nil {
			return nil
		}
		return writtenPolicy(o)
	}
	changed := Object{"displayName": policyProperty, "oldValue": written(before), "newValue": written(after)}
	directory := func(o Object) any {
		if o == nil {
			return list[string]()
		}
		return list(quoted(Object{"Version": 1, "State": o["state"], "Conditions": o["conditions"], "Controls": o["grantControls"]}))
	}
	return []Object{
		c.log(audit{activity: what + " conditional access policy", by: by, targets: []Object{target("Policy", p.ID, p.Name, changed)}, details: []Object{detail("Category", conditionalAccess)}}),
		c.log(audit{activity: what + " policy", by: by, targets: []Object{target("Policy", p.ID, p.Name,
			modified("PolicyDetail", directory(before), directory(after)), updated("PolicyDetail"))}}),
	}
}

// writtenPolicy is a policy as Conditional Access writes it into audits: compact, its
// fields in this order, those that are not set left out, times with an offset.
func writtenPolicy(o Object) string {
	var b bytes.Buffer
	writeOrdered(&b, o, "")
	return b.String()
}

// order is how the fields of a policy follow each other in audits.
var order = map[string][]string{
	"":                        {"id", "displayName", "createdDateTime", "modifiedDateTime", "state", "conditions", "grantControls", "sessionControls"},
	"conditions":              {"applications", "users", "platforms", "locations", "userRiskLevels", "signInRiskLevels", "clientAppTypes", "servicePrincipalRiskLevels"},
	"conditions/applications": {"includeApplications", "excludeApplications", "includeUserActions", "includeAuthenticationContextClassReferences", "applicationFilter"},
	"conditions/users":        {"includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"},
	"grantControls":           {"operator", "builtInControls", "customAuthenticationFactors", "termsOfUse"},
}

func writeOrdered(b *bytes.Buffer, o Object, path string) {
	names, ok := order[path]
	if !ok {
		names = slices.Sorted(maps.Keys(o))
	}
	b.WriteByte('{')
	first := true
	for _, name := range names {
		v, ok := o[name]
		if !ok || v == nil && name != "applicationFilter" {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		fmt.Fprintf(b, "%q:", name)
		below := name
		if path != "" {
			below = path + "/" + name
		}
		writeValue(b, v, below)
	}
	b.WriteByte('}')
}

func writeValue(b *bytes.Buffer, v any, path string) {
	switch v := v.(type) {
	case Object:
		writeOrdered(b, v, path)
	case string:
		if (path == "createdDateTime" || path == "modifiedDateTime") && len(v) > 0 {
			v = v[:len(v)-1] + "+00:00"
		}
		b.WriteString(quoted(v))
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("graph: a policy cannot be written: %v", err))
		}
		b.Write(raw)
	}
}

func (t *Tenant) policiesAt(now time.Time) []Object {
	out := []Object{}
	for _, p := range t.policies {
		if o := p.at(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}

// Location is a named location.
type Location struct {
	t *Tenant
	*history

	ID, Name string
}

// Network is a named location of IPv4 ranges.
func (t *Tenant) Network(name string, created time.Time, trusted bool, ranges ...string) *Location {
	l := &Location{t: t, ID: t.id("location", name), Name: name}
	l.history = t.begin(created, Object{
		"@odata.type": "#microsoft.graph.ipNamedLocation", "id": l.ID, "displayName": name, "createdDateTime": stamp(created), "modifiedDateTime": stamp(created),
		"isTrusted": trusted, "ipRanges": cidrs(ranges),
	})
	t.locations = append(t.locations, l)
	return l
}

// Countries is a named location of countries.
func (t *Tenant) Countries(name string, created time.Time, countries ...string) *Location {
	l := &Location{t: t, ID: t.id("location", name), Name: name}
	l.history = t.begin(created, Object{
		"@odata.type": "#microsoft.graph.countryNamedLocation", "id": l.ID, "displayName": name, "createdDateTime": stamp(created), "modifiedDateTime": stamp(created),
		"countriesAndRegions": list(countries...), "includeUnknownCountriesAndRegions": false, "countryLookupMethod": "clientIpAddress",
	})
	t.locations = append(t.locations, l)
	return l
}

func cidrs(ranges []string) []Object {
	out := []Object{}
	for _, r := range ranges {
		out = append(out, Object{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": r})
	}
	return out
}

// Ranges replaces the ranges of a network.
func (l *Location) Ranges(by Actor, at time.Time, ranges ...string) Change {
	c := l.t.change(at, "update location", l.ID)
	l.change(c.At, func(o Object) { o["ipRanges"], o["modifiedDateTime"] = cidrs(ranges), stamp(c.At) }, func(before, after Object) []Object {
		return []Object{c.log(audit{activity: "Update named location", by: by, details: []Object{detail("Category", conditionalAccess)}, targets: []Object{target("Policy", l.ID, l.Name,
			Object{"displayName": "NamedLocation", "oldValue": quoted(before), "newValue": quoted(after)})}})}
	})
	return c
}

func (t *Tenant) locationsAt(now time.Time) []Object {
	out := []Object{}
	for _, l := range t.locations {
		if o := l.at(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}
