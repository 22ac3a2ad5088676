package pack

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
)

// StagesDir holds what a pack was before each further signature: signatures/1 has the
// manifest that the preparer signed, signatures/2 the first approver's, and so on. The
// latest stands where it always does, and speaks of all files, those of the stages too.
const StagesDir = "signatures"

// stageFiles are the files that signing again adds: the n-th manifest and its signature,
// and how to check both by hand.
func stageFiles(n int) (manifest, signature, instructions string) {
	dir := path.Join(StagesDir, strconv.Itoa(n))
	return path.Join(dir, ManifestFile), path.Join(dir, SignatureFile), path.Join(dir, VerifyFile)
}

// stage is a pack as one of its signers signed it.
type stage struct {
	manifest  *Manifest
	signed    sign.Signed
	envelope  []byte
	untrusted error // it was not signed by whom trust expects
}

// readStages reads all manifests and checks their signatures, the preparer's first.
func readStages(fsys fs.FS, trust sign.Trust) ([]stage, error) {
	var stages []stage
	for n := 1; ; n++ {
		manifest, signature, _ := stageFiles(n)
		if _, err := fs.Stat(fsys, manifest); errors.Is(err, fs.ErrNotExist) {
			break
		}
		s, err := readStage(fsys, manifest, signature, trust)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Dir(manifest), err)
		}
		stages = append(stages, s)
	}
	last, err := readStage(fsys, ManifestFile, SignatureFile, trust)
	return append(stages, last), err
}

func readStage(fsys fs.FS, manifest, signature string, trust sign.Trust) (s stage, err error) {
	if s.envelope, err = fs.ReadFile(fsys, signature); err != nil {
		return s, err
	}
	text, err := fs.ReadFile(fsys, manifest)
	if err != nil {
		return s, err
	}
	s.signed, s.manifest, err = signedManifest(s.envelope, text, trust)
	if errors.Is(err, sign.ErrUntrusted) {
		s.untrusted, err = err, nil
	}
	return s, err
}

// satisfied tells whom trust expects and who signed at no stage.
func satisfied(stages []stage, trust sign.Trust) error {
	last := stages[len(stages)-1]
	if len(stages) == 1 {
		return last.untrusted
	}
	missing := trust
	missing.Roots = nil
	missing.Keys = slices.DeleteFunc(slices.Clone(trust.Keys), func(k crypto.PublicKey) bool {
		return slices.ContainsFunc(stages, func(s stage) bool { return s.signedBy(sign.Fingerprint(k)) })
	})
	if _, err := sign.Verify(last.envelope, missing); err != nil || len(trust.Roots) == 0 {
		return err
	}
	rooted := trust
	rooted.Keys = nil
	var err error
	for _, s := range stages {
		if _, err = sign.Verify(s.envelope, rooted); err == nil {
			return nil
		}
	}
	return err
}

func (s stage) signedBy(fingerprint string) bool {
	return slices.ContainsFunc(s.signed.Signatures, func(i sign.SignatureInfo) bool { return i.Fingerprint == fingerprint })
}

// prepared is the manifest that the reports were drawn with: the preparer's.
func (w *verifier) prepared() *Manifest { return w.stages[0].manifest }

// signedAs is the manifest of the stage that a key signed; the latest where it signed none.
func (w *verifier) signedAs(fingerprint string) (m *Manifest, signed bool) {
	for _, s := range w.stages {
		if s.signedBy(fingerprint) {
			return s.manifest, true
		}
	}
	return w.manifest, false
}

// describe tells of one signature: in which role and under which name, as the pack says,
// with which key. What its certificate says is a check of its own.
func (w *verifier) describe(who SignerInfo, s sign.SignatureInfo) string {
	text := fmt.Sprintf("%s %s", s.Algorithm, s.Fingerprint)
	if who.Fingerprint == s.Fingerprint {
		if as := strings.TrimSpace(who.Role.In(w.Lang) + " " + who.Person.In(w.Lang)); as != "" {
			text = as + ": " + text
		}
	}
	return strings.TrimSpace(text + " " + s.Subject)
}

