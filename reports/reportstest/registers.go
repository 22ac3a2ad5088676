package reportstest

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// source is a code of a control; the pack may not have the control.
type source struct{ control, code string }

// registers are a large one, about a control that the pack lacks too, and a
// small one over two controls, of which one is not evaluable.
func (b builder) registers(controls []reports.Control) []reports.Register {
	gaps := reports.Register{
		ID: "log-gaps", Title: b.in("監査ログの停止・欠落一覧", "Stops and gaps of the audit log"),
		Text:  b.in("監査ログを停止した操作と、欠落のある収集単位を、アカウントごとに一覧にしたものである。いずれも各統制の例外事項である。", "Operations that stopped the audit log, and units of collection with gaps, by account. All of them are exceptions of their controls."),
		Group: b.in("アカウント", "Account"),
		Columns: []reports.RegisterColumn{
			{Title: b.in("停止", "Stops")}, {Title: b.in("欠落", "Gaps")},
		},
	}
	merges := reports.Register{
		ID: "self-merge", Title: b.in("自己マージ等一覧", "Self-merges and bypasses"),
		Text:  b.in("作成者本人によるマージ、承認のないマージ、保護設定の迂回及び直接プッシュを、リポジトリごとに一覧にしたものである。自己マージ自体は例外事項ではない（他者の承認がある場合を含む）。承認のないマージは CHG-01 の例外事項である。", "Merges by the author, merges without approval, bypasses of protection and direct pushes, by repository. A self-merge is not an exception by itself: another person may have approved it. Merges without approval are the exceptions of CHG-01."),
		Group: b.in("リポジトリ", "Repository"),
		Columns: []reports.RegisterColumn{
			{Title: b.in("自己マージ", "Self-merge")}, {Title: b.in("承認なしのマージ", "Unapproved merge")},
			{Title: b.in("保護設定の迂回", "Bypass of protection")}, {Title: b.in("直接プッシュ", "Direct push")},
		},
	}
	account := func(c *reports.Control, item reports.Item) string {
		if c.ID == "LOG-02" {
			return item.Fields[0].Text
		}
		return item.Fields[2].Text
	}
	repository := func(_ *reports.Control, item reports.Item) string { return item.Fields[0].Text }
	return []reports.Register{
		b.register(gaps, controls, account, [][]source{{{"LOG-01", "logging_stopped"}}, {{"LOG-02", "digest_missing"}}}),
		b.register(merges, controls, repository, [][]source{
			{{"CHG-01", "self_merge"}}, {{"CHG-01", "no_independent_approval"}}, {{"CHG-01", "bypass"}}, {{"CHG-05", "direct_push"}},
		}),
	}
}

// register fills in what follows from the controls' items.
func (b builder) register(r reports.Register, controls []reports.Control, group func(*reports.Control, reports.Item) string, from [][]source) reports.Register {
	var list []*reports.Control
	for i := range from {
		for _, s := range from[i] {
			at := slices.IndexFunc(controls, func(c reports.Control) bool { return c.ID == s.control })
			text := s.code
			if at < 0 {
				r.Missing = append(r.Missing, s.control)
			} else {
				c := &controls[at]
				for _, n := range slices.Concat(c.Reasons, c.Observations) {
					if n.Code == s.code {
						text = n.Text
					}
				}
				if !slices.Contains(list, c) {
					list = append(list, c)
				}
			}
			r.Columns[i].From = append(r.Columns[i].From, reports.RegisterSource{Control: s.control, Text: text, Missing: at < 0})
		}
	}
	for _, c := range list {
		r.Labelled = r.Labelled || c.Labelled
		if c.Result == evidence.NotEvaluable {
			r.NotEvaluable = append(r.NotEvaluable, c.ID)
		}
	}
	r.Entries = func() iter.Seq2[reports.RegisterEntry, error] { return entries(list, group, from) }
	count(&r, list, group)
	return r
}

// entries streams those of one control; of several they are few, and sorted.
func entries(list []*reports.Control, group func(*reports.Control, reports.Item) string, from [][]source) iter.Seq2[reports.RegisterEntry, error] {
	stream := func(c *reports.Control) iter.Seq2[reports.RegisterEntry, error] {
		return func(yield func(reports.RegisterEntry, error) bool) {
			for item := range c.Items() {
				for column := range from {
					if e, ok := entry(c, item, column, from[column]); ok {
						e.Group = group(c, item)
						if !yield(e, nil) {
							return
						}
					}
				}
			}
		}
	}
	if len(list) == 1 {
		return stream(list[0])
	}
	var all []reports.RegisterEntry
	for _, c := range list {
		for e := range stream(c) {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b reports.RegisterEntry) int { return a.Time.Compare(b.Time) })
	return func(yield func(reports.RegisterEntry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func entry(c *reports.Control, item reports.Item, column int, from []source) (reports.RegisterEntry, bool) {
	var texts []string
	for _, r := range slices.Concat(item.Reasons, item.Observations) {
		if slices.Contains(from, source{c.ID, r.Code}) {
			texts = append(texts, r.Text)
		}
	}
	return reports.RegisterEntry{
		Time: item.Time, Column: column, Control: c.ID, ItemID: item.ID, Label: item.Label, Verdict: item.Verdict, Link: item.Link, Text: strings.Join(texts, "\n"),
	}, len(texts) > 0
}

// count fills in the numbers.
func count(r *reports.Register, list []*reports.Control, group func(*reports.Control, reports.Item) string) {
	r.Totals = make([]int64, len(r.Columns))
	rows := map[string][]int64{}
	for e := range r.Entries() {
		if rows[e.Group] == nil {
			rows[e.Group] = make([]int64, len(r.Columns))
		}
		rows[e.Group][e.Column]++
		r.Totals[e.Column]++
		r.N++
	}
	for name, n := range rows {
		month := time.Date(2026, 10, 1, 0, 0, 0, 0, Location) // all items are of the period
		r.Rows = append(r.Rows, reports.RegisterRow{Group: name, Month: month, Counts: n})
	}
	slices.SortFunc(r.Rows, func(a, b reports.RegisterRow) int { return cmp.Compare(a.Group, b.Group) })
	groups := map[string]bool{}
	for _, c := range list {
		for item := range c.Items() {
			groups[group(c, item)] = true
		}
	}
	r.Groups = int64(len(groups))
}
