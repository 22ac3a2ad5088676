package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/evidencepack/evidence"
)

var organizationsOrganization = kind{
	name: "organizations.organization", form: evidence.Snapshot, where: organization,
	title: evidence.Text{JA: "AWS Organizations の組織", EN: "AWS organization"},
	needs: []need{{action: "organizations:DescribeOrganization"}, {action: "organizations:ListRoots"}},
	read:  readOrganization,
}

func readOrganization(ctx context.Context, r *reader) error {
	client := organizations.NewFromConfig(r.config)
	roots, err := rootsOf(ctx, client)
	if err != nil {
		return err
	}
	out, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err != nil {
		return err
	}
	r.page(out.ResultMetadata)
	if out.Organization == nil || aws.ToString(out.Organization.Id) == "" {
		r.unnamed("the organization")
		return nil
	}
	return r.snapshot(*out.Organization.Id, noun{"Organization", out.Organization}, noun{"Roots", roots})
}

func rootsOf(ctx context.Context, client *organizations.Client) ([]types.Root, error) {
	var roots []types.Root
	pages := organizations.NewListRootsPaginator(client, &organizations.ListRootsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		roots = append(roots, page.Roots...)
	}
	return roots, nil
}
