package tsa

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

var (
	oidSignedData      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidExtKeyUsage     = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSHA256          = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384          = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512          = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	oidRSA             = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAWithSHA256   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidRSAWithSHA384   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidRSAWithSHA512   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSAWithSHA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSAWithSHA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
	oidEd25519         = asn1.ObjectIdentifier{1, 3, 101, 112}
)

// contentInfo is CMS's outermost structure (RFC 5652, section 3).
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

// signedData is RFC 5652, section 5.1.
type signedData struct {
	Version          int
	DigestAlgorithms asn1.RawValue
	EncapContent     encapsulated
	Certificates     asn1.RawValue `asn1:"optional,tag:0"`
	CRLs             asn1.RawValue `asn1:"optional,tag:1"`
	SignerInfos      []signerInfo  `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,tag:0"`
}

// signerInfo is RFC 5652, section 5.3.
type signerInfo struct {
	Version            int
	SID                asn1.RawValue
	DigestAlgorithm    pkix.AlgorithmIdentifier
	SignedAttributes   asn1.RawValue `asn1:"optional,tag:0"`
	SignatureAlgorithm pkix.AlgorithmIdentifier
	Signature          []byte
	UnsignedAttributes asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// tstInfo is what is signed (RFC 3161, section 2.4.2).
type tstInfo struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    messageImprint
	Serial     *big.Int
	Time       time.Time        `asn1:"generalized"`
	Accuracy   accuracy         `asn1:"optional"`
	Ordering   bool             `asn1:"optional"`
	Nonce      *big.Int         `asn1:"optional"`
	Authority  asn1.RawValue    `asn1:"optional,tag:0"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type messageImprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Hash      []byte
}

type accuracy struct {
	Seconds int `asn1:"optional"`
	Millis  int `asn1:"optional,tag:0"`
	Micros  int `asn1:"optional,tag:1"`
}

func (a accuracy) duration() time.Duration {
	return time.Duration(a.Seconds)*time.Second + time.Duration(a.Millis)*time.Millisecond + time.Duration(a.Micros)*time.Microsecond
}

// essCertID is both ESSCertID (RFC 2634, whose hash is SHA-1) and ESSCertIDv2 (RFC
// 5035), which begins with the hash's algorithm where that is not SHA-256.
type essCertID struct {
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

type essCertIDv2 struct {
	Algorithm    pkix.AlgorithmIdentifier `asn1:"optional"`
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

type signingCert struct {
	Certs    []essCertID
	Policies asn1.RawValue `asn1:"optional"`
}

type signingCertV2 struct {
	Certs    []essCertIDv2
	Policies asn1.RawValue `asn1:"optional"`
}

// token is a TimeStampToken that was parsed and of which nothing was checked.
type token struct {
	info         tstInfo
	content      []byte // DER of info
	signer       signerInfo
	attributes   []attribute
	certificates []*x509.Certificate
}

// unmarshal reads one value with nothing after it.
func unmarshal(der []byte, into any, params string) error {
	rest, err := asn1.UnmarshalWithParams(der, into, params)
	if err == nil && len(rest) > 0 {
		err = errors.New("something follows it")
	}
	return err
}

func parseToken(der []byte) (*token, error) {
	var outer contentInfo
	if err := unmarshal(der, &outer, ""); err != nil {
		return nil, fmt.Errorf("no timestamp token: %w", err)
	}
	if !outer.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("no timestamp token: content of type %s", outer.Type)
	}
	var signed signedData
	if err := unmarshal(outer.Content.Bytes, &signed, ""); err != nil {
		return nil, fmt.Errorf("signed data: %w", err)
	}
	if !signed.EncapContent.Type.Equal(oidTSTInfo) {
		return nil, fmt.Errorf("it signs content of type %s, no timestamp", signed.EncapContent.Type)
	}
	if len(signed.SignerInfos) != 1 {
		return nil, fmt.Errorf("%d signatures, and a timestamp has one", len(signed.SignerInfos))
	}
	t := &token{content: signed.EncapContent.Content, signer: signed.SignerInfos[0]}
	if err := unmarshal(t.content, &t.info, ""); err != nil {
		return nil, fmt.Errorf("timestamp: %w", err)
	}
	if t.info.Version != 1 {
		return nil, fmt.Errorf("timestamp of version %d", t.info.Version)
	}
	for _, e := range t.info.Extensions {
		if e.Critical {
			return nil, fmt.Errorf("timestamp with the critical extension %s, which this version does not know", e.Id)
		}
	}
	if err := unmarshal(t.signer.signedSet(), &t.attributes, "set"); err != nil {
		return nil, fmt.Errorf("signed attributes: %w", err)
	}
	var err error
	t.certificates, err = parseCertificates(signed.Certificates.Bytes)
	return t, err
}

// signedSet is what the signature is over: the attributes as a SET, while in the token
// their tag is that of a field (RFC 5652, section 5.4).
func (s signerInfo) signedSet() []byte {
	set := bytes.Clone(s.SignedAttributes.FullBytes)
	if len(set) > 0 {
		set[0] = 0x31
	}
	return set
}

// parseCertificates leaves out what is no X.509 certificate, such as attribute certificates.
func parseCertificates(der []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for len(der) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(der, &one)
		if err != nil {
			return nil, fmt.Errorf("certificates: %w", err)
		}
		der = rest
		if one.Class != asn1.ClassUniversal {
			continue
		}
		c, err := x509.ParseCertificate(one.FullBytes)
		if err != nil {
			return nil, fmt.Errorf("certificates: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// attribute reads the one value of a signed attribute that must stand once.
func (t *token) attribute(oid asn1.ObjectIdentifier, into any) (found bool, err error) {
	for _, a := range t.attributes {
		if !a.Type.Equal(oid) {
			continue
		}
		if found || len(a.Values) != 1 {
			return true, fmt.Errorf("signed attribute %s has several values", oid)
		}
		found = true
		if err := unmarshal(a.Values[0].FullBytes, into, ""); err != nil {
			return true, fmt.Errorf("signed attribute %s: %w", oid, err)
		}
	}
	return found, nil
}

// hashOf is a hash that timestamps may rest on; SHA-1 and older ones are refused.
func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, error) {
	switch {
	case oid.Equal(oidSHA256):
		return crypto.SHA256, nil
	case oid.Equal(oidSHA384):
		return crypto.SHA384, nil
	case oid.Equal(oidSHA512):
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("hash algorithm %s: want SHA-256, SHA-384 or SHA-512", oid)
}

func digest(h crypto.Hash, data []byte) []byte {
	d := h.New()
	d.Write(data)
	return d.Sum(nil)
}
