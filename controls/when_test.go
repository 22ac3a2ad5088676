package controls

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// TestWhen: what a relation waits for is a parameter that is not empty. Until then
// nothing is asked for, and nothing that is there all the same is joined.
func TestWhen(t *testing.T) {
	lib, err := Load(layer(controlYAML("population: {kind: test.item}", "params: {names: []}", "related: {r: {kind: test.related, all: true, when: names}}"),
		"package evidence.tst_01\nexception contains {\"code\": \"worse\", \"detail\": input.related.r[0].id}\nexception contains {\"code\": \"bad\"} if count(input.related.r) == 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("test.related", "1", `{"id": "1"}`)
	m.add("test.item", "one", `{}`)
	items := evidence.Selection{Kind: "test.item", For: "TST-01"}
	for _, tt := range []struct {
		names []any
		asked []evidence.Selection
		codes string
	}{
		{nil, []evidence.Selection{items}, "bad"},
		{[]any{}, []evidence.Selection{items}, "bad"},
		{[]any{"a"}, []evidence.Selection{items, {Kind: "test.related", For: "TST-01/r"}}, "worse"},
	} {
		set := lib
		if tt.names != nil {
			if set, err = lib.Configure(map[string]Settings{"TST-01": {Params: map[string]any{"names": tt.names}}}); err != nil {
				t.Fatal(err)
			}
		}
		e, err := Prepare(t.Context(), set.Controls[0])
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.asked, set.Controls[0].Selections()); d != "" {
			t.Errorf("%v: %s", tt.names, d)
		}
		got, _, err := evaluate(t, e, input(m))
		if err != nil || len(got) != 1 || got[0].Codes != tt.codes {
			t.Errorf("%v: %v, %v, want %s", tt.names, got, err, tt.codes)
		}
	}
}

// TestTopicsAreAskedForWhereTheyAreNamed: NET-03 needs nothing of SNS unless the
// topics that the result is sent to are given.
func TestTopicsAreAskedForWhereTheyAreNamed(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(l *Library) (all []string) {
		c, err := l.Find("NET-03")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range c.Selections() {
			all = append(all, s.Kind)
		}
		return all
	}
	if d := cmp.Diff([]string{"github.workflow_run"}, kinds(lib)); d != "" {
		t.Error(d)
	}
	named, err := lib.Configure(map[string]Settings{"NET-03": {Params: map[string]any{"topics": []any{"arn:aws:sns:*"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"github.workflow_run", "sns.topic"}, kinds(named)); d != "" {
		t.Error(d)
	}
}
