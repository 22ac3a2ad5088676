package responses

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
)

var (
	jst     = time.FixedZone("JST", 9*60*60)
	october = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, jst), End: time.Date(2026, 11, 1, 0, 0, 0, 0, jst)}
	asOf    = time.Date(2026, 11, 2, 3, 0, 0, 0, jst)
)

// good is an entry that stands by itself; with replaces or takes out lines of it.
func good(with ...string) string {
	lines := []string{"item: one", "kind: explained", "text: because", "owner: Owner", "approver: Approver", "approved: 2026-11-01"}
	for _, w := range with {
		name, value, _ := strings.Cut(w, ":")
		for i, l := range lines {
			if strings.HasPrefix(l, name+":") {
				lines[i], name = w, ""
			}
			if lines[i] != "" && value == "" && strings.HasPrefix(lines[i], w) {
				lines[i] = ""
			}
		}
		if name != "" {
			lines = append(lines, w)
		}
	}
	var out strings.Builder
	for _, l := range lines {
		if l == "" {
			continue
		}
		if out.Len() == 0 {
			fmt.Fprintf(&out, "  - %s\n", l)
		} else {
			fmt.Fprintf(&out, "    %s\n", l)
		}
	}
	return out.String()
}

func file(period string, entries ...string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("control: CHG-01\nperiod: " + period + "\nresponses:\n" + strings.Join(entries, ""))}
}

func TestLoad(t *testing.T) {
	files, err := Load(fstest.MapFS{
		"2026-10/CHG-01.yaml": file("2026-10", good(), good("item: two", "kind: accepted_risk", "text: {ja: 理由, en: reason}", "ticket: RISK-1", "expires: 2027-03-31")),
		"2026-11/CHG-01.yaml": file("2026-11", good()),
		"README.md":           {Data: []byte("not a response")},
	}, jst)
	if err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, jst) }
	want := []Response{
		{Control: "CHG-01", Item: "one", Kind: Explained, Text: evidence.Text{JA: "because", EN: "because"}, Owner: "Owner", Approver: "Approver",
			Approved: day(2026, 11, 1), File: "2026-10/CHG-01.yaml", Line: 4},
		{Control: "CHG-01", Item: "two", Kind: AcceptedRisk, Text: evidence.Text{JA: "理由", EN: "reason"}, Owner: "Owner", Approver: "Approver",
			Approved: day(2026, 11, 1), Ticket: "RISK-1", Expires: day(2027, 4, 1), File: "2026-10/CHG-01.yaml", Line: 10},
	}
	if diff := cmp.Diff(want, files[0].Responses); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := For(files, october, []string{"CHG-01"}); len(got) != 1 || got[0].Path != "2026-10/CHG-01.yaml" {
		t.Errorf("of October: %v", got)
	}
	year := evidence.Period{Start: day(2026, 1, 1), End: day(2027, 1, 1)}
	if got := For(files, year, []string{"CHG-01"}); len(got) != 2 {
		t.Errorf("of the year: %d files, want 2", len(got))
	}
	if got := For(files, year, []string{"CHG-02"}); len(got) != 0 {
		t.Errorf("of another control: %d files", len(got))
	}
}

