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
	d.heading(d.in(words.DeltaHeading))
	if d.p.Delta == nil {
		d.flow(words.NoDelta(d.p.NoDelta, d.p.Lang), d.st.body)
		return
	}
	d.flow(d.p.Delta.Sentence(d.p.Lang), d.st.body)
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
	d.section(d.in(words.DeltaHeading), deltaKey)
	d.flow(d.p.Delta.Sentence(d.p.Lang), d.st.body)
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
	t := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.Result), width: 34}, column{title: d.in(words.PopulationCount), width: 26, right: true},
		column{title: d.in(words.ExceptionChange), width: 30, right: true}, column{title: d.in(words.NewStillGone), width: 24, right: true},
		column{title: d.in(words.OwedTo), width: bodyWidth - 131})
	for _, c := range told {
		population, exceptions, shares := c.CountsFromTo()
		result := d.text(c.ResultFromTo(d.p.Lang))
		if c.ResultChanged() {
			result.paras[0].st = d.st.cellBold
		}
		t.row(d.controlCell(c.ID), result, d.text(population), d.text(exceptions+"\n"+shares), d.text(c.ThreeCounts()), d.text(strings.Join(c.AllFacts(d.p.Lang), "\n")))
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
	list := d.table(column{title: d.in(words.Control), width: 17}, column{title: d.in(words.Compared), width: 34}, column{title: d.in(words.ItemAndTime), width: 48},
		column{title: d.in(words.Reasons), width: bodyWidth - 99})
	n := int64(0)
	for c, e := range d.p.Delta.AllExceptions() {
		if n == maxDeltaExceptions {
			break
		}
		n++
		list.row(d.controlCell(c.ID), d.deltaState(e), d.deltaItem(e), d.text(e.Remarks()))
	}
	d.moreInDelta(all - n)
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
	b := box{paras: []para{{text: d.time(e.Time), st: d.st.cell}}}
	if e.Label != "" {
		b.paras = append(b.paras, para{text: e.Label, st: d.st.cell})
	}
	b.paras = append(b.paras, para{text: e.ID, st: d.st.monoTiny.with(black)})
	return b
}

// moreInDelta says how many more rows the workbook has.
func (d *document) moreInDelta(more int64) {
	if more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreRowsInSheet, format.Count(more), d.in(words.DeltaSheet)), d.st.bold)
	}
}
