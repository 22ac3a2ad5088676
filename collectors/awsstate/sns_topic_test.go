package awsstate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTopicBody: subscriptions come from all pages, those that nobody confirmed among
// them, and of URLs only whose they are is kept.
func TestTopicBody(t *testing.T) {
	records, claims := read(t, serve(t, company(), nil).organization(t), "sns.topic")
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%+v", c.Gaps)
		}
	}
	sub := func(arn, protocol, endpoint string) string {
		return `{"Endpoint":"` + endpoint + `","Owner":"444455556666","Protocol":"` + protocol + `","SubscriptionArn":"` + arn + `","TopicArn":"` + topicARN + `1"}`
	}
	want := `{"AccountId":"444455556666","Region":"ap-northeast-1","Topic":{"TopicArn":"` + topicARN + `1","Attributes":{"Owner":"444455556666","SubscriptionsConfirmed":"3",` +
		`"SubscriptionsPending":"1","TopicArn":"` + topicARN + `1"}},"Subscriptions":[` + strings.Join([]string{
		sub(topicARN+"1:s1", "email", "sre@example.co.jp"), sub("PendingConfirmation", "email", "left@example.co.jp"),
		sub(topicARN+"1:s3", "https", "https://hooks.slack.com/(left-out)"), sub(topicARN+"1:s4", "https", "https://alarm.example.com:8443/(left-out)"),
	}, ",") + `]}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/ap-northeast-1/"+topicARN+"1@")); d != "" {
		t.Error(d)
	}
}

func TestHookHost(t *testing.T) {
	for endpoint, want := range map[string]string{
		"https://hooks.slack.com/services/T0/B0/secret":        "https://hooks.slack.com/(left-out)",
		"https://events.pagerduty.com/integration/key/enqueue": "https://events.pagerduty.com/(left-out)",
		"http://alarm.example.com?token=secret":                "http://alarm.example.com/(left-out)",
		"http://alarm.example.com/#secret":                     "http://alarm.example.com/(left-out)",
		"https://user:secret@alarm.example.com":                "https://alarm.example.com/(left-out)",
		"https://user:secret@alarm.example.com:8443/":          "https://alarm.example.com:8443/(left-out)",
		"https://[2001:db8::1]:8443/secret":                    "https://[2001:db8::1]:8443/(left-out)",
		"https://alarm.example.com":                            "https://alarm.example.com",
		"https://alarm.example.com/":                           "https://alarm.example.com/",
		"https://alarm.example.com/%zz/secret":                 "(left-out)",
		"hooks.slack.com/secret":                               "(left-out)",
		"":                                                     "(left-out)",
	} {
		if got := hookHost(endpoint); got != want {
			t.Errorf("%q: %q, want %q", endpoint, got, want)
		}
	}
}
