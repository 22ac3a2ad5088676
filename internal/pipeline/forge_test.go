package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
)

// forge is a code host of one repository: pull requests, which change, and the
// settings of the repository as they are when it is read. A unit has both.
type forge struct {
	now       func() time.Time
	pulls     map[string]pull
	protected bool
	scope     evidence.Scope // nil: acme/app
	bare      bool           // it has no settings to give
	asked     []evidence.Selection
}

type pull struct {
	Repository string    `json:"repository"`
	Number     int       `json:"number"`
	MergedAt   time.Time `json:"mergedAt"`
	Approvals  int       `json:"approvals"`
}

func (f *forge) Yields(kind string) bool { return !f.bare || kind == "forge.pull" }

func (f *forge) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	f.asked = q.Want
	scope := f.scope
	if scope == nil {
		scope = evidence.Scope{"repository": "acme/app"}
	}
	return func(yield func(evidence.Unit, error) bool) {
		kinds := []string{"forge.pull", "forge.settings"}
		if f.bare {
			kinds = kinds[:1]
		}
		yield(evidence.Unit{Kinds: kinds, Scope: scope, Window: q.Period, Want: q.Want}, nil)
	}
}

func (f *forge) Collect(_ context.Context, u evidence.Unit, _ evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		for _, id := range sorted(f.pulls) {
			p := f.pulls[id]
			if u.Window.Contains(p.MergedAt) && !yield(f.batch(u, "forge.pull", id, p.MergedAt, p), nil) {
				return
			}
		}
		last := f.batch(u, "forge.settings", "R_1@"+f.now().Format(time.RFC3339), f.now(), map[string]any{"name": "acme/app", "protected": f.protected})
		if f.bare {
			last = evidence.Batch{Kind: "forge.pull", Cursor: last.Cursor}
		}
		for _, kind := range u.Kinds {
			last.Claims = append(last.Claims, evidence.Claim{Kind: kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1})
		}
		yield(last, nil)
	}
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (f *forge) batch(u evidence.Unit, kind, id string, at time.Time, body any) evidence.Batch {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r, err := evidence.NewRecord(kind, id, at, 0, b)
	if err != nil {
		panic(err)
	}
	return evidence.Batch{Kind: kind, Records: []evidence.Record{r}, Origins: []evidence.Origin{{Request: "page of " + u.String(), SHA256: "00"}}, Cursor: evidence.Cursor(id)}
}

// forgeControls: CHG-01 takes exception to a merge without approval, and to any
// sight of the repository unprotected, as far around as a month; CHG-02 to a
// merge by itself; CHG-03 to settings taken within the period.
var forgeControls = fstest.MapFS{
	"CHG-01/control.yaml": {Data: []byte(control("CHG-01", "{kind: forge.pull, where: [{repository: [acme/app]}], time: mergedAt}", `
label: "{repository}#{number}"
related:
  settings: {kind: forge.settings, match: {name: repository}, window: {before: 31d, after: 31d}}`))},
	"CHG-01/policy.rego": {Data: []byte(`package evidence.chg_01

exception contains {"code": "found", "detail": "unapproved"} if input.record.approvals == 0

exception contains {"code": "found", "detail": "unprotected"} if {
	some s in input.related.settings
	not s.protected
}
`)},
	"CHG-02/control.yaml": {Data: []byte(control("CHG-02", "{kind: forge.pull, time: mergedAt}", ""))},
	"CHG-02/policy.rego":  {Data: []byte("package evidence.chg_02\n\nexception contains {\"code\": \"found\"} if input.record.approvals == 0\n")},
	"CHG-03/control.yaml": {Data: []byte(control("CHG-03", "{kind: forge.settings}", ""))},
	"CHG-03/policy.rego":  {Data: []byte("package evidence.chg_03\n\nexception contains {\"code\": \"found\"} if not input.record.protected\n")},

	"schemas/forge.pull.json":     {Data: []byte(`{"type": "object", "properties": {"repository": {"type": "string"}, "number": {"type": "integer"}, "mergedAt": {"type": "string"}, "approvals": {"type": "integer"}}}`)},
	"schemas/forge.settings.json": {Data: []byte(`{"type": "object", "properties": {"name": {"type": "string"}, "protected": {"type": "boolean"}}}`)},
	"frameworks/all.yaml":         {Data: []byte(framework("all", "CHG-01, CHG-02, CHG-03"))},
	"frameworks/pulls.yaml":       {Data: []byte(framework("pulls", "CHG-02"))},
}

