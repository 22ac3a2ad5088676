package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/internal/sign/tsa"
	"github.com/evidencepack/evidence/reports/pdf"
)

// maxPDF bounds the report.pdf that is read into memory. Long lists are cut in it, and
// so are the files that it carries.
const maxPDF = 256 << 20

// signPDF signs report.pdf for viewers to show, where the key can sign documents.
func (b *builder) signPDF(ctx context.Context) error {
	if sign.SignsDocuments(b.Signer) != nil {
		return nil
	}
	drawn, err := os.ReadFile(filepath.Join(b.dir, ReportPDF))
	if err != nil {
		return err
	}
	certificate := b.Signer.Certificates()[0]
	seal := sealOf(&b.Manifest, b.Location, certificate, b.SignedAt)
	o := pades.Options{
		Signer: b.Signer, Authority: b.documentAuthority(), Field: b.field, Name: seal.Name, At: b.SignedAt, Validation: b.Validation, Appearance: seal.Objects,
	}
	signed, err := pades.Sign(ctx, drawn, o)
	if errors.Is(err, pades.ErrNoTimestamp) && ctx.Err() == nil {
		b.unstamped(ReportPDF, err)
		o.Authority = nil
		signed, err = pades.Sign(ctx, drawn, o)
	}
	if err != nil {
		return err
	}
	return b.rewrite(ReportPDF, signed)
}

// sealOf is what a signature shows of itself on the cover.
func sealOf(m *Manifest, l *time.Location, c *x509.Certificate, at time.Time) pdf.Seal {
	name := c.Subject.CommonName
	if name == "" {
		name = c.Subject.String()
	}
	if person := m.Signer.Person.In(m.Lang); person != "" { // whom the certificate names may be an office or a key
		name = person + " (" + name + ")"
	}
	return pdf.Seal{Lang: m.Lang, Name: name, Organisation: strings.Join(c.Subject.Organization, ", "), At: at, Location: l,
		Algorithm: sign.Algorithm(c.PublicKey), Fingerprint: sign.Fingerprint(c.PublicKey), Ephemeral: m.Signer.Ephemeral}
}

// pdfSignatures checks the signatures that report.pdf bears, and finds what of it was
// rendered. Packs of a bare key, and of versions that signed no reports, have none.
func (w *verifier) pdfSignatures(context.Context) error {
	w.begin(CheckDocuments)
	i := slices.IndexFunc(w.manifest.Files, func(f File) bool { return f.Path == ReportPDF })
	if i < 0 {
		return nil
	}
	if size := w.manifest.Files[i].Size; size > maxPDF {
		return fmt.Errorf("%s has %d bytes, more than a report has", ReportPDF, size)
	}
	file, err := fs.ReadFile(w.fsys, ReportPDF)
	if err != nil {
		return err
	}
	check := func(token, message []byte) (tsa.Stamp, error) { return tsa.Verify(token, message, w.Trust.Timestamps) }
	doc := &pades.Document{}
	if bytes.Contains(file, []byte("/ByteRange [")) { // earlier versions rendered what pades does not read
		if doc, err = pades.Verify(file, check); err != nil {
			return err
		}
	}
	if len(doc.Signatures) == 0 {
		w.report(Noted, fmt.Sprintf(w.say(
			"%s には電子署名がない(証明書のない鍵によるパックには付されない)。%s の署名により検証した",
			"%s bears no signature of its own (packs of a key without a certificate have none): the signature in %s covers it"), ReportPDF, SignatureFile))
		return nil
	}
	w.pdfBefore = []File{prefix(file, doc.Rendered)}
	w.renderedAs(ReportPDF, w.pdfBefore[0].SHA256)
	for i := range doc.Signatures {
		s := &doc.Signatures[i]
		w.pdfBefore = append(w.pdfBefore, prefix(file, s.End()))
		w.pdfSigners = append(w.pdfSigners, sign.Fingerprint(s.Chain[0].PublicKey))
		if err := w.pdfSignature(s); err != nil {
			return err
		}
		if s.Token != nil {
			w.timestamp(s.Stamp, s.At)
		}
	}
	w.strangers(ReportPDF, w.pdfSigners)
	return nil
}

// prefix is the report as it was when it had n bytes.
func prefix(file []byte, n int64) File {
	sum := sha256.Sum256(file[:n])
	return File{ReportPDF, n, hex.EncodeToString(sum[:])}
}

// pdfSignature tells of one signature that holds.
func (w *verifier) pdfSignature(s *pades.Signature) error {
	leaf := s.Chain[0]
	w.ok(w.say("%s %s: %s(%s %s)による。署名自身を除く全バイトを対象とし、以後の変更はない。署名日時は署名者の申告で %s",
		"%s, %s: by %s (%s %s), over every byte but itself, and unchanged since; signed at %s, by the signer's word"),
		ReportPDF, s.Field, leaf.Subject, sign.Algorithm(leaf.PublicKey), sign.Fingerprint(leaf.PublicKey), s.At.Format(time.RFC3339))
	if w.manifest.Tool != w.Tool {
		return nil // as with reports, another version may draw it otherwise
	}
	location, err := time.LoadLocation(w.manifest.Timezone)
	if err != nil {
		return err
	}
	as, _ := w.signedAs(sign.Fingerprint(leaf.PublicKey))
	seal := sealOf(as, location, leaf, s.At)
	drawn, err := seal.Objects(s.First)
	if err != nil {
		return err
	}
	switch same := s.Name == seal.Name && slices.EqualFunc(drawn, s.Appearance, bytes.Equal); {
	case same:
		return nil
	case unreleased(w.Tool):
		w.report(Noted, fmt.Sprintf(w.say(
			"%s: 署名の表示は再描画したものと異なる。ツールが開発版であり、同じ名の別の版で作成された可能性があるため、改変とは判断しない",
			"%s: what the signature shows of itself is drawn otherwise: a development version of the tool may not be the one that made it, so that this is not taken for tampering"), s.Field))
		return nil
	}
	return fmt.Errorf("%s: the signature shows something else than what it says", s.Field)
}
