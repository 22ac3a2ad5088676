package pdf

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxListed is how many exceptions of a control are listed; the workbook has all.
const maxListed = 50

// control is a control's section: texts, result, items by day, population,
// completeness, exceptions.
func (d *document) control(c *reports.Control) {
	d.part(numbered(c.ID, c.Title), controlKey(c), d.controlRoom(c))
	d.controlResult(c)
	d.controlTexts(c)
	if !c.ByDay() {
		d.dayChart(c)
	}
	d.charts(c)
	d.population(c)
	d.completeness(c)
	d.exceptions(c)
	d.changes(c)
	d.observations(c)
}

// controlRoom is how much of a page a control needs to begin on it: for its result, and
// for its activity and procedure, which are long and not cut.
func (d *document) controlRoom(c *reports.Control) float64 {
	const result = 57.0 // title, result and counts
	t := d.factTable()
	_, activity := t.setFact(fact{d.in(words.Activity), d.text(c.Activity)})
	_, procedure := t.setFact(fact{d.in(words.Procedure), d.text(c.Procedure)})
	return max(result+activity+procedure, partRoom)
}

func (d *document) controlResult(c *reports.Control) {
	w := d.badge(left, d.y, c.Result)
	y := d.y
	x := left + w + 4
	d.y += 0.8
	means := d.in(words.ResultMeans(c.Result))
	if until := c.Provisional(); !until.IsZero() {
		means += d.in(evidence.Text{EN: " "}) + d.say(words.ButProvisional, d.time(until))
	}
	d.flowAt(x, right-x, means, d.st.body)
	d.y = max(d.y, y+d.st.bold.lead+1.6) + 2
	for _, why := range c.Why {
		d.bullet(why, d.st.bold)
	}
	d.countsTable(c.Counts)
}

// countsTable gives the population by verdict.
func (d *document) countsTable(n reports.Counts) {
	d.y += 1
	t := d.table(
		column{title: d.in(words.PopulationCount), width: bodyWidth * 14 / 100, right: true},
		column{title: verdictText(d, evidence.Exception), width: bodyWidth * 16 / 100, right: true},
		column{title: verdictText(d, evidence.Pass), width: bodyWidth * 19 / 100, right: true},
		column{title: verdictText(d, evidence.NotApplicable), width: bodyWidth * 19 / 100, right: true},
		column{title: verdictText(d, evidence.Pending), width: bodyWidth * 14 / 100, right: true},
		column{title: verdictText(d, evidence.Undetermined), width: bodyWidth * 18 / 100, right: true},
	)
	t.row(d.strong(format.Count(n.Total)), d.strong(format.Count(n.Exceptions)), d.text(format.Count(n.Passed)),
		d.text(format.Count(n.NotApplicable)), d.text(format.Count(n.Pending)), d.text(format.Count(n.Undetermined)))
	d.y += 3
}

func verdictText(d *document, v evidence.Verdict) string {
	return v.Mark() + " " + d.in(v.Name())
}

func (d *document) controlTexts(c *reports.Control) {
	var items []string
	for _, id := range c.Framework {
		title := ""
		for _, item := range d.p.Framework.Items {
			if item.ID == id {
				title = "  " + item.Title
			}
		}
		items = append(items, id+title)
	}
	var params box
	for _, p := range c.Parameters {
		params.paras = append(params.paras, para{text: p.Name + " = " + p.Value, st: d.st.mono})
	}
	d.facts(
		fact{d.in(words.Activity), d.text(c.Activity)},
		fact{d.in(words.Procedure), d.text(c.Procedure)},
		fact{d.in(words.Owner), d.text(c.Owner)},
		fact{d.in(words.Frequency), d.text(c.Frequency)},
		fact{d.in(words.ServesItems), d.text(strings.Join(items, "\n"))},
		fact{d.in(words.Parameters), params},
		fact{d.in(words.Added), d.text(words.AddedLines(c, d.p.Lang))},
		fact{d.in(words.Exempted), d.text(words.ExemptionLines(c, d.p.Lang))},
		fact{d.in(words.ControlSource), d.rules(c)},
	)
}

// rules names the files by which the control's items were judged. The appendix has
// the hashes of those that it shares with others.
func (d *document) rules(c *reports.Control) box {
	var b box
	var shared []string
	for _, r := range c.Rules {
		if r.Shared {
			shared = append(shared, r.Name)
			continue
		}
		b.paras = append(b.paras, para{text: r.Name + "  SHA-256 " + r.SHA256, st: d.st.mono})
	}
	if len(shared) > 0 {
		b.paras = append(b.paras, para{text: strings.Join(shared, ", "), st: d.st.mono, link: controlSourcesKey})
	}
	return b
}

func (d *document) population(c *reports.Control) {
	d.headedFacts(d.in(words.Population),
		fact{d.in(words.RecordKind), d.text(c.Population.KindTitle + " (" + c.Population.Kind + ")")},
		fact{d.in(words.Definition), d.mono(c.Population.Definition)},
		fact{d.in(words.PopulationCount), d.text(d.say(words.ItemsN, format.Count(c.Counts.Total)))},
		fact{d.in(words.WhyNotApplicable), d.counted(c.NotApplicable)},
	)
}

// counted says how many items each of the reasons has, one a line.
func (d *document) counted(reasons []reports.ReasonCount) box {
	var b box
	for _, r := range reasons {
		text := words.Counted(d.line(r.Text), r.N, d.p.Lang)
		b.paras = append(b.paras, para{text: text, st: d.st.cell})
	}
	return b
}

