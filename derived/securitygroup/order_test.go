package securitygroup

import (
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
