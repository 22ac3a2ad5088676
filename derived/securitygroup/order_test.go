package securitygroup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
)

// TestGroupsAreTakenInOrder: a rule that a call opened by a name which does not tell the
// group is given to one of two that fit: in every run to the same.
func TestGroupsAreTakenInOrder(t *testing.T) {
	revoke := func(n int, group string, h float64) evidence.Record {
		return event(n, hours(h), "RevokeSecurityGroupIngress", `{"groupId":"`+group+`","ipProtocol":"tcp","fromPort":23,"toPort":23,"cidrIp":"0.0.0.0/0"}`, `{"_return":true}`)
	}
	records := []evidence.Record{
		event(1, hours(1), "AuthorizeSecurityGroupIngress", `{"groupName":"web","ipProtocol":"tcp","fromPort":23,"toPort":23,"cidrIp":"0.0.0.0/0"}`, `{"_return":true}`),
		revoke(2, "sg-1", 2), revoke(3, "sg-2", 3), revoke(4, "sg-1", 4), revoke(5, "sg-2", 5),
	}
	first := ""
	for range 60 {
		_, raw := expose(t, evidence.Period{Start: start, End: start.Add(30 * day)}, records)
		text := ""
		for _, r := range raw {
			text += r.ID + " " + string(r.Body) + "\n"
		}
		if first == "" {
			first = text
		}
		if text != first {
			t.Fatalf("one run gives\n%sanother\n%s", first, text)
		}
	}
}

// TestUnknownDirectionHasAnIdentityOfItsOwn: a call may make one rule of known direction, and one
// of unknown, the same.
func TestUnknownDirectionHasAnIdentityOfItsOwn(t *testing.T) {
	records := []evidence.Record{
		event(1, hours(1), "CreateSecurityGroup", `{"groupName":"web","vpcId":"vpc-1"}`, `{"_return":true,"groupId":"sg-1"}`),
		event(2, hours(2), "AuthorizeSecurityGroupIngress", `{"groupId":"sg-1"}`, `{"_return":true,"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-b","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"192.0.2.0/24"}]}}`),
		event(3, hours(3), "ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":[`+
			`{"SecurityGroupRuleId":"sgr-a","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIpv4":"0.0.0.0/0"}},`+
			`{"SecurityGroupRuleId":"sgr-b","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIpv4":"0.0.0.0/0"}}]}}`, `{"ModifySecurityGroupRulesResponse":{"return":true}}`),
	}
	in := input(records)
	in.Period = evidence.Period{Start: start, End: start.Add(30 * day)}
	seen, unknown := map[string]bool{}, 0
	for r, err := range Exposure().Derive(t.Context(), in) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[r.ID] {
			t.Errorf("two exposures are %s", r.ID)
		}
		seen[r.ID] = true
		if strings.Contains(r.ID, "/unknown tcp 443") {
			unknown++
		}
	}
	if len(seen) != 2 || unknown != 1 {
		t.Errorf("%v", seen)
	}
}

// TestOneSecondOfManyAccounts: calls of one second are put in an order by what they do, however
// many accounts have calls in it.
func TestOneSecondOfManyAccounts(t *testing.T) {
	const accounts, rule = 150, `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`
	var records []evidence.Record
	for n := range accounts {
		for _, r := range []evidence.Record{ // the IDs say the opposite of what happened
			event(3*n+2, hours(1), "CreateSecurityGroup", `{"groupName":"web","vpcId":"vpc-1"}`, `{"_return":true,"groupId":"sg-1"}`),
			event(3*n+1, hours(1), "AuthorizeSecurityGroupIngress", rule, `{"_return":true}`),
			event(3*n, hours(1), "RevokeSecurityGroupIngress", rule, `{"_return":true}`),
		} {
			r.Body = []byte(strings.Replace(string(r.Body), "111122223333", fmt.Sprintf("%012d", n), 1))
			records = append(records, r)
		}
	}
	diffs, told := derive(t, records...)
	if told != 0 || len(diffs) != 3*accounts {
		t.Errorf("%d changes and %d errors, want %d and none", len(diffs), told, 3*accounts)
	}
	for _, d := range diffs {
		if d.Change == "unobserved" {
			t.Fatalf("nobody was seen making %+v", d)
		}
	}
	exposures, _ := expose(t, evidence.Period{Start: start, End: start.Add(day)}, records)
	for _, x := range exposures {
		if x.To == nil {
			t.Fatalf("%+v stays open", x)
		}
	}
}

// TestDeletionsWait: a group is deleted after the other calls of that second which name it, also
// where those show that somebody unseen had changed it.
func TestDeletionsWait(t *testing.T) {
	changes, _ := observed(t, []evidence.Record{
		event(1, hours(1), "CreateSecurityGroup", `{"groupName":"web","vpcId":"vpc-1"}`, `{"_return":true,"groupId":"sg-1"}`),
		event(2, hours(2), "DeleteSecurityGroup", `{"groupId":"sg-1"}`, `{"_return":true}`),
		event(3, hours(2), "RevokeSecurityGroupIngress", `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"10.0.0.0/8"}`, `{"_return":true}`),
	})
	var got []string
	for _, c := range changes {
		got = append(got, c.what)
	}
	if s := strings.Join(got, " "); s != "created unobserved rules deleted" {
		t.Error(s)
	}
}
