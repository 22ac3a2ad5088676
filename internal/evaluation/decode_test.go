package evaluation

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/sealed"
)

// TestRead: what was written is read whole, and written again the same.
func TestRead(t *testing.T) {
	at := time.Date(2026, 10, 2, 1, 2, 3, 4, time.FixedZone("", 9*3600))
	r := Results{
		Period: evidence.Period{Start: at.UTC(), End: at.Add(time.Hour).UTC()}, Timezone: "Asia/Tokyo", AsOf: at.UTC(), Open: true,
		Sources: []sealed.Source{{Name: "s", Driver: "d", Kinds: []string{"k"}, Forms: map[string]evidence.Form{"k": evidence.Snapshot}}},
		Controls: []Control{{
			ID: "ONE-01", Result: evidence.NotEvaluable, Counts: Counts{Total: 3, Exceptions: 1, Pending: 1, Undetermined: 1}, ByReason: map[string]int64{"bad": 1},
			Missing: []sealed.Missing{{Code: sealed.Gap, Source: "s", Scope: evidence.Scope{"account": "1"}}}, Until: at.UTC(), Owner: "o",
			Params: map[string]any{"limit": 3.5, "list": []any{"a"}}, Sources: map[string]string{"policy.rego": "00"},
			Exceptions: []Item{{ID: "a", Label: "<b>", Time: at, Verdict: evidence.Exception, Reasons: []controls.Reason{{Code: "bad", Detail: []byte(`{"x":1}`)}}, SHA256: "ff"}},
			Pending:    []Item{{ID: "p", Time: at, Verdict: evidence.Pending, Until: at}}, Undecided: []Item{{ID: "u", Time: at, Verdict: evidence.Undetermined}},
		}, {ID: "TWO-01", Result: evidence.Effective, Params: map[string]any{}, Exceptions: []Item{}}},
	}
	var first, second bytes.Buffer
	if err := r.Encode(&first); err != nil {
		t.Fatal(err)
	}
	read, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Encode(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("written %s\nread    %s", first.String(), second.String())
	}
	c := read.Find("ONE-01")
	if c == nil || len(c.Exceptions) != 1 || c.Exceptions[0].Label != "<b>" || !c.Exceptions[0].Time.Equal(at) || c.Undecided[0].ID != "u" || read.Find("none") != nil {
		t.Errorf("%+v", c)
	}
	for range c.Items() {
		t.Error("results that were read have no populations")
	}
	if _, err := Read(strings.NewReader(`{"controls": [{"exceptions": 1}]}`)); err == nil {
		t.Error("exceptions that are no list were read")
	}
}
