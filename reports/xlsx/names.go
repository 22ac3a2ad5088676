package xlsx

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxSheetName is the most UTF-16 code units that Excel allows in a sheet's name.
const maxSheetName = 31

// sheetNames are the names of a workbook's sheets.
type sheetNames struct {
	cover, summary, matrix, exceptions, ipe, coverage, months, hashes string // months: empty without a window

	sampling, samples string // empty: the pack is from before there were samples
	delta             string // empty: there is none
	redaction         string // empty: the pack holds the originals

	registers []registerSheet // in the pack's order

	controls []string          // in the pack's order; behind a control's sheet stands that of its changes
	changes  map[string]string // control → the sheet of its changes by day, where it tells of changes
	byID     map[string]string // control → its first sheet
	taken    map[string]bool   // in lower case: Excel's names differ by more than case
}

// registerSheet is where a register stands. Its list has a sheet of its own where
// the counts are too many to stay in sight above it.
type registerSheet struct{ counts, list string }

func nameSheets(p *reports.Pack) sheetNames {
	n := sheetNames{byID: map[string]string{}, changes: map[string]string{}, taken: map[string]bool{}}
	n.cover = n.take(words.Cover.In(p.Lang))
	n.summary = n.take(words.Summary.In(p.Lang))
	n.matrix = n.take(words.ControlMatrix.In(p.Lang))
	n.exceptions = n.take(words.ExceptionList.In(p.Lang))
	if p.Delta != nil {
		n.delta = n.take(words.DeltaSheet.In(p.Lang))
	}
	for _, r := range p.Registers {
		n.registers = append(n.registers, registerSheet{counts: n.take(r.SheetName())})
	}
	n.ipe = n.take(words.IPE.In(p.Lang))
	n.coverage = n.take(words.Coverage.In(p.Lang))
	if p.Window != nil {
		n.months = n.take(words.ResultsByMonth.In(p.Lang))
	}
	n.nameSamples(p)
	for i := range p.Controls {
		c := &p.Controls[i]
		name := n.take(c.ID)
		n.controls = append(n.controls, name)
		if c.DiffColumn() >= 0 {
			n.changes[c.ID] = n.takeWith(c.ID, words.ChangesSheet.In(p.Lang))
			n.controls = append(n.controls, n.changes[c.ID])
		}
		if _, twice := n.byID[c.ID]; !twice {
			n.byID[c.ID] = name
		}
	}
	if p.Redaction != nil {
		n.redaction = n.take(words.Redaction.In(p.Lang))
	}
	n.hashes = n.take(words.Hashes.In(p.Lang))
	return n
}

func (n *sheetNames) nameSamples(p *reports.Pack) {
	if p.Sampling.Method != "" {
		n.sampling, n.samples = n.take(words.Sampling.In(p.Lang)), n.take(words.Samples.In(p.Lang))
	}
}

// order lists the sheets as they stand in the workbook.
func (n sheetNames) order() []string {
	names := []string{n.cover, n.summary, n.matrix, n.exceptions}
	if n.delta != "" {
		names = append(names, n.delta)
	}
	for _, r := range n.registers {
		names = append(names, r.counts)
		if r.list != "" {
			names = append(names, r.list)
		}
	}
	names = slices.Concat(names, []string{n.ipe, n.coverage, n.months, n.sampling, n.samples}, n.controls, []string{n.redaction, n.hashes})
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// take makes a name that Excel accepts and no other sheet has.
func (n sheetNames) take(want string) string { return n.takeWith(want, "") }

// takeWith makes a name that ends with the suffix, however long want is.
func (n sheetNames) takeWith(want, suffix string) string {
	name := legalSheetName(want, suffix)
	for i := 2; n.taken[strings.ToLower(name)]; i++ {
		name = legalSheetName(want, fmt.Sprintf("%s (%d)", suffix, i))
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// legalSheetName replaces what a sheet's name may not hold and cuts it so that
// it and the suffix fit.
func legalSheetName(s, suffix string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return '_'
		}
		return r
	}, visible.Line(s, nil))
	s = strings.TrimSpace(s)
	if s == "" {
		s = "_"
	}
	if strings.EqualFold(s, "History") { // Excel keeps this name for itself
		s += "_"
	}
	return cutUTF16(s, maxSheetName-lenUTF16(suffix)) + suffix
}

// cutUTF16 returns the longest prefix of s, in whole characters, of at most n
// UTF-16 code units.
func cutUTF16(s string, n int) string {
	units := 0
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units > n {
			return s[:i]
		}
	}
	return s
}

// lenUTF16 counts the UTF-16 code units of valid UTF-8.
func lenUTF16(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// reference is the location of a cell for a link: 'CHG-01'!A12.
func reference(sheet, cell string) string {
	return "'" + strings.ReplaceAll(sheet, "'", "''") + "'!" + cell
}
