package demo

import (
	"fmt"
	"strings"
	"time"
)

// rule is one ingress rule.
type rule struct {
	protocol    string // "tcp"; "-1": all traffic
	from, to    int
	v4, v6      string
	description string
}

func (r rule) isAll() bool { return r.protocol == "-1" }

// ingress is AuthorizeSecurityGroupIngress in the shape of today's tools.
func ingress(group string, r rule) call {
	permission := fields{"ipProtocol": r.protocol, "groups": fields{}, "ipRanges": fields{}, "ipv6Ranges": fields{}, "prefixListIds": fields{}}
	if !r.isAll() {
		permission["fromPort"], permission["toPort"] = r.from, r.to
	}
	source := func(name, cidr string) fields {
		item := fields{name: cidr}
		if r.description != "" {
			item["description"] = r.description
		}
		return fields{"items": []fields{item}}
	}
	if r.v4 != "" {
		permission["ipRanges"] = source("cidrIp", r.v4)
	}
	if r.v6 != "" {
		permission["ipv6Ranges"] = source("cidrIpv6", r.v6)
	}
	var added []fields
	for _, part := range r.parts() {
		added = append(added, part.added(group))
	}
	return call{service: "ec2", name: "AuthorizeSecurityGroupIngress", effect: &effect{group: group, adds: []rule{r}},
		request:  fields{"groupId": group, "ipPermissions": fields{"items": []fields{permission}}},
		response: fields{"requestId": derivedID("sg", group, fmt.Sprint(r)), "_return": true, "securityGroupRuleSet": fields{"items": added}}}
}

// added is a rule as the answer to the call that made it tells of it.
func (r rule) added(group string) fields {
	f := fields{"groupOwnerId": productionAccount, "groupId": group, "securityGroupRuleId": ruleID(group, r),
		"isEgress": false, "ipProtocol": r.protocol, "fromPort": -1, "toPort": -1}
	if !r.isAll() {
		f["fromPort"], f["toPort"] = r.from, r.to
	}
	if r.v4 != "" {
		f["cidrIpv4"] = r.v4
	}
	if r.v6 != "" {
		f["cidrIpv6"] = r.v6
	}
	if r.description != "" {
		f["description"] = r.description
	}
	return f
}

// topLevelIngress is the same call in the shape of older tools.
func topLevelIngress(group string, r rule) call {
	c := ingress(group, r)
	c.request = fields{"groupId": group, "ipProtocol": r.protocol, "fromPort": r.from, "toPort": r.to, "cidrIp": r.v4, "ipPermissions": fields{}}
	return c
}

// modify is ModifySecurityGroupRules, which names its fields in capitals.
func modify(group string, r rule) call {
	return call{service: "ec2", name: "ModifySecurityGroupRules", effect: &effect{group: group, adds: []rule{r}, modifies: modifiedRule(group)},
		request: fields{"ModifySecurityGroupRulesRequest": fields{"GroupId": group, "SecurityGroupRule": fields{
			"SecurityGroupRuleId": modifiedRule(group), "tag": 1,
			"SecurityGroupRule": fields{"IpProtocol": r.protocol, "FromPort": r.from, "ToPort": r.to, "CidrIpv4": r.v4, "Description": r.description},
		}}},
		response: fields{"ModifySecurityGroupRulesResponse": fields{"xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", "requestId": derivedID("sg", group, "modify"), "return": true}}}
}

func revoke(group string, r rule) call {
	c := ingress(group, r)
	c.name, c.effect = "RevokeSecurityGroupIngress", &effect{group: group, removes: r.parts()}
	c.response = fields{"requestId": derivedID("sg", group, fmt.Sprint(r), "revoked"), "_return": true}
	return c
}

const world, world6 = "0.0.0.0/0", "::/0"

