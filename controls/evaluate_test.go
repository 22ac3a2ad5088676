package controls

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

const eachRules = `
exception contains {"code": "bad", "detail": {"why": input.record.why}} if input.record.n > 9
exception contains {"code": "worse", "detail": input.record.name} if input.record.n > 99
not_applicable if input.record.name == "nobody"
pending contains {"until": "2026-11-05T00:00:00Z"} if input.record.name == "wait"
pending contains {"until": "2026-11-09T00:00:00Z", "code": "bad"} if input.record.name == "wait"
undetermined contains {"code": "worse", "detail": "unknown"} if input.record.open == "puzzling"
`

func TestEvaluateEach(t *testing.T) {
	m := memory{}
	for i, body := range []string{
		`{"n": 1}`,
		`{"n": 10, "why": "too much"}`,
		`{"n": 100, "why": "far", "name": "x"}`,
		`{"n": 1, "name": "nobody"}`,
		`{"n": 10, "why": "y", "name": "nobody"}`,
		`{"n": 1, "name": "wait"}`,
		`{"n": 10, "why": "y", "name": "wait"}`,
		`{"n": 1, "name": "wait", "open": "puzzling"}`,
		`{"n": 10, "why": "y", "open": "puzzling"}`,
	} {
		m.add("test.item", fmt.Sprint(i), `{"at": "2026-10-02T00:00:00Z", `+body[1:])
	}
	items, outcome, err := evaluate(t, prepare(t, controlYAML(itemPopulation), eachRules), input(m))
	if err != nil {
		t.Fatal(err)
	}
	want := []judged{
		{"0", evidence.Pass, ""},
		{"1", evidence.Exception, "bad"},
		{"2", evidence.Exception, "bad worse"},
		{"3", evidence.NotApplicable, ""},
		{"4", evidence.Exception, "bad"},
		{"5", evidence.Pending, "bad"},
		{"6", evidence.Exception, "bad"},
		{"7", evidence.Undetermined, "worse"},
		{"8", evidence.Exception, "bad"},
	}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
	wantOutcome := Outcome{
		Total: 9, Passed: 1, Exceptions: 5, NotApplicable: 1, Pending: 1, Undetermined: 1,
		ByReason:     map[string]int64{"bad": 5, "worse": 1},
		PendingUntil: time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC),
	}
	if d := cmp.Diff(wantOutcome, outcome); d != "" {
		t.Error(d)
	}
}

const wholeRules = `
exception contains {"code": "bad", "item": a.id, "detail": {"why": b.id}} if {
	some a in input.records
	some b in input.records
	a.id != b.id
	a.record.name == b.record.name
}
not_applicable contains r.id if { some r in input.records; r.record.name == "nobody" }
pending contains {"item": r.id, "until": "2026-11-05T00:00:00Z"} if { some r in input.records; r.record.name == "wait" }
undetermined contains {"item": r.id, "code": "bad"} if { some r in input.records; r.record.name == "unclear" }
`

func TestEvaluateWhole(t *testing.T) {
	m := memory{}
	for _, n := range []string{"a x", "b x", "c y", "d nobody", "e wait", "g unclear"} {
		id, name, _ := strings.Cut(n, " ")
		m.add("test.item", id, `{"at": "2026-10-02T00:00:00Z", "name": "`+name+`"}`)
	}
	m.add("test.item", "f", `{"at": "2026-09-02T00:00:00Z", "name": "x"}`)
	items, _, err := evaluate(t, prepare(t, controlYAML(itemPopulation, "scope: whole"), wholeRules), input(m))
	if err != nil {
		t.Fatal(err)
	}
	want := []judged{
		{"a", evidence.Exception, "bad"},
		{"b", evidence.Exception, "bad"},
		{"c", evidence.Pass, ""},
		{"d", evidence.NotApplicable, ""},
		{"e", evidence.Pending, ""},
		{"g", evidence.Undetermined, "bad"},
	}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
}

// TestPopulationEdges: the period is half-open, in the organisation's time zone.
func TestPopulationEdges(t *testing.T) {
	m := memory{}
	for _, at := range []string{
		"2026-09-30T14:59:59.999999999Z", // before midnight in Tokyo
		"2026-09-30T15:00:00Z",
		"2026-10-31T23:59:59.1234567+09:00",
		"2026-10-31T14:59:59Z",
		"2026-10-31T15:00:00Z", // midnight: November
	} {
		m.add("test.item", at, `{"at": "`+at+`"}`)
	}
	e := prepare(t, controlYAML(itemPopulation), `exception contains {"code": "bad"} if false`)
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	want := []judged{
		{"2026-09-30T15:00:00Z", evidence.Pass, ""},
		{"2026-10-31T23:59:59.1234567+09:00", evidence.Pass, ""},
		{"2026-10-31T14:59:59Z", evidence.Pass, ""},
	}
	if d := cmp.Diff(want, items); d != "" {
		t.Error(d)
	}
}

