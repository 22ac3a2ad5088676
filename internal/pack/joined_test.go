package pack

import (
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// The example of a joined control is one that jq can join: by equal keys, with no
// other condition, and with an exception to show.
func TestJoinedExample(t *testing.T) {
	library, err := controls.Load(controls.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	tested := func(id string, items ...string) evaluation.Control {
		c := evaluation.Control{ID: id}
		for _, i := range items {
			c.Exceptions = append(c.Exceptions, evaluation.Item{ID: i})
		}
		return c
	}
	period := evidence.Period{Start: time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC)}
	for _, tt := range []struct {
		name     string
		controls []evaluation.Control
		want     string
	}{
		{"none has an exception", []evaluation.Control{tested("CHG-01")}, ""},
		{"joined with nothing", []evaluation.Control{tested("LOG-01", "e")}, ""},
		{"keys in texts", []evaluation.Control{tested("CHG-04", "PR_1")}, ""},
		{"snapshots and claims", []evaluation.Control{tested("CHG-06", "REF_1")}, ""},
		{"by keys", []evaluation.Control{tested("CHG-04", "PR_1"), tested("CHG-01"), tested("CHG-09", "PR_'2"), tested("LOG-01", "e")}, "CHG-09"},
	} {
		e, ok := newJoinedExample(&evaluation.Results{Controls: tt.controls}, library)
		if ok != (tt.want != "") || ok && e.control.ID != tt.want {
			t.Errorf("%s: %v %v, want %q", tt.name, ok, e, tt.want)
		}
		if !ok {
			continue
		}
		text := e.joined(period)
		for _, part := range []string{
			`--arg id 'PR_'\''2'`, `.time >= "2026-08-30T15:00:00Z" and .time < "2026-12-01T15:00:00Z"`,
			`same($item[0].body; ["commit","associatedPullRequests","nodes","id"]; ["id"])`,
			"-d controls/CHG-09/policy.rego -d controls/lib", "data.evidence.chg_09.exception",
		} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %s in\n%s", tt.name, part, text)
			}
		}
	}
}

// A population of claims is complete by the claims that it may have, and no others.
func TestAccepts(t *testing.T) {
	chain := evidence.Claim{Kind: "cloudtrail.event", Method: evidence.DigestChain}
	pages := evidence.Claim{Kind: "github.issue", Method: evidence.PagesExhausted}
	for _, tt := range []struct {
		where        evidence.Where
		chain, pages bool
	}{
		{nil, true, true},
		{evidence.Where{{"method": {"digest-chain"}}}, true, false},
		{evidence.Where{{"kind": {"github.issue"}}}, false, true},
		{evidence.Where{{"kind": {"github.issue"}, "method": {"digest-chain"}}}, false, false},
		{evidence.Where{{"kind": {"github.issue"}}, {"method": {"digest-chain"}}}, true, true},
	} {
		if accepts(tt.where, chain) != tt.chain || accepts(tt.where, pages) != tt.pages {
			t.Errorf("%v: %v %v", tt.where, accepts(tt.where, chain), accepts(tt.where, pages))
		}
	}
}
