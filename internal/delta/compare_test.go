package delta

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// compared compares the two and takes the one control out.
func compared(t *testing.T, before, after rules, x, y archive) *Control {
	t.Helper()
	return deltaOf(t, before, after, x, y).one(t)
}

func (d *Delta) one(t *testing.T) *Control {
	t.Helper()
	if len(d.Controls) != 1 {
		t.Fatalf("%d controls", len(d.Controls))
	}
	return &d.Controls[0]
}

func deltaOf(t *testing.T, before, after rules, x, y archive) *Delta {
	t.Helper()
	earlier, _, _ := before.side(t, x, "")
	later, view, want := after.side(t, y, "")
	d, err := Compare(t.Context(), earlier, later, view, want)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told is what a delta says of a control, short.
func told(c *Control) []string {
	lines := []string{fmt.Sprintf("%s %s → %s %s", c.Before.Result, n(c.Before), c.After.Result, n(c.After))}
	for _, s := range c.Steps {
		by := "parameters"
		if s.EarlierRules {
			by = "rules"
		}
		lines = append(lines, fmt.Sprintf("by the earlier %s: %s %s", by, s.Result, n(&s.State)))
	}
	lines = append(lines, fmt.Sprintf("result %v, outcome %v", c.ResultCauses, c.Causes))
	for _, e := range c.Exceptions {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Presence, e.ID, e.Cause, e.Now)))
		if e.Absent {
			lines[len(lines)-1] += " absent"
		}
	}
	return lines
}

func n(s *State) string { return fmt.Sprintf("%d/%d", s.Counts.Exceptions, s.Counts.Total) }

