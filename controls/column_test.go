package controls

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

func TestFields(t *testing.T) {
	c := &Control{Columns: []Column{
		{Path: "at", Type: TimeColumn}, {Path: "n", Type: NumberColumn}, {Path: "user.name", Type: TextColumn}, {Path: "list.0", Type: TextColumn},
		{Path: "diff", Type: DiffColumn},
	}}
	moment := time.Date(2026, 10, 2, 3, 4, 5, 123456700, time.UTC)
	tests := []struct {
		body string
		want []Field
	}{
		{`{"at": "2026-10-02T03:04:05.1234567Z", "n": 1.5, "user": {"name": "=1+1"}, "list": ["a"]}`,
			[]Field{{Time: moment, Set: true}, {Number: 1.5, Set: true}, {Text: "=1+1", Set: true}, {Text: "a", Set: true}, {}}},
		{`{"diff": ["- a", 1, "+ b\nc"]}`, []Field{{}, {}, {}, {}, {Text: "- a\n+ b c", Set: true}}},
		{`{"diff": [], "list": []}`, make([]Field, 5)},
		{`{"at": null, "n": null, "user": null, "diff": null}`, make([]Field, 5)},
		{`{}`, make([]Field, 5)},
		{`{"at": "yesterday", "n": "12", "user": {"name": {"k": true}}, "list": [false]}`,
			[]Field{{Text: "yesterday", Set: true}, {Text: "12", Set: true}, {Text: `{"k": true}`, Set: true}, {Text: "false", Set: true}, {}}},
		{`{"user": {"name": ""}}`, []Field{{}, {}, {Set: true}, {}, {}}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, c.Fields(Item{Record: evidence.Record{Body: []byte(tt.body)}})); d != "" {
			t.Errorf("%s: %s", tt.body, d)
		}
	}
}

func TestItemLink(t *testing.T) {
	const link = "https://example.com/home?region={region}#/events/{id}"
	tests := []struct{ link, body, want string }{
		{link, `{"region": "us-east-1", "id": "a b"}`, "https://example.com/home?region=us-east-1#/events/a%20b"},
		{link, `{"region": "x&y=1#/../?", "id": "\"><script>"}`, "https://example.com/home?region=x%26y%3D1%23%2F..%2F%3F#/events/%22%3E%3Cscript%3E"},
		{link, `{"region": "us-east-1", "id": 7}`, "https://example.com/home?region=us-east-1#/events/7"},
		{link, `{"region": "us-east-1"}`, ""},
		{link, `{"region": "us-east-1", "id": null}`, ""},
		{link, `{"region": "us-east-1", "id": ["a"]}`, ""},
		{"", `{"region": "us-east-1", "id": "a"}`, ""},
		{"https://example.com/{repo}/pull/{id}", `{"repo": "acme/app", "id": 7}`, "https://example.com/acme/app/pull/7"},
		{"https://example.com/{repo}/pull/{id}", `{"repo": "acme/a?b#c d", "id": "/"}`, ""},
		{"https://example.com/{repo}/pull/{id}", `{"repo": "acme/a?b#c d", "id": 7}`, "https://example.com/acme/a%3Fb%23c%20d/pull/7"},
		{"https://example.com/{repo}/pull", `{"repo": "../../evil"}`, ""},
		{"https://example.com/x/{repo}", `{"repo": "a/./b"}`, ""},
		{"https://example.com/{a|b}", `{"b": "x/y"}`, "https://example.com/x/y"},
		{"https://example.com/{a|b}", `{"a": "../x", "b": "y"}`, ""},
		{"https://example.com/x?q={repo}", `{"repo": "../a"}`, "https://example.com/x?q=..%2Fa"},
	}
	for _, tt := range tests {
		if got := (&Control{Link: tt.link}).ItemLink(evidence.Record{Body: []byte(tt.body)}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.body, got, tt.want)
		}
	}
}

func TestReasonText(t *testing.T) {
	c := &Control{Reasons: map[string]evidence.Text{
		"opened": {JA: "{by} が {ports} を開放した", EN: "{by} opened {ports}"},
		"said":   {JA: "「{detail}」", EN: "said {detail}"},
	}}
	tests := []struct {
		reason Reason
		lang   evidence.Lang
		want   string
	}{
		{Reason{"opened", []byte(`{"by": "x", "ports": [22, 23]}`)}, evidence.English, "x opened 22, 23"},
		{Reason{"opened", []byte(`{"by": "x", "ports": [22, 23]}`)}, evidence.Japanese, "x が 22, 23 を開放した"},
		{Reason{"opened", []byte(`{"by": null, "ports": []}`)}, evidence.English, "— opened —"},
		{Reason{"opened", []byte(`{"by": "", "ports": true}`)}, evidence.English, "— opened true"},
		{Reason{"opened", nil}, evidence.English, "— opened —"},
		{Reason{"said", []byte(`"why {by}"`)}, evidence.Japanese, "「why {by}」"},
		{Reason{"unheard", nil}, evidence.English, "unheard"},
	}
	for _, tt := range tests {
		if got := c.ReasonText(tt.reason, tt.lang); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.reason.Detail, got, tt.want)
		}
	}
}

// Times among the details are shown in the reader's zone; what only looks like one
// in part is left as it is.
func TestReasonTimes(t *testing.T) {
	c := &Control{Reasons: map[string]evidence.Text{"late": {JA: "{at} に確認", EN: "reviewed at {at}"}}}
	zone := time.FixedZone("JST", 9*60*60)
	for detail, want := range map[string]string{
		`{"at": "2026-10-15T15:00:00Z"}`:        "reviewed at 2026-10-16 00:00:00 JST",
		`{"at": "2026-10-15T15:00:00.123Z"}`:    "reviewed at 2026-10-16 00:00:00 JST",
		`{"at": "before 2026-10-15T15:00:00Z"}`: "reviewed at before 2026-10-15T15:00:00Z",
		`{"at": "2026-10-15"}`:                  "reviewed at 2026-10-15",
		`{"at": 5}`:                             "reviewed at 5",
	} {
		if got := c.ReasonTextIn(Reason{"late", []byte(detail)}, evidence.English, zone); got != want {
			t.Errorf("%s: %q, want %q", detail, got, want)
		}
	}
	if got := c.ReasonText(Reason{"late", []byte(`{"at": "2026-10-15T15:00:00Z"}`)}, evidence.Japanese); got != "2026-10-15T15:00:00Z に確認" {
		t.Error(got)
	}
}
