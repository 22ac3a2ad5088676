package pipeline

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
)

// Things that change are read again by a run of another day, so that what was due
// by then is seen; a run that is repeated at once keeps them.
func TestWhatChangesIsReadAgain(t *testing.T) {
	r, f, clock := newForge(t)
	f.protected = true
	f.pulls["PR_1"] = pull{"acme/app", 1, september.Start.AddDate(0, 0, 9), 0}
	collectMonth(t, r, september)
	f.pulls["PR_1"] = pull{"acme/app", 1, september.Start.AddDate(0, 0, 9), 1}

	*clock = clock.Add(time.Hour)
	all, err := r.Collect(t.Context(), september, r.Library.Controls)
	if err != nil || all[0].Kept != 1 || all[0].Completed != 0 {
		t.Fatalf("an hour later: %+v, %v", all, err)
	}
	if d := cmp.Diff([]string{`CHG-02 exceptions_noted 1/1 PR_1`}, told(t, r, september, "CHG-02")); d != "" {
		t.Error(d)
	}
	*clock = clock.Add(24 * time.Hour)
	all, err = r.Collect(t.Context(), september, r.Library.Controls)
	if err != nil || all[0].Kept != 0 || all[0].Completed != 1 {
		t.Fatalf("a day later: %+v, %v", all, err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`CHG-02 effective 0/1`}, told(t, r, september, "CHG-02")); d != "" {
		t.Error(d)
	}
}

// A repository that is renamed in the period is the same one: what was read under
// its old name is not missing under the new one.
func TestARenamedScopeIsTheSame(t *testing.T) {
	for _, tt := range []struct {
		name        string
		first, then evidence.Scope
		want        string
	}{
		{"renamed", evidence.Scope{"repository": "acme/old", "id": "R_1"}, evidence.Scope{"repository": "acme/new", "id": "R_1"}, "CHG-02 effective 0/1"},
		{"another", evidence.Scope{"repository": "acme/old", "id": "R_1"}, evidence.Scope{"repository": "acme/new", "id": "R_2"}, "CHG-02 not_evaluable 0/1"},
	} {
		r, f, clock := newForge(t)
		f.pulls["PR_1"] = pull{"acme/app", 1, september.Start.AddDate(0, 0, 3), 1}
		f.scope = tt.first
		*clock = september.Start.AddDate(0, 0, 10)
		collectMonth(t, r, evidence.Period{Start: september.Start, End: september.Start.AddDate(0, 0, 9)})
		f.scope = tt.then
		*clock = september.End.Add(30 * time.Hour)
		collectMonth(t, r, september)
		if d := cmp.Diff([]string{tt.want}, told(t, r, september, "CHG-02")); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// A kind that the source, as configured, does not give makes what rests on it not
// evaluable, unless the control can do without.
func TestAKindThatIsNotGiven(t *testing.T) {
	for _, tt := range []struct{ optional, want string }{
		{"", "CHG-01 not_evaluable 0/1"},
		{", optional: true", "CHG-01 effective 0/1"},
	} {
		r, f, _ := newForge(t)
		layer := maps.Clone(forgeControls)
		text := strings.Replace(string(layer["CHG-01/control.yaml"].Data), "window: {before: 31d, after: 31d}", "window: {before: 31d, after: 31d}"+tt.optional, 1)
		layer["CHG-01/control.yaml"] = &fstest.MapFile{Data: []byte(text)}
		lib, err := controls.Load(layer)
		if err != nil {
			t.Fatal(err)
		}
		r.Library, f.bare = lib, true
		f.pulls["PR_1"] = pull{"acme/app", 1, september.Start.AddDate(0, 0, 3), 1}
		collectMonth(t, r, september)
		if d := cmp.Diff([]string{tt.want, "CHG-02 effective 0/1", "CHG-03 not_evaluable 0/0"}, told(t, r, september)); d != "" {
			t.Errorf("%q: %s", tt.optional, d)
		}
	}
}
