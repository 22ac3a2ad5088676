package locker

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
)

func compress(t testing.TB, data []byte, options ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	enc, err := zstd.NewWriter(&b, options...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enc.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const goodLine = `{"kind":"k","id":"1","time":"2026-10-01T00:00:00Z","origin":0,"body":{}}` + "\n"

func decode(r io.Reader) (records []evidence.Record, err error) {
	for rec, err := range DecodeObject(r) {
		if err != nil {
			return records, err
		}
		records = append(records, rec)
	}
	return records, nil
}

func TestDecodeObject(t *testing.T) {
	good := compress(t, []byte(strings.Repeat(goodLine, 3)))
	big := strings.Replace(goodLine, "{}", `{"a":"`+strings.Repeat("x", MaxLine)+`"}`, 1)
	noise := make([]byte, 20<<20) // a window is only as large as what fills it
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	tests := map[string]struct {
		object  []byte
		records int
		ok      bool
	}{
		"three records":           {good, 3, true},
		"no record":               {compress(t, nil), 0, true},
		"nothing at all":          {nil, 0, true},
		"no Zstandard":            {[]byte("plain text"), 0, false},
		"cut short":               {good[:len(good)-5], 0, false},
		"a byte flipped":          {append(append([]byte{}, good[:len(good)-1]...), good[len(good)-1]^1), 3, false},
		"bytes after the end":     {append(append([]byte{}, good...), "x"...), 3, false},
		"last line without end":   {compress(t, []byte(goodLine+strings.TrimSuffix(goodLine, "\n"))), 1, false},
		"an empty line":           {compress(t, []byte(goodLine+"\n")), 1, false},
		"a line that is not JSON": {compress(t, []byte(goodLine+"{\n")), 1, false},
		"a line without an id":    {compress(t, []byte(goodLine+"{}\n")), 1, false},
		"too long a line":         {compress(t, []byte(goodLine+big)), 1, false},
		"too wide a window":       {compress(t, noise, zstd.WithWindowSize(16<<20)), 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			records, err := decode(bytes.NewReader(test.object))
			if (err == nil) != test.ok {
				t.Errorf("error %v", err)
			}
			if len(records) > test.records {
				t.Errorf("%d records, at most %d are there", len(records), test.records)
			}
		})
	}
}

// An object of any size is read with the memory of a window and a line: here
// 64 MB that take a few kilobytes compressed.
func TestDecodeObjectMemory(t *testing.T) {
	const lines = 1 << 16
	line := []byte(strings.Replace(goodLine, "{}", `{"a":"`+strings.Repeat("x", 1000)+`"}`, 1))
	reader, writer := io.Pipe()
	go func() {
		enc, err := zstd.NewWriter(writer, zstd.WithWindowSize(window))
		for i := 0; err == nil && i < lines; i++ {
			_, err = enc.Write(line)
		}
		writer.CloseWithError(errors.Join(err, enc.Close()))
	}()
	n, peak := 0, uint64(0)
	for _, err := range DecodeObject(reader) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%(lines/16) == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	if n != lines {
		t.Errorf("%d records, want %d", n, lines)
	}
	if peak > 40<<20 {
		t.Errorf("%d MB are held while reading", peak>>20)
	}
}

func TestEncodeObjectRefusesLongRecords(t *testing.T) {
	r := evidence.Record{Kind: "k", ID: "1", Time: testTime, Body: []byte(`{"a":"` + strings.Repeat("x", MaxLine) + `"}`)}
	if _, err := EncodeObject([]evidence.Record{r}); err == nil {
		t.Error("a record was kept that cannot be read back")
	}
}

// What Records yields is worth nothing until it ends, and then it says so.
func TestRecordsOfDamagedObjects(t *testing.T) {
	l, _ := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	all := fill(t, w, 0, 6)
	m := all[len(all)-1]
	path := filepath.Join(l.Where(), filepath.FromSlash(stagedName(m.Object)))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := compress(t, []byte(strings.Repeat(goodLine, int(m.Records))))
	fewer := m
	fewer.Records--
	tests := map[string]struct {
		m      Manifest
		stored []byte
	}{
		"another object":          {m, other},
		"cut short":               {m, good[:len(good)/2]},
		"empty":                   {m, nil},
		"a byte more":             {m, append(slices.Clone(good), 0)},
		"a record more than said": {fewer, good},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			write(t, l.Where(), stagedName(m.Object), test.stored)
			var last error
			for _, err := range l.Records(t.Context(), test.m) {
				last = err
			}
			if !errors.Is(last, ErrTampered) {
				t.Errorf("it ended with %v", last)
			}
		})
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, err := range l.Records(t.Context(), m) {
		if !errors.Is(err, ErrTampered) {
			t.Errorf("a missing object: %v", err)
		}
	}
}

func TestManifestEncoding(t *testing.T) {
	item := batchItem(t, versioned(planItem(0).Manifest), 3, 2)
	m, _, err := prepare(item)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, back); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	again, err := Encode(back)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("encoded again:\n%s\nwant\n%s\n%v", again, first, err)
	}
	if bytes.ContainsAny(first, "\n") || m.Hash() != hexSHA256(first) {
		t.Errorf("hash %s of %q", m.Hash(), first)
	}
	for name, data := range map[string][]byte{
		"an unknown field": bytes.Replace(first, []byte(`"seq"`), []byte(`"extra":1,"seq"`), 1),
		"something after":  append(slices.Clone(first), "{}"...),
		"another version":  bytes.Replace(first, []byte(`"version":1`), []byte(`"version":2`), 1),
		"nothing":          nil,
	} {
		if _, err := Decode(data); err == nil {
			t.Errorf("%s: it was decoded", name)
		}
	}
}

func versioned(m Manifest) Manifest {
	m.Version = Version
	return m
}

func FuzzDecode(f *testing.F) {
	b, err := Encode(versioned(planItem(0).Manifest))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"version":1,"type":"failure","source":"s","driver":"d","collected":{"at":"2026-10-01T09:00:00+09:00"},"error":"e"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		once, err := Encode(m)
		if err != nil {
			t.Fatalf("decoded and not encodable: %v", err)
		}
		again, err := Decode(once)
		if err != nil {
			t.Fatalf("its own encoding is refused: %v\n%s", err, once)
		}
		if twice, err := Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("encoded\n%s\nthen\n%s\n%v", once, twice, err)
		}
	})
}

func FuzzDecodeObject(f *testing.F) {
	f.Add(compress(f, []byte(goodLine)))
	f.Add(compress(f, []byte("x")))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		object, err := EncodeObject(records)
		if err != nil {
			return // a body with a line break between its tokens
		}
		again, err := decode(bytes.NewReader(object))
		if err != nil || len(again) != len(records) {
			t.Fatalf("%d records, then %d: %v", len(records), len(again), err)
		}
	})
}

func FuzzParseNames(f *testing.F) {
	f.Add("pending/00000000000000000007-" + strings.Repeat("ab", 32) + ".jsonl")
	f.Add("checkpoints/12")
	f.Fuzz(func(t *testing.T, name string) {
		if g, err := parseGroup(name); err == nil && groupName(g) != name {
			t.Errorf("%q is read as %+v", name, g)
		}
		if size, err := parseKept(name); err == nil && keptName(size) != name {
			t.Errorf("%q is read as %d", name, size)
		}
	})
}

func FuzzParseText(f *testing.F) {
	f.Add("o\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nsealed 2026-11-01T00:00:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		if cp, err := parseText(text); err == nil && (cp.text() != text || cp.Size < 1 || cp.Origin == "") {
			t.Errorf("%q is read as %+v", text, cp)
		}
	})
}
