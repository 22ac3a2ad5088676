package demo

import (
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// Accounts of the organisation besides those that the evidence is read from.
const (
	sandboxAccount = "222233334444"
	closedAccount  = "333344445555"
)

// The tree of the organisation.
const (
	rootUnit      = "r-smpl"
	workloadUnit  = "ou-smpl-workload"
	securityUnit  = "ou-smpl-security"
	sandboxUnit   = "ou-smpl-sandbox0"
	suspendedUnit = "ou-smpl-suspend0"
)

const allTrailActions = `["cloudtrail:StopLogging","cloudtrail:DeleteTrail","cloudtrail:UpdateTrail","cloudtrail:PutEventSelectors"]`

// controlPolicies are the organisation's service control policies.
func controlPolicies() []aws.Policy {
	policy := func(id, name, statement string) aws.Policy {
		return aws.Policy{ID: id, Name: name, Content: `{"Version":"2012-10-17","Statement":[` + statement + `]}`}
	}
	full := policy("p-FullAWSAccess", "FullAWSAccess", `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	full.AwsManaged = true
	return []aws.Policy{
		full,
		policy("p-keeptrails", "keep-trails", `{"Sid":"KeepTrails","Effect":"Deny","Action":`+allTrailActions+`,"Resource":"arn:aws:cloudtrail:*:*:trail/*"}`),
		policy("p-auditteam1", "keep-trails-but-audit-team", `{"Effect":"Deny","Action":["cloudtrail:*Trail","cloudtrail:StopLogging","cloudtrail:PutEventSelectors"],"Resource":"*",`+
			`"Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/audit-team"]}}}`),
		policy("p-inregions1", "regions-in-use", `{"Effect":"Deny","NotAction":["iam:*","organizations:*","sts:*","support:*"],"Resource":"*",`+
			`"Condition":{"StringNotEquals":{"aws:RequestedRegion":["ap-northeast-1","ap-northeast-3","us-east-1"]}}}`),
		policy("p-nothing000", "deny-everything", `{"Effect":"Deny","Action":"*","Resource":"*"}`),
	}
}

// attachedPolicies are the policies by what they are attached to.
func attachedPolicies() map[string][]string {
	const full = "p-FullAWSAccess"
	return map[string][]string{
		rootUnit:     {full},
		workloadUnit: {full, "p-keeptrails"}, securityUnit: {full, "p-auditteam1"},
		sandboxUnit: {full, "p-inregions1"}, suspendedUnit: {full, "p-nothing000"},
		managementAccount: {full}, productionAccount: {full}, auditAccount: {full}, sandboxAccount: {full}, closedAccount: {full},
	}
}

// members are the accounts of the organisation.
func members() []aws.Member {
	return []aws.Member{
		{ID: managementAccount, Name: "management", Email: "aws+management@example.co.jp", Parent: rootUnit},
		{ID: productionAccount, Name: "production", Email: "aws+production@example.co.jp", Parent: workloadUnit},
		{ID: auditAccount, Name: "audit", Email: "aws+audit@example.co.jp", Parent: securityUnit},
		{ID: sandboxAccount, Name: "sandbox", Email: "aws+sandbox@example.co.jp", Parent: sandboxUnit},
		{ID: closedAccount, Name: "old-production", Email: "aws+old@example.co.jp", Parent: suspendedUnit, State: "SUSPENDED"},
	}
}

// memberStandings are for LOG-03: the guardrail covers production; the audit team may
// stop the log of the audit account, and anybody that of the sandbox.
func memberStandings() []standing {
	account := func(id string, e expectation) standing {
		return standing{id: managementAccount + "/" + id, expects: []expectation{e}}
	}
	return []standing{
		account(managementAccount, notApplicable("LOG-03")),
		account(productionAccount, passes("LOG-03")),
		account(auditAccount, exception("LOG-03",
			"監査アカウントのサービスコントロールポリシーは、ロール audit-team を拒否から除外している。",
			"The service control policy on the audit account exempts the role audit-team.",
			"others_exempt")),
		account(sandboxAccount, exception("LOG-03",
			"サンドボックスのアカウントには、利用するリージョン以外を拒否するポリシーしかない。",
			"The only policy on the sandbox account denies what happens outside the regions in use.",
			"denied_in_part")),
		account(closedAccount, notApplicable("LOG-03")),
	}
}
