package words

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

var (
	// Exempted heads what a control's parameters leave out.
	Exempted        = evidence.Text{JA: "適用除外", EN: "Exemptions"}
	exemptedIs      = evidence.Text{JA: "%s（%s）　理由：%s　承認者：%s　期限：%s", EN: "%s (%s). Reason: %s. Approved by: %s. Until: %s."}
	exemptedLapsed  = evidence.Text{JA: "　※対象期間の終了前に期限が到来しており、その後の項目には適用していない。", EN: " NOTE: it lapsed before the period ended, and left out nothing after that day."}
	exemptedOver    = evidence.Text{JA: "　※対象期間の開始前に期限が到来しており、適用していない。", EN: " NOTE: it had lapsed before the period began, and left out nothing."}
	exemptedAdded   = evidence.Text{JA: "　※秘匿化により追加（パターン「%s」に該当する値の仮名）。件数には含めない。", EN: " NOTE: added by redaction for the pattern %s, and not counted."}
	exemptedUnknown = evidence.Text{JA: "記載なし", EN: "not recorded"}
)

// What the summaries tell of exemptions.
var (
	ExemptionsNone  = evidence.Text{JA: "適用除外はない。", EN: "There are none."}
	ExemptionsSaid  = evidence.Text{JA: "適用除外 %s 件（うち対象期間の終了前に期限が到来したもの %s 件）により、延べ %s 件の項目を対象外とした。", EN: "Exemptions: %s, of which %s lapsed before the period ended. Items left out by them, counted in each control: %s."}
	UnapprovedSaid  = evidence.Text{JA: "承認者の記載がない適用除外：%s 件（これにより判定が変わった項目 延べ %s 件）。", EN: "Exemptions without a recorded approver: %s; the verdicts of %s items, counted in each control, rest on them."}
	ExemptionCount  = evidence.Text{JA: "適用除外", EN: "Exemptions"}
	ExemptionLapsed = evidence.Text{JA: "期限到来", EN: "Lapsed"}
	UnapprovedCount = evidence.Text{JA: "承認者未記載", EN: "No approver recorded"}
	ExemptItems     = evidence.Text{JA: "適用除外による対象外", EN: "Items left out"}
	UnapprovedItems = evidence.Text{JA: "承認者未記載による項目", EN: "Items without a recorded approver"}
)

// ExemptionTotals says how many exemptions there are, what they left out, and of how
// many nobody is on record who approved them.
func ExemptionTotals(n reports.ExemptionCounts, l evidence.Lang) []string {
	count := format.Count
	return []string{
		fmt.Sprintf(ExemptionsSaid.In(l), count(n.Exemptions), count(n.Lapsed), count(n.Items)),
		fmt.Sprintf(UnapprovedSaid.In(l), count(n.Unapproved), count(n.UnapprovedItems)),
	}
}

// ExemptionLines is what a control's section says of its exemptions: how many there
// are, and then each; empty without any.
func ExemptionLines(c *reports.Control, l evidence.Lang) string {
	if len(c.Exemptions) == 0 {
		return ""
	}
	return strings.Join(append(ExemptionTotals(c.ExemptionCounts(), l), Exemptions(c.Exemptions, l)), "\n")
}

// Exemptions says of each what it leaves out, why, by whose approval and until when, a
// line each; what is not recorded is said to be so.
func Exemptions(list []reports.Exemption, l evidence.Lang) string {
	var lines []string
	for _, e := range list {
		unknown := exemptedUnknown.In(l)
		line := fmt.Sprintf(exemptedIs.In(l), cmp.Or(e.What, unknown), e.Parameter, strings.TrimRight(cmp.Or(e.Why, unknown), ". "), cmp.Or(e.ApprovedBy, unknown), cmp.Or(e.Until, unknown))
		switch {
		case e.Over:
			line += exemptedOver.In(l)
		case e.Lapsed:
			line += exemptedLapsed.In(l)
		}
		if e.AddedFor != "" {
			line += fmt.Sprintf(exemptedAdded.In(l), e.AddedFor)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
