package pdf

import (
	"strconv"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

func sourceKey(i int) string { return "source " + strconv.Itoa(i) }

// ipe is the IPE sheet of the i-th source. It answers the four questions that
// an auditor asks of information produced by the entity, in their order.
func (d *document) ipe(i int) {
	src := &d.p.Sources[i]
	d.part(d.say(words.IPESheet, src.Name), sourceKey(i), partRoom)
	d.sourceExamined(src)
	d.parameters(src)
	d.match(src)
	d.sequence(src)
}

func (d *document) sourceExamined(src *reports.Source) {
	d.heading(d.in(words.Question1))
	identity := d.mono(src.Identity)
	if src.Identity == "" {
		identity = d.text(d.in(words.IdentityUnknown))
	}
	redacted := ""
	if d.p.Redaction != nil {
		redacted = d.in(words.RedactionInIPE)
	}
	d.facts(
		fact{d.in(words.SourceSystem), d.text(src.System)},
		fact{d.in(words.LocationOf), d.mono(src.Location)},
		fact{d.in(words.Identity), identity},
		fact{d.in(words.Host), d.text(src.Host)},
		fact{d.in(words.Tool), d.text(src.Tool)},
		fact{d.in(words.CollectedFromTo), d.text(d.time(src.From) + " – " + d.time(src.To))},
		fact{d.in(words.AnswersRead), d.text(d.say(words.AnswersAre, format.Count(src.Answers.N), format.Count(src.Answers.Bytes)))},
		fact{d.in(words.AnswersHash), d.mono(src.Answers.SHA256)},
		fact{d.in(words.ClockDifference), d.text(words.Clocks(src.Answers, d.p.Lang))},
		fact{d.in(words.Redaction), d.text(redacted)},
	)
}

func (d *document) parameters(src *reports.Source) {
	d.heading(d.in(words.Question2))
	t := d.list(column{title: d.in(words.PushedDown), width: bodyWidth - 60}, column{title: d.in(words.Controls), width: 60})
	for _, s := range reports.SharedSelections(src.Requested) {
		t.row(d.monoFine(s.Text), d.fine(strings.Join(s.For, ", ")))
	}
	if len(src.Requested) == 0 {
		d.flow(d.in(words.EverythingAsked), d.st.body)
	}
	if len(src.Requests) == 0 {
		return
	}
	d.y += 2
	t = d.list(column{title: d.in(words.RecordKind), width: 52}, column{title: d.in(words.FirstRequest), width: bodyWidth - 52})
	for _, r := range src.Requests {
		t.row(d.fine(r.Kind), d.monoFine(r.Request))
	}
}

func (d *document) match(src *reports.Source) {
	d.heading(d.in(words.Question3))
	d.recordCounts(src.Records)
	groups := reports.GroupClaims(src.Claims)
	if len(groups) == 0 {
		d.flow(d.in(words.NoClaims), d.st.body)
		return
	}
	d.claimTotals(reports.MergeScopes(groups))
	d.y += 2
	var bases []fact
	for _, b := range reports.Bases(src.Claims) {
		bases = append(bases, fact{b.Method, d.text(b.Text)})
	}
	if len(bases) > 0 {
		d.headedFacts(d.in(words.ExpectedRests), bases...)
	}
	d.figures(src.Claims)
	d.claimGroups(d.in(words.ByScope), groups)
}

// recordCounts leads from the records that were sealed to those that controls see.
func (d *document) recordCounts(counts []reports.RecordCounts) {
	if len(counts) == 0 {
		return
	}
	const figure = 22
	t := d.list(column{title: d.in(words.RecordKind), width: bodyWidth - 4*figure},
		column{title: d.in(words.RecordsSealed), width: figure, right: true}, column{title: d.in(words.RecordsAgain), width: figure, right: true},
		column{title: d.in(words.RecordsEarlier), width: figure, right: true}, column{title: d.in(words.RecordsDistinct), width: figure, right: true})
	t.caption = d.in(words.RecordsByKind)
	for _, n := range counts {
		t.row(d.fine(n.Kind), d.fine(format.Count(n.Sealed)), d.fine(format.Count(n.Again)), d.fine(format.Count(n.Earlier)), d.strong(format.Count(n.Distinct)))
	}
	d.y += 3
}

// figures adds up what claims counted, and what of it was for which control.
func (d *document) figures(claims []reports.Claim) {
	if len(reports.SumFigures(claims)) == 0 {
		return
	}
	t := d.list(column{title: d.in(words.RecordKind), width: 46}, column{title: d.in(words.TotalOfClaims), width: 44},
		column{title: d.in(words.Counts), width: 22, right: true}, column{title: d.in(words.OfThese), width: bodyWidth - 112})
	for _, kind := range reports.ClaimedKinds(claims) {
		for _, f := range reports.FiguresByCode(reports.SumFigures(reports.ClaimsOf(claims, kind))) {
			shares := make([]string, len(f.Shares))
			for i, s := range f.Shares {
				shares[i] = s.For + " " + format.Count(s.N)
			}
			count := box{}
			if f.Whole {
				count = d.fine(format.Count(f.N))
			}
			t.row(d.fine(kind), d.fine(f.Name), count, d.fine(strings.Join(shares, ", ")))
		}
	}
}

// sequence lists what could not be read, the gaps, and what a reader must know
// although nothing is missing.
func (d *document) sequence(src *reports.Source) {
	d.heading(d.in(words.Question4))
	groups := reports.GroupClaims(src.Claims)
	var failures []reports.ScopedFinding
	for _, f := range src.Failures {
		failures = append(failures, reports.ScopedFinding{Finding: f})
	}
	gaps := 0
	for _, g := range groups {
		gaps += len(g.Gaps)
	}
	if len(failures) > 0 {
		d.findings(d.say(words.FailuresN, format.Count(int64(len(failures)))), failures)
	}
	d.gaps(groups)
	if len(failures) == 0 && gaps == 0 {
		d.flow(d.in(words.NoGaps), d.st.body)
	}
	if notes := reports.SourceNotes(groups); len(notes) > 0 {
		d.findings(d.in(words.Note), notes)
	}
}
