package entraidexport

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// tally counts a unit while it is read.
type tally struct {
	files, sound         int64            // that hold records of the unit, or may
	bytes                int64            // of them, inflated
	read, within, kept   int64            // records of the kind and tenant: in the files, in the window, wanted
	keptFor              map[string]int64 // by Selection.For
	order                []string         // its keys, sorted
	duplicates, versions int64
	left                 map[string]int64 // records of categories that are not read
	gaps, notes          []evidence.Finding
}

func (t *tally) init(want []evidence.Selection) {
	t.keptFor, t.left = map[string]int64{}, map[string]int64{}
	for _, s := range want {
		t.order = append(t.order, s.For)
	}
	slices.Sort(t.order)
	t.order = slices.Compact(t.order)
}

func (t *tally) gap(code, object, detail string) {
	t.gaps = append(t.gaps, evidence.Finding{Code: code, Object: object, Detail: detail})
}

func (t *tally) note(code, object, detail string) {
	t.notes = append(t.notes, evidence.Finding{Code: code, Object: object, Detail: detail})
}

func (t *tally) keep(k *kept) {
	t.kept++
	for _, f := range k.fors {
		t.keptFor[f]++
	}
}

// judge counts a file and says what is wrong with it, as far as it concerns the unit.
func (r *run) judge(f *reading) {
	r.tally.within += f.within
	concerned, sound := false, true
	for _, p := range f.parts {
		r.account(f.file, p)
		if f.file.category == "" && !p.concerns(r.kind.name) {
			continue
		}
		concerned = true
		sound = sound && p.sound()
		r.tally.bytes += p.origin.Size
		r.judgePart(f.file, p)
	}
	if concerned {
		r.tally.files++
		if sound {
			r.tally.sound++
		}
	}
}

func (r *run) judgePart(o file, p *facts) {
	for _, g := range p.gaps {
		if g.Code == "file_unreadable" {
			g.Detail += r.needed()
		}
		r.tally.gaps = append(r.tally.gaps, g)
	}
	for _, c := range slices.Sorted(maps.Keys(p.left)) {
		if o.category != "" {
			r.tally.gap("category_misplaced", p.name, fmt.Sprintf("%d records are of category %s, which is not read", p.left[c], clip(c)))
		} else {
			r.tally.left[c] += p.left[c]
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(p.held), func(a, b slot) int {
		return cmp.Or(strings.Compare(a.tenant, b.tenant), strings.Compare(a.category, b.category))
	}) {
		s := p.held[at]
		c, _ := categoryNamed(at.category)
		switch {
		case o.category != "" && c.kind != r.kind.name:
			r.tally.gap("category_misplaced", p.name, fmt.Sprintf("%d records are of category %s, which is not looked for there", s.n, at.category))
		case c.kind != r.kind.name:
		case at.tenant == "" && len(r.tenants) != 1:
			r.tally.gap("tenant_undetermined", p.name, fmt.Sprintf("%d records of category %s", s.n, at.category))
		case at.tenant != "" && !slices.Contains(r.tenants, at.tenant):
			r.tally.gap("tenant_unexpected", p.name, fmt.Sprintf("%d records of tenant %s", s.n, clip(at.tenant)))
		case r.ours(at.tenant):
			r.tally.read += s.n
			r.judgeSpan(o, p, at, s)
		}
	}
}

// judgeSpan looks at records of the unit's tenant and kind.
func (r *run) judgeSpan(o file, p *facts, at slot, s *span) {
	if s.unsure > 0 {
		r.tally.note("sign_in_type_unknown", p.name, "taken for "+at.category)
	}
	if p.shape == tabular && r.kind.name == DirectoryAudit {
		r.tally.note("audit_csv", p.name, "")
	}
	if o.hour.IsZero() || !r.unit.Window.Contains(o.hour) {
		return
	}
	// Who looks for records of a day reads the files of the hours around it: those
	// that lie further apart are met by nobody.
	apart := ""
	if s.first.Before(r.unit.Window.Start) && !o.hour.Before(r.dayEnd(s.first).Add(r.kind.late)) {
		apart = "a record of " + stamp(s.first)
	}
	if !s.last.Before(o.hour.Add(2 * early)) {
		apart = "a record of " + stamp(s.last)
	}
	switch {
	case apart == "":
	case r.kind.few:
		r.tally.note("written_far_apart", p.name, apart)
	default:
		r.tally.gap("written_far_apart", p.name, apart)
	}
}

// dayEnd is when the day of an earlier time ends, as far as days have 24 hours.
func (r *run) dayEnd(t time.Time) time.Time {
	const day = 24 * time.Hour
	start := r.unit.Window.Start
	return start.Add(-(start.Sub(t) - 1) / day * day)
}

// needed names the permission that reading a file needs.
func (r *run) needed() string {
	for _, p := range r.Permissions(r.kind.name) {
		if p.Name == "s3:GetObject" {
			return "; needed: s3:GetObject on " + p.Resource
		}
	}
	return ""
}

// claim sums up the unit: what the listings named was read to its end, and files
// account for the window, or the gaps say what is missing.
func (r *run) claim(l *layout) evidence.Claim {
	r.judgeCoverage(l)
	c := evidence.Claim{
		Kind: r.kind.name, Method: evidence.PagesExhausted, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "files", Expected: r.tally.files, Found: r.tally.sound,
		Counts: r.counts(), Gaps: sorted(r.tally.gaps), Notes: r.notes(l),
	}
	if c.Gaps == nil {
		c.Gaps = []evidence.Finding{}
	}
	return c
}

func (r *run) counts() []evidence.Count {
	t := &r.tally
	out := []evidence.Count{
		{Code: "files_read", N: t.sound},
		{Code: "bytes_inflated", N: t.bytes},
		{Code: "records_read", N: t.read},
		{Code: "records_outside_window", N: t.read - t.within},
		{Code: "records_kept", N: t.kept},
	}
	for _, f := range t.order {
		out = append(out, evidence.Count{Code: "records_kept", For: f, N: t.keptFor[f]})
	}
	return append(out, evidence.Count{Code: "duplicates", N: t.duplicates}, evidence.Count{Code: "versions", N: t.versions})
}

func (r *run) notes(l *layout) []evidence.Finding {
	t := &r.tally
	t.note("no_integrity_proof", r.Location(), "")
	if r.kind.name == RiskyUser {
		t.note("changes_only", r.tenant, "")
	}
	for _, c := range slices.Sorted(maps.Keys(t.left)) {
		t.note("category_not_read", clip(c), fmt.Sprintf("%d records", t.left[c]))
	}
	if r.kind.name == SignIn {
		for _, name := range l.other {
			if strings.HasSuffix(name, "signinlogs") {
				t.note("container_not_read", name, "")
			}
		}
	}
	return sorted(t.notes)
}

// sorted orders findings and names each once.
func sorted(list []evidence.Finding) []evidence.Finding {
	slices.SortStableFunc(list, func(a, b evidence.Finding) int {
		return cmp.Or(a.Window.Start.Compare(b.Window.Start), strings.Compare(a.Object, b.Object), strings.Compare(a.Code, b.Code), strings.Compare(a.Detail, b.Detail))
	})
	return slices.Compact(list)
}
