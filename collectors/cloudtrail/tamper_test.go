package cloudtrail

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// gapsOf collects every unit and returns, by place, the distinct codes of its gaps,
// the records of all, and the sum of what is expected beyond what was found.
func gapsOf(t *testing.T, a *archive) (byPlace map[string][]string, all []evidence.Finding, records int, missing int64) {
	t.Helper()
	byPlace = map[string][]string{}
	for _, u := range plan(t, a, wantQ) {
		got := collect(t, a, u)
		records += len(got.records)
		missing += got.claim.Expected - got.claim.Found
		all = append(all, got.claim.Gaps...)
		if len(got.claim.Gaps) > 0 {
			p := placeOf(u.Scope).String()
			byPlace[p] = append(byPlace[p], codes(got.claim.Gaps)...)
		}
		if got.claim.Satisfied() != (len(got.claim.Gaps) == 0) {
			t.Errorf("%s: %d of %d found, and gaps %v", u, got.claim.Found, got.claim.Expected, got.claim.Gaps)
		}
	}
	for p, cs := range byPlace {
		slices.Sort(cs)
		byPlace[p] = slices.Compact(cs)
	}
	return byPlace, all, records, missing
}

const here = account + "/" + tokyo

// digestsOf are the keys of a place's digests in order, logsOf those of its logs.
func digestsOf(b *aws.Archive, region string) []string {
	return b.Keys("AWSLogs/" + account + "/CloudTrail-Digest/" + region + "/")
}

func logsOf(b *aws.Archive) []string {
	return b.Keys("AWSLogs/" + account + "/CloudTrail/" + tokyo + "/2026/10/05/")
}

// ending picks the digests that end in [from, to) on 5 October.
func ending(keys []string, from, to int) []string {
	var out []string
	for _, k := range keys {
		d, _ := parseDigestKey(k, place{Account: account, Region: strings.Split(k, "/")[3]})
		h := d.End.Sub(time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC))
		if h >= time.Duration(from)*time.Hour && h < time.Duration(to)*time.Hour {
			out = append(out, k)
		}
	}
	return out
}

