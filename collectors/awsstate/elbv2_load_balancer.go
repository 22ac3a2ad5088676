package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"

	"github.com/evidencepack/evidence"
)

var elbv2LoadBalancer = kind{
	name: "elbv2.load_balancer", form: evidence.Snapshot,
	title: evidence.Text{JA: "ロードバランサーと関連付けられた Web ACL", EN: "load balancer, with the web ACL on it"},
	needs: []need{
		{action: "elasticloadbalancing:DescribeLoadBalancers"}, {action: "elasticloadbalancing:DescribeTags"},
		{"wafv2:GetWebACLForResource", evidence.Text{
			JA: "Application Load Balancer に関連付けられた Web ACL の取得", EN: "for the web ACL on an Application Load Balancer",
		}},
		{"elasticloadbalancing:DescribeWebACLAssociation", evidence.Text{
			JA: "wafv2:GetWebACLForResource がロードバランサーについて要する権限", EN: "which wafv2:GetWebACLForResource takes of load balancers",
		}},
	},
	read: readLoadBalancers,
}

// tagPage is as many load balancers as DescribeTags takes at a time.
const tagPage = 20

func readLoadBalancers(ctx context.Context, r *reader) error {
	client, waf := elbv2.NewFromConfig(r.config), wafv2.NewFromConfig(r.config)
	for {
		out, err := client.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{PageSize: aws.Int32(tagPage), Marker: r.token()})
		if err != nil {
			return err
		}
		tags, err := tagsOf(ctx, client, out.LoadBalancers)
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, lb := range out.LoadBalancers {
			arn := aws.ToString(lb.LoadBalancerArn)
			if arn == "" {
				r.unnamed("a load balancer")
				continue
			}
			nouns := []noun{{"LoadBalancer", lb}, {"Tags", tags[arn]}}
			if lb.Type == types.LoadBalancerTypeEnumApplication {
				answer, err := waf.GetWebACLForResource(ctx, &wafv2.GetWebACLForResourceInput{ResourceArn: &arn})
				switch {
				case err != nil:
					if err := r.partly(arn, err); err != nil {
						return err
					}
				case answer.WebACL == nil:
					nouns = append(nouns, noun{"WebACL", nil})
				default:
					acl, err := object([]noun{{"ARN", answer.WebACL.ARN}, {"Name", answer.WebACL.Name}, {"Id", answer.WebACL.Id}})
					if err != nil {
						return err
					}
					nouns = append(nouns, noun{"WebACL", acl})
				}
			}
			if err := r.snapshot(arn, nouns...); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextMarker); !more || err != nil {
			return err
		}
	}
}

func tagsOf(ctx context.Context, client *elbv2.Client, list []types.LoadBalancer) (map[string][]types.Tag, error) {
	var arns []string
	for _, lb := range list {
		arns = append(arns, aws.ToString(lb.LoadBalancerArn))
	}
	if len(arns) == 0 {
		return nil, nil
	}
	out, err := client.DescribeTags(ctx, &elbv2.DescribeTagsInput{ResourceArns: arns})
	if err != nil {
		return nil, err
	}
	tags := map[string][]types.Tag{}
	for _, d := range out.TagDescriptions {
		tags[aws.ToString(d.ResourceArn)] = d.Tags
	}
	return tags, nil
}