// TestPopulationOfLastingItems: an item that lasts belongs to each period it overlaps.
func TestPopulationOfLastingItems(t *testing.T) {
	m := memory{}
	m.add("test.item", "before", `{"at": "2026-09-29T00:00:00Z", "end": "2026-09-30T15:00:00Z"}`)
	m.add("test.item", "into", `{"at": "2026-09-30T00:00:00Z", "end": "2026-10-01T00:00:00Z"}`)
	m.add("test.item", "out of", `{"at": "2026-10-31T00:00:00Z", "end": "2026-11-01T00:00:00Z"}`)
	m.add("test.item", "after", `{"at": "2026-10-31T15:00:00Z", "end": "2026-11-01T00:00:00Z"}`)
	e := prepare(t, controlYAML("population: {kind: test.item, time: at, end: end}"), `exception contains {"code": "bad"} if false`)
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]judged{{"into", evidence.Pass, ""}, {"out of", evidence.Pass, ""}}, items); d != "" {
		t.Error(d)
	}
}

// TestNeverAPass: whatever keeps the policy from judging an item ends the
// evaluation with an error that names the control and the record.
func TestNeverAPass(t *testing.T) {
	const good = `exception contains {"code": "bad"} if false`
	tests := []struct{ name, rules, body, want string }{
		{"no time", good, `{"n": 1}`, "at: want a time in RFC 3339, have nothing"},
		{"time is null", good, `{"at": null}`, "have null"},
		{"time of another format", good, `{"at": "2026-10-02 00:00:00"}`, "want a time in RFC 3339"},
		{"unknown code", `exception contains {"code": "unheard"} if true`, `{}`, `code "unheard" has no text`},
		{"no code", `exception contains {"detail": {}} if true`, `{}`, `code "" has no text`},
		{"exception is no object", `exception contains "bad" if true`, `{}`, "is not an object"},
		{"detail is a number", `exception contains {"code": "bad", "detail": 1} if true`, `{}`, "neither an object nor a string"},
		{"unknown member", `exception contains {"code": "bad", "severity": "high"} if true`, `{}`, `member "severity"`},
		{"item with scope each", `exception contains {"code": "bad", "item": "x"} if true`, `{}`, `member "item"`},
		{"builtin error", `exception contains {"code": "bad"} if to_number(input.record.name) > 1`, `{"name": "many"}`, "to_number"},
		{"conflict", good + "\nx := 1 if input.record.n == 1\nx := 2 if input.record.n == 1\nexception contains {\"code\": \"bad\"} if x == 3", `{"n": 1}`, "conflict"},
		{"not applicable is a text", good + "\nnot_applicable := input.record.name", `{"name": "yes"}`, "not_applicable"},
		{"pending without until", good + "\npending contains {\"code\": \"bad\"} if true", `{}`, "without until"},
		{"pending until no time", good + "\npending contains {\"until\": \"soon\"} if true", `{}`, "RFC 3339"},
		{"pending until the past", good + "\npending contains {\"until\": \"2026-10-20T00:00:00Z\"} if true", `{}`, "had passed"},
		{"a key twice", good, `{"n": 1, "n": 2}`, "a key twice"},
		{"a number out of range", good, `{"n": 1e999999999}`, "out of range"},
		{"not JSON", good, `{"n": }`, "not valid JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(tt.body, `"at"`) && tt.name != "no time" {
				tt.body = `{"at": "2026-10-02T00:00:00Z", ` + tt.body[1:]
				tt.body = strings.Replace(tt.body, ", }", "}", 1)
			}
			m := memory{}
			m.add("test.item", "the-item", tt.body)
			_, outcome, err := evaluate(t, prepare(t, controlYAML(itemPopulation), tt.rules), input(m))
			if err == nil {
				t.Fatalf("no error; outcome %+v", outcome)
			}
			for _, want := range []string{"TST-01", "the-item", tt.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestWholeRefusesUnknownItems(t *testing.T) {
	for _, rule := range []string{
		`exception contains {"code": "bad", "item": "other"} if true`,
		`exception contains {"code": "bad"} if true`,
		`exception contains {"code": "bad"} if false` + "\nnot_applicable contains \"other\" if true",
		`exception contains {"code": "bad"} if false` + "\nundetermined contains {\"item\": \"other\", \"code\": \"bad\"} if true",
		`exception contains {"code": "bad"} if false` + "\npending contains {\"item\": \"other\", \"until\": \"2026-12-01T00:00:00Z\"} if true",
	} {
		m := memory{}
		m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z"}`)
		if items, _, err := evaluate(t, prepare(t, controlYAML(itemPopulation, "scope: whole"), rule), input(m)); err == nil {
			t.Errorf("%s: accepted: %v", rule, items)
		}
	}
}

// TestParallelEqualsSequential: how many workers there are changes nothing,
// neither the items and their order nor where an error ends them.
func TestParallelEqualsSequential(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 8 {
		m := memory{}
		for i := range 300 + random.IntN(200) {
			m.add("test.item", fmt.Sprint(i), fmt.Sprintf(`{"at": "%s", "n": %d, "why": "w", "name": "n%d"}`, stamp(1+random.IntN(30)), random.IntN(150), i%7))
		}
		if round%2 == 1 {
			m["test.item"][random.IntN(300)].Body = []byte(`{"at": "never"}`)
		}
		e := prepare(t, controlYAML(itemPopulation), eachRules)
		type run struct {
			Items   []judged
			Outcome Outcome
			Error   string
		}
		var runs []run
		for _, workers := range []int{1, 2, 5} {
			e.workers = workers
			items, outcome, err := evaluate(t, e, input(m))
			runs = append(runs, run{items, outcome, fmt.Sprint(err)})
		}
		for _, r := range runs[1:] {
			if d := cmp.Diff(runs[0], r); d != "" {
				t.Errorf("round %d: %s", round, d)
			}
		}
		if failed := runs[0].Error != "<nil>"; failed != (round%2 == 1) {
			t.Errorf("round %d: error %s", round, runs[0].Error)
		}
	}
}

func TestEvaluateStops(t *testing.T) {
	m := memory{}
	for i := range 1000 {
		m.add("test.item", fmt.Sprint(i), `{"at": "2026-10-02T00:00:00Z", "n": 1}`)
	}
	e := prepare(t, controlYAML(itemPopulation), eachRules)

	full := errors.New("disk full")
	n := 0
	_, err := e.Evaluate(t.Context(), input(m), func(Item) error {
		if n++; n == 100 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || n != 100 {
		t.Errorf("emit's error: got %v after %d items", err, n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	_, err = e.Evaluate(ctx, input(m), func(Item) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestEvaluateNeedsItsInput(t *testing.T) {
	e := prepare(t, controlYAML(itemPopulation), eachRules)
	for name, in := range map[string]Input{
		"no period":   {AsOf: asOf, Evidence: memory{}},
		"no as of":    {Period: october, Evidence: memory{}},
		"no evidence": {Period: october, AsOf: asOf},
	} {
		if _, _, err := evaluate(t, e, in); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPolicySeesPeriodInItsTimeZone(t *testing.T) {
	m := memory{}
	m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z"}`)
	e := prepare(t, controlYAML(itemPopulation), `exception contains {"code": "worse", "detail": sprintf("%s %s %s", [input.period.start, input.period.end, input.as_of])} if true`)
	var got string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got = e.control.ReasonText(item.Reasons[0], evidence.English)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := "worse 2026-10-01T00:00:00+09:00 2026-11-01T00:00:00+09:00 2026-11-02T09:00:00+09:00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResult(t *testing.T) {
	tests := []struct {
		outcome  Outcome
		complete bool
		want     evidence.Result
	}{
		{Outcome{}, true, evidence.NoOccurrence},
		{Outcome{}, false, evidence.NotEvaluable},
		{Outcome{Total: 2, Passed: 1, NotApplicable: 1}, true, evidence.Effective},
		{Outcome{Total: 2, NotApplicable: 2}, true, evidence.NoOccurrence},
		{Outcome{Total: 2, Passed: 1, Exceptions: 1}, true, evidence.ExceptionsNoted},
		{Outcome{Total: 2, Passed: 1, Exceptions: 1}, false, evidence.NotEvaluable},
		{Outcome{Total: 2, Pending: 1, Exceptions: 1}, true, evidence.NotEvaluable},
		{Outcome{Total: 2, Undetermined: 1, Passed: 1}, true, evidence.NotEvaluable},
		{Outcome{Total: 1, Passed: 1}, false, evidence.NotEvaluable},
	}
	for _, tt := range tests {
		if got := tt.outcome.Result(tt.complete); got != tt.want {
			t.Errorf("%+v complete=%v: got %s, want %s", tt.outcome, tt.complete, got, tt.want)
		}
	}
}
