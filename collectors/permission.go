package collectors

import "github.com/evidencepack/evidence"

// Permission is a privilege that reading a kind needs.
type Permission struct {
	System   System
	Name     string        // as the system writes it: "AuditLog.Read.All", "pull_requests: read", "s3:GetObject"
	Resource string        // AWS alone: an ARN or a pattern of ARNs; empty is "*"
	Note     evidence.Text // what is needed beside it, such as a licence or a role; may be empty
}

// System is where a permission is granted.
type System string

// The systems that grant permissions.
const (
	Graph              System = "graph"               // an application permission of Microsoft Graph
	GitHubRepository   System = "github-repository"   // a repository permission of a GitHub App or fine-grained token
	GitHubOrganization System = "github-organization" // an organization permission of one
	AWS                System = "aws"                 // an action in an IAM policy
	SmartHR            System = "smarthr"             // a resource that an access token of SmartHR may read
)
