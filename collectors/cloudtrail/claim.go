package cloudtrail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

const (
	// lateAfter is when a delivery is worth a note.
	lateAfter = time.Hour
	// maxSkew is how far our clock may be from the store's.
	maxSkew = 5 * time.Minute
)

// tally counts a unit while it is read.
type tally struct {
	files, read, inflated int64 // log files read, of them to their ends, bytes
	events, kept          int64
	keptFor               map[string]int64 // by Selection.For
	order                 []string         // its keys, in the order of the selections
	fors                  []string         // of each selection
	outside, duplicates   int64
	late                  int64
	latest                time.Duration
	skew                  time.Duration // the largest seen
	gaps                  []evidence.Finding
}

func (t *tally) init(want []evidence.Selection) {
	t.keptFor = map[string]int64{}
	for _, s := range want {
		t.fors = append(t.fors, s.For)
		if !slices.Contains(t.order, s.For) {
			t.order = append(t.order, s.For)
		}
	}
	slices.Sort(t.order)
}

func (t *tally) gap(code, object, detail string) {
	t.gaps = append(t.gaps, evidence.Finding{Code: code, Object: object, Detail: detail})
}

func (t *tally) add(f *logFile) {
	t.files++
	t.inflated += f.origin.Size
	t.events += f.events
	if f.whole {
		t.read++
	}
	t.gaps = append(t.gaps, f.gaps...)
}

func (t *tally) clock(skew time.Duration) { t.skew = max(t.skew, skew.Abs()) }

func (t *tally) keep(f *logFile, w wanted, period evidence.Period) {
	t.kept++
	var counted []string
	for _, i := range w.who {
		if name := t.fors[i]; !slices.Contains(counted, name) {
			counted = append(counted, name)
			t.keptFor[name]++
		}
	}
	if !period.Contains(w.Time) {
		t.outside++
	}
	if d := f.Delivered.Sub(w.Time); d > lateAfter {
		t.late++
		t.latest = max(t.latest, d)
	}
}

// claim says how complete the unit is.
func (r *run) claim() evidence.Claim {
	c := evidence.Claim{
		Kind: EventKind, Method: evidence.DigestChain, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "hourly_digests", Expected: r.proof.expected, Found: r.proof.found,
		Gaps: slices.Concat(r.proof.gaps, r.tally.gaps), Notes: r.notes(),
	}
	if r.settings.Digests == digestsAbsent {
		c.Method, c.Unit = evidence.PagesExhausted, "log_files"
		c.Expected, c.Found = r.tally.files, r.tally.read
	}
	c.Counts = r.counts()
	slices.SortStableFunc(c.Gaps, func(a, b evidence.Finding) int {
		return cmp.Or(a.Window.Start.Compare(b.Window.Start), strings.Compare(a.Object, b.Object), strings.Compare(a.Code, b.Code))
	})
	if c.Gaps == nil {
		c.Gaps = []evidence.Finding{}
	}
	return c
}

func (r *run) counts() []evidence.Count {
	t := &r.tally
	var out []evidence.Count
	if r.settings.Digests != digestsAbsent {
		out = append(out, evidence.Count{Code: "digests", N: r.proof.digests},
			evidence.Count{Code: "log_files_listed", N: int64(len(r.proof.listed) + len(r.proof.strays))})
	}
	out = append(out,
		evidence.Count{Code: "log_files_read", N: t.read},
		evidence.Count{Code: "bytes_inflated", N: t.inflated},
		evidence.Count{Code: "events_read", N: t.events},
		evidence.Count{Code: "events_kept", N: t.kept},
	)
	for _, name := range t.order {
		out = append(out, evidence.Count{Code: "events_kept", For: name, N: t.keptFor[name]})
	}
	return append(out,
		evidence.Count{Code: "events_outside_period", N: t.outside},
		evidence.Count{Code: "duplicates", N: t.duplicates},
	)
}

func (r *run) notes() []evidence.Finding {
	notes := slices.Clone(r.proof.notes)
	add := func(code, object, detail string) {
		notes = append(notes, evidence.Finding{Code: code, Object: object, Detail: detail})
	}
	if r.settings.Digests == digestsAbsent {
		add("no_integrity_proof", r.place.String(), "")
	}
	if skew := max(r.tally.skew, r.proof.skew.Abs()); skew > maxSkew {
		add("clock_skew", r.Location(), fmt.Sprintf("this machine's clock and the archive's differ by %s", skew.Round(time.Second)))
	}
	if r.tally.late > 0 {
		add("late_delivery", r.place.String(), fmt.Sprintf("%d kept events were delivered more than %s after they happened, at most %s", r.tally.late, lateAfter, r.tally.latest.Round(time.Minute)))
	}
	return notes
}

// hashed reports whether the file's hash is over all of its inflated bytes,
// although what they mean could not be read to the end.
func (l *logFile) hashed() bool {
	return slices.ContainsFunc(l.gaps, func(g evidence.Finding) bool { return g.Code == "log_malformed" })
}

// compare checks the file's hash.
func (l *logFile) compare(with listing) {
	if l.origin.SHA256 != "" && !strings.EqualFold(l.origin.SHA256, with.Hash) {
		l.gap("log_hash_mismatch", fmt.Sprintf("its SHA-256 is %s, %s lists %s", l.origin.SHA256, with.Digest, with.Hash))
	}
}
