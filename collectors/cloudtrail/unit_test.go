package cloudtrail

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

var noon = time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)

// afternoon is the unit of 5 October in one place.
func afternoon(t *testing.T, a *archive, q evidence.Query) evidence.Unit {
	t.Helper()
	for _, u := range plan(t, a, q) {
		if placeOf(u.Scope).String() == here && u.Window.Contains(noon) {
			return u
		}
	}
	t.Fatal("no such unit")
	return evidence.Unit{}
}

func TestOddEvents(t *testing.T) {
	everything := evidence.Query{Period: period, Want: []evidence.Selection{{Kind: EventKind, For: "all"}}}
	at := noon.Add(-time.Minute)
	same := event("same", "GetUser", "Root", at)
	tests := []struct {
		name   string
		events []json.RawMessage
		kept   int64
		counts map[string]int64
		gaps   []string
		notes  []string
	}{
		{"no events", nil, 0, nil, nil, nil},
		{"the same event twice", []json.RawMessage{same, same}, 1, map[string]int64{"duplicates": 1}, nil, nil},
		{"white space is no difference", []json.RawMessage{same, append(slices.Clone(same), ' ')}, 1, map[string]int64{"duplicates": 1}, nil, nil},
		{"two contents under one ID", []json.RawMessage{same, event("same", "GetUser", "IAMUser", at)}, 2, nil, []string{"conflicting_event"}, nil},
		{"an event before the period", []json.RawMessage{event("old", "GetUser", "Root", period.Start.Add(-time.Second))}, 1, map[string]int64{"events_outside_period": 1}, nil, []string{"late_delivery"}},
		{"an event after the period", []json.RawMessage{event("new", "GetUser", "Root", period.End)}, 1, map[string]int64{"events_outside_period": 1}, nil, nil},
		{"an event delivered two hours late", []json.RawMessage{event("late", "GetUser", "Root", noon.Add(-2*time.Hour))}, 1, nil, nil, []string{"late_delivery"}},
		{"an event without an ID", []json.RawMessage{[]byte(`{"eventTime":"2026-10-05T11:00:00Z"}`)}, 0, nil, []string{"record_invalid"}, nil},
		{"an event with a broken value", []json.RawMessage{[]byte(`{"eventTime":"2026-10-05T11:59:00Z","eventID":"x"}`), same}, 2, nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "trail-archive", Trail: "main", HomeRegion: tokyo, Key: signingKey()})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.AddLog(account, tokyo, noon, tt.events); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(period.Start.Add(-3*time.Hour), period.End.Add(4*time.Hour)); err != nil {
				t.Fatal(err)
			}
			a := onServer(t, b, nil, "")
			got := collect(t, a, afternoon(t, a, everything))
			counts := map[string]int64{"events_read": int64(len(tt.events)), "events_kept": tt.kept, "duplicates": 0, "events_outside_period": 0, "log_files_read": 1, "log_files_listed": 1}
			for code, n := range tt.counts {
				counts[code] = n
			}
			for code, n := range counts {
				if c := count(got.claim, code, ""); c != n {
					t.Errorf("%s is %d, want %d", code, c, n)
				}
			}
			if int64(len(got.records)) != tt.kept || count(got.claim, "events_kept", "all") != tt.kept {
				t.Errorf("%d records, %d counted for the selection, want %d", len(got.records), count(got.claim, "events_kept", "all"), tt.kept)
			}
			if diff := cmp.Diff(tt.gaps, codes(got.claim.Gaps)); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, codes(got.claim.Notes)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLargeFile has one file that wants more kept than is held of one.
func TestLargeFile(t *testing.T) {
	b, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "trail-archive", Trail: "main", HomeRegion: tokyo, Key: signingKey()})
	if err != nil {
		t.Fatal(err)
	}
	pad := strings.Repeat("x", 256<<10)
	var events []json.RawMessage
	for i := range 40 {
		events = append(events, json.RawMessage(fmt.Sprintf(`{"eventID":"%d","eventTime":"2026-10-05T11:50:00Z","pad":%q}`, i, pad)))
	}
	for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
		if _, err := b.AddLog(account, tokyo, at, events); err != nil {
			t.Fatal(err)
		}
		for i := range events {
			events[i] = json.RawMessage(strings.Replace(string(events[i]), `"eventID":"`, `"eventID":"second-`, 1))
		}
	}
	if err := b.Close(period.Start.Add(-3*time.Hour), period.End.Add(4*time.Hour)); err != nil {
		t.Fatal(err)
	}
	a := onServer(t, b, nil, "")
	u := afternoon(t, a, evidence.Query{Period: period, Want: []evidence.Selection{{Kind: EventKind, For: "all"}}})
	var ids []string
	var cursors []evidence.Cursor
	var sizes []int
	for b, err := range a.Collect(t.Context(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, r := range b.Records {
			ids = append(ids, r.ID)
			size += len(r.Body)
		}
		cursors, sizes = append(cursors, b.Cursor), append(sizes, len(ids))
		if size > batchBytes+len(pad)+100 {
			t.Errorf("a batch of %d bytes", size)
		}
		for _, c := range b.Claims {
			if !c.Satisfied() || count(c, "events_kept", "all") != 80 {
				t.Errorf("gaps %v, counts %v", c.Gaps, c.Counts)
			}
		}
	}
	if len(ids) != 80 || len(cursors) < 3 {
		t.Fatalf("%d records in %d batches", len(ids), len(cursors))
	}
	for i, from := range cursors {
		rest := slices.Clone(ids[:sizes[i]])
		for b, err := range a.Collect(t.Context(), u, from) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Records {
				rest = append(rest, r.ID)
			}
		}
		if diff := cmp.Diff(ids, rest); diff != "" {
			t.Errorf("from cursor %d (-one run +resumed):\n%s", i, diff)
		}
	}
}

