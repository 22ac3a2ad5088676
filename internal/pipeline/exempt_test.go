package pipeline

import (
	"encoding/json"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sampling"
)

// exempting is October with sixty pull requests, of which CHG-02 leaves out some: by an
// exemption that nobody approved, by one that lapses in the middle, and by both.
func exempting(t *testing.T) *Run {
	t.Helper()
	r, _, _ := manyMerges(t)
	library := maps.Clone(forgeControls)
	library["CHG-02/control.yaml"] = &fstest.MapFile{Data: []byte(control("CHG-02", "{kind: forge.pull, time: mergedAt}", `
params:
  exempt:
    - {approvals: 2, why: bots, approved_by: CISO, until: "2026-10-15"}
    - {approvals: 3, why: bots}
  exempt_numbers: [9, {value: 10, approved_by: CISO}]
not_applicable: {exempt: {ja: 除外, en: exempt}, even: {ja: 偶数, en: even}}`))}
	library["CHG-02/policy.rego"] = &fstest.MapFile{Data: []byte(`package evidence.chg_02
exception contains {"code": "found"} if { input.record.approvals == 0; not exempt }
not_applicable if count(not_applicable_because) > 0
not_applicable_because contains {"code": "exempt"} if exempt
not_applicable_because contains {"code": "even"} if input.record.approvals == 4
exempt if { some e in input.params.exempt; e.approvals == input.record.approvals; e.why != "" }
exempt if input.record.number in input.params.exempt_numbers
`)}
	var err error
	if r.Library, err = controls.Load(library); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExemptItemsAreSampled: a pack has a sample of them, which follows from a seed of its
// own; verification draws it again, and so does who has the pack.
func TestExemptItemsAreSampled(t *testing.T) {
	r := exempting(t)
	r.Nonce = "鶴亀"
	dir := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Fatal(err)
	}
	var results struct {
		Controls []struct {
			ID                 string
			Exempt, Unapproved int64
			Observed           map[string]int64    `json:"items_by_observation"`
			JudgedBy           []controls.JudgedBy `json:"judged_by"`
		}
	}
	if err := json.Unmarshal(read(t, dir, pack.ResultsFile), &results); err != nil {
		t.Fatal(err)
	}
	// Of the nine with two approvals four lie before the 16th. Of the nine with three,
	// one is left out by an exemption that was approved, too.
	c := results.Controls[1]
	if c.ID != "CHG-02" || c.Exempt != 13 || c.Unapproved != 8 || c.Observed[controls.LapsedCode] != 5 || len(c.JudgedBy) != 2 {
		t.Errorf("%+v", c)
	}
	all := samplesOf(t, dir)
	s := all.FindOf("CHG-02", sampling.Exempt)
	if s == nil || s.Population != 13 || s.NotApplicable != 8 || s.Size != 13 || s.Seed == all.Find("CHG-02").Seed || all.Find("CHG-02").NotApplicable != 21 {
		t.Fatalf("%+v", s)
	}
	if basis := all.Basis("CHG-02", sampling.Exempt); !slices.Contains(basis.Lines(), "control CHG-02 exempt") || basis.Seed() != s.Seed {
		t.Errorf("%q", basis.Lines())
	}
	if all.FindOf("CHG-01", sampling.Exempt) != nil {
		t.Error("a control without exempt items has a sample of them")
	}
	marked := 0
	for _, row := range testSheet(t, filepath.Join(dir, pack.ReportXLSX), 30) {
		if strings.HasSuffix(row[2], "(exempt)") {
			marked++
		}
	}
	if marked != 13 {
		t.Errorf("the test sheet marks %d items as exempt", marked)
	}
	err := pack.SampleFrom(t.Context(), dir, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English},
		pack.Ask{Control: "CHG-02", Nonce: "鶴亀", Of: sampling.Exempt}, func(in pack.Sampled) error {
			if d := cmp.Diff(s.Drawn, in.Samples.FindOf("CHG-02", sampling.Exempt).Drawn); d != "" || len(in.Samples.Controls) != 1 {
				t.Error(d)
			}
			return nil
		})
	if err != nil {
		t.Error(err)
	}
}

// TestExemptSampleByHand runs what VERIFY.md says, of both languages.
func TestExemptSampleByHand(t *testing.T) {
	for _, tool := range []string{"sha256sum", "sort", "zstdcat", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir := forgePack(t, exempting(t), "all")
	found := 0
	for _, block := range strings.Split(string(read(t, dir, pack.VerifyFile)), "\n```\n") {
		if !strings.HasPrefix(block, "seed=") || !strings.Contains(block, "control CHG-02 exempt") {
			continue
		}
		found++
		cmd := exec.Command("sh", "-e")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(block)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "OK\n" {
			t.Errorf("%v: %s\n%s", err, out, block)
		}
	}
	if found != 2 {
		t.Errorf("VERIFY.md draws exempt items %d times, want in both languages", found)
	}
}

// TestExemptSampleAltered: it cannot be chosen, or left out, by who signs the pack.
func TestExemptSampleAltered(t *testing.T) {
	r := exempting(t)
	for name, change := range map[string]func(dir string, s *pack.Samples){
		"one item for another": func(_ string, s *pack.Samples) {
			d := s.FindOf("CHG-02", sampling.Exempt).Drawn
			d[0], d[1] = d[1], d[0]
		},
		"left out": func(_ string, s *pack.Samples) {
			s.Controls = slices.DeleteFunc(s.Controls, func(s pack.Sample) bool { return s.Of != "" })
		},
		"its list": func(dir string, _ *pack.Samples) { write(t, dir, pack.PopulationFile("CHG-02", sampling.Exempt), nil) },
	} {
		dir := forgePack(t, r, "all")
		s := samplesOf(t, dir)
		change(dir, s)
		b, err := json.MarshalIndent(s, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, pack.SamplesFile, append(b, '\n'))
		signAnew(t, r, dir)
		if _, err := verifyForge(t, r, dir); !errors.Is(err, pack.ErrTampered) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExemptItemsReplaced: what was agreed on says of which sample it is.
func TestExemptItemsReplaced(t *testing.T) {
	r := exempting(t)
	r.Config.Samples.Log = ""
	first := samplesOf(t, forgePack(t, r, "all")).FindOf("CHG-02", sampling.Exempt).Drawn[0].ID
	entry := func(of string) string {
		return "2026-10:\n  replaced:\n    - {control: CHG-02, " + of + "item: " + string(must(json.Marshal(first))) + ", reason: gone, by: the auditor, date: 2026-11-20}\n"
	}
	agree(t, r, "%s", entry("of: exempt, "))
	dir := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Fatal(err)
	}
	if d := samplesOf(t, dir).FindOf("CHG-02", sampling.Exempt).Drawn[0]; d.ID != first || d.State != sampling.Replaced {
		t.Errorf("%+v", d)
	}
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls[1:2])
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	agree(t, r, "%s", entry(""))
	if _, err := r.Sample(t.Context(), october, results, cp, Sizing{}); err == nil || !strings.Contains(err.Error(), "is not in the sample") {
		t.Errorf("an exempt item was replaced in the other sample: %v", err)
	}
	if _, err := r.Sample(t.Context(), october, results, cp, Sizing{Of: sampling.Exempt}); err != nil {
		t.Error(err)
	}
	agree(t, r, "%s", entry("of: all, "))
	if _, err := r.Sample(t.Context(), october, results, cp, Sizing{}); err == nil || !strings.Contains(err.Error(), "want exempt") {
		t.Error(err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
