package pdf

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// How much of what changed is listed; the workbook has all.
const (
	maxDeltaChanges    = 100
	maxDeltaExceptions = 100
)

const deltaKey = "delta"

// deltaSummary is the summary's line of what changed.
func (d *document) deltaSummary() {
	text := words.NoDelta(d.p.NoDelta, d.p.Lang)
	if d.p.Delta != nil {
		text = d.p.Delta.Sentence(d.p.Lang)
	}
	d.headedText(d.in(words.DeltaHeading), text)
}

// delta tells what changed since the previous period, and what it is owed to.
func (d *document) delta() {
	if d.p.Delta == nil {
		return
	}
	if err := d.p.Delta.Check(); err != nil {
		d.SetError(err)
		return
	}
	d.chapter(d.in(words.DeltaHeading), deltaKey)
	sentence := d.p.Delta.Sentence(d.p.Lang)
	d.room(d.high(sentence, d.st.body))
	d.flow(sentence, d.st.body)
	d.y += 2
	for _, line := range d.p.Delta.Intro(d.p.Lang) {
		d.bullet(line, d.st.body)
	}
	d.deltaControls()
	d.deltaRules()
	d.deltaExceptions()
}

func (d *document) deltaControls() {
	told, same := d.p.Delta.Told()
	d.heading(d.in(words.DeltaControls))
	t := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.Result), width: 33}, column{title: d.in(words.PopulationCount), width: 25, right: true},
		column{title: d.in(words.ExceptionChange), width: 30, right: true}, column{title: d.in(words.NewStillGone), width: 22, right: true},
		column{title: d.in(words.OwedTo), width: bodyWidth - 127})
	for _, c := range told {
		population, exceptions, shares := c.CountsFromTo()
		result := d.text(c.ResultFromTo(d.p.Lang))
		if c.ResultChanged() {
			result.paras[0].st = d.st.cellBold
		}
		t.row(d.controlCell(c.ID), result, d.text(population), d.text(exceptions+"\n"+shares), d.text(c.ThreeCounts()), d.fine(strings.Join(c.AllFacts(d.p.Lang), "\n")))
	}
	if len(same) > 0 {
		d.y += 1.5
		d.flow(d.say(words.DeltaSame, strings.Join(same, ", ")), d.st.small)
	}
}

// controlCell leads to a control's section, where the pack has the control.
func (d *document) controlCell(id string) box {
	for i := range d.p.Controls {
		if d.p.Controls[i].ID == id {
			return d.goTo(id, controlKey(&d.p.Controls[i]))
		}
	}
	return d.text(id)
}

func (d *document) deltaRules() {
	d.heading(d.in(words.DeltaRules))
	if d.p.Delta.Totals().Rules == 0 {
		d.flow(d.in(words.DeltaRulesNone), d.st.body)
		return
	}
	t := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.ChangedOf), width: 38}, column{title: d.in(words.Name), width: 30},
		column{title: d.in(words.BeforeValue), width: (bodyWidth - 85) / 2}, column{title: d.in(words.AfterValue), width: (bodyWidth - 85) / 2})
	n := int64(0)
	for c, x := range d.p.Delta.AllChanges() {
		if n++; n <= maxDeltaChanges {
			t.row(d.controlCell(c.ID), d.text(x.What), d.text(x.Name), d.mono(x.Before), d.mono(x.After))
		}
	}
	d.moreInDelta(n - maxDeltaChanges)
}

func (d *document) deltaExceptions() {
	d.heading(d.in(words.DeltaExceptions))
	t := d.p.Delta.Totals()
	all := t.New + t.Still + t.Gone
	if all == 0 {
		d.flow(d.in(words.NoExceptions), d.st.body)
		return
	}
	list := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.Compared), width: 32}, column{title: d.in(words.ItemAndTime), width: 56},
		column{title: d.in(words.Reasons), width: bodyWidth - 105})
	var listed, ordinary int64
	for c, e := range d.p.Delta.AllExceptions() {
		switch {
		case e.Ordinary():
			ordinary++
		case listed < maxDeltaExceptions:
			listed++
			list.row(d.controlCell(c.ID), d.deltaState(e), d.deltaItem(e), d.fine(e.Remarks()))
		}
	}
	if ordinary > 0 {
		d.y += 1.5
		d.flow(d.say(words.DeltaOrdinary, format.Count(ordinary), d.in(words.DeltaSheet)), d.st.body)
	}
	d.moreInDelta(all - ordinary - listed)
}

// deltaState says in which of the periods an exception is, what that is owed to, and
// what became of its response.
func (d *document) deltaState(e reports.DeltaException) box {
	b := d.text(e.Presence.Mark() + " " + d.in(e.Presence.Name()))
	for _, f := range []struct {
		label evidence.Text
		value string
	}{{words.OwedTo, e.Cause}, {words.ResponseNow, e.Response}} {
		if f.value != "" {
			b.paras = append(b.paras, para{text: d.say(words.Labelled, d.in(f.label), f.value), st: d.st.tiny})
		}
	}
	return b
}

// deltaItem names an exception: when, what it is called, and which.
func (d *document) deltaItem(e reports.DeltaException) box {
	return box{paras: []para{
		{text: strings.TrimSpace(numbered(d.time(e.Time), e.Label)), st: d.st.fine},
		{text: e.ID, st: d.st.monoTiny.with(black)},
	}}
}

// moreInDelta says how many more rows the workbook has.
func (d *document) moreInDelta(more int64) {
	if more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreRowsInSheet, format.Count(more), d.in(words.DeltaSheet)), d.st.bold)
	}
}
