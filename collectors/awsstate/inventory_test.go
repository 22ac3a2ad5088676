package awsstate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// TestInventoryBodies: the bodies of the resources that services keep.
func TestInventoryBodies(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	in := `{"AccountId":"444455556666","Region":"ap-northeast-1",`
	for _, tt := range []struct{ kind, id, want string }{
		{"ec2.instance", "i-2", in + `"Instance":{"ReservationId":"r-2","InstanceId":"i-2","LaunchTime":"2026-09-01T00:00:00Z","State":{"Code":16,"Name":"running"}}}`},
		{"ec2.volume", "vol-3", in + `"Volume":{"Attachments":[],"Encrypted":true,"VolumeId":"vol-3"}}`},
		{"ec2.snapshot", "snap-1", in + `"Snapshot":{"SnapshotId":"snap-1","StartTime":"2026-10-01T00:00:00Z","VolumeId":"vol-1"}}`},
		{"ssm.instance_information", "i-1", in + `"InstanceInformation":{"InstanceId":"i-1","LastPingDateTime":"2026-11-03T09:00:00Z","PingStatus":"Online"}}`},
		{"elbv2.load_balancer", lbARN + "1", in + `"LoadBalancer":{"CreatedTime":"2026-01-01T00:00:00Z","LoadBalancerArn":"` + lbARN + `1","LoadBalancerName":"lb-1","Scheme":"internet-facing","Type":"application"},` +
			`"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}],"WebACL":{"ARN":"` + aclARN + `1","Name":"acl-1","Id":"1"}}`},
		{"elbv2.load_balancer", lbARN + "2", in + `"LoadBalancer":{"CreatedTime":"2026-01-01T00:00:00Z","LoadBalancerArn":"` + lbARN + `2","LoadBalancerName":"lb-2","Scheme":"internet-facing","Type":"application"},` +
			`"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}],"WebACL":null}`},
		{"elbv2.load_balancer", lbARN + "3", in + `"LoadBalancer":{"CreatedTime":"2026-01-01T00:00:00Z","LoadBalancerArn":"` + lbARN + `3","LoadBalancerName":"lb-3","Scheme":"internet-facing","Type":"network"},` +
			`"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}`},
		{"apigateway.stage", "api1/prod", in + `"Id":"api1/prod","RestApi":{"id":"api1","name":"api api1","endpointConfiguration":{"types":["REGIONAL"]}},` +
			`"Stage":{"cacheClusterEnabled":false,"canarySettings":{"percentTraffic":10,"useStageCache":false},"createdDate":"2023-11-14T22:13:20Z","deploymentId":"d1","stageName":"prod","tracingEnabled":false,"webAclArn":"` + aclARN + `1"}}`},
		{"wafv2.web_acl", aclARN + "1", in + `"WebACL":{"ARN":"` + aclARN + `1","DefaultAction":{"Allow":{}},"Id":"1","Name":"acl-1","Capacity":0,"ManagedByFirewallManager":false,"RetrofittedByFirewallManager":false,"Rules":[]},` +
			`"LoggingConfiguration":{"LogDestinationConfigs":["arn:aws:s3:::aws-waf-logs-x"],"ResourceArn":"` + aclARN + `1","ManagedByFirewallManager":false},` +
			`"Resources":["arn:aws:apigateway:ap-northeast-1::/restapis/api1/stages/prod","` + lbARN + `1"]}`},
	} {
		records, claims := read(t, s, tt.kind)
		for _, c := range claims {
			if !c.Satisfied() {
				t.Errorf("%s: %+v", tt.kind, c.Gaps)
			}
		}
		if d := cmp.Diff(tt.want, bodyOf(t, records, "444455556666/ap-northeast-1/"+tt.id+"@")); d != "" {
			t.Errorf("%s %s:\n%s", tt.kind, tt.id, d)
		}
	}
	records, _ := read(t, s, "cloudfront.distribution")
	want := `{"AccountId":"444455556666","Distribution":{"ARN":"arn:aws:cloudfront::444455556666:distribution/E1","Enabled":true,"Id":"E1","Origins":{"Items":[{"DomainName":"o.example.com","Id":"o",` +
		`"CustomHeaders":{"Quantity":1,"Items":[{"HeaderName":"x-verify"}]}}],"Quantity":1},"WebACLId":""}}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/E1@")); d != "" {
		t.Error(d)
	}
	records, _ = read(t, s, "wafv2.web_acl")
	want = `{"AccountId":"444455556666","Region":"us-east-1","WebACL":{"ARN":"` + aclARN + `c2","DefaultAction":{"Allow":{}},"Id":"c2","Name":"cdn-2","Capacity":0,"ManagedByFirewallManager":false,"RetrofittedByFirewallManager":false,"Rules":[]},"LoggingConfiguration":null}`
	if d := cmp.Diff(want, bodyOf(t, records, "444455556666/us-east-1/"+aclARN+"c2@")); d != "" {
		t.Error(d)
	}
	// What requests are compared with is kept of paths alone.
	rules := gjson.Get(bodyOf(t, records, "444455556666/us-east-1/"+aclARN+"c1@"), "WebACL.Rules")
	if n := len(rules.Array()); n != 4 || rules.Get("0.Statement.ByteMatchStatement.SearchString").Str != "" || rules.Get("3.Statement.ByteMatchStatement.SearchString").Str != "L2FkbWlu" {
		t.Errorf("%d rules: %s", n, rules.Raw)
	}
}
