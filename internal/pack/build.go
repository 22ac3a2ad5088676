package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/html"
	"github.com/evidencepack/evidence/reports/oscal"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// Input is what a pack is made of.
type Input struct {
	Manifest   Manifest // who, what, when; Checkpoint, Files and Signer are filled in
	Location   *time.Location
	Locker     *locker.Locker
	Checkpoint locker.Checkpoint
	LockerKey  string // verifier key of the checkpoint
	View       *sealed.View
	Results    *evaluation.Results // of the framework's controls
	Answers    *responses.Answers  // to their exceptions
	Window     *Window
	Previous   *Previous // the period before; nil: there is nothing to compare with
	Library    *controls.Library
	Framework  *controls.Framework
	Drivers    []collectors.Driver
	Redacted   *Redacted    // of an auditor's copy: View, Results and Library are its; nil: the pack holds the originals
	SampleSeal SampleSeal   // what samples are drawn from
	Samples    []SamplePlan // of the controls that have one
	Nonce      string       // of the auditor, for the samples; empty: none was given
	Signer     sign.Signer
	SignerName string
	Person     evidence.Text // who signs; may be empty
	Role       evidence.Text
	Ephemeral  bool
	SignedAt   time.Time
	Validation pades.Validation // that report.pdf carries along with its signature; may be empty
	// Authorities time-stamp the signature. A pack is made where none answers, too:
	// Unanswered is then told why, and may be nil where there are no authorities.
	Authorities []Authority
	Unanswered  func(Unanswered)
}

// Renderers lists what renders the reports of a pack.
func Renderers() []reports.Renderer {
	return []reports.Renderer{xlsx.Renderer{}, pdf.Renderer{}, html.Renderer{}, oscal.Renderer{}, oscal.Catalog{}}
}

// isReport tells the reports from the files that they show the hashes of.
func isReport(path string) bool {
	return slices.ContainsFunc(Renderers(), func(r reports.Renderer) bool { return r.Name() == path })
}

