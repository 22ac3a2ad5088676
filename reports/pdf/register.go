package pdf

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxRegisterRows is how many rows of counts are shown; the workbook has all.
const maxRegisterRows = 100

// register is a register's section: what it lists, the counts by group and
// month, and the first of its entries.
func (d *document) register(r *reports.Register) {
	d.part(r.Title, "register "+r.ID, partRoom)
	d.flow(r.Text, d.st.body)
	d.y += 2
	for _, caution := range words.RegisterCautions(r, d.p.Lang) {
		d.bullet(caution, d.st.bold)
	}
	d.facts(
		fact{d.in(words.EntrySort), d.text(lettered(words.RegisterColumns(r, d.p.Lang), r))},
		fact{d.in(words.Counts), d.text(d.say(words.RegisterCounts, format.Count(r.N), r.Group, format.Count(r.Groups)))},
	)
	d.registerCounts(r)
	d.registerEntries(r)
}

// registerCounts has a row a group and month, and the totals of all of them.
func (d *document) registerCounts(r *reports.Register) {
	d.heading(d.say(words.CountsByMonth, r.Group))
	const month = 18.0
	// The counts take what the group leaves them, and it needs no more than a third.
	count := min((bodyWidth-month)*0.68/float64(len(r.Columns)), 30)
	columns := []column{{title: r.Group, width: bodyWidth - month - count*float64(len(r.Columns))}, {title: d.in(words.Month), width: month}}
	for i, c := range r.Columns {
		title := c.Title
		if narrow(r) {
			title = letter(i)
		}
		columns = append(columns, column{title: title, width: count, right: true})
	}
	t := d.table(columns...)
	for i, row := range r.Rows {
		if i == maxRegisterRows {
			break
		}
		t.row(append([]box{d.text(row.Group), d.text(format.Month(row.Month, d.p.Location))}, d.countBoxes(r, row.Counts, d.text)...)...)
	}
	t.row(append([]box{d.strong(d.in(words.Total)), {}}, d.countBoxes(r, r.Totals, d.strong)...)...)
	if more := len(r.Rows) - maxRegisterRows; more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreRowsInSheet, format.Count(int64(more)), r.SheetName()), d.st.bold)
	}
}

// narrow reports whether the columns are too many for their titles to stand above
// them: letters do, which the list of types explains.
func narrow(r *reports.Register) bool { return len(r.Columns) > 5 }

func letter(i int) string { return string(rune('A' + i%26)) }

// lettered puts the letters before the lines that explain the columns.
func lettered(lines string, r *reports.Register) string {
	if !narrow(r) {
		return lines
	}
	list := strings.Split(lines, "\n")
	for i := range list {
		list[i] = letter(i) + "  " + list[i]
	}
	return strings.Join(list, "\n")
}

// countBoxes has no number where the pack has nothing to count: that is not none.
func (d *document) countBoxes(r *reports.Register, counts []int64, look func(string) box) []box {
	boxes := make([]box, len(counts))
	for i, n := range counts {
		boxes[i] = look(format.Count(n))
		if r.Columns[i].Missing() {
			boxes[i] = look(words.NoNumber)
		}
	}
	return boxes
}

// registerEntries lists the entries, or the first of them with a pointer to the
// sheet that has them all.
func (d *document) registerEntries(r *reports.Register) {
	if r.N > 0 {
		d.room(60) // the heading stays with the first entries
	}
	d.heading(d.in(words.EntriesHeading))
	if r.N == 0 {
		d.flow(d.in(words.NoItems), d.st.body)
		return
	}
	listed := min(r.N, maxListed)
	more := r.N - listed
	if more > 0 {
		d.flow(d.say(words.FirstOfRegister, format.Count(listed), format.Count(r.N), r.SheetName()), d.st.small)
		d.y += 1
	}
	t := d.table(column{title: d.in(words.ItemAndTime), width: 56}, column{title: r.Group, width: 26},
		column{title: d.in(words.EntrySort), width: 34}, column{title: d.in(words.Detail), width: bodyWidth - 116})
	n := int64(0)
	for e, err := range r.Entries() {
		if err != nil {
			d.SetError(fmt.Errorf("entries of %s: %w", r.ID, err))
			return
		}
		if e.Column < 0 || e.Column >= len(r.Columns) {
			d.SetError(fmt.Errorf("entries of %s: one of column %d of %d", r.ID, e.Column, len(r.Columns)))
			return
		}
		if n++; n > listed {
			break
		}
		if more > 0 && n == listed {
			t.foot = footRoom
		}
		t.row(d.entryBox(e), d.fine(e.Group), d.sortBox(r, e), d.fine(e.Text))
	}
	if more > 0 {
		d.y += 1.5
		d.flow(d.say(words.MoreInSheets, format.Count(more), r.SheetName()), d.st.bold)
	}
}

// entryBox names an entry's item: when, what it is called, and which.
func (d *document) entryBox(e reports.RegisterEntry) box {
	return box{paras: d.named(e.Time, e.Label, e.ItemID, e.Link)}
}

// sortBox is an entry's column, and the control and verdict behind it.
func (d *document) sortBox(r *reports.Register, e reports.RegisterEntry) box {
	title := r.Columns[e.Column].Title
	if narrow(r) {
		title = letter(e.Column) + "  " + title
	}
	b := d.fine(title)
	b.paras = append(b.paras, d.goTo(numbered(e.Control, verdictText(d, e.Verdict)), "control "+e.Control).paras...)
	return b
}
