package entraidexport

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/archive"
)

// TestMemoryIsBounded: files of hours are forgotten some time, the others never.
func TestMemoryIsBounded(t *testing.T) {
	var m memory
	put := func(key string, hour time.Time) file {
		f := file{Object: archive.Object{Key: key, Mark: "1"}, hour: hour}
		m.put(f, []*facts{{name: key}})
		return f
	}
	loose, first := put("download.json", time.Time{}), put("h", period.Start)
	var last []file
	for n := range 3 * mostHours {
		last = append(last, put(fmt.Sprint("h", n), period.Start.Add(time.Duration(n)*time.Hour)))
		if held := len(m.hours[0]) + len(m.hours[1]); held > mostHours {
			t.Fatalf("%d files of hours are held", held)
		}
	}
	if m.get(loose.Object) == nil || m.get(first.Object) != nil {
		t.Error("a download is forgotten, or the first hour is not")
	}
	for _, f := range last[len(last)-mostHours/2:] {
		if m.get(f.Object) == nil {
			t.Fatalf("%s is forgotten, which was read just before", f.Key)
		}
	}
	changed := last[len(last)-1].Object
	if changed.Mark = "2"; m.get(changed) != nil {
		t.Error("a file that has changed is taken for the one before")
	}
}

// BenchmarkSeen tells what is held for each record of a unit, to know whether it was
// there before.
func BenchmarkSeen(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	const records = 1_000_000
	for b.Loop() {
		before := heap()
		seen := map[[16]byte]version{}
		for n := range uint64(records) {
			var id [8]byte
			binary.BigEndian.PutUint64(id[:], n)
			seen[short(id[:])] = version{}
		}
		b.ReportMetric(float64(heap()-before)/records, "bytes/record")
		runtime.KeepAlive(seen)
	}
}

// BenchmarkFacts tells what is held of a file of an hour.
func BenchmarkFacts(b *testing.B) {
	const files = 5000
	var s runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&s)
		before := s.HeapAlloc
		var m memory
		for n := range files {
			at := period.Start.Add(time.Duration(n) * time.Hour)
			key := hourKey("SignInLogs", tenant, at)
			f := &facts{name: key, held: map[slot]*span{{tenant, "SignInLogs"}: {}}, left: map[string]int64{}}
			f.origin.Request, f.origin.SHA256 = "s3://bucket/"+key, strings.Repeat(fmt.Sprint(n%10), 64)
			m.put(file{Object: archive.Object{Key: key, Mark: fmt.Sprint(n)}, hour: at}, []*facts{f})
		}
		runtime.GC()
		runtime.ReadMemStats(&s)
		b.ReportMetric(float64(s.HeapAlloc-before)/files, "bytes/file")
		runtime.KeepAlive(&m)
	}
}
