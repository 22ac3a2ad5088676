package awsstate

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/evidencepack/evidence"
)

var configItem = kind{
	name: "config.item", form: evidence.Event,
	title: evidence.Text{JA: "AWS Config の構成項目（セキュリティグループの構成履歴）", EN: "AWS Config's configuration item: a state of a security group that it recorded"},
	// An item is recorded within minutes, or within a day where recording is daily.
	settles: 24 * time.Hour,
	needs: []need{
		{action: "config:ListDiscoveredResources"}, {action: "config:GetResourceConfigHistory"},
		{"config:BatchGetResourceConfig", evidence.Text{
			JA: "構成が最後に変わった日時の取得（変わっていないリソースの履歴を遡らないため）", EN: "for when resources last changed, so that the history of those that did not is not walked",
		}},
		{"config:DescribeRetentionConfigurations", evidence.Text{
			JA: "構成項目の保持期間の取得（対象期間の一部が既に削除されている場合に、その旨を示すため）", EN: "for how long items are kept, to tell what of the period is deleted by now",
		}},
	},
	read: readConfigItems,
}

const (
	configType = types.ResourceTypeSecurityGroup
	configPage = 100 // as many resources and items as Config gives at a time

	// configKept is how many days items are kept where nothing else is set ("Deleting AWS
	// Config Data", AWS Config Developer Guide).
	configKept = 2557

	noRecorder    = "NoAvailableConfigurationRecorderException"
	notDiscovered = "ResourceNotDiscoveredException"
)

// readConfigItems emits what Config recorded of each resource: the items of the time
// that is wanted and the last one before, which is the state that the time began with.
func readConfigItems(ctx context.Context, r *reader) error {
	client := configservice.NewFromConfig(r.config)
	first, wanted := r.at.Token == "", r.around()
	for {
		out, err := client.ListDiscoveredResources(ctx, &configservice.ListDiscoveredResourcesInput{
			ResourceType: configType, IncludeDeletedResources: true, Limit: configPage, NextToken: r.token(),
		})
		if coded(err, noRecorder) && r.at.Token == "" {
			r.note(evidence.Finding{Code: "config_not_on", Object: r.unit.Scope.String(), Detail: "there is no configuration recorder"})
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case !first:
		case len(out.ResourceIdentifiers) == 0 && aws.ToString(out.NextToken) == "":
			r.note(evidence.Finding{Code: "config_not_on", Object: r.unit.Scope.String(), Detail: "no resource of type " + string(configType) + " was recorded"})
		default:
			if err := configRetention(ctx, r, client); err != nil {
				return err
			}
		}
		first = false
		changed, err := lastChanges(ctx, client, out.ResourceIdentifiers)
		if err != nil {
			if err := r.partly(string(configType), err); err != nil {
				return err
			}
		}
		for _, res := range out.ResourceIdentifiers {
			id := aws.ToString(res.ResourceId)
			switch {
			case id == "":
				r.unnamed("a resource of type " + string(configType))
				continue
			case res.ResourceDeletionTime != nil && res.ResourceDeletionTime.Before(wanted.Start):
				continue // it was gone before
			}
			until := wanted.End
			if until.After(r.at.Taken) {
				until = r.at.Taken
			}
			if at := changed[id]; !at.IsZero() && at.Before(until) {
				until = at.Add(time.Second)
			}
			if err := configHistory(ctx, r, client, id, evidence.Period{Start: wanted.Start, End: until}); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

// configRetention tells what of the unit's window Config has deleted by now.
func configRetention(ctx context.Context, r *reader, client *configservice.Client) error {
	days := int32(configKept)
	pages := configservice.NewDescribeRetentionConfigurationsPaginator(client, &configservice.DescribeRetentionConfigurationsInput{})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return r.partly("retention", err)
		}
		for _, c := range out.RetentionConfigurations {
			if c.RetentionPeriodInDays != nil {
				days = min(days, *c.RetentionPeriodInDays)
			}
		}
	}
	r.forgotten(time.Duration(days) * 24 * time.Hour)
	return nil
}

// lastChanges are the times of the latest items of those resources that exist. A call
// for the history spans seven days at most: without them, the history of what has not
// changed for a year would take fifty calls to come to its only item.
func lastChanges(ctx context.Context, client *configservice.Client, list []types.ResourceIdentifier) (map[string]time.Time, error) {
	var keys []types.ResourceKey
	for _, res := range list {
		if aws.ToString(res.ResourceId) != "" && res.ResourceDeletionTime == nil {
			keys = append(keys, types.ResourceKey{ResourceId: res.ResourceId, ResourceType: configType})
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	out, err := client.BatchGetResourceConfig(ctx, &configservice.BatchGetResourceConfigInput{ResourceKeys: keys})
	if err != nil {
		return nil, err
	}
	at := map[string]time.Time{}
	for _, item := range out.BaseConfigurationItems {
		at[aws.ToString(item.ResourceId)] = aws.ToTime(item.ConfigurationItemCaptureTime)
	}
	return at, nil
}

// configHistory emits a resource's items back from the period's end to the last one
// before its start.
func configHistory(ctx context.Context, r *reader, client *configservice.Client, id string, within evidence.Period) error {
	in := &configservice.GetResourceConfigHistoryInput{
		ResourceType: configType, ResourceId: &id, LaterTime: &within.End, ChronologicalOrder: types.ChronologicalOrderReverse, Limit: configPage,
	}
	for {
		out, err := client.GetResourceConfigHistory(ctx, in)
		switch {
		case coded(err, noRecorder, notDiscovered):
			r.note(evidence.Finding{Code: "config_history_not_kept", Object: r.unit.Scope.String() + ": " + short(id), Detail: plain(err)})
			return nil
		case err != nil:
			return err
		}
		r.page(out.ResultMetadata)
		for _, item := range out.ConfigurationItems {
			at := aws.ToTime(item.ConfigurationItemCaptureTime)
			if at.IsZero() {
				r.unnamed("a configuration item of " + short(id))
				continue
			}
			if err := r.emit(configItemID(r, id, at, aws.ToString(item.ConfigurationStateId)), at, noun{"ConfigurationItem", item}); err != nil {
				return err
			}
			if at.Before(within.Start) {
				return nil
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

// configItemID: a resource's items are told apart by when they were captured and, of
// one moment, by their state's number.
func configItemID(r *reader, id string, at time.Time, state string) string {
	text := r.account + "/" + r.region + "/" + string(configType) + "/" + id + "@" + at.UTC().Format(time.RFC3339Nano)
	if state != "" {
		text += "/" + state
	}
	return text
}
