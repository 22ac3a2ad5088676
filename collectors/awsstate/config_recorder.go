package awsstate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/configservice"

	"github.com/evidencepack/evidence"
)

var configRecorder = kind{
	name: "config.recorder", form: evidence.Snapshot,
	title: evidence.Text{JA: "AWS Config の記録の状態（アカウント及びリージョンごと）", EN: "state of AWS Config's recording in an account and region"},
	needs: []need{
		{action: "config:DescribeConfigurationRecorders"}, {action: "config:DescribeConfigurationRecorderStatus"},
		{action: "config:DescribeDeliveryChannels"}, {action: "config:DescribeDeliveryChannelStatus"},
	},
	read: readConfigRecorder,
}

// readConfigRecorder emits one record, also where there is no recorder: then its lists
// are empty. Recorders that AWS services keep for themselves are not among them.
func readConfigRecorder(ctx context.Context, r *reader) error {
	client := configservice.NewFromConfig(r.config)
	recorders, err := client.DescribeConfigurationRecorders(ctx, &configservice.DescribeConfigurationRecordersInput{})
	if err != nil {
		return err
	}
	status, err := client.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		return err
	}
	channels, err := client.DescribeDeliveryChannels(ctx, &configservice.DescribeDeliveryChannelsInput{})
	if err != nil {
		return err
	}
	delivered, err := client.DescribeDeliveryChannelStatus(ctx, &configservice.DescribeDeliveryChannelStatusInput{})
	if err != nil {
		return err
	}
	r.page(recorders.ResultMetadata)
	return r.snapshot("",
		noun{"ConfigurationRecorders", recorders.ConfigurationRecorders}, noun{"ConfigurationRecordersStatus", status.ConfigurationRecordersStatus},
		noun{"DeliveryChannels", channels.DeliveryChannels}, noun{"DeliveryChannelsStatus", delivered.DeliveryChannelsStatus})
}
