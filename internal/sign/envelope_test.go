package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

func TestVerify(t *testing.T) {
	a := newAuthority(t, "Test CA")
	for name := range testKeys() {
		for what, s := range map[string]Signer{"bare": bare(name), "certified": certified(t, name, a)} {
			signed, err := Verify(envelopeBy(t, s), Trust{})
			if err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
				continue
			}
			want := SignatureInfo{Algorithm: name, Fingerprint: Fingerprint(s.Public()), Chain: NoCertificate}
			if what == "certified" {
				want.Subject, want.Issuer, want.NotAfter = "CN=Audit evidence,O=Example K.K.", "CN=Test CA", template().NotAfter
				want.Chain = NoRoot
			}
			if diff := cmp.Diff([]SignatureInfo{want}, signed.Signatures); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, what, diff)
			}
			if len(signed.Statement.Subject) != len(testFiles) || !signed.Statement.Predicate.SignedAt.Equal(testTime) {
				t.Errorf("%s, %s: statement %+v", name, what, signed.Statement)
			}
		}
	}
}

// A DSSE envelope is more than what its signature covers, and any byte of it
// that changes must show.
func TestVerifyFindsEveryFlippedByte(t *testing.T) {
	a := newAuthority(t, "Test CA")
	for what, data := range map[string][]byte{
		"bare":      envelopeBy(t, bare("Ed25519")),
		"certified": envelopeBy(t, certified(t, "ECDSA P-256", a)),
		"two":       envelopeBy(t, bare("Ed25519"), bare("ECDSA P-384")),
	} {
		step := 1
		if testing.Short() {
			step = 13
		}
		for i := 0; i < len(data); i += step {
			flipped := slices.Clone(data)
			flipped[i] ^= 1 << (i % 7)
			if _, err := Verify(flipped, Trust{}); err == nil {
				t.Errorf("%s: byte %d of %d, %q for %q, is accepted", what, i, len(data), flipped[i], data[i])
			}
		}
		for name, changed := range map[string][]byte{
			"cut short": data[:len(data)-1], "trailing data": append(slices.Clone(data), '\n'), "twice": append(slices.Clone(data), data...),
			"a byte order mark": append([]byte("\ufeff"), data...), "empty": nil,
		} {
			if _, err := Verify(changed, Trust{}); err == nil {
				t.Errorf("%s, %s: accepted", what, name)
			}
		}
	}
}

