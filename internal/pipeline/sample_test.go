package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
)

// manyMerges is October with sixty pull requests, whose IDs are for a shell to stumble over.
func manyMerges(t *testing.T) (*Run, *forge, *time.Time) {
	t.Helper()
	r, f, clock := newForge(t)
	f.protected = true
	for i := range 60 {
		f.pulls[fmt.Sprintf("PR '%02d' $(x)\n", i)] = pull{"acme/app", i, october.Start.Add(time.Duration(i+1) * 12 * time.Hour), i % 7}
	}
	*clock = october.End.Add(48 * time.Hour)
	collectMonth(t, r, october)
	return r, f, clock
}

// agree writes what was agreed with the auditor on samples.
func agree(t *testing.T, r *Run, format string, args ...any) {
	t.Helper()
	r.Config.Samples.Log = filepath.Join(t.TempDir(), "samples.yaml")
	if err := os.WriteFile(r.Config.Samples.Log, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func samplesOf(t *testing.T, dir string) *pack.Samples {
	t.Helper()
	var s pack.Samples
	if err := json.Unmarshal(read(t, dir, pack.SamplesFile), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// drawnIDs gives "state id" of a control's drawn items.
func drawnIDs(t *testing.T, s *pack.Samples, control string) []string {
	t.Helper()
	one := s.Find(control)
	if one == nil {
		t.Fatalf("%s has no sample", control)
	}
	var list []string
	for _, d := range one.Drawn {
		list = append(list, string(d.State)+" "+d.ID)
	}
	return list
}

func TestPacksHaveSamples(t *testing.T) {
	r, _, _ := manyMerges(t)
	dir := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Fatal(err)
	}
	s := samplesOf(t, dir)
	if n := len(drawnIDs(t, s, "CHG-01")); n != 30 || s.Find("CHG-01").Size != 25 || s.Find("CHG-01").Table != "jsox" || s.Find("CHG-01").Population != 60 {
		t.Errorf("%d items were drawn: %+v", n, s.Find("CHG-01").SamplePlan)
	}
	if a, b := drawnIDs(t, s, "CHG-01"), drawnIDs(t, s, "CHG-02"); slices.Equal(a, b) {
		t.Error("two controls on the same population have the same sample")
	}
	if s.Find("CHG-03") != nil {
		t.Error("a control without items has a sample")
	}
	// A pack of another framework has the same sample of the same control.
	if d := cmp.Diff(s.Find("CHG-02").Drawn, samplesOf(t, forgePack(t, r, "pulls")).Find("CHG-02").Drawn); d != "" {
		t.Error(d)
	}
	// So has the test sheet, a row an item.
	rows := testSheet(t, filepath.Join(dir, pack.ReportXLSX), 30)
	for i, d := range s.Find("CHG-01").Drawn {
		if row := rows[i+1]; row[0] != "CHG-01" || row[14] != d.Rank || row[13] != d.SHA256 {
			t.Errorf("row %d of the test sheet is %v, want %+v", i, row, d)
		}
	}
}

func testSheet(t *testing.T, file string, most int) [][]string {
	t.Helper()
	f, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Samples")
	if err != nil || len(rows) < most {
		t.Fatalf("the test sheet has %d rows, %v", len(rows), err)
	}
	return rows
}

// TestVerifyMDDrawsAgain runs what VERIFY.md says, of both languages, in a copy of the pack.
func TestVerifyMDDrawsAgain(t *testing.T) {
	for _, tool := range []string{"sha256sum", "sort", "zstdcat", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	r, _, _ := manyMerges(t)
	r.Nonce = "鶴亀 'It''s' $(exit 1)"
	dir := forgePack(t, r, "all")
	_, sections, _ := strings.Cut(string(read(t, dir, pack.VerifyFile)), "### 4.")
	blocks := strings.Split(sections, "\n```\n")
	found := 0
	for _, block := range blocks {
		if !strings.HasPrefix(block, "seed=") {
			continue
		}
		found++
		cmd := exec.Command("sh", "-e")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(block)
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "OK\n" {
			t.Errorf("%v: %s\n%s", err, out, block)
		}
		for i, line := range strings.Split(strings.TrimSuffix(string(read(t, dir, "drawn.txt")), "\n"), "\n") {
			var id string
			if err := json.Unmarshal([]byte(strings.SplitN(line, " ", 3)[2]), &id); err != nil || id != samplesOf(t, dir).Controls[0].Drawn[i].ID {
				t.Errorf("line %d names %q, %v", i, line, err)
			}
		}
	}
	if found != 2 {
		t.Errorf("VERIFY.md draws %d times, want in both languages:\n%s", found, sections)
	}
	// An empty nonce, as the organisation would have it, gives others.
	if other := samplesOf(t, dir); other.Nonce != r.Nonce {
		t.Errorf("nonce %q", other.Nonce)
	}
}

// TestSamplesThatWereAltered: whoever signs a pack cannot choose its samples.
func TestSamplesThatWereAltered(t *testing.T) {
	r, _, _ := manyMerges(t)
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir string, s *pack.Samples)
		want   string
	}{
		"one item for another": {func(_ *testing.T, _ string, s *pack.Samples) {
			d := s.Find("CHG-02").Drawn
			d[0], d[28] = d[28], d[0]
		}, "differs from what drawing again gives"},
		"a seed":  {func(_ *testing.T, _ string, s *pack.Samples) { s.Find("CHG-02").Seed = strings.Repeat("0", 64) }, "differs from what drawing again gives"},
		"a nonce": {func(_ *testing.T, _ string, s *pack.Samples) { s.Nonce = "another" }, "differs from what drawing again gives"},
		"a size":  {func(_ *testing.T, _ string, s *pack.Samples) { s.Find("CHG-02").Size = 2 }, "differs from what drawing again gives"},
		"a root":  {func(_ *testing.T, _ string, s *pack.Samples) { s.Checkpoint.Root = strings.Repeat("0", 64) }, "the pack is of"},
		"an earlier root without proof": {func(_ *testing.T, _ string, s *pack.Samples) {
			s.Checkpoint = pack.SampleSeal{Size: 1, Root: strings.Repeat("0", 64), Proof: []string{"AAAA"}}
		}, "is no hash"},
		"an earlier root with another's proof": {func(_ *testing.T, _ string, s *pack.Samples) {
			s.Checkpoint = pack.SampleSeal{Size: 1, Root: strings.Repeat("0", 64), Proof: []string{strings.Repeat("A", 43) + "="}}
		}, "does not extend"},
		"no sizes":            {func(_ *testing.T, _ string, s *pack.Samples) { s.Find("CHG-02").Sizes = nil }, "no size"},
		"an endless size":     {func(_ *testing.T, _ string, s *pack.Samples) { s.Find("CHG-02").Sizes[0].Size = 1 << 62 }, "differs from what drawing again gives"},
		"a control left out":  {func(_ *testing.T, _ string, s *pack.Samples) { s.Controls = s.Controls[:1] }, "is not what the results give"},
		"a population's list": {func(t *testing.T, dir string, _ *pack.Samples) { write(t, dir, pack.PopulationFile("CHG-02", ""), nil) }, "samples/CHG-02.txt.zst"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := forgePack(t, r, "all")
			s := samplesOf(t, dir)
			tt.change(t, dir, s)
			b, err := json.MarshalIndent(s, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, pack.SamplesFile, append(b, '\n'))
			signAnew(t, r, dir)
			_, err = verifyForge(t, r, dir)
			if !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// TestPacksFromBeforeSamples verify, and their reports are not drawn again: another
// version made them.
func TestPacksFromBeforeSamples(t *testing.T) {
	r, _, _ := manyMerges(t)
	r.Tool = "evidence v0.9.0"
	dir := forgePack(t, r, "all")
	m, err := pack.ParseManifest(read(t, dir, pack.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	m.Files = slices.DeleteFunc(m.Files, func(f pack.File) bool { return strings.HasPrefix(f.Path, "samples") })
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.ManifestFile, manifest)
	for _, name := range []string{"samples", pack.SamplesFile} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	signAnew(t, r, dir)
	r.Tool = "evidence v1.0.0"
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Error(err)
	}
}

// TestSamplesAsAgreed: what was replaced, and the seal that the sample is of, hold
// when the locker is sealed again.
func TestSamplesAsAgreed(t *testing.T) {
	r, f, clock := manyMerges(t)
	first := samplesOf(t, forgePack(t, r, "all"))
	before := drawnIDs(t, first, "CHG-02")
	second := first.Find("CHG-02").Drawn[1].ID
	quoted, err := json.Marshal(second)
	if err != nil {
		t.Fatal(err)
	}
	replaced := fmt.Sprintf("{control: CHG-02, item: %s, reason: the approver has left, by: the auditor, date: 2026-11-20}", quoted)

	// Sealed again, with a pull request more, the sample would be another.
	f.pulls["PR_late"] = pull{"acme/app", 99, october.Start.Add(time.Hour), 1}
	*clock = clock.Add(24 * time.Hour)
	collectMonth(t, r, october)
	if d := cmp.Diff(before, drawnIDs(t, samplesOf(t, forgePack(t, r, "all")), "CHG-02")); d == "" {
		t.Fatal("another seal gave the same sample: this tests nothing")
	}

	agree(t, r, "2026-10:\n  checkpoint: %s\n  replaced:\n    - %s\n", first.Checkpoint.Root, replaced)
	dir := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Fatal(err)
	}
	got := samplesOf(t, dir)
	if len(got.Checkpoint.Proof) == 0 || got.Checkpoint.Root != first.Checkpoint.Root || got.Find("CHG-02").Population != 61 {
		t.Errorf("drawn from %+v, a population of %d", got.Checkpoint, got.Find("CHG-02").Population)
	}
	after := slices.DeleteFunc(drawnIDs(t, got, "CHG-02"), func(s string) bool { return strings.HasSuffix(s, " PR_late") })
	want := slices.Clone(before[:25])
	want[1] = "replaced " + second
	if d := cmp.Diff(want[:20], after[:20]); d != "" {
		t.Error(d)
	}
	sheet := fmt.Sprint(testSheet(t, filepath.Join(dir, pack.ReportXLSX), 30))
	if !strings.Contains(sheet, "the approver has left (the auditor, 2026-11-20)") {
		t.Error("the test sheet does not say why an item was replaced")
	}
}

func TestSamplesAsNobodyAgreed(t *testing.T) {
	r, _, _ := manyMerges(t)
	const entry = "2026-10:\n  replaced:\n    - {control: %s, item: %s, reason: x, by: y, date: 2026-11-20}\n"
	for name, tt := range map[string]struct{ log, want string }{
		"an item that was not drawn":   {fmt.Sprintf(entry, "CHG-02", "PR_none"), "is not in the sample"},
		"an unknown control":           {fmt.Sprintf(entry, "CHG-99", "PR_1"), "no such control"},
		"a control by another name":    {fmt.Sprintf(entry, "chg-02", "PR_1"), "no such control"},
		"a control without items":      {fmt.Sprintf(entry, "CHG-03", "PR_1"), "none was drawn"},
		"a root that was never sealed": {"2026-10: {checkpoint: " + strings.Repeat("ab", 32) + "}", "never sealed with root"},
	} {
		t.Run(name, func(t *testing.T) {
			agree(t, r, "%s", tt.log)
			results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
			if err != nil {
				t.Fatal(err)
			}
			defer view.Close()
			defer results.Close()
			if _, err := r.Pack(t.Context(), october, results, view, cp, []string{"all"}, ""); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// TestWhatSamplesAreDrawnFrom: everything but what a control does not apply to; of a
// control whose test broke, nothing.
func TestWhatSamplesAreDrawnFrom(t *testing.T) {
	r, _, _ := manyMerges(t)
	library := maps.Clone(forgeControls)
	library["CHG-02/policy.rego"] = &fstest.MapFile{Data: []byte(`package evidence.chg_02

exception contains {"code": "found"} if input.record.approvals == 0

not_applicable if input.record.number < 10 # but for the two that are exceptions

pending contains {"until": "2027-01-01T00:00:00Z"} if input.record.number == 11
`)}
	library["CHG-03/control.yaml"] = &fstest.MapFile{Data: []byte(control("CHG-03", "{kind: forge.pull, time: mergedAt}", ""))}
	library["CHG-03/policy.rego"] = &fstest.MapFile{Data: []byte(`package evidence.chg_03

kept := true if input.record.number > 30

kept := false if input.record.number > 31

exception contains {"code": "found"} if kept
`)}
	var err error
	if r.Library, err = controls.Load(library); err != nil {
		t.Fatal(err)
	}
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	if results.Find("CHG-03").Error == "" || results.Find("CHG-02").Result != evidence.NotEvaluable {
		t.Fatalf("CHG-03 did not break, or CHG-02 is %s", results.Find("CHG-02").Result)
	}
	sampled, err := r.Sample(t.Context(), october, results, cp, Sizing{Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	samples := sampled.Samples
	if samples.Find("CHG-03") != nil {
		t.Error("a control whose test broke has a sample")
	}
	s := samples.Find("CHG-02")
	if s.Population != 52 || s.NotApplicable != 8 || s.Size != 52 || len(s.Items()) != 52 {
		t.Errorf("%d and %d items, %d of %d drawn", s.Population, s.NotApplicable, len(s.Items()), s.Size)
	}
	verdicts := map[evidence.Verdict]int{}
	for _, d := range s.Items() {
		verdicts[d.Item.Verdict]++
	}
	if verdicts[evidence.NotApplicable] != 0 || verdicts[evidence.Pending] != 1 {
		t.Errorf("drawn: %v", verdicts)
	}
	var sheet bytes.Buffer
	if err := sampled.WriteTestSheet(&sheet); err != nil {
		t.Error(err)
	}
}

// TestSizing: what is asked for comes before what is configured.
func TestSizing(t *testing.T) {
	r, _, _ := manyMerges(t)
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	for _, tt := range []struct {
		configured config.SampleSettings
		asked      Sizing
		want       int64
	}{
		{want: 25},
		{asked: Sizing{Size: 7}, want: 7},
		{asked: Sizing{Table: "aicpa"}, want: 6},
		{configured: config.SampleSettings{Size: 40}, want: 40},
		{configured: config.SampleSettings{Table: "aicpa"}, want: 6},
		{configured: config.SampleSettings{Size: 40}, asked: Sizing{Table: "jsox"}, want: 25},
		{configured: config.SampleSettings{Disabled: true}, want: 25}, // of packs alone
	} {
		r.Config.Samples.Controls = map[string]config.SampleSettings{"CHG-02": tt.configured}
		samples, err := r.Sample(t.Context(), october, results, cp, tt.asked)
		if err != nil {
			t.Fatal(err)
		}
		if got := samples.Samples.Find("CHG-02").Size; got != tt.want {
			t.Errorf("%+v %+v: %d items, want %d", tt.configured, tt.asked, got, tt.want)
		}
	}
	if samplesOf(t, forgePack(t, r, "all")).Find("CHG-02") != nil {
		t.Error("a pack has a sample that is switched off")
	}
	r.Config.Samples.Controls = map[string]config.SampleSettings{"CHG-99": {Size: 1}}
	if _, err := r.Pack(t.Context(), october, results, view, cp, []string{"all"}, ""); err == nil || !strings.Contains(err.Error(), "CHG-99") {
		t.Errorf("settings of an unknown control: %v", err)
	}
}

// TestAnAuditorDraws out of a pack what the organisation draws out of its locker.
func TestAnAuditorDraws(t *testing.T) {
	r, _, _ := manyMerges(t)
	r.Config.Samples.Controls = map[string]config.SampleSettings{"CHG-02": {Size: 12}}
	dir := forgePack(t, r, "all")
	v := pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English}
	draw := func(a pack.Ask) (s *pack.Samples, sheet bytes.Buffer, err error) {
		err = pack.SampleFrom(t.Context(), dir, v, a, func(in pack.Sampled) error {
			s = in.Samples
			return in.WriteTestSheet(&sheet)
		})
		return s, sheet, err
	}
	got, sheet, err := draw(pack.Ask{Control: "chg-02", Nonce: "鶴亀"})
	if err != nil {
		t.Fatal(err)
	}
	r.Nonce = "鶴亀"
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls[1:2])
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	want, err := r.Sample(t.Context(), october, results, cp, Sizing{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(drawnIDs(t, want.Samples, "CHG-02"), drawnIDs(t, got, "CHG-02")); d != "" || got.Nonce != "鶴亀" || len(got.Controls) != 1 {
		t.Errorf("%+v: %s", got, d)
	}
	var own bytes.Buffer
	if err := want.WriteTestSheet(&own); err != nil || !bytes.Equal(own.Bytes(), sheet.Bytes()) {
		t.Errorf("the test sheets differ, or %v", err)
	}
	for _, tt := range []struct {
		ask  pack.Ask
		want int64
	}{{pack.Ask{Control: "CHG-02"}, 12}, {pack.Ask{Control: "CHG-02", Size: 3}, 3}, {pack.Ask{Control: "CHG-02", Table: "aicpa"}, 6}} {
		if s, _, err := draw(tt.ask); err != nil || s.Find("CHG-02").Size != tt.want {
			t.Errorf("%+v: %+v, %v", tt.ask, s, err)
		}
	}
	for _, ask := range []pack.Ask{{Control: "CHG-99"}, {Control: "CHG-02", Table: "none"}} {
		if _, _, err := draw(ask); !errors.Is(err, pack.ErrNotAsked) || errors.Is(err, pack.ErrTampered) {
			t.Errorf("%+v: %v", ask, err)
		}
	}
	write(t, dir, pack.ResultsFile, []byte("{}"))
	if s, _, err := draw(pack.Ask{Control: "CHG-02"}); !errors.Is(err, pack.ErrTampered) || s != nil {
		t.Errorf("a pack that was altered: %v", err)
	}
}

// TestSampleOverMonths: a sample of a longer period is drawn out of all the months that
// were collected one by one, and a month's smaller sample begins its larger one.
func TestSampleOverMonths(t *testing.T) {
	r, f, clock := newForge(t)
	f.protected = true
	for i := range 50 {
		f.pulls[fmt.Sprintf("PR_%d", i)] = pull{"acme/app", i, september.Start.Add(time.Duration(i) * 28 * time.Hour), 1}
	}
	*clock = september.End.Add(48 * time.Hour)
	collectMonth(t, r, september)
	*clock = october.End.Add(48 * time.Hour)
	collectMonth(t, r, october)
	sample := func(p evidence.Period, size int64) *pack.Sample {
		results, view, cp, err := r.Evaluate(t.Context(), p, r.Library.Controls[1:2])
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		defer results.Close()
		if results.Controls[0].Result != evidence.Effective {
			t.Errorf("%s: %s", p, results.Controls[0].Result)
		}
		s, err := r.Sample(t.Context(), p, results, cp, Sizing{Size: size})
		if err != nil {
			t.Fatal(err)
		}
		return s.Samples.Find("CHG-02")
	}
	both := sample(evidence.Period{Start: september.Start, End: october.End}, 0)
	if both.Population != 50 || both.Size != 25 {
		t.Errorf("%d of %d items", both.Size, both.Population)
	}
	first, all := sample(september, 3), sample(september, 0)
	if all.Population == 50 {
		t.Error("a month has the items of both")
	}
	for i, d := range first.Drawn[:3] {
		if d.ID != all.Drawn[i].ID {
			t.Errorf("item %d is %s, and of the larger sample %s", i, d.ID, all.Drawn[i].ID)
		}
	}
}
