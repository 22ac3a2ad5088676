package html

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

func registerID(i int) string { return "register-" + strconv.Itoa(i+1) }

// register is a register's section: what it lists, the counts by group and
// month, and the first of its entries.
func (d *document) register(i int) {
	r := &d.p.Registers[i]
	d.start("section", id(registerID(i)), class("register"))
	d.leaf("h2", r.Title)
	d.start("div", class("still"))
	d.paragraphs(r.Text)
	for _, caution := range words.RegisterCautions(r, d.p.Lang) {
		d.leaf("p", caution, class("caution"))
	}
	d.facts(
		fact{words.EntrySort, d.lines(words.RegisterColumns(r, d.p.Lang))},
		fact{words.Counts, d.lines(d.say(words.RegisterCounts, format.Count(r.N), r.Group, format.Count(r.Groups)))},
	)
	d.registerCounts(r)
	d.leaf("h3", d.in(words.EntriesHeading))
	d.end("div")
	d.registerEntries(r)
	d.end("section")
}

// registerCounts has a row a group and month, and the totals of all of them.
func (d *document) registerCounts(r *reports.Register) {
	heading := d.say(words.CountsByMonth, r.Group)
	d.leaf("h3", heading)
	columns := []column{{title: r.Group}, {title: d.in(words.Month)}}
	for _, c := range r.Columns {
		columns = append(columns, column{c.Title, "n"})
	}
	d.table(heading, columns...)
	for i, row := range r.Rows {
		if i == maxRows {
			break
		}
		d.row(append([]cell{d.lines(row.Group), d.lines(format.Month(row.Month, d.p.Location))}, d.registerNumbers(r, row.Counts)...)...)
	}
	d.rowOf([]attr{class("total")}, append([]cell{d.strong(d.in(words.Total)), {}}, d.registerNumbers(r, r.Totals)...)...)
	d.endTable()
	if more := len(r.Rows) - maxRows; more > 0 {
		d.more(d.say(words.MoreRowsInSheet, format.Count(int64(more)), r.SheetName()))
	}
}

// registerNumbers has no number where the pack has nothing to count: that is not none.
func (d *document) registerNumbers(r *reports.Register, counts []int64) []cell {
	cells := make([]cell, len(counts))
	for i, n := range counts {
		cells[i] = d.number(n)
		if r.Columns[i].Missing() {
			cells[i] = cell{"n", func() { d.text(words.NoNumber) }}
		}
	}
	return cells
}

// registerEntries lists the entries, or the first of them with a pointer to the
// sheet that has them all.
func (d *document) registerEntries(r *reports.Register) {
	if r.N == 0 {
		d.leaf("p", d.in(words.NoItems))
		return
	}
	shown := min(r.N, maxListed)
	more := r.N - shown
	if more > 0 {
		d.more(d.say(words.FirstOfRegister, format.Count(shown), format.Count(r.N), r.SheetName()))
	}
	d.start("table", class("items"), label(r.Title))
	d.start("thead")
	d.start("tr")
	for _, title := range []string{d.in(words.ItemAndTime), r.Group, d.in(words.EntrySort), d.in(words.Detail)} {
		d.leaf("th", title, attr{"scope", "col"})
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
	n, totals := int64(0), make([]int64, len(r.Columns))
	for e, err := range r.Entries() {
		if err != nil {
			d.fail(fmt.Errorf("entries of %s: %w", r.ID, err))
			return
		}
		if e.Column < 0 || e.Column >= len(r.Columns) {
			d.fail(fmt.Errorf("entries of %s: one of column %d of %d", r.ID, e.Column, len(r.Columns)))
			return
		}
		if n++; n > shown {
			break
		}
		totals[e.Column]++
		d.entry(r, e)
	}
	d.end("tbody")
	d.end("table")
	if n < shown || more == 0 && !slices.Equal(totals, r.Totals) {
		d.fail(fmt.Errorf("entries of %s add up to %d %v, the pack says %d %v", r.ID, n, totals, r.N, r.Totals))
	}
	if more > 0 {
		d.more(d.say(words.MoreInSheets, format.Count(more), r.SheetName()))
	}
}

func (d *document) entry(r *reports.Register, e reports.RegisterEntry) {
	item := cell{write: func() {
		d.leaf("div", d.time(e.Time), class("when"))
		if e.Label != "" {
			d.leaf("div", d.cut(e.Label), class("label"))
		}
		d.leaf("code", d.cut(e.ItemID))
		d.external(e.Link, d.in(words.OpenInSource)+" ↗")
	}}
	sort := cell{write: func() {
		d.leaf("div", r.Columns[e.Column].Title)
		d.toControl(e.Control)
		d.leaf("div", d.verdictText(e.Verdict), class("verdict"))
	}}
	d.rowOf([]attr{{"data-verdict", string(e.Verdict)}}, item, d.lines(e.Group), sort, d.lines(e.Text))
}
