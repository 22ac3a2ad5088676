package github

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// volume gives the world a number of merged pull requests, each with its commit
// in the history, made when they are asked for.
func (w *world) volume(n int) {
	at := func(i int) time.Time { return october(1).Add(time.Duration(i) * 40 * time.Second) }
	landed := func(i int) string { return fmt.Sprintf("%040x", i) }
	w.repo["pullRequests"] = func(args) any {
		return list(func() []any {
			all := make([]any, n)
			for k := range all {
				all[k] = func() obj {
					i := n - k
					p := w.pull(i, at(i))
					p["state"], p["merged"], p["mergedAt"], p["mergedBy"] = "MERGED", true, stampOf(at(i)), user("bob")
					p["mergeCommit"] = obj{"oid": landed(i), "parents": nodes()}
					return p
				}
			}
			return all
		})
	}
	sample := w.commit("squash", october(1), 0)
	history := func(args) any {
		return list(func() []any {
			all := make([]any, n)
			for k := range all {
				all[k] = func() obj {
					i := n - k
					c := obj{}
					for name, v := range sample {
						c[name] = v
					}
					c["oid"], c["committedDate"] = landed(i), stampOf(at(i))
					c["associatedPullRequests"] = nodes(obj{"id": "PR_" + strconv.Itoa(i), "number": i, "merged": true, "mergedAt": stampOf(at(i)), "baseRefName": "main", "repository": obj{"id": repoID, "nameWithOwner": repoName}})
					return c
				}
			}
			return all
		})
	}
	w.repo["ref"] = func(args) any {
		return obj{"name": "main", "target": obj{"__typename": "Commit", "oid": landed(n), "history": history}}
	}
}

// count collects from the world, keeping nothing, and tells what that took.
func (w *world) countRecords(b *testing.B, s *source, kinds ...string) (records, requests int, peak uint64) {
	b.Helper()
	s.now = func() time.Time { return time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) }
	s.client.now = s.now
	for u, err := range s.Plan(b.Context(), evidence.Query{Period: octoberPeriod, Want: wantKinds(kinds...)}) {
		if err != nil {
			b.Fatal(err)
		}
		planned := w.count("") // the page of names is shared by a hundred repositories
		for batch, err := range s.Collect(b.Context(), u, nil) {
			if err != nil {
				b.Fatal(err)
			}
			for _, r := range batch.Records {
				if r.Kind == PullRequest {
					records++
				}
			}
			for _, c := range batch.Claims {
				if !c.Satisfied() {
					b.Fatalf("%+v", c)
				}
			}
			if records%5000 < pageSize {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
		requests += w.count("") - planned
	}
	return records, requests, peak
}

var changeKinds = []string{PullRequest, Commit, Codeowners, BranchProtection, Ruleset, RefUpdate, Issue, Deployment}

// BenchmarkRequests counts what GitHub is asked: for a thousand merged pull
// requests, with all that the controls of change management want, and for a
// repository without changes. Its floor is a pull request page each.
func BenchmarkRequests(b *testing.B) {
	for b.Loop() {
		w := newWorld(b)
		w.volume(1000)
		s := newSource(b, w.start(), "", noWait)
		records, busy, _ := w.countRecords(b, s, changeKinds...)
		if records != 1000 {
			b.Fatalf("%d pull requests", records)
		}
		w = newWorld(b)
		w.merge(1, october(-5))
		w.repo["pushedAt"] = stampOf(october(-5))
		s = newSource(b, w.start(), "", noWait)
		_, idle, _ := w.countRecords(b, s, changeKinds...)
		floor := (1000 + pageSize - 1) / pageSize
		b.ReportMetric(float64(busy), "requests/1000_pulls")
		b.ReportMetric(float64(floor), "pages/1000_pulls")
		b.ReportMetric(float64(idle), "requests/unchanged_repository")
		b.Logf("1,000 merged pull requests: %d requests, of which %d pages of pull requests; an unchanged repository: %d", busy, floor, idle)
	}
}

// BenchmarkVolume collects 50,000 pull requests beside 1,000: memory must not
// grow with their number. The simulated server lives in the same process.
func BenchmarkVolume(b *testing.B) {
	for b.Loop() {
		var peaks [2]uint64
		for i, n := range []int{1000, 50_000} {
			w := newWorld(b)
			w.volume(n)
			s := newSource(b, w.start(), "", noWait)
			began := time.Now()
			records, requests, peak := w.countRecords(b, s, PullRequest, Commit)
			if records != n {
				b.Fatalf("%d pull requests, want %d", records, n)
			}
			peaks[i] = peak
			b.Logf("%d pull requests: %d requests, %.1f s, %.1f MB in use at most", n, requests, time.Since(began).Seconds(), float64(peak)/(1<<20))
		}
		b.ReportMetric(float64(peaks[0])/(1<<20), "MB/1000_pulls")
		b.ReportMetric(float64(peaks[1])/(1<<20), "MB/50000_pulls")
	}
}