// approvals checks that each further signer signed what the one before had signed, and
// nothing else; and that they are different persons.
func (w *verifier) approvals(context.Context) error {
	w.begin(CheckApprovals)
	for _, f := range w.prepared().Files {
		if f.Path == StagesDir || strings.HasPrefix(f.Path, StagesDir+"/") {
			return fmt.Errorf("%s is among the files that the first signer signed", f.Path)
		}
	}
	for n := 1; n < len(w.stages); n++ {
		if err := w.approval(n); err != nil {
			return fmt.Errorf("%s/%d: %w", StagesDir, n, err)
		}
		if w.stages[n].signed.Statement.Predicate.SignedAt.Before(w.stages[n-1].signed.Statement.Predicate.SignedAt) {
			w.report(Noted, w.say("後の署名者の申告する時刻は、前の署名者の申告する時刻より前である", "the later signer says that it signed before the earlier one says"))
		}
		w.ok(w.say("%sは、%sの署名したものに署名しており、その全ファイルに改変・欠落・追加はない", "%s signed what %s had signed: nothing of it altered, missing or added"),
			w.named(n), w.named(n-1))
		if len(w.Trust.Keys)+len(w.Trust.Roots) > 0 && !slices.ContainsFunc(w.stages[n].signed.Signatures, func(s sign.SignatureInfo) bool { return s.Trusted }) {
			w.report(Noted, fmt.Sprintf(w.say(
				"%sは、指定された鍵、証明書及びルート証明書のいずれによっても特定されない。氏名及び役割は、その鍵の持ち主の自称である",
				"%s is none of those whom the key, certificate or root that was given identifies: the name and role are what the holder of that key says"), w.named(n)))
		}
	}
	return nil
}

// named is what a stage's signer is called.
func (w *verifier) named(n int) string {
	who := w.stages[n].manifest.Signer
	if name := strings.TrimSpace(who.Role.In(w.Lang) + " " + who.Person.In(w.Lang)); name != "" {
		return name + " (" + who.Fingerprint + ")"
	}
	return who.Fingerprint
}

// approval holds the stage n, counted from 0, against the one before.
func (w *verifier) approval(n int) error {
	former, later := w.stages[n-1].manifest, w.stages[n].manifest
	if err := sameButFiles(former, later); err != nil {
		return err
	}
	for _, s := range w.stages[:n] {
		if err := otherPerson(s, later.Signer.Person, w.stages[n].signed.Signatures); err != nil {
			return err
		}
	}
	listed := map[string]File{}
	for _, f := range later.Files {
		listed[f.Path] = f
	}
	for _, f := range former.Files {
		now, ok := listed[f.Path]
		if !ok {
			return fmt.Errorf("%s is missing from what was signed next", f.Path)
		}
		delete(listed, f.Path)
		if now == f {
			continue
		}
		if err := w.extended(n, f, now); err != nil {
			return err
		}
	}
	manifest, signature, instructions := stageFiles(n)
	for _, name := range []string{manifest, signature, instructions} {
		if _, ok := listed[name]; !ok {
			return fmt.Errorf("%s is missing from what was signed next", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		return fmt.Errorf("%s was added to what was signed next", name)
	}
	return nil
}

// extended lets a report differ that bears signatures of its own: as stage n signed it, it
// is the former one with one more signature, by a key of that stage. That signatures are
// sound, and that there is nothing else, was checked by then.
func (w *verifier) extended(n int, former, now File) error {
	states, signers := w.pdfBefore, w.pdfSigners
	if former.Path == ReportXLSX {
		var err error
		if states, err = w.workbookStates(); err != nil {
			return err
		}
		signers = w.workbookSigners
	}
	i := slices.Index(states, former)
	if i < 0 || i+1 >= len(states) || states[i+1] != now {
		return fmt.Errorf("%s was altered before it was signed next", former.Path)
	}
	if !w.stages[n].signedBy(signers[i]) {
		return fmt.Errorf("%s bears another's signature, %s, than the pack", former.Path, signers[i])
	}
	return nil
}

// sameButFiles checks that two manifests are of one pack.
func sameButFiles(a, b *Manifest) error {
	x, y := *a, *b
	x.Signer, x.Files, y.Signer, y.Files = SignerInfo{}, nil, SignerInfo{}, nil
	one, err := x.Encode()
	if err != nil {
		return err
	}
	two, err := y.Encode()
	if err != nil {
		return err
	}
	if !bytes.Equal(one, two) {
		return fmt.Errorf("%s says something else of the pack than the one before", ManifestFile)
	}
	return nil
}

// ErrSamePerson: whoever signed a pack does not approve it.
var ErrSamePerson = errors.New("the approver has signed the pack already")

// otherPerson checks that signers of a stage have no part in another one's signature.
func otherPerson(s stage, name evidence.Text, signatures []sign.SignatureInfo) error {
	if sign.SamePerson(s.manifest.Signer.Person, name) {
		return fmt.Errorf("%w: %s / %s", ErrSamePerson, name.JA, name.EN)
	}
	for _, i := range signatures {
		if s.signedBy(i.Fingerprint) {
			return fmt.Errorf("%w, with the key %s", ErrSamePerson, i.Fingerprint)
		}
	}
	return nil
}
