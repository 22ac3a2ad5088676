package html

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// method says what was looked at, how populations were obtained and tested, how
// that can be repeated, what the work does not prove, and what this file leaves out.
func (d *document) method() {
	d.section("method", d.in(words.ScopeAndMethod))
	d.leaf("h3", d.in(words.ScopeHeading))
	d.leaf("p", d.say(words.ScopePeriod, d.time(d.p.Period.Start), d.time(d.p.Period.End), d.time(d.p.AsOf)))
	d.sourcesTable()
	d.leaf("h3", d.in(words.MethodHeading))
	d.texts(words.MethodObtain, words.MethodComplete, words.MethodSeal, words.MethodTest)
	d.leaf("h3", d.in(words.ResultsHeading))
	d.table(d.in(words.ResultsHeading), column{title: d.in(words.Result)}, column{title: d.in(words.Meaning)})
	for _, r := range evidence.Results {
		d.row(d.result(r), d.lines(d.in(words.ResultMeans(r))))
	}
	d.endTable()
	d.leaf("h3", d.in(words.ReperformHeading))
	d.texts(words.ReperformTool, words.ReperformPlain)
	d.leaf("h3", d.in(words.LimitsHeading))
	d.start("ul")
	for _, limit := range d.p.Limits {
		d.leaf("li", limit)
	}
	d.leaf("li", d.in(words.LimitPeriodHalfOpen))
	d.leaf("li", d.say(words.PageShows, format.Count(maxListed), format.Count(maxInAll), format.Count(maxObserved)))
	d.end("ul")
	d.redaction()
	d.end("section")
}

// texts is a list of sentences of ours.
func (d *document) texts(texts ...evidence.Text) {
	d.start("ul")
	for _, t := range texts {
		d.leaf("li", d.in(t))
	}
	d.end("ul")
}

// sourcesTable has a row a source: what it is, which parts of it were read, and
// what was asked of it.
func (d *document) sourcesTable() {
	d.table(d.in(words.ScopeHeading), column{title: d.in(words.Source)}, column{title: d.in(words.SourceSystem)},
		column{title: d.in(words.ScopeOf)}, column{title: d.in(words.PushedDown)})
	for _, src := range d.p.Sources {
		var scopes []string
		for _, s := range reports.SplitScopes(src.Claims) {
			scopes = append(scopes, d.say(words.DimensionValues, s.Name, format.Count(int64(len(s.Values))), strings.Join(s.Values, ", ")))
		}
		for _, o := range reports.Omissions(src.Claims) {
			scopes = append(scopes, words.Omitted(o, d.p.Lang))
		}
		if absent := words.AbsentAccounts(d.p, src.Name); absent != "" {
			scopes = append(scopes, absent)
		}
		system := cell{write: func() {
			d.text(src.System)
			d.leaf("div", src.Location, class("aside"))
		}}
		d.row(cell{write: func() { d.sourceLink(src.Name) }}, system, d.lines(strings.Join(scopes, "\n")), d.selections(src.Requested))
	}
	d.endTable()
}

// selections are folded, for there may be very many: the sources' IPE sheets
// have them in the open.
func (d *document) selections(requested []string) cell {
	return cell{write: func() {
		if len(requested) == 0 {
			d.text(d.in(words.EverythingAsked))
			return
		}
		d.start("details")
		d.leaf("summary", d.say(words.ItemsN, format.Count(int64(len(requested)))))
		d.codes(requested).write()
		d.end("details")
	}}
}
