package securitygroup

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

var start = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func event(n int, at time.Time, name, req, resp string) evidence.Record {
	id := fmt.Sprintf("e%04d", n)
	return evidence.Record{Kind: "cloudtrail.event", ID: id, Time: at, Body: fmt.Appendf(nil,
		`{"eventID":%q,"eventSource":"ec2.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","recipientAccountId":"111122223333","errorCode":null,"requestParameters":%s,"responseElements":%s}`, id, name, req, resp)}
}

func snapshot(at time.Time, ports map[int]bool) evidence.Record {
	rules := []map[string]any{}
	for p := range ports {
		rules = append(rules, map[string]any{"SecurityGroupRuleId": fmt.Sprintf("sgr-%d", p), "IsEgress": false, "IpProtocol": "tcp", "FromPort": p, "ToPort": p, "CidrIpv4": "10.0.0.0/8"})
	}
	b, _ := json.Marshal(map[string]any{"AccountId": "111122223333", "Region": "us-east-1", "SecurityGroup": map[string]any{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1"}, "Rules": rules, "GroupsInRegion": 1})
	return evidence.Record{Kind: "securitygroup.snapshot", ID: "sg-1@" + at.String(), Time: at, Body: b}
}

func derive(t *testing.T, records ...evidence.Record) (out []body, told int) {
	t.Helper()
	in := input(records)
	for r, err := range Diff().Derive(context.Background(), in) {
		if err != nil {
			told++
			continue
		}
		var b body
		if err := json.Unmarshal(r.Body, &b); err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out, told
}

func input(records []evidence.Record) kind.Input {
	return kind.Input{Period: evidence.Period{Start: start.Add(-day), End: start.Add(90 * day)},
		Records: func(_ context.Context, k string) iter.Seq2[evidence.Record, error] {
			return func(yield func(evidence.Record, error) bool) {
				for _, r := range records {
					if r.Kind == k && !yield(r, nil) {
						return
					}
				}
			}
		}}
}

// TestRandomHistories: events and snapshots of a simulated group give no
// unobserved change; without one of the events they give at least one.
func TestRandomHistories(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		ports := map[int]bool{22: true}
		records := []evidence.Record{}
		first := map[int]bool{22: true}
		for n := range 40 {
			at, p := start.Add(time.Duration(n)*time.Hour), r.IntN(5)+20
			req := fmt.Sprintf(`{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"6","fromPort":%d,"toPort":%d,"ipRanges":{"items":[{"cidrIp":"10.1.2.3/8"}]},"groups":{}}]}}`, p, p)
			name := "AuthorizeSecurityGroupIngress"
			if ports[p] {
				name = "RevokeSecurityGroupIngress"
				delete(ports, p)
			} else {
				ports[p] = true
			}
			records = append(records, event(n, at, name, req, `{"_return":true}`))
			if n == 10 || n == 30 {
				records = append(records, snapshot(at.Add(20*time.Minute), ports))
			}
		}
		records = append(records, snapshot(start.Add(41*time.Hour), ports))
		got, told := derive(t, records...)
		if len(got) != 40 || told != 0 || slices.ContainsFunc(got, func(b body) bool { return b.Change == "unobserved" }) {
			t.Fatalf("seed %d: %d changes, %d errors: %+v", seed, len(got), told, got)
		}
		_, state := observed(t, records)
		if rules := state(start.Add(-time.Second))["sg-1"]; len(rules) != len(first) || !strings.Contains(rules[0], "22") {
			t.Fatalf("seed %d: before: %q", seed, rules)
		}
		// Without the last event, the last snapshot disagrees.
		got, _ = derive(t, slices.Delete(slices.Clone(records), len(records)-2, len(records)-1)...)
		if n := len(slices.DeleteFunc(got, func(b body) bool { return b.Change != "unobserved" })); n != 1 {
			t.Errorf("seed %d: %d unobserved changes", seed, n)
		}
	}
}

// TestShapes has the two shapes of real calls (invictus-ir/aws_dataset, MIT) and hostile ones.
func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		call, req, resp string
		changes, told   int
	}{
		"old":     {"AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`, `{"_return":true}`, 1, 0},
		"rules":   {"AuthorizeSecurityGroupEgress", `{"groupId":"sg-1","ipPermissions":{}}`, `{"_return":true,"securityGroupRuleSet":{"items":[{"securityGroupRuleId":"sgr-1","isEgress":true,"ipProtocol":"-1","fromPort":-1,"toPort":-1,"cidrIpv6":"::/0"}]}}`, 1, 0},
		"by id":   {"RevokeSecurityGroupIngress", `{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-9"}]}}`, `{"_return":true}`, 2, 0},
		"modify":  {"ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-22","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":1,"ToPort":2,"CidrIpv4":"10.0.0.0/8"}}}}`, `null`, 1, 0},
		"delete":  {"DeleteSecurityGroup", `{"groupName":"web"}`, `{"_return":true}`, 1, 0},
		"refused": {"DeleteSecurityGroup", `{"groupId":"sg-1"}`, `{"_return":false}`, 0, 0},
		"huge":    {"AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":1e99,"toPort":22,"cidrIp":"0.0.0.0/0"}`, `null`, 0, 1},
		"types":   {"RevokeSecurityGroupIngress", `[]`, `7`, 0, 1},
	} {
		got, told := derive(t, snapshot(start, map[int]bool{22: true}), event(1, start.Add(time.Hour), c.call, c.req, c.resp))
		if len(got) != c.changes || told != c.told {
			t.Errorf("%s: %d changes, %d errors, want %d, %d: %+v", name, len(got), told, c.changes, c.told, got)
		}
	}
}
