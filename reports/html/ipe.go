package html

import (
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// ipeSheets has a sheet a source. Each answers the four questions that an
// auditor asks of information produced by the entity, in their order.
func (d *document) ipeSheets() {
	d.section("ipe", d.in(words.IPEChapter))
	for i := range d.p.Sources {
		src := &d.p.Sources[i]
		d.start("section", id(d.sources[src.Name]), class("source"))
		d.leaf("h3", src.Name)
		d.sourceExamined(src)
		d.parameters(src)
		d.match(src)
		d.sequence(src)
		d.end("section")
	}
	d.end("section")
}

func (d *document) sourceExamined(src *reports.Source) {
	d.leaf("h4", d.in(words.Question1))
	identity := d.code(src.Identity)
	if src.Identity == "" {
		identity = d.lines(d.in(words.IdentityUnknown))
	}
	redacted := ""
	if d.p.Redaction != nil {
		redacted = d.in(words.RedactionInIPE)
	}
	d.facts(
		fact{words.SourceSystem, d.lines(src.System)},
		fact{words.LocationOf, d.code(src.Location)},
		fact{words.Identity, identity},
		fact{words.Host, d.lines(src.Host)},
		fact{words.Tool, d.lines(src.Tool)},
		fact{words.CollectedFromTo, d.lines(d.time(src.From) + " – " + d.time(src.To))},
		fact{words.AnswersRead, d.lines(d.say(words.AnswersAre, format.Count(src.Answers.N), format.Count(src.Answers.Bytes)))},
		fact{words.AnswersHash, d.code(src.Answers.SHA256)},
		fact{words.ClockDifference, d.lines(words.Clocks(src.Answers, d.p.Lang))},
		fact{words.Redaction, d.lines(redacted)},
	)
}

func (d *document) parameters(src *reports.Source) {
	d.leaf("h4", d.in(words.Question2))
	if len(src.Requested) == 0 {
		d.leaf("p", d.in(words.EverythingAsked))
	}
	d.facts(fact{words.PushedDown, d.codes(src.Requested)})
	if len(src.Requests) == 0 {
		return
	}
	d.table(d.in(words.FirstRequest), column{title: d.in(words.RecordKind)}, column{title: d.in(words.FirstRequest)})
	for _, r := range src.Requests {
		d.row(d.lines(r.Kind), d.code(r.Request))
	}
	d.endTable()
}

func (d *document) match(src *reports.Source) {
	d.leaf("h4", d.in(words.Question3))
	d.recordCounts(src.Records)
	groups := reports.GroupClaims(src.Claims)
	if len(groups) == 0 {
		d.leaf("p", d.in(words.NoClaims))
		return
	}
	d.claimTotals(reports.MergeScopes(groups))
	d.bases(src.Claims)
	d.figures(src.Claims)
	d.leaf("h5", d.in(words.ByScope))
	d.claimGroups(groups)
}

// bases says what the expected numbers rest on, or that there are none.
func (d *document) bases(claims []reports.Claim) {
	bases := reports.Bases(claims)
	if len(bases) == 0 {
		return
	}
	d.leaf("h5", d.in(words.ExpectedRests))
	d.start("dl", class("facts"))
	for _, b := range bases {
		d.start("div")
		d.leaf("dt", b.Method)
		d.leaf("dd", b.Text)
		d.end("div")
	}
	d.end("dl")
}

// recordCounts leads from the records that were sealed to those that controls see.
func (d *document) recordCounts(counts []reports.RecordCounts) {
	if len(counts) == 0 {
		return
	}
	d.leaf("h5", d.in(words.RecordsByKind))
	d.table(d.in(words.RecordsByKind), column{title: d.in(words.RecordKind)}, column{d.in(words.RecordsSealed), "n"}, column{d.in(words.RecordsAgain), "n"},
		column{d.in(words.RecordsEarlier), "n"}, column{d.in(words.RecordsDistinct), "n"})
	for _, n := range counts {
		d.row(d.lines(n.Kind), d.number(n.Sealed), d.number(n.Again), d.number(n.Earlier), d.strongNumber(n.Distinct))
	}
	d.endTable()
}

func (d *document) figures(claims []reports.Claim) {
	if len(reports.SumFigures(claims)) == 0 {
		return
	}
	d.table(d.in(words.TotalOfClaims), column{title: d.in(words.RecordKind)}, column{title: d.in(words.TotalOfClaims)}, column{title: d.in(words.Control)},
		column{d.in(words.Counts), "n"})
	for _, kind := range reports.ClaimedKinds(claims) {
		for _, f := range reports.SumFigures(reports.ClaimsOf(claims, kind)) {
			d.row(d.lines(kind), d.lines(f.Name), d.controlLink(f.For), d.number(f.N))
		}
	}
	d.endTable()
}

// sequence lists what could not be read, the gaps, and what a reader must know
// although nothing is missing.
func (d *document) sequence(src *reports.Source) {
	d.leaf("h4", d.in(words.Question4))
	groups := reports.GroupClaims(src.Claims)
	var failures, notes []reports.ScopedFinding
	for _, f := range src.Failures {
		failures = append(failures, reports.ScopedFinding{Finding: f})
	}
	gaps := 0
	for _, g := range groups {
		gaps += len(g.Gaps)
		notes = append(notes, reports.DistinctNotes(g)...)
	}
	if len(failures) > 0 {
		d.findings(d.say(words.FailuresN, format.Count(int64(len(failures)))), failures)
	}
	d.gaps(groups)
	if len(failures) == 0 && gaps == 0 {
		d.leaf("p", d.in(words.NoGaps))
	}
	if len(notes) > 0 {
		d.findings(d.in(words.Note), notes)
	}
}