func TestClockSkewIsNoted(t *testing.T) {
	srv := serve(t, newArchive(t, aws.ArchiveOptions{}), nil)
	for _, tt := range []struct {
		ahead time.Duration
		want  []string
	}{{0, nil}, {4 * time.Minute, nil}, {6 * time.Minute, []string{"clock_skew"}}, {-time.Hour, []string{"clock_skew"}}} {
		a := configure(t, later.Add(tt.ahead), fmt.Sprintf("location: s3://trail-archive\nregion: %s\nendpoint: %s", tokyo, srv.URL()))
		got := collect(t, a, afternoon(t, a, wantQ))
		if diff := cmp.Diff(tt.want, codes(got.claim.Notes)); diff != "" || !got.claim.Satisfied() {
			t.Errorf("clock %s ahead: notes (-want +got):\n%s\ngaps %v", tt.ahead, diff, got.claim.Gaps)
		}
	}
}

func TestWithoutDigests(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	for _, k := range b.Keys("") {
		if strings.Contains(k, "/CloudTrail-Digest/") {
			b.Delete(k)
		}
	}
	a := onServer(t, b, nil, "digests: absent")
	c := collect(t, a, afternoon(t, a, wantQ)).claim
	if !c.Satisfied() || c.Method != evidence.PagesExhausted || c.Expected != 8 || !slices.Equal(codes(c.Notes), []string{"no_integrity_proof"}) {
		t.Errorf("method %s, %d of %d, gaps %v, notes %v", c.Method, c.Found, c.Expected, c.Gaps, c.Notes)
	}
	replace(b, logsOf(b)[3], []byte("not gzip"))
	if c := collect(t, a, afternoon(t, a, wantQ)).claim; c.Satisfied() || c.Found != 7 {
		t.Errorf("with an unreadable file: %d of %d, gaps %v", c.Found, c.Expected, c.Gaps)
	}
}

