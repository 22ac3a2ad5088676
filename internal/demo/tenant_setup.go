package demo

import (
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// newEntra is the company's tenant before the month: applications, accounts, groups,
// policies and who may do what.
func newEntra() *entra {
	created := inJapan("2019-04-01 10:00:00")
	e := &entra{
		t:        graph.NewTenant(tenantID, tenantName, tenantDomain, graph.P2, created),
		accounts: map[string]*graph.User{}, groups: map[string]*graph.Group{}, policies: map[string]*graph.Policy{}, marks: map[string]mark{},
	}
	e.applications()
	e.hire()
	e.otherAccounts()
	e.groupsOfAccess()
	e.standingRoles()
	e.conditionalAccess()
	return e
}

// applications are the company's own, each with a secret from before the month.
func (e *entra) applications() {
	made := func(name, at string) *graph.Application {
		created := inJapan(at)
		return e.t.Application(name, created).Has("initial", created, created.AddDate(2, 0, 0))
	}
	e.accessSync = made("access-sync", "2024-07-02 10:00:00")
	e.provisioning = made("hr-provisioning", "2024-07-09 10:00:00")
	e.baseline = made("entra-baseline", "2025-01-14 10:00:00")
	e.payroll = made("payroll-export", "2022-05-10 10:00:00")
	e.settlement = made("settlement-notify", "2023-02-07 10:00:00")
	e.report = made("report-bot", "2025-03-11 10:00:00")
	made("evidence", "2026-08-03 10:00:00")
	e.t.External("Microsoft Graph", e.t.Created)
}

// otherAccounts belong to nobody: of emergencies, of a scanner, of a shared mailbox, a
// guest's, and an administrator's second one.
func (e *entra) otherAccounts() {
	at := inJapan("2021-06-01 10:00:00")
	add := func(name, display string, fields graph.Object) *graph.User {
		u := e.t.User(name, at, graph.Object{"displayName": display}.With(fields))
		e.accounts[name] = u
		return u
	}
	for _, name := range []string{"break-glass-01", "break-glass-02"} {
		add(name, "緊急用 "+name[len(name)-2:], nil).Registers("fido2SecurityKey")
	}
	add("svc-scan", "複合機", nil).Registers()
	add("info", "お問い合わせ窓口", graph.Object{"accountEnabled": false})
	add("shisha", "支社共用", nil)
	add("adm-sre-01", "sre-01 (管理用)", graph.Object{"employeeId": "01011", "mail": nil})
	add("partner-01", "partner-01", graph.Object{
		"userPrincipalName": "partner-01_partner.example#EXT#@example.onmicrosoft.example", "mail": "partner-01@partner.example", "userType": "Guest", "creationType": "Invitation",
		"externalUserState": "Accepted",
	})
}

// groupsOfAccess grant access, and are changed by access-sync alone.
func (e *entra) groupsOfAccess() {
	group := func(name, at string, members ...string) *graph.Group {
		var list []graph.Principal
		for _, m := range members {
			list = append(list, e.as(m))
		}
		g := e.t.Group(name, inJapan(at), list...).Owned(e.as("it-01"))
		e.groups[name] = g
		return g
	}
	group("aws-production-admins", "2024-07-03 10:00:00", "sre-01", "sre-02")
	group("aws-production-readonly", "2024-07-03 10:05:00", "bizops-01", "audit-01", "dev-01")
	group("aws-production-database", "2024-07-03 10:10:00", "dba-01", "dba-02")
	group("github-payments", "2024-07-03 10:15:00", "dev-01", "dev-02", "dev-03", "dev-04", "dev-05")
	group("app-ledger-approvers", "2024-07-03 10:20:00", "keiri-01", "keiri-02")
	group("app-bizops-console", "2024-07-03 10:25:00", "bizops-01", "bizops-02", "bizops-03", "ops-01")
	group("all-tech", "2024-07-03 10:30:00", "sre-01", "sre-02", "sre-03", "dev-01", "dev-02").Dynamic(`(user.department -eq "基盤部") or (user.department -eq "決済開発部")`)
	group("忘年会実行委員", "2026-09-01 10:00:00", "eigyo-01").Unified("bonenkai@" + tenantDomain)
}

// standingRoles are from before the month: who may activate what, the emergency
// accounts, and an application that reads the directory.
func (e *entra) standingRoles() {
	at := inJapan("2024-07-05 10:00:00")
	for _, name := range []string{"break-glass-01", "break-glass-02"} {
		e.t.AssignDirectly(nil, at, e.as(name), e.t.Role("Global Administrator"))
	}
	e.t.AssignDirectly(nil, at, e.accessSync.Principal, e.t.Role("Directory Readers"))
}

// may lets somebody activate a role, as they have been able to for long.
func (e *entra) may(name, role string) *graph.Eligibility {
	return e.t.Eligible(nil, inJapan("2024-07-05 11:00:00"), e.as(name), e.t.Role(role), time.Time{}, "")
}

// Names of the policies that must be there.
const (
	policyMFA     = "CA001: 全利用者に多要素認証を要求"
	policyLegacy  = "CA002: レガシー認証を遮断"
	policyAdmins  = "CA003: 管理者に準拠デバイスを要求"
	policyAbroad  = "CA004: 国外からのアクセスを遮断"
	policyPilot   = "CA901: パスワードレスの試行"
	policyRetired = "CA902: 旧多要素認証"
)

func (e *entra) conditionalAccess() {
	at := inJapan("2025-01-15 10:00:00")
	e.office = e.t.Network("本社", at, true, "203.0.113.0/24")
	japanOnly := e.t.Countries("日本", at, "JP")
	emergency := []string{e.as("break-glass-01").ID, e.as("break-glass-02").ID}
	policy := func(name string, controls ...string) *graph.Policy {
		p := e.t.Policy(name, at, controls...).For(graph.Condition("users/excludeUsers", emergency))
		e.policies[name] = p
		return p
	}
	policy(policyMFA, "mfa")
	policy(policyLegacy, "block").For(graph.Condition("clientAppTypes", []string{"exchangeActiveSync", "other"}))
	policy(policyAdmins, "compliantDevice").For(graph.Condition("users/includeRoles", []string{e.t.Role("Global Administrator").ID, e.t.Role("Privileged Role Administrator").ID}))
	policy(policyAbroad, "block").For(graph.Condition("locations", graph.Object{"includeLocations": []string{"All"}, "excludeLocations": []string{japanOnly.ID}}))
	policy(policyPilot, "mfa").For(graph.State("enabledForReportingButNotEnforced"))
	policy(policyRetired, "mfa").For(graph.State("disabled"))
	e.policies[policyAdmins].For(graph.Condition("users/includeUsers", []string{}))
}
