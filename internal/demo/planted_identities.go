package demo

import (
	"strings"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// role is an IAM role by whom it trusts. PROVIDER/ in what it trusts stands for the
// account's own identity providers.
type role struct {
	account, name string
	principal     string // JSON
	action        string // JSON
	condition     string // JSON; empty: none
	policies      []string
	judged        expectation // by ACC-08
}

func (r role) standing() standing {
	path := "/"
	if strings.HasPrefix(r.name, "AWSReservedSSO_") {
		path = "/aws-reserved/sso.amazonaws.com/ap-northeast-1/"
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + r.principal + `,"Action":` + r.action
	if r.condition != "" {
		trust += `,"Condition":` + r.condition
	}
	trust += `}]}`
	arn := "arn:aws:iam::" + r.account + ":role" + path + r.name
	return stands(place{account: r.account}, arn, aws.IAMRoles, aws.IAMRole{
		ARN: arn, Name: r.name, ID: awsID("AROA", r.account, r.name), Path: path, Created: "2025-04-01T01:00:00Z", LastUsed: "2026-11-01T12:00:00Z",
		Trust: strings.ReplaceAll(trust, "PROVIDER/", "arn:aws:iam::"+r.account+":"), Policies: r.policies,
	}, r.judged)
}

// The identity providers of the company's accounts.
const (
	gitHubProvider = `{"Federated":"PROVIDER/oidc-provider/token.actions.githubusercontent.com"}`
	centerProvider = `{"Federated":"PROVIDER/saml-provider/AWSSSO_5c1f0e7a2b9d4e36_DO_NOT_DELETE"}`
)

// builds is a role that workflows of a repository assume.
func builds(name, subject string, policies ...string) role {
	return role{account: productionAccount, name: name, principal: gitHubProvider, action: `"sts:AssumeRoleWithWebIdentity"`,
		condition: `{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{"token.actions.githubusercontent.com:sub":"` + subject + `"}}`,
		policies:  policies, judged: passes("ACC-08")}
}

// reserved is the role that Identity Center makes of a permission set.
func reserved(account, set string, policies ...string) role {
	return role{account: account, name: "AWSReservedSSO_" + set + "_8f3c1e9a7b2d4c60", principal: centerProvider, action: `["sts:AssumeRoleWithSAML","sts:TagSession"]`,
		condition: `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`, policies: policies, judged: passes("ACC-08")}
}

// serves is a role of an AWS service.
func serves(name, service string, policies ...string) role {
	return role{account: productionAccount, name: name, principal: `{"Service":"` + service + `.amazonaws.com"}`, action: `"sts:AssumeRole"`, policies: policies, judged: passes("ACC-08")}
}

// assumed is a role that principals of AWS assume.
func assumed(account, name, principal, condition string, judged expectation, policies ...string) role {
	return role{account: account, name: name, principal: `{"AWS":"arn:aws:iam::` + principal + `"}`, action: `"sts:AssumeRole"`, condition: condition, policies: policies, judged: judged}
}

// identityStandings are for ACC-08: the roles that the routine works under, and two
// that let people in without the identity provider.
func identityStandings() []standing {
	const vendor = "888899990000" // the monitoring service's account
	partner := role{account: productionAccount, name: "partner-reports", principal: `{"Federated":"accounts.google.com"}`, action: `"sts:AssumeRoleWithWebIdentity"`,
		condition: `{"StringEquals":{"accounts.google.com:aud":"sample-reports"}}`, policies: []string{"AmazonAthenaFullAccess"},
		judged: exception("ACC-08", "ロール partner-reports は、会社の ID プロバイダーではない Google のアカウントによる引受けを許可している。",
			"The role partner-reports lets Google accounts in, which are not of the company's identity provider.", "other_provider")}
	reader := `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::` + auditAccount + `:role/AuditEvidence"}}`
	var all []standing
	for _, r := range []role{
		builds("terraform-plan", "repo:"+hubOrganisation+"/infrastructure:*", "ReadOnlyAccess"),
		builds("terraform-apply", "repo:"+hubOrganisation+"/infrastructure:environment:production", "AdministratorAccess"),
		builds("github-deploy", "repo:"+hubOrganisation+"/payments-api:environment:production", "AmazonECS_FullAccess"),
		reserved(productionAccount, "Administrator", "AdministratorAccess"), reserved(productionAccount, "Operator", "PowerUserAccess"),
		reserved(productionAccount, "ReadOnly", "ReadOnlyAccess"), reserved(productionAccount, "Database", "AmazonRDSFullAccess"),
		reserved(auditAccount, "Auditor", "SecurityAudit"),
		serves("payments-task", "ecs-tasks", "AmazonDynamoDBFullAccess"), serves("ec2-base", "ec2", "AmazonSSMManagedInstanceCore"),
		assumed(productionAccount, "monitoring-integration", vendor+":root", `{"StringEquals":{"sts:ExternalId":"sample-payments"}}`, passes("ACC-08"), "SecurityAudit"),
		assumed(productionAccount, readerRole, auditAccount+":root", reader, passes("ACC-08"), "SecurityAudit"),
		assumed(auditAccount, readerRole, auditAccount+":root", reader, passes("ACC-08"), "SecurityAudit"),
		assumed(auditAccount, "siem-reader", vendor+":root", `{"StringEquals":{"sts:ExternalId":"sample-siem"}}`, passes("ACC-08"), "AmazonS3ReadOnlyAccess"),
		assumed(productionAccount, "artifact-publisher", productionAccount+":user/ci-publisher", "", passes("ACC-08"), "AmazonEC2ContainerRegistryPowerUser"),
		assumed(productionAccount, "database-restore", productionAccount+":user/ops-04", "", exception("ACC-08",
			"ロール database-restore を、フェデレーションによらない IAM ユーザー ops-04 が引き受けることができる。",
			"The IAM user ops-04, who does not come by federation, may assume the role database-restore.", "role_trusts_user"), "AmazonRDSFullAccess"),
		partner,
	} {
		all = append(all, r.standing())
	}
	return all
}
