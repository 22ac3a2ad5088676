package locker

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/durable"
)

const testOrigin = "example.com/audit"

// testKey is a key made of a fixed seed, so that every run makes the same locker.
func testKey(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	private := ed25519.NewKeyFromSeed(seed)
	vkey, err := note.NewEd25519VerifierKey(name, private.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	key := append([]byte{1}, seed...)
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(key))
	if err != nil {
		t.Fatal(err)
	}
	return signer, vkey
}

var testTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func planItem(n int) Item {
	return Item{Manifest: Manifest{
		Type: Plan, Source: "trail", Driver: "cloudtrail-archive", Location: "s3://bucket/prefix",
		Collected: Collected{At: testTime.Add(time.Duration(n) * time.Hour), Host: "host", Tool: "evidence test"},
		Query:     &evidence.Query{Period: evidence.Period{Start: testTime.AddDate(0, -1, 0), End: testTime}},
		Units:     []PlannedUnit{testUnit(0)},
	}}
}

func testUnit(n int) PlannedUnit {
	return Planned(evidence.Unit{
		Kinds: []string{"cloudtrail.event"}, Scope: evidence.Scope{"account": fmt.Sprintf("%012d", n)},
		Window: evidence.Period{Start: testTime.AddDate(0, -1, 0), End: testTime},
	})
}

