package cloudtrail

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence"
)

// The archive that the figures are about: one day of one account and region.
const (
	benchFiles  = 400
	benchEvents = 1500 // a file
)

// BenchmarkArchive reads, hashes and selects from an archive of 400 files and
// 600,000 events, by turns with only inflating and hashing the same files with
// the same libraries and number of workers, and prints the ratio of the two.
func BenchmarkArchive(b *testing.B) {
	dir := b.TempDir()
	inflated := writeBenchArchive(b, dir)
	a := configure(b, benchDay.AddDate(0, 0, 2), "location: "+dir+"\ndigests: absent")
	a.workers = runtime.GOMAXPROCS(0)
	units := plan(b, a, evidence.Query{Period: evidence.Period{Start: benchDay, End: benchDay.AddDate(0, 0, 1)}, Want: benchWant})
	files, err := filepath.Glob(filepath.Join(dir, "AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz"))
	if err != nil || len(units) != 1 || len(files) != benchFiles {
		b.Fatalf("%d units, %d files, %v", len(units), len(files), err)
	}
	var plain, whole time.Duration
	peak := watchMemory(b)
	var kept int
	for b.Loop() {
		start := time.Now()
		inflateAndHash(b, files, a.workers)
		plain += time.Since(start)

		start = time.Now()
		got := collect(b, a, units[0])
		whole += time.Since(start)
		kept = len(got.records)
		if n := count(got.claim, "events_read", ""); n != benchFiles*benchEvents || !got.claim.Satisfied() {
			b.Fatalf("%d events read, gaps %v", n, got.claim.Gaps)
		}
	}
	mbps := func(d time.Duration) float64 { return float64(inflated) * float64(b.N) / d.Seconds() / 1e6 }
	b.ReportMetric(mbps(plain), "gunzip+sha256_MB/s")
	b.ReportMetric(mbps(whole), "collect_MB/s")
	b.ReportMetric(float64(peak())/(1<<20), "peak_MB")
	b.ReportMetric(100*plain.Seconds()/whole.Seconds(), "ratio_%")
	b.Logf("%d files, %d events, %d MB inflated, %d workers; %d events kept: collect %.0f MB/s, gunzip and SHA-256 alone %.0f MB/s, ratio %.0f %%, peak memory %d MB",
		benchFiles, benchFiles*benchEvents, inflated/1e6, a.workers, kept, mbps(whole), mbps(plain), 100*plain.Seconds()/whole.Seconds(), peak()>>20)
}

var (
	benchDay  = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)
	benchWant = []evidence.Selection{
		{Kind: EventKind, For: "LOG-01", Where: evidence.Where{{"eventSource": {"cloudtrail.amazonaws.com"}, "eventName": {"StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"}}}},
		{Kind: EventKind, For: "ACC-08", Where: evidence.Where{{"eventName": {"ConsoleLogin"}}}},
		{Kind: EventKind, For: "ACC-10", Where: evidence.Where{{"userIdentity.type": {"Root"}}}},
		{Kind: EventKind, For: "NET-02", Where: evidence.Where{{"eventName": {"AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules", "RevokeSecurityGroupIngress", "CreateSecurityGroup", "DeleteSecurityGroup"}}}},
	}
)

// writeBenchArchive writes log files of real events, one in two hundred of them
// a wanted one, each with an ID of its own.
func writeBenchArchive(b *testing.B, dir string) (inflated int64) {
	b.Helper()
	place := place{Account: account, Region: tokyo}
	folder := filepath.Join(dir, place.folder("", logFolder), benchDay.Format(dayLayout))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.Fatal(err)
	}
	var common, rare []json.RawMessage
	f := newFilter(benchWant)
	for _, e := range realEvents(b) {
		if len(f.match(e)) > 0 {
			rare = append(rare, e)
		} else {
			common = append(common, e)
		}
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	var total atomic.Int64
	for i := range benchFiles {
		g.Go(func() error {
			var doc bytes.Buffer
			doc.WriteString(`{"Records":[`)
			for n := range benchEvents {
				if n > 0 {
					doc.WriteByte(',')
				}
				e := common[(i*benchEvents+n*7)%len(common)]
				if n%200 == 50 {
					e = rare[(i+n/200)%len(rare)]
				}
				doc.Write(withNewID(e))
			}
			doc.WriteString("]}")
			total.Add(int64(doc.Len()))
			at := benchDay.Add(time.Duration(i) * 24 * time.Hour / benchFiles)
			name := fmt.Sprintf("%s_CloudTrail_%s_%s_bench%011d.json.gz", account, tokyo, at.Format("20060102T1504Z"), i)
			return os.WriteFile(filepath.Join(folder, name), deflateBody(doc.Bytes()), 0o644)
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	return total.Load()
}

func withNewID(e json.RawMessage) []byte {
	const key = `"eventID":"`
	at := bytes.Index(e, []byte(key)) + len(key)
	var id [16]byte
	_, _ = rand.Read(id[:])
	out := bytes.Clone(e)
	s := hex.EncodeToString(id[:])
	copy(out[at:], s[:8]+"-"+s[8:12]+"-"+s[12:16]+"-"+s[16:20]+"-"+s[20:])
	return out
}

// inflateAndHash is the least that any reader must do.
func inflateAndHash(b *testing.B, files []string, workers int) {
	b.Helper()
	var g errgroup.Group
	next := make(chan string)
	for range workers {
		g.Go(func() error {
			zr, h, buf := new(gzip.Reader), sha256.New(), make([]byte, 128<<10)
			for name := range next {
				f, err := os.Open(name)
				if err != nil {
					return err
				}
				h.Reset()
				if err = zr.Reset(f); err == nil {
					_, err = io.CopyBuffer(h, struct{ io.Reader }{zr}, buf)
				}
				f.Close()
				if err != nil {
					return err
				}
				h.Sum(nil)
			}
			return nil
		})
	}
	for _, name := range files {
		next <- name
	}
	close(next)
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
}

// watchMemory samples what the process holds of the system's memory, until the
// benchmark ends.
func watchMemory(b *testing.B) (peak func() uint64) {
	var highest atomic.Uint64
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(cancel)
	debug.FreeOSMemory()
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for ctx.Err() == nil {
			metrics.Read(s)
			highest.Store(max(highest.Load(), s[0].Value.Uint64()-s[1].Value.Uint64()))
			<-tick.C
		}
	}()
	return highest.Load
}
