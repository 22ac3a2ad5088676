package words

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// What is said of a chart that a control declares.
var (
	ChartPart    = evidence.Text{JA: "区分", EN: "Part"}
	ChartItems   = evidence.Text{JA: "件数", EN: "Items"}
	ChartShare   = evidence.Text{JA: "割合", EN: "Share"}
	ChartTotal   = evidence.Text{JA: "合計", EN: "Total"}
	ChartBar     = evidence.Text{JA: "構成", EN: "Composition"}
	ChartByDay   = evidence.Text{JA: "%s（日別）", EN: "%s, by day"}
	ChartByGroup = evidence.Text{JA: "%s（%s別）", EN: "%s, by group (%s)"}
	ChartLeft    = evidence.Text{JA: "いずれの区分にも当たらない項目（統制の対象外のもの等）%s 件は、この図に含まれない。", EN: "Left out of this chart, being of none of these parts (such as items to which the control does not apply): %s."}
	ChartOffDay  = evidence.Text{JA: "対象期間外の日時の項目 %s 件は、日別の図に含まれない。", EN: "Left out of the chart by day, with times outside the period: %s."}
	ChartMerged  = evidence.Text{JA: "その他（%s 件の合計）", EN: "%s others together"}
	ChartNoGroup = evidence.Text{JA: "（記録なし）", EN: "(none recorded)"}
	chartSays    = evidence.Text{JA: "合計 %s 件の構成：%s", EN: "%s items in all: %s"}
	chartDays    = evidence.Text{JA: "%s から %s までの日別の積上げ棒グラフ。最も多い日は %s 件である。", EN: "Stacked bar chart by day from %s to %s: at most %s items a day."}
	partSays     = evidence.Text{JA: "%s %s 件（%s）", EN: "%s: %s (%s)"}
	partsJoined  = evidence.Text{JA: "、", EN: "; "}
)

// ChartSaid is what a chart shows of some items, in words: of the whole period, of a
// day or of a group. n are the items by part.
func ChartSaid(c *reports.Chart, n []int64, l evidence.Lang) string {
	return fmt.Sprintf(chartSays.In(l), format.Count(reports.ChartRow{N: n}.Total()), strings.Join(PartsSaid(c, n, l), partsJoined.In(l)))
}

// PartsSaid gives each part that has items, with how many and their share.
func PartsSaid(c *reports.Chart, n []int64, l evidence.Lang) []string {
	var parts []string
	for i, p := range c.Parts {
		if n[i] > 0 {
			parts = append(parts, fmt.Sprintf(partSays.In(l), PartTitle(p), format.Count(n[i]), format.Share(n[i], reports.ChartRow{N: n}.Total())))
		}
	}
	return parts
}

// ChartDaysSaid describes a chart by day, most being the largest day's items.
func ChartDaysSaid(p *reports.Pack, days []reports.ChartRow, most int64) string {
	first, last := days[0].Date, days[len(days)-1].Date
	return fmt.Sprintf(chartDays.In(p.Lang), format.Date(first, p.Location), format.Date(last, p.Location), format.Count(most))
}

// PartTitle is a part's title, with the mark of exceptions where all of it are.
func PartTitle(p reports.ChartPart) string {
	if p.Exceptions {
		return evidence.Exception.Mark() + " " + p.Title
	}
	return p.Title
}

// GroupTitle names a row of a chart by group; the last may stand for several.
func GroupTitle(c *reports.Chart, row int, l evidence.Lang) string {
	switch {
	case c.Merged > 0 && row == len(c.Groups)-1:
		return fmt.Sprintf(ChartMerged.In(l), format.Count(int64(c.Merged)))
	case c.Groups[row].Group == "":
		return ChartNoGroup.In(l)
	}
	return c.Groups[row].Group
}