func batchItem(t testing.TB, plan Manifest, seq, records int) Item {
	t.Helper()
	unit := testUnit(seq)
	item := Item{Manifest: Manifest{
		Type: Batch, Source: "trail", Driver: "cloudtrail-archive", Kind: "cloudtrail.event",
		Collected: Collected{At: testTime, Host: "host", Tool: "evidence test"},
		Plan:      plan.Hash(), Unit: &unit, Seq: seq, Last: true, Cursor: fmt.Append(nil, seq),
		Origins: []evidence.Origin{{Request: "s3://bucket/key", Date: testTime, SHA256: strings.Repeat("ab", 32), Size: 7}},
	}}
	for i := range records {
		body := fmt.Sprintf(`{"eventID":"%d-%d","text":"<監査&>"}`, seq, i)
		r, err := evidence.NewRecord("cloudtrail.event", fmt.Sprintf("%d-%d", seq, i), testTime, 0, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		item.Records = append(item.Records, r)
	}
	return item
}

// newLocker makes an empty locker.
func newLocker(t testing.TB) (*Locker, note.Signer) {
	t.Helper()
	dir := t.TempDir()
	signer, vkey := testKey(t, "test-key")
	if err := Create(dir, testOrigin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	l, err := OpenIn(context.Background(), quickDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	return l, signer
}

// quickDir is a folder store that leaves out fsync, which no test that goes on
// in the same boot can tell.
func quickDir(root string) Store {
	d := newDir(root)
	d.disk.Before = withoutSync
	return d
}

func withoutSync(op durable.Op, _ string) error {
	if op == durable.Sync || op == durable.SyncDir {
		return durable.ErrSkip
	}
	return nil
}

func newWriter(t testing.TB, l *Locker) *Writer {
	t.Helper()
	w, err := l.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fill appends a plan and batches of 0, 1, 2 … records.
func fill(t testing.TB, w *Writer, from, batches int) []Manifest {
	t.Helper()
	plan, err := w.Append(t.Context(), planItem(from).Manifest, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []Manifest{plan}
	for i := range batches {
		item := batchItem(t, plan, from+i, i)
		m, err := w.Append(t.Context(), item.Manifest, item.Records)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func seal(t testing.TB, w *Writer, signer note.Signer, at time.Time) Checkpoint {
	t.Helper()
	cp, err := w.Seal(t.Context(), signer, at)
	if err != nil {
		t.Fatal(err)
	}
	return cp
}

func collect[T any](t testing.TB, seq func(func(T, error) bool)) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func TestAppendSealRead(t *testing.T) {
	l, signer := newLocker(t)
	if _, err := l.Latest(); !errors.Is(err, ErrUnsealed) {
		t.Errorf("Latest of an empty locker: %v", err)
	}
	w := newWriter(t, l)
	defer w.Close()
	if _, err := w.Seal(t.Context(), signer, testTime); !errors.Is(err, ErrUnsealed) {
		t.Errorf("Seal of nothing: %v", err)
	}
	var want []Manifest
	var checkpoints []Checkpoint
	for round := range 3 { // 2 × 120 and 1 × 120 manifests: over the edge of a tile
		appended := fill(t, w, round*1000, 119)
		want = append(want, appended...)
		if diff := cmp.Diff(appended, collect(t, l.Pending(t.Context()))); diff != "" {
			t.Fatalf("pending in round %d (-want +got):\n%s", round, diff)
		}
		for _, m := range appended[2:4] { // readable before it is sealed
			if got := len(collect(t, l.Records(t.Context(), m))); int64(got) != m.Records {
				t.Errorf("%d pending records, want %d", got, m.Records)
			}
		}
		cp := seal(t, w, signer, testTime.Add(time.Duration(round)*time.Hour))
		if again := seal(t, w, signer, testTime.AddDate(1, 0, 0)); !cmp.Equal(cp, again) {
			t.Errorf("sealing nothing changed the checkpoint:\n%s", cmp.Diff(cp, again))
		}
		checkpoints = append(checkpoints, cp)
	}
	if pending := collect(t, l.Pending(t.Context())); len(pending) != 0 {
		t.Errorf("%d manifests are pending after sealing", len(pending))
	}
	got, err := l.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(checkpoints, got); diff != "" {
		t.Errorf("checkpoints (-want +got):\n%s", diff)
	}
	for _, cp := range checkpoints {
		readBack(t, l, cp, want[:cp.Size])
	}
}

func readBack(t *testing.T, l *Locker, cp Checkpoint, want []Manifest) {
	t.Helper()
	entries := collect(t, l.Sealed(t.Context(), cp))
	if len(entries) != len(want) {
		t.Fatalf("%d entries, want %d", len(entries), len(want))
	}
	for i, e := range entries {
		if diff := cmp.Diff(want[i], e.Manifest); diff != "" || e.Index != int64(i) {
			t.Fatalf("entry %d is numbered %d (-want +got):\n%s", i, e.Index, diff)
		}
		records := collect(t, l.Records(t.Context(), e.Manifest))
		if int64(len(records)) != e.Records {
			t.Errorf("entry %d: %d records, want %d", i, len(records), e.Records)
		}
		proof, err := l.Prove(cp, e.Index)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, cp.Size, cp.Root, e.Index, tlog.RecordHash(e.Raw)); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

func TestRecordsComeBackByteForByte(t *testing.T) {
	l, signer := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	plan := fill(t, w, 0, 0)[0]
	item := batchItem(t, plan, 1, 50)
	m, err := w.Append(t.Context(), item.Manifest, item.Records)
	if err != nil {
		t.Fatal(err)
	}
	seal(t, w, signer, testTime)
	if diff := cmp.Diff(item.Records, collect(t, l.Records(t.Context(), m))); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	r, err := l.Object(m)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stored, err := io.ReadAll(r)
	if err != nil || hexSHA256(stored) != m.Object || int64(len(stored)) != m.Size {
		t.Errorf("object of %d bytes with SHA-256 %s, want %d with %s (%v)", len(stored), hexSHA256(stored), m.Size, m.Object, err)
	}
}

func TestAppendTwiceIsOnce(t *testing.T) {
	l, signer := newLocker(t)
	w := newWriter(t, l)
	first := fill(t, w, 0, 3)
	fill(t, w, 0, 3) // pending already
	seal(t, w, signer, testTime)
	fill(t, w, 0, 3) // sealed already
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = newWriter(t, l) // and known to the next writer
	defer w.Close()
	fill(t, w, 0, 3)
	cp := seal(t, w, signer, testTime)
	if cp.Size != int64(len(first)) {
		t.Errorf("%d entries, want %d", cp.Size, len(first))
	}
}

func TestAppendRefuses(t *testing.T) {
	l, _ := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	plan := fill(t, w, 0, 0)[0]
	tests := map[string]func(*Item){
		"no type":                     func(i *Item) { i.Manifest.Type = "" },
		"no source":                   func(i *Item) { i.Manifest.Source = "" },
		"no time":                     func(i *Item) { i.Manifest.Collected.At = time.Time{} },
		"no plan":                     func(i *Item) { i.Manifest.Plan = "" },
		"a plan that is no hash":      func(i *Item) { i.Manifest.Plan = "../../etc/passwd" },
		"no unit":                     func(i *Item) { i.Manifest.Unit = nil },
		"records without a kind":      func(i *Item) { i.Manifest.Kind, i.Records[0].Kind = "", "" },
		"a record of another kind":    func(i *Item) { i.Records[0].Kind = "other" },
		"an origin that is not there": func(i *Item) { i.Records[0].Origin = 1 },
		"a line break in a body":      func(i *Item) { i.Records[0].Body = json.RawMessage("{\n}") },
		"a body that is not JSON":     func(i *Item) { i.Records[0].Body = json.RawMessage(`{"a":`) },
		"a failure without error":     func(i *Item) { i.Manifest.Type, i.Records = Failure, nil },
		"a year beyond 9999":          func(i *Item) { i.Manifest.Origins[0].Date = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"another format version":      func(i *Item) { i.Manifest.Version = 2 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			item := batchItem(t, plan, 1, 2)
			spoil(&item)
			if _, err := w.Append(t.Context(), item.Manifest, item.Records); err == nil {
				t.Error("it was appended")
			}
		})
	}
	if got := len(collect(t, l.Pending(t.Context()))); got != 1 {
		t.Errorf("%d manifests are pending, want the plan alone", got)
	}
}

func TestCancelled(t *testing.T) {
	l, signer := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	fill(t, w, 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Append(ctx, planItem(9).Manifest, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v", err)
	}
	if _, err := w.Seal(ctx, signer, testTime); !errors.Is(err, context.Canceled) {
		t.Errorf("Seal: %v", err)
	}
	if cp := seal(t, w, signer, testTime); cp.Size != 2 {
		t.Errorf("%d entries after a cancelled Seal, want 2", cp.Size)
	}
}

func TestCreateAndOpenRefuse(t *testing.T) {
	signer, vkey := testKey(t, "one")
	_, other := testKey(t, "two")
	if err := Create(t.TempDir(), testOrigin, signer, other); err == nil {
		t.Error("a locker was made with somebody else's verifier key")
	}
	if err := Create(t.TempDir(), "two\nlines", signer, vkey); err == nil {
		t.Error("a locker was made with an origin of two lines")
	}
	l, _ := newLocker(t)
	if err := Create(l.Where(), testOrigin, signer, vkey); err == nil {
		t.Error("a locker was made over another")
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotFound) {
		t.Errorf("Open of an empty folder: %v", err)
	}
}

func TestSealRefusesAnotherKey(t *testing.T) {
	l, _ := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	fill(t, w, 0, 1)
	stranger, _ := testKey(t, "stranger")
	if _, err := w.Seal(t.Context(), stranger, testTime); err == nil {
		t.Error("sealed with a key that is not the locker's")
	}
}
