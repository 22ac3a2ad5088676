package evidence

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewRecordKeepsTheBodyVerbatim(t *testing.T) {
	body := []byte("{ \"a\" : 1.50,\n \"b\":\"<tag> & \\u003c \\u65e5本 \",\"a2\":12345678901234567890 }")
	r, err := NewRecord("k", "id", time.Unix(1, 5), 0, body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":1.50,"b":"<tag> & \u003c \u65e5本 ","a2":12345678901234567890}`
	if string(r.Body) != want {
		t.Errorf("body %s, want %s", r.Body, want)
	}
}

func TestNewRecordRefuses(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		name, kind, id string
		at             time.Time
		body           string
	}{
		{"no kind", "", "id", now, "{}"},
		{"no id", "k", "", now, "{}"},
		{"no time", "k", "id", time.Time{}, "{}"},
		{"no object", "k", "id", now, "[1]"},
		{"cut short", "k", "id", now, `{"a":`},
		{"nothing", "k", "id", now, ""},
		{"two values", "k", "id", now, "{} {}"},
	} {
		if _, err := NewRecord(tt.kind, tt.id, tt.at, 0, []byte(tt.body)); err == nil {
			t.Errorf("%s is accepted", tt.name)
		}
	}
}

func TestLines(t *testing.T) {
	r, err := NewRecord("cloudtrail.event", `we"ird <id>`, time.Date(2026, 10, 1, 9, 0, 0, 120, time.FixedZone("JST", 9*3600)), 3, []byte(`{"x":"<"}`))
	if err != nil {
		t.Fatal(err)
	}
	line := r.AppendLine(nil)
	want := `{"kind":"cloudtrail.event","id":"we\"ird <id>","time":"2026-10-01T00:00:00.00000012Z","origin":3,"body":{"x":"<"}}` + "\n"
	if string(line) != want {
		t.Errorf("line %s, want %s", line, want)
	}
	again, err := ParseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, again); d != "" {
		t.Error(d)
	}
}

// TestPlainLinesAreReadAlike: the quick way reads what the general way reads.
func TestPlainLinesAreReadAlike(t *testing.T) {
	for _, tt := range []struct {
		line  string
		plain bool
	}{
		{`{"kind":"k","id":"i-1","time":"2026-10-01T00:00:00.5Z","origin":12,"body":{"a":[1,{}]}}`, true},
		{`{"kind":"k","id":"i\u002d1","time":"2026-10-01T00:00:00Z","origin":0,"body":{}}`, false},
		{`{"kind":"k","id":"日本","time":"2026-10-01T00:00:00Z","origin":0,"body":{}}`, false},
		{`{"kind":"k","id":"i","time":"2026-10-01T00:00:00Z","origin":0,"body":{},"more":{}}`, false},
		{`{"kind":"k","id":"i","time":"2026-10-01T00:00:00Z","origin":0,"body":{"a":1}`, false},
		{`{"kind":"k","id":"i","time":"2026-10-01T00:00:00Z","origin":+1,"body":{}}`, false},
		{`{"id":"i","kind":"k","time":"2026-10-01T00:00:00Z","origin":0,"body":{}}`, false},
	} {
		r, ok := parsePlain([]byte(tt.line))
		if ok != tt.plain {
			t.Errorf("%s: read the quick way: %t", tt.line, ok)
		}
		if !ok {
			continue
		}
		var l struct {
			Kind, ID string
			Time     time.Time
			Origin   int
			Body     json.RawMessage
		}
		if err := json.Unmarshal([]byte(tt.line), &l); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(Record(l), r); d != "" {
			t.Errorf("%s: %s", tt.line, d)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"kind":"k","id":"i","time":"2026-10-01T00:00:00Z","origin":0,"body":{"a":1}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := ParseLine(line)
		if err != nil {
			return
		}
		once := r.AppendLine(nil)
		again, err := ParseLine(once)
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", line, once, err)
		}
		if !bytes.Equal(once, again.AppendLine(nil)) {
			t.Errorf("%q is not written as it is read", once)
		}
	})
}
