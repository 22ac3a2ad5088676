package awsstate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

// TestRoleBody: the trust policy is JSON as somebody wrote it, a plus among it, and
// inline policies are told by name alone.
func TestRoleBody(t *testing.T) {
	records, _ := read(t, serve(t, company(), nil).organization(t), "iam.role")
	if len(records) != 3 {
		t.Errorf("%d records", len(records))
	}
	at := "444455556666/" + iamARN + "role/ops/"
	want := `{"AccountId":"444455556666","Role":{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]},` +
		`"Arn":"` + iamARN + `role/ops/server","CreateDate":"2025-04-01T00:00:00Z","Path":"/ops/",` +
		`"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/PowerUserAccess","PermissionsBoundaryType":"Policy"},` +
		`"RoleId":"AROAserver","RoleLastUsed":{"LastUsedDate":"2026-10-31T10:00:00Z","Region":"us-east-1"},"RoleName":"server","Tags":[{"Key":"a","Value":"1"},{"Key":"team","Value":"決済"}]},` +
		`"AttachedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore","PolicyName":"AmazonSSMManagedInstanceCore"},` +
		`{"PolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess","PolicyName":"ReadOnlyAccess"}],"InlinePolicyNames":["all","read"],"InstanceProfiles":["server"]}`
	if d := cmp.Diff(want, bodyOf(t, records, at+"server@")); d != "" {
		t.Error(d)
	}
	build := gjson.Parse(bodyOf(t, records, at+"build@"))
	if got := build.Get(`Role.AssumeRolePolicyDocument.Statement.Condition.StringLike.x\:sub`).Str; got != "repo:a+b/<c> & 決済:*" {
		t.Errorf("condition %q", got)
	}
	for name, want := range map[string]string{"AttachedPolicies": "[]", "InlinePolicyNames": "[]", "InstanceProfiles": "[]", "Role.RoleLastUsed": "{}"} {
		if got := build.Get(name).Raw; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestPolicyDocument(t *testing.T) {
	for encoded, want := range map[string]string{
		"%7B%22a%22%3A%22b+c%20%3C%22%7D": `{"a":"b+c <"}`,
		"{\"a\": 1}":                      `{"a":1}`,
		"%7B%22a":                         `"%7B%22a"`,
		"100%":                            `"100%"`,
		"":                                `""`,
	} {
		if got, err := policyDocument(encoded); err != nil || string(got) != want {
			t.Errorf("%q: %s, %v; want %s", encoded, got, err, want)
		}
	}
}

// TestUserBodies: lists come from all pages; a user without a password has null.
func TestUserBodies(t *testing.T) {
	records, claims := read(t, serve(t, company(), nil).organization(t), "iam.user")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%+v", c.Gaps)
		}
	}
	head := func(name, more string) string {
		return `{"AccountId":"444455556666","User":{"Arn":"` + iamARN + `user/` + name + `","CreateDate":"2025-04-01T00:00:00Z","Path":"/","UserId":"AIDA` + name + `","UserName":"` + name + `"` + more + `},`
	}
	policy := func(name string) string {
		return `{"PolicyArn":"arn:aws:iam::aws:policy/` + name + `","PolicyName":"` + name + `"}`
	}
	device := func(serial string) string {
		return `{"EnableDate":"2025-04-01T00:00:00Z","SerialNumber":"` + serial + `","UserName":"taro"}`
	}
	group := func(name string) string {
		return `{"Arn":"` + iamARN + `group/` + name + `","CreateDate":"2024-04-01T00:00:00Z","GroupId":"AGPA` + name + `","GroupName":"` + name + `","Path":"/"}`
	}
	for name, want := range map[string]string{
		"taro": head("taro", `,"PasswordLastUsed":"2026-10-30T01:02:03Z"`) +
			`"LoginProfile":{"CreateDate":"2025-04-02T00:00:00Z","UserName":"taro","PasswordResetRequired":false},` +
			`"AccessKeys":[{"LastUsed":{"Region":"ap-northeast-1","ServiceName":"s3","LastUsedDate":"2026-10-29T00:00:00Z"},"AccessKeyId":"AKIAUSED","CreateDate":"2025-05-01T00:00:00Z","Status":"Active","UserName":"taro"},` +
			`{"LastUsed":{"Region":"N/A","ServiceName":"N/A"},"AccessKeyId":"AKIANEVER","CreateDate":"2025-06-01T00:00:00Z","Status":"Inactive","UserName":"taro"}],` +
			`"MFADevices":[` + device(iamARN+"mfa/taro") + `,` + device("GAHT12345678") + `,` + device(iamARN+"u2f/user/taro/key") + `],` +
			`"Groups":[` + group("admins") + `,` + group("developers") + `,` + group("readers") + `],` +
			`"AttachedPolicies":[` + policy("ReadOnlyAccess") + `,` + policy("Billing") + `,` + policy("IAMUserChangePassword") + `],"InlinePolicyNames":["a","b","c"]}`,
		"hanako": head("hanako", "") + `"LoginProfile":null,"AccessKeys":[],"MFADevices":[],"Groups":[],"AttachedPolicies":[],"InlinePolicyNames":[]}`,
	} {
		if d := cmp.Diff(want, bodyOf(t, records, "444455556666/"+iamARN+"user/"+name+"@")); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// TestUserDeletedMeanwhile: one who was listed and is gone is noted, and is no user
// without a password.
func TestUserDeletedMeanwhile(t *testing.T) {
	state := company()
	state.Add(production, "", aws.IAMUsers, aws.IAMUser{ARN: iamARN + "user/left", Name: "left", ID: "AIDAleft", Path: "/", Created: "2025-04-01T00:00:00Z", Gone: true})
	records, claims := read(t, serve(t, state, nil).organization(t), "iam.user")
	if len(records) != 3 {
		t.Errorf("%d records", len(records))
	}
	var notes []evidence.Finding
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%+v", c.Gaps)
		}
		for _, n := range c.Notes {
			if n.Code == "deleted_meanwhile" {
				notes = append(notes, n)
			}
		}
	}
	if len(notes) != 1 || notes[0].Object != "account=444455556666 "+iamARN+"user/left" {
		t.Errorf("%+v", notes)
	}
}

