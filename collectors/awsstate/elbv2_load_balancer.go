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
		tags, err := tagsOf(ctx, r, client, out.LoadBalancers)
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
			nouns := []noun{{"LoadBalancer", lb}}
			if of, ok := tags[arn]; ok {
				nouns = append(nouns, noun{"Tags", of})
			}
			if lb.Type == types.LoadBalancerTypeEnumApplication {
				answer, err := waf.GetWebACLForResource(ctx, &wafv2.GetWebACLForResourceInput{ResourceArn: &arn})
				switch {
				case coded(err, nonexistent): // since it was listed
					r.deleted(arn)
					continue
				case noEndpoint(err): // whether it has one is not known
					r.gap(evidence.Finding{Code: "not_readable", Object: r.unit.Scope.String() + " " + arn + ": wafv2:GetWebACLForResource", Detail: short(err.Error())})
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

// tagsOf reads the tags of load balancers. Of one that is gone since it was listed there are
// none, nor of any where the caller may not read them, which is a gap.
func tagsOf(ctx context.Context, r *reader, client *elbv2.Client, list []types.LoadBalancer) (map[string][]types.Tag, error) {
	var arns []string
	for _, lb := range list {
		arns = append(arns, aws.ToString(lb.LoadBalancerArn))
	}
	tags := map[string][]types.Tag{}
	if len(arns) == 0 {
		return tags, nil
	}
	ask := func(arns ...string) error {
		out, err := client.DescribeTags(ctx, &elbv2.DescribeTagsInput{ResourceArns: arns})
		if err != nil {
			return err
		}
		for _, d := range out.TagDescriptions {
			tags[aws.ToString(d.ResourceArn)] = d.Tags
		}
		return nil
	}
	err := ask(arns...)
	if !coded(err, noSuchLoadBalancer) {
		return tags, r.partly("tags", err)
	}
	for _, arn := range arns { // one of them is gone
		if err := ask(arn); err != nil && !coded(err, noSuchLoadBalancer) {
			return tags, r.partly("tags of "+arn, err)
		}
	}
	return tags, nil
}

const noSuchLoadBalancer = "LoadBalancerNotFound"
