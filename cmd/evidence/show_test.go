package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
)

// TestShowListsEarlierVersions in text and as JSON, oldest first.
func TestShowListsEarlierVersions(t *testing.T) {
	var earlier []sealed.Version
	var hashes []string
	for i, body := range []string{`{"state":"OPEN"}`, `{"state":"CLOSED"}`} {
		r, err := evidence.NewRecord("forge.pull", "PR_1", time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), 0, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, r.BodySHA256())
		m := locker.Manifest{Object: "b", Collected: locker.Collected{At: time.Date(2026, 11, 2+i, 3, 4, 5, 0, time.UTC)}}
		earlier = append(earlier, sealed.Version{Sightings: []sealed.Sighting{{Record: r, Entry: locker.Entry{Index: int64(7 + i), Manifest: m}}}})
	}
	for lang, head := range map[evidence.Lang]string{evidence.English: "2 earlier versions", evidence.Japanese: "更新前の版 2件"} {
		var out bytes.Buffer
		s := &shown{app: &app{stdout: &out}, run: &pipeline.Run{Config: &config.Config{Lang: lang, Calendar: evidence.Calendar{Location: time.UTC}}}}
		s.tellEarlier(nil)
		if out.Len() > 0 {
			t.Errorf("nothing earlier, and it says %q", out.String())
		}
		s.tellEarlier(earlier)
		first, second := strings.Index(out.String(), "2026-11-02 03:04:05 UTC  SHA-256 "+hashes[0]), strings.Index(out.String(), "2026-11-03 03:04:05 UTC  SHA-256 "+hashes[1])
		if !strings.Contains(out.String(), head) || first < 0 || second < first {
			t.Errorf("%s: %s", lang, out.String())
		}
		b, err := json.Marshal(s.itemJSON(evaluation.Item{}, nil, earlier))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), `"earlier_versions":[{"collected_at":"2026-11-02T03:04:05Z","sha256":"`+hashes[0]+`","batch":"b","leaf":7,"body":{"state":"OPEN"}}`) {
			t.Errorf("%s", b)
		}
	}
}
