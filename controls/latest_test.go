package controls

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// snapshots puts records in as "id day thing", days counted from the period's
// first, in the order of (time, ID) in which evidence comes.
func snapshots(lines ...string) memory {
	m := memory{}
	for _, line := range lines {
		var id, name string
		var day int
		if _, err := fmt.Sscan(line, &id, &day, &name); err != nil {
			panic(err)
		}
		m["test.item"] = append(m["test.item"], evidence.Record{
			Kind: "test.item", ID: id, Time: october.Start.AddDate(0, 0, day), Body: []byte(`{"name": "` + name + `", "why": "` + id + `"}`),
		})
	}
	return m
}

// day is when asOf lies in the numbering of snapshots: November 2.
func TestLatestOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		where string
		m     memory
		want  []string
	}{
		{"the newest of each", "", snapshots("a1 1 a", "b1 2 b", "a2 3 a"), []string{"b1", "a2"}},
		{"taken after the period, and before it was collected", "", snapshots("a1 1 a", "a2 31 a"), []string{"a2"}},
		{"before the period", "", snapshots("a0 -1 a", "b0 -1 b", "b1 0 b"), []string{"b1"}},
		{"taken for a later period", "", snapshots("a1 31 a", "a2 61 a", "a3 62 a"), []string{"a1"}},
		{"nothing but later ones: a clock ahead", "", snapshots("a1 33 a", "a2 61 a"), []string{"a1"}},
		{"equal times: the last in order", "", snapshots("a1 5 a", "a2 5 a", "a3 5 a", "b1 5 b"), []string{"a3", "b1"}},
		{"equal times after the collection", "", snapshots("a1 40 a", "a2 40 a"), []string{"a2"}},
		{"the newest is no longer of the population", ", where: [{why: [a1, b1]}]", snapshots("a1 1 a", "b1 1 b", "a2 2 a"), []string{"b1"}},
		{"nothing", "", memory{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, scope := range []string{"each", "whole"} {
				rules := `exception contains {"code": "bad"} if false`
				e := prepare(t, controlYAML("population: {kind: test.item, latest_of: name"+tt.where+"}", "scope: "+scope), rules)
				var got []string
				_, err := e.Evaluate(t.Context(), input(tt.m), func(item Item) error {
					if !item.Time.Equal(item.Record.Time) {
						t.Errorf("%s: time %s", item.Record.ID, item.Time)
					}
					got = append(got, item.Record.ID)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Errorf("%s: %s", scope, d)
				}
			}
		})
	}
}

// TestLatestOfSeveral: a thing may be told by several values together.
func TestLatestOfSeveral(t *testing.T) {
	m := memory{}
	for i, body := range []string{
		`{"account": "1", "region": "12"}`, `{"account": "11", "region": "2"}`, `{"account": "1", "region": "\"2"}`, `{"account": "1\"", "region": "2"}`, `{"account": "11", "region": "2"}`,
	} {
		m["test.item"] = append(m["test.item"], evidence.Record{Kind: "test.item", ID: fmt.Sprint(i), Time: october.Start.AddDate(0, 0, i), Body: []byte(body)})
	}
	e := prepare(t, controlYAML("population: {kind: test.item, latest_of: account region}"), `exception contains {"code": "bad"} if false`)
	var got []string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got = append(got, item.Record.ID)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"0", "2", "3", "4"}, got); d != "" {
		t.Error(d)
	}
	m["test.item"] = append(m["test.item"], evidence.Record{Kind: "test.item", ID: "x", Time: october.Start.AddDate(0, 0, 9), Body: []byte(`{"account": "1"}`)})
	if _, err := e.Evaluate(t.Context(), input(m), func(Item) error { return nil }); err == nil || !strings.Contains(err.Error(), "region: want one value") {
		t.Errorf("a snapshot of nothing that can be told: %v", err)
	}
}

// TestLatestOfDocument: an older snapshot is not an item.
func TestLatestOfDocument(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item, latest_of: name}"), eachRules)
	m := snapshots("a1 1 a", "a2 31 a")
	if _, err := e.Document(t.Context(), input(m), "a2"); err != nil {
		t.Error(err)
	}
	if _, err := e.Document(t.Context(), input(m), "a1"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

// TestLatestOfNothing: a snapshot that does not say of what it is cannot be judged.
func TestLatestOfNothing(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item, latest_of: name.id}"), eachRules)
	for _, body := range []string{`{}`, `{"name": "x"}`, `{"name": {"id": null}}`, `{"name": {"id": ["x"]}}`} {
		m := memory{}
		m.add("test.item", "x", body)
		if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), "TST-01: test.item x: name.id: want one value") {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

// TestEarlierSnapshotsAreRelated: what a control compares the newest with.
func TestEarlierSnapshotsAreRelated(t *testing.T) {
	m := snapshots("a0 -30 a", "b0 -30 b", "a1 31 a", "b1 31 b")
	yaml := controlYAML("population: {kind: test.item, latest_of: name}", "related: {earlier: {kind: test.item, match: {name: name}, window: {before: 400d, after: 400d}}}")
	e := prepare(t, yaml, `exception contains {"code": "worse", "detail": concat(" ", [s.why | some s in input.related.earlier])} if true`)
	var got []string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got = append(got, item.Record.ID+string(item.Reasons[0].Detail))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{`a1"a0 a1"`, `b1"b0 b1"`}, got); d != "" {
		t.Error(d)
	}
}

// generated yields records without holding them: ten snapshots of each thing.
type generated int

func (g generated) Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for i := range int(g) {
			r := evidence.Record{Kind: kind, ID: fmt.Sprint(i), Time: october.Start.Add(time.Duration(i) * time.Second),
				Body: fmt.Appendf(nil, `{"name": "n%d", "n": %d, "why": "#%d"}`, i%(int(g)/10), i%20, i)}
			if !yield(r, ctx.Err()) {
				return
			}
		}
	}
}

// TestStreamingEqualsPlain: how many workers judge, and that joins, extraction,
// observations and the newest are at work, changes nothing.
func TestStreamingEqualsPlain(t *testing.T) {
	yaml := controlYAML("population: {kind: test.item, latest_of: name}", "params: {p: [{pattern: '#(\\d+)', key: 'n{1}'}]}",
		"extract: {keys: {from: [why], patterns: p}}", "related: {r: {kind: test.related, match: {name: keys}}}",
		"observations: {seen: {ja: '{detail}', en: '{detail}'}}")
	e := prepare(t, yaml, `exception contains {"code": "bad", "detail": {"why": input.extracted.keys[0]}} if input.record.n > 9
observation contains {"code": "seen", "detail": sprintf("%d", [count(input.related.r)])} if input.record.n % 2 == 0`)
	var runs [][]Item
	var outcomes []Outcome
	for _, workers := range []int{1, 2, 7} {
		e.workers = workers
		var items []Item
		outcome, err := e.Evaluate(t.Context(), Input{Period: october, AsOf: asOf, Evidence: generated(5000)}, func(item Item) error {
			items = append(items, item)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		runs, outcomes = append(runs, items), append(outcomes, outcome)
	}
	if len(runs[0]) != 500 || outcomes[0].Exceptions != 250 || outcomes[0].ByObservation["seen"] != 250 {
		t.Errorf("%d items, %+v", len(runs[0]), outcomes[0])
	}
	for i := range runs[1:] {
		if d := cmp.Diff(runs[0], runs[i+1]); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(outcomes[0], outcomes[i+1]); d != "" {
			t.Error(d)
		}
	}
}
