package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/reports"
)

func TestAnswersOf(t *testing.T) {
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	batch := func(source string, wrote time.Duration, origins ...evidence.Origin) locker.Entry {
		return locker.Entry{Manifest: locker.Manifest{Type: locker.Batch, Source: source, Collected: locker.Collected{At: at.Add(wrote)}, Origins: origins}}
	}
	origin := func(hash string, size int64, dated time.Duration) evidence.Origin {
		return evidence.Origin{SHA256: strings.Repeat(hash, 64), Size: size, Date: at.Add(dated)}
	}
	undated := evidence.Origin{SHA256: strings.Repeat("e", 64), Size: 5}
	entries := []locker.Entry{
		batch("a", 3*time.Second, origin("a", 1, time.Second), origin("b", 2, 2*time.Second)), // 1 s ahead of the last
		batch("b", 0, origin("9", 9, time.Hour)),
		batch("a", 10*time.Second, origin("c", 3, 14*time.Second)), // 4 s behind
		{Manifest: locker.Manifest{Type: locker.Plan, Source: "a"}},
		batch("a", time.Hour, undated),
	}
	sum := sha256.Sum256([]byte(strings.Repeat("a", 64) + "\n" + strings.Repeat("b", 64) + "\n" + strings.Repeat("c", 64) + "\n" + strings.Repeat("e", 64) + "\n"))
	want := reports.Answers{N: 4, Bytes: 11, SHA256: hex.EncodeToString(sum[:]), Dated: 3, Clocked: true, Least: -4 * time.Second, Most: time.Second}
	if diff := cmp.Diff(want, answersOf("a", entries)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := answersOf("a", entries[4:]); got.Clocked || got.N != 1 {
		t.Errorf("answers without the source's time: %+v", got)
	}
	if got := answersOf("c", entries); got.N != 0 || got.Clocked {
		t.Errorf("a source that answered nothing: %+v", got)
	}
}
