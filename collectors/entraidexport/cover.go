package entraidexport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// quiet is how long nothing may have happened at either end of a download for it
// still to reach over that time.
const quiet = time.Hour

// wholeDay is how long a window is in which there is something on any day; the
// shortest day is that on which clocks go forward.
const wholeDay = 23 * time.Hour

// rowLimits are the numbers of rows at which the admin centre cuts downloads.
var rowLimits = []int64{100_000, 250_000}

// coverage is what the files account for, by category.
type coverage struct {
	hours  map[string]map[time.Time]bool // hours of which there is a file, of the window and behind it
	loose  map[string][]evidence.Period  // from the first record of a loose file to its last
	cut    map[string][]download         // loose files that end where downloads are cut
	before map[string]bool               // there are files of hours long before the window, when it begins without one
	rooted map[string]bool               // there is a folder for its files
}

// download is a loose file that accounts for nothing.
type download struct {
	what  string
	reach evidence.Period
}

func (c *coverage) init() {
	c.hours, c.loose, c.cut = map[string]map[time.Time]bool{}, map[string][]evidence.Period{}, map[string][]download{}
	c.before, c.rooted = map[string]bool{}, map[string]bool{}
}

// wrote notes an hour of which there is a file.
func (c *coverage) wrote(category string, hour time.Time) {
	if c.hours[category] == nil {
		c.hours[category] = map[time.Time]bool{}
	}
	c.hours[category][hour.UTC()] = true
}

// account takes over what a part accounts for.
func (r *run) account(o file, f *facts) {
	if !o.hour.IsZero() {
		if o.category != "" && o.tenant == r.tenant {
			r.cover.wrote(o.category, o.hour)
		}
		for at := range f.held {
			if r.mine(at) {
				r.cover.rooted[at.category] = true
				r.cover.wrote(at.category, o.hour)
			}
		}
		return
	}
	for at, s := range f.held {
		if !r.mine(at) {
			continue
		}
		reach := evidence.Period{Start: s.first, End: s.last.Add(time.Nanosecond)}
		if f.shape != diagnostic && slices.Contains(rowLimits, f.rows) {
			what := fmt.Sprintf("%s (%d rows, from %s to %s)", f.name, f.rows, stamp(s.first), stamp(s.last))
			r.cover.cut[at.category] = append(r.cover.cut[at.category], download{what, reach})
			continue
		}
		r.cover.loose[at.category] = append(r.cover.loose[at.category], reach)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// expected lists the categories that the unit's records must be of: those that
// settings name, or else those that there are.
func (r *run) expected(l *layout) []string {
	for _, at := range l.roots {
		if at.category != "" && (at.tenant == r.tenant || at.tenant == "") {
			r.cover.rooted[at.category] = true
		}
	}
	var list []string
	for _, c := range r.kind.categories() {
		there := r.cover.rooted[c] || len(r.cover.loose[c]) > 0 || len(r.cover.cut[c]) > 0
		if r.settings.expects(c) || len(r.settings.Categories) == 0 && there {
			list = append(list, c)
		}
	}
	return list
}

// judgeCoverage tells, for each category that is expected, whether the files
// account for the window, and what of it not.
func (r *run) judgeCoverage(l *layout) {
	list := r.expected(l)
	if len(list) == 0 {
		r.finding(&r.tally.gaps, "nothing_exported", r.kind.name, "there are no files of "+strings.Join(r.kind.categories(), ", "))
	}
	partial := r.unit.Window.Duration() < wholeDay
	for _, c := range list {
		switch holes := r.holes(c); {
		case len(holes) == 0:
			r.cutShort(&r.tally.notes, c)
		case r.writtenWithin(c):
			r.cutShort(&r.tally.notes, c)
			if !partial && !r.settings.quiet(c) {
				r.judgeHours(c)
			}
		case r.cover.rooted[c] && (partial || r.settings.quiet(c)):
			r.finding(&r.tally.notes, "day_without_file", c, "")
		case r.cover.rooted[c]:
			r.finding(&r.tally.gaps, "day_without_file", c, "")
		case len(r.cover.loose[c]) > 0 || len(r.cover.cut[c]) > 0:
			for _, h := range holes {
				r.tally.gaps = append(r.tally.gaps, evidence.Finding{Code: "window_not_covered", Object: c, Window: h})
			}
			r.cutShort(&r.tally.gaps, c)
		default:
			r.finding(&r.tally.gaps, "category_missing", c, "")
		}
	}
	if len(r.settings.Categories) == 0 {
		for _, c := range r.kind.categories() {
			if len(list) > 0 && !slices.Contains(list, c) {
				r.finding(&r.tally.notes, "category_not_exported", c, "")
			}
		}
	}
}

// cutShort names the downloads of a category that are cut and reach into the window.
func (r *run) cutShort(to *[]evidence.Finding, category string) {
	for _, d := range r.cover.cut[category] {
		if d.reach.Overlaps(r.unit.Window) {
			r.finding(to, "download_cut", category, d.what)
		}
	}
}

// finding adds one that concerns the window.
func (r *run) finding(to *[]evidence.Finding, code, object, detail string) {
	*to = append(*to, evidence.Finding{Code: code, Object: object, Window: r.unit.Window, Detail: detail})
}

// holes are the parts of the window over which no loose file of a category reaches.
func (r *run) holes(category string) []evidence.Period {
	reach := slices.Clone(r.cover.loose[category])
	slices.SortFunc(reach, func(a, b evidence.Period) int { return a.Start.Compare(b.Start) })
	var out []evidence.Period
	at := r.unit.Window.Start
	for _, p := range reach {
		if start := p.Start.Add(-quiet); start.After(at) && start.Before(r.unit.Window.End) {
			out = append(out, evidence.Period{Start: at, End: p.Start})
		} else if !start.Before(r.unit.Window.End) {
			break
		}
		if end := p.End.Add(quiet); end.After(at) {
			at = end
		}
	}
	if at.Before(r.unit.Window.End) {
		out = append(out, evidence.Period{Start: at, End: r.unit.Window.End})
	}
	return out
}