func inflateBody(t *testing.T, o *aws.Object) []byte {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(o.Body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func deflateBody(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// replace puts other content at a key and leaves all else as it is.
func replace(b *aws.Archive, key string, body []byte) {
	o := b.Get(key)
	b.Put(key, aws.Object{Body: body, Metadata: o.Metadata, LastModified: o.LastModified})
}

func TestTampering(t *testing.T) {
	const intact = 4 * 12 * 2 // wanted records
	tests := []struct {
		name    string
		change  func(t *testing.T, b *aws.Archive) (names string) // a key that a gap must name
		want    map[string][]string
		missing int64
		records int
	}{
		{"one digest deleted", func(t *testing.T, b *aws.Archive) string {
			k := ending(digestsOf(b, tokyo), 5, 6)[0]
			b.Delete(k)
			return k
		}, map[string][]string{here: {"digest_missing"}}, 1, intact},
		{"two adjacent digests deleted", func(t *testing.T, b *aws.Archive) string {
			ks := ending(digestsOf(b, tokyo), 5, 7)
			b.Delete(ks[0])
			b.Delete(ks[1])
			return ks[1]
		}, map[string][]string{here: {"digest_missing", "log_not_listed"}}, 2, intact},
		{"the newest digests deleted", func(t *testing.T, b *aws.Archive) string {
			ks := ending(digestsOf(b, tokyo), 12, 100)
			for _, k := range ks {
				b.Delete(k)
			}
			return ""
		}, map[string][]string{here: {"digest_missing", "log_not_listed"}}, 4, intact},
		{"every digest of another region deleted", func(t *testing.T, b *aws.Archive) string {
			for _, k := range digestsOf(b, ireland) {
				b.Delete(k)
			}
			return ""
		}, map[string][]string{account + "/" + ireland: {"digest_missing", "log_not_listed"}}, 25, intact},
		{"a digest's byte changed", func(t *testing.T, b *aws.Archive) string {
			k := ending(digestsOf(b, tokyo), 5, 6)[0]
			replace(b, k, deflateBody(bytes.Replace(inflateBody(t, b.Get(k)), []byte(`SHA-256`), []byte(`SHA-256 `), 1)))
			return k
		}, map[string][]string{here: {"chain_broken", "digest_invalid", "digest_signature_invalid"}}, 2, intact},
		{"a digest that no longer lists its log, which is deleted", func(t *testing.T, b *aws.Archive) string {
			k, d := digestWithLog(t, b)
			b.Delete(d.LogFiles[0].Object)
			d.LogFiles = nil
			raw, _ := json.Marshal(d)
			replace(b, k, deflateBody(raw))
			return k
		}, map[string][]string{here: {"chain_broken", "digest_signature_invalid"}}, 2, intact - 2},
		{"a digest put where another belongs", func(t *testing.T, b *aws.Archive) string {
			ks := ending(digestsOf(b, tokyo), 5, 7)
			b.Put(ks[1], *b.Get(ks[0]))
			return ks[1]
		}, map[string][]string{here: {"chain_broken", "digest_invalid", "digest_moved", "log_not_listed"}}, 2, intact},
		{"a digest of another account", func(t *testing.T, b *aws.Archive) string {
			k := ending(digestsOf(b, tokyo), 5, 6)[0]
			replace(b, k, deflateBody(bytes.Replace(inflateBody(t, b.Get(k)), []byte(account), []byte(member), 1)))
			return k
		}, map[string][]string{here: {"chain_broken", "digest_account_mismatch", "digest_signature_invalid"}}, 2, intact},
		{"a digest's gzip cut short", func(t *testing.T, b *aws.Archive) string {
			k := ending(digestsOf(b, tokyo), 5, 6)[0]
			replace(b, k, b.Get(k).Body[:100])
			return k
		}, map[string][]string{here: {"digest_unreadable"}}, 1, intact},
		{"a digest's signature removed", func(t *testing.T, b *aws.Archive) string {
			for _, k := range ending(digestsOf(b, tokyo), 18, 100) {
				b.Delete(k) // those that would tell the signature
			}
			k := ending(digestsOf(b, tokyo), 17, 18)[0]
			b.Put(k, aws.Object{Body: b.Get(k).Body})
			return k
		}, map[string][]string{here: {"digest_signature_unavailable"}}, 0, intact},
		{"a log file deleted", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			b.Delete(k)
			return k
		}, map[string][]string{here: {"log_missing"}}, 0, intact - 2},
		{"a log file's byte changed", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, deflateBody(bytes.Replace(inflateBody(t, b.Get(k)), []byte("StopLogging"), []byte("StopLoggong"), 1)))
			return k
		}, map[string][]string{here: {"log_hash_mismatch"}}, 0, intact - 1},
		{"a log file's gzip cut short", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, b.Get(k).Body[:len(b.Get(k).Body)-6])
			return k
		}, map[string][]string{here: {"log_corrupt"}}, 0, intact},
		{"a log file's gzip corrupt", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			body := bytes.Clone(b.Get(k).Body)
			body[len(body)-5] ^= 1 // the checksum
			replace(b, k, body)
			return k
		}, map[string][]string{here: {"log_corrupt"}}, 0, intact},
		{"a log file that is no gzip", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, []byte("<html>"))
			return k
		}, map[string][]string{here: {"log_corrupt"}}, 0, intact - 2},
		{"an empty object", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, nil)
			return k
		}, map[string][]string{here: {"log_corrupt"}}, 0, intact - 2},
		{"JSON cut short", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			raw := inflateBody(t, b.Get(k))
			replace(b, k, deflateBody(raw[:len(raw)-20]))
			return k
		}, map[string][]string{here: {"log_hash_mismatch", "log_malformed"}}, 0, intact - 1},
		{"not a log file's JSON", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, deflateBody([]byte(`{"records":[]}`)))
			return k
		}, map[string][]string{here: {"log_hash_mismatch", "log_malformed"}}, 0, intact - 2},
		{"a decompression bomb", func(t *testing.T, b *aws.Archive) string {
			k := logsOf(b)[3]
			replace(b, k, deflateBody(append([]byte(`{"Records":[`), make([]byte, 2<<20)...)))
			return k
		}, map[string][]string{here: {"log_too_large"}}, 0, intact - 2},
		{"a log file added", func(t *testing.T, b *aws.Archive) string {
			k := strings.Replace(logsOf(b)[3], "T0", "T0", 1)
			k = k[:len(k)-len("XXXX.json.gz")] + "abcd.json.gz"
			b.Put(k, aws.Object{Body: deflateBody([]byte(`{"Records":[]}`))})
			return k
		}, map[string][]string{here: {"log_not_listed"}}, 0, intact},
		{"a key of unknown form", func(t *testing.T, b *aws.Archive) string {
			k := "AWSLogs/" + account + "/CloudTrail/" + tokyo + "/2026/10/05/notes.txt"
			b.Put(k, aws.Object{Body: []byte("x")})
			return k
		}, map[string][]string{here: {"unknown_key"}}, 0, intact},
		{"a log file in another day's folder", func(t *testing.T, b *aws.Archive) string {
			k := strings.Replace(logsOf(b)[3], "_20261005T", "_20261009T", 1)
			b.Put(k, aws.Object{Body: deflateBody([]byte(`{"Records":[]}`))})
			return k
		}, map[string][]string{here: {"unknown_key"}}, 0, intact},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newArchive(t, aws.ArchiveOptions{})
			named := tt.change(t, b)
			got, all, records, missing := gapsOf(t, onServer(t, b, nil, "max_inflated_size: 1048576"))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("gaps (-want +got):\n%s\n%v", diff, all)
			}
			if records != tt.records || missing != tt.missing {
				t.Errorf("%d records and %d digests missing, want %d and %d: %v", records, missing, tt.records, tt.missing, all)
			}
			if named != "" && !slices.ContainsFunc(all, func(f evidence.Finding) bool { return f.Object == named }) {
				t.Errorf("no gap names %s: %v", named, all)
			}
			for _, f := range all {
				if _, ok := texts[f.Code]; !ok {
					t.Errorf("no text explains %s", f.Code)
				}
			}
		})
	}
}

