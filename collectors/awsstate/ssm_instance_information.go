package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/evidencepack/evidence"
)

var ssmInstanceInformation = kind{
	name: "ssm.instance_information", form: evidence.Snapshot,
	title: evidence.Text{JA: "Systems Manager の管理対象ノード（エージェントの稼働状況）", EN: "node managed by Systems Manager, with its agent's sign of life"},
	needs: []need{{action: "ssm:DescribeInstanceInformation"}},
	read:  readInstanceInformation,
}

func readInstanceInformation(ctx context.Context, r *reader) error {
	client := ssm.NewFromConfig(r.config)
	for {
		out, err := client.DescribeInstanceInformation(ctx, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(50), NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, i := range out.InstanceInformationList {
			id := aws.ToString(i.InstanceId)
			if id == "" {
				r.unnamed("a managed node")
				continue
			}
			if err := r.snapshot(id, noun{"InstanceInformation", i}); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}