func control(id, population, more string) string {
	return fmt.Sprintf(`id: %s
title: {ja: 題, en: title}
activity: {ja: 活動, en: activity}
procedure: {ja: 手続, en: procedure}
owner: engineering
frequency: per-occurrence
population: %s%s
reasons:
  found: {ja: 検出, en: found}
`, id, population, more)
}

func framework(id, controls string) string {
	return fmt.Sprintf("id: %s\ntitle: {ja: 枠, en: framework}\nitems:\n  - id: CM-1\n    title: {ja: 項, en: item}\n    controls: [%s]\n", id, controls)
}

var (
	september = evidence.Period{Start: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	october   = evidence.Period{Start: september.End, End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
)

// newForge is a run over a forge, whose clock is the test's.
func newForge(t *testing.T) (*Run, *forge, *time.Time) {
	t.Helper()
	text := strings.NewReplacer("[soc1]", "[all]", "name: trail", "name: forge").Replace(configuration)
	c, err := config.Parse([]byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), c, time.Now); err != nil {
		t.Fatal(err)
	}
	lib, err := controls.Load(forgeControls)
	if err != nil {
		t.Fatal(err)
	}
	clock := september.End.Add(48 * time.Hour)
	now := func() time.Time { return clock }
	f := &forge{now: now, pulls: map[string]pull{}}
	both := func(s string) evidence.Text { return evidence.Text{JA: s, EN: s} }
	methods := []evidence.Method{evidence.PagesExhausted}
	return &Run{
		Config: c, Library: lib, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Tool: "evidence test", Workers: 2, Now: now,
		Drivers: []collectors.Driver{{
			Name: "fake", Title: both("Forge"), Texts: map[string]evidence.Text{"pages": both("pages")},
			Kinds: []collectors.Kind{
				{Name: "forge.pull", Title: both("pull requests"), Form: evidence.Mutable, Methods: methods},
				{Name: "forge.settings", Title: both("settings"), Form: evidence.Snapshot, Methods: methods},
			},
			New: func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
				return f, decode(&struct{}{})
			},
		}},
	}, f, &clock
}

