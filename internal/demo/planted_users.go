package demo

import (
	"strings"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// productionPasswords is the password policy of the production account. The audit
// account has none.
const productionPasswords = `<MinimumPasswordLength>14</MinimumPasswordLength><RequireSymbols>true</RequireSymbols><RequireNumbers>true</RequireNumbers>` +
	`<RequireUppercaseCharacters>true</RequireUppercaseCharacters><RequireLowercaseCharacters>true</RequireLowercaseCharacters>` +
	`<AllowUsersToChangePassword>true</AllowUsersToChangePassword><ExpirePasswords>false</ExpirePasswords><PasswordReusePrevention>24</PasswordReusePrevention>`

// userStandings are for ACC-14: the IAM users of the credential reports, with what
// hangs on them beside their credentials.
func userStandings() []standing {
	own := map[string]struct {
		groups, policies, inline []string
		judged                   expectation
	}{
		"ci-artifacts": {groups: []string{"builds"}, judged: passes("ACC-14")},
		"ci-publisher": {inline: []string{"assume-artifact-publisher"}, judged: passes("ACC-14")}, // as the parameters allow
		"ci-reports": {inline: []string{"athena-results"}, judged: exception("ACC-14",
			"ci-reports に、グループを通じずにインラインポリシーが付与されている。", "ci-reports has an inline policy of its own, not through a group.", "direct_policies")},
		"dev-07": {groups: []string{"developers"}, judged: exception("ACC-14",
			"dev-07 はパスワードを有するが、多要素認証が設定されていない。", "dev-07 has a password and no multi-factor authentication.", "without_mfa")},
		"ops-04": {groups: []string{"operators"}, judged: passes("ACC-14")},
		"contractor-03": {policies: []string{"AmazonRDSReadOnlyAccess", "IAMUserChangePassword"}, judged: exception("ACC-14",
			"contractor-03 に多要素認証が設定されておらず、ポリシーも直接アタッチされている。", "contractor-03 has no multi-factor authentication, and policies are attached to the user itself.",
			"direct_policies", "without_mfa")},
		"siem-setup": {groups: []string{"siem"}, judged: exception("ACC-14",
			"siem-setup はパスワードを有するが、監査用アカウントにはパスワードポリシーがない。", "siem-setup has a password, and the audit account has no password policy.", "no_password_policy")},
	}
	var all []standing
	for _, s := range keyStandings() {
		for _, r := range s.resources {
			row, is := r.thing.(map[string]string)
			if !is || row["user"] == "<root_account>" {
				continue
			}
			more := own[row["user"]]
			u := reportedUser(s.account, row)
			u.Groups, u.Policies, u.Inline = more.groups, more.policies, more.inline
			all = append(all, stands(s.place, u.ARN, aws.IAMUsers, u, more.judged))
		}
	}
	return all
}

// reportedUser is the IAM user of a row of the credential report, which has no more
// than one key.
func reportedUser(account string, row map[string]string) aws.IAMUser {
	name := row["user"]
	u := aws.IAMUser{ARN: row["arn"], Name: name, ID: awsID("AIDA", account, name), Path: "/", Created: reported(row, "user_creation_time")}
	if row["password_enabled"] == "true" {
		u.Password, u.PasswordUsed = reported(row, "password_last_changed"), reported(row, "password_last_used")
	}
	if row["mfa_active"] == "true" {
		u.MFA = []string{"arn:aws:iam::" + account + ":mfa/" + name}
	}
	if row["access_key_1_active"] == "true" {
		u.Keys = []aws.IAMKey{{ID: awsID("AKIA", account, name), Created: reported(row, "access_key_1_last_rotated"), Used: reported(row, "access_key_1_last_used_date")}}
	}
	return u
}

// reported is a time of the credential report as IAM's calls tell it, and nothing
// where the report has none.
func reported(row map[string]string, column string) string {
	at, is := strings.CutSuffix(row[column], "+00:00")
	if !is {
		return ""
	}
	return at + "Z"
}