// What somebody who knows the format would try.
func TestVerifyRefusesForgeries(t *testing.T) {
	a := newAuthority(t, "Test CA")
	data := envelopeBy(t, certified(t, "ECDSA P-256", a), bare("Ed25519"))
	other := envelopeBy(t, bare("RSA 2048"))
	var foreign envelope
	if err := json.Unmarshal(other, &foreign); err != nil {
		t.Fatal(err)
	}
	payload := func(e *envelope, change func(string) string) {
		b, err := base64.StdEncoding.DecodeString(e.Payload)
		if err != nil {
			t.Fatal(err)
		}
		e.Payload = base64.StdEncoding.EncodeToString([]byte(change(string(b))))
	}
	tests := map[string]func(*envelope){
		"another payload": func(e *envelope) {
			payload(e, func(s string) string { return strings.Replace(s, "report.pdf", "Report.pdf", 1) })
		},
		"white space in the payload": func(e *envelope) { payload(e, func(s string) string { return s + " " }) },
		"another payload type":       func(e *envelope) { e.PayloadType = "application/json" },
		"no signature":               func(e *envelope) { e.Signatures = nil },
		"a signature taken away":     func(e *envelope) { e.Signatures = e.Signatures[:1] },
		"a signature added":          func(e *envelope) { e.Signatures = append(e.Signatures, foreign.Signatures...) },
		"a signature twice":          func(e *envelope) { e.Signatures[1] = e.Signatures[0] },
		"signatures swapped":         func(e *envelope) { slices.Reverse(e.Signatures) },
		"another key":                func(e *envelope) { e.Signatures[0].PublicKey = e.Signatures[1].PublicKey },
		"another key and its name": func(e *envelope) {
			e.Signatures[0].PublicKey, e.Signatures[0].KeyID = e.Signatures[1].PublicKey, e.Signatures[1].KeyID
		},
		"another signature":           func(e *envelope) { e.Signatures[0].Sig = e.Signatures[1].Sig },
		"no certificates":             func(e *envelope) { e.Signatures[0].Certificates = nil },
		"a certificate taken away":    func(e *envelope) { e.Signatures[0].Certificates = e.Signatures[0].Certificates[:1] },
		"certificates for a bare key": func(e *envelope) { e.Signatures[1].Certificates = e.Signatures[0].Certificates },
		"another certificate of the key": func(e *envelope) {
			c := newAuthority(t, "Test CA").issue(t, template(), testKeys()["ECDSA P-256"].Public())
			e.Signatures[0].Certificates[0] = string(certificatePEM(c))
		},
		"text beside the key":      func(e *envelope) { e.Signatures[0].PublicKey += "text" },
		"a timestamp that is none": func(e *envelope) { e.Signatures[0].Timestamps = []string{"AAAA"} },
		"a timestamp of another signature": func(e *envelope) {
			e.Signatures[0].Timestamps = stampedBy(t, data, tsatest.New(t, testTime)).Signatures[1].Timestamps
		},
		"a timestamp twice": func(e *envelope) {
			one := stampedBy(t, data, tsatest.New(t, testTime)).Signatures[0].Timestamps
			e.Signatures[0].Timestamps = append(one, one...)
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			var e envelope
			if err := json.Unmarshal(data, &e); err != nil {
				t.Fatal(err)
			}
			change(&e)
			forged, err := encodeEnvelope(e)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Verify(forged, Trust{}); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestTrust(t *testing.T) {
	a, stranger := newAuthority(t, "Test CA"), newAuthority(t, "Test CA")
	signer, second := certified(t, "ECDSA P-256", a), bare("Ed25519")
	keys := func(all ...Signer) (k []crypto.PublicKey) {
		for _, s := range all {
			k = append(k, s.Public())
		}
		return k
	}
	roots := func(all ...authority) (c []*x509.Certificate) {
		for _, a := range all {
			c = append(c, a.certificate)
		}
		return c
	}
	one, two := envelopeBy(t, signer), envelopeBy(t, signer, second)
	tests := map[string]struct {
		data    []byte
		trust   Trust
		ok      bool
		trusted []bool
	}{
		"nobody":                      {one, Trust{}, true, []bool{false}},
		"the key":                     {one, Trust{Keys: keys(signer)}, true, []bool{true}},
		"another key":                 {one, Trust{Keys: keys(second)}, false, []bool{false}},
		"one of two signers":          {two, Trust{Keys: keys(second)}, true, []bool{false, true}},
		"both":                        {two, Trust{Keys: keys(second, signer)}, true, []bool{true, true}},
		"two of which one signed":     {one, Trust{Keys: keys(second, signer)}, false, []bool{true}},
		"the root":                    {two, Trust{Roots: roots(a)}, true, []bool{true, false}},
		"one of two roots":            {two, Trust{Roots: roots(stranger, a)}, true, []bool{true, false}},
		"another root":                {two, Trust{Roots: roots(stranger)}, false, []bool{false, false}},
		"the root and the other key":  {two, Trust{Roots: roots(a), Keys: keys(second)}, true, []bool{true, true}},
		"a root, and only a bare key": {envelopeBy(t, second), Trust{Roots: roots(a)}, false, []bool{false}},
		"when it had expired":         {one, Trust{Roots: roots(a), Now: testTime.AddDate(2, 0, 0)}, false, []bool{false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			signed, err := Verify(test.data, test.trust)
			if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrUntrusted) {
				t.Errorf("error %v", err)
			}
			var trusted []bool
			for _, s := range signed.Signatures {
				trusted = append(trusted, s.Trusted)
			}
			if diff := cmp.Diff(test.trusted, trusted); diff != "" {
				t.Errorf("trusted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadTrust(t *testing.T) {
	a := newAuthority(t, "Test CA")
	signer := certified(t, "RSA 2048", a)
	public, err := PublicPEM(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		file        []byte
		keys, roots int
		ok          bool
	}{
		"a public key":           {public, 1, 0, true},
		"a signer's certificate": {certificatePEM(signer.Certificates()[0]), 1, 0, true},
		"an authority":           {certificatePEM(a.certificate), 0, 1, true},
		"a key and an authority": {append(slices.Clone(public), certificatePEM(a.certificate)...), 1, 1, true},
		"a private key":          {pkcs8(t, testKeys()["Ed25519"]), 0, 0, false},
		"a damaged key":          {block("PUBLIC KEY", []byte("x"), nil), 0, 0, false},
		"no PEM":                 {[]byte("x"), 0, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			trust, err := LoadTrust("", writeFile(t, "trust.pem", test.file, 0o644))
			if (err == nil) != test.ok {
				t.Errorf("error %v", err)
			}
			if len(trust.Keys) != test.keys || len(trust.Roots) != test.roots {
				t.Errorf("%d keys and %d roots, want %d and %d", len(trust.Keys), len(trust.Roots), test.keys, test.roots)
			}
		})
	}
	if trust, err := LoadTrust(); err != nil || len(trust.Keys)+len(trust.Roots) > 0 {
		t.Errorf("nothing given: %+v, %v", trust, err)
	}
}

func TestSignRefusesStatements(t *testing.T) {
	good := testStatement().Subject[0].Digest
	tests := map[string][]Subject{
		"no file":           nil,
		"a file twice":      {{"a", good}, {"a", good}},
		"out of the pack":   {{"../a", good}},
		"absolute":          {{"/etc/passwd", good}},
		"a line break":      {{"a\nb", good}},
		"a backslash":       {{`a\b`, good}},
		"no name":           {{"", good}},
		"no digest":         {{"a", nil}},
		"another digest":    {{"a", map[string]string{"sha1": strings.Repeat("0", 40)}}},
		"upper-case digest": {{"a", map[string]string{"sha256": strings.Repeat("AB", 32)}}},
		"short digest":      {{"a", map[string]string{"sha256": "ab"}}},
	}
	for name, subjects := range tests {
		if _, err := SignStatement(context.Background(), bare("Ed25519"), NewStatement(subjects, testTime)); err == nil {
			t.Errorf("%s: it was signed", name)
		}
	}
}

// brokenSigner has another key than it says, as a misconfigured HSM might.
type brokenSigner struct{ Signer }

func (brokenSigner) Public() crypto.PublicKey { return testKeys()["ECDSA P-256"].Public() }

func TestSignVerifiesItself(t *testing.T) {
	if _, err := SignStatement(context.Background(), brokenSigner{bare("Ed25519")}, testStatement()); err == nil {
		t.Error("an envelope was made that nobody can verify")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := SignStatement(ctx, bare("Ed25519"), testStatement()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The example of the DSSE protocol's description.
func TestPAE(t *testing.T) {
	got := PAE("http://example.com/HelloWorld", []byte("hello world"))
	if want := "DSSEv1 29 http://example.com/HelloWorld 11 hello world"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(envelopeBy(f, bare("Ed25519")))
	f.Add(envelopeBy(f, certified(f, "ECDSA P-256", newAuthority(f, "Test CA"))))
	good := envelopeBy(f, bare("Ed25519"))
	f.Fuzz(func(t *testing.T, data []byte) {
		signed, err := Verify(data, Trust{Keys: []crypto.PublicKey{testKeys()["Ed25519"].Public()}})
		if err == nil && !bytes.Equal(data, good) && len(signed.Statement.Subject) != len(testFiles) {
			t.Errorf("accepted without the key: %s", data)
		}
	})
}
