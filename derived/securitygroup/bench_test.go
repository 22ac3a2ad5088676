package securitygroup

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
	"github.com/tidwall/gjson"
)

// An organisation: each group has four rules in the first snapshot; each call
// adds one, spread over all groups, and the second snapshot has them all.
const (
	benchAccounts = 100
	benchRegions  = 17
	benchGroups   = 50
	benchCalls    = 200_000
	benchAll      = benchAccounts * benchRegions * benchGroups
)

func benchPlace(group int) (account, region string) {
	place := group / benchGroups
	return fmt.Sprintf("%012d", place/benchRegions+1), fmt.Sprintf("xx-region-%d", place%benchRegions)
}

// benchRecords makes the records as they are asked for.
func benchRecords(_ context.Context, kind string) iter.Seq2[evidence.Record, error] {
	if kind == "cloudtrail.event" {
		return benchEvents
	}
	return func(yield func(evidence.Record, error) bool) {
		for taken := range 2 {
			at := start.Add(time.Duration(taken) * 30 * day)
			for n := range benchAll {
				account, region := benchPlace(n)
				b := fmt.Appendf(nil, `{"AccountId":%q,"Region":%q,"SecurityGroup":{"GroupId":"sg-%017d","GroupName":"group-%d","VpcId":"vpc-%d","Description":"made by Terraform","OwnerId":%[1]q,"Tags":[{"Key":"Service","Value":"service-%[6]d"}]},"Rules":[`,
					account, region, n, n%benchGroups, n/benchGroups, n%97)
				for port := range 4 {
					b = fmt.Appendf(b, `{"SecurityGroupRuleId":"sgr-%d-%d","GroupId":"sg-%017d","GroupOwnerId":%q,"IsEgress":false,"IpProtocol":"tcp","FromPort":%d,"ToPort":%[5]d,"CidrIpv4":"10.%d.0.0/16","Tags":[]},`, n, port, n, account, 1000+port, port)
				}
				for call := n; taken == 1 && call < benchCalls; call += benchAll {
					b = fmt.Appendf(b, `{"SecurityGroupRuleId":"sgr-call-%d","IsEgress":false,"IpProtocol":"tcp","FromPort":%d,"ToPort":%[2]d,"CidrIpv4":"10.0.0.0/8"},`, call, 2000+call/benchAll)
				}
				b = fmt.Appendf(b[:len(b)-1], `],"GroupsInRegion":%d}`, benchGroups)
				if !yield(evidence.Record{Kind: kind, ID: fmt.Sprintf("%s/%s/%d@%d", account, region, n, taken), Time: at, Body: b}, nil) {
					return
				}
			}
		}
	}
}

func benchEvents(yield func(evidence.Record, error) bool) {
	for call := range benchCalls {
		n := call % benchAll
		account, region := benchPlace(n)
		at := start.Add(day + time.Duration(call)*10*time.Second)
		b := fmt.Appendf(nil, `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:person-%d","arn":"arn:aws:sts::%s:assumed-role/Admin/person-%[1]d","accountId":%[2]q,"sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::%[2]s:role/Admin"}}},"eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","awsRegion":%q,"sourceIPAddress":"203.0.113.%d","userAgent":"console.amazonaws.com","requestParameters":{"groupId":"sg-%017d","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":%d,"toPort":%[7]d,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]},"ipv6Ranges":{},"prefixListIds":{}}]}},"responseElements":{"requestId":"r","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":%[2]q,"groupId":"sg-%017[6]d","securityGroupRuleId":"sgr-call-%[8]d","isEgress":false,"ipProtocol":"tcp","fromPort":%[7]d,"toPort":%[7]d,"cidrIpv4":"10.0.0.0/8"}]}},"eventID":"00000000-0000-0000-0000-%012[8]d","recipientAccountId":%[2]q}`,
			call%500, account, at.Format(time.RFC3339), region, call%250, n, 2000+call/benchAll, call)
		if !yield(evidence.Record{Kind: "cloudtrail.event", ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", call), Time: at, Body: b}, nil) {
			return
		}
	}
}

// BenchmarkRebuild derives the changes of a month, and its exposures; the floor is to make the same
// records and see that they are JSON.
func BenchmarkRebuild(b *testing.B) {
	defer heap.Tune()()
	for range b.N {
		lap := heaptest.Laps(b)
		records, bytes := 0, 0
		for _, k := range []string{"securitygroup.snapshot", "cloudtrail.event"} {
			for r := range benchRecords(b.Context(), k) {
				if !gjson.ValidBytes(r.Body) {
					b.Fatalf("%s", r.Body)
				}
				records++
				bytes += len(r.Body)
			}
		}
		lap("floor")
		changes := 0
		in := kind.Input{Period: evidence.Period{Start: start, End: start.Add(31 * day)}, Records: benchRecords}
		for r, err := range Diff().Derive(b.Context(), in) {
			if err != nil {
				b.Fatal(err)
			}
			if strings.HasPrefix(r.ID, "unobserved") {
				b.Fatalf("%s", r.Body)
			}
			changes++
		}
		lap("derive")
		for r, err := range Exposure().Derive(b.Context(), in) {
			b.Fatalf("%s, %v", r.Body, err) // no rule has a wide source
		}
		lap("exposures")
		if changes != benchCalls {
			b.Fatalf("%d changes, want %d", changes, benchCalls)
		}
		b.ReportMetric(float64(records), "records")
		b.ReportMetric(float64(bytes)/1e6, "MB")
	}
}
