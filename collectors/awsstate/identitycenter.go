package awsstate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

	"github.com/evidencepack/evidence"
)

// findInstance is what both kinds of Identity Center begin with.
var findInstance = []need{
	{"sso:ListInstances", evidence.Text{
		JA: "IAM Identity Center のインスタンスの特定（管理アカウント又は委任管理者アカウントで必要）",
		EN: "to find the instance of IAM Identity Center, in the management account or the delegated administrator's",
	}},
	{"ec2:DescribeRegions", evidence.Text{
		JA: "IAM Identity Center のリージョンの検出（設定 regions を指定する場合は不要）",
		EN: "to find the region of IAM Identity Center, unless the setting regions lists it",
	}},
}

// center is the instance of IAM Identity Center that an organization has.
type center struct {
	instance, store string
	config          aws.Config // of its region
}

// center finds the organization's instance, which lives in one region that nothing
// else tells: each region is asked, the caller's own first. It is nil, and why is
// noted, where there is none.
func (r *reader) center(ctx context.Context) (*center, error) {
	me, err := r.whoami(ctx)
	if err != nil {
		return nil, err
	}
	regions, err := r.regions(ctx, me.account)
	if err != nil {
		return nil, err
	}
	if i := slices.Index(regions, r.config.Region); i > 0 {
		regions = slices.Insert(slices.Delete(regions, i, i+1), 0, r.config.Region)
	}
	var asked, closed, unresolved []string
	var refusal error
	for _, region := range regions {
		cfg := r.config.Copy()
		cfg.Region = region
		found, err := r.instanceIn(ctx, cfg, me.account)
		switch {
		case found != nil:
			return found, nil
		case noEndpoint(err):
			if _, up := r.session.Account(ctx); up != nil {
				return nil, err
			}
			unresolved = append(unresolved, region)
			continue
		case refused(err):
			refusal, closed = err, append(closed, region)
			continue
		case err != nil:
			return nil, err
		}
		asked = append(asked, region)
	}
	if refusal != nil { // it may be in one of these
		return nil, r.partly(strings.Join(closed, ", "), refusal)
	}
	f := evidence.Finding{Code: "no_identity_center", Object: r.unit.Scope.String(), Detail: "regions asked: " + strings.Join(asked, ", ")}
	if len(unresolved) > 0 {
		f.Detail += "; without an address: " + strings.Join(unresolved, ", ")
	}
	// It may be in a region that the settings leave out, or in the one that it is most often in.
	if len(r.settings.Regions) > 0 || slices.Contains(unresolved, r.config.Region) {
		f.Code = "identity_center_not_found"
		r.gap(f)
		return nil, nil
	}
	r.note(f)
	return nil, nil
}

// instanceIn is the organization's instance if it lives in the configuration's
// region. An instance that the caller's account has for itself is none, unless that is
// the management account: it gives access to no account.
func (r *reader) instanceIn(ctx context.Context, cfg aws.Config, me string) (*center, error) {
	pages := ssoadmin.NewListInstancesPaginator(ssoadmin.NewFromConfig(cfg), &ssoadmin.ListInstancesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Instances {
			c := &center{instance: aws.ToString(i.InstanceArn), store: aws.ToString(i.IdentityStoreId), config: cfg}
			switch {
			case me != r.account && aws.ToString(i.OwnerAccountId) == me:
			case i.PrimaryRegion != nil && *i.PrimaryRegion != cfg.Region: // a replica
			case c.instance == "" || c.store == "":
				return nil, fmt.Errorf("sso:ListInstances in %s: an instance without its ARN or identity store", cfg.Region)
			default:
				return c, nil
			}
		}
	}
	return nil, nil
}

// groups are those of the identity store, by ID.
func (c *center) groups(ctx context.Context) (map[string]types.Group, error) {
	all := map[string]types.Group{}
	pages := identitystore.NewListGroupsPaginator(identitystore.NewFromConfig(c.config), &identitystore.ListGroupsInput{IdentityStoreId: &c.store})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.Groups {
			if id := aws.ToString(g.GroupId); id != "" {
				all[id] = g
			}
		}
	}
	return all, nil
}

// users are those of the identity store, by ID.
func (c *center) users(ctx context.Context) (map[string]types.User, error) {
	all := map[string]types.User{}
	pages := identitystore.NewListUsersPaginator(identitystore.NewFromConfig(c.config), &identitystore.ListUsersInput{IdentityStoreId: &c.store})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Users {
			if id := aws.ToString(u.UserId); id != "" {
				all[id] = u
			}
		}
	}
	return all, nil
}

// noSuchResource is the code by which both services say that something is not there
// (any more).
const noSuchResource = "ResourceNotFoundException"
