package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/reports"
)

// ErrTampered: a byte of the pack was altered, removed or added, or what it
// says does not follow from what it carries.
var ErrTampered = errors.New("the pack is not what was signed")

// Verification is what Verify needs beside the pack. It touches no network.
type Verification struct {
	Trust   sign.Trust // whose signature is expected; empty: the signer is not identified
	Drivers []collectors.Driver
	Tool    string // the tool that verifies: reports are drawn again only if it made them
	Report  func(Check)
	Lang    evidence.Lang
	Known   []locker.Known // checkpoints that are known from elsewhere

	// Originals, of an auditor's copy, has it redacted again from the originals and compared;
	// nil: what it says of them is taken from its signer.
	Originals *Originals
}

// Verify checks everything about the pack at path, a zip or a folder: the
// container, the signature, every file, the proofs, and the tests, which it
// repeats from the pack's own records and control sources. The error wraps
// ErrTampered when any of it does not hold.
func Verify(ctx context.Context, path string, v Verification) error {
	return verify(ctx, path, v, func(*verifier) error { return nil })
}

// verify lets a pack be used once all of it was checked, and while its items can be read.
func verify(ctx context.Context, path string, v Verification, use func(*verifier) error) (err error) {
	fsys, closer, err := openPack(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer()) }()
	w := &verifier{Verification: v, path: path, fsys: fsys}
	defer func() {
		if w.results != nil {
			err = errors.Join(err, w.results.Close())
		}
	}()
	for _, step := range []func(context.Context) error{
		w.container, w.signature, w.files, w.pdfSignatures, w.xlsxSignatures, w.approvals, w.checkpoint, w.known, w.evidence, w.tests, w.reports, w.originals,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			if errors.Is(err, context.Canceled) || errors.Is(err, ErrFormat) {
				return err
			}
			w.report(Failed, err.Error())
			return fmt.Errorf("%w: %s: %w", ErrTampered, w.step, err)
		}
	}
	return use(w)
}

func openPack(path string) (fs.FS, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return os.DirFS(path), func() error { return nil }, nil
	}
	z, err := OpenZip(path)
	var unreadable *fs.PathError
	switch {
	case errors.As(err, &unreadable):
		return nil, nil, err
	case err != nil: // it can be read, and is no zip of a pack
		return nil, nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return storedFS{z}, z.Close, nil
}

type verifier struct {
	Verification
	path  string
	fsys  fs.FS
	check CheckID // what is being checked
	step  string  // the same in words

	stages   []stage   // the preparer's first
	manifest *Manifest // the latest
	entries  []locker.Entry
	cp       locker.Checkpoint
	archive  *archive
	redacted *Redaction // nil: the pack holds the originals
	contents *contents
	results  *evaluation.Results
	rendered map[string]string // SHA-256 of what of a report was rendered, where it bears signatures

	pdfBefore       []File   // report.pdf as it was rendered, and after each of its signatures
	pdfSigners      []string // fingerprints of the keys of those signatures
	workbookSigners []string // of those of report.xlsx
}

func (w *verifier) ok(format string, args ...any) { w.report(OK, fmt.Sprintf(format, args...)) }

// say chooses the language of what is reported.
func (w *verifier) say(ja, en string) string { return evidence.Text{JA: ja, EN: en}.In(w.Lang) }

func (w *verifier) container(context.Context) error {
	w.begin(CheckContainer)
	if _, ok := w.fsys.(storedFS); !ok {
		paths, err := List(w.fsys)
		if err != nil {
			return err
		}
		w.ok(w.say("フォルダー: %dファイル", "folder of %d files"), len(paths))
		return nil
	}
	if err := CheckZip(w.path, w.fsys); err != nil {
		return err
	}
	w.ok("%s", w.say("zipの全バイトがその内容から一意に定まるものと一致", "every byte of the zip is the one that its files give"))
	return nil
}

