package pdf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// controlRoom is how much of a page a control needs to begin on it: for its title, its
// result with the counts, and the first of its texts.
const controlRoom = 85.0

// maxListed is how many exceptions of a control are listed; the workbook has all.
const maxListed = 50

// control is a control's section: texts, result, items by day, population,
// completeness, exceptions.
func (d *document) control(c *reports.Control) {
	d.part(numbered(c.ID, c.Title), controlKey(c), controlRoom)
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

func (d *document) controlResult(c *reports.Control) {
	w := d.badge(left, d.y, c.Result)
	y := d.y
	x := left + w + 4
	d.y += 0.8
	d.flowAt(x, right-x, words.ResultSaid(c, d.p), d.st.body)
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
	d.y += 2
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
	d.prose(fact{d.in(words.Activity), d.text(c.Activity)})
	d.prose(fact{d.in(words.Procedure), d.text(c.Procedure)})
	d.facts(
		fact{d.in(words.Owner), d.text(d.ownerAndFrequency(c))},
		fact{d.in(words.ServesItems), d.text(strings.Join(items, "\n"))},
		fact{d.in(words.Parameters), d.parametersOf(c)},
		fact{d.in(words.Added), d.text(words.AddedLines(c, d.p.Lang))},
		fact{d.in(words.Exempted), d.text(words.ExemptionLines(c, d.p.Lang))},
		fact{d.in(words.ControlSource), d.rules(c)},
	)
}

// ownerAndFrequency are short, and share a line.
func (d *document) ownerAndFrequency(c *reports.Control) string {
	if c.Frequency == "" {
		return c.Owner
	}
	return strings.TrimSpace(c.Owner + d.in(words.FieldSeparator) + d.say(words.Labelled, d.in(words.Frequency), c.Frequency))
}

// parametersOf gives the parameters: long ones on lines of their own, short ones one
// after the other.
func (d *document) parametersOf(c *reports.Control) box {
	const short = 48 // characters
	var b box
	open := false // the last line takes more
	for _, p := range c.Parameters {
		text := p.Name + " = " + p.Value
		fits := utf8.RuneCountInString(text) <= short
		if fits && open {
			b.paras[len(b.paras)-1].text += ";  " + text
			continue
		}
		b.paras = append(b.paras, para{text: text, st: d.st.monoFine})
		open = fits
	}
	return b
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
		b.paras = append(b.paras, para{text: r.Name + "  SHA-256 " + r.SHA256, st: d.st.monoFine})
	}
	if len(shared) > 0 {
		b.paras = append(b.paras, para{text: strings.Join(shared, ", "), st: d.st.monoFine, link: controlSourcesKey})
	}
	return b
}

func (d *document) population(c *reports.Control) {
	d.headedFacts(d.in(words.Population),
		fact{d.in(words.RecordKind), d.text(c.Population.KindTitle + " (" + c.Population.Kind + ")")},
		fact{d.in(words.Definition), d.monoFine(c.Population.Definition)},
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
		d.room(45) // the heading stays with the first exceptions
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
	var rows [][]box
	for item, err := range c.Exceptions() {
		if err != nil {
			d.SetError(fmt.Errorf("exceptions of %s: %w", c.ID, err))
			return
		}
		if int64(len(rows)) == listed {
			break
		}
		rows = append(rows, []box{d.itemBox(item), d.fieldsBox(c, item), d.reasonsBox(item)})
	}
	t := d.exceptionTable(rows)
	for i, r := range rows {
		if more > 0 && i == len(rows)-1 {
			t.foot = footRoom
		}
		t.row(r...)
	}
	if more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreInSheet, format.Count(more), c.ID), d.st.bold)
	}
}

// How wide the columns that name an item and give its reasons are at least.
const (
	leastItem    = 46.0
	leastReasons = 38.0
)

