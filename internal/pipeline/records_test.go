package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/evidencepack/evidence/internal/evaluation"
)

// TestEvaluateWithRecords: each item has its record, whatever its verdict, and all else is
// what it is without them.
func TestEvaluateWithRecords(t *testing.T) {
	r, _ := twoMonths(t)
	plain, view, _, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Close(); _ = view.Close() }()
	whole, view2, _, err := r.EvaluateWithRecords(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = whole.Close(); _ = view2.Close() }()
	items := 0
	for i := range whole.Controls {
		for item, err := range whole.Controls[i].Items() {
			if err != nil {
				t.Fatal(err)
			}
			items++
			if sum := sha256.Sum256(item.Record); item.Kind == "" || hex.EncodeToString(sum[:]) != item.SHA256 {
				t.Errorf("%s %s %q: the record is %q", whole.Controls[i].ID, item.Kind, item.ID, item.Record)
			}
		}
	}
	if items == 0 {
		t.Error("there are no items: this tests nothing")
	}
	if a, b := encoded(t, plain), encoded(t, whole); !bytes.Equal(a, b) {
		t.Errorf("results.json is\n%s\nwith records, and\n%s\nwithout", b, a)
	}
}

func encoded(t *testing.T, r *evaluation.Results) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
