package securitygroup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

func hours(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Hour))) }

// TestCases has what the model does not do.
func TestCases(t *testing.T) {
	open := func(n int, at time.Time, group string) evidence.Record {
		return event(n, at, "AuthorizeSecurityGroupIngress", `{"groupId":"`+group+`","ipProtocol":"tcp","fromPort":23,"toPort":23,"cidrIp":"10.0.0.0/8"}`, `{"_return":true}`)
	}
	shot := func(at time.Time, id, name, vpc, rules string) evidence.Record {
		return evidence.Record{Kind: "securitygroup.snapshot", ID: id + "@" + at.String(), Time: at,
			Body: []byte(`{"AccountId":"111122223333","Region":"us-east-1","SecurityGroup":{"GroupId":"` + id + `","GroupName":"` + name + `","VpcId":"` + vpc + `"},"Rules":[` + rules + `]}`)}
	}
	whole := func(records []evidence.Record) []evidence.Record { // each reading says how many groups it has
		groups := map[time.Time]int{}
		for _, r := range records {
			groups[r.Time]++
		}
		out := slices.Clone(records)
		for i, r := range out {
			if r.Kind == "securitygroup.snapshot" {
				out[i].Body = fmt.Appendf(nil, `%s,"GroupsInRegion":%d}`, r.Body[:len(r.Body)-1], groups[r.Time])
			}
		}
		return out
	}
	byName := func(n int, at time.Time, call string) evidence.Record {
		return event(n, at, call, `{"groupName":"web","ipProtocol":"tcp","fromPort":23,"toPort":23,"cidrIp":"10.0.0.0/8"}`, `{"_return":true}`)
	}
	partly := func(first, second, third []evidence.Record) []evidence.Record { // the second reading lost a group on its way
		second = whole(second)
		for i, r := range second {
			second[i].Body = bytes.Replace(r.Body, []byte(`"GroupsInRegion":1`), []byte(`"GroupsInRegion":2`), 1)
		}
		return slices.Concat(whole(first), second, whole(third))
	}
	two := func(at time.Time, first, second string) []evidence.Record {
		return []evidence.Record{shot(at, "sg-1", "web", "vpc-1", first), shot(at, "sg-2", "web", "vpc-2", second)}
	}
	const web = `{"SecurityGroupRuleId":"sgr-22","IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"10.0.0.0/8"}`
	const telnet = `{"SecurityGroupRuleId":"sgr-23","IpProtocol":"tcp","FromPort":23,"ToPort":23,"CidrIpv4":"10.0.0.0/8"}`
	const ipv4 = `{"SecurityGroupRuleId":"sgr-4","IsEgress":true,"IpProtocol":"-1","FromPort":-1,"ToPort":-1,"CidrIpv4":"0.0.0.0/0"}`
	const ipv6 = `{"SecurityGroupRuleId":"sgr-6","IsEgress":true,"IpProtocol":"-1","FromPort":-1,"ToPort":-1,"CidrIpv6":"::/0"}`
	before, after := shot(hours(0), "sg-1", "web", "vpc-1", web), shot(hours(10), "sg-1", "web", "vpc-1", web)
	for name, c := range map[string]struct {
		records []evidence.Record
		want    []string // the changes and their lines
	}{
		"a snapshot just after a call may not have it": {
			[]evidence.Record{before, shot(hours(5), "sg-1", "web", "vpc-1", web), open(1, hours(5).Add(-time.Minute), "sg-1"), shot(hours(10), "sg-1", "web", "vpc-1", web+","+telnet)},
			[]string{"rules", "+ ingress tcp 23 10.0.0.0/8"}},
		"a snapshot just before a call may have it": {
			[]evidence.Record{before, shot(hours(5), "sg-1", "web", "vpc-1", web+","+telnet), open(1, hours(5).Add(time.Minute), "sg-1"), shot(hours(10), "sg-1", "web", "vpc-1", web+","+telnet)},
			[]string{"rules", "+ ingress tcp 23 10.0.0.0/8"}},
		"a later one must": {
			[]evidence.Record{before, open(1, hours(9.9), "sg-1"), after},
			[]string{"rules", "+ ingress tcp 23 10.0.0.0/8", "unobserved", "- ingress tcp 23 10.0.0.0/8"}},
		"a group is new": {
			[]evidence.Record{before, after, shot(hours(10), "sg-2", "db", "vpc-1", web)},
			[]string{"unobserved", `+ group sg-2 "db"`, "+ ingress tcp 22 10.0.0.0/8"}},
		"a group is new and has calls, but none that made it": {
			[]evidence.Record{before, after, open(1, hours(5), "sg-2"), shot(hours(10), "sg-2", "db", "vpc-1", web+","+telnet)},
			[]string{"unobserved", `+ group sg-2 "db"`, "+ ingress tcp 22 10.0.0.0/8", "rules", "+ ingress tcp 23 10.0.0.0/8"}},
		"a group is gone": {
			[]evidence.Record{before, shot(hours(0), "sg-2", "db", "vpc-1", web), after},
			[]string{"unobserved", `- group sg-2 "db"`, "- ingress tcp 22 10.0.0.0/8"}},
		"a group comes back": {
			[]evidence.Record{before, shot(hours(0), "sg-2", "db", "vpc-1", web), after, shot(hours(20), "sg-1", "web", "vpc-1", web), shot(hours(20), "sg-2", "db", "vpc-1", web)},
			[]string{"unobserved", `- group sg-2 "db"`, "- ingress tcp 22 10.0.0.0/8", "unobserved", `+ group sg-2 "db"`, "+ ingress tcp 22 10.0.0.0/8"}},
		"the answer names the group that the request calls by a name that two have": {
			[]evidence.Record{shot(hours(0), "sg-1", "default", "vpc-1", web), shot(hours(0), "sg-2", "default", "vpc-2", web), event(1, hours(5), "RevokeSecurityGroupIngress", `{"groupName":"default","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"10.0.0.0/8"}`,
				`{"_return":true,"revokedSecurityGroupRuleSet":{"items":[{"securityGroupRuleId":"sgr-22","groupId":"sg-2","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"10.0.0.0/8"}]}}`)},
			[]string{"rules", "- ingress tcp 22 10.0.0.0/8"}},
		"what was revoked is what the answer says": {
			[]evidence.Record{before, event(1, hours(5), "RevokeSecurityGroupIngress", `{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-22"}]}}`,
				`{"_return":true,"revokedSecurityGroupRuleSet":{"items":[{"securityGroupRuleId":"sgr-22","groupId":"sg-1","isEgress":false,"ipProtocol":"tcp","fromPort":2222,"toPort":2222,"cidrIpv4":"10.0.0.0/8"}]}}`), shot(hours(10), "sg-1", "web", "vpc-1", "")},
			[]string{"unobserved", "- ingress tcp 22 10.0.0.0/8", "+ ingress tcp 2222 10.0.0.0/8", "rules", "- ingress tcp 2222 10.0.0.0/8"}},
		"a VPC got IPv6, and AWS gave its default group the rule": {
			[]evidence.Record{shot(hours(0), "sg-1", "default", "vpc-1", ipv4), event(1, hours(5), "AssociateVpcCidrBlock", `{"vpcId":"vpc-1","amazonProvidedIpv6CidrBlock":true}`,
				`{"vpcId":"vpc-1","ipv6CidrBlockAssociation":{"associationId":"a"}}`), shot(hours(10), "sg-1", "default", "vpc-1", ipv4+","+ipv6)},
			[]string{"rules", "+ egress all ::/0"}},
		"without that it was somebody": {
			[]evidence.Record{shot(hours(0), "sg-1", "default", "vpc-1", ipv4), shot(hours(10), "sg-1", "default", "vpc-1", ipv4+","+ipv6)},
			[]string{"unobserved", "+ egress all ::/0"}},
		"a reading in part shows no group as gone": {
			partly([]evidence.Record{before, shot(hours(0), "sg-2", "db", "vpc-1", web)}, []evidence.Record{shot(hours(5), "sg-2", "db", "vpc-1", web)}, []evidence.Record{after, shot(hours(10), "sg-2", "db", "vpc-1", web)}),
			[]string{}},
		"a reading in part tells of the groups that it has": {
			partly([]evidence.Record{before, shot(hours(0), "sg-2", "db", "vpc-1", web)}, []evidence.Record{shot(hours(5), "sg-1", "web", "vpc-1", web+","+telnet)}, []evidence.Record{shot(hours(10), "sg-1", "web", "vpc-1", web+","+telnet), shot(hours(10), "sg-2", "db", "vpc-1", web)}),
			[]string{"unobserved", "+ ingress tcp 23 10.0.0.0/8"}},
		"after a reading in part, a group of the next is not new": {
			partly(nil, []evidence.Record{shot(hours(5), "sg-2", "db", "vpc-1", web)}, []evidence.Record{after, shot(hours(10), "sg-2", "db", "vpc-1", web)}),
			[]string{}},
		"a call by a name that two groups have": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "AuthorizeSecurityGroupIngress")}, two(hours(10), web, web+","+telnet)),
			[]string{"unresolved", `? group "web"`, "+ ingress tcp 23 10.0.0.0/8"}},
		"it was for one of them": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "AuthorizeSecurityGroupIngress")}, two(hours(10), web+","+telnet, web+","+telnet)),
			[]string{"unresolved", `? group "web"`, "+ ingress tcp 23 10.0.0.0/8", "unobserved", "+ ingress tcp 23 10.0.0.0/8"}},
		"it explains nothing else": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "RevokeSecurityGroupIngress")}, two(hours(10), web, web+","+telnet)),
			[]string{"unresolved", `? group "web"`, "- ingress tcp 23 10.0.0.0/8", "unobserved", "+ ingress tcp 23 10.0.0.0/8"}},
		"it explains nothing after the next reading": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "AuthorizeSecurityGroupIngress")}, two(hours(10), web, web), two(hours(20), web, web+","+telnet)),
			[]string{"unresolved", `? group "web"`, "+ ingress tcp 23 10.0.0.0/8", "unobserved", "+ ingress tcp 23 10.0.0.0/8"}},
		"one of two groups of a name is deleted by it": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "DeleteSecurityGroup"), after}),
			[]string{"unresolved", `? group "web"`}},
		"a call that builds on what it may have done": {
			slices.Concat(two(hours(0), web, web), []evidence.Record{byName(1, hours(5), "AuthorizeSecurityGroupIngress"), event(2, hours(6), "RevokeSecurityGroupIngress",
				`{"groupId":"sg-2","ipProtocol":"tcp","fromPort":23,"toPort":23,"cidrIp":"10.0.0.0/8"}`, `{"_return":true}`)}, two(hours(10), web, web)),
			[]string{"unresolved", `? group "web"`, "+ ingress tcp 23 10.0.0.0/8", "rules", "- ingress tcp 23 10.0.0.0/8"}},
		"a name that no snapshot told": {
			[]evidence.Record{open(1, hours(4), "sg-9"), byName(2, hours(5), "AuthorizeSecurityGroupIngress")},
			[]string{"rules", "+ ingress tcp 23 10.0.0.0/8", "unresolved", `? group "web"`, "+ ingress tcp 23 10.0.0.0/8"}},
	} {
		records := c.records
		if !strings.Contains(name, "in part") {
			records = whole(records)
		}
		changes, told := derive(t, records...)
		got := []string{}
		for _, b := range changes {
			got = append(append(got, b.Change), b.Diff...)
			if (b.Change == "unresolved") != (b.GroupID == "") || b.Change == "unresolved" && (b.GroupName != "web" || len(b.Candidates) == 0 || b.EventID == "") {
				t.Errorf("%s: %s of %q %q, candidates %q", name, b.Change, b.GroupID, b.GroupName, b.Candidates)
			}
			if (b.Change == "unobserved") != (b.Between != nil) || b.Between != nil && (b.Between.From == nil || !b.Between.From.Before(b.Between.To)) {
				t.Errorf("%s: between %+v", name, b.Between)
			}
		}
		if told != 0 || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d errors, got %q, want %q", name, told, got, c.want)
		}
	}
}
