package controls

import (
	"fmt"
	"slices"

	"github.com/evidencepack/evidence"
)

// Chart is a picture of a control's items: how many are of which part, and what share of
// all that is. An item is of the first part that it fits. Items that fit none, such as
// those to which the control does not apply, are left out, and reports say how many.
type Chart struct {
	Title evidence.Text `yaml:"title"`
	Over  []ChartOver   `yaml:"over"`  // what it also compares, besides the parts of the whole period
	Group evidence.Text `yaml:"group"` // of one over groups: what they are, {ja: リポジトリ, en: Repository}
	Parts []ChartPart   `yaml:"parts"`
}

// ChartOver says what a chart compares.
type ChartOver string

// What charts can compare.
const (
	OverDay   ChartOver = "day"   // the days of the period
	OverGroup ChartOver = "group" // what the control's group path holds: repositories, accounts
)

// ChartPart is the items that have one of Codes and one of Verdicts; where either is
// empty, the other decides. A part of one code alone needs no title: it is called what the
// code's heading says, so that a picture and the counts beside it have the same words.
type ChartPart struct {
	Title    evidence.Text      `yaml:"title"`
	Codes    []string           `yaml:"codes"` // of reasons, observations and not_applicable
	Verdicts []evidence.Verdict `yaml:"verdicts"`
}

// maxParts is how many parts can be told apart in grey.
const maxParts = 6

// PartOf is the index of the part that an item is of: -1 of an item that fits none.
func (c *Chart) PartOf(verdict evidence.Verdict, reasons, observations []Reason) int {
	return slices.IndexFunc(c.Parts, func(p ChartPart) bool {
		has := func(r Reason) bool { return slices.Contains(p.Codes, r.Code) }
		return (len(p.Verdicts) == 0 || slices.Contains(p.Verdicts, verdict)) &&
			(len(p.Codes) == 0 || slices.ContainsFunc(reasons, has) || slices.ContainsFunc(observations, has))
	})
}

// PartTitle is what a part of a chart is called.
func (c *Control) PartTitle(p ChartPart) evidence.Text {
	if code, ok := p.code(); ok && p.Title == (evidence.Text{}) {
		return c.Headings[code]
	}
	return p.Title
}

// code is the one by which a part is told from others, if it is one alone.
func (p ChartPart) code() (string, bool) {
	if len(p.Codes) == 1 && len(p.Verdicts) == 0 {
		return p.Codes[0], true
	}
	return "", false
}

// ExceptionsAlone reports whether all items of a part are exceptions.
func (c *Control) ExceptionsAlone(p ChartPart) bool {
	if len(p.Verdicts) > 0 {
		return !slices.ContainsFunc(p.Verdicts, func(v evidence.Verdict) bool { return v != evidence.Exception })
	}
	return !slices.ContainsFunc(p.Codes, func(code string) bool { _, reason := c.Reasons[code]; return !reason })
}

var chartedVerdicts = []evidence.Verdict{evidence.Pass, evidence.Exception, evidence.NotApplicable, evidence.Pending, evidence.Undetermined}

func (c *Control) checkCharts(src source) error {
	for i := range c.Charts {
		chart, at := c.Charts[i], fmt.Sprintf("$.charts[%d]", i)
		switch {
		case !chart.Title.Complete():
			return src.errorf(at, "a chart's title is needed in ja and en")
		case slices.ContainsFunc(chart.Over, func(o ChartOver) bool { return o != OverDay && o != OverGroup }):
			return src.errorf(at+".over", "chart over %q: want day or group", chart.Over)
		case slices.Contains(chart.Over, OverGroup) && (c.Group == "" || !chart.Group.Complete()):
			return src.errorf(at, "a chart over groups: the control's group path is needed, and in ja and en what groups are")
		case len(chart.Parts) < 2 || len(chart.Parts) > maxParts:
			return src.errorf(at, "a chart of %d parts: want 2 to %d", len(chart.Parts), maxParts)
		}
		for n, part := range chart.Parts {
			if err := c.checkPart(src, fmt.Sprintf("%s.parts[%d]", at, n), part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Control) checkPart(src source, at string, part ChartPart) error {
	if len(part.Codes)+len(part.Verdicts) == 0 {
		return src.errorf(at, "part %s: codes or verdicts are needed", part.Title.EN)
	}
	for _, code := range part.Codes {
		if _, ok := c.text(code); !ok {
			return src.errorf(at, "part %s: code %q is of no reason, observation or not_applicable", part.Title.EN, code)
		}
	}
	code, alone := part.code()
	switch {
	case part.Title == (evidence.Text{}) && !alone:
		return src.errorf(at, "a part's title is needed in ja and en, unless it is of one code alone")
	case part.Title == (evidence.Text{}) && !c.Headings[code].Complete():
		return src.errorf(at, "a part of %s alone is called by its heading: $.headings.%s is missing", code, code)
	case part.Title != (evidence.Text{}) && !part.Title.Complete():
		return src.errorf(at, "a part's title is needed in ja and en")
	}
	for _, v := range part.Verdicts {
		if !slices.Contains(chartedVerdicts, v) {
			return src.errorf(at, "part %s: verdict %q: want one of %v", part.Title.EN, v, chartedVerdicts)
		}
	}
	return nil
}
