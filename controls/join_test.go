package controls

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// joined evaluates a control that tells which related records an item had.
func joined(t *testing.T, related string, m memory) map[string]string {
	t.Helper()
	yaml := controlYAML("population: {kind: test.item}", "related:\n  r: "+related)
	e := prepare(t, yaml, `exception contains {"code": "worse", "detail": concat(" ", [r.id | some r in input.related.r])} if true`)
	got := map[string]string{}
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got[item.Record.ID] = gjson.ParseBytes(item.Reasons[0].Detail).String()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMatch(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "key": "A-1"}`)
	m.add("test.related", "2", `{"id": "2", "key": "A-2", "other": "x"}`)
	m.add("test.related", "3", `{"id": "3", "key": ["A-1", "A-3", "A-1"], "other": "y"}`)
	m.add("test.related", "4", `{"id": "4", "key": null}`)
	m.add("test.related", "5", `{"id": "5"}`)
	m.add("test.related", "6", `{"id": "6", "key": 7}`)
	m.add("test.related", "7", `{"id": "7", "key": {"A-1": 1}}`)
	m.add("test.related", "8", `{"id": "8", "key": true}`)
	m.add("test.item", "one", `{"keys": "A-1"}`)
	m.add("test.item", "list", `{"keys": ["A-3", "A-2", "A-1"]}`)
	m.add("test.item", "none", `{"keys": "a-1"}`)
	m.add("test.item", "null", `{"keys": null}`)
	m.add("test.item", "missing", `{}`)
	m.add("test.item", "empty list", `{"keys": []}`)
	m.add("test.item", "number", `{"keys": "7"}`)
	m.add("test.item", "boolean", `{"keys": [[], "true"]}`)
	want := map[string]string{
		"one": "1 3", "list": "1 2 3", "none": "", "null": "", "missing": "", "empty list": "", "number": "6", "boolean": "8",
	}
	if d := cmp.Diff(want, joined(t, "{kind: test.related, match: {key: keys}}", m)); d != "" {
		t.Error(d)
	}
}

// TestMatchThroughLists: on both sides, a path goes on in every element of a list.
func TestMatchThroughLists(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "pulls": {"nodes": [{"id": "a"}, {"id": "b"}]}}`)
	m.add("test.related", "2", `{"id": "2", "pulls": {"nodes": []}}`)
	m.add("test.related", "3", `{"id": "3", "pulls": {"nodes": {"id": "b"}}}`)
	m.add("test.related", "4", `{"id": "4", "pulls": {"nodes": [null, 1, "b", {"id": null}, {"id": {"id": "b"}}, [{"id": ["c"]}]]}}`)
	m.add("test.related", "5", `{"id": "5", "pulls": [{"nodes": [{"id": 7}]}, {"nodes": [{"id": "a"}]}]}`)
	m.add("test.item", "a", `{"commits": [{"oid": "a"}]}`)
	m.add("test.item", "b and c", `{"commits": [{"oid": "b"}, {"oid": ["c", "d"]}]}`)
	m.add("test.item", "number", `{"commits": {"oid": 7}}`)
	m.add("test.item", "none", `{"commits": [[], {}, {"oid": []}]}`)
	want := map[string]string{"a": "1 5", "b and c": "1 3 4", "number": "5", "none": ""}
	if d := cmp.Diff(want, joined(t, "{kind: test.related, match: {pulls.nodes.id: commits.oid}}", m)); d != "" {
		t.Error(d)
	}
}

