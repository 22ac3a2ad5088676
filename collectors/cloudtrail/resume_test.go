package cloudtrail

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// A file that could not be read before an interruption and can be after it lies
// before the cursor: its records must be handed over all the same, since the
// claim counts them.
func TestResumeFindsWhatHasCome(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	// The server may still be answering a read-ahead when the test goes on.
	var denied atomic.Pointer[string]
	a := onServer(t, b, func(r *http.Request) *aws.Fault {
		if d := denied.Load(); d != nil && strings.HasSuffix(r.URL.Path, *d) {
			return &aws.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return nil
	}, "")
	a.batchRecords = 1
	u := afternoon(t, a, wantQ)
	whole := collect(t, a, u)
	first := strings.TrimPrefix(originOf(t, a, u), "s3://"+b.Options().Bucket+"/")
	denied.Store(&first)

	// Some batches become durable, and then the run is cut off.
	held := map[string]bool{}
	var cursor evidence.Cursor
	for batch, err := range a.Collect(context.Background(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range batch.Records {
			held[r.ID] = true
		}
		if cursor = batch.Cursor; len(held) == 2 {
			break
		}
	}
	denied.Store(nil)
	for batch, err := range a.Collect(context.Background(), u, cursor) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range batch.Records {
			held[r.ID] = true
		}
		for _, c := range batch.Claims {
			if diff := cmp.Diff(whole.claim, c); diff != "" {
				t.Errorf("claim (-want +got):\n%s", diff)
			}
		}
	}
	var want []string
	for _, r := range whole.records {
		want = append(want, r.ID)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(held))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// originOf is the file that the unit's first record came from.
func originOf(t *testing.T, a *archive, u evidence.Unit) string {
	t.Helper()
	for batch, err := range a.Collect(context.Background(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		return batch.Origins[0].Request
	}
	t.Fatal("the unit has no records")
	return ""
}