// TestFolderSignatures drops, from a copy, what a copy may lack.
func TestFolderSignatures(t *testing.T) {
	tests := []struct {
		name string
		last int // hour of the last digest that is there
		side bool
		want []string
	}{
		{"the whole copy", 24, true, nil},
		{"enough hours after the period, no sidecar", 19, false, nil},
		{"just enough digests and no signature of the last", 18, false, []string{"digest_signature_unavailable"}},
		{"just enough digests and a sidecar", 18, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, dir := newArchive(t, aws.ArchiveOptions{}), t.TempDir()
			if err := b.WriteDir(dir); err != nil {
				t.Fatal(err)
			}
			for _, k := range ending(digestsOf(b, tokyo), tt.last, 100) {
				_ = os.Remove(filepath.Join(dir, k))
				_ = os.Remove(filepath.Join(dir, k+signatureSuffix))
			}
			if tt.side {
				k := ending(digestsOf(b, tokyo), tt.last-1, tt.last)[0]
				if err := os.WriteFile(filepath.Join(dir, k+signatureSuffix), []byte(b.Get(k).Metadata["signature"]), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			a := configure(t, later, fmt.Sprintf("location: %q\npublic_keys: %q", dir, filepath.Join(dir, aws.PublicKeysFile)))
			got := collect(t, a, afternoon(t, a, wantQ))
			if diff := cmp.Diff(tt.want, codes(got.claim.Gaps)); diff != "" {
				t.Errorf("gaps (-want +got):\n%s\n%v", diff, got.claim.Gaps)
			}
		})
	}
}

func TestPublicKeysThatAreNotToBeHad(t *testing.T) {
	b, dir := newArchive(t, aws.ArchiveOptions{}), t.TempDir()
	if err := b.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.json")
	if err := os.WriteFile(empty, []byte(`{"PublicKeyList":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	a := configure(t, later, fmt.Sprintf("location: %q\npublic_keys: %q", dir, empty))
	c := collect(t, a, afternoon(t, a, wantQ)).claim
	if c.Found != 0 || c.Expected != 16 || c.Gaps[0].Code != "public_key_unavailable" {
		t.Errorf("%d of %d found, gaps %v", c.Found, c.Expected, codes(c.Gaps))
	}
}

// TestSecondTrail adds a trail that began at noon to a bucket with a whole one.
func TestSecondTrail(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	second, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "trail-archive", Trail: "second_trail-2", HomeRegion: ireland, Key: signingKey()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.AddLog(account, tokyo, noon.Add(10*time.Minute), []json.RawMessage{event("of-both", "StopLogging", "Root", noon)}); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(noon, noon.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for k, o := range second.Objects() {
		b.Put(k, *o)
	}
	a := onServer(t, b, nil, "")
	c := collect(t, a, afternoon(t, a, wantQ)).claim
	if !c.Satisfied() || !slices.Equal(codes(c.Notes), []string{"chain_begins"}) {
		t.Errorf("%d of %d, gaps %v, notes %v", c.Found, c.Expected, c.Gaps, c.Notes)
	}
	for _, k := range ending(digestsOf(b, tokyo), 3, 5) {
		if strings.Contains(k, "_main_") {
			b.Delete(k) // now nobody covers the time before
		}
	}
	if c := collect(t, a, afternoon(t, a, wantQ)).claim; c.Satisfied() {
		t.Error("neither trail covers 03:00 to 05:00, and the claim is satisfied")
	}
}

// TestBackfillDigest has a log file that only a backfill digest lists.
func TestBackfillDigest(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	log := strings.Replace(logsOf(b)[3], ".json.gz", "", 1)
	log = log[:len(log)-4] + "late.json.gz"
	raw := []byte(`{"Records":[` + string(event("backfilled", "StopLogging", "Root", noon)) + `]}`)
	b.Put(log, aws.Object{Body: deflateBody(raw)})
	a := onServer(t, b, nil, "")
	if c := collect(t, a, afternoon(t, a, wantQ)).claim; !slices.Equal(codes(c.Gaps), []string{"log_not_listed"}) {
		t.Errorf("without the backfill digest: %v", c.Gaps)
	}

	k := ending(digestsOf(b, tokyo), 5, 6)[0]
	var d digestBody
	if err := json.Unmarshal(inflateBody(t, b.Get(k)), &d); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	d.Object = strings.Replace(k, ".json.gz", "_backfill.json.gz", 1)
	d.PreviousBucket, d.PreviousObject, d.PreviousHash, d.PreviousHashAlgo, d.PreviousSignature = nil, nil, nil, nil, nil
	d.LogFiles = []listedFile{{Bucket: "trail-archive", Object: log, Hash: hex.EncodeToString(sum[:]), HashAlgorithm: hashAlgorithm}}
	content, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(content)
	toSign := sha256.Sum256([]byte(d.stringToSign(hex.EncodeToString(hash[:]))))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signingKey(), crypto.SHA256, toSign[:])
	if err != nil {
		t.Fatal(err)
	}
	b.Put(d.Object, aws.Object{Body: deflateBody(content), Metadata: map[string]string{"signature": hex.EncodeToString(signature), "signature-algorithm": rsaAlgorithm}})
	c := collect(t, a, afternoon(t, a, wantQ)).claim
	if !c.Satisfied() || !slices.Equal(codes(c.Notes), []string{"backfill_digest"}) || c.Expected != 16 {
		t.Errorf("with the backfill digest: %d of %d, gaps %v, notes %v", c.Found, c.Expected, c.Gaps, c.Notes)
	}
	b.Delete(log)
	if c := collect(t, a, afternoon(t, a, wantQ)).claim; !slices.Contains(codes(c.Gaps), "log_missing") {
		t.Errorf("with the file deleted: %v", c.Gaps)
	}
}

func TestOriginLeadsBackToTheFile(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	a := onServer(t, b, nil, "")
	checked := 0
	for batch, err := range a.Collect(t.Context(), afternoon(t, a, wantQ), nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range batch.Records {
			o := batch.Origins[r.Origin]
			key := strings.TrimPrefix(o.Request, "s3://trail-archive/")
			raw := inflateBody(t, b.Get(key))
			sum := sha256.Sum256(raw)
			if o.SHA256 != hex.EncodeToString(sum[:]) || o.Size != int64(len(raw)) || o.Response != b.Get(key).ETag || !o.Date.Equal(later) {
				t.Errorf("origin %+v", o)
			}
			if !strings.Contains(string(raw), r.ID) || !strings.Contains(string(inflateBody(t, b.Get(o.Proof))), o.SHA256) {
				t.Errorf("%s does not hold %s, or %s does not list it", key, r.ID, o.Proof)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Error("no record")
	}
}