// TestUserPartsRefused: what of a user may not be read is absent and a gap, and the
// rest is there.
func TestUserPartsRefused(t *testing.T) {
	for call, tt := range map[string]struct {
		lacks   string // of taro's body
		objects []string
	}{
		"GetLoginProfile":      {"LoginProfile", []string{iamARN + "user/taro", iamARN + "user/hanako", iamARN + "user/ci-build"}},
		"ListAccessKeys":       {"AccessKeys", []string{iamARN + "user/taro", iamARN + "user/hanako", iamARN + "user/ci-build"}},
		"GetAccessKeyLastUsed": {"AccessKeys.0.LastUsed", []string{"access key AKIAUSED", "access key AKIANEVER", "access key AKIACI"}},
	} {
		w := serve(t, company(), denying("AccessDenied", func(body, _, _ string) bool { return strings.Contains(body, "Action="+call+"&") }))
		records, claims := read(t, w.organization(t), "iam.user")
		if len(records) != 3 {
			t.Errorf("%s: %d records", call, len(records))
		}
		body := gjson.Parse(bodyOf(t, records, "444455556666/"+iamARN+"user/taro@"))
		if body.Get(tt.lacks).Exists() || !body.Get("MFADevices.0").Exists() {
			t.Errorf("%s: %s", call, body.Raw)
		}
		var want, got []string
		for _, o := range tt.objects {
			want = append(want, "account=444455556666 "+o+": iam:"+call)
		}
		for _, c := range claims {
			for _, g := range c.Gaps {
				got = append(got, g.Object)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", call, d)
		}
	}
}