// TestAttribution: each cause alone, and together.
func TestAttribution(t *testing.T) {
	sept, oct := items(september, `a {"n": 11}`, `b {"n": 1}`), items(october, `c {"n": 12}`, `b {"n": 20}`)
	lenient := strings.Replace(policyRego, "input.params.limit", "input.params.limit * 2", 1)
	nothing := strings.Replace(policyRego, "input.params.limit", "1000", 1)
	for name, tt := range map[string]struct {
		before, after rules
		x, y          archive
		want          []string
		changes       []string
		undivided     Undivided
	}{
		"nothing": {x: sept, y: sept, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 1/2", "result [], outcome []", "still a",
		}},
		"the target alone": {x: sept, y: oct, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 2/2", "result [], outcome [target]", "new c target", "new b target", "gone a target",
		}},
		"its result": {x: sept, y: items(october, `a {"n": 1}`), want: []string{
			"exceptions_noted 1/2 → effective 0/1", "result [target], outcome [target]", "gone a target pass",
		}},
		"the rules alone": {after: rules{policy: lenient}, x: sept, y: sept, changes: []string{"policy policy.rego"}, want: []string{
			"exceptions_noted 1/2 → effective 0/2", "by the earlier rules: exceptions_noted 1/2", "result [rules], outcome [rules]", "gone a rules pass",
		}},
		"the rules, to no effect": {after: rules{policy: policyRego + "# a remark\n"}, x: sept, y: sept, changes: []string{"policy policy.rego"}, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 1/2", "by the earlier rules: exceptions_noted 1/2", "result [], outcome []", "still a",
		}},
		"the parameters alone": {after: rules{params: map[string]any{"limit": uint64(15)}}, x: sept, y: oct, changes: []string{"parameter limit"}, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 1/2", "by the earlier parameters: exceptions_noted 2/2", "result [], outcome [target parameters]",
			"new b target", "gone a target",
		}},
		"stricter parameters": {after: rules{params: map[string]any{"limit": uint64(0)}}, x: sept, y: sept, changes: []string{"parameter limit"}, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 2/2", "by the earlier parameters: exceptions_noted 1/2", "result [], outcome [parameters]",
			"new b parameters", "still a",
		}},
		"all at once": {after: rules{policy: lenient, params: map[string]any{"limit": uint64(5)}}, x: sept, y: items(october, `a {"n": 11}`, `c {"n": 12}`, `d {"n": 1}`),
			changes: []string{"policy policy.rego", "parameter limit"}, want: []string{
				"exceptions_noted 1/2 → exceptions_noted 2/3", "by the earlier rules: exceptions_noted 2/3", "by the earlier parameters: effective 0/3",
				"result [rules parameters], outcome [target rules parameters]", "new c target", "still a",
			}},
		"a result that rules alone keep": {after: rules{policy: nothing}, x: items(september, `b {"n": 1}`), y: oct, changes: []string{"policy policy.rego"}, want: []string{
			"effective 0/1 → effective 0/2", "by the earlier rules: exceptions_noted 2/2", "result [target rules], outcome [target rules]",
		}},
		"texts": {after: rules{control: strings.Replace(controlYAML, "en: Title", "en: Other", 1)}, x: sept, y: sept, changes: []string{"text title"}, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 1/2", "result [], outcome []", "still a",
		}},
		"the definition": {after: rules{control: strings.Replace(controlYAML, "kind: test.item", "kind: test.item, where: [{kept: ['true']}]", 1)}, x: sept, y: sept,
			changes: []string{"definition population"}, want: []string{
				"exceptions_noted 1/2 → no_occurrence 0/0", "by the earlier rules: exceptions_noted 1/2", "result [rules], outcome [rules]", "gone a rules",
			}},
		"rules that read something else": {before: rules{control: strings.Replace(controlYAML, "label:", "related: {others: {kind: test.other, all: true, optional: true}}\nlabel:", 1)},
			x: sept, y: items(october, `a {"n": 1}`), changes: []string{"definition related"}, undivided: OtherEvidence, want: []string{
				"exceptions_noted 1/2 → effective 0/1", "result [not_separated], outcome [not_separated]", "gone a not_separated pass",
			}},
		"rules that break": {before: rules{policy: policyRego + "exception contains {\"code\": \"unknown\"} if input.record.n == 7\n"},
			x: sept, y: items(october, `a {"n": 7}`), changes: []string{"policy policy.rego"}, undivided: DoesNotRun, want: []string{
				"exceptions_noted 1/2 → effective 0/1", "result [not_separated], outcome [not_separated]", "gone a not_separated pass",
			}},
		"a parameter of another type": {after: rules{control: strings.Replace(controlYAML, "limit: 10", "limit: none", 1), policy: nothing},
			x: sept, y: sept, changes: []string{"policy policy.rego", "parameter limit"}, undivided: DoesNotRun, want: []string{
				"exceptions_noted 1/2 → effective 0/2", "result [not_separated], outcome [not_separated]", "gone a not_separated pass",
			}},
		"the owner": {after: rules{owner: "another"}, x: sept, y: sept, changes: []string{"owner "}, want: []string{
			"exceptions_noted 1/2 → exceptions_noted 1/2", "result [], outcome []", "still a",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := compared(t, tt.before, tt.after, tt.x, tt.y)
			if d := cmp.Diff(tt.want, told(c)); d != "" {
				t.Error(d)
			}
			var changed []string
			for _, x := range c.Changes {
				changed = append(changed, string(x.Aspect)+" "+x.Name)
			}
			if d := cmp.Diff(tt.changes, changed); d != "" || c.Undivided != tt.undivided {
				t.Errorf("%s, undivided %q (%s)", d, c.Undivided, c.Detail)
			}
			if changed := name != "nothing"; c.Changed() != changed {
				t.Errorf("changed: %v", c.Changed())
			}
		})
	}
}

// snapshotControl is on snapshots, of which the newest of each thing counts.
var snapshotControl = strings.Replace(controlYAML, "kind: test.item", "kind: test.item, latest_of: name", 1)