// signedManifest reads a manifest whose envelope speaks of exactly its files, and which
// names a signer who signed. With the error that wraps sign.ErrUntrusted it returns both.
func signedManifest(envelope, manifest []byte, trust sign.Trust) (sign.Signed, *Manifest, error) {
	fail := func(err error) (sign.Signed, *Manifest, error) { return sign.Signed{}, nil, err }
	signed, untrusted := sign.Verify(envelope, trust)
	if untrusted != nil && !errors.Is(untrusted, sign.ErrUntrusted) {
		return fail(untrusted)
	}
	m, err := ParseManifest(manifest)
	if err != nil {
		return fail(err)
	}
	if again, err := m.Encode(); err != nil || !bytes.Equal(again, manifest) {
		return fail(fmt.Errorf("%s is not written as this tool writes it", ManifestFile))
	}
	sum := sha256.Sum256(manifest)
	subjects := append(slices.Clone(m.Files), File{ManifestFile, int64(len(manifest)), hex.EncodeToString(sum[:])})
	slices.SortFunc(subjects, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if err := sameSubjects(signed.Statement, statement(subjects, signed.Statement.Predicate.SignedAt)); err != nil {
		return fail(err)
	}
	named := func(s sign.SignatureInfo) bool { return s.Fingerprint == m.Signer.Fingerprint }
	if !slices.ContainsFunc(signed.Signatures, named) {
		return fail(fmt.Errorf("%s and the reports name the signer %s, who has not signed", ManifestFile, m.Signer.Fingerprint))
	}
	return signed, m, untrusted
}

func sameSubjects(got, want sign.Statement) error {
	if len(got.Subject) != len(want.Subject) {
		return fmt.Errorf("the signature speaks of %d files, the manifest of %d", len(got.Subject), len(want.Subject))
	}
	for i, s := range got.Subject {
		if o := want.Subject[i]; s.Name != o.Name || s.Digest["sha256"] != o.Digest["sha256"] {
			return fmt.Errorf("the signature speaks of %s %s, the manifest of %s %s", s.Name, s.Digest["sha256"], o.Name, o.Digest["sha256"])
		}
	}
	return nil
}

// files checks that the pack holds exactly the files of its manifest.
func (w *verifier) files(context.Context) error {
	w.begin(CheckFiles)
	paths, err := List(w.fsys)
	if err != nil {
		return err
	}
	listed := map[string]File{}
	for _, f := range w.manifest.Files {
		listed[f.Path] = f
	}
	var wrong []string
	for _, path := range paths {
		if path == ManifestFile || path == SignatureFile {
			continue
		}
		f, ok := listed[path]
		if !ok {
			wrong = append(wrong, w.say("追加されたファイル ", "added: ")+path)
			continue
		}
		delete(listed, path)
		if err := w.hash(f); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	for _, f := range w.manifest.Files {
		if _, missing := listed[f.Path]; missing {
			wrong = append(wrong, w.say("欠落したファイル ", "missing: ")+f.Path)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	w.ok(w.say("%dファイルのSHA-256が署名された一覧と一致し、過不足なし", "SHA-256 of %d files as signed; none missing, none added"), len(w.manifest.Files))
	return nil
}

func (w *verifier) hash(f File) (err error) {
	r, err := w.fsys.Open(f.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 || n != f.Size {
		return fmt.Errorf(w.say("改変されたファイル %s: SHA-256 %s(署名時 %s)", "altered: %s: SHA-256 is %s, signed was %s"), f.Path, got, f.SHA256)
	}
	return nil
}

func (w *verifier) checkpoint(context.Context) error {
	w.begin(CheckSeal)
	signed, err := fs.ReadFile(w.fsys, Checkpoint)
	if err != nil {
		return err
	}
	key, err := note.NewVerifier(w.manifest.Checkpoint.Key)
	if err != nil {
		return fmt.Errorf("checkpoint key: %w", err)
	}
	if w.cp, err = locker.ParseCheckpoint(signed, key); err != nil {
		return err
	}
	said := w.manifest.Checkpoint
	if said.Origin != w.cp.Origin || said.Size != w.cp.Size || said.Root != hex.EncodeToString(w.cp.Root[:]) || !said.SealedAt.Equal(w.cp.SealedAt) {
		return errors.New("the manifest tells of another checkpoint")
	}
	w.ok(w.say("チェックポイント %s: 葉 %d、根 %s、%s", "checkpoint %s: %d leaves, root %s, %s"),
		w.cp.Origin, w.cp.Size, said.Root, w.cp.SealedAt.UTC().Format(time.RFC3339))
	return nil
}

func (w *verifier) evidence(context.Context) (err error) {
	w.begin(CheckEvidence)
	f, err := w.fsys.Open(EntriesFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if w.entries, err = readEntries(f, w.cp); err != nil {
		return fmt.Errorf("%s: %w", EntriesFile, err)
	}
	if w.redacted, err = readRedaction(w.fsys, w.manifest); err != nil {
		return err
	}
	w.ok(w.say("%d件の収集記録がすべて封印に含まれる(包含証明)", "%d sealed manifests, each proven to be in the checkpoint"), len(w.entries))
	if err := w.redaction(); err != nil {
		return err
	}
	w.archive = newArchive(w.fsys, w.entries, w.redacted)
	for _, kind := range kindsOf(w.entries) {
		if !slices.ContainsFunc(w.manifest.Files, func(f File) bool { return f.Path == EvidenceFile(kind) }) {
			// Should a test read it, that fails for want of the records.
			w.report(Noted, fmt.Sprintf(w.say(
				"%s: 本パックの検証手続で用いない種類の記録のため、収集記録のみを収め、記録自体は収めていない",
				"%s: no test of the pack reads records of this kind: it holds how they were collected, not the records"), kind))
			continue
		}
		batches, records, err := w.archive.check(kind)
		if err != nil {
			return fmt.Errorf("%s: %w", EvidenceFile(kind), err)
		}
		if w.redacted != nil {
			w.ok(w.say("%s: %d件の記録(%dバッチ)が、封印された記録と同じ件数であり、秘匿化の一覧のハッシュと一致", "%s: %d records in %d batches, as many as were sealed, with the hashes that the list of redacted objects has"), kind, records, batches)
			continue
		}
		w.ok(w.say("%s: %d件の記録(%dバッチ)が封印時のものと一致", "%s: %d records in %d batches are those that were sealed"), kind, records, batches)
	}
	return nil
}

// tests repeats every test from the pack's own records and control sources.
func (w *verifier) tests(ctx context.Context) (err error) {
	w.begin(CheckReperformance)
	said, err := w.said()
	if err != nil {
		return err
	}
	if err := w.forms(said); err != nil {
		return err
	}
	library, list, err := w.library(said)
	if err != nil {
		return err
	}
	location, err := time.LoadLocation(w.manifest.Timezone)
	if err != nil {
		return err
	}
	period := evidence.Period{Start: w.manifest.Period.Start.In(location), End: w.manifest.Period.End.In(location)}
	var want []evidence.Selection
	for _, c := range list {
		want = append(want, c.Selections()...)
	}
	view, err := sealed.Open(ctx, w.archive, period, said.Sources, want)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, view.Close()) }()
	results, err := evaluation.Run(ctx, view, list)
	if err != nil {
		return err
	}
	w.results = results
	if !results.AsOf.Equal(w.manifest.AsOf) {
		return fmt.Errorf("the evidence was collected until %s, and %s says %s", results.AsOf.UTC(), ManifestFile, w.manifest.AsOf.UTC())
	}
	for i := range results.Controls {
		r := &results.Controls[i]
		o, ok := said.Find(r.ID)
		if !ok || o.Result != r.Result || o.Counts != r.Counts {
			return fmt.Errorf("%s: repeating the test gives %s, %+v", r.ID, r.Result, r.Counts)
		}
		w.ok(w.say("%s: %s(母集団 %d、例外 %d)を再現", "%s: %s again (population %d, exceptions %d)"),
			r.ID, r.Result.Name().In(w.Lang), r.Counts.Total, r.Counts.Exceptions)
	}
	encode := results.Encode
	if w.prepared().Format < 2 {
		encode = results.EncodeEarlier
	}
	if err := w.same(ResultsFile, encode); err != nil {
		return err
	}
	held := carried(want, said.Sources)
	ipe, err := newIPE(ctx, view, held)
	if err != nil {
		return err
	}
	again, err := ipe.encode()
	if err != nil {
		return err
	}
	if signed, err := fs.ReadFile(w.fsys, IPEFile); err != nil || !bytes.Equal(signed, again) {
		return fmt.Errorf("%s differs from what the sealed manifests say", IPEFile)
	}
	w.ok("%s", w.say("results.json と ipe.json が再実施の結果と完全に一致", "results.json and ipe.json are exactly what repeating the tests gives"))
	samples, err := w.samples(results)
	if err != nil {
		return err
	}
	framework, err := library.Framework(w.manifest.Framework)
	if err != nil {
		return err
	}
	answers, err := w.answers(period, results)
	if err != nil {
		return err
	}
	window, err := w.window()
	if err != nil {
		return err
	}
	w.contents = &contents{manifest: w.prepared(), redaction: w.redacted, library: library, framework: framework, results: results, answers: answers, leaves: w.entries, window: window,
		sources: ipe.Sources, records: ipe.Records, drivers: w.Drivers, samples: samples, location: location, files: w.fsys}
	return w.delta(ctx, view, held)
}

// answers reads the responses that the pack carries, as making it did.
func (w *verifier) answers(p evidence.Period, results *evaluation.Results) (*responses.Answers, error) {
	folder, err := fs.Sub(w.fsys, ResponsesDir)
	if err != nil {
		return nil, err
	}
	var files []responses.File
	if _, err := fs.Stat(w.fsys, ResponsesDir); !errors.Is(err, fs.ErrNotExist) {
		if files, err = responses.Load(folder, p.Start.Location()); err != nil {
			return nil, fmt.Errorf("%s: %w", ResponsesDir, err)
		}
	}
	if len(responses.For(files, p, results.IDs())) != len(files) {
		return nil, fmt.Errorf("%s has responses to other controls or periods", ResponsesDir)
	}
	return responses.Answer(files, results)
}

// window reads what the pack says of the examination's time beyond its period.
func (w *verifier) window() (*Window, error) {
	text, err := fs.ReadFile(w.fsys, WindowFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var window Window
	if err := json.Unmarshal(text, &window); err != nil {
		return nil, fmt.Errorf("%s: %w", WindowFile, err)
	}
	w.report(Noted, fmt.Sprintf(w.say(
		"%s: 対象期間以外の月の収集状況と結果は、ロッカー及び各月のパックによるものであり、本パックのみでは確認できない",
		"%s: the coverage and results of other months are told by the locker and by their packs; this pack alone does not bear them out"), WindowFile))
	return &window, nil
}

// samples draws the samples again, from the seal and from the populations that
// repeating the tests gave. Packs from before there were samples have none.
func (w *verifier) samples(results *evaluation.Results) (*Samples, error) {
	if !slices.ContainsFunc(w.manifest.Files, func(f File) bool { return f.Path == SamplesFile }) {
		return nil, nil
	}
	signed, err := fs.ReadFile(w.fsys, SamplesFile)
	if err != nil {
		return nil, err
	}
	var said Samples
	if err := json.Unmarshal(signed, &said); err != nil {
		return nil, fmt.Errorf("%s: %w", SamplesFile, err)
	}
	var plans []SamplePlan
	for _, s := range said.Controls {
		plans = append(plans, s.SamplePlan)
	}
	if err := said.Checkpoint.check(w.cp); err != nil {
		return nil, fmt.Errorf("%s: %w", SamplesFile, err)
	}
	again, err := Draw(results, said.Checkpoint, said.Nonce, plans)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", SamplesFile, err)
	}
	if text, err := again.encode(); err != nil || !bytes.Equal(text, signed) {
		return nil, fmt.Errorf("%s differs from what drawing again gives", SamplesFile)
	}
	for _, s := range again.Controls {
		if err := w.population(results.Find(s.Control), s.Of); err != nil {
			return nil, fmt.Errorf("%s: %w", PopulationFile(s.Control, s.Of), err)
		}
	}
	w.ok(w.say("%d件のサンプルを再度抽出し、%sと完全に一致", "%d samples, drawn again, are exactly those of %s"), len(again.Controls), SamplesFile)
	return again, nil
}

// population holds the list of keys against the population.
func (w *verifier) population(c *evaluation.Control, of string) (err error) {
	f, err := w.fsys.Open(PopulationFile(c.ID, of))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	return compare(z, func(to io.Writer) error { return writePopulation(to, c, of) })
}

// said reads what the pack's results say.
func (w *verifier) said() (said *evaluation.Said, err error) {
	f, err := w.fsys.Open(ResultsFile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return evaluation.Decode(f)
}

// forms holds the forms of kinds against those of the drivers that the verifier
// knows: a pack that calls events mutable would hide that two contradict each other.
func (w *verifier) forms(said *evaluation.Said) error {
	for _, s := range said.Sources {
		i := slices.IndexFunc(w.Drivers, func(d collectors.Driver) bool { return d.Name == s.Driver })
		if i < 0 {
			continue
		}
		for _, k := range w.Drivers[i].Kinds {
			if slices.Contains(s.Kinds, k.Name) && s.Forms[k.Name] != k.Form {
				return fmt.Errorf("%s says that records of kind %s are of the form %s: they are of the form %s", ResultsFile, k.Name, s.Forms[k.Name], k.Form)
			}
		}
	}
	return nil
}

// same compares a file with what is written again.
func (w *verifier) same(name string, write func(io.Writer) error) (err error) {
	f, err := w.fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := compare(f, write); err != nil {
		return fmt.Errorf("%s differs from what repeating the tests gives: %w", name, err)
	}
	return nil
}

// library loads the pack's own controls, with the parameters they were given.
func (w *verifier) library(said *evaluation.Said) (*controls.Library, []*controls.Control, error) {
	sources, err := fs.Sub(w.fsys, ControlsDir)
	if err != nil {
		return nil, nil, err
	}
	library, err := controls.LoadPart(sources)
	if err != nil {
		return nil, nil, err
	}
	settings := map[string]controls.Settings{}
	for _, c := range said.Controls {
		settings[c.ID] = controls.Settings{Params: c.Params, Owner: c.Owner}
	}
	if library, err = library.Configure(settings); err != nil {
		return nil, nil, err
	}
	var list []*controls.Control
	for _, r := range said.Controls {
		c, err := library.Find(r.ID)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, c)
	}
	return library, list, nil
}

// unreleased: a version whose name does not say which build it is.
func unreleased(tool string) bool { return strings.Contains(tool, "-dev") }

// reports draws the reports again: what they say must follow from the results.
// Another version of the tool may draw them otherwise, so only the version that
// made them can tell; their hashes are checked in any case.
func (w *verifier) reports(context.Context) error {
	w.begin(CheckReports)
	if w.manifest.Tool != w.Tool {
		w.report(Noted, fmt.Sprintf(w.say(
			"%s が作成したパックのため、%s では報告書の再描画による照合を行わない(ハッシュは照合済み)",
			"made by %s: %s does not draw them again to compare (their hashes were checked)"), w.manifest.Tool, w.Tool))
		return nil
	}
	model, err := w.contents.model()
	if err != nil {
		return err
	}
	for _, sentence := range w.provisionalNotes(model) {
		w.report(Noted, sentence)
	}
	for _, r := range Renderers() {
		if err := w.drawAgain(r, model); err != nil {
			return err
		}
	}
	return nil
}

// drawAgain compares a report with what is drawn from the results. A version that
// is not released may share its name with one that drew it otherwise, or not at all.
func (w *verifier) drawAgain(r reports.Renderer, model *reports.Pack) error {
	i := slices.IndexFunc(w.prepared().Files, func(f File) bool { return f.Path == r.Name() })
	switch {
	case i < 0 && unreleased(w.Tool):
		w.report(Noted, fmt.Sprintf(w.say(
			"%s はこのパックにない。ツールが開発版であり、これを作成しない同じ名の別の版で作成された可能性があるため、改変とは判断しない",
			"the pack has no %s: a development version of the tool may have made it that draws none, so that this is not taken for tampering"), r.Name()))
		return nil
	case i < 0:
		return fmt.Errorf("the pack has no %s, which %s draws", r.Name(), w.Tool)
	}
	sum := sha256.New()
	if err := r.Render(sum, model); err != nil {
		return fmt.Errorf("%s: %w", r.Name(), err)
	}
	switch same := w.renderedHash(w.prepared().Files[i]) == hex.EncodeToString(sum.Sum(nil)); {
	case same:
		said := w.say("%s は結果から再描画したものと1バイトも違わない", "%s is, byte for byte, what the results give")
		if _, signed := w.rendered[r.Name()]; signed {
			said = w.say("%s は、署名を除き、結果から再描画したものと1バイトも違わない", "%s is, byte for byte and but for its signatures, what the results give")
		}
		w.ok(said, r.Name())
	case unreleased(w.Tool):
		w.report(Noted, fmt.Sprintf(w.say(
			"%s は再描画したものと異なる。ツールが開発版であり、同じ名の別の版で作成された可能性があるため、改変とは判断しない(ハッシュは照合済み)",
			"%s is drawn otherwise: a development version of the tool may not be the one that made it, so that this is not taken for tampering (its hash was checked)"), r.Name()))
	default:
		return fmt.Errorf("%s is not what the results give when they are rendered", r.Name())
	}
	return nil
}
