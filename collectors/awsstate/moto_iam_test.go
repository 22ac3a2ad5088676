package awsstate

import (
	"testing"

	"github.com/tidwall/gjson"
)

// TestMotoIdentities holds the records of IAM's roles and users against what the AWS
// CLI prints of the same ones.
func TestMotoIdentities(t *testing.T) {
	endpoint := moto(t)
	w := serve(t, company(), nil) // its environment
	run := func(args ...string) gjson.Result { t.Helper(); return gjson.Parse(cli(t, endpoint, args...)) }

	run("iam", "create-role", "--role-name", "build", "--path", "/ops/", "--assume-role-policy-document",
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {"aws:PrincipalTag/x": "a+b c"}}}]}`)
	policy := run("iam", "create-policy", "--policy-name", "own", "--policy-document",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`).Get("Policy.Arn").Str
	run("iam", "attach-role-policy", "--role-name", "build", "--policy-arn", policy)
	run("iam", "create-user", "--user-name", "taro")
	run("iam", "create-user", "--user-name", "hanako")
	run("iam", "create-login-profile", "--user-name", "taro", "--password", "SIMULATED-Passw0rd")
	run("iam", "create-access-key", "--user-name", "taro")
	run("iam", "create-group", "--group-name", "admins")
	run("iam", "add-user-to-group", "--user-name", "taro", "--group-name", "admins")
	run("iam", "attach-user-policy", "--user-name", "taro", "--policy-arn", policy)

	s := w.open(t, "region: "+tokyo+"\nregions: ["+tokyo+"]\nendpoint: "+endpoint+"\n")
	records, claims := read(t, s, "iam.role", "iam.user")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Kind, c.Gaps)
		}
	}
	seen := map[string]gjson.Result{}
	for _, r := range records {
		body := gjson.ParseBytes(r.Body)
		seen[body.Get("Role.RoleName").Str+body.Get("User.UserName").Str] = body
	}
	if len(records) != 3 {
		t.Errorf("%d records, want a role and two users", len(records))
	}
	role := seen["build"]
	same(t, "role", without(run("iam", "get-role", "--role-name", "build").Get("Role").Raw, "MaxSessionDuration", "RoleLastUsed"), without(role.Get("Role").Raw, "RoleLastUsed", "Tags"))
	same(t, "policies", run("iam", "list-attached-role-policies", "--role-name", "build").Get("AttachedPolicies").Raw, role.Get("AttachedPolicies").Raw)
	for _, u := range run("iam", "list-users").Get("Users").Array() {
		name := u.Get("UserName").Str
		body := seen[name]
		same(t, "user", without(u.Raw, "Tags"), without(body.Get("User").Raw, "Tags"))
		keys := run("iam", "list-access-keys", "--user-name", name).Get("AccessKeyMetadata").Array()
		if got := body.Get("AccessKeys").Array(); len(got) != len(keys) {
			t.Errorf("%s: keys %v, want %v", name, got, keys)
		}
		for i, k := range keys {
			got := body.Get("AccessKeys").Array()[i]
			same(t, "key", k.Raw, without(got.Raw, "LastUsed"))
			same(t, "use", run("iam", "get-access-key-last-used", "--access-key-id", k.Get("AccessKeyId").Str).Get("AccessKeyLastUsed").Raw, got.Get("LastUsed").Raw)
		}
		same(t, "groups", run("iam", "list-groups-for-user", "--user-name", name).Get("Groups").Raw, body.Get("Groups").Raw)
		same(t, "policies", run("iam", "list-attached-user-policies", "--user-name", name).Get("AttachedPolicies").Raw, body.Get("AttachedPolicies").Raw)
	}
	same(t, "password", run("iam", "get-login-profile", "--user-name", "taro").Get("LoginProfile").Raw, seen["taro"].Get("LoginProfile").Raw)
	if p := seen["hanako"].Get("LoginProfile"); p.Type != gjson.Null || !p.Exists() {
		t.Errorf("hanako's password: %s", p.Raw)
	}
}