// networkStory is for NET-02 (exposures): administrative ports are opened to the world
// in every shape that CloudTrail has for it, and there is what only looks like it.
func networkStory() []planted {
	sre, dba, tf := person("sre-01", "Operator"), person("dba-01", "Database"), ciRole("terraform-apply", "apply")
	formula := sre
	formula.session = "=1+1@example.co.jp"
	bastion, batch, legacy := resourceID("sg", "bastion"), resourceID("sg", "batch"), resourceID("sg", "legacy")
	ssh := rule{protocol: "tcp", from: 22, to: 22, v4: world}
	hotfix := rule{protocol: "tcp", from: 22, to: 22, v4: world, description: "=HYPERLINK(http://203.0.113.99)"}
	open := func(ja, en string) expectation { return exception("NET-02", ja, en, "admin_port_open") }
	return []planted{
		plant("network: last second before the month", "2026-09-30 23:59:59", production, sre, ingress(resourceID("sg", "september"), ssh),
			open("期間が始まる1秒前に22番ポートが全世界に開放され、期間中も開いたままであった。",
				"Port 22 was opened to the world one second before the month, and stayed open in it.")),
		plant("network: first second of the month", "2026-10-01 00:00:00", production, sre, ingress(batch, ssh),
			open("期間の最初の1秒に、22番ポートが全世界に開放された。", "Port 22 was opened to the world in the first second of the period.")),
		plant("network: opened", "2026-10-07 13:20:11", production, sre, ingress(bastion, hotfix),
			open("22番ポートが全世界に開放された。40分後に閉じられたが、その間は開いていた。",
				"Port 22 was opened to the world. It was closed forty minutes later, and was open until then.")),
		plant("network: closed", "2026-10-07 14:00:11", production, sre, revoke(bastion, hotfix)),
		plant("network: top-level shape", "2026-10-13 17:32:50", production, dba.with("Vendor-Console/2.1 \x1b[31mred\x1b[0m \x1b]0;title\x07"),
			topLevelIngress(legacy, rule{protocol: "tcp", from: 3389, to: 3389, v4: world}),
			open("3389番ポート(RDP)が全世界に開放された。", "Port 3389 (RDP) was opened to the world.")),
		plant("network: IPv6 range", "2026-10-15 11:11:11", production, sre.with(cli+" "+strings.Repeat("long ", 190)),
			ingress(batch, rule{protocol: "tcp", from: 20, to: 25, v6: world6}),
			open("22番を含む 20〜25 番ポートが IPv6 の全世界に開放された。", "Ports 20 to 25, and so 22, were opened to the whole IPv6 world.")),
		plant("network: rule modified", "2026-10-19 15:03:27", production, formula, modify(bastion, rule{protocol: "tcp", from: 22, to: 22, v4: world, description: "temporary"}),
			open("既存のルールが、22番ポートを全世界に開放するよう変更された。", "An existing rule was changed to open port 22 to the world.")),
		plant("network: all traffic", "2026-10-22 22:48:00", productionBack, sre, ingress(resourceID("sg", "restore"), rule{protocol: "-1", v4: world}),
			exception("NET-02", "大阪リージョンで、すべての通信が全世界に開放された。", "All traffic was opened to the world in the Osaka region.", "all_traffic_open")),
		plant("network: refused", "2026-10-23 10:10:10", production, person("bizops-01", "ReadOnly"), ingress(bastion, ssh)).
			failed("Client.UnauthorizedOperation", "You are not authorized to perform this operation."),
		plant("network: HTTPS to the world", "2026-10-05 11:20:00", production, tf,
			ingress(resourceID("sg", "alb"), rule{protocol: "tcp", from: 443, to: 443, v4: world, description: "public API"}), passes("NET-02")),
		plant("network: SSH from inside", "2026-10-05 11:20:02", production, tf,
			ingress(bastion, rule{protocol: "tcp", from: 22, to: 22, v4: "10.0.0.0/8", description: "VPN"})),
		plant("network: after an unapproved change", "2026-10-19 22:56:30", production, tf,
			ingress(batch, rule{protocol: "tcp", from: 8080, to: 8080, v4: "10.9.0.0/16", description: "on call"}),
			exception("NET-01", "承認なしにマージされた変更の適用により変更された。", "It was changed by the apply of a change that was merged without an approval.", "change_not_approved")),
		plant("network: the pipeline's role by hand", "2026-10-21 21:30:44", production, tf.with(cli),
			ingress(batch, rule{protocol: "tcp", from: 8081, to: 8081, v4: "10.9.0.0/16"}),
			exception("NET-01", "適用のワークフローが実行されていない時刻に、パイプラインのロールにより変更された。", "The pipeline's role changed it while no apply was running.", "no_apply")),
		plant("network: first second after the month", "2026-11-01 00:00:00", production, sre, ingress(resourceID("sg", "november"), ssh),
			open("期間外。", "Outside the period.")),
	}
}

// firstRoutineChange is when the pipeline applies the first day's change.
const firstRoutineChange = "2026-10-01 16:05:09"

// securityGroupRoutine is the reviewed changes of the pipeline, one each working day.
func securityGroupRoutine() []planted {
	rules := func(week int) []rule {
		return []rule{
			{protocol: "tcp", from: 5432, to: 5432, v4: fmt.Sprintf("10.20.%d.0/24", week), description: "ledger"},
			{protocol: "tcp", from: 8440 + week, to: 8440 + week, v4: world, v6: world6, description: "merchant API"},
			{protocol: "tcp", from: 22, to: 22, v4: fmt.Sprintf("10.%d.0.0/16", week), description: "bastion to batch"},
			{protocol: "tcp", from: 8443, to: 8443, v4: fmt.Sprintf("192.0.2.%d/28", 16*week), description: "issuer gateway"},
			{protocol: "udp", from: 123, to: 123, v4: fmt.Sprintf("10.%d.0.0/16", week), description: "time"},
		}
	}
	var all []planted
	for day := range 31 {
		at := inJapan(firstRoutineChange).AddDate(0, 0, day)
		if workingDay(at) {
			group := resourceID("sg", services[day%len(services)])
			all = append(all, plant(fmt.Sprintf("network: pipeline, day %d", day+1), at.Format(time.DateTime), production,
				ciRole("terraform-apply", "apply"), ingress(group, rules(day / 5)[day%5]), passes("NET-02")))
		}
	}
	return all
}
