package reportstest

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

func (b builder) controls() []reports.Control {
	return []reports.Control{b.acc08(), b.acc10(), b.chg01(), b.log01(), b.log02(), b.net02()}
}

// acc08 is effective.
func (b builder) acc08() reports.Control {
	c := reports.Control{
		ID: "ACC-08", Owner: b.in("コーポレートエンジニアリング部", "Corporate engineering"),
		Title:     b.in("従業員のAWS利用はフェデレーション経由に限る", "People reach AWS by federation only"),
		Activity:  b.in("従業員によるAWSへのサインインは、Entra IDによるSAMLフェデレーションを経由し、IAMユーザーによるコンソールサインインは行わない。", "People sign in to AWS through SAML federation from Entra ID. Nobody signs in to the console as an IAM user."),
		Procedure: b.in("対象期間の成功したコンソールサインインをすべて抽出し、IAMユーザーによるものがないことを確かめた。", "All successful console sign-ins of the period were examined for sign-ins by an IAM user."),
		Frequency: b.in("都度", "Each occurrence"),
		Framework: []string{"LA-1"},
		Result:    evidence.Effective,
		Columns:   b.eventColumns(),
		Parameters: []reports.Parameter{
			{Name: "break_glass_users", Value: "[]"},
		},
		Exempt: 12, Unapproved: 9,
		Exemptions: []reports.Exemption{
			{Parameter: "exempt_users", What: "svc-scan@minamo.example"},
			{Parameter: "exempt", What: "user = ci-*", Why: Hostile[0], ApprovedBy: b.in("情報セキュリティ責任者", "Chief information security officer"), Until: "2026-10-15", Lapsed: true},
		},
	}
	return b.finish(c, population{n: 128, verdict: func(i int) evidence.Verdict {
		if i%9 == 4 {
			return evidence.NotApplicable
		}
		return evidence.Pass
	}})
}

// acc10 had no occurrence.
func (b builder) acc10() reports.Control {
	c := reports.Control{
		ID: "ACC-10", Owner: b.in("SRE部", "Site reliability engineering"),
		Title:     b.in("ルートユーザーを使用しない", "The root user is not used"),
		Activity:  b.in("AWSアカウントのルートユーザーは、AWSが要求する場合を除き使用しない。", "The root user of an AWS account is not used except where AWS requires it."),
		Procedure: b.in("対象期間のルートユーザーによるイベントをすべて抽出し、それぞれに承認があることを確かめた。", "All events by a root user in the period were examined for an approval."),
		Frequency: b.in("都度", "Each occurrence"),
		Framework: []string{"LA-1", "MO-2"},
		Result:    evidence.NoOccurrence,
		Columns:   b.eventColumns(),
	}
	return b.finish(c, population{})
}

// log01 has three exceptions.
func (b builder) log01() reports.Control {
	c := reports.Control{
		ID: "LOG-01", Owner: b.in("SRE部", "Site reliability engineering"),
		Title:     b.in("監査ログを停止しない", "The audit log was never stopped"),
		Activity:  b.in("CloudTrailの証跡は全アカウント・全リージョンで常時有効とし、停止・削除・取得範囲の縮小を行わない。", "CloudTrail trails stay on in every account and region. Nobody stops, deletes or narrows them."),
		Procedure: b.in("対象期間のStopLogging、DeleteTrail、UpdateTrail、PutEventSelectorsのイベントをすべて抽出し、成功したもののうち監査ログを停止または縮小したものを例外事項とした。", "All StopLogging, DeleteTrail, UpdateTrail and PutEventSelectors events of the period were examined. A successful one that stopped or narrowed the audit log is an exception."),
		Frequency: b.in("都度", "Each occurrence"),
		Framework: []string{"MO-1"},
		Result:    evidence.ExceptionsNoted,
		Columns:   b.eventColumns(),
		Parameters: []reports.Parameter{
			{Name: "trails_in_scope", Value: `["arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/organisation"]`},
			{Name: "ignore_failed_calls", Value: "true"},
		},
	}
	return b.finish(c, population{n: 14, verdict: func(i int) evidence.Verdict {
		if i == 3 || i == 4 || i == 11 {
			return evidence.Exception
		}
		return evidence.Pass
	}, reasons: func(i int) []reports.Reason {
		return []reports.Reason{{Code: "logging_stopped", Text: b.in("監査ログの取得を停止した。", "It stopped the audit log.")}}
	}})
}

