package pack

import (
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
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/opc"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// The purposes of signatures, which Excel shows.
var (
	preparing = evidence.Text{JA: "監査証跡パックの作成", EN: "Preparation of the audit evidence pack"}
	approving = evidence.Text{JA: "監査証跡パックの承認", EN: "Approval of the audit evidence pack"}
)

// signXLSX signs report.xlsx for Excel to show, where the key can sign documents.
func (b *builder) signXLSX(ctx context.Context) (err error) {
	if sign.SignsDocuments(b.Signer) != nil {
		return nil
	}
	drawn := filepath.Join(filepath.Dir(b.dir), ReportXLSX) // beside the pack's folder, to be removed with it
	if err := os.Rename(filepath.Join(b.dir, ReportXLSX), drawn); err != nil {
		return err
	}
	b.files = slices.DeleteFunc(b.files, func(f File) bool { return f.Path == ReportXLSX })
	f, err := os.Open(drawn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(drawn)) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return b.write(ReportXLSX, func(w io.Writer) error {
		o := opc.Options{Signer: b.Signer, Authority: b.documentAuthority(), At: b.SignedAt, Purpose: b.purpose.In(b.Manifest.Lang)}
		err := opc.Sign(ctx, w, f, info.Size(), o)
		if !errors.Is(err, opc.ErrNoTimestamp) || ctx.Err() != nil {
			return err
		}
		b.unstamped(ReportXLSX, err)
		o.Authority = nil
		return opc.Sign(ctx, w, f, info.Size(), o)
	})
}

// xlsxSignatures checks the signatures that report.xlsx bears, and finds what of it was
// rendered. Packs of a bare key, and of versions that signed no workbooks, have none.
func (w *verifier) xlsxSignatures(ctx context.Context) (err error) {
	w.begin(CheckDocuments)
	if !w.has(ReportXLSX) {
		return nil
	}
	f, err := w.fsys.Open(ReportXLSX)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, size, err := readerAt(f)
	if err != nil {
		return err
	}
	signatures, err := opc.Verify(ctx, r, size)
	if err != nil {
		return fmt.Errorf("%s: %w", ReportXLSX, err)
	}
	if len(signatures) == 0 {
		w.report(Noted, fmt.Sprintf(w.say(
			"%s には電子署名がない(証明書のない鍵によるパックには付されない)。%s の署名により検証した",
			"%s bears no signature of its own (packs of a key without a certificate have none): the signature in %s covers it"), ReportXLSX, SignatureFile))
		return nil
	}
	sum := sha256.New()
	if err := opc.Unsigned(sum, r, size); err != nil {
		return fmt.Errorf("%s: %w", ReportXLSX, err)
	}
	w.renderedAs(ReportXLSX, hex.EncodeToString(sum.Sum(nil)))
	for _, s := range signatures {
		if err := w.xlsxSignature(s); err != nil {
			return fmt.Errorf("%s: %s: %w", ReportXLSX, s.Part, err)
		}
	}
	for _, s := range signatures {
		w.workbookSigners = append(w.workbookSigners, sign.Fingerprint(s.Certificates[0].PublicKey))
	}
	w.strangers(ReportXLSX, w.workbookSigners)
	return nil
}

// xlsxSignature tells of one signature that holds.
func (w *verifier) xlsxSignature(s opc.Signature) error {
	var stamp tsa.Stamp
	if len(s.Token) > 0 {
		var err error
		if stamp, err = tsa.Verify(s.Token, s.Stamped, w.Trust.Timestamps); err != nil {
			return fmt.Errorf("timestamp: %w", err)
		}
		at, _ := sign.SignedAt(s.At, stamp)
		if err := sign.CheckChain(s.Certificates, at); err != nil {
			return err
		}
	}
	leaf := s.Certificates[0]
	w.ok(w.say("%s %s: %s(%s %s)による。文書のプロパティ(Officeが署名の対象外とするもの)を除く全内容を対象とし、以後の変更はない。署名日時は署名者の申告で %s",
		"%s, %s: by %s (%s %s), over all of the content but the document's properties, which Office leaves out, and unchanged since; signed at %s, by the signer's word"),
		ReportXLSX, path.Base(s.Part), leaf.Subject, sign.Algorithm(leaf.PublicKey), sign.Fingerprint(leaf.PublicKey), s.At.Format(time.RFC3339))
	if len(s.Token) > 0 {
		w.timestamp(stamp, s.At)
	}
	return nil
}

// workbookStates are the pack's workbook as it was rendered, and after each of its signatures.
func (w *verifier) workbookStates() (states []File, err error) {
	f, err := w.fsys.Open(ReportXLSX)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, size, err := readerAt(f)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.manifest.Files, func(f File) bool { return f.Path == ReportXLSX })
	states = []File{w.manifest.Files[i]}
	for range w.workbookSigners {
		less, err := os.CreateTemp("", "evidence-workbook-*")
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, less.Close(), os.Remove(less.Name())) }()
		sum := sha256.New()
		var n counter
		if err := opc.Strip(io.MultiWriter(less, sum, &n), r, size); err != nil {
			return nil, fmt.Errorf("%s: %w", ReportXLSX, err)
		}
		states = append(states, File{ReportXLSX, int64(n), hex.EncodeToString(sum.Sum(nil))})
		r, size = less, int64(n)
	}
	slices.Reverse(states)
	return states, nil
}

// readerAt reads a file of a pack, a folder's or a zip's, from any place in it.
func readerAt(f fs.File) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	r, ok := f.(io.ReaderAt)
	if !ok {
		return nil, 0, fmt.Errorf("%s cannot be read from any place in it", info.Name())
	}
	return r, info.Size(), nil
}
