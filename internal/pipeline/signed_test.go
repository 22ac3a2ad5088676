package pipeline

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/reports/pdf"
)

// certified gives the run a key with a certificate.
func certified(t *testing.T, r *Run) sign.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "作成 花子", Organization: []string{"Example K.K."}},
		NotBefore: r.Now().AddDate(-1, 0, 0), NotAfter: r.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	r.Config.Keys.Pack, r.Config.Keys.Certificate = file("key.pem", "PRIVATE KEY", private), file("certificate.pem", "CERTIFICATE", certificate)
	s, err := sign.LoadSigner(r.Config.Keys.Pack, r.Config.Keys.Certificate, r.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawAs signs the rendered part of a report under another name or at another time.
func drawAs(t *testing.T, signed []byte, s sign.Signer, at time.Time, seal pdf.Seal) []byte {
	t.Helper()
	doc, err := pades.Signatures(signed)
	if err != nil {
		t.Fatal(err)
	}
	seal.At, seal.Lang = at, evidence.Japanese
	again, err := pades.Sign(t.Context(), signed[:doc.Rendered], pades.Options{Signer: s, Name: seal.Name, At: at, Appearance: seal.Objects})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// TestReportsAreSigned: the report of a key with a certificate is signed, verification
// tells so and still draws it again, and whatever else somebody with the pack's key
// puts there is refused.
func TestReportsAreSigned(t *testing.T) {
	r, _ := twoMonths(t)
	signer := certified(t, r)
	r.Tool = "evidence v1.0.0"
	dir := forgePack(t, r, "all")
	report := read(t, dir, pack.ReportPDF)
	said := map[evidence.Lang]string{}
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		err := pack.Verify(t.Context(), dir, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: lang, Report: func(c pack.Check) {
			said[lang] += string(c.State) + " " + c.Name + ": " + c.Detail + "\n"
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for lang, want := range map[evidence.Lang][]string{
		evidence.Japanese: {"ok PDFの電子署名: Preparer: CN=作成 花子,O=Example K.K.(ECDSA P-256 SHA256:", "ok 報告書: report.pdf は、署名を除き、結果から再描画したものと"},
		evidence.English:  {"ok signature of the PDF: Preparer: by CN=作成 花子,O=Example K.K. (ECDSA P-256 SHA256:", "ok reports: report.pdf is, byte for byte and but for its signatures,"},
	} {
		for _, line := range want {
			if !strings.Contains(said[lang], line) {
				t.Errorf("verify does not say %q:\n%s", line, said[lang])
			}
		}
	}
	if text := string(read(t, dir, pack.VerifyFile)); strings.Count(text, "\npdfsig report.pdf\n") != 2 {
		t.Error("VERIFY.md does not say, in both languages, how the report's signature is verified")
	}
	other := pdf.Seal{Name: "Somebody Else", Location: time.UTC, Algorithm: sign.Algorithm(signer.Public()), Fingerprint: sign.Fingerprint(signer.Public())}
	flipped := bytes.Clone(report)
	flipped[5_000] ^= 1
	doc, err := pades.Signatures(report)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		report  []byte
		noted   string
		refused string
	}{
		"the signature taken off":  {report[:doc.Rendered], "bears no signature of its own", ""},
		"a byte altered":           {flipped, "", "the signed bytes were altered"},
		"something after it":       {append(bytes.Clone(report), "%\n"...), "", "not written as this tool writes it"},
		"another name on the seal": {drawAs(t, report, signer, r.Now(), other), "", "shows something else than what it says"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, dir, pack.ReportPDF, tt.report)
			signAnew(t, r, dir)
			notes, err := verifyForge(t, r, dir)
			if tt.refused != "" && (!errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.refused)) || tt.refused == "" && err != nil {
				t.Errorf("%v, want %q", err, tt.refused)
			}
			if tt.noted != "" && !strings.Contains(strings.Join(notes, "\n"), tt.noted) {
				t.Errorf("notes %q, want %q", notes, tt.noted)
			}
		})
	}
}

// TestReportsOfABareKey: without a certificate the report is not signed, and the pack says so.
func TestReportsOfABareKey(t *testing.T) {
	r, _ := twoMonths(t)
	dir := forgePack(t, r, "all")
	notes, err := verifyForge(t, r, dir)
	if err != nil || !strings.Contains(strings.Join(notes, "\n"), "report.pdf bears no signature of its own") {
		t.Errorf("%v, notes %q", err, notes)
	}
	text := string(read(t, dir, pack.VerifyFile))
	if strings.Contains(text, "pdfsig") || !strings.Contains(text, "the pack's key has no certificate") || !strings.Contains(text, "パックの鍵に証明書がないため") {
		t.Error("VERIFY.md does not say, in both languages, that the report is not signed")
	}
}

// stampedAt is when the authority of these tests stamps; what it stamps is its token.
var stampedAt = october.End.Add(31 * time.Hour)

type echo struct{ fails error }

func (e echo) Timestamp(_ context.Context, message []byte) ([]byte, error) {
	if e.fails != nil {
		return nil, e.fails
	}
	return asn1.Marshal(message)
}

func checkEcho(token, message []byte) (time.Time, error) {
	if again, err := asn1.Marshal(message); err != nil || !bytes.Equal(token, again) {
		return time.Time{}, errors.New("another message was stamped")
	}
	return stampedAt, nil
}

// TestReportsAreTimeStamped: the authority stamps the report's signature, and a pack is
// made without where it does not answer.
func TestReportsAreTimeStamped(t *testing.T) {
	r, _ := twoMonths(t)
	certified(t, r)
	for name, tt := range map[string]struct {
		authority echo
		want      string
	}{
		"stamped":   {echo{}, "time-stamped at " + stampedAt.UTC().Format(time.RFC3339)},
		"no answer": {echo{errors.New("no route to host")}, "by the signer's word"},
	} {
		t.Run(name, func(t *testing.T) {
			r.DocumentAuthority = tt.authority
			var unstamped error
			r.Unstamped = func(err error) { unstamped = err }
			dir := forgePack(t, r, "all")
			if !errors.Is(unstamped, tt.authority.fails) || (unstamped == nil) != (tt.authority.fails == nil) {
				t.Errorf("told %v, want %v", unstamped, tt.authority.fails)
			}
			var said []string
			v := pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English, CheckToken: checkEcho,
				Report: func(c pack.Check) { said = append(said, c.Detail) }}
			if err := pack.Verify(t.Context(), dir, v); err != nil || !strings.Contains(strings.Join(said, "\n"), tt.want) {
				t.Errorf("%v, and not said %q:\n%s", err, tt.want, strings.Join(said, "\n"))
			}
			v.CheckToken = nil
			if err := pack.Verify(t.Context(), dir, v); (err == nil) != (tt.authority.fails != nil) {
				t.Errorf("with nothing to check timestamps: %v", err)
			}
		})
	}
}
