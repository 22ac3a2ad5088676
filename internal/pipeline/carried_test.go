package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence/internal/pack"
)

// overlay is an organisation's own control that uses all that a policy can: a
// library module, what is found in texts, and observations.
var overlay = map[string]string{
	"lib/days.rego":      "package evidence.lib.days\n\nof(time) := substring(time, 8, 2)\n",
	"lib/days_test.rego": "package evidence.lib.days_test\n\ntest_of if data.evidence.lib.days.of(\"2026-10-02T00:00:00Z\") == \"02\"\n",
	"own/control.yaml": `id: OWN-01
title: {ja: 自社, en: Own}
activity: {ja: 活動, en: Activity}
procedure: {ja: 手続, en: Procedure}
owner: tests
frequency: daily
population: {kind: cloudtrail.event, time: eventTime}
group: awsRegion
params: {ids: [{pattern: 'e-(\d+)', key: '{1}'}]}
extract: {numbers: {from: [eventID], patterns: ids}}
reasons: {second: {ja: "2日 {number}", en: "second day {number}"}}
observations: {early: {ja: 早朝, en: early}}
columns: [{path: eventName, title: {ja: 名称, en: Name}}]
`,
	"own/policy.rego": `package evidence.own_01

import data.evidence.lib.days

exception contains {"code": "second", "detail": {"number": input.extracted.numbers[0]}} if days.of(input.record.eventTime) == "02"

observation contains {"code": "early"} if substring(input.record.eventTime, 11, 2) == "05"
`,
	"other/control.yaml": `id: OWN-02
title: {ja: 他, en: Other}
activity: {ja: 活動, en: Activity}
procedure: {ja: 手続, en: Procedure}
owner: tests
frequency: daily
population: {kind: cloudtrail.event}
group: awsRegion
reasons: {never: {ja: なし, en: never}}
`,
	"other/policy.rego": "package evidence.own_02\n\nexception contains {\"code\": \"never\"} if false\n",
	"registers/own-list.yaml": `id: own-list
title: {ja: 自社の一覧, en: Own list}
text: {ja: 説明, en: What it lists}
group: {title: {ja: リージョン, en: Region}}
columns:
  - {title: {ja: 2日, en: Second day}, from: [{control: OWN-01, code: second}]}
  - {title: {ja: 早朝, en: Early}, from: [{control: OWN-01, code: early}, {control: OWN-02, code: never}]}
`,
	"frameworks/own.yaml": "id: own\ntitle: {ja: 自社, en: Own}\nitems:\n  - {id: O-1, title: {ja: あ, en: A}, controls: [OWN-01]}\n",
}

// overlaidPack makes a pack of the overlay's framework and returns its folder.
func overlaidPack(t *testing.T) (*Run, string) {
	t.Helper()
	r := newRun(t, &trail{})
	r.Config.Overlay = t.TempDir()
	for name, text := range overlay {
		file := filepath.Join(r.Config.Overlay, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if r.Library, err = Library(r.Config); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	results, view, cp, err := r.Evaluate(t.Context(), period, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), period, results, view, cp, []string{"own"}, "")
	if err != nil {
		t.Fatal(err)
	}
	return r, strings.TrimSuffix(paths[0], ".zip")
}

// TestPacksCarryTheLibrary: the modules that a control uses travel with it, where
// a stock opa finds them, and verification repeats the test with them alone.
func TestPacksCarryTheLibrary(t *testing.T) {
	r, dir := overlaidPack(t)
	if err := verifyPack(t, r, dir); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Controls []struct {
			Sources    map[string]string
			Observed   []struct{ ID, Verdict string }
			Counts     map[string]int
			Exceptions []struct {
				ID           string
				Observations []struct{ Code string }
			}
			ByObservation map[string]int `json:"items_by_observation"`
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, pack.ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &said); err != nil {
		t.Fatal(err)
	}
	c := said.Controls[0]
	if c.Counts["total"] != 72 || c.Counts["exceptions"] != 24 || c.ByObservation["early"] != 3 || len(c.Observed) != 2 || c.Sources["lib/days.rego"] == "" {
		t.Errorf("results say %+v", c)
	}
	if i := slices.IndexFunc(c.Exceptions, func(e struct {
		ID           string
		Observations []struct{ Code string }
	}) bool {
		return len(e.Observations) > 0
	}); i < 0 || c.Exceptions[i].ID != "e-0205" {
		t.Errorf("exception %d is the observed one", i)
	}

	// What opa eval -d controls/OWN-01/policy.rego -d controls/lib does.
	document := map[string]any{"record": map[string]any{"eventTime": "2026-10-02T07:00:00Z"}, "extracted": map[string]any{"numbers": []any{"0207"}}}
	rs, err := rego.New(rego.Query("data.evidence.own_01.exception"), rego.Input(document),
		rego.Load([]string{filepath.Join(dir, "controls/OWN-01/policy.rego"), filepath.Join(dir, "controls/lib")}, nil)).Eval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []any{map[string]any{"code": "second", "detail": map[string]any{"number": "0207"}}}
	if d := cmp.Diff(want, rs[0].Expressions[0].Value); d != "" {
		t.Error(d)
	}
	// A register travels as it is, and its sheet is drawn again from the pack: the
	// control that the pack does not have is named.
	if register, err := os.ReadFile(filepath.Join(dir, "controls/registers/own-list.yaml")); err != nil || string(register) != overlay["registers/own-list.yaml"] {
		t.Errorf("the pack's register: %s, %v", register, err)
	}
	f, err := excelize.OpenFile(filepath.Join(dir, pack.ReportXLSX))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Own list")
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprint(rows); !strings.Contains(said, "27 in all. Region: 1 with tested items") || !strings.Contains(said, "[ 2026-10 us-east-1 24 3]") || !strings.Contains(said, "none of their items is listed: OWN-02") {
		t.Errorf("the register's sheet says %.900s", said)
	}
	text, err := os.ReadFile(filepath.Join(dir, pack.VerifyFile))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("-d controls/lib")) {
		t.Error("VERIFY.md does not say where the library is")
	}
}

// TestAModuleThatWasAlteredShows in the pack that carries it.
func TestAModuleThatWasAlteredShows(t *testing.T) {
	r, dir := overlaidPack(t)
	file := filepath.Join(dir, "controls", "lib", "days.rego")
	if err := os.WriteFile(file, []byte(strings.Replace(overlay["lib/days.rego"], "8, 2", "5, 2", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := verifyPack(t, r, dir); !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), "controls/lib/days.rego") {
		t.Errorf("got %v", err)
	}
}
