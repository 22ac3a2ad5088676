package hrcsv

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/encoding/japanese"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

var (
	jst     = time.FixedZone("JST", 9*60*60)
	october = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, jst), End: time.Date(2026, 11, 1, 0, 0, 0, 0, jst)}
	today   = time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)
)

// head is what SmartHR's export and many others begin with, with two columns that
// must never be recorded.
const head = "社員番号,姓,名,メールアドレス,部署,雇用形態,入社年月日,退職年月日,在籍状況,生年月日,現住所\r\n"

// unrecorded are what the rows hold of those two columns.
var unrecorded = []string{"1985/02/03", "架空市非公開町1-2-3"}

// line is one row below head.
func line(number, name, mail, joined, left, status string) string {
	return strings.Join([]string{number, name, "01", mail, "技術本部/開発部", "正社員", joined, left, status, unrecorded[0], unrecorded[1]}, ",") + "\r\n"
}

const (
	sreRow    = "10001,SRE,01,SRE-01@Example.co.jp,技術本部/開発部,正社員,2020/04/01,,在職中,1985/02/03,架空市非公開町1-2-3\r\n"
	keiriRow  = "10002,経理,02,keiri-02@example.co.jp,管理本部/経理部,正社員,令和元年5月1日,2026/10/31,退職済み,1985/02/03,架空市非公開町1-2-3\r\n"
	somuRow   = "10003,髙﨑①,03,somu-03@example.co.jp,管理本部/総務部,契約社員,２０２４年４月１日,,休職中,1985/02/03,架空市非公開町1-2-3\r\n"
	threeRows = sreRow + keiriRow + somuRow
)

// shiftJISOf encodes a text as Windows does.
func shiftJISOf(t testing.TB, s string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// folder is where rosters are put.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) folder { return folder{t, t.TempDir()} }

// put writes a file that was last written at a time.
func (f folder) put(name string, content []byte, at time.Time) {
	f.t.Helper()
	path := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		f.t.Fatal(err)
	}
}

func (f folder) env() collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Workers: 1, BaseDir: f.dir, Now: func() time.Time { return today }}
}

func (f folder) source(settings string) *source {
	f.t.Helper()
	s, err := open(f.env(), strict(settings))
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func strict(settings string) func(any) error {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(settings), yaml.Strict()).Decode(into) }
}

func query() evidence.Query {
	return evidence.Query{Period: october, Want: []evidence.Selection{{Kind: roster.Kind, For: "ACC-03"}}}
}

// collect plans and reads everything.
func (f folder) collect(settings string) (evidence.Unit, evidence.Batch, error) {
	f.t.Helper()
	s := f.source(settings)
	var unit evidence.Unit
	var out evidence.Batch
	for u, err := range s.Plan(f.t.Context(), query()) {
		if err != nil {
			return u, out, err
		}
		unit = u
		for b, err := range s.Collect(f.t.Context(), u, nil) {
			if err != nil {
				return u, out, err
			}
			out = b
		}
	}
	return unit, out, nil
}

// read is collect of a roster that can be read.
func (f folder) read(settings string) evidence.Batch {
	f.t.Helper()
	_, b, err := f.collect(settings)
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

// roster puts one file there and reads it.
func (f folder) roster(content, settings string) evidence.Batch {
	f.t.Helper()
	f.put("roster.csv", []byte(content), today.Add(-time.Hour))
	return f.read("file: roster.csv\n" + settings)
}

func codes(list []evidence.Finding) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, f.Code)
	}
	return out
}

func count(c evidence.Claim, code string) int64 {
	for _, n := range c.Counts {
		if n.Code == code && n.For == "" {
			return n.N
		}
	}
	return -1
}