// TestMatchOnTwoPaths: parts of a key do not run into each other.
func TestMatchOnTwoPaths(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "a": "x", "b": "yz"}`)
	m.add("test.related", "2", `{"id": "2", "a": "xy", "b": "z"}`)
	m.add("test.related", "3", `{"id": "3", "a": "x", "b": "other"}`)
	m.add("test.item", "1", `{"c": "x", "d": "yz"}`)
	m.add("test.item", "2", `{"c": "xy", "d": "z"}`)
	m.add("test.item", "both", `{"c": ["x", "xy"], "d": ["z", "yz"]}`)
	m.add("test.item", "half", `{"c": "x"}`)
	want := map[string]string{"1": "1", "2": "2", "both": "1 2", "half": ""}
	if d := cmp.Diff(want, joined(t, "{kind: test.related, match: {a: c, b: d}}", m)); d != "" {
		t.Error(d)
	}
}

func TestBetween(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", fmt.Sprintf(`{"id": "1", "key": "k", "at": %q, "from": %q, "to": %q}`, stamp(3), stamp(2), stamp(4)))
	m.add("test.related", "2", fmt.Sprintf(`{"id": "2", "key": "l", "at": %q, "from": %q, "to": null}`, stamp(4), stamp(3)))
	m.add("test.related", "3", fmt.Sprintf(`{"id": "3", "key": "k", "at": null, "to": %q}`, stamp(9)))
	m.add("test.related", "4", fmt.Sprintf(`{"id": "4", "key": "k", "at": %q, "from": %q, "to": %q}`, stamp(1), stamp(1), stamp(20)))
	m.add("test.item", "2nd", fmt.Sprintf(`{"key": "k", "at": %q, "begun": %q, "ended": %q}`, stamp(2), stamp(3), stamp(4)))
	m.add("test.item", "4th", fmt.Sprintf(`{"key": "k", "at": %q, "begun": %q}`, stamp(4), stamp(2)))
	m.add("test.item", "not begun", fmt.Sprintf(`{"key": "k", "at": "no time", "ended": %q}`, stamp(4)))

	tests := []struct {
		related string
		want    map[string]string
	}{
		// from belongs to the interval, to does not; an interval without to has not ended
		{"{kind: test.related, between: {of: related, time: at, from: from, to: to}}", map[string]string{"2nd": "1 4", "4th": "2 4", "not begun": ""}},
		{"{kind: test.related, between: {of: item, time: at, from: begun, to: ended}}", map[string]string{"2nd": "1", "4th": "1 2", "not begun": ""}},
		{"{kind: test.related, match: {key: key}, between: {of: related, time: at, from: from, to: to}}", map[string]string{"2nd": "1 4", "4th": "4", "not begun": ""}},
		{"{kind: test.related, where: [{key: [l]}], between: {of: related, time: at, from: from, to: to}}", map[string]string{"2nd": "", "4th": "2", "not begun": ""}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, joined(t, tt.related, m)); d != "" {
			t.Errorf("%s: %s", tt.related, d)
		}
	}
}

// TestJoinEqualsSearch: the index finds what looking at every pair finds.
func TestJoinEqualsSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	at := func() string { return stamp(1 + random.IntN(28)) }
	m := memory{}
	for i := range 200 {
		m.add("test.related", fmt.Sprint(i), fmt.Sprintf(`{"id": "%d", "key": "k%d", "at": %q, "from": %q, "to": %q}`, i, random.IntN(5), at(), at(), at()))
		m.add("test.item", fmt.Sprint(i), fmt.Sprintf(`{"key": "k%d", "at": %q, "from": %q, "to": %q}`, random.IntN(6), at(), at(), at()))
	}
	for _, of := range []string{"item", "related"} {
		want := map[string]string{}
		for _, item := range m["test.item"] {
			var ids []string
			for _, related := range m["test.related"] {
				whole, point := item.Body, related.Body
				if of == "related" {
					whole, point = point, whole
				}
				get := func(body []byte, path string) string { return gjson.GetBytes(body, path).String() }
				p := evidence.Period{Start: parse(t, get(whole, "from")), End: parse(t, get(whole, "to"))}
				if get(item.Body, "key") == get(related.Body, "key") && p.Contains(parse(t, get(point, "at"))) {
					ids = append(ids, related.ID)
				}
			}
			want[item.ID] = strings.Join(ids, " ")
		}
		got := joined(t, "{kind: test.related, match: {key: key}, between: {of: "+of+", time: at, from: from, to: to}}", m)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("of %s: %s", of, d)
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(want)), func(s string) bool { return strings.Contains(s, " ") }) {
			t.Errorf("of %s: nothing was joined twice: the test shows nothing", of)
		}
	}
}

func parse(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWindow(t *testing.T) {
	m := memory{}
	for _, day := range []time.Time{
		october.Start.AddDate(0, 0, -3), october.Start.AddDate(0, 0, -2), noon, october.End, october.End.Add(time.Hour),
	} {
		id := day.Format("0102T15")
		m["test.related"] = append(m["test.related"], evidence.Record{Kind: "test.related", ID: id, Time: day, Body: []byte(`{"id": "` + id + `", "key": "k"}`)})
	}
	m.add("test.item", "a", `{"key": "k"}`)
	for window, want := range map[string]string{
		"":                                   "1015T12",
		", window: {before: 2d}":             "0929T00 1015T12",
		", window: {before: 72h, after: 1h}": "0928T00 0929T00 1015T12 1101T00",
		", window: {before: 1d, after: 90m}": "1015T12 1101T00 1101T01",
	} {
		got := joined(t, "{kind: test.related, match: {key: key}"+window+"}", m)
		if got["a"] != want {
			t.Errorf("%s: got %q, want %q", window, got["a"], want)
		}
	}
}

func TestWholeSeesAllRelated(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "key": "a"}`)
	m.add("test.related", "2", `{"id": "2", "key": "b"}`)
	m.add("test.related", "3", `{"id": "3", "key": "a"}`)
	m.add("test.item", "x", `{}`)
	yaml := controlYAML("population: {kind: test.item}", "scope: whole", "related: {r: {kind: test.related, where: [{key: [a]}]}}")
	e := prepare(t, yaml, `exception contains {"code": "worse", "item": "x", "detail": concat(" ", [r.id | some r in input.related.r])} if true`)
	var got string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error { got = string(item.Reasons[0].Detail); return nil }); err != nil {
		t.Fatal(err)
	}
	if got != `"1 3"` {
		t.Errorf("got %s", got)
	}
}

// numbers is a JSON list of n different texts.
func numbers(n int) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("%q", fmt.Sprint("x", i))
	}
	return "[" + strings.Join(texts, ",") + "]"
}

func TestTooManyKeys(t *testing.T) {
	list := numbers(200)
	m := memory{}
	m.add("test.item", "a", `{"c": `+list+`, "d": `+list+`}`)
	yaml := controlYAML("population: {kind: test.item}", "related: {r: {kind: test.related, match: {a: c, b: d}}}")
	e := prepare(t, yaml, `exception contains {"code": "bad"} if false`)
	if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), "more than 10000 keys") {
		t.Errorf("got %v", err)
	}
	same := strings.Repeat(`"x",`, 20_000)
	m["test.item"][0].Body = []byte(`{"c": [` + same + `"y"], "d": [` + same + `"y"]}`)
	if _, _, err := evaluate(t, e, input(m)); err != nil {
		t.Errorf("one value many times is one key: %v", err)
	}
}
