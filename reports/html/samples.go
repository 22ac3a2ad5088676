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
		d.row(d.controlLink(c.ID), d.lines(c.Title), d.number(c.Sample.Population), d.number(c.Sample.NotApplicable), d.strongNumber(c.Sample.Size),
			d.number(c.Sample.CountDrawn(reports.Replaced)), d.lines(c.Sample.SizedBy))
	}
	d.endTable()
}

// sample lists what was drawn for a control. The script searches it as it does the
// control's items.
func (d *document) sample(c *reports.Control) {
	s := c.Sample
	if err := s.Check(); err != nil {
		d.fail(fmt.Errorf("sample of %s: %w", c.ID, err))
		return
	}
	d.start("section", class("sample"), attr{"data-result", string(c.Result)})
	d.leaf("h3", c.ID+"  "+c.Title)
	d.start("div", class("still"))
	d.leaf("p", d.say(words.SampleOf, format.Count(s.Population), format.Count(s.NotApplicable), format.Count(s.Size),
		format.Count(s.CountDrawn(reports.Replaced)), s.SizedBy))
	d.facts(fact{words.SampleSeed, d.code(s.Seed)})
	if c.Result == evidence.NotEvaluable {
		d.leaf("p", d.in(words.Incomplete), class("caution"))
	}
	d.end("div")
	d.drawnItems(c)
	d.end("section")
}

func (d *document) drawnItems(c *reports.Control) {
	drawn := c.Sample.Drawn
	shown := min(len(drawn), maxRows)
	d.start("table", class("items"), label(c.ID+" "+d.in(words.Samples)))
	d.start("thead")
	d.start("tr")
	for _, title := range []evidence.Text{words.ItemAndTime, words.DrawnAs, words.Verdict} {
		d.leaf("th", d.in(title), attr{"scope", "col"})
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
	for i, item := range drawn[:shown] {
		to := itemID(d.controls[c.ID], "s", int64(i+1))
		d.rowOf([]attr{id(to), {"data-verdict", string(item.Verdict)}}, d.drawnItem(item, i+1, to), d.drawnState(item), d.drawnVerdict(item))
	}
	d.end("tbody")
	d.end("table")
	if shown < len(drawn) {
		d.more(d.say(words.FirstOfSample, format.Count(int64(shown)), format.Count(int64(len(drawn))), d.in(words.Samples)))
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
