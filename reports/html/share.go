package html

import (
	"sort"

	"github.com/evidencepack/evidence/reports"
)

// How much the file shows: a browser opens some ten megabytes at once.
const (
	maxListed   = 2000    // exceptions of a control, and entries of a register
	maxInAll    = 6000    // exceptions of all controls
	maxChanges  = 1000    // changes of a control, by day
	maxObserved = 50      // items of a control that are shown for their notes alone
	maxRows     = 1000    // lines of any other table
	maxFindings = 300     // gaps, or notes, in one place
	maxText     = 2000    // characters of a field
	maxRecords  = 6 << 20 // bytes of raw records, indented, in all
)

// share is how many exceptions of each control are shown at most, so that they
// come to no more than maxInAll together: controls with few show all of theirs.
func share(controls []reports.Control) int64 {
	tooMany := sort.Search(maxListed, func(i int) bool {
		n := int64(0)
		for _, c := range controls {
			n += min(c.Counts.Exceptions, int64(i+1))
		}
		return n > maxInAll
	})
	return int64(max(tooMany, 1))
}
