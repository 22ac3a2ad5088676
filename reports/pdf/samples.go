package pdf

import (
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// samples is the chapter on what was drawn for the auditor: how, how many of each
// control, and which items.
func (d *document) samples() {
	if d.p.Sampling.Method == "" {
		return
	}
	d.section(d.in(words.Samples), "samples")
	d.heading(d.in(words.Sampling))
	d.facts(
		fact{d.in(words.SamplingMethod), d.mono(d.p.Sampling.Method)},
		fact{d.in(words.CheckpointRoot), d.mono(d.p.Sampling.Root)},
		fact{d.in(words.CheckpointSize), d.text(format.Count(d.p.Sampling.Size))},
		fact{d.in(words.SampleNonce), d.text(words.Nonce(d.p.Sampling, d.p.Lang))},
	)
	for _, text := range words.SamplingTexts(d.p) {
		d.bullet(d.in(text), d.st.body)
	}
	d.y += 2
	if len(d.p.Sampled()) == 0 {
		d.flow(d.in(words.NoSamples), d.st.body)
		return
	}
	d.sampleSizes()
	for _, c := range d.p.Sampled() {
		d.sample(c)
	}
}

// sampleSizes has a row a control.
func (d *document) sampleSizes() {
	const figure = 22
	t := d.list(column{title: d.in(words.Control), width: 22}, column{title: d.in(words.ControlTitle), width: bodyWidth - 22 - 4*figure},
		column{title: d.in(words.DrawnFrom), width: figure, right: true}, column{title: d.in(words.LeftOut), width: figure, right: true},
		column{title: d.in(words.SampleSize), width: figure, right: true}, column{title: d.in(words.ReplacedCount), width: figure, right: true})
	for _, c := range d.p.Sampled() {
		t.row(d.goTo(c.ID, sampleKey(c)), d.text(words.SampleTitle(c.Sample, c.Title, d.p.Lang)), d.text(format.Count(c.Sample.Population)), d.text(format.Count(c.Sample.NotApplicable)),
			d.strong(format.Count(c.Sample.Size)), d.text(format.Count(c.Sample.CountDrawn(reports.Replaced))))
	}
}

// sample lists what was drawn for a control.
func (d *document) sample(c reports.SampledControl) {
	s := c.Sample
	if err := s.Check(); err != nil {
		d.SetError(fmt.Errorf("sample of %s: %w", c.ID, err))
		return
	}
	d.room(50) // the heading stays with the first items
	d.gap(3)
	title := words.SampleTitle(s, numbered(c.ID, c.Title), d.p.Lang)
	d.outline(1, title, sampleKey(c))
	d.heading(title)
	d.flow(words.SampleSaid(s, d.p.Lang), d.st.small)
	d.flow(d.say(words.Labelled, d.in(words.SampleSeed), s.Seed), d.st.small)
	if c.Result == evidence.NotEvaluable {
		d.bullet(d.in(words.Incomplete), d.st.bold)
	}
	d.y += 1
	if s.Whole() {
		d.flow(d.say(words.SampleIsWhole, d.in(words.Samples)), d.st.body)
		return
	}
	shown := min(len(s.Drawn), maxListed)
	if shown < len(s.Drawn) {
		d.flow(d.say(words.FirstOfSample, format.Count(int64(shown)), format.Count(int64(len(s.Drawn))), d.in(words.Samples)), d.st.small)
	}
	t := d.list(column{title: d.in(words.DrawnNumber), width: 11, right: true}, column{title: d.in(words.DrawnAs), width: 20}, column{title: d.in(words.When), width: 46},
		column{title: d.in(words.ItemLabel), width: bodyWidth - 105}, column{title: d.in(words.Verdict), width: 28})
	for i, item := range s.Drawn[:shown] {
		t.row(d.text(format.Count(int64(i+1))), d.text(d.in(words.DrawnName(item.State))), d.text(d.time(item.Time)), d.drawnItemBox(item), d.text(verdictText(d, item.Verdict)))
	}
}

func sampleKey(c reports.SampledControl) string {
	if c.Sample.Exempt {
		return "exempt sample " + c.ID
	}
	return "sample " + c.ID
}

// drawnItemBox names an item, by which its row in the workbook is found, and says why it
// was replaced where it was.
func (d *document) drawnItemBox(item reports.DrawnItem) box {
	var b box
	if item.Label != "" {
		b.paras = append(b.paras, para{text: item.Label, st: d.st.cell})
	}
	b.paras = append(b.paras, para{text: item.ID, st: d.st.monoTiny.with(black)})
	if why := words.Replacement(item, d.p.Lang); why != "" {
		b.paras = append(b.paras, para{text: why, st: d.st.tiny})
	}
	return b
}