func collectMonth(t *testing.T, r *Run, p evidence.Period) {
	t.Helper()
	all, err := r.Collect(t.Context(), p, r.Library.Controls)
	if err != nil || !all[0].Complete() {
		t.Fatalf("%+v, %v", all, err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// told is a line a control: its result, counts and exceptions.
func told(t *testing.T, r *Run, p evidence.Period, ids ...string) []string {
	t.Helper()
	list, err := r.Select(ids)
	if err != nil {
		t.Fatal(err)
	}
	results, view, _, err := r.Evaluate(t.Context(), p, list)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	var lines []string
	for _, c := range results.Controls {
		line := fmt.Sprintf("%s %s %d/%d", c.ID, c.Result, c.Counts.Exceptions, c.Counts.Total)
		for _, i := range c.Exceptions {
			for _, reason := range i.Reasons {
				line += fmt.Sprintf(" %s %s", i.Name(), reason.Detail)
			}
		}
		lines = append(lines, strings.TrimSpace(line)+c.Error)
	}
	return lines
}

// twoMonths collects September, in which the repository was not protected, half
// of October, and then all of it, by when a pull request had changed.
func twoMonths(t *testing.T) (*Run, *forge) {
	t.Helper()
	r, f, clock := newForge(t)
	f.pulls["PR_1"] = pull{"acme/app", 1, september.Start.AddDate(0, 0, 9), 1}
	collectMonth(t, r, september)
	f.protected = true
	f.pulls["PR_2"] = pull{"acme/app", 2, october.Start.AddDate(0, 0, 4), 0}
	*clock = october.Start.AddDate(0, 0, 16)
	collectMonth(t, r, evidence.Period{Start: october.Start, End: october.Start.AddDate(0, 0, 15)})
	f.pulls["PR_2"] = pull{"acme/app", 2, october.Start.AddDate(0, 0, 4), 1}
	f.pulls["PR_3"] = pull{"acme/app", 3, october.Start.AddDate(0, 0, 20), 1}
	*clock = october.End.Add(30 * time.Hour)
	collectMonth(t, r, october)
	return r, f
}

func TestFormsOverTwoMonths(t *testing.T) {
	r, f := twoMonths(t)
	for _, s := range f.asked {
		if month := 31 * 24 * time.Hour; s.For == "CHG-01/settings" && (s.Before != month || s.After != month) {
			t.Errorf("the collector was asked for %+v", s)
		}
	}
	// PR_2 counts once, as it is by now: approved. What was sealed in September
	// is joined, and no member of October's populations. CHG-03 sees of the
	// snapshots only the one that was taken in October for October.
	want := []string{
		`CHG-01 exceptions_noted 2/2 acme/app#2 "unprotected" acme/app#3 "unprotected"`,
		`CHG-02 effective 0/2`,
		`CHG-03 effective 0/1`,
	}
	if d := cmp.Diff(want, told(t, r, october)); d != "" {
		t.Error(d)
	}
	for i, id := range []string{"CHG-01", "CHG-02", "CHG-03"} {
		if d := cmp.Diff(want[i:i+1], told(t, r, october, id)); d != "" {
			t.Errorf("evaluated alone: %s", d)
		}
	}
	// October's collections reach September by the window after it alone.
	if d := cmp.Diff([]string{`CHG-01 exceptions_noted 1/1 acme/app#1 "unprotected"`, "CHG-02 effective 0/1", "CHG-03 no_occurrence 0/0"}, told(t, r, september)); d != "" {
		t.Error(d)
	}
	traced(t, r)
}

// traced looks at how PR_2 came to be what it is.
func traced(t *testing.T, r *Run) {
	t.Helper()
	list, err := r.Select([]string{"CHG-02"})
	if err != nil {
		t.Fatal(err)
	}
	view, _, err := r.View(t.Context(), october, Selections(list))
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	traces, earlier, err := Traces(t.Context(), view, Selections(list), "forge.pull", "PR_2")
	if err != nil {
		t.Fatal(err)
	}
	if len(traces) != 1 || len(earlier) != 1 || !strings.Contains(string(traces[0].Record.Body), `"approvals":1`) || !strings.Contains(string(earlier[0].Body()), `"approvals":0`) {
		t.Errorf("traces %v, earlier %v", traces, earlier)
	}
}

// forgePack makes October's pack for a framework.
func forgePack(t *testing.T, r *Run, framework string) string {
	t.Helper()
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), october, results, view, cp, []string{framework}, "")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(paths[0], ".zip")
}

func verifyForge(t *testing.T, r *Run, dir string) (notes []string, err error) {
	t.Helper()
	err = pack.Verify(t.Context(), dir, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English, Report: func(c pack.Check) {
		if c.State == pack.Noted {
			notes = append(notes, c.Detail)
		}
	}})
	return notes, err
}

func TestPacksRepeatTheJoin(t *testing.T) {
	r, _ := twoMonths(t)
	dir := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Errorf("the pack as it was made: %v", err)
	}
	var ipe struct {
		Records map[string]struct{ Sealed, Duplicates, Versions int64 }
		Around  map[string]struct{ Batches, Records int64 } `json:"around_period"`
	}
	b, err := os.ReadFile(filepath.Join(dir, pack.IPEFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &ipe); err != nil {
		t.Fatal(err)
	}
	if n := ipe.Records["forge.pull"]; n.Sealed != 3 || n.Versions != 1 || n.Duplicates != 0 || ipe.Records["forge.settings"].Sealed != 2 {
		t.Errorf("the IPE counts %+v", ipe.Records)
	}
	if n := ipe.Around["forge.settings"]; len(ipe.Around) != 1 || n.Batches != 1 || n.Records != 1 {
		t.Errorf("the IPE counts around the period %+v", ipe.Around)
	}
	report, err := os.ReadFile(filepath.Join(dir, pack.ResultsFile))
	if !bytes.Contains(report, []byte(`"id":"PR_2","label":"acme/app#2"`)) {
		t.Error("the results do not give labels")
	}
	if err != nil || !bytes.Contains(report, []byte(`"forms":{"forge.pull":"mutable","forge.settings":"snapshot"}`)) {
		t.Errorf("the results do not say of what form kinds are: %v", err)
	}
}

