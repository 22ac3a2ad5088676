package roster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evidencepack/evidence"
)

var (
	october = evidence.Period{Start: time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC)}
	now     = time.Date(2026, 11, 2, 0, 0, 0, 500, time.UTC)
)

func unit() evidence.Unit {
	spec, err := specOf(nil)
	if err != nil {
		panic(err)
	}
	return evidence.Unit{
		Spec:  spec,
		Kinds: []string{Kind}, Scope: evidence.Scope{"roster": "acme"}, Window: october,
		Want: []evidence.Selection{{Kind: Kind, For: "ACC-03"}, {Kind: Kind, For: "ACC-04", Where: evidence.Where{{"employee_number": {"10023"}}}}},
	}
}

// taken collects one snapshot of the given entries.
func taken(t *testing.T, u evidence.Unit, entries ...Entry) evidence.Batch {
	t.Helper()
	var out []evidence.Batch
	for b, err := range Collect(t.Context(), u, nil, now, nil, func(_ context.Context, s *Snapshot) error {
		s.Entries, s.Origins = entries, []evidence.Origin{{Request: "test", SHA256: strings.Repeat("0", 64), Size: 1}}
		s.Method, s.Counts, s.Expected, s.Found = evidence.SourceCount, "people", int64(len(entries)), int64(len(entries))
		return nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	if len(out) != 1 {
		t.Fatalf("%d batches, want one", len(out))
	}
	return out[0]
}

func person(number string) Person { return Person{Number: number, Source: json.RawMessage(`{"n":1}`)} }

// TestBody holds the form of hr.person to the byte.
func TestBody(t *testing.T) {
	zone := time.FixedZone("JST", 9*60*60)
	p := Person{
		Number: "10023", Name: "SRE & <01>", Emails: []string{"sre-01@example.co.jp"}, Department: "開発部", Employment: "正社員", Status: Retired,
		Joined: time.Date(2020, 4, 1, 0, 0, 0, 0, zone), Left: time.Date(2026, 10, 31, 23, 59, 59, 0, zone),
		Moves:  []Move{{time.Date(2026, 10, 1, 0, 0, 0, 0, zone), "開発部"}, {Department: "経理部"}},
		Source: json.RawMessage(`{"社員番号": "10023"}`),
	}
	got, err := p.body("acme", "acme/1")
	want := `{"employee_number":"10023","name":"SRE & <01>","emails":["sre-01@example.co.jp"],"department":"開発部","employment_type":"正社員",` +
		`"joined_at":"2020-04-01T00:00:00+09:00","left_at":"2026-10-31T23:59:59+09:00",` +
		`"moves":[{"at":"2026-10-01T00:00:00+09:00","department":"開発部"},{"at":null,"department":"経理部"}],` +
		`"status":"retired","roster":"acme","key":"acme/1","source":{"社員番号":"10023"}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	got, err = Person{Source: json.RawMessage(`{}`)}.body("acme", "acme/2")
	want = `{"employee_number":null,"name":null,"emails":[],"department":null,"employment_type":null,"joined_at":null,"left_at":null,` +
		`"moves":[],"status":null,"roster":"acme","key":"acme/2","source":{}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

// TestBodyFitsItsSchema: what policies are checked against.
func TestBodyFitsItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../../controls/schemas/" + Kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	full := Person{
		Number: "10023", Name: "SRE 01", Emails: []string{"sre-01@example.co.jp"}, Department: "開発部", Employment: "正社員", Status: Employed,
		Joined: now, Left: now, Moves: []Move{{now, "開発部"}, {}}, Source: json.RawMessage(`{"a":"b"}`),
	}
	for _, p := range []Person{full, {Source: json.RawMessage(`{}`)}} {
		b, err := p.body("acme", "acme/1")
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", b, err)
		}
		delete(v.(map[string]any), "left_at")
		if schema.Validate(v) == nil {
			t.Error("a person without left_at is one all the same: the schema asks for nothing")
		}
	}
}

// TestTwoPeopleOfOneNumberAreBothThere, and whoever joins by the number finds both.
func TestTwoPeopleOfOneNumberAreBothThere(t *testing.T) {
	b := taken(t, unit(),
		Entry{Person: person("10023"), Key: "10023", Place: "line 2"},
		Entry{Person: person("10023"), Key: "10023#2", Place: "line 3"},
		Entry{Person: person("10023"), Key: "c-9", Place: "line 4"},
		Entry{Person: person("10024"), Key: "c-10", Place: "line 5"},
		Entry{Person: person(""), Key: "c-11", Place: "line 6"},
		Entry{Person: person("10023#2"), Key: "c-12", Place: "line 7"}, // what the second one's identity would come to
	)
	var ids, keys, numbers []string
	for _, r := range b.Records {
		var body struct {
			Number *string `json:"employee_number"`
			Key    string
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		number := "null"
		if body.Number != nil {
			number = *body.Number
		}
		ids, keys, numbers = append(ids, r.ID), append(keys, body.Key), append(numbers, number)
	}
	at := "@2026-11-02T00:00:00Z"
	for _, diff := range []string{
		cmp.Diff([]string{"acme/10023" + at, "acme/10023#2" + at, "acme/10023#c-9" + at, "acme/10024" + at, "acme/c-11" + at, "acme/10023#2+" + at}, ids),
		cmp.Diff([]string{"acme/10023", "acme/10023#2", "acme/c-9", "acme/c-10", "acme/c-11", "acme/c-12"}, keys),
		cmp.Diff([]string{"10023", "10023", "10023", "10024", "null", "10023#2"}, numbers),
		cmp.Diff([]evidence.Finding{{Code: "number_used_twice", Object: "acme", Detail: "line 2, line 3, line 4"}}, b.Claims[0].Notes),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
	if !b.Claims[0].Satisfied() {
		t.Errorf("an ambiguous roster is complete all the same: %+v", b.Claims[0])
	}
}

func TestCounts(t *testing.T) {
	left := Entry{Person: person("10025"), Key: "3", Place: "line 4"}
	left.Person.Left = now
	addressed := Entry{Person: person("10023"), Key: "1", Place: "line 2"}
	addressed.Person.Emails = []string{"a@example.co.jp"}
	b := taken(t, unit(), addressed, Entry{Person: person(""), Key: "2", Place: "line 3"}, left)
	want := []evidence.Count{
		{Code: "records_read", N: 3}, {Code: "records_kept", N: 3}, {Code: "people_with_leaving_date", N: 1},
		{Code: "people_without_number", N: 1}, {Code: "people_without_email", N: 2},
		{Code: "records_kept", For: "ACC-03", N: 3}, {Code: "records_kept", For: "ACC-04", N: 1},
	}
	if diff := cmp.Diff(want, b.Claims[0].Counts); diff != "" {
		t.Error(diff)
	}
	if !b.Records[0].Time.Equal(now.Truncate(time.Second)) {
		t.Errorf("a record's time is %s, want when the roster was read", b.Records[0].Time)
	}
}

func TestWhatARosterLeavesUnsaid(t *testing.T) {
	before, within := october.Start.Add(-time.Second), october.Start
	entry := func(status string, left, joined, changed time.Time) Entry {
		return Entry{Person: Person{Number: "1", Status: status, Left: left, Joined: joined, Source: json.RawMessage(`{}`)}, Key: "1", Place: "line 2", Changed: changed}
	}
	for _, tt := range []struct {
		name        string
		entries     []Entry
		gaps, notes []string
	}{
		{"nobody", nil, []string{"roster_empty"}, nil},
		{"somebody", []Entry{entry(Employed, time.Time{}, time.Time{}, time.Time{})}, nil, nil},
		{"left, with a date", []Entry{entry(Retired, within, time.Time{}, within)}, nil, nil},
		{"left, nobody knows when", []Entry{entry(Retired, time.Time{}, time.Time{}, time.Time{})}, []string{"left_without_date"}, nil},
		{"left, perhaps in the period", []Entry{entry(Retired, time.Time{}, time.Time{}, within)}, []string{"left_without_date"}, nil},
		{"left before the period, somewhen", []Entry{entry(Retired, time.Time{}, time.Time{}, before)}, nil, []string{"left_without_date"}},
		{"left before joining", []Entry{entry(Employed, before, within, time.Time{})}, nil, []string{"left_before_joined"}},
	} {
		c := taken(t, unit(), tt.entries...).Claims[0]
		if diff := cmp.Diff([2][]string{tt.gaps, tt.notes}, [2][]string{codes(c.Gaps), codes(c.Notes)}); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
}

func codes(list []evidence.Finding) (out []string) {
	for _, f := range list {
		out = append(out, f.Code)
	}
	return out
}

// TestManyFindingsAreCounted: a claim does not list ten thousand lines.
func TestManyFindingsAreCounted(t *testing.T) {
	var f Findings
	for i := range 250 {
		f.Add(evidence.Finding{Code: "row_unreadable", Object: fmt.Sprintf("line %d", i)})
	}
	f.Add(evidence.Finding{Code: "other", Object: "x"})
	all := f.all()
	if len(all) != 102 || !strings.Contains(all[101].Detail, "250") || all[101].Code != "row_unreadable" || all[100].Code != "other" {
		t.Errorf("%d findings, the last %+v", len(all), all[len(all)-1])
	}
}

func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		now  time.Time
		want string // the end; empty: no window
	}{
		{now, "2026-10-31T15:00:00Z"},
		{october.End, "2026-10-31T15:00:00Z"},
		{october.End.Add(-time.Second), "2026-10-31T14:00:00Z"},
		{october.Start.Add(time.Hour), "2026-09-30T16:00:00Z"},
		{october.Start.Add(time.Minute), ""},
		{october.Start.Add(-time.Hour), ""},
	} {
		w, ok := Window(october, tt.now)
		if ok != (tt.want != "") || ok && w.End.Format(time.RFC3339) != tt.want {
			t.Errorf("at %s: %s, %t; want the end %s", tt.now, w, ok, tt.want)
		}
	}
}

func TestPlan(t *testing.T) {
	q := evidence.Query{Period: october, Want: []evidence.Selection{{Kind: "other.kind", For: "X"}}}
	for u, err := range Plan(q, now, "acme", nil) {
		t.Errorf("nobody wants people: %s %v", u, err)
	}
	q.Want = append(q.Want, evidence.Selection{Kind: Kind, For: "ACC-03"})
	keys := map[string]bool{}
	for _, settings := range []any{map[string]int{"width": 6}, map[string]int{"width": 6}, map[string]int{"width": 7}} {
		n := 0
		for u, err := range Plan(q, now, "acme", settings) {
			n++
			keys[u.Key()] = true
			if err != nil || u.Scope.String() != "roster=acme" || len(u.Want) != 1 {
				t.Errorf("%+v %v", u, err)
			}
			for _, err := range Collect(t.Context(), u, nil, now, "others", func(context.Context, *Snapshot) error { return nil }) {
				if err == nil || !strings.Contains(err.Error(), "planned by other settings") {
					t.Errorf("a unit of other settings: %v", err)
				}
			}
		}
		if n != 1 {
			t.Errorf("%d units, want one", n)
		}
	}
	if len(keys) != 2 {
		t.Errorf("%d units of two sorts of settings", len(keys))
	}
}

func TestCollectEnds(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	fail := errors.New("unreadable")
	for _, tt := range []struct {
		name string
		ctx  context.Context
		from string
		err  error
		want error
	}{
		{"cancelled", cancelled, "", nil, context.Canceled},
		{"done before", t.Context(), `{"taken":"2026-11-02T00:00:00Z","done":true}`, fail, nil},
		{"failed", t.Context(), "", fail, fail},
	} {
		batches := 0
		var last error
		for b, err := range Collect(tt.ctx, unit(), evidence.Cursor(tt.from), now, nil, func(context.Context, *Snapshot) error { return tt.err }) {
			last = err
			if err == nil {
				batches++
				_ = b
			}
		}
		if batches != 0 || !errors.Is(last, tt.want) {
			t.Errorf("%s: %d batches, %v", tt.name, batches, last)
		}
	}
	for _, err := range Collect(t.Context(), unit(), evidence.Cursor("x"), now, nil, func(context.Context, *Snapshot) error { return nil }) {
		if err == nil {
			t.Error("a cursor of somebody else was taken")
		}
	}
}

func TestTextsAreInBothLanguages(t *testing.T) {
	all := Texts(map[string]evidence.Text{"own": {JA: "独自", EN: "own"}})
	for code, text := range all {
		if !text.Complete() {
			t.Errorf("%s: %+v", code, text)
		}
	}
	if len(all) != len(texts)+1 {
		t.Error("a driver's texts do not come to the shared ones")
	}
}