// TestSnapshotsOfOneThing: what was still so when it was read again is still there.
func TestSnapshotsOfOneThing(t *testing.T) {
	r := rules{control: snapshotControl}
	c := compared(t, r, r,
		items(september, `1/key@2026-10-01T01:00:00Z {"name": "key", "n": 11}`, `1/old@2026-10-01T01:00:00Z {"name": "old", "n": 11}`, `a@b {"name": "x", "n": 12}`),
		items(october, `1/key@2026-11-01T01:00:00Z {"name": "key", "n": 200}`, `1/old@2026-11-01T01:00:00Z {"name": "old", "n": 1}`, `a@c {"name": "y", "n": 12}`))
	want := []string{"exceptions_noted 3/3 → exceptions_noted 2/3", "result [], outcome [target]",
		"new a@c target", "still 1/key@2026-11-01T01:00:00Z", "gone 1/old@2026-10-01T01:00:00Z target pass", "gone a@b target absent"}
	if d := cmp.Diff(want, told(c)); d != "" {
		t.Error(d)
	}
	e := c.Exceptions[1]
	if e.EarlierID != "1/key@2026-10-01T01:00:00Z" || len(e.Before) != 1 || len(e.Reasons) != 2 {
		t.Errorf("%+v", e)
	}
	// Of several snapshots by one name none is known to be the one of then.
	twice := things{snapshots: true}
	x, y := compareNames(twice, []string{"k@2026-10-01T01:00:00Z", "k@2026-10-02T01:00:00Z"}, []string{"k@2026-11-01T01:00:00Z"})
	if !slices.Equal(x, []int{-1, -1}) || !slices.Equal(y, []int{-1}) {
		t.Errorf("%v %v", x, y)
	}
	// Events are what their identities say, whatever these look like.
	x, _ = compareNames(things{}, []string{"k@2026-10-01T01:00:00Z"}, []string{"k@2026-11-01T01:00:00Z"})
	if !slices.Equal(x, []int{-1}) {
		t.Errorf("%v", x)
	}
}

// TestItself: a period is no different from itself.
func TestItself(t *testing.T) {
	for _, control := range []string{controlYAML, snapshotControl} {
		r := rules{control: control}
		a := items(october, `a@2026-11-01T01:00:00Z {"name": "a", "n": 11}`, `b@2026-11-01T01:00:00Z {"name": "b", "n": 1}`, `c@2026-11-01T01:00:00Z {"name": "c", "n": 101}`)
		d := deltaOf(t, r, r, a, a)
		if c := d.one(t); c.Changed() || c.Still != 2 || c.New+c.Gone != 0 || d.Cautions != nil || d.Sources != nil {
			t.Errorf("%+v", d)
		}
	}
}

// TestMirror: what is new one way is gone the other, and all else changes sides.
func TestMirror(t *testing.T) {
	x := items(september, `a {"n": 11}`, `b {"n": 1}`, `c {"n": 12}`)
	y := items(october, `c {"n": 500}`, `d {"n": 30}`, `e {"n": 2}`, `f {"n": 3}`)
	other := rules{params: map[string]any{"limit": uint64(1)}, owner: "p"}
	forth, back := deltaOf(t, rules{}, other, x, y), deltaOf(t, other, rules{}, y, x)
	c, m := forth.one(t), back.one(t)
	if d := cmp.Diff(c.Before, m.After) + cmp.Diff(c.After, m.Before); d != "" {
		t.Error(d)
	}
	if c.New != m.Gone || c.Gone != m.New || c.Still != m.Still || c.New == 0 || c.Gone == 0 || c.Still == 0 {
		t.Errorf("%d %d %d, back %d %d %d", c.New, c.Still, c.Gone, m.New, m.Still, m.Gone)
	}
	ids := func(c *Control, p Presence) (list []string) {
		for _, e := range c.Exceptions {
			if e.Presence == p {
				list = append(list, e.ID)
			}
		}
		return list
	}
	if d := cmp.Diff(ids(c, New), ids(m, Gone)) + cmp.Diff(ids(c, Gone), ids(m, New)) + cmp.Diff(ids(c, Still), ids(m, Still)); d != "" {
		t.Error(d)
	}
	for i, x := range c.Changes {
		if y := m.Changes[i]; x.Before != y.After || x.After != y.Before || x.Name != y.Name {
			t.Errorf("%+v, back %+v", x, y)
		}
	}
	if d := cmp.Diff(forth.Cautions, []Caution{OtherLength}) + cmp.Diff(back.Cautions, []Caution{OtherLength}); d != "" {
		t.Error(d)
	}
}

