package pipeline

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
)

// packOf makes the pack of a period and returns its folder.
func packOf(t *testing.T, r *Run, p evidence.Period, framework, out string) (string, error) {
	t.Helper()
	results, view, cp, err := r.Evaluate(t.Context(), p, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), p, results, view, cp, []string{framework}, out)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(paths[0], ".zip"), nil
}

func mustPack(t *testing.T, r *Run, p evidence.Period, framework, out string) string {
	t.Helper()
	dir, err := packOf(t, r, p, framework, out)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// stricter is the controls with CHG-02 asking for two approvals.
func stricter(t *testing.T) *controls.Library {
	t.Helper()
	files := maps.Clone(forgeControls)
	policy := string(files["CHG-02/policy.rego"].Data)
	files["CHG-02/policy.rego"] = &fstest.MapFile{Data: []byte(strings.Replace(policy, "== 0", "< 2", 1))}
	lib, err := controls.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// rulesChanged is a September pack, and an October one by stricter rules.
func rulesChanged(t *testing.T) (*Run, string) {
	t.Helper()
	r, _ := twoMonths(t)
	mustPack(t, r, september, "all", "")
	r.Library = stricter(t)
	return r, mustPack(t, r, october, "all", "")
}

// carried lists what a pack has of the earlier period.
func carried(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := pack.List(os.DirFS(filepath.Join(dir, pack.PreviousDir)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func readDelta(t *testing.T, dir string) *delta.Delta {
	t.Helper()
	var d delta.Delta
	if err := json.Unmarshal(read(t, dir, pack.DeltaFile), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

// TestDeltaFromTheEarlierPack: October is compared with what September's pack says, and
// judged by September's rules where they changed. Verifying repeats both.
func TestDeltaFromTheEarlierPack(t *testing.T) {
	r, dir := rulesChanged(t)
	notes, err := verifyForge(t, r, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(notes, func(n string) bool {
		return strings.Contains(n, "the results of 2026-09 are taken as signed")
	}) {
		t.Errorf("notes %q", notes)
	}
	if d := cmp.Diff([]string{"controls/CHG-02/policy.rego", "manifest.json", "manifest.sig.json", "results.json"}, carried(t, dir)); d != "" {
		t.Error(d)
	}
	d := readDelta(t, dir)
	c := d.Controls[1]
	if c.ID != "CHG-02" || c.Before.Result != evidence.Effective || c.After.Result != evidence.ExceptionsNoted || len(c.Steps) != 1 || c.Steps[0].Result != evidence.Effective {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(c.ResultCauses, []delta.Cause{delta.Rules}) || c.New != 2 || c.Exceptions[0].Cause != delta.Rules {
		t.Errorf("%+v", c)
	}
	if first := d.Controls[0]; !slices.Equal(first.Causes, []delta.Cause{delta.Target}) || len(first.Steps) != 0 || d.Earlier.Pack == nil {
		t.Errorf("%+v", first)
	}
	// The same evidence, rules and earlier pack give the same bytes.
	again := mustPack(t, r, october, "all", t.TempDir())
	if !bytes.Equal(read(t, dir, pack.ManifestFile), read(t, again, pack.ManifestFile)) {
		t.Error("the pack, made again, is another")
	}
}

// TestDeltaFromEvidence: without a pack of September its evidence is judged by October's
// rules, and the target alone differs.
func TestDeltaFromEvidence(t *testing.T) {
	r, _ := twoMonths(t)
	r.Library = stricter(t)
	dir := mustPack(t, r, october, "all", "")
	notes, err := verifyForge(t, r, dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(notes, func(n string) bool {
		return strings.Contains(n, "were evaluated anew, by this pack's controls")
	}) {
		t.Errorf("notes %q", notes)
	}
	if d := cmp.Diff([]string{"results.json"}, carried(t, dir)); d != "" {
		t.Error(d)
	}
	d := readDelta(t, dir)
	for _, c := range d.Controls {
		if len(c.Changes) != 0 || len(c.Steps) != 0 || slices.ContainsFunc(c.Causes, func(x delta.Cause) bool { return x != delta.Target }) {
			t.Errorf("%+v", c)
		}
	}
	if c := d.Controls[1]; c.Before.Counts.Exceptions != 1 || c.After.Counts.Exceptions != 2 {
		t.Errorf("%+v, %+v", c.Before, c.After)
	}
}

// TestNothingToCompareWith: no pack and no evidence, or none asked for.
func TestNothingToCompareWith(t *testing.T) {
	r, _ := twoMonths(t)
	first := mustPack(t, r, september, "all", "")
	r.Previous = NoPrevious
	asked := mustPack(t, r, october, "all", "")
	for _, dir := range []string{first, asked} {
		if _, err := os.Stat(filepath.Join(dir, pack.DeltaFile)); err == nil || carried(t, dir) != nil {
			t.Errorf("%s has a delta", dir)
		}
		if !bytes.Contains(read(t, dir, pack.ReportHTML), []byte("Nothing was compared")) {
			t.Errorf("%s does not say that nothing was compared", dir)
		}
		if _, err := verifyForge(t, r, dir); err != nil {
			t.Error(err)
		}
	}
}

// relist lists the files of the folder as they are by now, and signs that.
func relist(t *testing.T, r *Run, dir string) {
	t.Helper()
	m, err := pack.ParseManifest(read(t, dir, pack.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	paths, err := pack.List(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	m.Files = nil
	for _, p := range paths {
		if p != pack.ManifestFile && p != pack.SignatureFile {
			m.Files = append(m.Files, pack.File{Path: p})
		}
	}
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.ManifestFile, manifest)
	signAnew(t, r, dir)
}

// TestForgedDeltas: whoever signs cannot make a delta say what does not follow from the
// earlier pack as it was signed.
func TestForgedDeltas(t *testing.T) {
	r, dir := rulesChanged(t)
	replace := func(name, from, to string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			before := read(t, dir, name)
			after := bytes.Replace(before, []byte(from), []byte(to), 1)
			if bytes.Equal(before, after) {
				t.Fatalf("%s has no %q: this tests nothing", name, from)
			}
			write(t, dir, name, after)
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	in := func(name string) string { return path.Join(pack.PreviousDir, name) }
	for name, tt := range map[string]struct {
		change  func(*testing.T, string)
		refused string
	}{
		"a cause":                {replace(pack.DeltaFile, `"rules"`, `"target"`), "delta.json differs"},
		"the name of the period": {replace(pack.DeltaFile, `"2026-09"`, `"2026-08"`), "delta.json differs"},
		"an earlier result":      {replace(in("results.json"), "effective", "exceptions_noted"), "results.json is not what was signed"},
		"an earlier rule":        {replace(in("controls/CHG-02/policy.rego"), "== 0", "== 1"), "policy.rego is not what was signed"},
		"the earlier manifest":   {replace(in("manifest.json"), "evidence test", "evidence best"), "previous: the pack is not what was signed"},
		"the rule left out":      {remove(in("controls/CHG-02/policy.rego")), "policy.rego is not what was signed"},
		"the results left out":   {remove(in("results.json")), "results.json"},
		"nothing of the earlier": {remove(pack.PreviousDir), "results"},
		"the delta left out":     {remove(pack.DeltaFile), "delta.json"},
		"a file more":            {func(t *testing.T, dir string) { write(t, dir, in("more"), []byte("x")) }, "does not hold exactly"},
		"a rule that is both packs": {func(t *testing.T, dir string) {
			copyFile(t, dir, "controls/CHG-01/policy.rego", in("controls/CHG-01/policy.rego"))
		}, "does not hold exactly"},
	} {
		t.Run(name, func(t *testing.T) {
			forged := filepath.Join(t.TempDir(), "forged")
			if err := os.CopyFS(forged, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			tt.change(t, forged)
			relist(t, r, forged)
			if _, err := verifyForge(t, r, forged); !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("%v, want %q", err, tt.refused)
			}
		})
	}
}

func copyFile(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, path.Dir(to)), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, to, read(t, dir, from))
}

// TestForgedAnew: earlier results that were evaluated anew must be of the pack's own
// controls; what they say beyond that, a verifier is told not to have seen repeated.
func TestForgedAnew(t *testing.T) {
	r, _ := twoMonths(t)
	dir := mustPack(t, r, october, "all", "")
	write(t, dir, pack.PreviousDir+"/results.json", bytes.Replace(read(t, dir, pack.PreviousDir+"/results.json"), []byte(`"owner":"engineering"`), []byte(`"owner":"nobody"`), 1))
	relist(t, r, dir)
	if _, err := verifyForge(t, r, dir); !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), "another form or setting") {
		t.Error(err)
	}
}

// TestTheEarlierPackIsChecked: one that does not hold is told of, and what can be done.
func TestTheEarlierPackIsChecked(t *testing.T) {
	r, _ := twoMonths(t)
	dir := mustPack(t, r, september, "pulls", "")
	zip := read(t, filepath.Dir(dir), filepath.Base(dir)+".zip")
	const rule = "package evidence.chg_02"
	zip[bytes.Index(zip, []byte(rule))+len(rule)-1] ^= 1
	write(t, filepath.Dir(dir), filepath.Base(dir)+".zip", zip)
	if _, err := packOf(t, r, october, "pulls", ""); !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), "--previous") {
		t.Error(err)
	}
	r.Previous = dir // the folder is as it was
	if _, err := packOf(t, r, october, "pulls", ""); err != nil {
		t.Error(err)
	}
	if _, err := packOf(t, r, october, AllFrameworks, ""); err == nil || !strings.Contains(err.Error(), "is of framework pulls, not of all") {
		t.Error(err)
	}
	r.Config.Organisation = evidence.Text{JA: "他", EN: "Other"}
	if _, err := packOf(t, r, october, "pulls", ""); err == nil || !strings.Contains(err.Error(), "another organisation") {
		t.Error(err)
	}
}

// TestAnotherKey: that the earlier pack was signed by another key is told.
func TestAnotherKey(t *testing.T) {
	r, _ := twoMonths(t)
	mustPack(t, r, september, "all", "")
	if err := os.Remove(r.Config.Keys.Pack); err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), r.Config, r.Now); err != nil {
		t.Fatal(err)
	}
	dir := mustPack(t, r, october, "all", "")
	notes, err := verifyForge(t, r, dir)
	if err != nil || !slices.Contains(notes, "the earlier pack was signed by another key than this one") {
		t.Errorf("%q, %v", notes, err)
	}
	key, err := sign.LoadSigner(r.Config.Keys.Pack, "", r.Now())
	if err != nil {
		t.Fatal(err)
	}
	notes = nil
	err = pack.Verify(t.Context(), dir, pack.Verification{Trust: sign.Trust{Keys: []crypto.PublicKey{key.Public()}}, Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English,
		Report: func(c pack.Check) { notes = append(notes, c.Detail) }})
	if err != nil || !slices.Contains(notes, "the key, certificate or root that was given does not identify who signed the earlier pack") {
		t.Errorf("%q, %v", notes, err)
	}
}

// TestDiff: which earlier side is taken, and what of it is refused.
func TestDiff(t *testing.T) {
	r, _ := twoMonths(t)
	kept := mustPack(t, r, september, AllFrameworks, "")
	other := mustPack(t, r, september, "pulls", t.TempDir())
	r.Library = stricter(t)
	both := Diff{Earlier: september, Later: october}
	with := func(change func(*Diff)) Diff {
		d := both
		change(&d)
		return d
	}
	for name, tt := range map[string]struct {
		diff     Diff
		controls int
		pack     string // framework of the earlier pack
		steps    int
		wrong    string
	}{
		"the pack that was made": {diff: both, controls: 3, pack: "all", steps: 1},
		"a pack by name":         {diff: with(func(d *Diff) { d.Pack = other }), controls: 1, pack: "pulls", steps: 1},
		"anew":                   {diff: with(func(d *Diff) { d.Anew = true }), controls: 3},
		"a framework's pack":     {diff: with(func(d *Diff) { d.Framework = "pulls" }), controls: 1, pack: "pulls", steps: 1},
		"a framework anew":       {diff: with(func(d *Diff) { d.Framework, d.Anew = "pulls", true }), controls: 1},
		"a pack of another month": {
			diff: Diff{Earlier: october, Later: october, Pack: kept}, wrong: "is of 2026-09, not of 2026-10"},
		"a pack of another framework": {diff: with(func(d *Diff) { d.Pack, d.Framework = kept, "pulls" }), wrong: "is of framework all"},
		"no such pack":                {diff: with(func(d *Diff) { d.Pack = "none.zip" }), wrong: "none.zip"},
		"no such framework":           {diff: with(func(d *Diff) { d.Framework = "nil" }), wrong: "unknown framework"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := r.Diff(t.Context(), tt.diff)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Errorf("%v, want %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			framework, steps := "", 0
			if c.Delta.Earlier.Pack != nil {
				framework = c.Delta.Earlier.Pack.Framework
			}
			for _, x := range c.Delta.Controls {
				steps += len(x.Steps)
			}
			if len(c.Delta.Controls) != tt.controls || framework != tt.pack || steps != tt.steps {
				t.Errorf("%d controls, pack %q, %d steps", len(c.Delta.Controls), framework, steps)
			}
		})
	}
	// What the command says is what the pack says.
	c, err := r.Diff(t.Context(), both)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(readDelta(t, mustPack(t, r, october, "all", "")).Controls, c.Delta.Controls); d != "" {
		t.Errorf("(-pack +command)\n%s", d)
	}
}