// log02 is not evaluable: its completeness claims have gaps.
func (b builder) log02() reports.Control {
	c := reports.Control{
		ID: "LOG-02", Owner: b.in("SRE部", "Site reliability engineering"),
		Title:     b.in("監査ログは完全で改ざんされていない", "The audit log is complete and unaltered"),
		Activity:  b.in("CloudTrailのダイジェストを有効にし、ログファイルの完全性を検証できる状態を維持する。", "CloudTrail digests are on, so that the integrity of log files can be verified."),
		Procedure: b.in("全アカウント・全リージョンについて、対象期間に存在すべき毎時のダイジェストと実在するダイジェストを突合し、署名・連鎖・ログファイルのハッシュ値を検証した。", "For every account and region, the hourly digests that the period must have were matched with those found; signatures, the chain and the hashes of log files were verified."),
		Frequency: b.in("毎時", "Hourly"),
		Framework: []string{"MO-1"},
		Result:    evidence.NotEvaluable,
		Why: []string{
			b.in("アカウント444455556666のap-northeast-1で、2026-10-14のダイジェスト2件が存在しない。", "Account 444455556666 in ap-northeast-1 lacks two digests of 2026-10-14."),
			b.in("1件の項目は期限が未到来であり、2026-11-05まで判定できない。", "One item's deadline has not passed: it cannot be judged before 2026-11-05."),
		},
		Columns: []reports.Column{
			{Title: b.in("アカウント", "Account"), Type: reports.TextColumn, Width: 14},
			{Title: b.in("リージョン", "Region"), Type: reports.TextColumn, Width: 16},
			{Title: b.in("期待数", "Expected"), Type: reports.NumberColumn},
			{Title: b.in("実数", "Found"), Type: reports.NumberColumn},
			{Title: b.in("収集日時", "Collected at"), Type: reports.TimeColumn},
		},
	}
	return b.finish(c, population{
		n: 93, kind: "evidence.claim", title: b.in("網羅性の主張", "Completeness claims"),
		verdict: func(i int) evidence.Verdict {
			switch i {
			case 40:
				return evidence.Exception
			case 92:
				return evidence.Pending
			case 91:
				return evidence.Undetermined
			}
			return evidence.Pass
		},
		reasons: func(i int) []reports.Reason {
			if i == 92 {
				return []reports.Reason{{Code: "not_settled", Text: b.in("ダイジェストの配信期限が到来していない。", "The digest is not yet due.")}}
			}
			return []reports.Reason{{Code: "digest_missing", Text: b.in("存在すべきダイジェストがない。", "A digest that must exist is missing.")}}
		},
		fields: func(i int) []reports.Field {
			found := 24.0
			if i == 40 {
				found = 22
			}
			return []reports.Field{text("444455556666"), text("ap-northeast-1"), number(24), number(found), {Time: at(i, 93).Add(26 * time.Hour), Set: true}}
		},
	})
}

// net02 is the large population. Its exceptions hold the hostile texts, and
// there are more of them than a page of the PDF lists.
func (b builder) net02() reports.Control {
	c := reports.Control{
		ID: "NET-02", Owner: b.in("SRE部", "Site reliability engineering"),
		Title:     b.in("管理用ポートをインターネットに公開しない", "No administrative port is open to the world"),
		Activity:  b.in("セキュリティグループにおいて、管理用ポート（SSH、RDP、データベース）をインターネット全体（0.0.0.0/0、：:/0）に公開しない。短時間であっても、また直ちに取り消した場合であっても認めない。", "No security group opens an administrative port (SSH, RDP, databases) to the whole internet (0.0.0.0/0, ::/0), not even for a short time and not even if reverted at once."),
		Procedure: b.in("対象期間のセキュリティグループ変更イベントをすべて抽出し、許可ルールの送信元とポート範囲を検査した。", "All security-group changes of the period were extracted, and the sources and port ranges of their rules were examined."),
		Frequency: b.in("都度", "Each occurrence"),
		Framework: []string{"IO-1"},
		Result:    evidence.ExceptionsNoted,
		Columns:   b.eventColumns(),
		Parameters: []reports.Parameter{
			{Name: "ports", Value: "[22, 3389, 3306, 5432, 6379, 1433, 9200, 27017]"},
		},
	}
	return b.finish(c, population{n: b.Items, verdict: func(i int) evidence.Verdict {
		switch {
		case i%5 == 2 && i < 5*70:
			return evidence.Exception
		case i%7 == 3:
			return evidence.NotApplicable
		}
		return evidence.Pass
	}, reasons: func(i int) []reports.Reason {
		r := []reports.Reason{{Code: "admin_port_open", Text: b.in("ポート22(SSH)を0.0.0.0/0に公開した。", "It opened port 22 (SSH) to 0.0.0.0/0.")}}
		if i%3 == 0 {
			r = append(r, reports.Reason{Code: "all_traffic", Text: b.in("すべての通信を：:/0に許可した。", "It allowed all traffic from ::/0.")})
		}
		return r
	}, hostile: true, chart: &reports.Chart{
		Title: b.in("公開の経緯", "How ports were opened") + Hostile[0], Group: b.in("グループ", "Security group") + Hostile[1],
		Parts: []reports.ChartPart{
			{Title: b.in("公開なし", "Not opened")}, {Title: b.in("管理用ポートの公開", "Administrative port opened"), Exceptions: true},
			{Title: b.in("全ての通信の公開", "All traffic opened") + Hostile[2], Exceptions: true},
		},
	}, part: func(item reports.Item) int {
		switch {
		case item.Verdict == evidence.NotApplicable:
			return -1
		case item.Verdict == evidence.Pass:
			return 0
		}
		return len(item.Reasons)
	}})
}