// TestResponses: what became of the answers to exceptions that are still there.
func TestResponses(t *testing.T) {
	var before, after strings.Builder
	for _, s := range []string{response("kept", "explained", ""), response("other", "explained", ""), response("over", "accepted_risk", "2026-10-15"), response("gone", "explained", ""), response("out", "remediated", "")} {
		before.WriteString(s)
	}
	for _, s := range []string{response("kept", "explained", ""), response("other", "accepted_risk", "2026-12-31"), response("first", "false_positive", ""), response("new", "explained", "")} {
		after.WriteString(s)
	}
	bad := func(ids ...string) (list []string) {
		for _, id := range ids {
			list = append(list, id+` {"n": 11}`)
		}
		return list
	}
	earlier, _, _ := rules{}.side(t, items(september, bad("kept", "other", "over", "gone", "out", "first")...), before.String())
	later, view, want := rules{}.side(t, items(october, bad("kept", "other", "over", "out", "first", "new")...), after.String())
	d, err := Compare(t.Context(), earlier, later, view, want)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Response{}
	for _, e := range d.one(t).Exceptions {
		got[e.ID] = e.Response
	}
	if diff := cmp.Diff(map[string]Response{
		"kept": {"", "explained", "explained"}, "other": {Reworded, "explained", "accepted_risk"}, "over": {Lapsed, "accepted_risk", ""},
		"out": {NotAgain, "remediated", ""}, "first": {Answered, "", "false_positive"}, "gone": {"", "explained", ""}, "new": {"", "", "explained"},
	}, got); diff != "" {
		t.Error(diff)
	}
	if c := d.one(t); c.Before.Answered != 5 || c.After.Answered != 4 {
		t.Errorf("answered %d, then %d", c.Before.Answered, c.After.Answered)
	}
}

// TestOneSide: a control that was added, or taken out.
func TestOneSide(t *testing.T) {
	earlier, _, _ := rules{}.side(t, items(september, `a {"n": 11}`), "")
	later, view, want := rules{control: strings.ReplaceAll(controlYAML, "ONE-01", "TWO-01"), policy: strings.ReplaceAll(policyRego, "one_01", "two_01")}.sideOf(t, "TWO-01", items(october, `b {"n": 11}`))
	d, err := Compare(t.Context(), earlier, later, view, want)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Controls) != 2 {
		t.Fatalf("%+v", d)
	}
	gone, added := d.Controls[0], d.Controls[1]
	if gone.Presence != Gone || gone.After != nil || gone.Gone != 1 || added.Presence != New || added.Before != nil || added.New != 1 || added.Exceptions[0].Cause != Library || !added.Changed() {
		t.Errorf("%+v\n%+v", gone, added)
	}
}

// TestSameBytes: equal sides give equal bytes, and hostile names change nothing.
func TestSameBytes(t *testing.T) {
	x := items(september, `=1+1 {"n": 11, "name": "\u001b[31m\u202e<script>"}`, `a@2026-09-31T99:00:00Z {"n": 11}`, `@ {"n": 12}`)
	y := items(october, `=1+1 {"n": 11, "name": "'; --"}`, `b@ {"n": 11}`, `@ {"n": 12}`)
	var all []string
	for range 3 {
		b, err := json.Marshal(deltaOf(t, rules{}, rules{params: map[string]any{"limit": uint64(3)}}, x, y))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	if all[0] != all[1] || all[1] != all[2] {
		t.Errorf("%q", all)
	}
}

func TestCautions(t *testing.T) {
	half := evidence.Period{Start: october.Start, End: october.Start.AddDate(0, 0, 15)}
	for _, tt := range []struct {
		x, y evidence.Period
		want []Caution
	}{
		{october, october, nil},
		{september, october, []Caution{OtherLength}},
		{half, october, []Caution{OtherLength, Overlapping}},
		{month(2026, 7), october, []Caution{Apart}},
		{october, month(2026, 8), []Caution{Apart}},
	} {
		d := deltaOf(t, rules{}, rules{}, items(tt.x, `a {"n": 1}`), items(tt.y, `a {"n": 1}`))
		if diff := cmp.Diff(tt.want, d.Cautions); diff != "" {
			t.Errorf("%s %s: %s", tt.x, tt.y, diff)
		}
	}
}
