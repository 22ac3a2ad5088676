package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/evidencepack/evidence"
)

var ec2Volume = kind{
	name: "ec2.volume", form: evidence.Snapshot,
	title: evidence.Text{JA: "EBS ボリューム", EN: "EBS volume"},
	needs: []need{{action: "ec2:DescribeVolumes"}},
	read:  readVolumes,
}

func readVolumes(ctx context.Context, r *reader) error {
	client := ec2.NewFromConfig(r.config)
	for {
		out, err := client.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{MaxResults: aws.Int32(ec2Page), NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, v := range out.Volumes {
			id := aws.ToString(v.VolumeId)
			if id == "" {
				r.unnamed("a volume")
				continue
			}
			if err := r.snapshot(id, noun{"Volume", v}); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}
