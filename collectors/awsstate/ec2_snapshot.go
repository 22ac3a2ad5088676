package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/evidencepack/evidence"
)

var ec2Snapshot = kind{
	name: "ec2.snapshot", form: evidence.Snapshot,
	title: evidence.Text{JA: "EBS スナップショット（アカウントが所有するもの）", EN: "EBS snapshot that the account owns"},
	needs: []need{{action: "ec2:DescribeSnapshots"}},
	read:  readSnapshots,
}

func readSnapshots(ctx context.Context, r *reader) error {
	client := ec2.NewFromConfig(r.config)
	for {
		out, err := client.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, MaxResults: aws.Int32(ec2Page), NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, s := range out.Snapshots {
			id := aws.ToString(s.SnapshotId)
			if id == "" {
				r.unnamed("a snapshot")
				continue
			}
			if err := r.snapshot(id, noun{"Snapshot", s}); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}
