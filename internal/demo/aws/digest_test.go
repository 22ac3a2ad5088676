package aws_test

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

func inflate(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// verifyChain reads a chain as the User Guide tells custom implementations to,
// from generic JSON, and returns what is wrong with it and the logs it lists.
func verifyChain(t *testing.T, a *aws.Archive, keys []string) (wrong []string, logs map[string]bool) {
	t.Helper()
	public := map[string]*rsa.PublicKey{}
	for _, k := range a.PublicKeys() {
		pub, err := x509.ParsePKCS1PublicKey(k.Value)
		if err != nil {
			t.Fatal(err)
		}
		public[k.Fingerprint] = pub
	}
	logs = map[string]bool{}
	var previous struct{ key, hash, signature, end string }
	for i, key := range keys {
		o := a.Get(key)
		body := inflate(t, o.Body)
		var d map[string]any
		if err := json.Unmarshal(body, &d); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		signed := "null"
		if d["previousDigestSignature"] != nil {
			signed = text(d["previousDigestSignature"])
		}
		hashed := sha256.Sum256([]byte(fmt.Sprintf("%s\n%s/%s\n%x\n%s", d["digestEndTime"], d["digestS3Bucket"], d["digestS3Object"], sum, signed)))
		signature, err := hex.DecodeString(o.Metadata["signature"])
		if err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPKCS1v15(public[text(d["digestPublicKeyFingerprint"])], crypto.SHA256, hashed[:], signature); err != nil {
			wrong = append(wrong, key+": signature")
		}
		if d["digestS3Object"] != key {
			wrong = append(wrong, key+": moved")
		}
		if i > 0 && (d["previousDigestS3Object"] != previous.key || d["previousDigestHashValue"] != previous.hash ||
			d["previousDigestSignature"] != previous.signature || d["digestStartTime"] != previous.end) {
			wrong = append(wrong, key+": chain")
		}
		previous.key, previous.hash = key, hex.EncodeToString(sum[:])
		previous.signature, previous.end = o.Metadata["signature"], text(d["digestEndTime"])
		for _, l := range d["logFiles"].([]any) {
			l := l.(map[string]any)
			object := text(l["s3Object"])
			logs[object] = true
			log := a.Get(object)
			if log == nil {
				wrong = append(wrong, object+": missing")
				continue
			}
			if sum := sha256.Sum256(inflate(t, log.Body)); l["hashValue"] != hex.EncodeToString(sum[:]) {
				wrong = append(wrong, object+": hash")
			}
			if at := log.LastModified.Format(time.RFC3339); at < text(d["digestStartTime"]) || at >= text(d["digestEndTime"]) {
				wrong = append(wrong, object+": delivered outside the digest's hour")
			}
		}
	}
	return wrong, logs
}

func digestKeys(a *aws.Archive, account, region string) []string {
	return a.Keys("audit/AWSLogs/o-exampleorg1/" + account + "/CloudTrail-Digest/" + region + "/")
}

func TestDigestChainsVerify(t *testing.T) {
	a := organisation(t)
	for range 2 { // hours without activity, in a later call
		if err := a.Close(day.Add(24*time.Hour), day.Add(30*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	for _, account := range []string{production, audit} {
		for _, region := range []string{tokyo, virginia, "eu-west-1"} {
			keys := digestKeys(a, account, region)
			if len(keys) < 30 || len(keys) > 31 {
				t.Errorf("%s %s: %d digests for 30 hours", account, region, len(keys))
			}
			wrong, listed := verifyChain(t, a, keys)
			if d := cmp.Diff([]string(nil), wrong); d != "" {
				t.Errorf("%s %s: %s", account, region, d)
			}
			delivered := map[string]bool{}
			for _, key := range a.Keys("audit/AWSLogs/o-exampleorg1/" + account + "/CloudTrail/" + region + "/") {
				delivered[key] = true
			}
			if d := cmp.Diff(delivered, listed); d != "" {
				t.Errorf("%s %s: logs listed: %s", account, region, d)
			}
		}
	}
}

func TestTamperingShows(t *testing.T) {
	a := organisation(t)
	keys := digestKeys(a, production, tokyo)
	logs := a.Keys("audit/AWSLogs/o-exampleorg1/" + production + "/CloudTrail/" + tokyo + "/")
	other := a.Get(logs[1]).Body
	tests := []struct {
		name   string
		tamper func(a *aws.Archive)
		want   []string
	}{
		{"log deleted", func(a *aws.Archive) { a.Delete(logs[0]) }, []string{logs[0] + ": missing"}},
		{"log exchanged", func(a *aws.Archive) {
			a.Put(logs[0], aws.Object{Body: other, LastModified: a.Get(logs[0]).LastModified})
		}, []string{logs[0] + ": hash"}},
		{"digest deleted", func(a *aws.Archive) { a.Delete(keys[5]) }, []string{keys[6] + ": chain"}},
		{"signature exchanged", func(a *aws.Archive) {
			o := *a.Get(keys[5])
			o.Metadata = a.Get(keys[4]).Metadata
			a.Put(keys[5], o)
		}, []string{keys[5] + ": signature", keys[6] + ": chain"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := a.Objects()
			tt.tamper(a)
			wrong, _ := verifyChain(t, a, digestKeys(a, production, tokyo))
			if d := cmp.Diff(tt.want, wrong); d != "" {
				t.Error(d)
			}
			for key, o := range before {
				a.Put(key, *o)
			}
		})
	}
}

func TestFirstDigestOfAChain(t *testing.T) {
	a := organisation(t)
	var got map[string]any
	if err := json.Unmarshal(inflate(t, a.Get(digestKeys(a, audit, "eu-west-1")[0]).Body), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature", "newestEventTime", "oldestEventTime"} {
		if v, ok := got[name]; !ok || v != nil {
			t.Errorf("%s is %v, want null", name, v)
		}
	}
	if d := cmp.Diff([]any{}, got["logFiles"]); d != "" {
		t.Error(d)
	}
}

func TestAddLogRefuses(t *testing.T) {
	a := organisation(t)
	for _, e := range []string{`{}`, `{"eventTime":"yesterday"}`, `[`} {
		if _, err := a.AddLog(production, tokyo, day, []json.RawMessage{json.RawMessage(e)}); err == nil {
			t.Errorf("event %s was delivered", e)
		}
	}
}

func TestWriteDir(t *testing.T) {
	a := organisation(t)
	newest := digestKeys(a, production, tokyo)
	a.Delete(newest[len(newest)-1])
	dir := t.TempDir()
	if err := a.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	got, signatures := map[string]string{}, 0
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		key = filepath.ToSlash(key)
		if digest, ok := strings.CutSuffix(key, aws.SignatureSuffix); ok {
			signatures++
			if want := a.Get(digest).Metadata["signature"]; strings.TrimSpace(string(b)) != want {
				t.Errorf("%s: %.20s, want %.20s", key, b, want)
			}
			return nil
		}
		got[key] = string(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if signatures != 6 {
		t.Errorf("%d signatures beside digests, want that of the newest of 6 chains", signatures)
	}
	var keys struct {
		PublicKeyList []struct {
			Value       []byte
			Fingerprint string
		}
	}
	if err := json.Unmarshal([]byte(got[aws.PublicKeysFile]), &keys); err != nil || len(keys.PublicKeyList) != 3 {
		t.Errorf("%d public keys (%v), want one of each region", len(keys.PublicKeyList), err)
	}
	delete(got, aws.PublicKeysFile)
	want := map[string]string{}
	for key, o := range a.Objects() {
		want[key] = string(o.Body)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWriteDirStaysInside(t *testing.T) {
	a := organisation(t)
	a.Put("../outside", aws.Object{Body: []byte("x")})
	dir := filepath.Join(t.TempDir(), "copy")
	if err := a.WriteDir(dir); err == nil {
		t.Error("a key that leaves the folder was written")
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "outside")); !os.IsNotExist(err) {
		t.Errorf("outside the folder: %v", err)
	}
}

// BenchmarkMonth signs the digests of a month of two accounts in three regions.
func BenchmarkMonth(b *testing.B) {
	for b.Loop() {
		a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "b", Trail: "t", HomeRegion: tokyo})
		if err != nil {
			b.Fatal(err)
		}
		a.AddRegion(virginia)
		a.AddRegion("eu-west-1")
		for _, account := range []string{production, audit} {
			if _, err := a.AddLog(account, tokyo, day, []json.RawMessage{event("1", "X", day)}); err != nil {
				b.Fatal(err)
			}
		}
		if err := a.Close(day, day.AddDate(0, 1, 0)); err != nil {
			b.Fatal(err)
		}
	}
}
