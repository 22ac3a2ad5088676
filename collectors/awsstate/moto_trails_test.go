package awsstate

import (
	"testing"

	"github.com/tidwall/gjson"
)

// TestMotoTrailsTopicsAndUsers holds the records of CloudTrail, SNS and Identity Center
// against what the AWS CLI prints of the same resources. moto_server keeps its instance
// of Identity Center in every region: the first one asked is read.
func TestMotoTrailsTopicsAndUsers(t *testing.T) {
	endpoint := moto(t)
	w := serve(t, company(), nil) // its environment
	run := func(args ...string) gjson.Result { t.Helper(); return gjson.Parse(cli(t, endpoint, args...)) }
	account := run("sts", "get-caller-identity").Get("Account").Str

	run("organizations", "create-organization", "--feature-set", "ALL")
	run("s3api", "create-bucket", "--bucket", "trail-logs", "--create-bucket-configuration", "LocationConstraint="+tokyo)
	run("cloudtrail", "create-trail", "--name", "audit", "--s3-bucket-name", "trail-logs", "--is-multi-region-trail", "--enable-log-file-validation")
	run("cloudtrail", "start-logging", "--name", "audit")
	run("cloudtrail", "put-event-selectors", "--trail-name", "audit", "--advanced-event-selectors",
		`[{"Name":"writes","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]`)
	topic := run("sns", "create-topic", "--name", "alarm").Get("TopicArn").Str
	run("sns", "subscribe", "--topic-arn", topic, "--protocol", "email", "--notification-endpoint", "sre@example.co.jp")
	run("sns", "subscribe", "--topic-arn", topic, "--protocol", "https", "--notification-endpoint", "https://hooks.example.com/services/"+hookSecret)

	instance := run("sso-admin", "list-instances").Get("Instances.0")
	store, arn := instance.Get("IdentityStoreId").Str, instance.Get("InstanceArn").Str
	group := run("identitystore", "create-group", "--identity-store-id", store, "--display-name", "sre").Get("GroupId").Str
	user := run("identitystore", "create-user", "--identity-store-id", store, "--user-name", "sre-01", "--display-name", "SRE 01",
		"--name", "GivenName=SRE,FamilyName=01", "--emails", "Value=sre-01@example.co.jp,Primary=true").Get("UserId").Str
	run("identitystore", "create-group-membership", "--identity-store-id", store, "--group-id", group, "--member-id", "UserId="+user)
	set := run("sso-admin", "create-permission-set", "--instance-arn", arn, "--name", "Administrator", "--session-duration", "PT1H").Get("PermissionSet.PermissionSetArn").Str
	run("sso-admin", "attach-managed-policy-to-permission-set", "--instance-arn", arn, "--permission-set-arn", set, "--managed-policy-arn", "arn:aws:iam::aws:policy/AdministratorAccess")
	run("sso-admin", "create-account-assignment", "--instance-arn", arn, "--permission-set-arn", set, "--target-id", account, "--target-type", "AWS_ACCOUNT", "--principal-type", "GROUP", "--principal-id", group)
	// AWS provisions what it assigns; moto_server wants to be told.
	run("sso-admin", "provision-permission-set", "--instance-arn", arn, "--permission-set-arn", set, "--target-id", account, "--target-type", "AWS_ACCOUNT")

	s := w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+endpoint+"\n")
	records, claims := read(t, s, "cloudtrail.trail", "sns.topic", "identitystore.user", "ssoadmin.assignment")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Kind, c.Gaps)
		}
	}
	if len(records) != 4 {
		t.Fatalf("%d records, want one of each kind", len(records))
	}
	for _, r := range records {
		body := gjson.ParseBytes(r.Body)
		switch r.Kind {
		case "cloudtrail.trail":
			same(t, "trail", run("cloudtrail", "describe-trails").Get("trailList.0").Raw, body.Get("Trail").Raw)
			times := []string{"LatestDeliveryAttemptTime", "LatestDeliveryTime", "StartLoggingTime"} // moto_server's are of the moment, the CLI's are numbers
			same(t, "status", without(run("cloudtrail", "get-trail-status", "--name", "audit").Raw, times...), without(body.Get("Status").Raw, times...))
			same(t, "selectors", run("cloudtrail", "get-event-selectors", "--trail-name", "audit").Get("AdvancedEventSelectors").Raw, body.Get("AdvancedEventSelectors").Raw)
		case "sns.topic":
			same(t, "attributes", run("sns", "get-topic-attributes", "--topic-arn", topic).Get("Attributes").Raw, body.Get("Topic.Attributes").Raw)
			list := run("sns", "list-subscriptions-by-topic", "--topic-arn", topic).Get("Subscriptions").Array()
			if len(list) != 2 {
				t.Errorf("the CLI lists %v", list)
			}
			for i, want := range list {
				got := body.Get("Subscriptions").Array()[i]
				same(t, "subscription", without(want.Raw, "Endpoint"), without(got.Raw, "Endpoint"))
			}
			if got := body.Get("Subscriptions.#.Endpoint").Raw; got != `["sre@example.co.jp","https://hooks.example.com/(left-out)"]` {
				t.Error(got)
			}
		case "identitystore.user":
			same(t, "user", run("identitystore", "list-users", "--identity-store-id", store).Get("Users.0").Raw, without(body.Get("User").Raw, "ExternalIds"))
			same(t, "groups", `[{"GroupId":"`+group+`","DisplayName":"sre"}]`, body.Get("Groups").Raw)
		case "ssoadmin.assignment":
			same(t, "permission set", without(run("sso-admin", "describe-permission-set", "--instance-arn", arn, "--permission-set-arn", set).Get("PermissionSet").Raw, "CreatedDate"),
				without(body.Get("PermissionSet").Raw, "CreatedDate", "ManagedPolicies"))
			same(t, "policies", run("sso-admin", "list-managed-policies-in-permission-set", "--instance-arn", arn, "--permission-set-arn", set).Get("AttachedManagedPolicies").Raw,
				body.Get("PermissionSet.ManagedPolicies").Raw)
			same(t, "principal", `{"PrincipalId":"`+group+`","PrincipalType":"GROUP","DisplayName":"sre"}`, body.Get("Principal").Raw)
			if body.Get("TargetAccountId").Str != account {
				t.Errorf("%s", r.Body)
			}
		}
	}
}
