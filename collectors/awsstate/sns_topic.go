package awsstate

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/evidencepack/evidence"
)

var snsTopic = kind{
	name: "sns.topic", form: evidence.Snapshot,
	title: evidence.Text{JA: "Amazon SNS のトピックとサブスクリプション", EN: "topic of Amazon SNS, with its subscriptions"},
	needs: []need{{action: "sns:ListTopics"}, {action: "sns:GetTopicAttributes"}, {action: "sns:ListSubscriptionsByTopic"}},
	read:  readTopics,
}

func readTopics(ctx context.Context, r *reader) error {
	client := sns.NewFromConfig(r.config)
	for {
		out, err := client.ListTopics(ctx, &sns.ListTopicsInput{NextToken: r.token()})
		if err != nil {
			return err
		}
		r.page(out.ResultMetadata)
		for _, t := range out.Topics {
			if aws.ToString(t.TopicArn) == "" {
				r.unnamed("a topic")
				continue
			}
			if err := readTopic(ctx, r, client, *t.TopicArn); err != nil {
				return err
			}
		}
		if more, err := r.next(out.NextToken); !more || err != nil {
			return err
		}
	}
}

const noTopic = "NotFound"

func readTopic(ctx context.Context, r *reader, client *sns.Client, arn string) error {
	topic := []noun{{"TopicArn", arn}}
	out, err := client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &arn})
	switch {
	case coded(err, noTopic):
		r.deleted(arn)
		return nil
	case err != nil:
		if err := r.partly(short(arn), err); err != nil {
			return err
		}
	default:
		topic = append(topic, noun{"Attributes", out.Attributes})
	}
	described, err := object(topic)
	if err != nil {
		return err
	}
	nouns := []noun{{"Topic", described}}
	subscriptions, err := subscriptionsOf(ctx, client, arn)
	switch {
	case coded(err, noTopic):
		r.deleted(arn)
		return nil
	case err != nil:
		if err := r.partly(short(arn), err); err != nil {
			return err
		}
	default:
		nouns = append(nouns, noun{"Subscriptions", subscriptions})
	}
	return r.snapshot(arn, nouns...)
}

// subscriptionsOf are a topic's subscriptions. One that nobody has confirmed has
// PendingConfirmation instead of an ARN.
func subscriptionsOf(ctx context.Context, client *sns.Client, topic string) ([]types.Subscription, error) {
	var list []types.Subscription
	pages := sns.NewListSubscriptionsByTopicPaginator(client, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range page.Subscriptions {
			if p := aws.ToString(s.Protocol); p == "http" || p == "https" {
				s.Endpoint = aws.String(hookHost(aws.ToString(s.Endpoint)))
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// leftOut stands for what of an endpoint is not kept.
const leftOut = "(left-out)"

// hookHost is whom a URL belongs to. What is behind the host is not kept: with chats,
// pagers and monitors alike, who knows it may post there; and a name before the host
// comes with a password.
func hookHost(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return leftOut
	}
	kept := u.Scheme + "://" + u.Host
	if u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Path == "" || u.Path == "/") {
		return kept + u.Path
	}
	return kept + "/" + leftOut
}
