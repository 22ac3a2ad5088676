package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/evidencepack/evidence"
)

var ec2Instance = kind{
	name: "ec2.instance", form: evidence.Snapshot,
	title: evidence.Text{JA: "EC2 インスタンス", EN: "EC2 instance"},
	needs: []need{{action: "ec2:DescribeInstances"}},
	read:  readInstances,
}

// ec2Page is the largest page of EC2's lists that allow as many.
const ec2Page = 1000

func readInstances(ctx context.Context, r *reader) error {
	client := ec2.NewFromConfig(r.config)
	for {
		out, err := client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(ec2Page), NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, reservation := range out.Reservations {
			for _, i := range reservation.Instances {
				id := aws.ToString(i.InstanceId)
				if id == "" {
					r.unnamed("an instance")
					continue
				}
				instance, err := shape(i, noun{"ReservationId", reservation.ReservationId})
				if err != nil {
					return err
				}
				if err := r.snapshot(id, noun{"Instance", instance}); err != nil {
					return err
				}
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}