// exceptionTable is the table in which the rows take the least room: some controls'
// items have many fields, and others long reasons.
func (d *document) exceptionTable(rows [][]box) *table {
	var best *table
	least := math.Inf(1)
	for _, item := range []float64{leastItem, 54} {
		for _, fields := range []float64{46, 56, 66, 76, 86, 96} {
			if bodyWidth-item-fields < leastReasons {
				break
			}
			t := d.table(column{title: d.in(words.ItemAndTime), width: item}, column{title: d.in(words.KeyFields), width: fields},
				column{title: d.in(words.Reasons), width: bodyWidth - item - fields})
			sum := 0.0
			for _, r := range rows {
				_, height := t.set(r)
				sum += height
			}
			if sum < least {
				best, least = t, sum
			}
		}
	}
	return best
}

// observations counts the control's items by what was observed of them. The
// items themselves are in the workbook, and in the registers that list them.
func (d *document) observations(c *reports.Control) {
	if len(c.Observations) == 0 {
		return
	}
	d.room(25)
	d.heading(d.in(words.Observations))
	d.flow(d.say(words.ObservationsMean, c.ID), d.st.small)
	d.y += 1
	d.twoByTwo(c.Observations, d.in(words.Observations), d.in(words.Counts), 20)
}

func (d *document) reasonCounts(c *reports.Control) {
	d.twoByTwo(c.Reasons, d.in(words.Reasons), d.in(words.ExceptionsOf), 30)
	d.y += 3
}

// twoByTwo lists what was counted, two in a row if all texts are short enough.
func (d *document) twoByTwo(counts []reports.ReasonCount, what, number string, width float64) {
	side := 2
	if len(counts) < 2 || slices.ContainsFunc(counts, func(n reports.ReasonCount) bool {
		return d.length(d.line(n.Text), d.st.cell) > bodyWidth/2-width-2*cellPadX
	}) {
		side = 1
	}
	var columns []column
	for range side {
		columns = append(columns, column{title: what, width: bodyWidth/float64(side) - width}, column{title: number, width: width, right: true})
	}
	t := d.table(columns...)
	for pair := range slices.Chunk(counts, side) {
		row := make([]box, len(columns))
		for i, n := range pair {
			row[2*i], row[2*i+1] = d.text(n.Text), d.text(format.Count(n.N))
		}
		t.row(row...)
	}
}

// itemBox names an item: when, what it is called, its identity and its record's hash.
func (d *document) itemBox(item reports.Item) box {
	paras := d.named(item.Time, item.Label, item.ID, item.Link)
	hash := "SHA-256 " + format.Short(item.SHA256) + "…"
	last := &paras[len(paras)-1]
	if text := last.text + "  " + hash; last.url == "" && d.length(d.line(text), last.st) <= leastItem-2*cellPadX {
		last.text = text
		return box{paras: paras}
	}
	return box{paras: append(paras, para{text: hash, st: d.st.monoTiny})}
}

// named are the time, the name and the identity of an item. The name, or else the
// identity, leads to where the source shows it.
func (d *document) named(at time.Time, label, id, address string) []para {
	paras := []para{{text: d.time(at), st: d.st.fine}}
	if label != "" {
		paras = append(paras, para{text: label, st: d.st.fine})
	}
	paras = append(paras, para{text: id, st: d.st.monoTiny.with(black)})
	if _, ok := visible.Address(address); ok {
		paras[1].st.color, paras[1].url = linkBlue, address
	}
	return paras
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
		fields = append(fields, d.say(words.Labelled, column.Title, d.short(d.line(value))))
	}
	b := box{paras: diffs}
	if len(fields) > 0 {
		b.paras = append(b.paras, para{text: fields[0], st: d.st.fine}, para{text: strings.Join(fields[1:], d.in(words.FieldSeparator)), st: d.st.fine})
	}
	return b
}

// short cuts the value of a field that is as long as a paragraph: the user agent of a
// browser is shown, what somebody put there to fill a page is not.
func (d *document) short(value string) string {
	const longest = 160 // characters
	if r := []rune(value); len(r) > longest {
		return string(r[:longest]) + d.in(words.CutSeeExcel)
	}
	return value
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
