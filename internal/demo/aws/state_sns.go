package aws

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

// Topics is SNS's collection of Topic.
const Topics = "sns topics"

// Topic is a topic with its subscriptions.
type Topic struct {
	ARN           string
	Attributes    map[string]string
	Subscriptions []Subscription
}

// Subscription is a subscription to a topic. One without an ARN has not been confirmed.
type Subscription struct{ ARN, Protocol, Endpoint string }

const snsNamespace = "http://sns.amazonaws.com/doc/2010-03-31/"

func (s *Server) sns(c *call) response {
	list := listOf[Topic](s.opt.State, c.account, c.region, Topics)
	if c.operation == "ListTopics" {
		page, next, bad := pageOf(s.opt.State, list, formValue(c.body, "NextToken"), 100)
		if bad {
			return c.fail(http.StatusBadRequest, "InvalidParameter", "Invalid parameter: NextToken")
		}
		type member struct{ TopicArn string }
		var members []member
		for _, t := range page {
			members = append(members, member{t.ARN})
		}
		return c.queryAnswer(snsNamespace, struct {
			XMLName xml.Name
			Members []member `xml:"Topics>member"`
			Next    string   `xml:"NextToken,omitempty"`
		}{c.resultName(), members, next})
	}
	at := slices.IndexFunc(list, func(t Topic) bool { return t.ARN == formValue(c.body, "TopicArn") })
	if at < 0 {
		return c.fail(http.StatusNotFound, "NotFound", "Topic does not exist")
	}
	topic := list[at]
	switch c.operation {
	case "GetTopicAttributes":
		type entry struct {
			Key   string `xml:"key"`
			Value string `xml:"value"`
		}
		var entries []entry
		for k, v := range topic.Attributes {
			entries = append(entries, entry{k, v})
		}
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.Key, b.Key) })
		return c.queryAnswer(snsNamespace, struct {
			XMLName xml.Name
			Entries []entry `xml:"Attributes>entry"`
		}{c.resultName(), entries})
	case "ListSubscriptionsByTopic":
		page, next, bad := pageOf(s.opt.State, topic.Subscriptions, formValue(c.body, "NextToken"), 100)
		if bad {
			return c.fail(http.StatusBadRequest, "InvalidParameter", "Invalid parameter: NextToken")
		}
		type member struct{ TopicArn, Protocol, SubscriptionArn, Owner, Endpoint string }
		var members []member
		for _, sub := range page {
			arn := sub.ARN
			if arn == "" {
				arn = "PendingConfirmation"
			}
			members = append(members, member{topic.ARN, sub.Protocol, arn, c.account, sub.Endpoint})
		}
		return c.queryAnswer(snsNamespace, struct {
			XMLName xml.Name
			Members []member `xml:"Subscriptions>member"`
			Next    string   `xml:"NextToken,omitempty"`
		}{c.resultName(), members, next})
	}
	return c.unknownOperation()
}
