package reportstest

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// repositories are what the change register lists its items under.
var repositories = []string{
	"minamo/payments-api", "minamo/payments-web", "minamo/ledger", "minamo/terraform-production", "minamo/mobile-app",
	"minamo/batch", "minamo/notification-gateway",
}

// pulls is how many pull requests the pack has.
func (b builder) pulls() int {
	if b.Items > 20_000 {
		return b.Items
	}
	return 660
}

// Which pull requests are what.
func unapproved(i int) bool { return i%12 == 5 }
func selfMerged(i int) bool { return i%4 == 1 }
func bypassed(i int) bool   { return i%40 == 17 }

// chg01 has exceptions, and observations that change no verdict.
func (b builder) chg01() reports.Control {
	c := reports.Control{
		ID: "CHG-01", Owner: b.in("プロダクト開発部", "Product engineering"),
		Title:     b.in("マージ前に他者の承認を得る", "Another person approved each change"),
		Activity:  b.in("既定ブランチへの変更は、プルリクエストによって行い、作成者以外の者がマージ前に承認する。", "Changes reach the default branch by pull request, which a person other than its authors approves before the merge."),
		Procedure: b.in("対象期間にマージされたプルリクエストをすべて抽出し、マージ時点で有効な、作成者及びコミット者以外による承認があることを確かめた。", "All pull requests merged in the period were examined for an approval in force at the merge, by a person who authored none of its commits."),
		Frequency: b.in("都度", "Each occurrence"),
		Framework: []string{"CM-2"},
		Result:    evidence.ExceptionsNoted,
		Labelled:  true,
		Columns: []reports.Column{
			{Title: b.in("リポジトリ", "Repository"), Type: reports.TextColumn, Width: 28},
			{Title: b.in("番号", "Number"), Type: reports.NumberColumn},
			{Title: b.in("作成者", "Author"), Type: reports.TextColumn, Width: 18},
			{Title: b.in("件名", "Title"), Type: reports.TextColumn, Width: 40},
		},
		Parameters: []reports.Parameter{{Name: "bots", Value: `["minamo-release[bot]"]`}},
	}
	c = b.finish(c, population{n: b.pulls(), verdict: func(i int) evidence.Verdict {
		if unapproved(i) {
			return evidence.Exception
		}
		return evidence.Pass
	}, reasons: func(i int) []reports.Reason {
		return []reports.Reason{{Code: "no_independent_approval", Text: fmt.Sprintf(b.in("マージ時点で有効な他者の承認がない（作成者：%s）。", "No approval by another person was in force at the merge (author: %s)."), author(i))}}
	}, chart: &reports.Chart{
		Title: b.in("自己マージの割合", "Rate of self-merges"), Group: b.in("リポジトリ", "Repository"),
		Parts: []reports.ChartPart{{Title: b.in("作成者本人によるマージ", "Merged by its author")}, {Title: b.in("その他のマージ", "Merged by others")}},
	}, part: func(item reports.Item) int {
		if slices.ContainsFunc(item.Observations, func(o reports.Reason) bool { return o.Code == "self_merge" }) {
			return 0
		}
		return 1
	}, group: func(i int) string {
		if i%97 == 5 {
			return Hostile[i/97%7+6] // as many groups whatever the number of items
		}
		return repositories[i%len(repositories)]
	}, observations: b.pullObserved, fields: func(i int) []reports.Field {
		return []reports.Field{text(repositories[i%len(repositories)]), number(float64(1000 + i)), text(author(i)), text(pullTitle(i))}
	}, label: func(i int) string {
		return repositories[i%len(repositories)] + "#" + strconv.Itoa(1000+i)
	}, link: func(i int) string {
		return "https://github.example/" + repositories[i%len(repositories)] + "/pull/" + strconv.Itoa(1000+i)
	}})
	// Counts stand under headings, without the details of items.
	c.Reasons[0].Text = b.in("他者の承認なし", "No approval by another person")
	for i, o := range c.Observations {
		c.Observations[i].Text = map[string]string{"self_merge": b.in("自己マージ", "Self-merge"), "bypass": b.in("保護設定の迂回", "Bypass of protection")}[o.Code]
	}
	c.Rules = append(c.Rules, reports.RuleFile{Name: "lib/approvals.rego", SHA256: Hash("lib/approvals.rego"), Shared: true})
	c.Population.Kind, c.Population.KindTitle = "github.pull_request", b.in("GitHubのプルリクエスト", "GitHub pull requests")
	c.Population.Definition = "state = MERGED"
	return c
}

func (b builder) pullObserved(i int) []reports.Reason {
	var seen []reports.Reason
	if bypassed(i) {
		seen = append(seen, reports.Reason{Code: "bypass", Text: b.in("保護設定を迂回してマージした。", "It was merged past the branch's protection.")})
	}
	if selfMerged(i) {
		seen = append(seen, reports.Reason{Code: "self_merge", Text: fmt.Sprintf(b.in("作成者本人（%s）がマージした。", "Its author (%s) merged it."), author(i))})
	}
	return seen
}

func author(i int) string { return fmt.Sprintf("dev-%02d", i*7%23) }

func pullTitle(i int) string {
	if i%31 == 30 {
		return Hostile[i%len(Hostile)]
	}
	return fmt.Sprintf("PAY-%d: %s", 4000+i*3, []string{"retry settlement batch", "入金消込の丸め誤差を修正", "bump base image", "通知テンプレートの文言変更", "tighten security group"}[i%5])
}
