package html

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// deltaSummary is the summary's line of what changed.
func (d *document) deltaSummary() {
	d.leaf("h3", d.in(words.DeltaHeading))
	if d.p.Delta == nil {
		d.leaf("p", words.NoDelta(d.p.NoDelta, d.p.Lang))
		return
	}
	d.start("p")
	d.text(d.p.Delta.Sentence(d.p.Lang) + " ")
	d.leaf("a", d.in(words.DeltaHeading), within("delta"))
	d.end("p")
}

// delta tells what changed since the previous period, and what it is owed to.
func (d *document) delta() {
	if d.p.Delta == nil {
		return
	}
	if err := d.p.Delta.Check(); err != nil {
		d.fail(err)
		return
	}
	d.section("delta", d.in(words.DeltaHeading))
	d.leaf("p", d.p.Delta.Sentence(d.p.Lang), class("lead"))
	d.start("ul")
	for _, line := range d.p.Delta.Intro(d.p.Lang) {
		d.leaf("li", line)
	}
	d.end("ul")
	d.deltaControls()
	d.deltaRules()
	d.deltaExceptions()
	d.end("section")
}

func (d *document) deltaControls() {
	told, same := d.p.Delta.Told()
	d.leaf("h3", d.in(words.DeltaControls))
	d.table(d.in(words.DeltaControls), column{d.in(words.Control), "id"}, column{title: d.in(words.BeforeResult)}, column{title: d.in(words.AfterResult)},
		column{d.in(words.PopulationCount), "n"}, column{d.in(words.ExceptionChange), "n"}, column{d.in(words.NewStillGone), "n"}, column{title: d.in(words.OwedTo)})
	for _, c := range told {
		population, exceptions, shares := c.CountsFromTo()
		d.row(d.controlLink(c.ID), d.state(c.Before), d.state(c.After), d.fromTo(population), d.fromTo(exceptions+"\n"+shares), d.fromTo(c.ThreeCounts()),
			d.lines(strings.Join(c.AllFacts(d.p.Lang), "\n")))
	}
	d.endTable()
	if len(same) > 0 {
		d.leaf("p", d.say(words.DeltaSame, strings.Join(same, ", ")))
	}
}

// state is a period's result; a dash where it has none.
func (d *document) state(s *reports.DeltaState) cell {
	if s == nil {
		return d.lines(words.NoNumber)
	}
	return d.result(s.Result)
}

func (d *document) fromTo(s string) cell { return cell{"n", func() { d.text(s) }} }

func (d *document) deltaRules() {
	d.leaf("h3", d.in(words.DeltaRules))
	t := d.p.Delta.Totals()
	if t.Rules == 0 {
		d.leaf("p", d.in(words.DeltaRulesNone))
		return
	}
	d.table(d.in(words.DeltaRules), column{d.in(words.Control), "id"}, column{title: d.in(words.ChangedOf)}, column{title: d.in(words.Name)},
		column{title: d.in(words.BeforeValue)}, column{title: d.in(words.AfterValue)})
	n := int64(0)
	for c, x := range d.p.Delta.AllChanges() {
		if n++; n > maxRows {
			continue
		}
		d.row(d.controlLink(c.ID), d.lines(x.What), d.code(x.Name), d.code(x.Before), d.code(x.After))
	}
	d.endTable()
	if n > maxRows {
		d.more(d.say(words.MoreRowsInSheet, format.Count(n-maxRows), d.in(words.DeltaSheet)))
	}
}

func (d *document) deltaExceptions() {
	d.leaf("h3", d.in(words.DeltaExceptions))
	t := d.p.Delta.Totals()
	all := t.New + t.Still + t.Gone
	if all == 0 {
		d.leaf("p", d.in(words.NoExceptions))
		return
	}
	d.table(d.in(words.DeltaExceptions), column{d.in(words.Control), "id"}, column{d.in(words.Compared), "id"}, column{title: d.in(words.ItemAndTime)},
		column{title: d.in(words.Reasons)}, column{title: d.in(words.OwedTo)}, column{title: d.in(words.ResponseNow)})
	n := int64(0)
	for c, e := range d.p.Delta.AllExceptions() {
		if n == maxListed {
			break
		}
		n++
		d.row(d.controlLink(c.ID), d.lines(e.Presence.Mark()+" "+d.in(e.Presence.Name())), d.deltaItem(e), d.lines(e.Remarks()), d.lines(e.Cause), d.lines(e.Response))
	}
	d.endTable()
	if all > n {
		d.more(d.say(words.MoreRowsInSheet, format.Count(all-n), d.in(words.DeltaSheet)))
	}
}

// deltaItem names an exception: when, what it is called, and which.
func (d *document) deltaItem(e reports.DeltaException) cell {
	return cell{write: func() {
		d.leaf("div", d.time(e.Time), class("when"))
		if e.Label != "" {
			d.leaf("div", d.cut(e.Label), class("label"))
		}
		d.leaf("code", d.cut(e.ID))
	}}
}
