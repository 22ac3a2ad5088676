package pipeline

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
	"github.com/evidencepack/evidence/reports/pdf"
)

// certified gives the run a key with a certificate.
func certified(t testing.TB, r *Run) sign.Signer {
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
	r.Config.Sign.Preparer.Key, r.Config.Sign.Preparer.Certificates = r.Config.Keys.Pack, r.Config.Keys.Certificate
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
		evidence.Japanese: {"ok 文書の電子署名: report.pdf Preparer: CN=作成 花子,O=Example K.K.(ECDSA P-256 SHA256:", "ok 報告書: report.pdf は、署名を除き、結果から再描画したものと"},
		evidence.English:  {"ok signatures of documents: report.pdf, Preparer: by CN=作成 花子,O=Example K.K. (ECDSA P-256 SHA256:", "ok reports: report.pdf is, byte for byte and but for its signatures,"},
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
	if said := strings.Join(notes, "\n"); err != nil || !strings.Contains(said, "report.pdf bears no signature of its own") || !strings.Contains(said, "report.xlsx bears no signature of its own") {
		t.Errorf("%v, notes %q", err, notes)
	}
	text := string(read(t, dir, pack.VerifyFile))
	if strings.Contains(text, "pdfsig") || !strings.Contains(text, "the pack's key has no certificate") || !strings.Contains(text, "パックの鍵に証明書がないため") {
		t.Error("VERIFY.md does not say, in both languages, that the report is not signed")
	}
}

// TestReportsAreTimeStamped: an authority of the configuration stamps the report's
// signature and the workbook's, verify judges it by the roots that are given, and a pack is made without
// where none answers.
func TestReportsAreTimeStamped(t *testing.T) {
	r, _ := twoMonths(t)
	certified(t, r)
	stamping := tsatest.New(t, r.Now().Add(time.Minute))
	at := r.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	for name, tt := range map[string]struct {
		authorities []http.Handler
		roots       []*x509.Certificate
		state       pack.State
		want        string
		told        int // of each pack
	}{
		"stamped":          {[]http.Handler{refusing, stamping}, stamping.Roots(), pack.OK, at + " by ", 1}, // of the envelope: all are asked
		"no root is given": {[]http.Handler{stamping}, nil, pack.Noted, at + " by ", 0},
		"no answer":        {[]http.Handler{refusing}, nil, "", "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			r.Config.Timestamps = nil
			for _, h := range tt.authorities {
				r.Config.Timestamps = append(r.Config.Timestamps, config.TimestampAuthority{URL: authority(t, h)})
			}
			told := 0
			r.Unanswered = func(string, pack.Unanswered) { told++ }
			dir := forgePack(t, r, "all")
			found := checks(t, r, dir, pack.CheckDocuments, sign.Trust{Timestamps: tt.roots})
			if told != tt.told*len(r.Library.Frameworks) {
				t.Errorf("told %d times", told)
			}
			for of, found := range map[string][]pack.Check{
				"report.pdf, Preparer: by CN=":  found[:len(found)/2],
				"report.xlsx, sig1.xml: by CN=": found[len(found)/2:],
			} {
				switch {
				case len(found) == 0 || found[0].State != pack.OK || !strings.Contains(found[0].Detail, of):
					t.Errorf("want %s: %+v", of, found)
				case tt.want == "" && len(found) != 1:
					t.Errorf("a timestamp that nobody gave: %+v", found)
				case tt.want != "" && (len(found) != 2 || found[1].State != tt.state || !strings.Contains(found[1].Detail, tt.want)):
					t.Errorf("want %s %s: %+v", tt.state, tt.want, found)
				}
			}
		})
	}
}