// digestWithLog finds a digest of the morning that lists a log file.
func digestWithLog(t *testing.T, b *aws.Archive) (string, digestBody) {
	t.Helper()
	for _, k := range ending(digestsOf(b, tokyo), 3, 12) {
		var d digestBody
		if err := json.Unmarshal(inflateBody(t, b.Get(k)), &d); err != nil {
			t.Fatal(err)
		}
		if len(d.LogFiles) > 0 {
			return k, d
		}
	}
	t.Fatal("no digest lists a log file")
	return "", digestBody{}
}

func TestForbiddenObjects(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	log, digest := logsOf(b)[3], ending(digestsOf(b, tokyo), 5, 6)[0]
	deny := func(r *http.Request) *aws.Fault {
		if strings.HasSuffix(r.URL.Path, log) || strings.HasSuffix(r.URL.Path, digest) {
			return &aws.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return nil
	}
	got, all, records, _ := gapsOf(t, onServer(t, b, deny, ""))
	if diff := cmp.Diff(map[string][]string{here: {"digest_unreadable", "log_unreadable"}}, dropUnlisted(got)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s\n%v", diff, all)
	}
	if records != 4*12*2-2 {
		t.Errorf("%d records: more was lost than the forbidden file's", records)
	}
}

// dropUnlisted leaves out what follows from a digest that cannot be read.
func dropUnlisted(m map[string][]string) map[string][]string {
	m = maps.Clone(m)
	for k, v := range m {
		m[k] = slices.DeleteFunc(slices.Clone(v), func(c string) bool { return c == "log_not_listed" })
	}
	return m
}
