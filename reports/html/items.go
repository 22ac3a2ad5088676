package html

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// itemList is a table of a control's items. The script shows and hides its rows.
type itemList struct {
	d    *document
	c    *reports.Control
	kind name // begins the ids of its rows
	n    int64
}

// items opens a list.
func (d *document) items(c *reports.Control, about string, kind name) *itemList {
	d.start("table", class("items"), label(c.ID+" "+about))
	d.start("thead")
	d.start("tr")
	for _, title := range []evidence.Text{words.ItemAndTime, words.Reasons, words.KeyFields} {
		d.leaf("th", d.in(title), attr{"scope", "col"})
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
	return &itemList{d: d, c: c, kind: kind}
}

func (l *itemList) close() {
	l.d.end("tbody")
	l.d.end("table")
}

// add writes a row: which item, why it is there, and its fields.
func (l *itemList) add(item reports.Item) {
	d := l.d
	l.n++
	to := itemID(d.controls[l.c.ID], l.kind, l.n)
	d.rowOf([]attr{id(to), {"data-verdict", string(item.Verdict)}},
		cell{write: func() {
			d.start("div", class("when"))
			d.leaf("a", strconv.FormatInt(l.n, 10), class("number"), within(to))
			d.text(" " + d.time(item.Time))
			d.end("div")
			if item.Label != "" {
				d.leaf("div", d.cut(item.Label), class("label"))
			}
			d.leaf("code", d.cut(item.ID))
			d.leaf("code", item.SHA256, class("hash"))
			d.external(item.Link, d.in(words.OpenInSource)+" ↗")
			d.record(item.Record)
		}},
		cell{write: func() { l.reasons(item) }},
		cell{write: func() { l.fields(item) }},
	)
}

// record is the record itself, folded: a reader opens it on demand.
func (d *document) record(body []byte) {
	var pretty bytes.Buffer
	if len(body) == 0 || json.Indent(&pretty, body, "", "  ") != nil || d.records+pretty.Len() > maxRecords {
		return
	}
	d.records += pretty.Len()
	d.start("details", class("record"))
	d.leaf("summary", d.in(words.RawRecord))
	d.leaf("pre", pretty.String())
	d.end("details")
}

func (l *itemList) reasons(item reports.Item) {
	d := l.d
	if item.Verdict != evidence.Exception {
		d.leaf("div", d.verdictText(item.Verdict), class("verdict"))
	}
	for _, r := range item.Reasons {
		d.leaf("div", d.cut(r.Text))
	}
	for _, o := range item.Observations {
		d.leaf("div", d.say(words.Labelled, d.in(words.Observation), d.cut(o.Text)), class("note"))
	}
	if item.Verdict == evidence.Exception {
		d.response(item.Response)
	}
}

// response is what management answered to an exception.
func (d *document) response(r *reports.Response) {
	if r == nil {
		return
	}
	d.start("div", class("response"))
	d.leaf("b", d.say(words.Labelled, d.in(words.Response), d.cut(r.Kind)))
	d.leaf("div", d.cut(r.Text))
	d.start("dl")
	for _, f := range words.ResponseFacts(r, d.p.Location) {
		d.start("div")
		d.leaf("dt", d.in(f.Title))
		d.leaf("dd", d.cut(f.Value))
		d.end("div")
	}
	d.end("dl")
	d.end("div")
}

// fields gives the fields that an item has, diffs last.
func (l *itemList) fields(item reports.Item) {
	d := l.d
	d.start("dl")
	for i, column := range l.c.Columns {
		if i >= len(item.Fields) || !item.Fields[i].Set || column.Type == reports.DiffColumn {
			continue
		}
		d.start("div")
		d.leaf("dt", column.Title)
		d.leaf("dd", d.cut(d.fieldText(column, item.Fields[i])))
		d.end("div")
	}
	d.end("dl")
	for i, column := range l.c.Columns {
		if i < len(item.Fields) && item.Fields[i].Set && column.Type == reports.DiffColumn {
			d.diff(item.Fields[i].Text)
		}
	}
}

// undecided lists the items without a verdict: the control is not evaluable
// because of them.
func (d *document) undecided(c *reports.Control) {
	whole := c.Counts.Pending + c.Counts.Undetermined
	if whole == 0 {
		return
	}
	d.leaf("h4", d.in(words.UndecidedHeading))
	shown := min(whole, d.listed)
	n := d.chosen(c, "u", d.in(words.UndecidedHeading), shown, func(item reports.Item) bool {
		return item.Verdict == evidence.Pending || item.Verdict == evidence.Undetermined
	})
	if n < shown {
		d.fail(fmt.Errorf("items of %s: %d without a verdict, the pack says %d", c.ID, n, whole))
	}
	if more := whole - shown; more > 0 {
		d.more(d.say(words.MoreInSheet, format.Count(more), c.ID))
	}
}

// observations counts the control's items by what was observed of them, and
// lists the first of those that are not listed already.
func (d *document) observations(c *reports.Control) {
	if len(c.Observations) == 0 {
		return
	}
	d.start("div", class("still"))
	d.leaf("h4", d.in(words.Observations))
	d.leaf("p", d.say(words.ObservationsMean, c.ID))
	d.reasonTable(words.Observations, words.Counts, c.Observations)
	d.end("div")
	if !slices.ContainsFunc(c.Observations, func(o reports.ReasonCount) bool { return o.N > 0 }) {
		return
	}
	listed := func(item reports.Item) bool {
		return item.Verdict == evidence.Exception || item.Verdict == evidence.Pending || item.Verdict == evidence.Undetermined
	}
	d.leaf("h4", d.in(words.ObservedHeading))
	n := d.chosen(c, "o", d.in(words.ObservedHeading), maxObserved, func(item reports.Item) bool { return len(item.Observations) > 0 && !listed(item) })
	if n == maxObserved {
		d.more(d.say(words.AtMostInSheet, format.Count(n), c.ID))
	}
}

// chosen lists the first items that are chosen, up to most of them, and returns
// how many. It reads no further than it must.
func (d *document) chosen(c *reports.Control, kind name, about string, most int64, choose func(reports.Item) bool) int64 {
	var l *itemList
	for item, err := range c.Items() {
		if err != nil {
			d.fail(fmt.Errorf("items of %s: %w", c.ID, err))
			break
		}
		if !choose(item) {
			continue
		}
		if l == nil {
			l = d.items(c, about, kind)
		}
		l.add(item)
		if l.n == most {
			break
		}
	}
	if l == nil {
		d.leaf("p", d.in(words.NoItems))
		return 0
	}
	l.close()
	return l.n
}
