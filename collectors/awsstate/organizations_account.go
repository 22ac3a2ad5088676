package awsstate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/evidencepack/evidence"
)

var organizationsAccount = kind{
	name: "organizations.account", form: evidence.Snapshot, where: organization,
	title: evidence.Text{JA: "AWS Organizations のアカウントと適用されるサービスコントロールポリシー", EN: "account of the AWS organization, with the service control policies on it"},
	needs: []need{
		{action: "organizations:ListAccounts"}, {action: "organizations:ListParents"},
		{action: "organizations:ListPoliciesForTarget"}, {action: "organizations:DescribePolicy"},
	},
	read: readAccounts,
}

// mostLevels is more levels than an organization has: five of units below the root.
const mostLevels = 16

// tree remembers what of an organization many accounts share.
type tree struct {
	client   *organizations.Client
	parents  map[string]types.Parent
	attached map[string]json.RawMessage // by target
	policies map[string]json.RawMessage // by ID
}

func readAccounts(ctx context.Context, r *reader) error {
	o := &tree{
		client:  organizations.NewFromConfig(r.config),
		parents: map[string]types.Parent{}, attached: map[string]json.RawMessage{}, policies: map[string]json.RawMessage{},
	}
	for {
		out, err := o.client.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, a := range out.Accounts {
			if aws.ToString(a.Id) == "" {
				r.unnamed("an account")
				continue
			}
			if err := o.account(ctx, r, a); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

// account emits an account with where it hangs in the tree, and the policies of each
// level from the root to itself.
func (o *tree) account(ctx context.Context, r *reader, a types.Account) error {
	path, err := o.path(ctx, *a.Id)
	if err != nil {
		return err
	}
	var levels []json.RawMessage
	for _, level := range append(slices.Clone(path), *a.Id) {
		policies, err := o.policiesOn(ctx, level)
		if err != nil {
			return err
		}
		text, err := object([]noun{{"Level", level}, {"Policies", policies}})
		if err != nil {
			return err
		}
		levels = append(levels, text)
	}
	parent := ""
	if len(path) > 0 {
		parent = path[len(path)-1]
	}
	return r.snapshot(*a.Id, noun{"Account", a}, noun{"ParentId", parent}, noun{"Path", path}, noun{"Policies", levels})
}

// path is the IDs from the root to the parent of an account.
func (o *tree) path(ctx context.Context, id string) ([]string, error) {
	var path []string
	for child := id; ; {
		p, err := o.parent(ctx, child)
		if err != nil {
			return nil, err
		}
		path = append(path, aws.ToString(p.Id))
		if p.Type == types.ParentTypeRoot {
			slices.Reverse(path)
			return path, nil
		}
		if len(path) > mostLevels {
			return nil, fmt.Errorf("account %s: its parents lead to no root", short(id))
		}
		child = *p.Id
	}
}

func (o *tree) parent(ctx context.Context, child string) (types.Parent, error) {
	if p, ok := o.parents[child]; ok {
		return p, nil
	}
	out, err := o.client.ListParents(ctx, &organizations.ListParentsInput{ChildId: &child})
	if err != nil {
		return types.Parent{}, err
	}
	if len(out.Parents) != 1 || aws.ToString(out.Parents[0].Id) == "" {
		return types.Parent{}, fmt.Errorf("organizations:ListParents of %s: %d parents, want one", short(child), len(out.Parents))
	}
	if !accountPattern.MatchString(child) {
		o.parents[child] = out.Parents[0]
	}
	return out.Parents[0], nil
}

// policiesOn is the list of the service control policies that are attached to a root,
// unit or account, with their contents.
func (o *tree) policiesOn(ctx context.Context, target string) (json.RawMessage, error) {
	if text, ok := o.attached[target]; ok {
		return text, nil
	}
	var list []types.PolicySummary
	pages := organizations.NewListPoliciesForTargetPaginator(o.client, &organizations.ListPoliciesForTargetInput{
		TargetId: &target, Filter: types.PolicyTypeServiceControlPolicy,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Policies...)
	}
	slices.SortFunc(list, func(a, b types.PolicySummary) int { return cmp.Compare(aws.ToString(a.Id), aws.ToString(b.Id)) })
	var texts []json.RawMessage
	for _, p := range list {
		text, err := o.policy(ctx, p)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	whole, err := shape(texts)
	if err == nil && !accountPattern.MatchString(target) {
		o.attached[target] = whole
	}
	return whole, err
}

func (o *tree) policy(ctx context.Context, p types.PolicySummary) (json.RawMessage, error) {
	id := aws.ToString(p.Id)
	if text, ok := o.policies[id]; ok {
		return text, nil
	}
	out, err := o.client.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
	if err != nil {
		return nil, err
	}
	if out.Policy == nil || out.Policy.Content == nil {
		return nil, fmt.Errorf("organizations:DescribePolicy of %s: the answer has no content", short(id))
	}
	text, err := object([]noun{
		{"Id", p.Id}, {"Name", p.Name}, {"Arn", p.Arn}, {"AwsManaged", p.AwsManaged}, {"Content", out.Policy.Content},
	})
	if err == nil {
		o.policies[id] = text
	}
	return text, err
}
