package pack

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/reports"
)

// What is too large is named and not carried, and of results a summary is, which
// has every control and none of its items.
func TestAttachments(t *testing.T) {
	results := &evaluation.Results{Controls: []evaluation.Control{
		{ID: "CHG-01", Result: evidence.ExceptionsNoted, Counts: evaluation.Counts{Total: 3, Exceptions: 1, Pending: 1, Undetermined: 1},
			Exceptions: []evaluation.Item{{ID: "PR_1"}}, Pending: []evaluation.Item{{ID: "PR_2"}}, Undecided: []evaluation.Item{{ID: "PR_3"}}},
		{ID: "LOG-01", Result: evidence.NoOccurrence},
	}}
	var encoded bytes.Buffer
	if err := results.Encode(&encoded); err != nil {
		t.Fatal(err)
	}
	ipe := []byte(`{"sources":[]}`)
	size := int64(encoded.Len())
	c := contents{
		results: results,
		files:   fstest.MapFS{ResultsFile: {Data: encoded.Bytes()}, IPEFile: {Data: ipe}},
		manifest: &Manifest{Lang: evidence.Japanese, Files: []File{
			{Path: IPEFile, Size: int64(len(ipe)), SHA256: "b"}, {Path: ResultsFile, Size: size, SHA256: "a"},
		}},
	}
	read := func(a reports.Attachment) string {
		t.Helper()
		if a.Open == nil {
			return ""
		}
		r, err := a.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		if err != nil || int64(len(b)) != a.Size {
			t.Errorf("%s has %d bytes, and says %d: %v", a.Path, len(b), a.Size, err)
		}
		return string(b)
	}

	whole, err := c.attachments(size)
	if err != nil {
		t.Fatal(err)
	}
	if len(whole) != 2 || read(whole[0]) != string(ipe) || read(whole[1]) != encoded.String() {
		t.Errorf("files of the limit's size are not carried as they are: %v", whole)
	}

	large, err := c.attachments(size - 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(large) != 3 || large[1].Path != summaryName || large[2].Path != ResultsFile || large[2].Open != nil || large[2].SHA256 != "a" {
		t.Fatalf("large results are not named and summed up: %v", large)
	}
	type control = map[string]any
	var got struct{ Controls []control }
	if err := json.Unmarshal([]byte(read(large[1])), &got); err != nil {
		t.Fatal(err)
	}
	counts := func(total, exceptions, pending float64, undetermined ...float64) control {
		c := control{"total": total, "exceptions": exceptions, "pending": pending, "passed": 0.0, "not_applicable": 0.0}
		for _, n := range undetermined {
			c["undetermined"] = n
		}
		return c
	}
	want := []control{
		{"id": "CHG-01", "result": string(evidence.ExceptionsNoted), "counts": counts(3, 1, 1, 1), "owner": "", "params": nil, "sources": nil},
		{"id": "LOG-01", "result": string(evidence.NoOccurrence), "counts": counts(0, 0, 0), "owner": "", "params": nil, "sources": nil},
	}
	if diff := cmp.Diff(want, got.Controls); diff != "" {
		t.Errorf("the summary (-want +got):\n%s", diff)
	}

	c.manifest.Files = c.manifest.Files[:1]
	if _, err := c.attachments(size); err == nil {
		t.Error("a pack without results.json attaches them")
	}
}