// TestPacksOfOneKind: a pack none of whose tests reads settings has none, and
// still tells how all of the unit was collected.
func TestPacksOfOneKind(t *testing.T) {
	r, _ := twoMonths(t)
	dir := forgePack(t, r, "pulls")
	notes, err := verifyForge(t, r, dir)
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, pack.EvidenceFile("forge.settings"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("records that no test reads: %v", err)
	}
	if !slices.ContainsFunc(notes, func(n string) bool { return strings.HasPrefix(n, "forge.settings: no test") }) {
		t.Errorf("notes %q", notes)
	}
}

// TestAnEarlierMonthTakenOut: the pack without September's snapshot, as
// somebody would leave it who has the key that signs packs.
func TestAnEarlierMonthTakenOut(t *testing.T) {
	r, _ := twoMonths(t)
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"altered":            {func(t *testing.T, dir string) { withoutSeptember(t, dir) }, "altered"},
		"and signed anew":    {func(t *testing.T, dir string) { withoutSeptember(t, dir); signAnew(t, r, dir) }, "CHG-01: repeating the test gives effective"},
		"its form is denied": {func(t *testing.T, dir string) { withoutForms(t, dir); signAnew(t, r, dir) }, "of the form event: they are of the form mutable"},
		"nothing but signed": {func(t *testing.T, dir string) { signAnew(t, r, dir) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := forgePack(t, r, "all")
			tt.change(t, dir)
			_, err := verifyForge(t, r, dir)
			if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// withoutSeptember takes the entries of September's snapshots out of the proofs,
// and their batches out of the evidence.
func withoutSeptember(t *testing.T, dir string) {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(read(t, dir, pack.EntriesFile)))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var kept bytes.Buffer
	var cut int64
	for line := range bytes.Lines(text) {
		var l struct{ Manifest string }
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		m, err := locker.Decode([]byte(l.Manifest))
		if err != nil {
			t.Fatal(err)
		}
		if m.Unit != nil && m.Unit.Window.Start.Equal(september.Start) {
			cut += m.Size
			continue
		}
		kept.Write(line)
	}
	if cut == 0 {
		t.Fatal("the pack holds nothing of September")
	}
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(kept.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.EntriesFile, out.Bytes())
	settings := pack.EvidenceFile("forge.settings")
	write(t, dir, settings, read(t, dir, settings)[cut:]) // they come first
}

func withoutForms(t *testing.T, dir string) {
	t.Helper()
	said := read(t, dir, pack.ResultsFile)
	forms := []byte(`,"forms":{"forge.pull":"mutable","forge.settings":"snapshot"}`)
	if !bytes.Contains(said, forms) {
		t.Fatal("no forms")
	}
	write(t, dir, pack.ResultsFile, bytes.ReplaceAll(said, forms, nil))
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// signAnew lists the files as they are by now, and signs that.
func signAnew(t *testing.T, r *Run, dir string) {
	t.Helper()
	m, err := pack.ParseManifest(read(t, dir, pack.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var subjects []sign.Subject
	subject := func(name string, b []byte) string {
		sum := sha256.Sum256(b)
		digest := hex.EncodeToString(sum[:])
		subjects = append(subjects, sign.Subject{Name: name, Digest: map[string]string{"sha256": digest}})
		return digest
	}
	for i, f := range m.Files {
		b := read(t, dir, f.Path)
		m.Files[i] = pack.File{Path: f.Path, Size: int64(len(b)), SHA256: subject(f.Path, b)}
	}
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.ManifestFile, manifest)
	subject(pack.ManifestFile, manifest)
	slices.SortFunc(subjects, func(a, b sign.Subject) int { return strings.Compare(a.Name, b.Name) })
	signer, err := sign.LoadSigner(r.Config.Keys.Pack, "", r.Now())
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := sign.SignStatement(t.Context(), signer, sign.NewStatement(subjects, r.Now()))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.SignatureFile, envelope)
}
