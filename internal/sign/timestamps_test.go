package sign

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/evidencepack/evidence/internal/sign/tsa"
	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// stamp has an envelope time-stamped.
func stamp(t testing.TB, data []byte, by ...tsa.Authority) []byte {
	t.Helper()
	stamped, failed, err := Timestamp(context.Background(), data, by)
	if err != nil || len(failed) > 0 {
		t.Fatal(err, failed)
	}
	return stamped
}

func stampedBy(t testing.TB, data []byte, by ...tsa.Authority) (e envelope) {
	t.Helper()
	if err := json.Unmarshal(stamp(t, data, by...), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// silent is an authority that does not answer.
type silent struct{}

var errSilent = errors.New("it does not answer")

func (silent) Timestamp(context.Context, []byte) ([]byte, error) { return nil, errSilent }

func TestTimestamp(t *testing.T) {
	at := testTime.Add(time.Minute)
	first, second := tsatest.New(t, at), tsatest.New(t, at.Add(time.Hour))
	data := envelopeBy(t, certified(t, "ECDSA P-256", newAuthority(t, "Test CA")), bare("Ed25519"))
	stamped := stamp(t, data, first)
	twice := stamp(t, stamped, second)
	signed, err := Verify(twice, Trust{Timestamps: second.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range signed.Signatures {
		if len(s.Stamps) != 2 || !s.Stamps[0].At.Equal(at) || s.Stamps[0].Trusted || !s.Stamps[1].At.Equal(at.Add(time.Hour)) || !s.Stamps[1].Trusted {
			t.Errorf("signature %d: %+v", i+1, s.Stamps)
		}
	}
	if with, all, err := Timestamped(data); with != 0 || all != 2 || err != nil {
		t.Errorf("before: %d of %d, %v", with, all, err)
	}
	if with, all, err := Timestamped(twice); with != 2 || all != 2 || err != nil {
		t.Errorf("after: %d of %d, %v", with, all, err)
	}

	// Taken away again, the tokens leave the envelope as it was signed.
	var e envelope
	if err := json.Unmarshal(twice, &e); err != nil {
		t.Fatal(err)
	}
	for i := range e.Signatures {
		e.Signatures[i].Timestamps = nil
	}
	if again, err := encodeEnvelope(e); err != nil || string(again) != string(data) {
		t.Errorf("without its tokens the envelope is another: %v", err)
	}
}

func TestTimestampWithoutAnswers(t *testing.T) {
	data := envelopeBy(t, bare("Ed25519"))
	none, failed, err := Timestamp(t.Context(), data, []tsa.Authority{silent{}})
	if err != nil || len(failed) != 1 || string(none) != string(data) {
		t.Errorf("nobody answers: %v, %v", failed, err)
	}
	a := tsatest.New(t, testTime)
	one, failed, err := Timestamp(t.Context(), data, []tsa.Authority{silent{}, a})
	if err != nil || len(failed) != 1 || !errors.Is(failed[0], errSilent) {
		t.Errorf("one of two answers: %v, %v", failed, err)
	}
	if s, err := Verify(one, Trust{Timestamps: a.Roots()}); err != nil || len(s.Signatures[0].Stamps) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// What a certificate comes to, by when it signed and who tells so.
func TestChain(t *testing.T) {
	ca, stranger := newAuthority(t, "Test CA"), newAuthority(t, "Test CA")
	signer := certified(t, "ECDSA P-256", ca) // valid from a month before testTime to a year after it
	data := envelopeBy(t, signer)
	years := func(n int) time.Time { return testTime.AddDate(n, 0, 0) }
	now := tsatest.New(t, testTime)
	late, early := tsatest.New(t, years(2)), tsatest.New(t, years(-1).AddDate(0, 6, 0))
	authorities := append(append(now.Roots(), late.Roots()...), early.Roots()...)
	roots := []*x509.Certificate{ca.certificate}
	tests := map[string]struct {
		data  []byte
		trust Trust
		want  Chain
	}{
		"a bare key":   {envelopeBy(t, bare("Ed25519")), Trust{}, NoCertificate},
		"no root":      {data, Trust{}, NoRoot},
		"the root":     {data, Trust{Roots: roots}, ChainTrusted},
		"another root": {data, Trust{Roots: []*x509.Certificate{stranger.certificate}}, ChainUnknown},
		"expired since, nobody tells when it signed": {data, Trust{Roots: roots, Now: years(2)}, ChainExpired},
		"expired since, stamped before":              {stamp(t, data, now), Trust{Roots: roots, Timestamps: authorities, Now: years(2)}, ChainTrusted},
		"expired since, stamped by a stranger":       {stamp(t, data, now), Trust{Roots: roots, Timestamps: late.Roots(), Now: years(2)}, ChainExpired},
		"stamped when it had expired":                {stamp(t, data, late), Trust{Roots: roots, Timestamps: authorities, Now: years(2)}, ChainExpired},
		"stamped before and when it had expired":     {stamp(t, data, late, now), Trust{Roots: roots, Timestamps: authorities, Now: years(2)}, ChainTrusted},
		"stamped before it was valid":                {stamp(t, data, early), Trust{Roots: roots, Timestamps: authorities, Now: testTime}, ChainNotYetValid},
		"expired, and no root":                       {data, Trust{Now: years(2)}, ChainExpired},
	}
	for name, test := range tests {
		signed, err := Verify(test.data, test.trust)
		if want := test.want == ChainTrusted || len(test.trust.Roots) == 0; (err == nil) != want || err != nil && !errors.Is(err, ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
		s := signed.Signatures[0]
		if s.Chain != test.want || s.Trusted != (test.want == ChainTrusted) {
			t.Errorf("%s: %s, trusted %v, want %s", name, s.Chain, s.Trusted, test.want)
		}
	}
	self := template()
	key := testKeys()["ECDSA P-256"]
	leaf := authority{self, key}.issue(t, self, key.Public())
	signed, err := Verify(envelopeBy(t, keySigner{key: key, chain: []*x509.Certificate{leaf}}), Trust{Roots: roots})
	if s := signed.Signatures[0]; !errors.Is(err, ErrUntrusted) || s.Chain != ChainUnknown || !s.SelfSigned {
		t.Errorf("self-signed: %+v, %v", s, err)
	}
}

// The envelope stays written in one way, and tokens in it are sound or refused.
func TestVerifyFindsFalseTimestamps(t *testing.T) {
	a := tsatest.New(t, testTime)
	data := stamp(t, envelopeBy(t, bare("Ed25519")), a)
	if _, err := Verify(append(slices.Clone(data), ' '), Trust{}); err == nil {
		t.Error("accepted with a space after it")
	}
	a.Falsify = func(s *timestamp.Timestamp) { s.HashedMessage = make([]byte, 32) }
	if _, err := Verify(stamp(t, data, a), Trust{}); err == nil || !strings.Contains(err.Error(), "timestamp 2: it is over something else") {
		t.Error(err)
	}
}

// The commands that packs print take the first token out and have openssl verify it, and
// the certificate as of then.
func TestOpenSSLTimestamp(t *testing.T) {
	tools(t, "sh", "openssl", "jq", "base64")
	a := tsatest.New(t, testTime)
	ca := newAuthority(t, "Test CA")
	signer := certified(t, "ECDSA P-256", ca)
	dir := t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := stampedBy(t, envelopeBy(t, signer), a)
	data, err := encodeEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	write("manifest.sig.json", data)
	write("tsa.pem", certificatePEM(a.Root))
	write("root.pem", certificatePEM(ca.certificate))
	chain := OpenSSLChain("manifest.sig.json", "root.pem")
	commands := OpenSSL(signer.Public(), "manifest.sig.json") + SaidTime + chain + OpenSSLTimestamp("manifest.sig.json", "tsa.pem") + chain
	out, err := shell(dir, commands)
	if err != nil || !strings.Contains(out, "Verification: OK") || !strings.Contains(out, "Nov  1 00:00:00 2026 GMT") {
		t.Errorf("%v\n%s\n%s", err, commands, out)
	}
	if out, err := shell(dir, strings.Replace(commands, SaidTime, fmt.Sprintf("at=%d\n", template().NotAfter.Unix()+1), 1)); err == nil || !strings.Contains(out, "expired") {
		t.Errorf("after the certificate expired: %v\n%s", err, out)
	}
	write("root.pem", certificatePEM(newAuthority(t, "Test CA").certificate))
	if out, err := shell(dir, commands); err == nil {
		t.Errorf("the certificate under another root:\n%s", out)
	}
	write("root.pem", certificatePEM(ca.certificate))
	write("tsa.pem", certificatePEM(tsatest.New(t, testTime).Root))
	if out, err := shell(dir, commands); err == nil {
		t.Errorf("under another root:\n%s", out)
	}
	write("tsa.pem", certificatePEM(a.Root))
	token, err := a.Timestamp(t.Context(), []byte("another signature"))
	if err != nil {
		t.Fatal(err)
	}
	e.Signatures[0].Timestamps[0] = base64.StdEncoding.EncodeToString(token)
	if data, err = encodeEnvelope(e); err != nil {
		t.Fatal(err)
	}
	write("manifest.sig.json", data)
	if out, err := shell(dir, commands); err == nil {
		t.Errorf("over another signature:\n%s", out)
	}
}
