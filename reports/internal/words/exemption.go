package words

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

var (
	// Exempted heads what a control's parameters leave out.
	Exempted        = evidence.Text{JA: "適用除外", EN: "Exemptions"}
	exemptedIs      = evidence.Text{JA: "%s（%s）　理由：%s　承認者：%s　期限：%s", EN: "%s (%s). Reason: %s. Approved by: %s. Until: %s."}
	exemptedLapsed  = evidence.Text{JA: "　※対象期間の終了前に期限が到来している。", EN: " NOTE: it lapsed before the period ended."}
	exemptedUnknown = evidence.Text{JA: "記載なし", EN: "not recorded"}
)

// Exemptions says of each what it leaves out, why, by whose approval and until when, a
// line each; what is not recorded is said to be so.
func Exemptions(list []reports.Exemption, l evidence.Lang) string {
	var lines []string
	for _, e := range list {
		unknown := exemptedUnknown.In(l)
		line := fmt.Sprintf(exemptedIs.In(l), cmp.Or(e.What, unknown), e.Parameter, strings.TrimRight(cmp.Or(e.Why, unknown), ". "), cmp.Or(e.ApprovedBy, unknown), cmp.Or(e.Until, unknown))
		if e.Lapsed {
			line += exemptedLapsed.In(l)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
