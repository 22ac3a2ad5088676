package awsstate

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go/middleware"

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

// readSecurityGroups reads the whole region before it hands anything over: that a
// group is missing from a reading means that it is gone, so there are no readings in
// part, nor of two moments. What was cut off begins again from the first page. Each
// record tells how many groups there are, so that a reading which lost some on its
// way (an earlier plan wanted fewer) does not look whole.
func readSecurityGroups(ctx context.Context, r *reader) error {
	type page struct {
		answer middleware.Metadata
		groups []types.SecurityGroup
		rules  map[string][]types.SecurityGroupRule
	}
	client := ec2.NewFromConfig(r.config)
	var read []page
	ids, unnamed := map[string]bool{}, 0
	pages := ec2.NewDescribeSecurityGroupsPaginator(client, &ec2.DescribeSecurityGroupsInput{
		// A VPC may be shared, and the groups of others be seen: they are read, and their calls
		// logged, where they belong.
		Filters:    []types.Filter{{Name: aws.String("owner-id"), Values: []string{r.account}}},
		MaxResults: aws.Int32(groupPage),
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		rules, err := rulesOf(ctx, client, out.SecurityGroups)
		if err != nil {
			return err
		}
		read = append(read, page{out.ResultMetadata, out.SecurityGroups, rules})
		for _, g := range out.SecurityGroups {
			if id := aws.ToString(g.GroupId); id != "" {
				ids[id] = true
			} else {
				unnamed++
				r.unnamed("a security group")
			}
		}
	}
	for _, p := range read {
		r.page(p.answer)
		for _, g := range p.groups {
			id := aws.ToString(g.GroupId)
			if id == "" {
				continue
			}
			if err := r.snapshot(id, noun{"SecurityGroup", g}, noun{"Rules", p.rules[id]}, noun{"GroupsInRegion", len(ids) + unnamed}); err != nil {
				return err
			}
		}
	}
	return nil
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