func (b builder) eventColumns() []reports.Column {
	return []reports.Column{
		{Title: b.in("イベント", "Event"), Type: reports.TextColumn, Width: 28},
		{Title: b.in("実行者", "By"), Type: reports.TextColumn, Width: 36},
		{Title: b.in("アカウント", "Account"), Type: reports.TextColumn, Width: 14},
		{Title: b.in("リージョン", "Region"), Type: reports.TextColumn, Width: 16},
		{Title: b.in("送信元", "Source address"), Type: reports.TextColumn, Width: 16},
		{Title: b.in("応答時間（ms）", "Duration (ms)"), Type: reports.NumberColumn},
		{Title: b.in("配信日時", "Delivered at"), Type: reports.TimeColumn},
		{Title: b.in("ルールの差分", "Rules"), Type: reports.DiffColumn},
	}
}

// text and number are fields that a record has.
func text(s string) reports.Field    { return reports.Field{Text: s, Set: true} }
func number(f float64) reports.Field { return reports.Field{Number: f, Set: true} }

// population says how the items of a control are made.
type population struct {
	n           int
	kind, title string
	hostile     bool
	verdict     func(i int) evidence.Verdict
	reasons     func(i int) []reports.Reason
	fields      func(i int) []reports.Field

	observations func(i int) []reports.Reason
	link         func(i int) string
	label        func(i int) string
	group        func(i int) string

	chart *reports.Chart // by day and, where it says what groups are, by group
	part  func(item reports.Item) int
}

var events = []string{"AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress", "ConsoleLogin", "UpdateTrail"}

func (b builder) item(c *reports.Control, p population, i int) reports.Item {
	item := reports.Item{
		ID: eventID(c.ID, i), Time: at(i, p.n), Verdict: p.verdict(i),
		SHA256: Hash(fmt.Sprintf("body %s %d", c.ID, i)),
		Link:   "https://ap-northeast-1.console.aws.amazon.com/cloudtrailv2/home?region=ap-northeast-1#/events/" + eventID(c.ID, i),
	}
	if item.Verdict == evidence.Exception || item.Verdict == evidence.Pending || item.Verdict == evidence.Undetermined {
		item.Reasons = p.reasons(i)
	}
	if p.hostile && item.Verdict == evidence.NotApplicable {
		item.Reasons = []reports.Reason{{Code: "failed", Text: b.in("失敗した呼出しであり、何も変更していない。", "A call that failed: it changed nothing.")}}
	}
	if item.Verdict == evidence.Exception && i%3 != 2 {
		item.Record = fmt.Appendf(nil, `{"eventID":%q,"who":%q,"userAgent":%q}`, item.ID, "ci", "</pre><script>alert(1)</script>")
	}
	if item.Verdict == evidence.Exception && i%2 == 1 {
		item.Response = b.response(i, p.hostile)
	}
	if p.observations != nil {
		item.Observations = p.observations(i)
	}
	if p.label != nil {
		item.Label = p.label(i)
	}
	if p.link != nil {
		item.Link = p.link(i)
	}
	if p.group != nil {
		item.Group = p.group(i)
	}
	if p.fields != nil {
		item.Fields = p.fields(i)
		return item
	}
	who := fmt.Sprintf("arn:aws:sts::111122223333:assumed-role/Terraform/ci-%04d", i%977)
	if p.hostile && item.Verdict == evidence.Exception {
		who = Hostile[i/5%len(Hostile)]
	}
	if p.hostile && i%10 == 7 {
		item.Link = "javascript:alert(1)"
	}
	item.Fields = []reports.Field{
		text(events[i%len(events)]), text(who), text("111122223333"), text("ap-northeast-1"),
		text(fmt.Sprintf("203.0.113.%d", i%256)), number(float64(i%400) + 0.25), {Time: at(i, p.n).Add(7 * time.Minute), Set: true},
		text(fmt.Sprintf("- ingress tcp 443 10.0.%d.0/24\n+ ingress tcp 443 10.1.%d.0/24 \"web\"", i%256, i%256)),
	}
	item.Group = fmt.Sprintf("sg-%02d", i%9)
	if i%11 == 10 {
		item.Fields[4] = reports.Field{}
	}
	return item
}

