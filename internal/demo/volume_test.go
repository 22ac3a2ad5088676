package demo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/securitygroup"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

func TestVolume(t *testing.T) {
	// What the controls want: their populations, and the calls that change security groups.
	selected := append(slices.Collect(maps.Values(populations)), evidence.Where{{"eventSource": {"ec2.amazonaws.com"}, "eventName": securitygroup.EventNames}})
	o := VolumeOptions{Files: 20, EventsPerFile: 100, WantedEvery: 50, Seed: 1}
	read := func() (ids, wanted int, names []string) {
		a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "b", Trail: "t", HomeRegion: tokyo})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.deliver(a); err != nil { // Volume without its digests
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, key := range a.Keys("AWSLogs/" + productionAccount + "/CloudTrail/") {
			names = append(names, key)
			z, err := gzip.NewReader(bytes.NewReader(a.Get(key).Body))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			var file struct{ Records []json.RawMessage }
			if err := json.Unmarshal(b, &file); err != nil {
				t.Fatal(err)
			}
			for _, raw := range file.Records {
				var e struct {
					EventID   string
					EventTime time.Time
				}
				if err := json.Unmarshal(raw, &e); err != nil {
					t.Fatal(err)
				}
				seen[e.EventID] = true
				if !Period().Contains(e.EventTime) {
					t.Errorf("%s is of %s", e.EventID, e.EventTime)
				}
				if slices.ContainsFunc(selected, func(w evidence.Where) bool { return w.Match(raw) }) {
					wanted++
				}
			}
		}
		return len(seen), wanted, names
	}
	ids, wanted, names := read()
	if ids != 2000 || wanted != 40 || len(names) != 20 {
		t.Errorf("%d files, %d events, %d of them wanted; want 20, 2000, 40", len(names), ids, wanted)
	}
	if _, _, again := read(); cmp.Diff(names, again) != "" {
		t.Errorf("the same seed gives other files: %s", strings.Join(again, " "))
	}
	if _, err := Volume(VolumeOptions{}); err == nil {
		t.Error("an archive of nothing was made")
	}
}

func BenchmarkVolume(b *testing.B) {
	for b.Loop() {
		if _, err := Volume(VolumeOptions{Files: 40, EventsPerFile: 1500, WantedEvery: 1000}); err != nil {
			b.Fatal(err)
		}
	}
}
