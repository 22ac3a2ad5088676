package demo

import (
	"maps"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// keyStandings are for ACC-09, ACC-08 and ACC-10: the credential reports of the accounts,
// with the IAM users of federatedStory, and what IAM says of the accounts themselves.
// What hangs on the users is in userStandings.
func keyStandings() []standing {
	world := place{productionAccount, ""}
	row := func(where place, user string, more map[string]string, expects ...expectation) standing {
		r := map[string]string{
			"user": user, "arn": "arn:aws:iam::" + where.account + ":user/" + user, "user_creation_time": "2025-06-02T01:00:00+00:00",
			"password_enabled": "false", "mfa_active": "false", "access_key_1_active": "false", "access_key_2_active": "false",
			"cert_1_active": "false", "cert_2_active": "false",
		}
		maps.Copy(r, more)
		return stands(where, user, aws.CredentialRows, r, expects...)
	}
	key := func(rotated, used string) map[string]string {
		return map[string]string{"access_key_1_active": "true", "access_key_1_last_rotated": rotated, "access_key_1_last_used_date": used}
	}
	password := map[string]string{"password_enabled": "true", "password_last_used": "2026-10-09T12:05:12+00:00", "password_last_changed": "2025-06-02T01:00:00+00:00", "mfa_active": "true"}
	siem := map[string]string{"password_enabled": "true", "password_last_used": "2025-06-20T06:30:00+00:00", "password_last_changed": "2025-06-02T01:00:00+00:00", "mfa_active": "true"}
	rootRow := func(account string, mfa string) standing {
		return row(place{account, ""}, "<root_account>", map[string]string{"arn": "arn:aws:iam::" + account + ":root", "mfa_active": mfa, "password_enabled": "not_supported"},
			notApplicable("ACC-08"), passes("ACC-09"))
	}
	account := func(id string, mfa int, policy string, e expectation) standing {
		return stands(place{id, ""}, "", aws.IAMs, aws.IAM{PasswordPolicy: policy, Summary: map[string]int{
			"AccountMFAEnabled": mfa, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0,
		}}, e)
	}
	fresh := key("2026-09-20T02:00:00+00:00", "2026-11-01T08:00:00+00:00")
	old := key("2025-06-02T01:00:00+00:00", "2026-10-16T10:45:00+00:00")
	maps.Copy(old, map[string]string{"password_enabled": "true", "password_last_changed": "2026-10-16T10:47:30+00:00", "password_last_used": "no_information"})
	return []standing{
		rootRow(productionAccount, "true"), rootRow(auditAccount, "false"),
		account(productionAccount, 1, productionPasswords, passes("ACC-10")),
		account(auditAccount, 0, "", exception("ACC-10",
			"監査用アカウントのルートユーザーに多要素認証が設定されていない。", "The root user of the audit account has no multi-factor authentication.", "root_without_mfa_device")),
		row(world, "ci-artifacts", fresh, notApplicable("ACC-08"), passes("ACC-09")),
		row(world, "ci-publisher", fresh, notApplicable("ACC-08"), passes("ACC-09")),
		row(world, "ci-reports", key("2026-09-01T02:00:00+00:00", "N/A"), notApplicable("ACC-08"), exception("ACC-09",
			"ci-reports のアクセスキーは、発行から60日以上一度も使われていない。", "The access key of ci-reports has not been used once in the sixty days since it was made.", "key_unused")),
		row(world, "dev-07", old,
			exception("ACC-08", "IAM ユーザー dev-07 のコンソール用パスワードが有効である。", "The IAM user dev-07 has a console password.", "password_active"),
			exception("ACC-09", "dev-07 のアクセスキーは、発行から一年以上更新されていない。", "The access key of dev-07 has not been rotated for more than a year.", "key_old")),
		row(world, "ops-04", password,
			exception("ACC-08", "IAM ユーザー ops-04 のコンソール用パスワードが有効である。", "The IAM user ops-04 has a console password.", "password_active"), passes("ACC-09")),
		row(world, "contractor-03", map[string]string{"password_enabled": "true", "password_last_changed": "2026-10-21T01:15:20+00:00", "password_last_used": "no_information"},
			exception("ACC-08", "IAM ユーザー contractor-03 のコンソール用パスワードが有効である。", "The IAM user contractor-03 has a console password.", "password_active"), passes("ACC-09")),
		row(place{auditAccount, ""}, "siem-setup", siem,
			exception("ACC-08", "SIEM の導入時に作成した IAM ユーザー siem-setup のコンソール用パスワードが有効である。", "The IAM user siem-setup, from when the SIEM was set up, has a console password.", "password_active"), passes("ACC-09")),
	}
}
