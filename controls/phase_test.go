package controls

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

const exemptYAML = `not_applicable:
  exempt: {ja: 除外, en: exempt}
params:
  exempt:
    - {name: "a", why: w, approved_by: x}
    - {name: "b", why: w}
    - {name: "c", why: w, until: "2026-10-14", approved_by: x}
    - {name: "d", why: w, until: "2026-10-31"}
    - {name: "e", why: w, until: "2026-09-30", approved_by: x}
    - {name: "c*", why: w, until: "2026-10-09", approved_by: x}
  exempt_tags:
    - plain
    - {value: approved, approved_by: x}
    - {value: over, approved_by: x, until: "2026-10-04"}
`

const exemptEach = `exception contains {"code": "bad", "detail": {"why": "x"}} if { input.record.n > 9; not exempt }
not_applicable if count(not_applicable_because) > 0
not_applicable_because contains {"code": "exempt"} if exempt
exempt if { some e in input.params.exempt; glob.match(e.name, [], input.record.name) }
exempt if { some t in input.params.exempt_tags; input.record.open == t }
`

const exemptWhole = `exception contains {"code": "bad", "item": r.id, "detail": {"why": "x"}} if { some r in input.records; r.record.n > 9; not exempt(r.record) }
not_applicable contains b.item if some b in not_applicable_because
not_applicable_because contains {"code": "exempt", "item": r.id} if { some r in input.records; exempt(r.record) }
exempt(record) if { some e in input.params.exempt; glob.match(e.name, [], record.name) }
exempt(record) if { some t in input.params.exempt_tags; record.open == t }
`

