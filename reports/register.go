package reports

import (
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// Register is a list across controls, by a group and month, in the pack's
// language: every self-merge of every repository, say.
type Register struct {
	ID      string // "self-merge"
	Title   string
	Sheet   string // a short name for its sheets in a workbook; empty: the title
	Text    string // what it lists, and how that relates to the results
	Group   string // what items are listed under: "Repository"
	Columns []RegisterColumn

	Labelled bool // some of its items have labels

	// Rows count the entries by group and month, in the order of the groups and
	// then of the months. A group has no row for a month in which it has no entry.
	Rows   []RegisterRow
	Totals []int64 // of the rows, one a column
	N      int64   // entries: the sum of the totals
	Groups int64   // groups among all items of the controls, those without an entry too

	// Entries iterates the entries in the order of time, from the beginning at
	// every call. A renderer refuses a register whose entries do not add up to
	// its totals.
	Entries func() iter.Seq2[RegisterEntry, error]

	Missing      []string // controls that it is about and that the pack does not have
	NotEvaluable []string // controls of the pack whose items it may lack: they are not evaluable
}

// RegisterColumn is a sort of entries.
type RegisterColumn struct {
	Title string
	From  []RegisterSource
}

// RegisterSource is what makes an item of a control an entry of a column.
type RegisterSource struct {
	Control string
	Text    string // the reason's or observation's heading
	Missing bool   // the pack does not have the control
}

// Missing reports whether the pack has none of the controls that the column is
// about: then it has no count, which is not a count of none.
func (c RegisterColumn) Missing() bool {
	return !slices.ContainsFunc(c.From, func(s RegisterSource) bool { return !s.Missing })
}

// RegisterRow counts a group's entries of a month.
type RegisterRow struct {
	Group  string
	Month  time.Time // its first midnight in the organisation's time zone
	Counts []int64   // one a column
}

// RegisterEntry is an item of a control in a column. An item that stands in two
// columns makes two entries.
type RegisterEntry struct {
	Time    time.Time
	Group   string
	Column  int // index into Columns
	Control string
	ItemID  string
	Label   string // what people call the item; may be empty
	Verdict evidence.Verdict
	Text    string // the reasons and observations that put it there, one a line
	Link    string // where the source shows it; may be empty
}

// SheetName is what the workbook's sheets of the register are called.
func (r *Register) SheetName() string {
	if r.Sheet != "" {
		return r.Sheet
	}
	return r.Title
}
