package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/evidencepack/evidence"
)

var cloudtrailTrail = kind{
	name: "cloudtrail.trail", form: evidence.Snapshot,
	title: evidence.Text{JA: "CloudTrail の証跡の設定と記録の状態", EN: "CloudTrail trail, with its settings and whether it is logging"},
	needs: []need{{action: "cloudtrail:DescribeTrails"}, {action: "cloudtrail:GetTrailStatus"}, {action: "cloudtrail:GetEventSelectors"}},
	read:  readTrails,
}

const noTrail = "TrailNotFoundException"

// readTrails reads each trail in its home region and account, once: copies of it in
// other regions, and of the organization's in its members, are shadows.
func readTrails(ctx context.Context, r *reader) error {
	client := cloudtrail.NewFromConfig(r.config)
	out, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(false)})
	if err != nil {
		return err
	}
	r.page(out.ResultMetadata)
	for _, t := range out.TrailList {
		arn := aws.ToString(t.TrailARN)
		if arn == "" {
			r.unnamed("a trail")
			continue
		}
		nouns := []noun{{"Trail", t}}
		status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &arn})
		switch {
		case coded(err, noTrail):
			r.deleted(arn)
			continue
		case err != nil:
			if err := r.partly(short(arn), err); err != nil {
				return err
			}
		default:
			nouns = append(nouns, noun{"Status", status})
		}
		selectors, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &arn})
		switch {
		case coded(err, noTrail):
			r.deleted(arn)
			continue
		case err != nil:
			if err := r.partly(short(arn), err); err != nil {
				return err
			}
		default:
			nouns = append(nouns, noun{"EventSelectors", selectors.EventSelectors}, noun{"AdvancedEventSelectors", selectors.AdvancedEventSelectors})
		}
		if err := r.snapshot(arn, nouns...); err != nil {
			return err
		}
	}
	return nil
}
