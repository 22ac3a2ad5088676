package securitygroup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/tidwall/gjson"
)

// TestItems reads what AWS Config recorded of two groups: the newer shape has each
// source of IPv4 twice, and the older one as texts.
func TestItems(t *testing.T) {
	text, err := os.ReadFile("testdata/config.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range bytes.Lines(text) {
		at := gjson.GetBytes(line, "ConfigurationItem.configurationItemCaptureTime").Time()
		s, err := newEngine().itemOf(evidence.Record{Kind: "config.item", ID: "x", Time: at, Body: line})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join([]string{s.place.account, s.place.region, s.group, s.name, s.vpc}, " "))
		for _, r := range s.rules {
			got = append(got, r.line())
		}
	}
	want := `970012433126 ap-south-1 sg-01 testconfig vpc-4540bc2d
ingress tcp 15000 0.0.0.0/0
ingress tcp 80 0.0.0.0/0
ingress tcp 80 ::/0
ingress tcp 11000 ::/0
ingress tcp 0-65535 0.0.0.0/0
ingress tcp 0-65535 ::/0
ingress udp 10000 0.0.0.0/0
ingress udp 10000 ::/0
ingress tcp 443 52.95.75.1/32
egress all 0.0.0.0/0
123456789012 ap-northeast-1 sg-0123abcd app-web vpc-89ab
ingress tcp 8443 sg-4567cdef
ingress tcp 22 192.0.2.16/28
egress tcp 80 0.0.0.0/0
egress tcp 443 0.0.0.0/0`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

// configItem is an item of AWS Config; rules of the model, or "" for a group that is gone.
func configItem(at time.Time, id, name, vpc string, rules []modelRule, gone bool) evidence.Record {
	in, out := []any{}, []any{}
	for _, m := range rules {
		p := object{"ipProtocol": m.wire(false)["ipProtocol"], "ipRanges": []any{}, "ipv4Ranges": []any{}, "ipv6Ranges": []any{}, "prefixListIds": []any{}, "userIdGroupPairs": []any{}}
		if m.from != -1 {
			p["fromPort"], p["toPort"] = m.from, m.to
		}
		switch m.source {
		case "ipv4":
			p["ipRanges"], p["ipv4Ranges"] = []any{m.target}, []any{object{"cidrIp": m.target}}
		case "ipv6":
			p["ipv6Ranges"] = []any{object{"cidrIpv6": m.target}}
		case "prefix_list":
			p["prefixListIds"] = []any{object{"prefixListId": m.target}}
		case "group":
			p["userIdGroupPairs"] = []any{object{"groupId": m.target, "userId": "111122223333"}}
		}
		if m.egress {
			out = append(out, p)
		} else {
			in = append(in, p)
		}
	}
	item := object{"resourceType": configType, "resourceId": id, "resourceName": name, "configurationItemCaptureTime": at.Format(time.RFC3339), "configurationItemStatus": "OK", "relatedEvents": []string{}}
	if gone {
		item["configurationItemStatus"] = "ResourceDeleted"
	} else {
		c, _ := json.Marshal(object{"groupId": id, "groupName": name, "vpcId": vpc, "ipPermissions": in, "ipPermissionsEgress": out})
		item["configuration"] = string(c)
	}
	b, _ := json.Marshal(object{"AccountId": "111122223333", "Region": "us-east-1", "ConfigurationItem": item})
	return evidence.Record{Kind: "config.item", ID: id + "@" + at.Format(time.RFC3339), Time: at, Body: b}
}

// recordedHistory is a history of which AWS Config records every change, some minutes
// later or earlier than it sees it.
func recordedHistory(seed uint64) *world {
	w := history(seed, true)
	last := map[string][]modelRule{}
	for i, o := range w.ops {
		for _, id := range o.groups {
			now, is := w.rules[i][id]
			g := w.ever[id]
			if was, ok := last[id]; ok && (seed+uint64(i))%3 == 0 { // it looks too early, and again later
				w.records = append(w.records, configItem(o.at.Add(time.Minute), id, g.name, g.vpc, was, false))
			}
			w.records = append(w.records, configItem(o.at.Add(time.Duration(2+i%8)*time.Minute), id, g.name, g.vpc, now, !is))
			last[id] = now
		}
	}
	return w
}

