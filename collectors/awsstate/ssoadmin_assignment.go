package awsstate

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	idtypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/evidencepack/evidence"
)

var ssoadminAssignment = kind{
	name: "ssoadmin.assignment", form: evidence.Snapshot, where: organization,
	title: evidence.Text{
		JA: "IAM Identity Center によるアカウントへのアクセスの割当て",
		EN: "assignment of a permission set to a user or group in an account, by IAM Identity Center",
	},
	needs: append([]need{
		{action: "sso:ListPermissionSets"}, {action: "sso:DescribePermissionSet"}, {action: "sso:ListManagedPoliciesInPermissionSet"},
		{action: "sso:ListAccountsForProvisionedPermissionSet"}, {action: "sso:ListAccountAssignments"},
		{"identitystore:ListUsers", namesOfPrincipals}, {"identitystore:ListGroups", namesOfPrincipals},
	}, findInstance...),
	read: readAssignments,
}

var namesOfPrincipals = evidence.Text{JA: "割当先の名称の取得", EN: "for the names of those to whom permission sets are assigned"}

// assignments is what the reading of all assignments has in common.
type assignments struct {
	*center
	client *ssoadmin.Client
	users  map[string]idtypes.User
	groups map[string]idtypes.Group
}

// readAssignments reads permission set by permission set. A token is that of a page
// of permission sets.
func readAssignments(ctx context.Context, r *reader) error {
	c, err := r.center(ctx)
	if c == nil || err != nil {
		return err
	}
	a := &assignments{center: c, client: ssoadmin.NewFromConfig(c.config)}
	a.users, err = c.users(ctx)
	if err := r.partly("names of users", err); err != nil {
		return err
	}
	a.groups, err = c.groups(ctx)
	if err := r.partly("names of groups", err); err != nil {
		return err
	}
	for {
		out, err := a.client.ListPermissionSets(ctx, &ssoadmin.ListPermissionSetsInput{InstanceArn: &c.instance, MaxResults: aws.Int32(100), NextToken: r.token()})
		if err != nil {
			return err
		}
		for _, set := range out.PermissionSets {
			err := a.of(ctx, r, set)
			if coded(err, noSuchResource) {
				r.deleted(set)
				continue
			}
			if err := r.partly(short(set), err); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

// of emits the assignments of a permission set.
func (a *assignments) of(ctx context.Context, r *reader, set string) error {
	permissions, err := a.permissionSet(ctx, r, set)
	if err != nil {
		return err
	}
	accounts := ssoadmin.NewListAccountsForProvisionedPermissionSetPaginator(a.client, &ssoadmin.ListAccountsForProvisionedPermissionSetInput{
		InstanceArn: &a.instance, PermissionSetArn: &set, MaxResults: aws.Int32(100),
	})
	for accounts.HasMorePages() {
		page, err := accounts.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, account := range page.AccountIds {
			err := a.in(ctx, r, set, account, permissions)
			if coded(err, noSuchResource) { // the account, or its assignment, since it was listed
				r.deleted(set + " in account " + account)
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// in emits the assignments of a permission set in an account.
func (a *assignments) in(ctx context.Context, r *reader, set, account string, permissions json.RawMessage) error {
	pages := ssoadmin.NewListAccountAssignmentsPaginator(a.client, &ssoadmin.ListAccountAssignmentsInput{
		InstanceArn: &a.instance, PermissionSetArn: &set, AccountId: &account, MaxResults: aws.Int32(100),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		r.page(page.ResultMetadata)
		for _, s := range page.AccountAssignments {
			principal := aws.ToString(s.PrincipalId)
			if principal == "" {
				r.unnamed("an assignment of " + short(set) + " in account " + short(account))
				continue
			}
			who, err := a.principal(s)
			if err != nil {
				return err
			}
			id := account + "/" + set[strings.LastIndex(set, "/")+1:] + "/" + principal
			if err := r.snapshot(id, noun{"AssignmentId", id}, noun{"InstanceArn", a.instance}, noun{"TargetAccountId", account}, noun{"PermissionSet", permissions}, noun{"Principal", who}); err != nil {
				return err
			}
		}
	}
	return nil
}

// permissionSet describes a permission set, with the policies of AWS that it grants.
func (a *assignments) permissionSet(ctx context.Context, r *reader, set string) (json.RawMessage, error) {
	out, err := a.client.DescribePermissionSet(ctx, &ssoadmin.DescribePermissionSetInput{InstanceArn: &a.instance, PermissionSetArn: &set})
	if err != nil {
		return nil, err
	}
	described := out.PermissionSet
	if described == nil {
		described = &types.PermissionSet{PermissionSetArn: &set}
	}
	var policies []types.AttachedManagedPolicy
	pages := ssoadmin.NewListManagedPoliciesInPermissionSetPaginator(a.client, &ssoadmin.ListManagedPoliciesInPermissionSetInput{InstanceArn: &a.instance, PermissionSetArn: &set})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if coded(err, noSuchResource) {
			return nil, err
		}
		if err != nil {
			if err := r.partly("policies of "+short(set), err); err != nil {
				return nil, err
			}
			return shape(*described)
		}
		policies = append(policies, page.AttachedManagedPolicies...)
	}
	return shape(*described, noun{"ManagedPolicies", policies})
}

// principal is who is assigned. A name is missing of who has been deleted, and where
// names may not be read.
func (a *assignments) principal(s types.AccountAssignment) (json.RawMessage, error) {
	nouns := []noun{{"PrincipalId", s.PrincipalId}, {"PrincipalType", string(s.PrincipalType)}}
	if s.PrincipalType == types.PrincipalTypeGroup {
		if g, ok := a.groups[*s.PrincipalId]; ok {
			nouns = append(nouns, noun{"DisplayName", g.DisplayName})
		}
	} else if u, ok := a.users[*s.PrincipalId]; ok {
		nouns = append(nouns, noun{"UserName", u.UserName}, noun{"DisplayName", u.DisplayName})
	}
	return object(nouns)
}
