package awsstate

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/evidencepack/evidence"
)

var securitygroupSnapshot = kind{
	name: "securitygroup.snapshot", form: evidence.Snapshot,
	title: evidence.Text{JA: "セキュリティグループとそのルール", EN: "security group with its rules"},
	needs: []need{{action: "ec2:DescribeSecurityGroups"}, {"ec2:DescribeSecurityGroupRules", evidence.Text{
		JA: "ルールの識別子の取得", EN: "for the rules with their IDs",
	}}},
	read: readSecurityGroups,
}

// groupPage is the groups of a page: as many values as a filter of EC2 may have.
const groupPage = 200

func readSecurityGroups(ctx context.Context, r *reader) error {
	client := ec2.NewFromConfig(r.config)
	for {
		out, err := client.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(groupPage), NextToken: r.token()})
		if err != nil {
			return err
		}
		rules, err := rulesOf(ctx, client, out.SecurityGroups)
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, g := range out.SecurityGroups {
			id := aws.ToString(g.GroupId)
			if id == "" {
				r.unnamed("a security group")
				continue
			}
			if err := r.snapshot(id, noun{"SecurityGroup", g}, noun{"Rules", rules[id]}); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

// rulesOf reads the rules of groups, each group's in the order of their IDs.
func rulesOf(ctx context.Context, client *ec2.Client, groups []types.SecurityGroup) (map[string][]types.SecurityGroupRule, error) {
	var ids []string
	for _, g := range groups {
		ids = append(ids, aws.ToString(g.GroupId))
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rules := map[string][]types.SecurityGroupRule{}
	pages := ec2.NewDescribeSecurityGroupRulesPaginator(client, &ec2.DescribeSecurityGroupRulesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: ids}}, MaxResults: aws.Int32(1000),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, rule := range page.SecurityGroupRules {
			id := aws.ToString(rule.GroupId)
			rules[id] = append(rules[id], rule)
		}
	}
	for _, list := range rules {
		slices.SortFunc(list, func(a, b types.SecurityGroupRule) int {
			return cmp.Compare(aws.ToString(a.SecurityGroupRuleId), aws.ToString(b.SecurityGroupRuleId))
		})
	}
	return rules, nil
}
