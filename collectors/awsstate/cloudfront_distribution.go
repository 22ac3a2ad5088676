package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/evidencepack/evidence"
)

var cloudfrontDistribution = kind{
	name: "cloudfront.distribution", form: evidence.Snapshot, where: global,
	title: evidence.Text{JA: "CloudFront ディストリビューション", EN: "CloudFront distribution"},
	needs: []need{{action: "cloudfront:ListDistributions"}},
	read:  readDistributions,
}

func readDistributions(ctx context.Context, r *reader) error {
	client := cloudfront.NewFromConfig(r.config)
	for {
		out, err := client.ListDistributions(ctx, &cloudfront.ListDistributionsInput{Marker: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		list := out.DistributionList
		if list == nil {
			list = &types.DistributionList{}
		}
		for _, d := range list.Items {
			id := aws.ToString(d.Id)
			if id == "" {
				r.unnamed("a distribution")
				continue
			}
			withoutHeaderValues(d.Origins)
			if err := r.snapshot(id, noun{"Distribution", d}); err != nil {
				return err
			}
		}
		marker := list.NextMarker
		if !aws.ToBool(list.IsTruncated) {
			marker = nil
		}
		if more, err := r.next(marker); !more || err != nil {
			return err
		}
	}
}

// withoutHeaderValues takes out what origins are sent in headers of the distribution's
// own: it is the secret by which an origin knows CloudFront.
func withoutHeaderValues(origins *types.Origins) {
	if origins == nil {
		return
	}
	for _, o := range origins.Items {
		if o.CustomHeaders == nil {
			continue
		}
		for i := range o.CustomHeaders.Items {
			o.CustomHeaders.Items[i].HeaderValue = nil
		}
	}
}