// exceptions lists the exceptions, or the first of them with a pointer to the
// sheet that has them all.
func (d *document) exceptions(c *reports.Control) {
	if c.Counts.Exceptions > 0 {
		d.room(60) // the heading stays with the first exceptions
	}
	d.heading(d.in(words.ExceptionsHeading))
	if c.Counts.Exceptions == 0 {
		d.flow(d.in(words.NoExceptions), d.st.body)
		return
	}
	d.reasonCounts(c)
	listed := min(c.Counts.Exceptions, maxListed)
	more := c.Counts.Exceptions - listed
	if more > 0 {
		d.room(40)
		d.flow(d.say(words.FirstOf, format.Count(listed), format.Count(c.Counts.Exceptions), c.ID), d.st.small)
		d.y += 1
	}
	t := d.table(column{title: d.in(words.ItemAndTime), width: 46}, column{title: d.in(words.KeyFields), width: 66}, column{title: d.in(words.Reasons), width: bodyWidth - 112})
	n := int64(0)
	for item, err := range c.Exceptions() {
		if err != nil {
			d.SetError(fmt.Errorf("exceptions of %s: %w", c.ID, err))
			return
		}
		if n++; n > listed {
			break
		}
		t.row(d.itemBox(item), d.fieldsBox(c, item), d.reasonsBox(item))
	}
	if more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreInSheet, format.Count(more), c.ID), d.st.bold)
	}
}

// observations counts the control's items by what was observed of them. The
// items themselves are in the workbook, and in the registers that list them.
func (d *document) observations(c *reports.Control) {
	if len(c.Observations) == 0 {
		return
	}
	d.room(40)
	d.heading(d.in(words.Observations))
	d.flow(d.say(words.ObservationsMean, c.ID), d.st.small)
	d.y += 1
	t := d.table(column{title: d.in(words.Observations), width: bodyWidth - 30}, column{title: d.in(words.Counts), width: 30, right: true})
	for _, o := range c.Observations {
		t.row(d.text(o.Text), d.text(format.Count(o.N)))
	}
}

func (d *document) reasonCounts(c *reports.Control) {
	t := d.table(column{title: d.in(words.Reasons), width: bodyWidth - 34}, column{title: d.in(words.ExceptionsOf), width: 34, right: true})
	for _, r := range c.Reasons {
		t.row(d.text(r.Text), d.text(format.Count(r.N)))
	}
	d.y += 3
}

// itemBox names an item: when, what it is called, its identity, its record's hash
// and where the source shows it.
func (d *document) itemBox(item reports.Item) box {
	b := box{paras: []para{{text: d.time(item.Time), st: d.st.cell}}}
	if item.Label != "" {
		b.paras = append(b.paras, para{text: item.Label, st: d.st.cell})
	}
	b.paras = append(b.paras, []para{
		{text: item.ID, st: d.st.monoTiny.with(black)},
		{text: "SHA-256 " + format.Short(item.SHA256) + "…", st: d.st.monoTiny},
	}...)
	if _, ok := visible.Address(item.Link); ok {
		b.paras = append(b.paras, para{text: d.in(words.OpenInSource), st: d.st.tiny.with(linkBlue), url: item.Link})
	}
	return b
}

// fieldsBox gives the fields that an item has: the first on a line of its own,
// the others one after the other, since a table of fifty items must stay short.
func (d *document) fieldsBox(c *reports.Control, item reports.Item) box {
	var fields []string
	var diffs []para
	for i, column := range c.Columns {
		if i >= len(item.Fields) || !item.Fields[i].Set {
			continue
		}
		if column.Type == reports.DiffColumn {
			diffs = append(diffs, d.diff(item.Fields[i].Text)...)
			continue
		}
		value := item.Fields[i].Text
		switch column.Type {
		case reports.TimeColumn:
			value = d.time(item.Fields[i].Time)
		case reports.NumberColumn:
			value = format.Number(item.Fields[i].Number)
		}
		fields = append(fields, d.say(words.Labelled, column.Title, d.line(value)))
	}
	b := box{paras: diffs}
	if len(fields) > 0 {
		b.paras = append(b.paras, para{text: fields[0], st: d.st.cell}, para{text: strings.Join(fields[1:], d.in(words.FieldSeparator)), st: d.st.cell})
	}
	return b
}

// diff sets the lines of a diff, added ones in green and removed ones in red.
func (d *document) diff(text string) []para {
	var paras []para
	for line := range strings.SplitSeq(text, "\n") {
		p := para{text: line, st: d.st.monoTiny.with(black)}
		switch {
		case strings.HasPrefix(line, "+"):
			p.st.color = addedGreen
		case strings.HasPrefix(line, "-"):
			p.st.color = removedRed
		}
		paras = append(paras, p)
	}
	return paras
}

func (d *document) reasonsBox(item reports.Item) box {
	var b box
	for _, r := range item.Reasons {
		b.paras = append(b.paras, para{text: r.Text, st: d.st.cell})
	}
	for _, o := range item.Observations {
		b.paras = append(b.paras, para{text: d.say(words.Labelled, d.in(words.Observation), d.line(o.Text)), st: d.st.tiny})
	}
	if r := item.Response; r != nil {
		b.paras = append(b.paras, para{text: d.say(words.Labelled, d.in(words.Response), d.line(r.Kind)), st: d.st.cellBold})
		b.paras = append(b.paras, d.response(r)...)
	}
	return b
}
