package pipeline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

const account = "111122223333"

var twoDays = evidence.Period{
	Start: time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 7, 0, 0, 0, 0, time.UTC),
}

// trailArchive is two days of a trail over two regions, with one event an hour
// and a StopLogging on the first day.
func trailArchive(t *testing.T) *aws.Archive {
	t.Helper()
	a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "logs", Trail: "audit", HomeRegion: "ap-northeast-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{"ap-northeast-1", "us-east-1"} {
		a.AddRegion(region)
		for at := twoDays.Start; at.Before(twoDays.End); at = at.Add(time.Hour) {
			name := "DescribeInstances"
			if region == "ap-northeast-1" && at.Equal(twoDays.Start.Add(5*time.Hour)) {
				name = "StopLogging"
			}
			if _, err := a.AddLog(account, region, at.Add(10*time.Minute), []json.RawMessage{trailEvent(region, name, at)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Close(twoDays.Start.Add(-3*time.Hour), twoDays.End.Add(4*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return a
}

func trailEvent(region, name string, at time.Time) json.RawMessage {
	b, err := json.Marshal(map[string]any{
		"eventVersion": "1.08", "eventID": fmt.Sprintf("%s-%s", region, at.Format("0215")), "eventTime": at.UTC().Format(time.RFC3339),
		"eventName": name, "eventSource": "cloudtrail.amazonaws.com", "eventType": "AwsApiCall", "awsRegion": region,
		"recipientAccountId": account, "sourceIPAddress": "192.0.2.1", "requestParameters": map[string]any{"name": "audit"},
		"userIdentity": map[string]any{"type": "AssumedRole", "arn": "arn:aws:sts::" + account + ":assumed-role/ops/a"},
	})
	if err != nil {
		panic(err)
	}
	return b
}

// runOn takes the archive through the whole pipeline and returns "control:
// result exceptions" and every gap that a claim names.
func runOn(t *testing.T, a *aws.Archive) (results string, gaps []string) {
	t.Helper()
	dir := t.TempDir()
	if err := a.WriteDir(filepath.Join(dir, "bucket")); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse([]byte(`version: 1
organisation: {ja: 例, en: Example}
timezone: UTC
sources: [{name: trail, driver: cloudtrail-archive, location: "file://`+filepath.ToSlash(dir)+`/bucket", public_keys: bucket/public-keys.json, regions: [ap-northeast-1, us-east-1]}]
`), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), c, time.Now); err != nil {
		t.Fatal(err)
	}
	lib, err := Library(c)
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{Config: c, Library: lib, Drivers: all.Drivers(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return twoDays.End.Add(72 * time.Hour) }, Tool: "evidence test", Workers: 2}
	list, err := r.Select([]string{"LOG-01", "LOG-02", "ACC-10"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), twoDays, list); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, view, _, err := r.Evaluate(t.Context(), twoDays, list)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer out.Close()
	var told []string
	for _, c := range out.Controls {
		told = append(told, fmt.Sprintf("%s: %s %d", c.ID, c.Result, c.Counts.Exceptions))
	}
	for _, s := range view.Describe() {
		for _, c := range s.Claims {
			for _, g := range c.Gaps {
				gaps = append(gaps, g.Code+" "+g.Object)
			}
		}
		gaps = append(gaps, s.Unreadable...)
	}
	return strings.Join(told, ", "), gaps
}

// keys lists the archive's keys that contain every part.
func keys(a *aws.Archive, parts ...string) []string {
	var found []string
	for _, k := range a.Keys("") {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(k, p)
		}
		if all {
			found = append(found, k)
		}
	}
	return found
}

// TestTamperedArchives: whatever is done to the archive is named, and nothing
// that depends on it passes. (What each finding is called, and more ways of
// tampering, are the collector's own tests.)
func TestTamperedArchives(t *testing.T) {
	const intact = "ACC-10: no_occurrence 0, LOG-01: exceptions_noted 1, LOG-02: effective 0"
	digest := func(a *aws.Archive, region string, hour string) string {
		k := keys(a, "CloudTrail-Digest/"+region, hour)
		if len(k) != 1 {
			t.Fatalf("%d digests of %s at %s", len(k), region, hour)
		}
		return k[0]
	}
	for _, tt := range []struct {
		name   string
		tamper func(*aws.Archive) (named []string) // what must be named
		broken bool                                // LOG-02 shows the chain to be broken
	}{
		{"nothing", func(*aws.Archive) []string { return nil }, false},
		{"the newest digests deleted", func(a *aws.Archive) []string {
			var gone []string
			for _, k := range keys(a, "CloudTrail-Digest/ap-northeast-1") {
				if at := k[strings.LastIndex(k, "_")+1:]; at >= "20261006T20" {
					a.Delete(k)
					gone = append(gone, "digest_missing")
				}
			}
			return gone[:1]
		}, true},
		{"two adjacent digests deleted", func(a *aws.Archive) []string {
			for _, hour := range []string{"_20261005T11", "_20261005T12"} {
				a.Delete(digest(a, "ap-northeast-1", hour))
			}
			return []string{"digest_missing"}
		}, true},
		{"a digest of another region deleted", func(a *aws.Archive) []string {
			k := digest(a, "us-east-1", "_20261006T03")
			a.Delete(k)
			return []string{"us-east-1"}
		}, true},
		{"a log deleted", func(a *aws.Archive) []string {
			k := keys(a, "CloudTrail/ap-northeast-1", "20261005T0510Z")[0]
			a.Delete(k)
			return []string{k}
		}, true},
		{"a byte of a log edited", func(a *aws.Archive) []string {
			k := keys(a, "CloudTrail/ap-northeast-1", "20261005T0510Z")[0]
			o := *a.Get(k)
			o.Body = regzip(t, o.Body, func(b []byte) []byte { return bytes.Replace(b, []byte("StopLogging"), []byte("StopLoggini"), 1) })
			a.Put(k, o)
			return []string{k}
		}, true},
		{"a log added", func(a *aws.Archive) []string {
			k := keys(a, "CloudTrail/us-east-1", "20261005T0510Z")[0]
			o := *a.Get(k)
			added := strings.Replace(k, "0510Z_", "0511Z_X", 1)
			added = strings.Replace(added, ".json", "", 1)[:len(k)-len(".json.gz")] + ".json.gz"
			a.Put(added, o)
			return []string{added}
		}, true},
		{"a digest edited", func(a *aws.Archive) []string {
			k := digest(a, "ap-northeast-1", "_20261005T11")
			o := *a.Get(k)
			o.Body = regzip(t, o.Body, func(b []byte) []byte { return bytes.Replace(b, []byte(`"logFiles":[{`), []byte(`"logFiles": [{`), 1) })
			a.Put(k, o)
			return []string{k}
		}, true},
		{"a whole region deleted", func(a *aws.Archive) []string {
			for _, k := range keys(a, "us-east-1") {
				if strings.Contains(k, "/us-east-1/") {
					a.Delete(k)
				}
			}
			return []string{"us-east-1"}
		}, false}, // what is left is sound; that a region is not readable is no member of the population
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := trailArchive(t)
			named := tt.tamper(a)
			results, gaps := runOn(t, a)
			if named == nil {
				if results != intact || gaps != nil {
					t.Errorf("%s; gaps %q", results, gaps)
				}
				return
			}
			for _, control := range []string{"ACC-10", "LOG-01"} {
				if !strings.Contains(results, control+": not_evaluable") {
					t.Errorf("%s: %s", control, results)
				}
			}
			if strings.Contains(results, "LOG-02: effective") {
				t.Errorf("LOG-02 passes: %s", results)
			}
			if tt.broken && !strings.Contains(results, "LOG-02: exceptions_noted") {
				t.Errorf("LOG-02 is no exception: %s", results)
			}
			for _, n := range named {
				if !strings.Contains(strings.Join(gaps, "\n"), n) {
					t.Errorf("%s is not named in %q", n, gaps)
				}
			}
		})
	}
}

// regzip edits a gzip file's content.
func regzip(t *testing.T, b []byte, edit func([]byte) []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	edited := edit(bytes.Clone(plain))
	if bytes.Equal(edited, plain) {
		t.Fatal("the edit changes nothing")
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(edited); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
