package opc

import (
	"archive/zip"
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509/pkix"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
)

// grown is the small package with a further sheet of rows with little in common, in a file.
func grown(t testing.TB, rows int) (*os.File, int64) {
	t.Helper()
	const name = "xl/worksheets/sheet2.xml"
	f, err := os.Create(filepath.Join(t.TempDir(), "large.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z := zip.NewWriter(f)
	for _, m := range members(t, small(t)) {
		if err := put(z, zip.FileHeader{Name: m.name, Method: zip.Store}, []byte(m.data)); err != nil {
			t.Fatal(err)
		}
	}
	sheet, err := os.Create(filepath.Join(t.TempDir(), "sheet"))
	if err != nil {
		t.Fatal(err)
	}
	defer sheet.Close()
	deflate, err := flate.NewWriter(sheet, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum, size := crc32.NewIEEE(), 0
	random := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		n, err := fmt.Fprintf(io.MultiWriter(deflate, sum), `<row r="%d"><c r="A%d" t="inlineStr"><is><t>%016x%016x</t></is></c><c r="B%d"><v>%d</v></c></row>`,
			i, i, random.Uint64(), random.Uint64(), i, random.Uint32())
		if err != nil {
			t.Fatal(err)
		}
		size += n
	}
	if err := deflate.Close(); err != nil {
		t.Fatal(err)
	}
	deflated, err := sheet.Seek(0, io.SeekCurrent)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(deflated), UncompressedSize64: uint64(size)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, sheet); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return f, info.Size()
}

// round signs, verifies and takes off, and tells the time of each and the most memory
// that the heap took meanwhile.
func round(t testing.TB, f *os.File, size int64) (took [3]time.Duration, peak uint64) {
	t.Helper()
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	runtime.GC()
	stop, done := make(chan bool), make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-stop:
				done <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	out, err := os.Create(filepath.Join(t.TempDir(), "signed.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	begin := time.Now()
	if err := Sign(t.Context(), out, f, size, Options{Signer: s, At: at}); err != nil {
		t.Fatal(err)
	}
	took[0] = time.Since(begin)
	info, err := out.Stat()
	if err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	if list, err := Verify(t.Context(), out, info.Size()); err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	took[1] = time.Since(begin)
	begin = time.Now()
	rendered, want := sha256.New(), sha256.New()
	if err := Strip(rendered, out, info.Size()); err != nil {
		t.Fatal(err)
	}
	took[2] = time.Since(begin)
	if _, err := io.Copy(want, io.NewSectionReader(f, 0, size)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(rendered.Sum(nil), want.Sum(nil)) {
		t.Error("without its signature it is not what was signed")
	}
	close(stop)
	return took, <-done
}

// TestMemory: a workbook of some 14 MB is signed, verified and unsigned in a fraction of that.
func TestMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps memory of its own")
	}
	f, size := grown(t, 400_000)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, peak := round(t, f, size); size < 12<<20 || peak > before.HeapAlloc+8<<20 {
		t.Errorf("%d MiB of heap for a workbook of %d MiB", (peak-before.HeapAlloc)>>20, size>>20)
	}
}

// BenchmarkLarge signs, verifies and unsigns a workbook of more than 100 MB.
func BenchmarkLarge(b *testing.B) {
	f, size := grown(b, 3_000_000)
	for b.Loop() {
		took, peak := round(b, f, size)
		b.ReportMetric(float64(size)/1e6, "MB")
		for i, name := range []string{"s/sign", "s/verify", "s/strip"} {
			b.ReportMetric(took[i].Seconds(), name)
		}
		b.ReportMetric(float64(peak)/1e6, "MB-heap")
	}
	b.ReportMetric(0, "ns/op")
}

// TestBomb: a part that inflates to more than its header says is found out after that much.
func TestBomb(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps memory of its own")
	}
	var bomb bytes.Buffer
	d, err := flate.NewWriter(&bomb, 9)
	if err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat(" ", 1<<20)
	for range 128 {
		if _, err := io.WriteString(d, zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"xl/workbook.xml", "xl/worksheets/_rels/sheet1.xml.rels", rootRels, typesPart} {
		for _, said := range []uint64{10, 1 << 30} {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, m := range members(t, small(t)) {
				if m.name != name {
					if err := put(z, zip.FileHeader{Name: m.name, Method: zip.Deflate}, []byte(m.data)); err != nil {
						t.Fatal(err)
					}
					continue
				}
				w, err := z.CreateRaw(&zip.FileHeader{Name: m.name, Method: zip.Deflate, CompressedSize64: uint64(bomb.Len()), UncompressedSize64: said})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write(bomb.Bytes()); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := Sign(t.Context(), io.Discard, bytes.NewReader(b.Bytes()), int64(b.Len()), Options{Signer: issue(t, newECDSA(t, elliptic.P256()), pkix.Name{}, nil), At: at}); err == nil {
				t.Errorf("%s of 128 MiB: signed", name)
			}
			runtime.ReadMemStats(&after)
			// A text is read up to its bound, into memory that doubles as it grows.
			if grew := (after.TotalAlloc - before.TotalAlloc) >> 20; grew > 8*maxText>>20 {
				t.Errorf("%s of 128 MiB: %d MiB were allocated", name, grew)
			}
		}
	}
}