// Build makes the pack's folder, and the zip of it beside it. Both appear whole
// or not at all. It returns the path of the zip. The error is a *BusyError while another
// process has the pack.
func Build(ctx context.Context, in Input, dir, name string) (zipPath string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	release, err := lock(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := checkUnapproved(filepath.Join(dir, name)); err != nil {
		return "", fmt.Errorf("make pack %s: %w", name, err)
	}
	staging, err := os.MkdirTemp(dir, ".making-")
	if err != nil {
		return "", err
	}
	defer func() { err = discard(staging, err) }()
	b := &builder{Input: in, dir: filepath.Join(staging, name), field: pdf.PreparerField, purpose: preparing}
	if err := b.build(ctx); err != nil {
		return "", fmt.Errorf("make pack %s: %w", name, err)
	}
	zipped := filepath.Join(staging, name+".zip")
	if err := writeTo(zipped, func(w io.Writer) error { return WriteZip(w, os.DirFS(b.dir)) }); err != nil {
		return "", fmt.Errorf("make pack %s: %w", name, err)
	}
	final := filepath.Join(dir, name)
	aside := filepath.Join(staging, "before")
	if err := errors.Join(syncFile(zipped), os.Mkdir(aside, 0o755)); err != nil {
		return "", err
	}
	if err := replace(b.dir, final, aside); err != nil {
		return "", err
	}
	return final + ".zip", replace(zipped, final+".zip", aside)
}

// replace moves a file or folder to its place, and an older one aside first, so
// that at no time there is half of one.
func replace(from, to, aside string) error {
	kept := filepath.Join(aside, filepath.Base(to))
	moved := os.Rename(to, kept)
	if moved != nil && !errors.Is(moved, fs.ErrNotExist) {
		return moved
	}
	err := os.Rename(from, to)
	if err == nil || moved != nil {
		return err
	}
	if back := os.Rename(kept, to); back != nil {
		return fmt.Errorf("%w: %w: %s", err, errKept, kept)
	}
	return err
}

// errKept: a former pack could not be put back, and stands elsewhere.
var errKept = errors.New("the pack that was there is kept in")

// discard removes what was made on the way, unless a former pack is in it.
func discard(staging string, err error) error {
	if errors.Is(err, errKept) {
		return err
	}
	return errors.Join(err, os.RemoveAll(staging))
}

// syncFile has a file on stable storage before it takes another's place.
func syncFile(path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type builder struct {
	Input
	dir     string
	files   []File
	field   string        // of report.pdf, that its signature is in
	purpose evidence.Text // of the signature of report.xlsx

	want    []evidence.Selection // what the framework's controls select
	entries []locker.Entry       // the sealed entries that they rest on
	drawn   *Samples
	told    *contents // what the reports are drawn from
}

func (b *builder) build(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		b.gather, b.evidence, b.redaction, b.proofs, b.controlSources, b.responses, b.outcomes, b.changes, b.instructions, b.render, b.signPDF, b.signXLSX, b.seal,
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// write makes one file of the pack and notes its hash.
func (b *builder) write(name string, fill func(io.Writer) error) error {
	full := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	sum := sha256.New()
	var n counter
	err := writeTo(full, func(w io.Writer) error { return fill(io.MultiWriter(w, sum, &n)) })
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.files = append(b.files, File{name, int64(n), hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (b *builder) writeBytes(name string, data []byte) error {
	return b.write(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeOnce is writeBytes for what several controls share.
func (b *builder) writeOnce(name string, data []byte) error {
	if slices.ContainsFunc(b.files, func(f File) bool { return f.Path == name }) {
		return nil
	}
	return b.writeBytes(name, data)
}

func writeTo(path string, fill func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return fill(f)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// gather finds what the framework's controls rest on.
func (b *builder) gather(context.Context) error {
	var want []evidence.Selection
	for _, r := range b.Results.Controls {
		c, err := b.Library.Find(r.ID)
		if err != nil {
			return err
		}
		want = append(want, c.Selections()...)
	}
	b.want = carried(want, b.View.Expected())
	b.entries = b.View.Entries(b.want)
	return nil
}

// carried adds to what controls select what a pack carries with it: claims, where
// they are judged, speak of the records of every kind.
func carried(want []evidence.Selection, sources []sealed.Source) []evidence.Selection {
	if !slices.ContainsFunc(want, func(s evidence.Selection) bool { return s.Kind == sealed.ClaimKind }) {
		return want
	}
	for _, s := range sources {
		for _, kind := range s.Kinds {
			want = append(want, evidence.Selection{Kind: kind})
		}
	}
	return want
}

// evidence writes the records of the kinds that are selected. Of other kinds the
// pack has the manifests alone: they tell when and how completely the period was
// collected.
func (b *builder) evidence(ctx context.Context) error {
	for _, kind := range kindsOf(b.entries) {
		if !slices.ContainsFunc(b.want, func(s evidence.Selection) bool { return s.Kind == kind }) {
			continue
		}
		err := b.write(EvidenceFile(kind), func(w io.Writer) error {
			if b.Redacted != nil {
				return b.writeRedacted(ctx, w, kind)
			}
			for _, m := range batchesOf(b.entries, kind) {
				if err := copyObject(w, b.Locker, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyObject(w io.Writer, l *locker.Locker, m locker.Manifest) (err error) {
	r, err := l.Object(m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	_, err = io.Copy(w, r)
	return err
}

func (b *builder) proofs(context.Context) error {
	if err := b.writeBytes(Checkpoint, b.Input.Checkpoint.Note); err != nil {
		return err
	}
	return b.write(EntriesFile, func(w io.Writer) error {
		return writeEntries(w, b.Locker, b.Input.Checkpoint, b.entries)
	})
}

// controlSources writes what each test can be repeated from.
func (b *builder) controlSources(context.Context) error {
	for _, r := range b.Results.Controls {
		c, err := b.Library.Find(r.ID)
		if err != nil {
			return err
		}
		for name, source := range c.Files {
			to := path.Join(ControlsDir, c.ID, name)
			if controls.IsModuleFile(name) {
				to = path.Join(ControlsDir, name)
			}
			if err := b.writeOnce(to, source); err != nil {
				return err
			}
		}
		for kind, schema := range c.Schemas() {
			if err := b.writeOnce(path.Join(ControlsDir, "schemas", kind+".json"), schema); err != nil {
				return err
			}
		}
	}
	for _, r := range registersOf(b.Library, b.Results) {
		if err := b.writeBytes(path.Join(ControlsDir, "registers", r.ID+".yaml"), r.Source); err != nil {
			return err
		}
	}
	framework, err := yaml.Marshal(b.Framework)
	if err != nil {
		return fmt.Errorf("framework %s: %w", b.Framework.ID, err)
	}
	return b.writeBytes(path.Join(ControlsDir, "frameworks", b.Framework.ID+".yaml"), framework)
}

// responses writes the files of responses as they stand under version control.
func (b *builder) responses(context.Context) error {
	for _, f := range b.Answers.Files {
		if err := b.writeBytes(path.Join(ResponsesDir, f.Path), f.Source); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) outcomes(ctx context.Context) error {
	if err := b.write(ResultsFile, b.Results.Encode); err != nil {
		return err
	}
	ipe, err := newIPE(ctx, b.View, b.want)
	if err != nil {
		return err
	}
	b.told = &contents{manifest: &b.Manifest, redaction: b.said(), library: b.Library, framework: b.Framework, results: b.Results, answers: b.Answers, leaves: b.entries, window: b.Window,
		sources: ipe.Sources, records: ipe.Records, drivers: b.Drivers, location: b.Location, files: os.DirFS(b.dir)}
	text, err := ipe.encode()
	if err != nil {
		return err
	}
	if err := b.writeBytes(IPEFile, text); err != nil {
		return err
	}
	if text, err = b.Window.encode(); err != nil {
		return err
	}
	if err := b.writeBytes(WindowFile, text); err != nil {
		return err
	}
	if err := b.writeSamples(); err != nil {
		return err
	}
	b.told.samples = b.drawn
	return nil
}

// changes compares with the period before, and writes what the comparison follows from.
func (b *builder) changes(ctx context.Context) error {
	if b.Previous == nil {
		return nil
	}
	if err := b.told.compare(ctx, b.Previous, b.View, b.want); err != nil {
		return err
	}
	for _, name := range b.Previous.carry(b.files) {
		if err := b.writeBytes(path.Join(PreviousDir, name), b.Previous.files[name]); err != nil {
			return err
		}
	}
	text, err := encodeDelta(b.told.delta)
	if err != nil {
		return err
	}
	return b.writeBytes(DeltaFile, text)
}

func (b *builder) instructions(context.Context) error {
	text, err := instructions(&b.Manifest, b.Signer, b.Results, b.drawn, b.Library, b.Previous, b.said())
	if err != nil {
		return err
	}
	return b.writeBytes(VerifyFile, text)
}

// render draws the reports. They show the hashes of all files made so far.
func (b *builder) render(context.Context) error {
	m := &b.Manifest
	m.Format = FormatVersion
	m.AsOf = b.Results.AsOf
	m.Checkpoint = CheckpointInfo{
		Origin: b.Input.Checkpoint.Origin, Size: b.Input.Checkpoint.Size, Root: hex.EncodeToString(b.Input.Checkpoint.Root[:]),
		SealedAt: b.Input.Checkpoint.SealedAt, Key: b.LockerKey,
	}
	m.Signer = SignerInfo{Name: b.SignerName, Person: b.Person, Role: b.Role, Algorithm: sign.Algorithm(b.Signer.Public()),
		Fingerprint: sign.Fingerprint(b.Signer.Public()), Ephemeral: b.Ephemeral, Timestamps: addresses(b.Authorities)}
	b.sortFiles()
	m.Files = slices.Clone(b.files)
	model, err := b.told.model()
	if err != nil {
		return err
	}
	for _, r := range Renderers() {
		if err := b.write(r.Name(), func(w io.Writer) error { return r.Render(w, model) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) sortFiles() {
	slices.SortFunc(b.files, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
}

// seal writes the manifest and signs it.
func (b *builder) seal(ctx context.Context) error {
	b.sortFiles()
	b.Manifest.Files = b.files
	manifest, err := b.Manifest.Encode()
	if err != nil {
		return err
	}
	if err := b.writeBytes(ManifestFile, manifest); err != nil {
		return err
	}
	b.sortFiles()
	envelope, err := sign.SignStatement(ctx, b.Signer, statement(b.files, b.SignedAt))
	if err != nil {
		return err
	}
	if envelope, err = b.timestamp(ctx, envelope); err != nil {
		return err
	}
	return b.writeBytes(SignatureFile, envelope)
}

// statement says of which files the signature speaks: all but itself.
func statement(files []File, at time.Time) sign.Statement {
	var subjects []sign.Subject
	for _, f := range files {
		subjects = append(subjects, sign.Subject{Name: f.Path, Digest: map[string]string{"sha256": f.SHA256}})
	}
	return sign.NewStatement(subjects, at)
}

// Name is the name of a pack: "<org>-<framework>-<period>".
func Name(organisation evidence.Text, framework, period string) string {
	return Slug(organisation.EN) + "-" + framework + "-" + strings.ReplaceAll(period, "..", "_")
}

// Slug makes a name fit for files: small letters, digits and hyphens.
func Slug(s string) string {
	var b bytes.Buffer
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && b.Bytes()[b.Len()-1] != '-':
			b.WriteByte('-')
		}
	}
	if slug := strings.Trim(b.String(), "-"); slug != "" {
		return slug
	}
	return "organisation"
}
