package pdf

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// method says what was looked at, how populations were obtained and tested, how
// that can be repeated, and what the work does not prove.
func (d *document) method() {
	d.chapter(d.in(words.ScopeAndMethod), "method")
	d.heading(d.in(words.ScopeHeading))
	d.flow(d.say(words.ScopePeriod, d.time(d.p.Period.Start), d.time(d.p.Period.End), d.time(d.p.AsOf)), d.st.body)
	d.y += 1.5
	d.sourcesTable()
	d.heading(d.in(words.MethodHeading))
	for _, t := range []evidence.Text{words.MethodObtain, words.MethodComplete, words.MethodSeal, words.MethodTest} {
		d.bullet(d.in(t), d.st.body)
	}
	d.resultMeanings()
	d.heading(d.in(words.ReperformHeading))
	d.bullet(d.in(words.ReperformTool), d.st.body)
	d.bullet(d.in(words.ReperformPlain), d.st.body)
	d.heading(d.in(words.LimitsHeading))
	for _, limit := range d.p.Limits {
		d.bullet(limit, d.st.body)
	}
	d.bullet(d.in(words.LimitPeriodHalfOpen), d.st.body)
	d.redaction()
}

// sourcesTable has a row a source: what it is, and which parts of it were read. What
// was asked of it, which may take pages, is in its IPE sheet.
func (d *document) sourcesTable() {
	t := d.table(column{title: d.in(words.Source), width: 28}, column{title: d.in(words.SourceSystem), width: 58}, column{title: d.in(words.ScopeOf), width: bodyWidth - 86})
	for i, src := range d.p.Sources {
		var scopes []string
		for _, s := range reports.SplitScopes(src.Claims) {
			scopes = append(scopes, d.scopeText(s))
		}
		for _, o := range reports.Omissions(src.Claims) {
			scopes = append(scopes, d.line(words.Omitted(o, d.p.Lang)))
		}
		if absent := words.AbsentAccounts(d.p, src.Name); absent != "" {
			scopes = append(scopes, absent)
		}
		system := d.text(src.System)
		system.paras = append(system.paras, para{text: src.Location, st: d.st.tiny})
		t.row(d.goTo(src.Name, sourceKey(i)), system, d.text(strings.Join(scopes, "\n")))
	}
	d.y += 1.5
	d.flow(d.in(words.SeeIPE), d.st.small)
}

// scopeText is one dimension of a scope with its values: "account (3): a, b, c".
func (d *document) scopeText(s reports.Dimension) string {
	return d.say(words.DimensionValues, s.Name, format.Count(int64(len(s.Values))), strings.Join(s.Values, ", "))
}

func (d *document) resultMeanings() {
	t := d.table(column{title: d.in(words.Result), width: 36}, column{title: d.in(words.Meaning), width: bodyWidth - 36})
	var rows [][]box
	for _, r := range evidence.Results {
		rows = append(rows, []box{d.result(r), d.text(d.in(words.ResultMeans(r)))})
	}
	t.together(d.in(words.ResultsHeading), rows)
}
