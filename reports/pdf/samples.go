package pdf

import (
	"fmt"
	"strings"

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
	d.chapter(d.in(words.Samples), "samples")
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

// sampleSizes has a row a control: its counts, and what size and seed are.
func (d *document) sampleSizes() {
	const id, figure = 17, 20
	about := strings.Join([]string{d.in(words.ControlTitle), d.in(words.SizedBy), d.in(words.SampleSeed)}, d.in(words.ListSeparator))
	t := d.list(column{title: d.in(words.Control), width: id}, column{title: about, width: bodyWidth - id - 4*figure},
		column{title: d.in(words.DrawnFrom), width: figure, right: true}, column{title: d.in(words.LeftOut), width: figure, right: true},
		column{title: d.in(words.SampleSize), width: figure, right: true}, column{title: d.in(words.ReplacedCount), width: figure, right: true})
	var whole []string
	for _, c := range d.p.Sampled() {
		s := c.Sample
		if err := s.Check(); err != nil {
			d.SetError(fmt.Errorf("sample of %s: %w", c.ID, err))
			return
		}
		name := d.goTo(c.ID, sampleKey(c))
		if s.Whole() {
			whole = append(whole, words.SampleTitle(s, c.ID, d.p.Lang))
			name = d.goTo(c.ID, "control "+c.ID)
		}
		title := d.text(words.SampleTitle(s, c.Title, d.p.Lang))
		title.paras = append(title.paras,
			para{text: s.SizedBy, st: d.st.tiny}, para{text: s.Seed, st: d.st.monoTiny})
		if c.Result == evidence.NotEvaluable {
			title.paras = append(title.paras, para{text: d.in(words.Incomplete), st: d.st.cellBold})
		}
		t.row(name, title, d.text(format.Count(s.Population)), d.text(format.Count(s.NotApplicable)),
			d.strong(format.Count(s.Size)), d.text(format.Count(s.CountDrawn(reports.Replaced))))
	}
	if len(whole) > 0 {
		d.y += 1.5
		d.flow(d.say(words.Labelled, strings.Join(whole, ", "), d.say(words.SampleIsWhole, d.in(words.Samples))), d.st.body)
	}
}

// maxDrawn is how many items of a sample are listed. The auditor works with the
// workbook, which has a row for each of them and cells for what was found.
const maxDrawn = 10

// sample lists the first of what was drawn for a control. Where items were replaced,
// more are listed, so that the reasons are.
func (d *document) sample(c reports.SampledControl) {
	s := c.Sample
	if s.Whole() {
		return
	}
	most := maxDrawn
	if s.CountDrawn(reports.Replaced) > 0 {
		most = maxListed
	}
	d.room(40) // the heading stays with the first items
	title := words.SampleTitle(s, numbered(c.ID, c.Title), d.p.Lang)
	d.outline(1, title, sampleKey(c))
	d.heading(title)
	shown := min(len(s.Drawn), most)
	if shown < len(s.Drawn) {
		d.flow(d.say(words.FirstOfSample, format.Count(int64(shown)), format.Count(int64(len(s.Drawn))), d.in(words.Samples)), d.st.small)
	}
	t := d.list(column{title: d.in(words.DrawnNumber), width: 10, right: true}, column{title: d.in(words.DrawnAs), width: 17}, column{title: d.in(words.When), width: 38.5},
		column{title: d.in(words.ItemLabel), width: bodyWidth - 134.5}, column{title: d.in(words.ItemID), width: 43.5}, column{title: d.in(words.Verdict), width: 25.5})
	for i, item := range s.Drawn[:shown] {
		t.row(d.fine(format.Count(int64(i+1))), d.fine(d.in(words.DrawnName(item.State))), d.fine(d.time(item.Time)), d.drawnItemBox(item), d.hash(item.ID), d.fine(verdictText(d, item.Verdict)))
	}
}

func sampleKey(c reports.SampledControl) string {
	if c.Sample.Exempt {
		return "exempt sample " + c.ID
	}
	return "sample " + c.ID
}

// drawnItemBox names an item, and says why it was replaced where it was.
func (d *document) drawnItemBox(item reports.DrawnItem) box {
	b := d.fine(item.Label)
	if why := words.Replacement(item, d.p.Lang); why != "" {
		b.paras = append(b.paras, para{text: why, st: d.st.tiny})
	}
	return b
}
