package sealed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived"
)

// call is a logged call that opens or closes a port of one group.
func call(id string, d int, name string, port int) evidence.Record {
	return evidence.Record{Kind: kind, ID: id, Time: day(d), Body: fmt.Appendf(nil,
		`{"eventID":%q,"eventSource":"ec2.amazonaws.com","eventName":%q,"eventTime":%q,"awsRegion":"ap-northeast-1","recipientAccountId":"111122223333","requestParameters":{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":%d,"toPort":%d,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}}]}}}`,
		id, name, day(d).Format(time.RFC3339), port, port)}
}

// modified is a logged call that sets the port of a rule, in another region.
func modified(id string, d int, group string, port int) evidence.Record {
	return evidence.Record{Kind: kind, ID: id, Time: day(d), Body: fmt.Appendf(nil,
		`{"eventID":%q,"eventSource":"ec2.amazonaws.com","eventName":"ModifySecurityGroupRules","eventTime":%q,"awsRegion":"us-west-2","recipientAccountId":"111122223333","requestParameters":{"ModifySecurityGroupRulesRequest":{"GroupId":%q,"SecurityGroupRule":{"SecurityGroupRuleId":"sgr-%d","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":%[4]d,"ToPort":%[4]d,"CidrIpv4":"10.0.0.0/8"}}}}}`,
		id, day(d).Format(time.RFC3339), group, port)}
}

// groupAt is a snapshot of a group with one open port.
func groupAt(region, group string, d, port int) evidence.Record {
	return evidence.Record{Kind: "securitygroup.snapshot", ID: fmt.Sprintf("%s@%d", group, d), Time: day(d), Body: fmt.Appendf(nil,
		`{"AccountId":"111122223333","Region":%q,"SecurityGroup":{"GroupId":%q,"GroupName":"web","VpcId":"vpc-1"},"Rules":[{"SecurityGroupRuleId":"sgr-%d","IsEgress":false,"IpProtocol":"tcp","FromPort":%d,"ToPort":%d,"CidrIpv4":"10.0.0.0/8"}]}`,
		region, group, port, port, port)}
}

// TestDerivedKind: its records follow from the recorded kinds that the view holds, those
// of other periods' collections among them; of a kind that more is held of than it
// selects, it sees what it selects.
func TestDerivedKind(t *testing.T) {
	of, ok := derived.Of("securitygroup.diff")
	if !ok {
		t.Fatal("there is no such kind")
	}
	want := of.From
	s := newStory()
	s.now = day(2)
	before := evidence.Unit{Kinds: []string{"securitygroup.snapshot"}, Scope: tokyo, Window: days(1, 2), Want: want}
	s.kindBatch(s.plan(days(1, 2), want, before), before, "securitygroup.snapshot", groupAt("ap-northeast-1", "sg-1", 1, 22))
	s.now = day(12)
	calls := evidence.Unit{Kinds: []string{kind}, Scope: tokyo, Window: days(10, 12), Want: want}
	groups := evidence.Unit{Kinds: []string{"securitygroup.snapshot"}, Scope: tokyo, Window: days(10, 12), Want: want}
	plan := s.plan(days(10, 12), want, calls, groups)
	s.kindBatch(plan, calls, kind, call("a", 10, "AuthorizeSecurityGroupIngress", 443), record("b", 11, "not of groups"), call("c", 11, "RevokeSecurityGroupIngress", 22), modified("d", 11, "sg-2", 23))
	s.kindBatch(plan, groups, "securitygroup.snapshot", groupAt("ap-northeast-1", "sg-1", 12, 8080))

	changes := func() (got []string) {
		v, err := Open(t.Context(), s, days(10, 14), []Source{trail, {Name: "trail", Kinds: []string{kind, "securitygroup.snapshot"}, Forms: map[string]evidence.Form{"securitygroup.snapshot": evidence.Snapshot}}}, want)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		for r, err := range v.For(want).Records(t.Context(), of.Name) {
			if err != nil {
				t.Fatal(err)
			}
			body := gjson.ParseBytes(r.Body)
			got = append(got, strings.Join([]string{r.Kind, r.Time.Format("02"), body.Get("Change").Str, body.Get("EventId").Str,
				fmt.Sprint("+", body.Get("Added.#.FromPort").Raw), fmt.Sprint("-", body.Get("Removed.#.FromPort").Raw), body.Get("Unknown").Raw}, " "))
		}
		return got
	}
	got := changes()
	// What a later collection saw, and logged, was not known as of this one.
	s.now = day(20)
	next := evidence.Unit{Kinds: []string{"securitygroup.snapshot"}, Scope: tokyo, Window: days(14, 16), Want: want}
	s.kindBatch(s.plan(days(14, 16), want, next), next, "securitygroup.snapshot", groupAt("us-west-2", "sg-2", 15, 23))
	if again := changes(); !slices.Equal(again, got) {
		t.Errorf("evaluated again it gives %q, and gave %q", again, got)
	}
	expect := []string{
		`securitygroup.diff 10 rules a +[443] -[] []`,
		`securitygroup.diff 11 rules c +[] -[22] []`,
		`securitygroup.diff 11 rules d +[] -[] ["sgr-23"]`,
		`securitygroup.diff 12 unobserved  +[8080] -[443] []`,
	}
	if d := cmp.Diff(expect, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// kindBatch seals records of a kind as all that a unit has.
func (s *story) kindBatch(plan string, u evidence.Unit, kind string, records ...evidence.Record) {
	s.batch(plan, u, 0, true, records, claim(u))
	s.entries[len(s.entries)-1].Manifest.Kind = kind
}
