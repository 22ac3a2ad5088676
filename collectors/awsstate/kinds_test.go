package awsstate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestSecurityGroupBody(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, _ := read(t, s, "securitygroup.snapshot")
	want := `{"AccountId":"444455556666","Region":"ap-northeast-1","SecurityGroup":{"Description":"<web> & more","GroupId":"sg-0a","GroupName":"web",` +
		`"IpPermissions":[{"FromPort":443,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"公開"}],"Ipv6Ranges":[],"ToPort":443}],` +
		`"IpPermissionsEgress":[],"OwnerId":"444455556666","Tags":[],"VpcId":"vpc-1"},"Rules":[` +
		`{"CidrIpv4":"0.0.0.0/0","FromPort":-1,"GroupId":"sg-0a","GroupOwnerId":"444455556666","IpProtocol":"-1","IsEgress":true,"SecurityGroupRuleId":"sg-0a-r1","Tags":[],"ToPort":-1},` +
		`{"CidrIpv4":"0.0.0.0/0","FromPort":443,"GroupId":"sg-0a","GroupOwnerId":"444455556666","IpProtocol":"tcp","IsEgress":false,"SecurityGroupRuleId":"sg-0a-r2","Tags":[],"ToPort":443}],"GroupsInRegion":3}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/ap-northeast-1/sg-0a@2026-11-03T09:30:12Z")); d != "" {
		t.Error(d)
	}
	if got := gjson.Get(bodyOf(t, records, "111122223333/us-east-1/sg-0d@"), "Rules").Raw; got != "[]" {
		t.Errorf("a group without rules has Rules %s", got)
	}
}

func TestDetectorBodies(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, _ := read(t, s, "guardduty.detector")
	if len(records) != 6 {
		t.Fatalf("%d records, want one for each account and region", len(records))
	}
	want := `{"AccountId":"444455556666","Region":"ap-northeast-1","Detectors":[{"DetectorId":"d1444455556666","ServiceRole":"arn:aws:iam::444455556666:role/x","Status":"ENABLED",` +
		`"CreatedAt":"2025-01-01T00:00:00.000Z","Features":[{"Name":"S3_DATA_EVENTS","Status":"DISABLED"}],"Tags":{}}],"AdministratorAccountId":"111122223333"}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/ap-northeast-1@")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(`{"AccountId":"777788889999","Region":"us-east-1","Detectors":[]}`, bodyOf(t, records, "777788889999/us-east-1@")); d != "" {
		t.Error(d)
	}
}

func TestOrganizationBodies(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, _ := read(t, s, "organizations.account", "organizations.organization")
	body := bodyOf(t, records, "111122223333/444455556666@")
	for path, want := range map[string]string{
		"AccountId":                 `"111122223333"`,
		"Account.Id":                `"444455556666"`,
		"Account.JoinedTimestamp":   `"2023-11-14T22:13:20.5Z"`,
		"ParentId":                  `"ou-ab12-produce1"`,
		"Path":                      `["r-ab12","ou-ab12-workload","ou-ab12-produce1"]`,
		"Policies.#.Level":          `["r-ab12","ou-ab12-workload","ou-ab12-produce1","444455556666"]`,
		"Policies.0.Policies.#.Id":  `["p-FullAWSAccess","p-protect1"]`,
		"Policies.1.Policies.#.Id":  `["p-FullAWSAccess"]`,
		"Policies.0.Policies.1":     `{"Id":"p-protect1","Name":"protect-trail","Arn":"arn:aws:organizations::111122223333:policy/p-protect1","AwsManaged":false,"Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"cloudtrail:StopLogging\",\"Resource\":\"*\"}]}"}`,
		"Policies.3.Policies.0.Arn": `"arn:aws:organizations::111122223333:policy/p-FullAWSAccess"`,
	} {
		if got := gjson.Get(body, path).Raw; got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	whole := bodyOf(t, records, "111122223333/o-exampleorg1@")
	if got := gjson.Get(whole, "Roots.0.PolicyTypes").Raw; got != `[{"Status":"ENABLED","Type":"SERVICE_CONTROL_POLICY"}]` {
		t.Errorf("PolicyTypes %s", got)
	}
	if got := gjson.Get(whole, "Organization.AvailablePolicyTypes").Raw; got != "[]" {
		t.Errorf("an empty list is %q", got)
	}
}
