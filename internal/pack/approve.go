package pack

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/reports/pdf"
)

// Approval is a further signature on a pack that somebody else made.
type Approval struct {
	Signer    sign.Signer
	Name      string        // of the certificate or key
	Person    evidence.Text // who signs; may be empty
	Role      evidence.Text
	Ephemeral bool
	At        time.Time

	// Authorities time-stamp the signatures, as those of Input do.
	Authorities []Authority
	Unanswered  func(Unanswered)
	Validation  pades.Validation

	// Provisional is told, before the pack is signed, that its evidence was to be collected
	// again by now. The pack is signed all the same; nil: nobody is told.
	Provisional func(Provisional)
}

// ErrBeside: what stands where the pack is to be written is not the pack.
var ErrBeside = errors.New("something else stands in the place of the signed pack")

// Approve verifies the pack at path, a zip or a folder, in full, and signs it again: the
// manifest so far is kept as a stage, and a new one speaks of all files. It writes the
// zip into dir and, where the pack was a folder or dir has the same pack as one, the
// folder too; dir is the pack's own when it is empty. It returns the path of the zip.
//
// The error wraps ErrTampered when the pack does not verify, and ErrSamePerson when the
// signer has signed it already. It is a *BusyError while another process changes the pack.
func Approve(ctx context.Context, path string, v Verification, a Approval, dir string) (zipPath string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	if dir == "" {
		dir = filepath.Dir(path)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name := filepath.Base(path)
	if !info.IsDir() {
		name = strings.TrimSuffix(name, ".zip")
	}
	release, err := lock(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	err = verify(ctx, path, v, func(w *verifier) error {
		p := approver{Approval: a, w: w, name: name, folder: info.IsDir()}
		zipPath, err = p.approve(ctx, dir)
		return err
	})
	return zipPath, err
}

type approver struct {
	Approval
	w      *verifier
	name   string
	folder bool // the pack is a folder
	b      builder
}

func (p *approver) approve(ctx context.Context, dir string) (zipPath string, err error) {
	if err := p.allowed(); err != nil {
		return "", err
	}
	if err := p.tellProvisional(); err != nil {
		return "", err
	}
	final := filepath.Join(dir, p.name)
	if _, err := p.beside(final); err != nil {
		return "", err
	}
	staging, err := os.MkdirTemp(dir, ".signing-")
	if err != nil {
		return "", err
	}
	defer func() { err = discard(staging, err) }()
	p.b.dir = filepath.Join(staging, p.name)
	for _, step := range []func(context.Context) error{p.copy, p.documents, p.keep, p.sign} {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := step(ctx); err != nil {
			return "", fmt.Errorf("sign pack %s: %w", p.name, err)
		}
	}
	zipped := filepath.Join(staging, p.name+".zip")
	if err := writeTo(zipped, func(w io.Writer) error { return WriteZip(w, os.DirFS(p.b.dir)) }); err != nil {
		return "", fmt.Errorf("sign pack %s: %w", p.name, err)
	}
	aside := filepath.Join(staging, "before")
	if err := errors.Join(syncFile(zipped), os.Mkdir(aside, 0o755)); err != nil {
		return "", err
	}
	// Where the file system has no locks, another may have approved it while this signature was made.
	beside, err := p.beside(final)
	if err != nil {
		return "", err
	}
	if p.folder || beside {
		if err := replace(p.b.dir, final, aside); err != nil {
			return "", err
		}
	}
	return final + ".zip", replace(zipped, final+".zip", aside)
}

// allowed refuses whoever has signed the pack already, and a clock that is behind.
func (p *approver) allowed() error {
	own := []sign.SignatureInfo{{Fingerprint: sign.Fingerprint(p.Signer.Public())}}
	for _, s := range p.w.stages {
		if err := otherPerson(s, p.Person, own); err != nil {
			return err
		}
		if before := s.signed.Statement.Predicate.SignedAt; p.At.Before(before) {
			return fmt.Errorf("the pack says that it was signed at %s, and it is %s by this clock: set it right", before.Format(time.RFC3339), p.At.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// tellProvisional tells where the evidence was to be collected again before anybody approves it.
func (p *approver) tellProvisional() error {
	if p.Provisional == nil {
		return nil
	}
	overdue, err := p.w.contents.overdue(p.At)
	if err == nil && len(overdue.Controls) > 0 {
		p.Provisional(overdue)
	}
	return err
}

// beside looks at what stands where the signed pack is to be: only the pack itself may
// be replaced. It reports whether the folder is there.
func (p *approver) beside(final string) (folder bool, err error) {
	refuse := func(path string, err error) error {
		return fmt.Errorf("%w: %s (%w): move it away, or name another folder with --out", ErrBeside, path, err)
	}
	if _, err := os.Lstat(final); err == nil {
		there := &verifier{Verification: Verification{Lang: p.w.Lang}, fsys: os.DirFS(final), manifest: p.w.manifest}
		if err := there.files(context.Background()); err != nil {
			return false, refuse(final, err)
		}
		folder = true
	}
	if _, err := os.Lstat(final + ".zip"); err == nil {
		if err := CheckZip(final+".zip", p.w.fsys); err != nil {
			return false, refuse(final+".zip", err)
		}
	}
	return folder, nil
}

// copy writes the pack's files anew. Each must still be what was verified.
func (p *approver) copy(context.Context) error {
	for _, f := range p.w.manifest.Files {
		if err := p.copyFile(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *approver) copyFile(f File) (err error) {
	if _, err := filepath.Localize(f.Path); err != nil {
		return fmt.Errorf("%w: %s is no name of a file here", ErrTampered, f.Path)
	}
	r, err := p.w.fsys.Open(f.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := p.b.write(f.Path, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	}); err != nil {
		return err
	}
	if got := p.b.files[len(p.b.files)-1]; got != f {
		return fmt.Errorf("%w: %s changed after it was verified", ErrTampered, f.Path)
	}
	return nil
}

// documents adds the signatures that the reports bear themselves. The cover has no place
// for a third: who signs after the approver signs the workbook and the manifest.
func (p *approver) documents(ctx context.Context) (err error) {
	b := &p.b
	b.Manifest = *p.w.manifest
	b.Manifest.Signer = SignerInfo{Name: p.Name, Person: p.Person, Role: p.Role, Algorithm: sign.Algorithm(p.Signer.Public()),
		Fingerprint: sign.Fingerprint(p.Signer.Public()), Ephemeral: p.Ephemeral, Timestamps: addresses(p.Authorities)}
	b.Signer, b.SignedAt, b.Authorities, b.Unanswered = p.Signer, p.At, p.Authorities, p.Unanswered
	b.field, b.purpose, b.Validation = pdf.ApproverField, approving, p.Validation
	if b.Location, err = time.LoadLocation(b.Manifest.Timezone); err != nil {
		return err
	}
	if p.w.has(ReportPDF) {
		if err := b.signPDF(ctx); err != nil && !errors.Is(err, pades.ErrNoField) {
			return fmt.Errorf("%s: %w", ReportPDF, err)
		}
	}
	if p.w.has(ReportXLSX) {
		if err := b.signXLSX(ctx); err != nil {
			return fmt.Errorf("%s: %w", ReportXLSX, err)
		}
	}
	return nil
}

// keep files the manifest so far and its signature, as they are.
func (p *approver) keep(context.Context) error {
	former := p.w.stages[len(p.w.stages)-1]
	manifest, signature, instructions := stageFiles(len(p.w.stages))
	text, err := former.manifest.Encode() // byte for byte what was signed: signedManifest saw to that
	if err != nil {
		return err
	}
	if err := p.b.writeBytes(manifest, text); err != nil {
		return err
	}
	if err := p.b.writeBytes(signature, former.envelope); err != nil {
		return err
	}
	if text, err = p.instructions(former, manifest, signature); err != nil {
		return err
	}
	return p.b.writeBytes(instructions, text)
}

//go:embed approval.md.tmpl
var approvalTemplate string

// instructions tell how both signatures are checked with openssl, jq and sha256sum.
func (p *approver) instructions(former stage, manifest, signature string) ([]byte, error) {
	t, err := template.New(VerifyFile).Parse(approvalTemplate)
	if err != nil {
		return nil, err
	}
	public, err := sign.PublicKeyOf(former.envelope)
	if err != nil {
		return nil, err
	}
	values := map[string]any{
		"Later": sign.OpenSSL(p.Signer.Public(), SignatureFile), "LaterKey": sign.Fingerprint(p.Signer.Public()),
		"Former": sign.OpenSSL(public, signature), "FormerKey": sign.Fingerprint(public),
		"Manifest": manifest, "LaterDemo": p.Ephemeral,
	}
	for _, f := range p.b.files {
		i := slices.IndexFunc(former.manifest.Files, func(o File) bool { return o.Path == f.Path })
		if i >= 0 && former.manifest.Files[i] != f {
			values[map[string]string{ReportPDF: "PDF", ReportXLSX: "XLSX"}[f.Path]] = former.manifest.Files[i]
		}
	}
	var b bytes.Buffer
	err = t.Execute(&b, values)
	return b.Bytes(), err
}

// sign writes the new manifest of all files and signs it.
func (p *approver) sign(ctx context.Context) error {
	return p.b.seal(ctx)
}

// ErrApproved: a pack that was approved is not made again in its place.
var ErrApproved = errors.New("it was approved, and making it again would lose that")

// checkUnapproved refuses to replace a pack that bears a further signature.
func checkUnapproved(final string) error {
	if _, err := os.Stat(filepath.Join(final, StagesDir)); err == nil {
		return fmt.Errorf("%w: %s: move it away, or name another folder with --out", ErrApproved, final)
	}
	z, err := OpenZip(final + ".zip")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return nil //nolint:nilerr // what is no pack was approved by nobody, and is replaced as ever
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, StagesDir+"/") {
			return fmt.Errorf("%w: %s.zip: move it away, or name another folder with --out", ErrApproved, final)
		}
	}
	return nil
}
