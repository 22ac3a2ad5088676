package m365

import (
	"slices"

	"github.com/evidencepack/evidence"
)

// tally counts what was read.
type tally struct {
	Read    int64              `json:"read"`
	Kept    int64              `json:"kept"`
	KeptFor map[string]int64   `json:"kept_for,omitempty"`
	Gaps    []evidence.Finding `json:"gaps,omitempty"`
	Notes   []evidence.Finding `json:"notes,omitempty"`
}

// add takes another's figures.
func (t *tally) add(o tally) {
	t.Read += o.Read
	t.Kept += o.Kept
	for who, n := range o.KeptFor {
		t.kept(who, n)
	}
	for _, f := range o.Gaps {
		t.gap(f)
	}
	for _, f := range o.Notes {
		t.note(f)
	}
}

func (t *tally) kept(who string, n int64) {
	if t.KeptFor == nil {
		t.KeptFor = map[string]int64{}
	}
	t.KeptFor[who] += n
}

// gap notes that something is missing. The same thing is named once.
func (t *tally) gap(f evidence.Finding) {
	if !slices.Contains(t.Gaps, f) {
		t.Gaps = append(t.Gaps, f)
	}
}

// note notes what a reader must know although nothing is missing.
func (t *tally) note(f evidence.Finding) {
	if !slices.Contains(t.Notes, f) {
		t.Notes = append(t.Notes, f)
	}
}

// claim says how complete the unit is: its list of records was read to its end.
func (r *run) claim() evidence.Claim {
	t := r.at.Tally
	c := evidence.Claim{
		Kind: AuditRecord, Method: evidence.PagesExhausted, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "lists_read", Expected: 1, Found: 1,
		Counts: []evidence.Count{{Code: "records_read", N: t.Read}, {Code: "records_kept", N: t.Kept}},
		Gaps:   append([]evidence.Finding{}, t.Gaps...),
		Notes:  t.Notes,
	}
	if len(c.Gaps) > 0 {
		c.Found = 0
	}
	var fors []string
	for _, s := range r.unit.Want {
		fors = append(fors, s.For)
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "records_kept", For: f, N: t.KeptFor[f]})
	}
	return c
}
