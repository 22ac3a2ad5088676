package pack

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/reports"
)

// registersOf are the registers that list items of any of the tested controls.
func registersOf(library *controls.Library, r *evaluation.Results) []*controls.Register {
	tested := map[string]bool{}
	for _, c := range r.Controls {
		tested[c.ID] = true
	}
	var list []*controls.Register
	for _, register := range library.Registers {
		if slices.ContainsFunc(register.ControlIDs(), func(id string) bool { return tested[id] }) {
			list = append(list, register)
		}
	}
	return list
}

// registered is one control of a register: its items, and which codes put them
// into which columns.
type registered struct {
	control *controls.Control
	tested  *evaluation.Control
	columns map[string][]int // by code, in the order of the columns
}

// register turns a register into what the renderers draw. It holds counts, one
// for each group and month, and no items: entries are read anew each time.
func (c *contents) register(r *controls.Register) (reports.Register, error) {
	out := reports.Register{
		ID: r.ID, Title: c.in(r.Title), Sheet: c.in(r.Sheet), Text: c.in(r.Text), Group: c.in(r.Group.Title),
		Totals: make([]int64, len(r.Columns)),
	}
	list := c.registered(r)
	for _, id := range r.ControlIDs() {
		i := slices.IndexFunc(list, func(x registered) bool { return x.control.ID == id })
		switch {
		case i < 0:
			out.Missing = append(out.Missing, id)
		case list[i].tested.Result == evidence.NotEvaluable:
			out.NotEvaluable = append(out.NotEvaluable, id)
		}
	}
	for _, x := range list {
		out.Labelled = out.Labelled || x.control.Label != ""
	}
	for _, col := range r.Columns {
		out.Columns = append(out.Columns, c.registerColumn(col, list))
	}
	out.Entries = func() iter.Seq2[reports.RegisterEntry, error] { return c.entries(list, func(string) {}) }
	return out, c.countEntries(&out, list)
}

// registered finds the controls of a register that were tested.
func (c *contents) registered(r *controls.Register) []registered {
	var list []registered
	for _, id := range r.ControlIDs() {
		i := slices.IndexFunc(c.results.Controls, func(t evaluation.Control) bool { return t.ID == id })
		ctl, err := c.library.Find(id)
		if i < 0 || err != nil {
			continue
		}
		x := registered{control: ctl, tested: &c.results.Controls[i], columns: map[string][]int{}}
		for n, col := range r.Columns {
			for _, from := range col.From {
				if from.Control == id {
					x.columns[from.Code] = append(x.columns[from.Code], n)
				}
			}
		}
		list = append(list, x)
	}
	return list
}

func (c *contents) registerColumn(col controls.RegisterColumn, list []registered) reports.RegisterColumn {
	out := reports.RegisterColumn{Title: c.in(col.Title)}
	for _, from := range col.From {
		source := reports.RegisterSource{Control: from.Control, Text: from.Code, Missing: true}
		for _, x := range list {
			if x.control.ID == from.Control {
				source.Text, source.Missing = x.control.ReasonForm(from.Code, c.manifest.Lang), false
			}
		}
		out.From = append(out.From, source)
	}
	return out
}

// countEntries goes through the items once and counts the entries by group and
// month, and the groups.
func (c *contents) countEntries(r *reports.Register, list []registered) error {
	type key struct {
		group string
		month time.Time
	}
	groups := map[string]bool{}
	counts := map[key][]int64{}
	for e, err := range c.entries(list, func(group string) { groups[group] = true }) {
		if err != nil {
			return err
		}
		y, m, _ := c.within(e.Time).In(c.location).Date()
		k := key{e.Group, time.Date(y, m, 1, 0, 0, 0, 0, c.location)}
		if counts[k] == nil {
			counts[k] = make([]int64, len(r.Columns))
		}
		counts[k][e.Column]++
		r.Totals[e.Column]++
		r.N++
	}
	for k, n := range counts {
		r.Rows = append(r.Rows, reports.RegisterRow{Group: k.group, Month: k.month, Counts: n})
	}
	slices.SortFunc(r.Rows, func(a, b reports.RegisterRow) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), a.Month.Compare(b.Month))
	})
	r.Groups = int64(len(groups))
	return nil
}

// within is a time of the period: settings are read after it, and are counted in
// its last month.
func (c *contents) within(t time.Time) time.Time {
	p := c.results.Period
	switch {
	case t.Before(p.Start):
		return p.Start
	case !t.Before(p.End):
		return p.End.Add(-time.Nanosecond)
	}
	return t
}

// entries yields the entries of the controls' items in the order of time, and
// tells seen of the group of every item.
func (c *contents) entries(list []registered, seen func(group string)) iter.Seq2[reports.RegisterEntry, error] {
	return func(yield func(reports.RegisterEntry, error) bool) {
		for from, item := range merged(list) {
			if from.err != nil {
				yield(reports.RegisterEntry{}, from.err)
				return
			}
			group := item.Group
			if group == "" {
				group = c.in(evidence.Text{JA: "（なし）", EN: "(none)"})
			}
			seen(group)
			for _, e := range c.entriesOf(from.registered, item, group) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// entriesOf are an item's entries, in the order of the columns. The reasons of
// an item that is pending are not yet so.
func (c *contents) entriesOf(x registered, item evaluation.Item, group string) []reports.RegisterEntry {
	found := item.Observations
	if item.Verdict == evidence.Exception {
		found = slices.Concat(item.Reasons, item.Observations)
	}
	texts := map[int][]string{}
	for _, reason := range found {
		for _, column := range x.columns[reason.Code] {
			texts[column] = append(texts[column], x.control.ReasonTextIn(reason, c.manifest.Lang, c.location))
		}
	}
	var entries []reports.RegisterEntry
	for column, lines := range texts {
		entries = append(entries, reports.RegisterEntry{
			Time: item.Time, Group: group, Column: column, Control: x.control.ID, ItemID: item.ID, Label: item.Label,
			Verdict: item.Verdict, Text: strings.Join(lines, "\n"), Link: item.Link,
		})
	}
	slices.SortFunc(entries, func(a, b reports.RegisterEntry) int { return cmp.Compare(a.Column, b.Column) })
	return entries
}

// origin is whose item was read, or why none could be.
type origin struct {
	registered
	err error
}

// merged yields the items of several controls in the order of their times, as
// far as each control has its own in it, and of equal times in the order of the
// controls. It holds one item of each.
func merged(list []registered) iter.Seq2[origin, evaluation.Item] {
	return func(yield func(origin, evaluation.Item) bool) {
		type head struct {
			from registered
			item evaluation.Item
			next func() (evaluation.Item, error, bool)
		}
		var heads []*head
		advance := func(h *head) error {
			item, err, ok := h.next()
			if !ok {
				heads = slices.DeleteFunc(heads, func(o *head) bool { return o == h })
			}
			h.item = item
			return err
		}
		for _, x := range list {
			next, stop := iter.Pull2(x.tested.Items())
			defer stop()
			h := &head{from: x, next: next}
			heads = append(heads, h)
			if err := advance(h); err != nil {
				yield(origin{err: err}, evaluation.Item{})
				return
			}
		}
		for len(heads) > 0 {
			first := slices.MinFunc(heads, func(a, b *head) int { return a.item.Time.Compare(b.item.Time) })
			if !yield(origin{registered: first.from}, first.item) {
				return
			}
			if err := advance(first); err != nil {
				yield(origin{err: err}, evaluation.Item{})
				return
			}
		}
	}
}
