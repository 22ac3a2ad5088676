package awsstate

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"

	"github.com/evidencepack/evidence"
)

var identitystoreUser = kind{
	name: "identitystore.user", form: evidence.Snapshot, where: organization,
	title: evidence.Text{JA: "IAM Identity Center のユーザーと所属グループ", EN: "user of IAM Identity Center, with the groups that it is in"},
	needs: append([]need{{action: "identitystore:ListUsers"}, {action: "identitystore:ListGroups"}, {action: "identitystore:ListGroupMemberships"}}, findInstance...),
	read:  readIdentityUsers,
}

// readIdentityUsers leaves out what an audit has no use for of people: where they
// live, when they were born, how to call them and what they look like.
func readIdentityUsers(ctx context.Context, r *reader) error {
	c, err := r.center(ctx)
	if c == nil || err != nil {
		return err
	}
	groups, err := c.memberships(ctx, r)
	if err := r.partly("groups of users", err); err != nil {
		return err
	}
	client := identitystore.NewFromConfig(c.config)
	for {
		out, err := client.ListUsers(ctx, &identitystore.ListUsersInput{IdentityStoreId: &c.store, MaxResults: aws.Int32(100), NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, u := range out.Users {
			id := aws.ToString(u.UserId)
			if id == "" {
				r.unnamed("a user of IAM Identity Center")
				continue
			}
			u.Addresses, u.PhoneNumbers, u.Photos, u.Birthdate, u.Extensions = nil, nil, nil, nil, nil
			if u.ExternalIds == nil { // that it has none is what is looked for
				u.ExternalIds = []types.ExternalId{}
			}
			nouns := []noun{{"InstanceArn", c.instance}, {"IdentityStoreId", c.store}, {"User", u}}
			if groups != nil {
				nouns = append(nouns, noun{"Groups", groups[id]})
			}
			if err := r.snapshot(id, nouns...); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

// memberships are the groups that each user is in, by the user's ID: they are asked
// for group by group, of which there are fewer than users.
func (c *center) memberships(ctx context.Context, r *reader) (map[string][]json.RawMessage, error) {
	all, err := c.groups(ctx)
	if err != nil {
		return nil, err
	}
	var list []types.Group
	for _, g := range all {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b types.Group) int { return cmp.Compare(*a.GroupId, *b.GroupId) })
	of := map[string][]json.RawMessage{}
	for _, g := range list {
		group, err := object([]noun{{"GroupId", g.GroupId}, {"DisplayName", g.DisplayName}})
		if err != nil {
			return nil, err
		}
		pages := identitystore.NewListGroupMembershipsPaginator(identitystore.NewFromConfig(c.config),
			&identitystore.ListGroupMembershipsInput{IdentityStoreId: &c.store, GroupId: g.GroupId})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if coded(err, noSuchResource) {
				r.deleted("group " + aws.ToString(g.GroupId))
				break
			}
			if err != nil {
				return nil, err
			}
			for _, m := range page.GroupMemberships {
				if user, ok := m.MemberId.(*types.MemberIdMemberUserId); ok {
					of[user.Value] = append(of[user.Value], group)
				}
			}
		}
	}
	return of, nil
}