// response answers an exception, each in another way.
func (b builder) response(i int, hostile bool) *reports.Response {
	r := &reports.Response{
		Kind: b.in("説明", "explained"), Owner: b.in("SRE部長", "Head of SRE"), Approver: b.in("情報セキュリティ責任者", "Chief information security officer"),
		Text:     b.in("障害対応の手順に従い、責任者の承認を得て実施した。", "Done under the incident procedure, with the approval of its owner."),
		Approved: Period.End.AddDate(0, 0, 4), File: "responses/2026-10.yaml",
	}
	if i%3 == 0 {
		r.Kind, r.Ticket, r.LastDay = b.in("リスク受容", "risk accepted"), "RISK-12", Period.End.AddDate(0, 4, 30)
	}
	if hostile {
		r.Text, r.Owner, r.Ticket = Hostile[i%len(Hostile)], Hostile[i/3%len(Hostile)], Hostile[i/7%len(Hostile)]
	}
	return r
}

// finish makes the items and everything that is counted from them.
func (b builder) finish(c reports.Control, p population) reports.Control {
	items := func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			for i := range p.n {
				if !yield(b.item(&c, p, i), nil) {
					return
				}
			}
		}
	}
	c.Items, c.Linked = items, true
	c.Exceptions = func() iter.Seq2[reports.Item, error] { return only(evidence.Exception, items()) }
	tally := reports.NewTally(Period, Location)
	var chart *reports.ChartTally
	if p.chart != nil {
		chart = reports.NewChartTally(*p.chart, true, Period, Location)
	}
	for item := range items() {
		tally.Add(item.Time, item.Verdict)
		if chart != nil {
			chart.Add(p.part(item), item.Time, item.Group)
		}
		for _, o := range item.Observations {
			c.Observations = countCode(c.Observations, o)
		}
		if item.Verdict == evidence.NotApplicable {
			for _, r := range item.Reasons {
				c.NotApplicable = countCode(c.NotApplicable, r)
			}
		}
		if item.Verdict != evidence.Exception {
			continue
		}
		for _, r := range item.Reasons {
			c.Reasons = countCode(c.Reasons, r)
		}
		if item.Response != nil {
			c.Responses = countCode(c.Responses, reports.Reason{Code: item.Response.Kind, Text: item.Response.Kind})
		}
	}
	c.Counts, c.Days = tally.Counts, tally.Days()
	if chart != nil {
		c.Charts = []reports.Chart{chart.Chart()}
	}
	c.Rules = []reports.RuleFile{{Name: "policy.rego", SHA256: Hash("policy " + c.ID)}}
	c.Population = b.population(c, p)
	return c
}

// only keeps the items of a verdict.
func only(v evidence.Verdict, items iter.Seq2[reports.Item, error]) iter.Seq2[reports.Item, error] {
	return func(yield func(reports.Item, error) bool) {
		for item, err := range items {
			if (err != nil || item.Verdict == v) && !yield(item, err) {
				return
			}
		}
	}
}

func (b builder) population(c reports.Control, p population) reports.Population {
	if p.kind != "" {
		return reports.Population{
			Kind: p.kind, KindTitle: p.title,
			Definition: b.in("method が digest-chain であるもの", "method is digest-chain"),
			Claims:     b.archiveClaims(),
		}
	}
	claims := b.archiveClaims()
	definition := `eventSource = "ec2.amazonaws.com" AND eventName IN ("AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress")`
	switch c.ID {
	case "LOG-01":
		claims = append(claims, b.leftOut())
		definition = `eventSource = "cloudtrail.amazonaws.com" AND eventName IN ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")`
	case "ACC-08":
		definition = `eventName = "ConsoleLogin"`
	case "ACC-10":
		definition = `userIdentity.type = "Root"`
	}
	if c.Result != evidence.NotEvaluable {
		claims = slices.DeleteFunc(claims, func(c reports.Claim) bool { return !c.Satisfied })
	}
	return reports.Population{
		Kind: "cloudtrail.event", KindTitle: b.in("AWS CloudTrailの管理イベント", "AWS CloudTrail management events"),
		Definition: definition, Claims: claims,
	}
}

func countCode(counts []reports.ReasonCount, r reports.Reason) []reports.ReasonCount {
	for i := range counts {
		if counts[i].Code == r.Code {
			counts[i].N++
			return counts
		}
	}
	return append(counts, reports.ReasonCount{Code: r.Code, Text: r.Text, N: 1})
}
