package delta

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
)

// TestMapping: whom a control serves is told where both sides are of a framework.
func TestMapping(t *testing.T) {
	of := func(items ...string) *controls.Framework {
		f := &controls.Framework{ID: "soc1"}
		for _, id := range items {
			f.Items = append(f.Items, controls.FrameworkItem{ID: id, Controls: []string{"ONE-01"}})
		}
		return f
	}
	j := func(f *controls.Framework) *judged {
		return &judged{tested: &evaluation.Control{ID: "ONE-01"}, control: &controls.Control{ID: "ONE-01"}, framework: f}
	}
	for _, tt := range []struct {
		before, after *controls.Framework
		want          []Change
	}{
		{of("CM-1", "CM-2"), of("CM-2", "CM-3"), []Change{{Mapping, "soc1", "CM-1, CM-2", "CM-2, CM-3"}}},
		{of("CM-1"), of("CM-1"), nil},
		{nil, of("CM-1"), nil},
	} {
		if d := cmp.Diff(tt.want, changes(j(tt.before), j(tt.after))); d != "" {
			t.Error(d)
		}
	}
}

func TestSources(t *testing.T) {
	side := func(list ...sealed.Source) Side { return Side{Results: &evaluation.Results{Sources: list}} }
	kept := sealed.Source{Name: "a", Driver: "d", Kinds: []string{"x", "y"}, Methods: []evidence.Method{evidence.SourceCount}}
	reordered := kept
	reordered.Kinds = []string{"y", "x"}
	fewer, other := kept, kept
	fewer.Kinds = []string{"x"}
	other.Name = "b"
	got := sources(side(kept, other), side(reordered, sealed.Source{Name: "c"}))
	if d := cmp.Diff([]Source{{"b", Gone, &other, nil}, {"c", New, nil, &sealed.Source{Name: "c"}}}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Source{{"a", Still, &kept, &fewer}}, sources(side(kept), side(fewer))); d != "" {
		t.Error(d)
	}
}
