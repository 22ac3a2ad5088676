package hrcsv

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence/collectors/collectortest"
)

func TestConformance(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(head)
	for i := range 300 {
		rows.WriteString(line(fmt.Sprint(10000+i), fmt.Sprintf("社員-%03d", i), fmt.Sprintf("employee-%03d@example.co.jp", i), "2020-04-01", "", "在職中"))
	}
	rows.WriteString(line("10001", "社員-001の同番", "namesake-01@example.co.jp", "2021-04-01", "2026-10-31", "退職済み"))
	for _, tt := range []struct {
		name     string
		content  []byte
		settings string
	}{
		{"UTF-8", []byte(rows.String()), ""},
		{"UTF-8 with a mark", append(bytes.Clone(bom), rows.String()...), ""},
		{"Shift_JIS", shiftJISOf(t, rows.String()), ""},
		{"tabs", []byte(strings.ReplaceAll(rows.String(), ",", "\t")), "delimiter: tab\n"},
		{"counted", shiftJISOf(t, rows.String()), "encoding: shift_jis\nrows: 301\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			f.put("roster/2026-10.csv", tt.content, today.Add(-time.Hour))
			collectortest.Run(t, collectortest.Case{
				Driver: Driver(), Settings: "file: roster/*.csv\n" + tt.settings, Env: f.env(), Query: query(), Records: 301,
				Secrets: unrecorded, // there is no credential; this is what must not get out
			})
		})
	}
}
