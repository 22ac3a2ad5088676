package html

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
	d.section("samples", d.in(words.Samples))
	d.facts(
		fact{words.SamplingMethod, d.code(d.p.Sampling.Method)},
		fact{words.CheckpointRoot, d.code(d.p.Sampling.Root)},
		fact{words.CheckpointSize, d.lines(format.Count(d.p.Sampling.Size))},
		fact{words.SampleNonce, d.lines(words.Nonce(d.p.Sampling, d.p.Lang))},
	)
	d.texts(words.SamplingTexts(d.p)...)
	d.sampleSizes()
	for _, c := range d.p.Sampled() {
		d.sample(c)
	}
	d.end("section")
}

// sampleSizes has a row a control.
func (d *document) sampleSizes() {
	if len(d.p.Sampled()) == 0 {
		d.leaf("p", d.in(words.NoSamples))
		return
	}
	d.table(d.in(words.Sampling), column{title: d.in(words.Control)}, column{title: d.in(words.ControlTitle)}, column{d.in(words.DrawnFrom), "n"},
		column{d.in(words.LeftOut), "n"}, column{d.in(words.SampleSize), "n"}, column{d.in(words.ReplacedCount), "n"}, column{title: d.in(words.SizedBy)})
	for _, c := range d.p.Sampled() {
		d.row(d.controlLink(c.ID), d.lines(c.Title), d.number(c.Sample.Population), d.number(c.Sample.NotApplicable), d.strongNumber(c.Sample.Size),
			d.number(c.Sample.CountDrawn(reports.Replaced)), d.lines(c.Sample.SizedBy))
	}
	d.endTable()
}

// sample lists what was drawn for a control.
func (d *document) sample(c *reports.Control) {
	s := c.Sample
	if err := s.Check(); err != nil {
		d.fail(fmt.Errorf("sample of %s: %w", c.ID, err))
		return
	}
	d.leaf("h3", c.ID+"  "+c.Title)
	d.leaf("p", d.say(words.SampleOf, format.Count(s.Population), format.Count(s.NotApplicable), format.Count(s.Size),
		format.Count(s.CountDrawn(reports.Replaced)), s.SizedBy))
	d.facts(fact{words.SampleSeed, d.code(s.Seed)})
	if c.Result == evidence.NotEvaluable {
		d.leaf("p", d.in(words.Incomplete), class("caution"))
	}
	shown := min(len(s.Drawn), maxRows)
	d.table(c.ID+" "+d.in(words.Samples), column{d.in(words.DrawnNumber), "n"}, column{title: d.in(words.DrawnAs)}, column{title: d.in(words.ItemAndTime)},
		column{title: d.in(words.Verdict)})
	for i, item := range s.Drawn[:shown] {
		d.row(d.number(int64(i+1)), d.drawnState(item), d.drawnItem(item), d.lines(d.verdictText(item.Verdict)))
	}
	d.endTable()
	if shown < len(s.Drawn) {
		d.more(d.say(words.FirstOfSample, format.Count(int64(shown)), format.Count(int64(len(s.Drawn))), d.in(words.Samples)))
	}
}

// drawnState says what became of an item, and why where it was replaced.
func (d *document) drawnState(item reports.DrawnItem) cell {
	return cell{write: func() {
		d.leaf("div", d.in(words.DrawnName(item.State)))
		if why := words.Replacement(item, d.p.Lang); why != "" {
			d.leaf("div", d.cut(why), class("note"))
		}
	}}
}

func (d *document) drawnItem(item reports.DrawnItem) cell {
	return cell{write: func() {
		d.leaf("div", d.time(item.Time), class("when"))
		if item.Label != "" {
			d.leaf("div", d.cut(item.Label), class("label"))
		}
		d.leaf("code", d.cut(item.ID))
		d.text(" ")
		d.external(item.Link, d.in(words.OpenInSource)+" ↗")
	}}
}
