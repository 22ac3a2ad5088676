package demo

import (
	"github.com/evidencepack/evidence/internal/demo/aws"
)

func webACLARN(where place, scope, name string) string {
	return "arn:aws:wafv2:" + where.region + ":" + where.account + ":" + scope + "/webacl/" + name + "/" + resourceID("acl", name)
}

func balancer(where place, kind, name, scheme, acl string, e expectation) standing {
	arn := "arn:aws:elasticloadbalancing:" + where.region + ":" + where.account + ":loadbalancer/" + map[string]string{"application": "app", "network": "net"}[kind] +
		"/" + name + "/" + resourceID("lb", name)
	return stands(where, arn, aws.LoadBalancers, aws.LoadBalancer{
		ARN: arn, Name: name, Type: kind, WebACL: acl,
		More: "<Scheme>" + scheme + "</Scheme><CreatedTime>2025-04-01T00:00:00Z</CreatedTime><State><Code>active</Code></State>",
	}, e)
}

func distribution(name, acl, enabled string, e expectation) standing {
	id := "E" + resourceID("cdn", name)[4:]
	return stands(place{account: productionAccount}, id, aws.Distributions, aws.XML{
		Inner: "<Id>" + id + "</Id><ARN>arn:aws:cloudfront::" + productionAccount + ":distribution/" + id + "</ARN><Status>Deployed</Status>" +
			"<DomainName>" + name + ".cloudfront.net</DomainName><Enabled>" + enabled + "</Enabled><WebACLId>" + acl + "</WebACLId>",
	}, e)
}

func stage(where place, api, name, acl string, e expectation) standing {
	return stands(where, api+"/"+name, aws.Stages, aws.Stage{API: api, Name: name, WebACL: acl}, e)
}

// endpointStandings are for INF-01: two endpoints went public without a web ACL.
func endpointStandings() []standing {
	edge, cdn := webACLARN(production, "regional", "edge"), webACLARN(productionWorld, "global", "cdn")
	pass, no := passes("INF-01"), notApplicable("INF-01")
	return []standing{
		stands(production, "", aws.WebACLs, aws.WebACL{ID: resourceID("acl", "edge"), Name: "edge", ARN: edge, LogTo: "arn:aws:s3:::aws-waf-logs-" + productionAccount}),
		stands(productionWorld, "", aws.WebACLs, aws.WebACL{ID: resourceID("acl", "cdn"), Name: "cdn", ARN: cdn, CloudFront: true}),
		balancer(production, "application", "web", "internet-facing", edge, pass),
		balancer(production, "application", "intranet", "internal", "", no),
		balancer(production, "network", "ingest", "internet-facing", "", no),
		balancer(production, "application", "campaign", "internet-facing", "", exception("INF-01",
			"キャンペーン用のロードバランサー campaign に Web ACL が関連付けられていない。",
			"The load balancer campaign has no web ACL.",
			"no_web_acl")),
		stage(production, "a1b2c3d4e5", "prod", edge, pass),
		stage(production, "f6g7h8i9j0", "callback", "", exception("INF-01",
			"決済事業者からの通知を受ける API のステージ callback に Web ACL が関連付けられていない。",
			"The API stage callback, which payment providers notify, has no web ACL.",
			"no_web_acl")),
		distribution("d1site", cdn, "true", pass),
		distribution("d2old", "", "false", no),
	}
}
