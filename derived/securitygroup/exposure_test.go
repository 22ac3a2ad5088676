package securitygroup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

func expose(t *testing.T, p evidence.Period, records []evidence.Record) (out []exposure, raw []evidence.Record) {
	t.Helper()
	in := input(records)
	in.Period = p
	ids := map[string]bool{}
	for r, err := range Exposure().Derive(t.Context(), in) {
		if err != nil {
			t.Error(err)
			continue
		}
		var b exposure
		if err := json.Unmarshal(r.Body, &b); err != nil {
			t.Fatal(err)
		}
		if !p.Contains(r.Time) || ids[r.ID] {
			t.Errorf("%s at %s", r.ID, r.Time)
		}
		ids[r.ID] = true
		out, raw = append(out, b), append(raw, r)
	}
	return out, raw
}

// TestExposureModel: at every moment the wide rules that stand are those of the model.
func TestExposureModel(t *testing.T) {
	compared := 0
	for seed := range uint64(100) {
		w := history(seed, true)
		all, _ := expose(t, evidence.Period{Start: start.Add(-day), End: start.Add(90 * day)}, w.records)
		_, state := observed(t, w.records)
		known := state(start.Add(1000 * time.Hour))
		for i, o := range w.ops {
			for id, rules := range w.states[i] {
				if _, ok := known[id]; !ok {
					continue
				}
				want := []string{}
				for _, r := range rules {
					if strings.HasPrefix(r, "ingress ") && (strings.Contains(r, "/1 ") || strings.Contains(r, "/3 ") || strings.Contains(r, " pl-1 ")) {
						want = append(want, r)
					}
				}
				got := []string{}
				for _, x := range all {
					if x.GroupID != id || x.From != nil && x.From.After(o.at) || x.To != nil && !x.To.After(o.at) {
						continue
					}
					m := modelRule{protocol: x.Rule.Protocol, from: -1, to: -1, source: x.Rule.Source.Type, target: x.Rule.Source.Value}
					if x.Rule.FromPort != nil {
						m.from, m.to = *x.Rule.FromPort, *x.Rule.ToPort
					}
					got = append(got, m.String())
				}
				bare := func(list []string) []string { // descriptions are those of the end
					for n, s := range list {
						list[n] = s[:strings.IndexByte(s, '"')]
					}
					slices.Sort(list)
					return list
				}
				if got, want := bare(got), bare(want); !slices.Equal(got, want) {
					t.Fatalf("seed %d: %s at %s: %q, want %q", seed, id, o.at, got, want)
				}
				compared += len(want)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d rules stood", compared)
	}
}

// TestExposures: a period of ten hours, of which each case tells what stood.
func TestExposures(t *testing.T) {
	const ssh = `{"SecurityGroupRuleId":"sgr-22","IsEgress":false,"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}`
	const out = `{"SecurityGroupRuleId":"sgr-22","IsEgress":true,"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}`
	const request = `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`
	byName := strings.Replace(request, `"groupId":"sg-1"`, `"groupName":"web"`, 1)
	call := func(n int, at float64, name, req string) evidence.Record {
		return event(n, hours(at), name, req, `{"_return":true}`)
	}
	open := func(n int, at float64) evidence.Record { return call(n, at, "AuthorizeSecurityGroupIngress", request) }
	shut := func(n int, at float64) evidence.Record { return call(n, at, "RevokeSecurityGroupIngress", request) }
	modified := func(n int, at float64) evidence.Record {
		return call(n, at, "ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-22","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}}}}`)
	}
	shots := func(at float64, rules ...string) (list []evidence.Record) { // of as many groups
		for n, r := range rules {
			list = append(list, evidence.Record{Kind: "securitygroup.snapshot", ID: fmt.Sprintf("sg-%d@%v", n+1, at), Time: hours(at), Body: fmt.Appendf(nil,
				`{"AccountId":"111122223333","Region":"us-east-1","SecurityGroup":{"GroupId":"sg-%d","GroupName":"web","VpcId":"vpc-%[1]d"},"Rules":[%s],"GroupsInRegion":%d}`, n+1, r, len(rules))})
		}
		return list
	}
	second := func(at float64, rules string) evidence.Record { // the only group that is left
		r := shots(at, "", rules)[1]
		r.Body = []byte(strings.Replace(string(r.Body), `"GroupsInRegion":2`, `"GroupsInRegion":1`, 1))
		return r
	}
	join := func(parts ...any) (list []evidence.Record) {
		for _, p := range parts {
			switch p := p.(type) {
			case evidence.Record:
				list = append(list, p)
			case []evidence.Record:
				list = append(list, p...)
			}
		}
		return list
	}
	p := evidence.Period{Start: hours(10), End: hours(20)}
	for name, c := range map[string]struct {
		records []evidence.Record
		want    []string
	}{
		"opened and closed by calls":                  {join(open(1, 12), shut(2, 13)), []string{"sg-1 ingress 12 e0001 .. 13 e0002"}},
		"opened before the period":                    {join(open(1, 2), shut(2, 13)), []string{"sg-1 ingress 2 e0001 .. 13 e0002"}},
		"closed before the period":                    {join(open(1, 2), shut(2, 10)), nil},
		"opened after the period":                     {join(open(1, 20)), nil},
		"the calls tell that it was there":            {join(shut(1, 12)), []string{"sg-1 ingress ? .. 12 e0001"}},
		"closed and opened again":                     {join(shut(1, 12), open(2, 13)), []string{"sg-1 ingress ? .. 12 e0001", "sg-1 ingress 13 e0002 .. ?"}},
		"there all the time":                          {join(shots(30, ssh)), []string{"sg-1 ingress ? .. ? seen 30"}},
		"there before, and the group deleted":         {join(shots(1, ssh, out), call(1, 12, "DeleteSecurityGroup", `{"groupId":"sg-1"}`)), []string{"sg-1 ingress ? .. 12 e0001 seen 1"}},
		"nobody was seen opening it":                  {join(shots(5, ""), shots(15, ssh)), []string{"sg-1 ingress 15 since 5 .. ? seen 15"}},
		"nobody was seen closing it":                  {join(shots(5, ssh), shots(12, ssh), shots(15, "")), []string{"sg-1 ingress ? .. 15 since 12 seen 15"}},
		"the group went unseen":                       {join(shots(12, ssh, ""), second(15, "")), []string{"sg-1 ingress ? .. 15 since 12 seen 12"}},
		"perhaps opened in the period":                {join(shots(15, ""), shots(25, ssh)), []string{"sg-1 ingress 25 since 15 .. ? perhaps seen 25"}},
		"perhaps closed in the period":                {join(shots(5, ssh), shots(15, "")), []string{"sg-1 ingress ? .. 15 since 5 perhaps seen 15"}},
		"a later call shows that it was closed":       {join(shots(5, ssh), shots(11, ssh), open(1, 13)), []string{"sg-1 ingress ? .. 13 since 11 seen 11", "sg-1 ingress 13 e0001 .. ? seen 11"}},
		"a rule that nothing tells the direction of":  {join(modified(1, 12)), []string{"sg-1 unknown 12 e0001 .. ?"}},
		"and that is then closed":                     {join(modified(1, 12), call(2, 13, "RevokeSecurityGroupIngress", `{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-22"}]}}`)), []string{"sg-1 unknown 12 e0001 .. 13 e0002"}},
		"a snapshot tells it to be outbound":          {join(modified(1, 12), shots(15, out)), nil},
		"a snapshot tells it to be inbound":           {join(modified(1, 12), shots(15, ssh)), []string{"sg-1 ingress 12 e0001 .. ? seen 15"}},
		"a call by a name alone":                      {join(call(1, 12, "AuthorizeSecurityGroupIngress", byName)), []string{" ingress 12 e0001 .. ?"}},
		"the snapshot tells which group it was for":   {join(shots(1, "", ""), call(1, 12, "AuthorizeSecurityGroupIngress", byName), shots(15, "", ssh)), []string{"sg-2 ingress 12 e0001 .. ? seen 15"}},
		"it had come to nothing by then":              {join(shots(1, "", ""), call(1, 12, "AuthorizeSecurityGroupIngress", byName), shots(15, "", "")), []string{" ingress 12 e0001 .. 15 since 12"}},
		"a call that closes what it opened":           {join(shots(1, "", ""), call(1, 12, "AuthorizeSecurityGroupIngress", byName), shut(2, 13), shots(15, "", "")), []string{"sg-1 ingress 12 e0001 .. 13 e0002 seen 15"}},
		"it was closed by such a call":                {join(shots(1, ssh, ""), call(1, 12, "RevokeSecurityGroupIngress", byName), shots(15, "", "")), []string{"sg-1 ingress ? .. 12 e0001 seen 15"}},
		"the group was deleted by such a call":        {join(shots(1, ssh, ""), call(1, 12, "DeleteSecurityGroup", `{"groupName":"web"}`), second(15, "")), []string{"sg-1 ingress ? .. 12 e0001 seen 1"}},
		"another group of that name is deleted":       {join(shots(1, ssh, ""), call(1, 12, "AuthorizeSecurityGroupIngress", byName), call(2, 13, "DeleteSecurityGroup", `{"groupId":"sg-1"}`)), []string{"sg-1 ingress ? .. 13 e0002 seen 1", " ingress 12 e0001 .. ?"}},
		"from few addresses, or inside, or outbound":  {join(shots(15, strings.Replace(ssh, "0.0.0.0/0", "8.0.0.0/9", 1), strings.Replace(ssh, "0.0.0.0/0", "10.0.0.0/8", 1), out, strings.Replace(ssh, `v4":"0.0.0.0/0`, `v6":"fd00::/8`, 1))), nil},
		"a prefix list":                               {join(shots(15, strings.Replace(ssh, `CidrIpv4":"0.0.0.0/0`, `PrefixListId":"pl-1`, 1))), []string{"sg-1 ingress ? .. ? seen 15"}},
		"one of the rule's calls changes a text only": {join(open(1, 12), call(2, 13, "UpdateSecurityGroupRuleDescriptionsIngress", `{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"x"}]}}]}}`)), []string{"sg-1 ingress 12 e0001 .. ?"}},
	} {
		all, _ := expose(t, p, c.records)
		var got []string
		for _, x := range all {
			end := func(at *time.Time, a *act) string {
				if (at == nil) != (a == nil) {
					t.Errorf("%s: %v, %v", name, at, a)
				}
				if at == nil {
					return " ?"
				}
				s := fmt.Sprintf(" %v", at.Sub(start).Hours())
				switch {
				case a.EventID != "":
					s += " " + a.EventID
				case a.Between != nil && a.Between.From != nil:
					s += fmt.Sprintf(" since %v", a.Between.From.Sub(start).Hours())
				}
				return s
			}
			s := x.GroupID + " " + x.Rule.Direction + end(x.From, x.Opened) + " .." + end(x.To, x.Closed)
			if !x.Certain {
				s += " perhaps"
			}
			if x.LastSnapshot != nil {
				s += fmt.Sprintf(" seen %v", x.LastSnapshot.Sub(start).Hours())
			}
			got = append(got, s)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}

// TestWide: the bounds, and what is not of the internet.
func TestWide(t *testing.T) {
	for target, want := range map[string]bool{"0.0.0.0/0": true, "128.0.0.0/1": true, "8.0.0.0/8": true, "8.0.0.0/9": false, "10.0.0.0/8": false, "0.0.0.0/4": true,
		"::/0": true, "2000::/3": true, "2400::/16": true, "2400::/17": false, "fc00::/7": false, "fd00::/8": false, "f000::/4": true} {
		source := "ipv4"
		if strings.Contains(target, ":") {
			source = "ipv6"
		}
		if got := (key{}).with("tcp", source, target).wide(); got != want {
			t.Errorf("%s: %t", target, got)
		}
		if (key{egress: true}).with("tcp", source, target).wide() {
			t.Errorf("%s: outbound", target)
		}
	}
	if (key{}).with("tcp", "group", "sg-1").wide() || !(key{}).with("tcp", "prefix_list", "pl-1").wide() {
		t.Error("groups and prefix lists")
	}
}

// TestExposureSchema: bodies have what the schema of the kind requires, and nothing that
// it does not list.
func TestExposureSchema(t *testing.T) {
	s := schemaOf(t, "securitygroup.exposure")
	w := history(2, true)
	w.records = append(w.records, event(9999, start.Add(80*time.Hour), "AuthorizeSecurityGroupIngress", `{"groupName":"default","ipProtocol":"-1","cidrIp":"0.0.0.0/0"}`, `null`))
	_, raw := expose(t, evidence.Period{Start: start, End: start.Add(90 * day)}, w.records)
	seen := map[string]bool{}
	for _, r := range raw {
		for _, name := range s.check(t, r) {
			seen[name] = true
		}
	}
	for name := range s.Properties {
		if !seen[name] && name != "Candidates" {
			t.Errorf("no body had %s", name)
		}
	}
}
