package collectors

import (
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// Permission is a privilege that reading a kind needs.
type Permission struct {
	System   System
	Name     string        // as the system writes it: "AuditLog.Read.All", "pull_requests: read", "s3:GetObject"
	Resource string        // AWS alone: an ARN or a pattern of ARNs; empty is "*"
	Note     evidence.Text // what is needed beside it, such as a licence or a role; may be empty
}

// Privileged is a collector that, as it is configured, needs other permissions than
// its driver says in general: those on one bucket, none at all for a folder.
type Privileged interface {
	// Permissions are the least privileges that reading the kind needs.
	Permissions(kind string) []Permission
}

// System is where a permission is granted.
type System string

// The systems that grant permissions.
const (
	Graph              System = "graph"               // an application permission of Microsoft Graph
	GitHubRepository   System = "github-repository"   // a repository permission of a GitHub App or a fine-grained token
	GitHubOrganization System = "github-organization" // an organization permission of one
	AWS                System = "aws"                 // an action, in the policy of the identity that reads
	AWSCaller          System = "aws-caller"          // an action, in the policy of the identity that assumes the role that reads
	SmartHR            System = "smarthr"             // what an access token of SmartHR may read
)

// Title names the system's permissions for a reader.
func (s System) Title() evidence.Text {
	switch s {
	case Graph:
		return evidence.Text{JA: "Microsoft Graph のアプリケーション許可", EN: "Microsoft Graph application permission"}
	case GitHubRepository:
		return evidence.Text{JA: "GitHub App のリポジトリ権限", EN: "GitHub repository permission"}
	case GitHubOrganization:
		return evidence.Text{JA: "GitHub App の組織権限", EN: "GitHub organization permission"}
	case AWS:
		return evidence.Text{JA: "AWS IAM のアクション", EN: "AWS IAM action"}
	case AWSCaller:
		return evidence.Text{JA: "AWS IAM のアクション（ロールを引き受ける側）", EN: "AWS IAM action of the identity that assumes the role"}
	case SmartHR:
		return evidence.Text{JA: "SmartHR のアクセストークンの権限", EN: "SmartHR access token permission"}
	}
	return evidence.Text{JA: string(s), EN: string(s)}
}

// Needed tells an error's reader what was missing, in English on one line:
// "GitHub repository permission contents: read, checks: read (classic token: repo)".
func Needed(list []Permission) string {
	var parts []string
	for _, s := range systemsOf(list) {
		var names, notes []string
		for _, p := range list {
			if p.System != s {
				continue
			}
			names = append(names, p.Name)
			if p.Note.EN != "" && !slices.Contains(notes, p.Note.EN) {
				notes = append(notes, p.Note.EN)
			}
		}
		part := s.Title().EN + " " + strings.Join(names, ", ")
		if len(notes) > 0 {
			part += " (" + strings.Join(notes, "; ") + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func systemsOf(list []Permission) []System {
	var systems []System
	for _, p := range list {
		if !slices.Contains(systems, p.System) {
			systems = append(systems, p.System)
		}
	}
	return systems
}
