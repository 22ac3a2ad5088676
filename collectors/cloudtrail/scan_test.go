package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

var scanWant = []evidence.Selection{
	{Kind: EventKind, For: "LOG-01", Where: evidence.Where{{"eventName": {"StopLogging", "DeleteTrail"}}}},
	{Kind: EventKind, For: "ACC-10", Where: evidence.Where{{"userIdentity.type": {"Root"}, "eventType": {"AwsApiCall", "AwsConsoleSignIn"}}}},
}

// scanned is what a document gave: its records, and of them the wanted ones.
type scanned struct{ Records, Wanted []string }

func scanAll(r io.Reader, f *filter) (scanned, error) {
	s := newScanner(f.needles)
	s.reset(r)
	var out scanned
	for {
		rec, candidate, err := s.next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.Records = append(out.Records, string(rec))
		if candidate && rec[0] == '{' && len(f.match(rec)) > 0 {
			out.Wanted = append(out.Wanted, string(rec))
		}
	}
}

// decodeAll does the same by encoding/json alone. ok is false for a document
// that is no object with exactly one array Records.
func decodeAll(doc []byte, f *filter) (out scanned, ok bool) {
	if !json.Valid(doc) {
		return out, false
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	if t, _ := dec.Token(); t != json.Delim('{') {
		return out, false
	}
	for dec.More() {
		name, _ := dec.Token()
		var v json.RawMessage
		if dec.Decode(&v) != nil {
			return out, false
		}
		if name != "Records" {
			continue
		}
		if ok || v[0] != '[' {
			return out, false
		}
		ok = true
		var elements []json.RawMessage
		if json.Unmarshal(v, &elements) != nil {
			return out, false
		}
		for _, e := range elements {
			out.Records = append(out.Records, string(e))
			if e[0] == '{' && len(f.match(e)) > 0 {
				out.Wanted = append(out.Wanted, string(e))
			}
		}
	}
	return out, ok
}

func TestScanDocuments(t *testing.T) {
	f := newFilter(scanWant)
	stop := `{"eventName":"StopLogging"}`
	root := `{"userIdentity":{"type":"Root"},"eventType":"AwsApiCall"}`
	tests := []struct {
		name, doc string
		want      scanned
		err       string
	}{
		{"empty Records", `{"Records":[]}`, scanned{}, ""},
		{"one record", `{"Records":[` + stop + `]}`, scanned{[]string{stop}, []string{stop}}, ""},
		{"white space", " {\n\"Records\" :\t[ " + stop + " ,\r\n" + root + " ] }\n", scanned{[]string{stop, root}, []string{stop, root}}, ""},
		{"other keys around", `{"a":{"Records":[1,"]}"]},"b":"x","Records":[` + root + `],"c":[{}],"d":-1.5e3,"e":null}`, scanned{[]string{root}, []string{root}}, ""},
		{"name with escapes", `{"R\u0065cords":[` + stop + `]}`, scanned{[]string{stop}, []string{stop}}, ""},
		{"value with escapes", `{"Records":[{"eventName":"Stop\u004cogging"}]}`, scanned{[]string{`{"eventName":"Stop\u004cogging"}`}, []string{`{"eventName":"Stop\u004cogging"}`}}, ""},
		{"brackets and quotes in strings", `{"Records":[{"a":"}]\\\"{[","eventName":"DeleteTrail"}]}`,
			scanned{[]string{`{"a":"}]\\\"{[","eventName":"DeleteTrail"}`}, []string{`{"a":"}]\\\"{[","eventName":"DeleteTrail"}`}}, ""},
		{"needle as another field's value is not wanted", `{"Records":[{"x":"StopLogging"}]}`, scanned{[]string{`{"x":"StopLogging"}`}, nil}, ""},
		{"element that is no object", `{"Records":[1,` + stop + `,"x",[{}]]}`, scanned{[]string{"1", stop, `"x"`, "[{}]"}, []string{stop}}, ""},
		{"cut inside a record", `{"Records":[` + stop + `,{"eventNa`, scanned{[]string{stop}, []string{stop}}, "cut short"},
		{"cut after a record", `{"Records":[` + stop, scanned{[]string{stop}, []string{stop}}, "cut short"},
		{"cut after the array", `{"Records":[` + stop + `]`, scanned{[]string{stop}, []string{stop}}, "cut short"},
		{"nothing", ``, scanned{}, "cut short"},
		{"array", `[` + stop + `]`, scanned{}, "array Records"},
		{"no Records", `{"records":[]}`, scanned{}, "array Records"},
		{"empty object", `{}`, scanned{}, "array Records"},
		{"Records is no array", `{"Records":{}}`, scanned{}, "array Records"},
		{"Records twice", `{"Records":[` + stop + `],"Records":[]}`, scanned{[]string{stop}, []string{stop}}, "twice"},
		{"two documents", `{"Records":[` + stop + `]}{"Records":[]}`, scanned{[]string{stop}, []string{stop}}, "after the document"},
		{"no comma", `{"Records":[` + stop + stop + `]}`, scanned{[]string{stop}, []string{stop}}, "between two records"},
		{"comma at the end", `{"Records":[` + stop + `,]}`, scanned{[]string{stop}, []string{stop}}, "missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole":        strings.NewReader(tt.doc),
				"byte by byte": iotest.OneByteReader(strings.NewReader(tt.doc)),
				"data and EOF": iotest.DataErrReader(strings.NewReader(tt.doc)),
			} {
				got, err := scanAll(r, f)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
				if text := fmt.Sprint(err); (err == nil) != (tt.err == "") || !strings.Contains(text, tt.err) && err != nil {
					t.Errorf("%s: error %v, want one with %q", name, err, tt.err)
				}
			}
		})
	}
}

func TestScanReportsReadErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(`{"Records":[{"eventName":"StopLogging"},{"a`), iotest.ErrReader(io.ErrNoProgress))
	got, err := scanAll(broken, newFilter(scanWant))
	if err != io.ErrNoProgress || len(got.Wanted) != 1 {
		t.Errorf("got %v and error %v, want the record before the error and the error itself", got, err)
	}
}

func TestScanLongRecords(t *testing.T) {
	f := newFilter(scanWant)
	long := fmt.Sprintf(`{"pad":%q,"eventName":"StopLogging"}`, strings.Repeat("[{x", windowSize))
	got, err := scanAll(strings.NewReader(`{"Records":[{},`+long+`,{}]}`), f)
	if err != nil || len(got.Records) != 3 || len(got.Wanted) != 1 || got.Wanted[0] != long {
		t.Errorf("a record longer than the window: %d records, %d wanted, error %v", len(got.Records), len(got.Wanted), err)
	}
	endless := io.MultiReader(strings.NewReader(`{"Records":[{"pad":"`), repeat('x'))
	if _, err := scanAll(endless, f); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("an endless record: error %v", err)
	}
}

type repeat byte

func (r repeat) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r)
	}
	return len(b), nil
}

// TestScanEqualsEncodingJSON moves real records across every block and window
// boundary, with random white space and escapes.
func TestScanEqualsEncodingJSON(t *testing.T) {
	records := realEvents(t)
	f := newFilter(append(scanWant, evidence.Selection{Kind: EventKind, For: "x", Where: evidence.Where{{"eventSource": {"iam.amazonaws.com"}}}}))
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		doc := randomDocument(rng, records)
		want, ok := decodeAll(doc, f)
		if !ok {
			t.Fatalf("round %d: made an invalid document", round)
		}
		got, err := scanAll(bytes.NewReader(doc), f)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d (-encoding/json +scan):\n%s", round, diff)
		}
	}
}

func randomDocument(rng *rand.Rand, records []json.RawMessage) []byte {
	var doc bytes.Buffer
	doc.WriteString(strings.Repeat(" ", rng.IntN(3)) + `{"Records":[`)
	for i := range rng.IntN(300) {
		if i > 0 {
			doc.WriteString(strings.Repeat("\n", rng.IntN(2)) + ",")
		}
		rec := records[rng.IntN(len(records))]
		switch rng.IntN(4) {
		case 0:
			_ = json.Indent(&doc, rec, "", "\t")
		case 1:
			doc.WriteString(escapeSome(rng, string(rec)))
		default:
			doc.Write(rec)
		}
	}
	doc.WriteString("]}")
	return doc.Bytes()
}

// escapeSome writes letters outside escapes as \u escapes, now and then.
func escapeSome(rng *rand.Rand, s string) string {
	var b strings.Builder
	inString := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(s[i : i+2])
			i++
			continue
		case c == '"':
			inString = !inString
		case inString && c >= 'A' && c <= 'Z' && rng.IntN(20) == 0:
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// realEvents are the records of testdata/events.jsonl, compacted.
func realEvents(t testing.TB) []json.RawMessage {
	t.Helper()
	data, err := os.ReadFile("testdata/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []json.RawMessage
	for line := range bytes.Lines(data) {
		out = append(out, bytes.TrimSpace(line))
	}
	return out
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(`{"Records":[{"eventName":"StopLogging"},{"eventName":"Stop\u004cogging"},{"a":"\"}"}]}`))
	f.Add([]byte(`{"x":[{"Records":[]}],"Records":[{"userIdentity":{"type":"Root"},"eventType":"AwsApiCall"}, 1, null ],"y":"\\"}`))
	for _, rec := range realEvents(f)[:8] {
		f.Add(append(append([]byte(`{"Records":[`), rec...), ']', '}'))
	}
	flt := newFilter(scanWant)
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := scanAll(bytes.NewReader(doc), flt)
		want, ok := decodeAll(doc, flt)
		if !ok {
			if err == nil && json.Valid(doc) {
				t.Fatalf("%q is no log file, and was accepted", doc)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-encoding/json +scan):\n%s", doc, diff)
		}
	})
}
