package pack

import (
	"slices"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/reports"
)

// chartTallies begins to count for the charts that a control declares, in their order.
func (c *contents) chartTallies(ctl *controls.Control) []*reports.ChartTally {
	var list []*reports.ChartTally
	for _, chart := range ctl.Charts {
		out := reports.Chart{Title: c.in(chart.Title)}
		for _, part := range chart.Parts {
			out.Parts = append(out.Parts, reports.ChartPart{Title: c.in(ctl.PartTitle(part)), Exceptions: ctl.ExceptionsAlone(part)})
		}
		if slices.Contains(chart.Over, controls.OverGroup) {
			out.Group = c.in(chart.Group)
		}
		list = append(list, reports.NewChartTally(out, slices.Contains(chart.Over, controls.OverDay), c.manifest.Period, c.location))
	}
	return list
}
