package awsstate

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// The accounts of the simulated organization.
const (
	management = "111122223333"
	production = "444455556666"
	sandbox    = "777788889999"
	gone       = "999900001111" // suspended

	tokyo    = "ap-northeast-1"
	virginia = "us-east-1"

	secretKey = "SIMULATEDsecretACCESSkey0123456789EXAMPLE"
)

var (
	now     = time.Date(2026, 11, 3, 9, 30, 12, 500, time.UTC)
	october = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
)

// company is an organization of three accounts that are active and one that is not.
// Others add resources of their kinds here.
func company() *aws.State {
	s := &aws.State{
		Regions: []string{virginia, tokyo}, PageSize: 2,
		Organization: &aws.Organization{
			ID: "o-exampleorg1", RootID: "r-ab12",
			Units: map[string]string{"ou-ab12-workload": "r-ab12", "ou-ab12-produce1": "ou-ab12-workload"},
			Accounts: []aws.Member{
				{ID: management, Name: "management", Email: "aws@example.com", Parent: "r-ab12"},
				{ID: production, Name: "production", Email: "production@example.com", Parent: "ou-ab12-produce1"},
				{ID: sandbox, Name: "sandbox <&>", Email: "sandbox@example.com", Parent: "ou-ab12-workload"},
				{ID: gone, Name: "gone", Email: "gone@example.com", Parent: "r-ab12", State: "SUSPENDED"},
			},
			Policies: []aws.Policy{
				{ID: "p-FullAWSAccess", Name: "FullAWSAccess", AwsManaged: true, Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
				{ID: "p-protect1", Name: "protect-trail", Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"cloudtrail:StopLogging","Resource":"*"}]}`},
			},
			Attached: map[string][]string{
				"r-ab12": {"p-FullAWSAccess", "p-protect1"}, "ou-ab12-workload": {"p-FullAWSAccess"}, "ou-ab12-produce1": {"p-FullAWSAccess"},
				management: {"p-FullAWSAccess"}, production: {"p-FullAWSAccess"}, sandbox: {"p-FullAWSAccess"}, gone: {"p-FullAWSAccess"},
			},
		},
	}
	ports := func(n int) *int { return &n }
	for _, id := range []string{"sg-0a", "sg-0b", "sg-0c"} {
		s.Add(production, tokyo, aws.SecurityGroups, aws.SecurityGroup{
			OwnerID: production, GroupID: id, Name: "web", Description: "<web> & more", VpcID: "vpc-1",
			Ingress: []aws.IPPermission{{Protocol: "tcp", FromPort: ports(443), ToPort: ports(443), IPv4: []aws.IPRange{{CIDR: "0.0.0.0/0", Description: "公開"}}}},
		})
		s.Add(production, tokyo, aws.SecurityGroupRules,
			aws.SecurityGroupRule{ID: id + "-r2", GroupID: id, OwnerID: production, Protocol: "tcp", FromPort: 443, ToPort: 443, IPv4: "0.0.0.0/0"},
			aws.SecurityGroupRule{ID: id + "-r1", GroupID: id, OwnerID: production, Egress: true, Protocol: "-1", FromPort: -1, ToPort: -1, IPv4: "0.0.0.0/0"})
	}
	s.Add(management, virginia, aws.SecurityGroups, aws.SecurityGroup{OwnerID: management, GroupID: "sg-0d", Name: "default", VpcID: "vpc-2"})
	for _, account := range []string{management, production} {
		s.Add(account, tokyo, aws.Detectors, aws.Detector{
			ID: "d1" + account, CreatedAt: "2025-01-01T00:00:00.000Z", Status: "ENABLED", ServiceRole: "arn:aws:iam::" + account + ":role/x",
			Administrator: map[string]string{production: management}[account],
			Features:      []aws.DetectorFeature{{Name: "S3_DATA_EVENTS", Status: "DISABLED"}}, Tags: map[string]string{},
		})
	}
	for _, f := range []map[string]any{
		detected(production, "f1", "2026-10-02T00:00:00.000Z", "2026-10-02T00:05:00.000Z"),
		detected(production, "f2", "2026-09-02T00:00:00.000Z", "2026-10-20T00:05:00.000Z"), // it recurred
		detected(production, "f3", "2026-09-03T00:00:00.000Z", "2026-09-04T00:00:00.000Z"), // of before
		detected(production, "f4", "2026-11-02T00:00:00.000Z", "2026-11-02T00:00:00.000Z"), // of after
		detected(production, "f5", "2026-10-31T23:59:59.999Z", "2026-11-02T00:00:00.000Z"),
	} {
		s.Add(production, tokyo, aws.DetectorFindings, f)
	}
	s.Add(management, tokyo, aws.DetectorFindings, // its own and its member's
		detected(management, "f6", "2026-10-05T00:00:00.000Z", "2026-10-05T00:00:00.000Z"), detected(production, "f1", "2026-10-02T00:00:00.000Z", "2026-10-02T00:05:00.000Z"))
	s.Add(production, tokyo, aws.Hubs, struct{}{})
	s.Add(management, tokyo, aws.Hubs, struct{}{})
	for _, at := range []string{"2026-09-30T23:59:59.999Z", "2026-10-01T00:00:00.000Z", "2026-10-15T00:00:00.000Z", "2026-11-01T00:00:00.000Z"} {
		s.Add(production, tokyo, aws.HubFindings, imported(production, tokyo, at))
		s.Add(management, tokyo, aws.HubFindings, imported(production, tokyo, at))
	}
	s.Add(management, tokyo, aws.HubFindings, imported(management, virginia, "2026-10-15T00:00:00.000Z"), imported(management, tokyo, "2026-10-16T00:00:00.000Z"))
	for _, region := range []string{tokyo, virginia} {
		s.Add(production, region, aws.ConfigRecorders, aws.ConfigRecorder{
			Recorder: map[string]any{"name": "default", "roleARN": "arn:aws:iam::" + production + ":role/config", "recordingGroup": map[string]any{"allSupported": true, "includeGlobalResourceTypes": region == virginia, "resourceTypes": []string{}}},
			Status:   map[string]any{"name": "default", "recording": true, "lastStatus": "SUCCESS", "lastStartTime": 1790000000.123},
			Channel:  map[string]any{"name": "default", "s3BucketName": "config-logs"},
		})
	}
	s.Add(production, tokyo, aws.ConfigItems,
		item("sg-0a", october.Start.Add(-400*24*time.Hour), false), item("sg-0a", october.Start.Add(-90*24*time.Hour), false),
		item("sg-0b", october.Start.Add(-time.Hour), false), item("sg-0b", october.Start.Add(time.Hour), false), item("sg-0b", october.Start.Add(10*24*time.Hour), false), item("sg-0b", october.End.Add(time.Hour), false),
		item("sg-0c", october.Start.Add(48*time.Hour), false), item("sg-0c", october.Start.Add(49*time.Hour), true),
		item("sg-0d", october.Start.Add(-48*time.Hour), true))
	for _, id := range []string{"1", "2", "3"} {
		s.Add(production, tokyo, aws.Reservations, aws.XML{Inner: "<reservationId>r-" + id + "</reservationId><instancesSet><item><instanceId>i-" + id +
			"</instanceId><launchTime>2026-09-01T00:00:00.000Z</launchTime><instanceState><code>16</code><name>running</name></instanceState></item></instancesSet>"})
		s.Add(production, tokyo, aws.Volumes, aws.XML{Inner: "<volumeId>vol-" + id + "</volumeId><encrypted>true</encrypted><attachmentSet/>"})
		s.Add(production, tokyo, aws.Snapshots, aws.XML{Inner: "<snapshotId>snap-" + id + "</snapshotId><volumeId>vol-" + id + "</volumeId><startTime>2026-10-01T00:00:00.000Z</startTime>"})
		s.Add(production, tokyo, aws.Nodes, map[string]any{"InstanceId": "i-" + id, "PingStatus": "Online", "LastPingDateTime": 1793696400})
		s.Add(production, "", aws.Distributions, aws.XML{Inner: "<Id>E" + id + "</Id><ARN>arn:aws:cloudfront::" + production + ":distribution/E" + id + "</ARN><WebACLId></WebACLId><Enabled>true</Enabled>" +
			"<Origins><Quantity>1</Quantity><Items><Origin><Id>o</Id><DomainName>o.example.com</DomainName><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader>" +
			"<HeaderName>x-verify</HeaderName><HeaderValue>" + headerSecret + "</HeaderValue></OriginCustomHeader></Items></CustomHeaders></Origin></Items></Origins>"})
		s.Add(production, tokyo, aws.LoadBalancers, aws.LoadBalancer{
			ARN: lbARN + id, Name: "lb-" + id, Type: map[string]string{"3": "network"}[id] + map[string]string{"1": "application", "2": "application"}[id],
			More: "<Scheme>internet-facing</Scheme><CreatedTime>2026-01-01T00:00:00Z</CreatedTime>", Tags: map[string]string{"b": "2", "a": "1"},
			WebACL: map[string]string{"1": aclARN + "1"}[id],
		})
		s.Add(production, tokyo, aws.WebACLs, aws.WebACL{ID: id, Name: "acl-" + id, ARN: aclARN + id, LogTo: map[string]string{"1": "arn:aws:s3:::aws-waf-logs-x"}[id]})
		s.Add(production, virginia, aws.WebACLs, aws.WebACL{ID: "c" + id, Name: "cdn-" + id, ARN: aclARN + "c" + id, CloudFront: true, Rules: map[string][]any{"1": secretRules}[id]})
		s.Add(production, tokyo, aws.Topics, aws.Topic{
			ARN: topicARN + id, Attributes: map[string]string{"TopicArn": topicARN + id, "Owner": production, "SubscriptionsConfirmed": "3", "SubscriptionsPending": "1"},
			Subscriptions: []aws.Subscription{
				{ARN: topicARN + id + ":s1", Protocol: "email", Endpoint: "sre@example.co.jp"}, {Protocol: "email", Endpoint: "left@example.co.jp"},
				{ARN: topicARN + id + ":s3", Protocol: "https", Endpoint: "https://hooks.slack.com/services/T0/B0/" + hookSecret},
				{ARN: topicARN + id + ":s4", Protocol: "https", Endpoint: "https://ops:" + hookSecret + "@alarm.example.com:8443/?key=" + hookSecret},
			},
		})
		s.Add(production, tokyo, aws.Trails, aws.Trail{
			ARN: trailARN + id, Name: "trail-" + id, Bucket: "logs", NotValidated: id == "2", SingleRegion: id == "3", Status: aws.Logging(now.Add(-10 * time.Minute)),
			AdvancedSelectors: map[string][]any{"2": {map[string]any{"Name": "writes", "FieldSelectors": []any{
				map[string]any{"Field": "eventCategory", "Equals": []any{"Management"}}, map[string]any{"Field": "readOnly", "Equals": []any{"false"}},
			}}}}[id],
		})
		s.Add(production, tokyo, aws.Stages, aws.Stage{API: "api" + id, Name: "prod", WebACL: map[string]string{"1": aclARN + "1"}[id], Variables: map[string]string{"password": stageSecret},
			Canary: map[string]any{"percentTraffic": 10, "stageVariableOverrides": map[string]string{"password": stageSecret}}})
	}
	s.Add(production, "", aws.CredentialRows,
		map[string]string{"user": "ci", "arn": "arn:aws:iam::" + production + ":user/system/ci", "access_key_1_active": "true", "access_key_1_last_rotated": "2026-01-02T03:04:05+00:00"},
		map[string]string{"user": "taro,=@x", "arn": "arn:aws:iam::" + production + ":user/taro,=@x", "password_enabled": "no_information"})
	s.Add(production, "", aws.IAMs, aws.IAM{
		Summary:        map[string]int{"Users": 2, "AccountMFAEnabled": 0, "AccountAccessKeysPresent": 1},
		PasswordPolicy: "<MinimumPasswordLength>14</MinimumPasswordLength><RequireSymbols>true</RequireSymbols>",
		Aliases:        []string{"example-production"},
		SAML:           []aws.IdentityProvider{{ARN: "arn:aws:iam::" + production + ":saml-provider/sso", More: "<SAMLMetadataDocument>&lt;EntityDescriptor/&gt;</SAMLMetadataDocument><ValidUntil>2036-01-01T00:00:00Z</ValidUntil>"}},
		OpenID: []aws.IdentityProvider{
			{ARN: openIDARN + "z.example.com", More: "<Url>z.example.com</Url>"},
			{ARN: openIDARN + "a.example.com", More: "<Url>a.example.com</Url><ClientIDList><member>sts.amazonaws.com</member></ClientIDList>"},
		},
	})
	for _, r := range roles() {
		s.Add(production, "", aws.IAMRoles, r)
	}
	for _, u := range users() {
		s.Add(production, "", aws.IAMUsers, u)
	}
	s.Add(management, virginia, aws.IdentityCenters, identityCenter())
	// An instance that a member account has for itself.
	s.Add(sandbox, tokyo, aws.IdentityCenters, aws.IdentityCenter{ARN: "arn:aws:sso:::instance/ssoins-own", Store: "d-own"})
	return s
}

// roles are one of a server, one of the build and one that somebody may assume.
func roles() []aws.IAMRole {
	role := func(name, trust string) aws.IAMRole {
		return aws.IAMRole{ARN: iamARN + "role/ops/" + name, Name: name, ID: "AROA" + name, Path: "/ops/", Created: "2025-04-01T00:00:00Z", Trust: trust}
	}
	server := role("server", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	server.LastUsed, server.Boundary, server.Tags = "2026-10-31T10:00:00Z", "arn:aws:iam::aws:policy/PowerUserAccess", map[string]string{"team": "決済", "a": "1"}
	server.Policies, server.Profiles = []string{"AmazonSSMManagedInstanceCore", "ReadOnlyAccess"}, []string{"server"}
	server.Inline = map[string]string{"read": `{"Statement":[{"Sid":"` + inlineText + `"}]}`, "all": "{}"}
	return []aws.IAMRole{
		server,
		role("build", "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"Federated\": \""+iamARN+
			"oidc-provider/token.actions.githubusercontent.com\"}, \"Action\": \"sts:AssumeRoleWithWebIdentity\", \"Condition\": {\"StringLike\": {\"x:sub\": \"repo:a+b/<c> & 決済:*\"}}}\n}"),
		role("person", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+iamARN+`user/taro"},"Action":"sts:AssumeRole"}]}`),
	}
}

// users are one with everything, one with nothing and one of a machine.
func users() []aws.IAMUser {
	user := func(name string) aws.IAMUser {
		return aws.IAMUser{ARN: iamARN + "user/" + name, Name: name, ID: "AIDA" + name, Path: "/", Created: "2025-04-01T00:00:00Z"}
	}
	taro, machine := user("taro"), user("ci-build")
	taro.Password, taro.PasswordUsed = "2025-04-02T00:00:00Z", "2026-10-30T01:02:03Z"
	taro.Keys = []aws.IAMKey{{ID: "AKIAUSED", Created: "2025-05-01T00:00:00Z", Used: "2026-10-29T00:00:00Z"}, {ID: "AKIANEVER", Created: "2025-06-01T00:00:00Z", Inactive: true}}
	taro.MFA, taro.Groups = []string{iamARN + "mfa/taro", "GAHT12345678", iamARN + "u2f/user/taro/key"}, []string{"admins", "developers", "readers"}
	taro.Policies, taro.Inline = []string{"ReadOnlyAccess", "Billing", "IAMUserChangePassword"}, []string{"a", "b", "c"}
	machine.Keys = []aws.IAMKey{{ID: "AKIACI", Created: "2025-05-01T00:00:00Z", Used: "2026-11-03T00:00:00Z"}}
	return []aws.IAMUser{taro, user("hanako"), machine}
}

// identityCenter has three users, of whom the identity provider brought two, and
// three assignments.
func identityCenter() aws.IdentityCenter {
	user := func(id, name string, more map[string]any) map[string]any {
		u := map[string]any{"UserId": id, "UserName": name, "DisplayName": name, "IdentityStoreId": "d-9067", "UserStatus": "ENABLED", "Addresses": []any{map[string]any{"Formatted": homeAddress}}}
		for k, v := range more {
			u[k] = v
		}
		return u
	}
	brought := map[string]any{"ExternalIds": []any{map[string]any{"Id": "e1", "Issuer": "https://scim.aws.com/example"}}, "Emails": []any{map[string]any{"Value": "sre-01@example.co.jp", "Primary": true}}}
	return aws.IdentityCenter{
		ARN: "arn:aws:sso:::instance/ssoins-1", Store: "d-9067",
		Users: []map[string]any{user("u-1", "sre-01@example.co.jp", brought), user("u-2", "sre-02@example.co.jp", brought), user("u-3", "local", nil)},
		Groups: []aws.IdentityGroup{
			{ID: "g-1", Name: "sre", Users: []string{"u-1", "u-2", "u-3"}}, {ID: "g-2", Name: "empty"}, {ID: "g-3", Name: "audit <&>", Users: []string{"u-1"}},
		},
		PermissionSets: []aws.PermissionSet{
			{ARN: setARN + "1", Name: "Administrator", SessionDuration: "PT1H", Policies: []string{"AdministratorAccess", "Billing", "ReadOnlyAccess"}},
			{ARN: setARN + "2", Name: "ReadOnly", SessionDuration: "PT8H"}, {ARN: setARN + "3", Name: "unused"},
		},
		Assignments: []aws.Assignment{
			{Account: production, PermissionSet: setARN + "1", Principal: "g-1", Group: true}, {Account: production, PermissionSet: setARN + "1", Principal: "u-3"},
			{Account: sandbox, PermissionSet: setARN + "2", Principal: "deleted"},
		},
	}
}

// detected is a finding of GuardDuty.
func detected(account, id, created, updated string) map[string]any {
	return map[string]any{
		"accountId": account, "region": tokyo, "id": id, "arn": "arn:aws:guardduty:ap-northeast-1:" + account + ":detector/d1" + account + "/finding/" + id, "partition": "aws",
		"type": "Recon:EC2/PortProbeUnprotectedPort", "severity": 2.5, "title": "ポート", "schemaVersion": "2.0", "createdAt": created, "updatedAt": updated,
		"resource": map[string]any{"resourceType": "Instance"}, "service": map[string]any{"archived": id == "f1", "count": 3, "detectorId": "d1" + account, "serviceName": "guardduty"},
	}
}

// imported is a finding of Security Hub.
func imported(account, region, created string) map[string]any {
	return map[string]any{
		"AwsAccountId": account, "Region": region, "Id": "arn:aws:securityhub:" + region + ":" + account + ":finding/" + created, "ProductArn": "arn:aws:securityhub:" + region + "::product/aws/securityhub",
		"SchemaVersion": "2018-10-08", "Title": "t", "Description": "d", "GeneratorId": "g", "CreatedAt": created, "UpdatedAt": "2026-11-02T00:00:00.000Z", "RecordState": "ACTIVE",
		"Severity": map[string]any{"Label": "HIGH", "Normalized": 70}, "Workflow": map[string]any{"Status": "NEW"},
		"Resources": []any{map[string]any{"Id": "f", "Type": "AwsLambdaFunction", "Details": map[string]any{"AwsLambdaFunction": map[string]any{"Environment": map[string]any{"Variables": map[string]any{"K": functionSecret}}}}}},
	}
}

// item is what Config recorded of a security group at a moment.
func item(group string, at time.Time, deleted bool) aws.ConfigItem {
	return aws.ConfigItem{ResourceType: "AWS::EC2::SecurityGroup", ResourceID: group, Captured: float64(at.Unix()), Deleted: deleted, More: map[string]any{
		"accountId": production, "awsRegion": tokyo, "arn": "arn:aws:ec2:ap-northeast-1:444455556666:security-group/" + group, "relatedEvents": []string{},
		"configuration": `{"groupId":"` + group + `","ipPermissions":[]}`, "tags": map[string]string{"Name": "web"},
	}}
}

const (
	topicARN    = "arn:aws:sns:ap-northeast-1:444455556666:alarm-"
	trailARN    = "arn:aws:cloudtrail:ap-northeast-1:444455556666:trail/trail-"
	setARN      = "arn:aws:sso:::permissionSet/ssoins-1/ps-"
	openIDARN   = "arn:aws:iam::444455556666:oidc-provider/"
	iamARN      = "arn:aws:iam::444455556666:"
	inlineText  = "SIMULATEDinlinePOLICYtext"
	hookSecret  = "SIMULATEDwebhookTOKENsecret"
	homeAddress = "SIMULATED home address"

	headerSecret = "SIMULATEDoriginHEADERsecret"
	stageSecret  = "SIMULATEDstageVARIABLEsecret"

	functionSecret = "SIMULATEDfunctionVARIABLEsecret"
	webACLSecret   = "SIMULATEDwebACLHEADERsecret"

	lbARN  = "arn:aws:elasticloadbalancing:ap-northeast-1:444455556666:loadbalancer/app/lb/"
	aclARN = "arn:aws:wafv2:ap-northeast-1:444455556666:regional/webacl/acl/"
)

// secretRules are a web ACL's rules that compare headers with a secret, in statements within
// statements and by expressions, and that put it into headers.
var secretRules = func() []any {
	type m = map[string]any
	shown := base64.StdEncoding.EncodeToString([]byte(webACLSecret))
	compared := func(field string, to m) m {
		return m{"ByteMatchStatement": m{"FieldToMatch": m{field: to}, "SearchString": shown, "PositionalConstraint": "EXACTLY", "TextTransformations": []any{}}}
	}
	insert := m{"CustomRequestHandling": m{"InsertHeaders": []any{m{"Name": "x-verify", "Value": webACLSecret}}}}
	rule := func(name string, statement m, action m) m {
		return m{"Name": name, "Priority": 0, "Statement": statement, "Action": action, "VisibilityConfig": m{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m"}}
	}
	return []any{
		rule("header", compared("SingleHeader", m{"Name": "x-origin-verify"}), m{"Count": insert}),
		rule("nested", m{"AndStatement": m{"Statements": []any{m{"NotStatement": m{"Statement": compared("Cookies", m{"MatchPattern": m{"All": m{}}, "MatchScope": "ALL"})}}, compared("SingleQueryArgument", m{"Name": "key"})}}}, m{"Allow": insert}),
		rule("limited", m{"RateBasedStatement": m{"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": m{"RegexMatchStatement": m{"RegexString": webACLSecret, "FieldToMatch": m{"Body": m{}}, "TextTransformations": []any{}}}}}, m{"Block": m{
			"CustomResponse": m{"ResponseCode": 403, "ResponseHeaders": []any{m{"Name": "x", "Value": webACLSecret}}}}}),
		rule("path", m{"ByteMatchStatement": m{"FieldToMatch": m{"UriPath": m{}}, "SearchString": base64.StdEncoding.EncodeToString([]byte("/admin")), "PositionalConstraint": "STARTS_WITH", "TextTransformations": []any{}}}, m{"Block": m{}}),
	}
}()

// everything is how many records of all kinds the company has: four groups, GuardDuty
// and Config in three accounts and two regions, the organization with its accounts, what
// IAM keeps for three accounts, with their root users and two more in the credential
// reports, three of each other kind, of web ACLs in two places, Config's items of three
// groups, and findings of GuardDuty and Security Hub in two accounts.
const everything = 4 + 2*3*2 + 4 + 1 + 3 + 3 + 2 + 13*3 + 2*3 + 6 + (3 + 1) + (2 + 1)

type world struct {
	srv *aws.Server
}

func serve(t testing.TB, state *aws.State, fault func(*http.Request) *aws.Fault) *world {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	// Credentials that end are renewed by the real clock.
	srv, err := aws.NewServer(aws.ServerOptions{State: state, Account: management, Fault: fault})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return &world{srv: srv}
}

func (w *world) settings(more string) string {
	return "accounts: organization\naccount_role: reader\nregion: " + tokyo + "\nendpoint: " + w.srv.URL() + "\n" + more
}

func environment() collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Workers: 2, Now: func() time.Time { return now }}
}

func quickly(int) time.Duration { return time.Millisecond }

func openSettings(settings string) (*source, error) {
	return open(environment(), func(into any) error { return yaml.UnmarshalWithOptions([]byte(settings), into, yaml.Strict()) }, &budgets{unlimited: true}, quickly)
}

func (w *world) open(t *testing.T, settings string) *source {
	t.Helper()
	s, err := openSettings(settings)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantAll() []evidence.Selection {
	var want []evidence.Selection
	for _, k := range table {
		want = append(want, evidence.Selection{Kind: k.name, For: "TEST-01"})
	}
	return want
}

// planOf is the units of a plan of some kinds, and the errors beside them.
func planOf(s *source, kinds ...string) (units []evidence.Unit, errs []error) {
	want := slices.DeleteFunc(wantAll(), func(w evidence.Selection) bool { return len(kinds) > 0 && !slices.Contains(kinds, w.Kind) })
	for u, err := range s.Plan(context.Background(), evidence.Query{Period: october, Want: want}) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		units = append(units, u)
	}
	return units, errs
}

// read collects the units of kinds that a plan has, and fails on errors.
func read(t *testing.T, s *source, kinds ...string) (records []evidence.Record, claims []evidence.Claim) {
	t.Helper()
	units, errs := planOf(s, kinds...)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, u := range units {
		for b, err := range s.Collect(t.Context(), u, nil) {
			if err != nil {
				t.Fatal(err)
			}
			records, claims = append(records, b.Records...), append(claims, b.Claims...)
		}
	}
	return records, claims
}

// bodyOf is the body of the record whose identity begins so.
func bodyOf(t *testing.T, records []evidence.Record, id string) string {
	t.Helper()
	for _, r := range records {
		if strings.HasPrefix(r.ID, id) {
			return string(r.Body)
		}
	}
	t.Fatalf("no record %s", id)
	return ""
}