// TestModelWithConfig: what AWS Config recorded as well is one change, and of a call that
// is missing it tells sooner than the next snapshot does, and once.
func TestModelWithConfig(t *testing.T) {
	missed := 0
	for seed := range uint64(12) {
		w := recordedHistory(seed)
		changes, state := observed(t, w.records)
		if n := unobservedOf(changes); len(n) > 0 || len(changes) > len(w.ops) {
			for _, c := range changes {
				if n[c.g.id] > 0 {
					t.Logf("%s %s %s %q", c.time, c.what, c.g.id, c.lines())
				}
			}
			t.Fatalf("seed %d: unobserved: %v; %d changes of %d calls", seed, n, len(changes), len(w.ops))
		}
		final := map[string][]string{}
		for id, g := range w.groups {
			final[id] = g.state()
		}
		if end := state(start.Add(1000 * time.Hour)); fmt.Sprint(end) != fmt.Sprint(final) {
			t.Fatalf("seed %d: in the end\n%v, want\n%v", seed, end, final)
		}
		for i, o := range w.ops {
			if strings.HasPrefix(o.name, "Update") || strings.HasSuffix(o.name, "Vpc") {
				continue // items of Config may have no descriptions
			}
			changes, _ := observed(t, slices.Delete(slices.Clone(w.records), o.record, o.record+1))
			got := unobservedOf(changes)
			for id := range got {
				if !slices.Contains(o.groups, id) {
					t.Errorf("seed %d without %s of %v: unobserved of %s", seed, o.name, o.groups, id)
				}
			}
			for _, c := range changes {
				if c.what == "unobserved" {
					if missed++; c.kind != "config.item" || c.time.Sub(o.at) > 10*time.Minute {
						t.Errorf("seed %d, %d without %s of %v: by %q at %s, %s", seed, i, o.name, o.groups, c.kind, c.time, c.lines())
					}
				}
			}
			if got[o.groups[0]] == 0 {
				t.Errorf("seed %d without %s of %v at %s: not told", seed, o.name, o.groups, o.at)
			}
		}
		if t.Failed() {
			return
		}
	}
	if missed < 150 {
		t.Errorf("only %d were missed", missed)
	}
}