// exemptedItems judges items and writes each with its verdict, whether it rests on an
// exemption that nobody approved, and the exemptions that lapsed.
func exemptedItems(t *testing.T, e *Evaluator, in Input) ([]string, Outcome) {
	t.Helper()
	var got []string
	outcome, err := e.Evaluate(t.Context(), in, func(i Item) error {
		line := fmt.Sprintf("%s %s", i.Record.ID, i.Verdict)
		if i.Unapproved {
			line += " unapproved"
		}
		for _, o := range i.Observations {
			if o.Code == LapsedCode {
				line += " | " + e.control.ReasonText(o, evidence.English)
			}
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, outcome
}

// TestLapsedExemptions: an exemption leaves out items up to the end of its last day, in
// the organisation's time zone, and the item that it no longer leaves out names it.
func TestLapsedExemptions(t *testing.T) {
	lapsed := func(what, until string) string {
		return " | The exemption " + what + " (exempt) lapsed at the end of " + until + ", and does not leave this item out."
	}
	m := memory{}
	at := func(when, id, body string) {
		m.add("test.item", id, fmt.Sprintf(`{"at": "2026-%sT%s:00+09:00", "n": 10, %s}`, when[:5], when[6:], body))
	}
	at("10-01 00:00", "c1 of the first", `"name": "c1"`)
	at("10-02 00:00", "over", `"name": "x", "open": "over"`)
	at("10-05 00:00", "over later", `"name": "x", "open": "over"`)
	at("10-10 00:00", "c1", `"name": "c1"`)
	at("10-10 00:00", "c, of two", `"name": "c"`)
	at("10-14 23:59", "c on the last day", `"name": "c"`)
	at("10-15 00:00", "c", `"name": "c"`)
	at("10-15 00:00", "a", `"name": "a"`)
	at("10-15 00:00", "b", `"name": "b"`)
	at("10-15 00:00", "e", `"name": "e"`)
	at("10-15 00:00", "plain", `"name": "x", "open": "plain"`)
	at("10-15 00:00", "approved", `"name": "x", "open": "approved"`)
	at("10-15 00:00", "approved and b", `"name": "b", "open": "approved"`)
	at("10-15 00:00", "none", `"name": "x"`)
	at("10-31 23:59", "d", `"name": "d"`)
	each := prepare(t, controlYAML(itemPopulation, exemptYAML), exemptEach)
	got, outcome := exemptedItems(t, each, input(m))
	want := []string{
		"c1 of the first not-applicable", "over not-applicable",
		"over later exception | The exemption over (exempt_tags) lapsed at the end of 2026-10-04, and does not leave this item out.",
		"c1 exception" + lapsed("name = c*", "2026-10-09"), "c, of two not-applicable", "c on the last day not-applicable",
		"c exception" + lapsed("name = c*", "2026-10-09") + lapsed("name = c", "2026-10-14"),
		"a not-applicable", "b not-applicable unapproved", "e exception" + lapsed("name = e", "2026-09-30"),
		"plain not-applicable unapproved", "approved not-applicable", "approved and b not-applicable", "none exception", "d not-applicable unapproved",
	}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "not-applicable", string(evidence.NotApplicable))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if outcome.Exempt != 10 || outcome.Unapproved != 3 || outcome.ByObservation[LapsedCode] != 4 {
		t.Errorf("%+v", outcome)
	}

	// Judged as a whole, all items are by what holds at the period's end.
	whole := prepare(t, controlYAML(itemPopulation, "scope: whole", exemptYAML), exemptWhole)
	_, outcome = exemptedItems(t, whole, input(m))
	if outcome.Exempt != 6 || outcome.Unapproved != 3 || outcome.Exceptions != 9 || outcome.ByObservation[LapsedCode] != 8 {
		t.Errorf("as a whole: %+v", outcome)
	}
}

// TestExemptionsOfTheNewestState: a state that was read after the period, and one that
// lasts, are judged by the exemptions at the end.
func TestExemptionsOfTheNewestState(t *testing.T) {
	m := memory{}
	m.add("test.item", "late", `{"n": 10, "name": "d"}`)
	m["test.item"][0].Time = october.End.AddDate(0, 0, 1)
	got, _ := exemptedItems(t, prepare(t, controlYAML("population: {kind: test.item, latest_of: name}\n", exemptYAML), exemptEach), input(m))
	if d := cmp.Diff([]string{"late " + string(evidence.NotApplicable) + " unapproved"}, got); d != "" {
		t.Error(d)
	}
	m = memory{}
	m.add("test.item", "lasts", `{"n": 10, "name": "c", "at": "2026-09-10T00:00:00Z", "end": "2026-10-20T00:00:00Z"}`)
	got, _ = exemptedItems(t, prepare(t, controlYAML("population: {kind: test.item, time: at, end: end}\n", exemptYAML), exemptEach), input(m))
	if len(got) != 1 || !strings.HasPrefix(got[0], "lasts "+string(evidence.Exception)+" | ") {
		t.Error(got)
	}
}

// TestExemptionsOfManyItems: they come to the same where the forms of a policy that judge
// by several sets of exemptions share what they read, as each alone.
func TestExemptionsOfManyItems(t *testing.T) {
	m := memory{}
	for i := range 4000 {
		m.add("test.item", fmt.Sprint(i), fmt.Sprintf(`{"at": "2026-10-%02dT00:00:00Z", "n": %d, "name": "%c", "open": "%s"}`,
			1+i%28, i%11, 'a'+rune(i%7), []string{"plain", "approved", "over", "z"}[i/7%4]))
	}
	e := prepare(t, controlYAML(itemPopulation, exemptYAML), exemptEach)
	all, outcome := exemptedItems(t, e, input(m))
	if outcome.Unapproved == 0 || outcome.ByObservation[LapsedCode] == 0 {
		t.Errorf("%+v", outcome)
	}
	for i := 7; i < len(all); i += 499 {
		one, _ := exemptedItems(t, e, input(memory{"test.item": m["test.item"][i : i+1]}))
		if d := cmp.Diff(one, all[i:i+1]); d != "" {
			t.Errorf("item %d (-alone +among others):\n%s", i, d)
		}
	}
}

// TestExemptionDocument: stock opa is given the exemptions that hold at the item's time.
func TestExemptionDocument(t *testing.T) {
	m := memory{}
	m.add("test.item", "c", `{"n": 10, "name": "c", "at": "2026-10-20T00:00:00Z"}`)
	e := prepare(t, controlYAML(itemPopulation, exemptYAML), exemptEach)
	b, err := e.Document(t.Context(), input(m), "c")
	if err != nil || strings.Contains(string(b), `"name": "c*"`) || !strings.Contains(string(b), `"approved"`) || strings.Contains(string(b), `"value"`) {
		t.Errorf("%v\n%s", err, b)
	}
	list, err := e.control.JudgedBy(october)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range list {
		got = append(got, fmt.Sprintf("%s %d %v", j.From.Format(time.DateOnly), len(j.Params["exempt"].([]any)), j.Params["exempt_tags"]))
	}
	want := []string{"2026-10-01 5 [plain approved over]", "2026-10-05 5 [plain approved]", "2026-10-10 4 [plain approved]", "2026-10-15 3 [plain approved]"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	as := prepare(t, controlYAML(itemPopulation), `exception contains {"code": "bad"} if false`)
	if list, err := as.control.JudgedBy(october); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
}

// TestExemptionsAreChecked: a last day that is none would never come.
func TestExemptionsAreChecked(t *testing.T) {
	lib, err := Load(layer(controlYAML(itemPopulation, exemptYAML), "package evidence.tst_01\n"+exemptEach))
	if err != nil {
		t.Fatal(err)
	}
	_, err = lib.Configure(map[string]Settings{"TST-01": {Params: map[string]any{"exempt": []any{map[string]any{"name": "x", "until": "some day"}}}}})
	if err == nil || !strings.Contains(err.Error(), `control TST-01: parameter exempt: entry 1: until: "some day" is no day`) {
		t.Error(err)
	}
	for yaml, want := range map[string]string{
		strings.Replace(exemptYAML, "2026-10-14", "soon", 1): `"soon" is no day`,
		exemptYAML + "exempting: [other]\n":                  "exempting",
	} {
		if _, err := Load(layer(controlYAML(itemPopulation, yaml), "package evidence.tst_01\n"+exemptEach)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
