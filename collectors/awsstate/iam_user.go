package awsstate

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/evidencepack/evidence"
)

var iamUser = kind{
	name: "iam.user", form: evidence.Snapshot, where: global,
	title: evidence.Text{JA: "IAM ユーザーと認証情報・所属グループ・ポリシー", EN: "IAM user, with credentials, groups and policies"},
	needs: []need{
		{action: "iam:ListUsers"}, {action: "iam:GetLoginProfile"}, {action: "iam:ListAccessKeys"}, {action: "iam:GetAccessKeyLastUsed"}, {action: "iam:ListMFADevices"},
		{action: "iam:ListGroupsForUser"}, {action: "iam:ListAttachedUserPolicies"}, {action: "iam:ListUserPolicies"},
	},
	read: readUsers,
}

func readUsers(ctx context.Context, r *reader) error {
	client := iam.NewFromConfig(r.config)
	for {
		out, err := client.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(100), Marker: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, u := range out.Users {
			if aws.ToString(u.Arn) == "" || aws.ToString(u.UserName) == "" {
				r.unnamed("an IAM user")
				continue
			}
			if err := readUser(ctx, r, userCalls{client, u.UserName}, u); err != nil {
				return err
			}
		}
		if more, err := r.next(out.Marker); !more || err != nil {
			return err
		}
	}
}

// readUser reads what there is of a user. The password comes first: that there is none
// is told by the same code as that there is no such user, which the calls after it tell
// apart.
func readUser(ctx context.Context, r *reader, c userCalls, u types.User) error {
	nouns := []noun{{"User", u}}
	for _, part := range []struct {
		name string
		read func(context.Context) (any, error)
	}{
		{"LoginProfile", c.loginProfile},
		{"AccessKeys", func(ctx context.Context) (any, error) { return c.accessKeys(ctx, r) }},
		{"MFADevices", c.mfaDevices},
		{"Groups", c.groups},
		{"AttachedPolicies", c.attachedPolicies},
		{"InlinePolicyNames", c.inlinePolicies},
	} {
		value, err := part.read(ctx)
		switch {
		case coded(err, noSuchEntity):
			r.deleted(*u.Arn)
			return nil
		case err != nil:
			if err := r.partly(short(*u.Arn), err); err != nil {
				return err
			}
		default:
			nouns = append(nouns, noun{part.name, value})
		}
	}
	return r.snapshot(*u.Arn, nouns...)
}

// userCalls asks about one user.
type userCalls struct {
	client *iam.Client
	name   *string
}

// loginProfile is nil of a user without a password.
func (c userCalls) loginProfile(ctx context.Context) (any, error) {
	out, err := c.client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: c.name})
	switch {
	case coded(err, noSuchEntity):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return out.LoginProfile, nil
}

// accessKeys are the user's keys, each with its last use. IAM gives the secret of a key
// to nobody but who makes it.
func (c userCalls) accessKeys(ctx context.Context, r *reader) (any, error) {
	list := []json.RawMessage{}
	pages := iam.NewListAccessKeysPaginator(c.client, &iam.ListAccessKeysInput{UserName: c.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, k := range page.AccessKeyMetadata {
			var used []noun
			out, err := c.client.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId})
			switch {
			case coded(err, noSuchEntity):
				r.deleted("access key " + aws.ToString(k.AccessKeyId))
				continue
			case err != nil:
				if err := r.partly("access key "+short(aws.ToString(k.AccessKeyId)), err); err != nil {
					return nil, err
				}
			default:
				used = append(used, noun{"LastUsed", out.AccessKeyLastUsed})
			}
			key, err := shape(k, used...)
			if err != nil {
				return nil, err
			}
			list = append(list, key)
		}
	}
	return list, nil
}

func (c userCalls) mfaDevices(ctx context.Context) (any, error) {
	var list []types.MFADevice
	pages := iam.NewListMFADevicesPaginator(c.client, &iam.ListMFADevicesInput{UserName: c.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.MFADevices...)
	}
	return list, nil
}

func (c userCalls) groups(ctx context.Context) (any, error) {
	var list []types.Group
	pages := iam.NewListGroupsForUserPaginator(c.client, &iam.ListGroupsForUserInput{UserName: c.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Groups...)
	}
	return list, nil
}

func (c userCalls) attachedPolicies(ctx context.Context) (any, error) {
	var list []types.AttachedPolicy
	pages := iam.NewListAttachedUserPoliciesPaginator(c.client, &iam.ListAttachedUserPoliciesInput{UserName: c.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.AttachedPolicies...)
	}
	return list, nil
}

func (c userCalls) inlinePolicies(ctx context.Context) (any, error) {
	var list []string
	pages := iam.NewListUserPoliciesPaginator(c.client, &iam.ListUserPoliciesInput{UserName: c.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.PolicyNames...)
	}
	return list, nil
}
