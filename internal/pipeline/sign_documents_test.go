package pipeline

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/opc"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/reports/pdf"
)

// TestApproversSignReports: the approver's signature stands beside the preparer's in both
// reports; a report that bears the approver's alone is not what the preparer had signed.
func TestApproversSignReports(t *testing.T) {
	r, _ := twoMonths(t)
	r.Tool = "evidence v1.0.0-dev" // of which a seal may be drawn otherwise
	signer := certified(t, r)
	approver := r.Config.Sign.Preparer
	certified(t, r)
	r.Config.Sign.Approver = &approver
	zip, err := approve(t, r, forgePack(t, r, "all")+".zip", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := unpacked(t, zip)
	if _, err := verifyForge(t, r, dir); err != nil {
		t.Fatalf("as it was approved: %v", err)
	}
	report, book := read(t, dir, pack.ReportPDF), read(t, dir, pack.ReportXLSX)
	doc, err := pades.Signatures(report)
	if err != nil || len(doc.Signatures) != 2 || doc.Signatures[1].Field != pdf.ApproverField {
		t.Fatalf("%+v, %v", doc, err)
	}
	signatures, err := opc.Verify(t.Context(), bytes.NewReader(book), int64(len(book)))
	if err != nil || len(signatures) != 2 {
		t.Fatalf("%d signatures of the workbook, %v", len(signatures), err)
	}
	key := sign.Fingerprint(signer.Public())
	if sign.Fingerprint(doc.Signatures[1].Chain[0].PublicKey) != key || sign.Fingerprint(signatures[1].Certificates[0].PublicKey) != key {
		t.Error("the later signatures are not the approver's")
	}
	for name, forge := range map[string]func() []byte{
		pack.ReportPDF: func() []byte {
			alone, err := pades.Sign(t.Context(), report[:doc.Rendered], pades.Options{Signer: signer, Field: pdf.ApproverField, Name: doc.Signatures[1].Name, At: doc.Signatures[1].At,
				Appearance: func(int) ([][]byte, error) { return doc.Signatures[1].Appearance, nil }})
			if err != nil {
				t.Fatal(err)
			}
			return alone
		},
		pack.ReportXLSX: func() []byte {
			var rendered, alone bytes.Buffer
			if err := opc.Unsigned(&rendered, bytes.NewReader(book), int64(len(book))); err != nil {
				t.Fatal(err)
			}
			if err := opc.Sign(t.Context(), &alone, bytes.NewReader(rendered.Bytes()), int64(rendered.Len()), opc.Options{Signer: signer, At: signatures[1].At}); err != nil {
				t.Fatal(err)
			}
			return alone.Bytes()
		},
	} {
		dir := unpacked(t, zip)
		write(t, dir, name, forge())
		signAnewBy(t, r, dir, approver.Key)
		notes, err := verifyForge(t, r, dir)
		if !errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), name+" was altered before it was signed next") {
			t.Errorf("%s by the approver alone: %v %q", name, err, notes)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}
