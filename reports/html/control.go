package html

import (
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// controlSections has a section a control.
func (d *document) controlSections() {
	d.start("section", id("controls"))
	d.leaf("h2", d.in(words.Controls))
	for i := range d.p.Controls {
		d.control(&d.p.Controls[i])
	}
	d.end("section")
}

// control is a control's section: result, texts, items by day, population and
// its completeness, then the items that a reader looks at. Its head stays in
// sight when the script searches, its text does not.
func (d *document) control(c *reports.Control) {
	to := d.controls[c.ID]
	d.start("section", id(to), class("control"), attr{"data-result", string(c.Result)})
	d.start("div", class("head"))
	d.start("h3")
	d.leaf("a", c.ID, within(to))
	d.text(" ")
	d.leaf("span", c.Title)
	d.end("h3")
	d.badge(c.Result)
	d.end("div")
	d.counts(c.Counts)

	d.start("div", class("still"))
	d.leaf("p", words.ResultSaid(c, d.p))
	d.why(c)
	d.controlTexts(c)
	if !c.ByDay() {
		d.dayChart(c)
	}
	d.charts(c)
	d.population(c)
	d.completeness(c)
	d.reasonCounts(c)
	d.end("div")

	d.exceptions(c)
	d.undecided(c)
	d.changes(c)
	d.observations(c)
	d.end("section")
}

// counts gives the population by verdict.
func (d *document) counts(n reports.Counts) {
	d.start("dl", class("counts"))
	titles := d.countTitles()
	for i, n := range countsOf(n) {
		d.start("div")
		d.leaf("dt", titles[i])
		d.leaf("dd", format.Count(n))
		d.end("div")
	}
	d.end("dl")
}

func (d *document) controlTexts(c *reports.Control) {
	var params, rules []string
	for _, p := range c.Parameters {
		params = append(params, p.Name+" = "+p.Value)
	}
	for _, r := range c.Rules {
		rules = append(rules, r.Name+"  SHA-256 "+r.SHA256)
	}
	d.facts(
		fact{words.Activity, d.lines(c.Activity)},
		fact{words.Procedure, d.lines(c.Procedure)},
		fact{words.Owner, d.lines(c.Owner)},
		fact{words.Frequency, d.lines(c.Frequency)},
		fact{words.ServesItems, d.serves(c)},
		fact{words.Parameters, d.codes(params)},
		fact{words.Added, d.lines(words.AddedLines(c, d.p.Lang))},
		fact{words.Exempted, d.lines(words.ExemptionLines(c, d.p.Lang))},
		fact{words.ControlSource, d.codes(rules)},
	)
}

// serves names the framework's items that a control serves.
func (d *document) serves(c *reports.Control) cell {
	if len(c.Framework) == 0 {
		return cell{}
	}
	return cell{write: func() {
		for i, id := range c.Framework {
			if i > 0 {
				d.void("br")
			}
			d.leaf("b", id)
			for _, item := range d.p.Framework.Items {
				if item.ID == id {
					d.text("  " + item.Title)
				}
			}
		}
	}}
}

func (d *document) population(c *reports.Control) {
	d.leaf("h4", d.in(words.Population))
	d.facts(
		fact{words.RecordKind, d.lines(c.Population.KindTitle + " (" + c.Population.Kind + ")")},
		fact{words.Definition, d.code(c.Population.Definition)},
		fact{words.PopulationCount, d.lines(d.say(words.ItemsN, format.Count(c.Counts.Total)))},
		fact{words.WhyNotApplicable, d.counted(c.NotApplicable)},
	)
}

// counted says how many items each of the reasons has, one a line.
func (d *document) counted(reasons []reports.ReasonCount) cell {
	if len(reasons) == 0 {
		return cell{}
	}
	return cell{write: func() {
		for i, r := range reasons {
			if i > 0 {
				d.void("br")
			}
			d.text(words.Counted(r.Text, r.N, d.p.Lang))
		}
	}}
}

// reasonCounts has the exceptions by reason.
func (d *document) reasonCounts(c *reports.Control) {
	d.leaf("h4", d.in(words.ExceptionsHeading))
	if c.Counts.Exceptions == 0 {
		d.leaf("p", d.in(words.NoExceptions))
		return
	}
	d.reasonTable(words.Reasons, words.ExceptionsOf, c.Reasons)
}

func (d *document) reasonTable(what, count evidence.Text, reasons []reports.ReasonCount) {
	d.table(d.in(what), column{title: d.in(what)}, column{d.in(count), "n"})
	for _, r := range reasons {
		d.row(d.lines(r.Text), d.number(r.N))
	}
	d.endTable()
}

// exceptions lists the exceptions, or the first of them with a pointer to the
// sheet that has them all.
func (d *document) exceptions(c *reports.Control) {
	if c.Counts.Exceptions == 0 {
		return
	}
	shown := min(c.Counts.Exceptions, d.listed)
	if more := c.Counts.Exceptions - shown; more > 0 {
		d.more(d.say(words.FirstOf, format.Count(shown), format.Count(c.Counts.Exceptions), c.ID))
	}
	l := d.items(c, d.in(words.ExceptionsHeading), "e")
	n := int64(0)
	for item, err := range c.Exceptions() {
		if err != nil {
			d.fail(fmt.Errorf("exceptions of %s: %w", c.ID, err))
			return
		}
		if n++; n > shown {
			break
		}
		l.add(item)
	}
	l.close()
	if n < shown {
		d.fail(fmt.Errorf("exceptions of %s: %d, the pack says %d", c.ID, n, c.Counts.Exceptions))
	}
	if more := c.Counts.Exceptions - shown; more > 0 {
		d.more(d.say(words.MoreInSheet, format.Count(more), c.ID))
	}
}
