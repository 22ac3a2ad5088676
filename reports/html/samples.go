package html

import (
	"fmt"
	"strconv"

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
	d.start("section", id("samples"))
	d.leaf("h2", d.in(words.Samples))
	d.start("div", class("still"))
	d.facts(
		fact{words.SamplingMethod, d.code(d.p.Sampling.Method)},
		fact{words.CheckpointRoot, d.code(d.p.Sampling.Root)},
		fact{words.CheckpointSize, d.lines(format.Count(d.p.Sampling.Size))},
		fact{words.SampleNonce, d.lines(words.Nonce(d.p.Sampling, d.p.Lang))},
	)
	d.texts(words.SamplingTexts(d.p)...)
	d.sampleSizes()
	d.end("div")
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
		d.row(d.controlLink(c.ID), d.lines(words.SampleTitle(c.Sample, c.Title, d.p.Lang)), d.number(c.Sample.Population), d.number(c.Sample.NotApplicable), d.strongNumber(c.Sample.Size),
			d.number(c.Sample.CountDrawn(reports.Replaced)), d.lines(c.Sample.SizedBy))
	}
	d.endTable()
}

// sample lists what was drawn for a control. The script searches it as it does the
// control's items.
func (d *document) sample(c reports.SampledControl) {
	s := c.Sample
	if err := s.Check(); err != nil {
		d.fail(fmt.Errorf("sample of %s: %w", c.ID, err))
		return
	}
	d.start("section", class("sample"), attr{"data-result", string(c.Result)})
	d.leaf("h3", words.SampleTitle(s, c.ID+"  "+c.Title, d.p.Lang))
	d.start("div", class("still"))
	d.leaf("p", words.SampleSaid(s, d.p.Lang))
	d.facts(fact{words.SampleSeed, d.code(s.Seed)})
	if c.Result == evidence.NotEvaluable {
		d.leaf("p", d.in(words.Incomplete), class("caution"))
	}
	d.end("div")
	d.drawnItems(c)
	d.end("section")
}

func (d *document) drawnItems(c reports.SampledControl) {
	drawn := c.Sample.Drawn
	shown := min(len(drawn), maxRows)
	d.start("table", class("items"), label(words.SampleTitle(c.Sample, c.ID+" "+d.in(words.Samples), d.p.Lang)))
	d.start("thead")
	d.start("tr")
	for _, title := range []evidence.Text{words.ItemAndTime, words.DrawnAs, words.Verdict} {
		d.leaf("th", d.in(title), attr{"scope", "col"})
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
	mark := name("s")
	if c.Sample.Exempt {
		mark = "x"
	}
	for i, item := range drawn[:shown] {
		to := itemID(d.controls[c.ID], mark, int64(i+1))
		d.rowOf([]attr{id(to), {"data-verdict", string(item.Verdict)}}, d.drawnItem(item, i+1, to), d.drawnState(c.Sample, item), d.drawnVerdict(item))
	}
	d.end("tbody")
	d.end("table")
	if shown < len(drawn) {
		d.more(d.say(words.FirstOfSample, format.Count(int64(shown)), format.Count(int64(len(drawn))), d.in(words.Samples)))
	}
}

// drawnState says what became of an item, and why where it was replaced.
func (d *document) drawnState(s *reports.Sample, item reports.DrawnItem) cell {
	return cell{write: func() {
		d.leaf("div", words.DrawnAsOf(s, item.State, d.p.Lang))
		if why := words.Replacement(item, d.p.Lang); why != "" {
			d.leaf("div", d.cut(why), class("note"))
		}
	}}
}

func (d *document) drawnVerdict(item reports.DrawnItem) cell {
	return cell{write: func() {
		d.leaf("div", d.verdictText(item.Verdict), class("verdict"))
		for _, r := range item.Reasons {
			d.leaf("div", d.cut(r.Text))
		}
	}}
}

func (d *document) drawnItem(item reports.DrawnItem, number int, to string) cell {
	return cell{write: func() {
		d.start("div", class("when"))
		d.leaf("a", strconv.Itoa(number), class("number"), within(to))
		d.text(" " + d.time(item.Time))
		d.end("div")
		if item.Label != "" {
			d.leaf("div", d.cut(item.Label), class("label"))
		}
		d.leaf("code", d.cut(item.ID))
		d.leaf("code", item.SHA256, class("hash"))
		d.external(item.Link, d.in(words.OpenInSource)+" ↗")
	}}
}