func TestWrongResponses(t *testing.T) {
	for name, c := range map[string]struct {
		file *fstest.MapFile
		want string // the error names the place and this
	}{
		"self-approved":             {file("2026-10", good("owner: 佐藤　花子", "approver: 佐藤 花子")), "佐藤　花子 approved their own response"},
		"self-approved, full width": {file("2026-10", good("owner: Ａlice", "approver: alice")), "approved their own response"},
		"no approver":               {file("2026-10", good("approver:")), "approver is missing"},
		"no owner":                  {file("2026-10", good("owner:")), "owner is missing"},
		"no text":                   {file("2026-10", good("text:")), "text is missing"},
		"text in one language":      {file("2026-10", good("text: {ja: 理由}")), "text is missing"},
		"no day of approval":        {file("2026-10", good("approved:")), "approved is missing"},
		"month of approval":         {file("2026-10", good("approved: 2026-11")), `"2026-11" is no day`},
		"unknown kind":              {file("2026-10", good("kind: ignored")), `kind "ignored"`},
		"unknown member":            {file("2026-10", good("approvedby: x")), "approvedby"},
		"risk without an end":       {file("2026-10", good("kind: accepted_risk")), "expires is missing"},
		"ends before approval":      {file("2026-10", good("expires: 2026-10-30")), "before it was approved"},
		"answered twice":            {file("2026-10", good(), good("kind: remediated")), "is answered in f.yaml:4 too"},
		"fiscal year":               {file("FY2026", good()), "want a period of the calendar"},
		"no period":                 {&fstest.MapFile{Data: []byte("control: CHG-01\nresponses: []\n")}, `period ""`},
		"no control":                {&fstest.MapFile{Data: []byte("period: 2026-10\nresponses: []\n")}, "control is missing"},
		"no YAML":                   {&fstest.MapFile{Data: []byte("control: [\n")}, "f.yaml"},
		"alien":                     {&fstest.MapFile{Data: []byte("control: CHG-01\nperiod: 2026-10\nanswers: []\n")}, "answers"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"f.yaml": c.file}, jst)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.yaml") {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{"a b.yaml": file("2026-10", good())}, jst); err == nil || !strings.Contains(err.Error(), "a b.yaml") {
		t.Errorf("a name with a space: %v", err)
	}
}

// TestAllWrongOnesAreNamed: who mends one does not find the next at the next run.
func TestAllWrongOnesAreNamed(t *testing.T) {
	_, err := Load(fstest.MapFS{"a.yaml": file("2026-10", good("kind: x"), good("item: two", "owner: Approver")), "b.yaml": file("2026-13")}, jst)
	for _, want := range []string{"a.yaml:4", "a.yaml:10", "b.yaml"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func results() *evaluation.Results {
	item := func(id, label string) evaluation.Item {
		return evaluation.Item{ID: id, Label: label, Verdict: evidence.Exception}
	}
	return &evaluation.Results{AsOf: asOf, Controls: []evaluation.Control{{
		ID: "CHG-01", Exceptions: []evaluation.Item{item("one", "app#1"), item("two", "app#2"), item("three", "same"), item("four", "same"), item("app#1", "")},
	}}}
}

func TestAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		entry, item, want string // the item that is answered, or what the error says
	}{
		"by its identity":       {good(), "one", ""},
		"by its label":          {good("item: app#2"), "two", ""},
		"identity before label": {good("item: app#1"), "app#1", ""},
		"label of several":      {good("item: same"), "", `2 exceptions of CHG-01 are called "same"`},
		"no exception":          {good("item: five"), "", `CHG-01 has no exception "five"`},
		"lapsed the day before": {good("expires: 2026-11-01"), "", "lapsed"},
		"holds on the day":      {good("expires: 2026-11-02"), "one", ""},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := Load(fstest.MapFS{"f.yaml": file("2026-10", c.entry)}, jst)
			if err != nil {
				t.Fatal(err)
			}
			answers, err := Answer(files, results())
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.yaml:4") {
					t.Errorf("error %v, want one that says %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range results().Controls[0].Exceptions {
				if got := answers.Of("CHG-01", item.ID) != nil; got != (item.ID == c.item) {
					t.Errorf("%s: answered %v", item.ID, got)
				}
			}
			if answers.Of("CHG-02", c.item) != nil {
				t.Error("another control's item is answered")
			}
		})
	}
}

// TestOneByTwoNames: an exception is answered once, whatever it is called.
func TestOneByTwoNames(t *testing.T) {
	files, err := Load(fstest.MapFS{"a.yaml": file("2026-10", good("item: two"), good("item: app#2"))}, jst)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Answer(files, results()); err == nil || !strings.Contains(err.Error(), "is answered in a.yaml:4 too") {
		t.Errorf("error %v", err)
	}
}

func TestControlThatWasNotTested(t *testing.T) {
	if _, err := Answer([]File{{Path: "f.yaml", Control: "CHG-09"}}, results()); err == nil || !strings.Contains(err.Error(), "f.yaml: control CHG-09 was not tested") {
		t.Errorf("error %v", err)
	}
}