// TestConfigCases has what the model does not do.
func TestConfigCases(t *testing.T) {
	rule := modelRule{protocol: "tcp", from: 22, to: 22, source: "ipv4", target: "0.0.0.0/0"}
	item := func(at float64, rules ...modelRule) evidence.Record {
		return configItem(hours(at), "sg-1", "web", "vpc-1", rules, false)
	}
	gone := func(at float64) evidence.Record { return configItem(hours(at), "sg-1", "web", "vpc-1", nil, true) }
	status := func(r evidence.Record, s string) evidence.Record {
		r.Body = bytes.Replace(r.Body, []byte(`"OK"`), []byte(`"`+s+`"`), 1)
		return r
	}
	shot := func(at float64, groups ...string) (list []evidence.Record) {
		for _, id := range groups {
			list = append(list, evidence.Record{Kind: "securitygroup.snapshot", ID: fmt.Sprintf("%s@%v", id, at), Time: hours(at), Body: fmt.Appendf(nil,
				`{"AccountId":"111122223333","Region":"us-east-1","SecurityGroup":{"GroupId":%q,"GroupName":"web","VpcId":"vpc-1"},"Rules":[],"GroupsInRegion":%d}`, id, len(groups))})
		}
		return list
	}
	call := func(n int, at float64, name string) evidence.Record {
		return event(n, hours(at), name, `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`, `{"_return":true}`)
	}
	for name, c := range map[string]struct {
		records []evidence.Record
		want    []string
	}{
		"a disagreement has its source named":  {append(shot(0, "sg-1"), item(5, rule)), []string{"unobserved config.item 0 5 [+ ingress tcp 22 0.0.0.0/0]"}},
		"the next snapshot does not repeat it": {append(shot(0, "sg-1"), item(5, rule), item(7, rule)), []string{"unobserved config.item 0 5 [+ ingress tcp 22 0.0.0.0/0]"}},
		"an item that came too early":          {append(shot(0, "sg-1"), call(1, 5, "AuthorizeSecurityGroupIngress"), item(5.2), item(5.3, rule)), []string{"rules cloudtrail.event [+ ingress tcp 22 0.0.0.0/0]"}},
		"one that is much later":               {append(shot(0, "sg-1"), call(1, 5, "AuthorizeSecurityGroupIngress"), item(5.4)), []string{"rules cloudtrail.event [+ ingress tcp 22 0.0.0.0/0]", "unobserved config.item 5 5.4 [- ingress tcp 22 0.0.0.0/0]"}},
		"a deletion that was not logged":       {append(shot(0, "sg-1", "sg-2"), append([]evidence.Record{gone(5)}, shot(7, "sg-2")...)...), []string{`unobserved config.item 0 5 [- group sg-1 "web"]`}},
		"one that was":                         {append(shot(0, "sg-1", "sg-2"), append([]evidence.Record{call(1, 4.9, "DeleteSecurityGroup"), item(4.95), gone(5)}, shot(7, "sg-2")...)...), []string{`deleted cloudtrail.event [- group sg-1 "web"]`}},
		"absence of others means nothing":      {append(shot(0, "sg-1", "sg-2"), item(5)), nil},
		"a group that came and went unseen":    {append(shot(0, "sg-2"), append([]evidence.Record{item(3, rule), gone(5)}, shot(7, "sg-2")...)...), []string{`unobserved config.item 0 3 [+ group sg-1 "web" + ingress tcp 22 0.0.0.0/0]`, `unobserved config.item 3 5 [- group sg-1 "web" - ingress tcp 22 0.0.0.0/0]`}},
		"of which only the end was recorded":   {append(shot(0, "sg-2"), append([]evidence.Record{gone(5)}, shot(7, "sg-2")...)...), []string{`unobserved config.item 0 5 [- group sg-1 "web"]`}},
		"an item from before the calls":        {append([]evidence.Record{item(-24*47, rule)}, shot(5, "sg-1")...), nil},
		"what is not recorded tells nothing":   {append(shot(0, "sg-1"), status(item(5, rule), "ResourceNotRecorded")), nil},
		"a status that is not known":           {append(shot(0, "sg-1"), status(item(5, rule), "Strange")), []string{"error"}},
	} {
		var got []string
		for r, err := range Diff().Derive(t.Context(), input(c.records)) {
			if err != nil {
				got = append(got, "error")
				continue
			}
			var b body
			if err := json.Unmarshal(r.Body, &b); err != nil {
				t.Fatal(err)
			}
			s := b.Change + " " + b.Sources[0].Kind
			if b.Between != nil {
				s += fmt.Sprintf(" %v %v", b.Between.From.Sub(start).Hours(), b.Between.To.Sub(start).Hours())
			}
			got = append(got, fmt.Sprintf("%s %s", s, b.Diff))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}

// TestConfigTellsDirections: what a call modified is inbound or not, by an item that has no IDs.
func TestConfigTellsDirections(t *testing.T) {
	call := event(1, hours(1), "ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}}}}`, `null`)
	for _, egress := range []bool{false, true} {
		rule := modelRule{egress: egress, protocol: "tcp", from: 22, to: 22, source: "ipv4", target: "0.0.0.0/0"}
		all, _ := expose(t, evidence.Period{Start: start, End: start.Add(day)}, []evidence.Record{configItem(hours(-1), "sg-1", "web", "vpc-1", nil, false), call, configItem(hours(2), "sg-1", "web", "vpc-1", []modelRule{rule}, false)})
		if egress != (len(all) == 0) || !egress && (all[0].Rule.Direction != "ingress" || all[0].Opened.EventID != "e0001") {
			t.Errorf("egress %t: %+v", egress, all)
		}
	}
}
