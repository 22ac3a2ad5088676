package awsstate

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"

	"github.com/evidencepack/evidence"
)

var wafv2WebACL = kind{
	name: "wafv2.web_acl", form: evidence.Snapshot, sparse: true,
	title: evidence.Text{JA: "AWS WAF の Web ACL と適用先のリソース", EN: "web ACL of AWS WAF, with the resources that it protects"},
	needs: []need{
		{action: "wafv2:ListWebACLs"}, {action: "wafv2:GetWebACL"}, {action: "wafv2:GetLoggingConfiguration"}, {action: "wafv2:ListResourcesForWebACL"},
		protectedNeed("cognito-idp:ListResourcesForWebACL"), protectedNeed("apprunner:ListAssociatedServicesForWebAcl"),
		protectedNeed("ec2:DescribeVerifiedAccessInstanceWebAclAssociations"), protectedNeed("amplify:ListResourcesForWebACL"),
	},
	read: readWebACLs,
}

// protectedNeed is what wafv2:ListResourcesForWebACL takes of one type of resources, as AWS's
// policy AWSWAFReadOnlyAccess allows it.
func protectedNeed(action string) need {
	return need{action, evidence.Text{
		JA: "wafv2:ListResourcesForWebACL が当該種別のリソースについて要する権限", EN: "which wafv2:ListResourcesForWebACL takes of that type of resources",
	}}
}

// globalRegion is where AWS WAF keeps the web ACLs of CloudFront.
const globalRegion = "us-east-1"

// readWebACLs reads a region's web ACLs, and in one region those of CloudFront. A
// token is the scope and AWS WAF's marker.
func readWebACLs(ctx context.Context, r *reader) error {
	client := wafv2.NewFromConfig(r.config)
	scopes := []types.Scope{types.ScopeRegional}
	if r.region == globalRegion {
		scopes = append(scopes, types.ScopeCloudfront)
	}
	at, marker, _ := strings.Cut(aws.ToString(r.token()), " ")
	for i := max(0, slices.Index(scopes, types.Scope(at))); i < len(scopes); {
		in := &wafv2.ListWebACLsInput{Scope: scopes[i], Limit: aws.Int32(100)}
		if marker != "" {
			in.NextMarker = &marker
		}
		out, err := client.ListWebACLs(ctx, in)
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, acl := range out.WebACLs {
			if aws.ToString(acl.ARN) == "" {
				r.unnamed("a web ACL")
				continue
			}
			if err := readWebACL(ctx, r, client, scopes[i], acl); err != nil {
				return err
			}
		}
		// A marker may come with the last page too: the page behind it is then empty.
		if marker = aws.ToString(out.NextMarker); marker == "" || len(out.WebACLs) == 0 {
			marker = ""
			i++
		}
		if i == len(scopes) {
			break
		}
		if _, err := r.next(aws.String(string(scopes[i]) + " " + marker)); err != nil {
			return err
		}
	}
	_, err := r.next(nil)
	return err
}

func readWebACL(ctx context.Context, r *reader, client *wafv2.Client, scope types.Scope, acl types.WebACLSummary) error {
	out, err := client.GetWebACL(ctx, &wafv2.GetWebACLInput{Name: acl.Name, Id: acl.Id, Scope: scope})
	if coded(err, nonexistent) {
		r.deleted(aws.ToString(acl.ARN))
		return nil
	}
	if err != nil {
		return err
	}
	withoutComparedValues(reflect.ValueOf(out.WebACL))
	logging, err := client.GetLoggingConfiguration(ctx, &wafv2.GetLoggingConfigurationInput{ResourceArn: acl.ARN})
	nouns := []noun{{"WebACL", out.WebACL}}
	switch {
	case coded(err, nonexistent):
		nouns = append(nouns, noun{"LoggingConfiguration", nil})
	case err != nil:
		if err := r.partly(*acl.ARN, err); err != nil {
			return err
		}
	default:
		nouns = append(nouns, noun{"LoggingConfiguration", logging.LoggingConfiguration})
	}
	if scope == types.ScopeRegional {
		resources, err := protected(ctx, client, acl.ARN)
		if err != nil {
			if err := r.partly(*acl.ARN, err); err != nil {
				return err
			}
		} else {
			nouns = append(nouns, noun{"Resources", resources})
		}
	}
	return r.snapshot(*acl.ARN, nouns...)
}

const nonexistent = "WAFNonexistentItemException"

// protected are the ARNs of the resources that a web ACL is associated with, of every
// type: without one AWS WAF gives load balancers alone.
func protected(ctx context.Context, client *wafv2.Client, acl *string) ([]string, error) {
	var list []string
	for _, kind := range types.ResourceType("").Values() {
		out, err := client.ListResourcesForWebACL(ctx, &wafv2.ListResourcesForWebACLInput{WebACLArn: acl, ResourceType: kind})
		if coded(err, "WAFInvalidParameterException") && kind != types.ResourceTypeApplicationLoadBalancer {
			continue // a type that the region does not have
		}
		if err != nil {
			return nil, err
		}
		list = append(list, out.ResourceArns...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
