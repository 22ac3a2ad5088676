// Package tsatest has timestamp authorities that live in a test, honest ones and
// others. Their tokens are made by another implementation than the one that verifies them.
package tsatest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority gives timestamps. It is an http.Handler, and gives tokens by Timestamp as
// tsa.Authority has it.
type Authority struct {
	Root        *x509.Certificate // issued the certificate
	Certificate *x509.Certificate
	Key         crypto.Signer
	Clock       func() time.Time
	Falsify     func(*timestamp.Timestamp) // changes what is signed; nil: nothing
}

// New makes an authority whose clock stands at a time, and whose certificate is valid a
// year before and after it. Changes are made to the certificate before it is issued.
func New(t testing.TB, at time.Time, changes ...func(*x509.Certificate)) *Authority {
	t.Helper()
	return NewWithKey(t, newKey(t), at, changes...)
}

// NewWithKey is New for an authority of a given key.
func NewWithKey(t testing.TB, key crypto.Signer, at time.Time, changes ...func(*x509.Certificate)) *Authority {
	t.Helper()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Example K.K."}, CommonName: "Timestamp root"},
		NotBefore: at.AddDate(-5, 0, 0), NotAfter: at.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootKey := newKey(t)
	root = issue(t, root, root, rootKey.Public(), rootKey)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Organization: []string{"Example K.K."}, CommonName: "Timestamp authority"},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{Purpose(true, TimeStamping)},
	}
	for _, change := range changes {
		change(leaf)
	}
	return &Authority{Root: root, Certificate: issue(t, leaf, root, key.Public(), rootKey), Key: key, Clock: func() time.Time { return at }}
}

// What certificates may be for.
var (
	TimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	CodeSigning  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 3}
)

// Purpose is the extension that says so.
func Purpose(critical bool, purposes ...asn1.ObjectIdentifier) pkix.Extension {
	der, err := asn1.Marshal(purposes)
	if err != nil {
		panic(err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: der}
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func issue(t testing.TB, template, by *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, by, public, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Roots is what its verifiers trust.
func (a *Authority) Roots() []*x509.Certificate { return []*x509.Certificate{a.Root} }

// Timestamp gives a token over a message, without a nonce.
func (a *Authority) Timestamp(_ context.Context, message []byte) ([]byte, error) {
	sum := sha256.Sum256(message)
	answer, err := a.answer(&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true})
	if err != nil {
		return nil, err
	}
	var r struct{ Status, Token asn1.RawValue }
	if _, err := asn1.Unmarshal(answer, &r); err != nil {
		return nil, err
	}
	return r.Token.FullBytes, nil
}

// ServeHTTP answers requests by RFC 3161.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "no timestamp query", http.StatusBadRequest)
		return
	}
	query, err := timestamp.ParseRequest(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer, err := a.answer(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer)
}

func (a *Authority) answer(q *timestamp.Request) ([]byte, error) {
	t := timestamp.Timestamp{
		HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Nonce: q.Nonce, Policy: q.TSAPolicyOID,
		Time: a.Clock().UTC(), Accuracy: time.Second, AddTSACertificate: q.Certificates,
	}
	if t.Policy == nil {
		t.Policy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	}
	if a.Falsify != nil {
		a.Falsify(&t)
	}
	answer, err := t.CreateResponseWithOpts(a.Certificate, a.Key, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("make timestamp: %w", err)
	}
	return answer, nil
}
