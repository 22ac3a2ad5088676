package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func (a *app) permissionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "permissions [SOURCE…]",
		Short: "Print the least privileges that the sources and the locker need",
		Long: `Permissions prints what the configured sources, or the named ones, must be permitted
to read for the controls that are switched on, and nothing more: application
permissions of Microsoft Graph, permissions of a GitHub App, an AWS IAM policy. A
locker in S3 has its place among them as "(locker)", and copies of checkpoints there
as "(checkpoints)".
The list is what the collectors declare and name when something is not readable.
It asks nobody: whether a permission is granted shows when evidence is collected.`,
		Example: "  evidence permissions\n  evidence permissions audit-trail --json | jq '.[0].iam_policy'",
		RunE: func(_ *cobra.Command, names []string) error {
			run, err := a.open()
			if err != nil {
				return err
			}
			needs, err := run.Permissions(run.Library.Controls)
			if err != nil {
				return err
			}
			if needs, err = named(needs, names); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(granted(needs))
			}
			return a.tellPermissions(run.Config.Lang, needs)
		},
	}
}

// named keeps the needs of the sources with the given names, or all for none.
func named(all []pipeline.Needs, names []string) ([]pipeline.Needs, error) {
	if len(names) == 0 {
		return all, nil
	}
	var list, known []pipeline.Needs
	known = all
	for _, name := range names {
		i := slices.IndexFunc(known, func(n pipeline.Needs) bool { return n.Source == name })
		if i < 0 {
			var have []string
			for _, n := range known {
				have = append(have, n.Source)
			}
			return nil, usage("no source is called %q: there are %s", name, strings.Join(have, ", "))
		}
		list = append(list, known[i])
	}
	return list, nil
}

// grant is what a source needs in the forms in which systems take it.
type grant struct {
	pipeline.Needs
	Graph        []string          `json:"graph_application_permissions,omitempty"`
	Repository   map[string]string `json:"github_repository_permissions,omitempty"`
	Organization map[string]string `json:"github_organization_permissions,omitempty"`
	Policy       *iamPolicy        `json:"iam_policy,omitempty"`
	CallerPolicy *iamPolicy        `json:"iam_policy_of_caller,omitempty"`
}

func granted(all []pipeline.Needs) []grant {
	list := []grant{}
	for _, n := range all {
		g := grant{Needs: n, Policy: newPolicy(n, collectors.AWS), CallerPolicy: newPolicy(n, collectors.AWSCaller)}
		for _, p := range of(n, collectors.Graph) {
			g.Graph = append(g.Graph, p.Name)
		}
		slices.Sort(g.Graph)
		g.Repository, g.Organization = levels(of(n, collectors.GitHubRepository)), levels(of(n, collectors.GitHubOrganization))
		list = append(list, g)
	}
	return list
}

func of(n pipeline.Needs, s collectors.System) []pipeline.Permission {
	return slices.DeleteFunc(slices.Clone(n.Permissions), func(p pipeline.Permission) bool { return p.System != s })
}

// levels makes of "contents: read" what a GitHub App's manifest holds.
func levels(list []pipeline.Permission) map[string]string {
	m := map[string]string{}
	for _, p := range list {
		name, level, _ := strings.Cut(p.Name, ": ")
		m[name] = level
	}
	return m
}

// iamPolicy is an AWS IAM policy document.
type iamPolicy struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Effect   string
	Action   []string
	Resource string
}

// newPolicy makes a policy with a statement for each resource; nil when nothing is
// needed.
func newPolicy(n pipeline.Needs, s collectors.System) *iamPolicy {
	policy := iamPolicy{Version: "2012-10-17"}
	for _, p := range of(n, s) {
		resource := p.Resource
		if resource == "" {
			resource = "*"
		}
		i := slices.IndexFunc(policy.Statement, func(st iamStatement) bool { return st.Resource == resource })
		if i < 0 {
			i = len(policy.Statement)
			policy.Statement = append(policy.Statement, iamStatement{Effect: "Allow", Resource: resource})
		}
		policy.Statement[i].Action = append(policy.Statement[i].Action, p.Name)
	}
	if len(policy.Statement) == 0 {
		return nil
	}
	for _, st := range policy.Statement {
		slices.Sort(st.Action)
	}
	slices.SortFunc(policy.Statement, func(a, b iamStatement) int { return strings.Compare(a.Resource, b.Resource) })
	return &policy
}

// tellNotes lists below the table what is to be known of permissions: sentences are
// too long for its cells.
func (a *app) tellNotes(l evidence.Lang, list []pipeline.Permission) {
	var said []string
	for _, p := range list {
		for _, note := range p.Notes {
			line := note.In(l)
			if slices.Contains(said, line) {
				continue
			}
			said = append(said, line)
			var names []string
			for _, other := range list {
				if slices.Contains(other.Notes, note) {
					names = append(names, other.Name)
				}
			}
			fmt.Fprintf(a.stdout, words(l)("※ %s: %s\n", "* %s: %s\n"), strings.Join(names, ", "), line)
		}
	}
}

// tellPermissions prints a table for each source, and its policy where it is of AWS.
func (a *app) tellPermissions(l evidence.Lang, all []pipeline.Needs) error {
	say := words(l)
	for i, g := range granted(all) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "%s (%s)\n", g.Source, g.Driver)
		if len(g.Permissions) == 0 {
			fmt.Fprintln(a.stdout, say("権限は不要", "no permission is needed"))
			continue
		}
		t := newTable(a.stdout, say("権限の種類", "granted as"), say("権限", "permission"), say("証跡の種類", "evidence"))
		for _, p := range g.Permissions {
			t.AppendRow([]any{p.System.Title().In(l), strings.TrimSuffix(p.Name+"\n"+p.Resource, "\n"), strings.Join(p.Kinds, "\n")})
		}
		t.Render()
		a.tellNotes(l, g.Permissions)
		for _, policy := range []struct {
			document *iamPolicy
			title    string
		}{
			{g.Policy, say("IAM ポリシー:", "IAM policy:")},
			{g.CallerPolicy, say("ロールを引き受ける側の IAM ポリシー:", "IAM policy of the identity that assumes the role:")},
		} {
			if policy.document == nil {
				continue
			}
			fmt.Fprintln(a.stdout, policy.title)
			if err := a.printJSON(policy.document); err != nil {
				return err
			}
		}
	}
	return nil
}
