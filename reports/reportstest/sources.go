package reportstest

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

var (
	accounts = []string{"111122223333", "444455556666", "777788889999"}
	regions  = []string{"ap-northeast-1", "ap-northeast-3", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"}
)

func (b builder) sources() []reports.Source {
	return []reports.Source{b.archive(), b.lookup()}
}

func (b builder) archive() reports.Source {
	s := reports.Source{
		Answers: reports.Answers{N: 744, Bytes: 823_441_002, SHA256: Hash("answers"), Dated: 744, Clocked: true, Least: -1200 * time.Millisecond, Most: 41 * time.Second},
		Name:    "aws-main", System: b.in("AWS CloudTrail(S3アーカイブ)", "AWS CloudTrail (S3 archive)"),
		Location: "s3://minamo-cloudtrail-archive/AWSLogs/o-a1b2c3d4e5 (ap-northeast-1)",
		Identity: "arn:aws:sts::999900001111:assumed-role/EvidenceReadOnly/evidence",
		Host:     "evidence-runner-01.minamo.example", Tool: "evidence v0.1.0",
		From: b.asOf.Add(-31 * time.Minute), To: b.asOf,
		Requested: []string{
			`cloudtrail.event: eventName = "ConsoleLogin"`,
			`cloudtrail.event: userIdentity.type = "Root"`,
			`cloudtrail.event: eventSource = "cloudtrail.amazonaws.com" AND eventName IN ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")`,
			`cloudtrail.event: eventSource = "ec2.amazonaws.com" AND eventName IN ("AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress")`,
		},
		Kinds:  []string{"cloudtrail.event"},
		Claims: b.archiveClaims(),
		Records: []reports.RecordCounts{{
			Kind: b.in("AWS の操作記録（cloudtrail.event）", "AWS activity (cloudtrail.event)"), Sealed: 48_213, Again: 118, Earlier: 7, Distinct: 48_088,
		}},
		Failures: []reports.Finding{{
			Code: "access_denied", Text: b.in("オブジェクトを読み取れなかった。", "An object could not be read."),
			Object: "s3://minamo-cloudtrail-archive/AWSLogs/o-a1b2c3d4e5/444455556666/CloudTrail/eu-west-1/2026/10/08/444455556666_CloudTrail_eu-west-1_20261008T0410Z_Xk3nQv7LwZ0aYpTc.json.gz",
			Detail: "AccessDenied: Access Denied (403)",
		}},
	}
	s.Days = b.days(func(d int) (reports.DayState, int) {
		switch d {
		case 14:
			return reports.DayGap, 1
		case 26, 27:
			return reports.DayProvisional, 0
		}
		return reports.DayComplete, 0
	})
	return s
}

func (b builder) lookup() reports.Source {
	s := reports.Source{
		Answers: reports.Answers{N: 12, Bytes: 40_112, SHA256: Hash("no answers")},
		Name:    "aws-legacy", System: b.in("AWS CloudTrail(LookupEvents API)", "AWS CloudTrail (LookupEvents API)"),
		Location: "cloudtrail.ap-northeast-1.amazonaws.com",
		Host:     "evidence-runner-01.minamo.example", Tool: "evidence v0.1.0",
		From: b.asOf.Add(-12 * time.Minute), To: b.asOf.Add(-4 * time.Minute),
		Requested: []string{`cloudtrail.event: userIdentity.type = "Root"`},
		Requests:  []reports.Request{{Kind: "cloudtrail.event", Request: "GET s3://example-audit-logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/111122223333_CloudTrail_us-east-1_20261001T0000Z_abc.json.gz"}},
		Kinds:     []string{"cloudtrail.event"}, States: []string{"securitygroup.snapshot"},
	}
	for d := range 31 {
		window := day(d)
		if window.Start.After(b.asOf) {
			break
		}
		s.Claims = append(s.Claims, reports.Claim{
			Source: s.Name, Kind: "cloudtrail.event", Method: b.in("全ページの取得", "every page was read"),
			Basis: b.in("証跡元は件数を示さないため、あるべき件数はない。", "The source gives no number: there is none to expect."), Listed: true,
			Scope: "account=000011112222 region=ap-northeast-1", Window: window,
			Unit: b.in("ページ", "pages"), Expected: 12, Found: 12, Satisfied: true, Collected: b.asOf,
			Counts: b.figures(600, 3, 0),
			Notes: []reports.Finding{{
				Code: "weaker_method", Text: b.in("APIの応答に対する改ざん検知の手段がないため、ダイジェストによる検証より弱い。", "The API gives nothing to detect tampering with: this is weaker than digests."),
				Object: "LookupEvents",
			}},
		})
	}
	s.Claims = append(s.Claims, b.leftOut())
	s.Days = b.days(func(d int) (reports.DayState, int) {
		if d == 3 || d == 4 {
			return reports.DayMissing, 1
		}
		return reports.DayComplete, 0
	})
	return s
}

// leftOut is the claim of an account that the settings leave out of collection.
func (b builder) leftOut() reports.Claim {
	why := reports.Finding{Code: evidence.LeftOut, Text: b.in("設定により収集の対象外としている", "left out of collection by the settings"),
		Object: "account=000022223333", Detail: "a sandbox without production data"}
	return reports.Claim{
		Source: "aws-legacy", Kind: "cloudtrail.event", Method: b.in("全ページの取得", "every page was read"), Listed: true, Scope: why.Object, Window: Period,
		Unit: b.in("ページ", "pages"), Expected: 1, Found: 1, Satisfied: true, Collected: b.asOf, Unread: &why, Notes: []reports.Finding{why},
	}
}

func (b builder) archiveClaims() []reports.Claim {
	var claims []reports.Claim
	for _, account := range accounts {
		for _, region := range regions {
			for d := range 31 {
				if window := day(d); window.Start.Before(b.asOf) {
					claims = append(claims, b.digestClaim(account, region, d, window))
				}
			}
		}
	}
	return claims
}

func (b builder) digestClaim(account, region string, d int, window evidence.Period) reports.Claim {
	c := reports.Claim{
		Source: "aws-main", Kind: "cloudtrail.event", Method: b.in("ダイジェストの連鎖検証", "chain of digests"),
		Basis: b.in("毎時のダイジェストの数を、対象の時間から算定した。", "The digests of every hour, reckoned from the time covered."),
		Scope: "account=" + account + " region=" + region, Window: window,
		Unit: b.in("毎時のダイジェスト", "hourly digests"), Expected: 24, Found: 24, Satisfied: true,
		Counts: b.figures(1800+int64(d), 11, 4), Collected: b.asOf,
	}
	if account != "444455556666" || region != "ap-northeast-1" || d != 13 {
		return c
	}
	c.Found, c.Satisfied = 22, false
	for h := 9; h < 11; h++ {
		start := window.Start.Add(time.Duration(h) * time.Hour)
		c.Gaps = append(c.Gaps, reports.Finding{
			Code: "digest_missing", Text: b.in("存在すべきダイジェストがない。", "A digest that must exist is missing."),
			Object: fmt.Sprintf("AWSLogs/o-a1b2c3d4e5/%s/CloudTrail-Digest/%s/2026/10/14/%s_CloudTrail-Digest_%s_organisation_ap-northeast-1_20261014T%02d0000Z.json.gz", account, region, account, region, h-9),
			Window: evidence.Period{Start: start, End: start.Add(time.Hour)},
			Detail: "the next digest's previousDigestS3Object does not name a known digest",
		})
	}
	return c
}

func (b builder) figures(read, kept, files int64) []reports.Figure {
	figures := []reports.Figure{
		{Code: "events_read", Name: b.in("読み取ったイベント", "events read"), N: read},
		{Code: "events_kept", Name: b.in("保存したイベント", "events kept"), For: "LOG-01", N: kept},
	}
	if files > 0 {
		figures = append(figures, reports.Figure{Code: "log_files", Name: b.in("ログファイル", "log files"), N: files})
	}
	return figures
}

// days makes a calendar: what had not happened at the time of collection is ahead.
func (b builder) days(state func(day int) (reports.DayState, int)) []reports.Day {
	var days []reports.Day
	for d := range 31 {
		day := reports.Day{Date: day(d).Start, Units: len(accounts) * len(regions)}
		if day.Date.After(b.asOf) {
			day.State, day.Units = reports.DayAhead, 0
		} else {
			day.State, day.Bad = state(d + 1)
			if day.State == reports.DayProvisional {
				day.Until = b.asOf.AddDate(0, 0, 2)
			}
		}
		days = append(days, day)
	}
	return days
}

// day is the d-th day of the period, from 0.
func day(d int) evidence.Period {
	return evidence.Period{Start: Period.Start.AddDate(0, 0, d), End: Period.Start.AddDate(0, 0, d+1)}
}
