package github

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// permissions are what each kind needs of a GitHub App or a fine-grained token.
// Notes say which scope a classic one needs instead. Pull requests and commits are
// those of protected branches, and which are is told to administrators alone.
var permissions = map[string][]collectors.Permission{
	PullRequest:      ofRepository(classicRepo, "metadata", "pull_requests", "contents", "checks", "statuses", "issues", "administration"),
	Commit:           ofRepository(classicRepo, "metadata", "contents", "pull_requests", "administration"),
	Codeowners:       ofRepository(classicRepo, "metadata", "contents"),
	Issue:            ofRepository(classicRepo, "metadata", "issues"),
	Repository:       ofRepository(classicRepo, "metadata"),
	BranchProtection: ofRepository(classicAdministrator, "metadata", "administration"),
	Ruleset:          ofRepository(classicAdministrator, "metadata", "administration"),
	Deployment:       ofRepository(classicRepo, "metadata", "deployments"),
	WorkflowRun:      ofRepository(classicRepo, "metadata", "actions"),
	RefUpdate:        ofRepository(classicRepo, "metadata", "contents"),
	Team:             {ofOrganization("members", evidence.Text{JA: "クラシックトークンの場合は read:org", EN: "classic token: read:org"})},
	AuditEvent: {ofOrganization("organization_administration", evidence.Text{
		JA: "クラシックトークンの場合は組織の所有者の read:audit_log", EN: "classic token: read:audit_log, of an owner of the organization",
	})},
}

var (
	classicRepo          = evidence.Text{JA: "クラシックトークンの場合は repo", EN: "classic token: repo"}
	classicAdministrator = evidence.Text{JA: "クラシックトークンの場合はリポジトリの管理者の repo", EN: "classic token: repo, of an administrator of the repository"}
)

func ofRepository(note evidence.Text, names ...string) []collectors.Permission {
	var list []collectors.Permission
	for _, name := range names {
		list = append(list, collectors.Permission{System: collectors.GitHubRepository, Name: name + ": read", Note: note})
	}
	return list
}

func ofOrganization(name string, note evidence.Text) collectors.Permission {
	return collectors.Permission{System: collectors.GitHubOrganization, Name: name + ": read", Note: note}
}

func needed(kind string) string { return "needed: " + collectors.Needed(permissions[kind]) }
