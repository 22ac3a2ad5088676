package sampling_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sampling"
)

var calendar = evidence.Calendar{Location: time.FixedZone("JST", 9*60*60), FiscalYearStart: time.April}

func TestParseLog(t *testing.T) {
	const text = `
2026-09: {nonce: earlier}
2026-10:
  nonce: "鶴亀"
  replaced:
    - {control: CHG-01, item: "PR_1: \"x\"", reason: 承認者の退職, by: 監査人 A, date: 2026-11-20}
    - {control: CHG-01, item: PR_2, reason: x, by: y, date: 2026-11-21}
    - {control: CHG-01, of: exempt, item: PR_3, reason: x, by: y, date: 2026-11-21}
`
	log, err := sampling.ParseLog([]byte(text), calendar, basis.Period)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]sampling.Replacement{"CHG-01": {
		{Item: `PR_1: "x"`, Reason: "承認者の退職", By: "監査人 A", Date: "2026-11-20"}, {Item: "PR_2", Reason: "x", By: "y", Date: "2026-11-21"},
	}}
	exempt := map[string][]sampling.Replacement{"CHG-01": {{Item: "PR_3", Reason: "x", By: "y", Date: "2026-11-21"}}}
	if d := cmp.Diff(exempt, log.Exempt); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, log.Replaced); d != "" || log.Nonce != "鶴亀" {
		t.Errorf("nonce %q, %s", log.Nonce, d)
	}
	for name, text := range map[string]string{"nothing": "", "another period": "2026-11: {nonce: later}"} {
		log, err := sampling.ParseLog([]byte(text), calendar, basis.Period)
		if err != nil || log.Nonce != "" || len(log.Replaced) > 0 {
			t.Errorf("%s: %+v, %v", name, log, err)
		}
	}
}

func TestParseLogRefuses(t *testing.T) {
	entry := func(s string) string { return "2026-10:\n  replaced:\n    - {" + s + "}\n" }
	for text, want := range map[string]string{
		"2026-13: {nonce: x}":                                                             "2026-13",
		`2026-10: {nonce: "a\nb"}`:                                                        "cannot be seen",
		"2026-10: {nounce: x}":                                                            "nounce",
		"2026-10: {nonce: x}\n2026-10-01..2026-11-01: {nonce: y}":                         "are the same period",
		entry("control: CHG-01, item: PR_1, reason: x, by: y"):                            "want the day",
		entry("control: CHG-01, item: PR_1, reason: x, by: y, date: yesterday"):           "want the day",
		entry("control: CHG-01, item: PR_1, reason: ' ', by: y, date: 2026-11-20"):        "are needed",
		entry("control: CHG-01, item: PR_1, reason: x, date: 2026-11-20"):                 "are needed",
		entry("item: PR_1, reason: x, by: y, date: 2026-11-20"):                           "are needed",
		entry("control: CHG-01, of: all, item: PR_1, reason: x, by: y, date: 2026-11-20"): "want exempt",
		entry("control: CHG-01, reason: x, by: y, date: 2026-11-20"):                      "are needed",
		entry("control: CHG-01, item: PR_1, reason: x, by: y, date: 2026-11-20, z: 1"):    "z",
	} {
		_, err := sampling.ParseLog([]byte(text), calendar, basis.Period)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
