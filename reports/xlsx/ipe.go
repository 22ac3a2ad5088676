package xlsx

import (
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// ipeSheet answers the four questions about every source as one list that can
// be filtered by source and question: which source, with which parameters, does
// it match the source, is anything missing.
func (b *book) ipeSheet() error {
	t := &ipeTable{b: b, s: b.open(b.names.ipe, setup{widths: []float64{14, 24, 24, 60, 46, 20, 20, 22, 11, 11, 12}, frozen: 1, titles: 1, large: true})}
	heads := b.heads(b.in(words.Source), b.in(words.Question), b.in(words.Matter), b.in(words.Content), b.in(words.ScopeOf),
		b.zoned(b.in(words.WindowStart)), b.zoned(b.in(words.WindowEnd)), b.in(words.CountedUnit), b.in(words.Expected), b.in(words.Found), b.in(words.Verdict))
	t.s.add(heads...)
	for i := range b.p.Sources {
		t.source(&b.p.Sources[i])
	}
	t.s.filter(1, len(heads))
	return t.s.close()
}

type ipeTable struct {
	b   *book
	s   *sheet
	src *reports.Source
}

func (t *ipeTable) source(src *reports.Source) {
	t.src = src
	loc := t.b.p.Location
	identity := src.Identity
	if identity == "" {
		identity = t.b.in(words.IdentityUnknown)
	}
	t.fact(words.Question1, words.SourceSystem, src.System)
	t.fact(words.Question1, words.LocationOf, src.Location)
	t.fact(words.Question1, words.Identity, identity)
	t.fact(words.Question1, words.Host, src.Host)
	t.fact(words.Question1, words.Tool, src.Tool)
	t.fact(words.Question1, words.CollectedFromTo, format.Time(src.From, loc)+" – "+format.Time(src.To, loc))
	t.fact(words.Question1, words.AnswersRead, fmt.Sprintf(t.b.in(words.AnswersAre), format.Count(src.Answers.N), format.Count(src.Answers.Bytes)))
	t.fact(words.Question1, words.AnswersHash, src.Answers.SHA256)
	t.fact(words.Question1, words.ClockDifference, words.Clocks(src.Answers, t.b.p.Lang))
	if t.b.p.Redaction != nil {
		t.fact(words.Question1, words.Redaction, t.b.in(words.RedactionInIPE))
	}
	for _, kind := range src.Kinds {
		t.fact(words.Question2, words.RecordKind, kind)
	}
	for _, q := range src.Requested {
		t.fact(words.Question2, words.Query, q)
	}
	for _, r := range src.Requests {
		t.fact(words.Question2, words.FirstRequest, r.Kind+"\n"+r.Request)
	}
	for _, n := range src.Records {
		t.recordCounts(n)
	}
	for _, f := range reports.SumFigures(src.Claims) {
		t.figure(f)
	}
	for _, b := range reports.Bases(src.Claims) {
		t.fact(words.Question3, words.ExpectedRests, b.Method+"\n"+b.Text)
	}
	for _, c := range src.Claims {
		t.claim(c)
	}
	if states := words.StatesAsOf(src, t.b.p); states != "" {
		t.fact(words.Question4, words.Note, states)
	}
	t.findings(src)
}

func (t *ipeTable) fact(question, matter evidence.Text, value string) {
	t.row(question, t.b.word(matter), t.b.str(value))
}

// row writes a line; rest are the cells from the scope on.
func (t *ipeTable) row(question evidence.Text, matter, content cell, rest ...cell) {
	cells := []cell{t.b.str(t.src.Name), t.b.word(question), matter, content}
	cells = append(cells, rest...)
	for len(cells) < len(t.s.setup.widths) {
		cells = append(cells, cell{style: t.b.styles.cell})
	}
	t.s.add(cells...)
}

func (t *ipeTable) figure(f reports.Figure) {
	name := f.Name
	if f.For != "" {
		name += " (" + f.For + ")"
	}
	t.count(words.TotalOfClaims, name, f.N)
}

// recordCounts leads from the records that were sealed to those that controls see.
func (t *ipeTable) recordCounts(c reports.RecordCounts) {
	for _, n := range []struct {
		label evidence.Text
		n     int64
	}{
		{words.RecordsSealed, c.Sealed}, {words.RecordsAgain, c.Again}, {words.RecordsEarlier, c.Earlier}, {words.RecordsDistinct, c.Distinct},
	} {
		t.count(words.RecordsByKind, c.Kind+"\n"+t.b.in(n.label), n.n)
	}
}

func (t *ipeTable) count(matter evidence.Text, content string, n int64) {
	empty := cell{style: t.b.styles.cell}
	t.row(words.Question3, t.b.word(matter), t.b.str(content), empty, empty, empty, empty, empty, t.b.count(n))
}

func (t *ipeTable) claim(c reports.Claim) {
	v := c.Verdict()
	verdict := cell{value: words.ClaimMark(v) + " " + t.b.in(words.ClaimVerdict(v)), style: t.b.styles.claim[v]}
	expected, found := t.b.count(c.Expected), t.b.count(c.Found)
	if !v.Expects() {
		expected = t.b.str(words.NoNumber)
	}
	if !v.Finds() {
		found = t.b.str(words.NoNumber)
	}
	t.row(words.Question3, t.b.str(c.Method), t.b.str(c.Kind), t.b.str(c.Scope),
		t.b.when(c.Window.Start), t.b.when(c.Window.End), t.b.str(c.Unit), expected, found, verdict)
}

// findings lists what is missing and what a reader must know.
func (t *ipeTable) findings(src *reports.Source) {
	found := false
	line := func(matter evidence.Text, scope string, f reports.Finding) {
		found = true
		content := f.Text + "\n" + f.Object
		if f.Detail != "" {
			content += "\n" + f.Detail
		}
		t.row(words.Question4, t.b.word(matter), t.b.str(content), t.b.str(scope), t.b.when(f.Window.Start), t.b.when(f.Window.End))
	}
	for _, f := range src.Failures {
		line(words.NotReadable, "", f)
	}
	for _, c := range src.Claims {
		for _, f := range c.Gaps {
			line(words.Gap, c.Scope, f)
		}
	}
	if !found {
		t.fact(words.Question4, words.Gap, t.b.in(words.NoGaps))
	}
	for _, c := range src.Claims {
		for _, f := range c.Notes {
			line(words.Note, c.Scope, f)
		}
	}
}
