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
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// at puts a record in at noon of a day of the period.
func (m memory) at(day int, kind, id, body string) {
	m[kind] = append(m[kind], evidence.Record{Kind: kind, ID: id, Time: october.Start.AddDate(0, 0, day).Add(12 * time.Hour), Body: []byte(body)})
}

// TestSeveralKinds: events and the newest states are items of one population, in
// the order of time, and the policy knows which is which.
func TestSeveralKinds(t *testing.T) {
	m := memory{}
	m.at(2, "test.item", "e1", `{"name": "a"}`)
	m.at(5, "test.item", "e2", `{"name": "b"}`)
	m.at(40, "test.item", "e3", `{"name": "after the period"}`)
	m.at(1, "test.related", "s1", `{"id": "x", "key": "old"}`)
	m.at(2, "test.related", "d1", `{"id": "y", "key": "same time as e1, and before it in order"}`)
	m.at(31, "test.related", "s2", `{"id": "x", "key": "new"}`)
	yaml := controlYAML(`population:
  kind: test.item
  also:
    - {kind: test.related, latest_of: id, label: "state {id}", link: "https://example.com/{id}"}
label: "event {name}"
columns:
  - {path: name, or: [nothing, key], title: {ja: 名, en: name}}
`)
	e := prepare(t, yaml, `
exception contains {"code": "worse", "detail": sprintf("%s %s %s", [input.kind, input.time, input.record.key])} if input.kind == "test.related"
not_applicable if { input.kind == "test.item"; input.record.name == "b" }`)
	var got []string
	_, err := e.Evaluate(t.Context(), input(m), func(i Item) error {
		line := fmt.Sprintf("%s %s %q %q %s", i.Record.ID, i.Verdict, e.control.ItemLabel(i.Record), e.control.ItemLink(i.Record), e.control.Fields(i)[0].Text)
		for _, r := range i.Reasons {
			line += " " + gjson.ParseBytes(r.Detail).String()
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`d1 exception "state y" "https://example.com/y" same time as e1, and before it in order test.related 2026-10-03T03:00:00Z same time as e1, and before it in order`,
		`e1 pass "event a" "" a`,
		`e2 not_applicable "event b" "" b`,
		`s2 exception "state x" "https://example.com/x" new test.related 2026-11-01T03:00:00Z new`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	wants := []evidence.Selection{{Kind: "test.item", For: "TST-01"}, {Kind: "test.related", For: "TST-01"}}
	if d := cmp.Diff(wants, e.control.Selections()); d != "" {
		t.Error(d)
	}
	if _, err := e.Document(t.Context(), input(m), "s1"); !errors.Is(err, ErrUnknown) {
		t.Errorf("the older state is an item: %v", err)
	}
	doc, err := e.Document(t.Context(), input(m), "s2")
	if err != nil || gjson.GetBytes(doc, "kind").Str != "test.related" || gjson.GetBytes(doc, "time").Str != "2026-11-01T03:00:00Z" {
		t.Errorf("%s, %v", doc, err)
	}
}

// broken is evidence of which one kind cannot be read to its end.
type broken struct {
	memory
	kind string
}

func (b broken) Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for r, err := range b.memory.Records(ctx, kind) {
			if !yield(r, err) {
				return
			}
		}
		if kind == b.kind {
			yield(evidence.Record{}, errors.New("disk is gone"))
		}
	}
}

// TestSeveralKindsUnread: a kind that cannot be read ends the evaluation.
func TestSeveralKindsUnread(t *testing.T) {
	m := memory{}
	m.at(2, "test.item", "e1", `{}`)
	m.at(3, "test.related", "s1", `{}`)
	for _, kind := range []string{"test.item", "test.related"} {
		e := prepare(t, controlYAML("population: {kind: test.item, also: [{kind: test.related}]}"), `exception contains {"code": "bad"} if false`)
		_, err := e.Evaluate(t.Context(), input(broken{m, kind}), func(Item) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "read "+kind+": disk is gone") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestLatestOfByTime: of each person's snapshots the newest says when they left,
// and that puts them in the period; who has not left is in none.
func TestLatestOfByTime(t *testing.T) {
	m := memory{}
	m.at(1, "test.item", "a1", `{"name": "a", "at": null}`)
	m.at(1, "test.item", "b1", `{"name": "b", "at": "2026-10-20T23:59:59+09:00"}`)
	m.at(1, "test.item", "c1", `{"name": "c", "at": "2026-09-30T23:59:59+09:00"}`)
	m.at(31, "test.item", "a2", `{"name": "a", "at": "2026-10-31T23:59:59+09:00"}`)
	m.at(31, "test.item", "b2", `{"name": "b", "at": null}`)
	m.at(31, "test.item", "d2", `{"name": "d"}`)
	e := prepare(t, controlYAML("population: {kind: test.item, latest_of: name, time: at}"), eachRules)
	var got []string
	if _, err := e.Evaluate(t.Context(), input(m), func(i Item) error {
		got = append(got, i.Record.ID+" "+i.Time.Format(time.RFC3339))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a2 2026-10-31T23:59:59+09:00"}, got); d != "" {
		t.Error(d)
	}
	m.at(31, "test.item", "e2", `{"name": "e", "at": "yesterday"}`)
	if _, err := e.Evaluate(t.Context(), input(m), func(Item) error { return nil }); err == nil || !strings.Contains(err.Error(), "test.item e2: at: want a time") {
		t.Errorf("a time that is none: %v", err)
	}
}

// TestIgnoreCase: mail addresses are one whatever their case.
func TestIgnoreCase(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "key": "Sre-01@Example.co.jp"}`)
	m.add("test.related", "2", `{"id": "2", "key": ["dev@example.co.jp", "SRE-01@EXAMPLE.CO.JP"]}`)
	m.add("test.item", "one", `{"keys": ["sre-01@example.co.jp"]}`)
	m.add("test.item", "other", `{"keys": "sre-02@example.co.jp"}`)
	for fold, want := range map[string]string{"": "", ", ignore_case: true": "1 2"} {
		got := joined(t, "{kind: test.related, match: {key: keys}"+fold+"}", m)
		if d := cmp.Diff(map[string]string{"one": want, "other": ""}, got); d != "" {
			t.Errorf("%q: %s", fold, d)
		}
	}
}

// TestRelatedLatestOf: of a thing's snapshots the newest is joined, taken after
// the period too, and not one that was taken for a later period.
func TestRelatedLatestOf(t *testing.T) {
	m := memory{}
	m.at(-1, "test.related", "1", `{"id": "1", "thing": "a", "key": "k"}`)
	m.at(3, "test.related", "2", `{"id": "2", "thing": "a", "key": "k"}`)
	m.at(3, "test.related", "3", `{"id": "3", "thing": "b", "key": "k"}`)
	m.at(31, "test.related", "4", `{"id": "4", "thing": "a", "key": "k"}`)
	m.at(31, "test.related", "5", `{"id": "5", "thing": "b", "key": "moved"}`)
	m.at(70, "test.related", "6", `{"id": "6", "thing": "a", "key": "k"}`)
	m.add("test.item", "one", `{"keys": "k"}`)
	got := joined(t, "{kind: test.related, match: {key: keys}, latest_of: thing}", m)
	if d := cmp.Diff(map[string]string{"one": "4"}, got); d != "" {
		t.Error(d)
	}
}

// TestJoinAll: what concerns every item is joined to each.
func TestJoinAll(t *testing.T) {
	m := memory{}
	m.add("test.related", "1", `{"id": "1"}`)
	m.add("test.related", "2", `{"id": "2"}`)
	m.add("test.item", "one", `{}`)
	m.add("test.item", "other", `{}`)
	got := joined(t, "{kind: test.related, all: true, where: [{id: ['2']}]}", m)
	if d := cmp.Diff(map[string]string{"one": "2", "other": "2"}, got); d != "" {
		t.Error(d)
	}
}

const throughYAML = `
population: {kind: test.item}
params: {ids: [{pattern: "[0-9]+", key: "n{0}"}]}
related:
  uses: {kind: test.use, match: {user: id}, through: [accounts, admins]}
  accounts: {kind: test.account, match: {mail: mails}, ignore_case: true}
  admins: {kind: test.account, match: {owner: number}}
  tickets: {kind: test.ticket, match: {named: numbers}}
  later: {kind: test.use, match: {user: id}, through: [accounts], between: {of: item, time: at, from: left, to: until}}
extract:
  named: {of: tickets, from: [title], patterns: ids}
`

// TestThrough: what is joined to the item leads to what is joined to that; and what
// stands in the text of a related record may be what it is joined on.
func TestThrough(t *testing.T) {
	files := layer(controlYAML(throughYAML), `package evidence.tst_01
ids(list) := concat(" ", sort([r.id | some r in list]))
exception contains {"code": "worse", "detail": sprintf("%s | %s | %s | %s | %s",
	[ids(input.related.accounts), ids(input.related.admins), ids(input.related.uses), ids(input.related.later), ids(input.related.tickets)])} if true`)
	for _, kind := range []string{"use", "account", "ticket"} {
		files["schemas/test."+kind+".json"] = files["schemas/test.related.json"]
	}
	e := prepareIn(t, files)
	m := memory{}
	m.add("test.item", "p1", `{"number": "1", "mails": ["P1@example.com"], "left": "2026-10-10T00:00:00Z", "until": null, "numbers": ["n7"]}`)
	m.add("test.item", "p2", `{"number": "2", "mails": []}`)
	m.add("test.account", "a1", `{"id": "a1", "mail": "p1@EXAMPLE.com", "owner": "9"}`)
	m.add("test.account", "a2", `{"id": "a2", "mail": "else@example.com", "owner": 1}`)
	m.add("test.account", "a3", `{"id": "a3", "mail": "else@example.com", "owner": "3"}`)
	for i, u := range []string{"a1 2026-10-09T00:00:00Z", "a2 2026-10-11T00:00:00Z", "a3 2026-10-11T00:00:00Z", "a1 2026-10-11T00:00:00Z"} {
		user, at, _ := strings.Cut(u, " ")
		m.add("test.use", fmt.Sprint("u", i), fmt.Sprintf(`{"id": "u%d", "user": "%s", "at": "%s"}`, i, user, at))
	}
	m.add("test.ticket", "t1", `{"id": "t1", "title": "about 7 and 8"}`)
	m.add("test.ticket", "t2", `{"id": "t2", "title": "about 77"}`)
	got := map[string]string{}
	if _, err := e.Evaluate(t.Context(), input(m), func(i Item) error {
		got[i.Record.ID] = gjson.ParseBytes(i.Reasons[0].Detail).String()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"p1": "a1 | a2 | u0 u1 u3 | u3 | t1", "p2": " |  |  |  | "}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// What no item needs is not kept: a3 and its use, the other ticket.
	f, err := e.frame(t.Context(), input(m))
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]int{}
	for _, j := range f.joins {
		kept[j.name] = len(j.records)
	}
	if d := cmp.Diff(map[string]int{"accounts": 1, "admins": 1, "uses": 3, "later": 2, "tickets": 1}, kept); d != "" {
		t.Error(d)
	}
}

// TestManyNeededKeys: where items have very many keys, everything is kept, and the
// result is the same.
func TestManyNeededKeys(t *testing.T) {
	s := &keySet{map[string]bool{}}
	for i := 0; i <= maxNeeded; i++ {
		if ok := s.add([]string{fmt.Sprint(i)}); ok != (i < maxNeeded) {
			t.Fatalf("after %d keys: %t", i+1, ok)
		}
	}
	if none := (*keySet)(nil); !none.any([]string{"x"}) || !s.any([]string{"no", "7"}) || s.any([]string{"no"}) {
		t.Error("the set answers wrongly")
	}
}

// TestSeveralKindsTypes: a field that any of the kinds has may be read, and one
// that none has is a mistake.
func TestSeveralKindsTypes(t *testing.T) {
	yaml := controlYAML("population: {kind: test.item, also: [{kind: test.related}]}")
	for field, known := range map[string]bool{"name": true, "key": true, "names": false} {
		_, err := tryPrepare(t, yaml, `exception contains {"code": "worse", "detail": input.record.`+field+`} if true`)
		if (err == nil) != known {
			t.Errorf("input.record.%s: %v", field, err)
		}
	}
}

// TestOptionalKind: a further kind that no source gives is done without, and its
// selection says so.
func TestOptionalKind(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item, also: [{kind: test.related, optional: true}]}"), `exception contains {"code": "bad"} if false`)
	want := []evidence.Selection{{Kind: "test.item", For: "TST-01"}, {Kind: "test.related", For: "TST-01", Optional: true}}
	if d := cmp.Diff(want, e.control.Selections()); d != "" {
		t.Error(d)
	}
	m := memory{}
	m.at(2, "test.item", "e1", `{}`)
	items, _, err := evaluate(t, e, input(m))
	if err != nil || len(items) != 1 {
		t.Errorf("%v, %v", items, err)
	}
}
