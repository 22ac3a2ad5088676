package pades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"github.com/evidencepack/evidence/internal/sign"
)

// cms is the SignedData of RFC 5652 that a signature dictionary holds, as CAdES
// baseline (ETSI EN 319 122-1) has it: detached, with one signer, and without the
// time of signing, which PAdES has in the dictionary.
type cms struct {
	chain     []*x509.Certificate // leaf first
	digest    []byte              // of the document's signed bytes, by sign.HashOf the key
	signature []byte              // over signedAttributes
	token     []byte              // RFC 3161 TimeStampToken over signature; nil: there is none
}

var (
	oidData            = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035
	oidSignatureStamp  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14} // RFC 3161, appendix A
	oidSHA256WithRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidsSHA            = map[crypto.Hash]asn1.ObjectIdentifier{crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA384: {2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3}}
	oidsECDSA          = map[crypto.Hash]asn1.ObjectIdentifier{crypto.SHA256: {1, 2, 840, 10045, 4, 3, 2}, crypto.SHA384: {1, 2, 840, 10045, 4, 3, 3}, crypto.SHA512: {1, 2, 840, 10045, 4, 3, 4}}
	errCMS             = errors.New("its CMS is not written as this tool writes it")
	errManyCertificate = errors.New("it has more certificates than a chain has")
)

// maxChain bounds the certificates of a signature.
const maxChain = 16

// Tags of DER.
const (
	tagInteger     = 0x02
	tagOctetString = 0x04
	tagNull        = 0x05
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext0    = 0xa0
	tagContext1    = 0xa1
)

// der is an element with what it holds.
func der(tag byte, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	var length []byte
	for n := len(content); n > 0; n >>= 8 {
		length = append([]byte{byte(n)}, length...)
	}
	switch {
	case len(content) == 0:
		length = []byte{0}
	case len(content) >= 0x80:
		length = append([]byte{0x80 | byte(len(length))}, length...)
	}
	return slices.Concat([]byte{tag}, length, content)
}

// derSet is a SET OF, in the order that DER wants; tag is that of a set, or what stands for it.
func derSet(tag byte, parts ...[]byte) []byte {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, bytes.Compare)
	return der(tag, sorted...)
}

func derOID(id asn1.ObjectIdentifier) []byte {
	b, err := asn1.Marshal(id)
	if err != nil { // those above are written in the program
		panic(err)
	}
	return b
}

func attribute(id asn1.ObjectIdentifier, value []byte) []byte {
	return der(tagSequence, derOID(id), der(tagSet, value))
}

// signedAttributes are what the signer signs: the SET itself, which stands under
// another tag in the SignerInfo.
func (c *cms) signedAttributes(tag byte) []byte {
	var ids [][]byte
	for _, certificate := range c.chain {
		sum := sha256.Sum256(certificate.Raw)
		ids = append(ids, der(tagSequence, der(tagOctetString, sum[:]))) // ESSCertIDv2: SHA-256 is the default
	}
	return derSet(tag,
		attribute(oidContentType, derOID(oidData)),
		attribute(oidMessageDigest, der(tagOctetString, c.digest)),
		attribute(oidSigningCertV2, der(tagSequence, der(tagSequence, ids...))))
}

// algorithms are the AlgorithmIdentifiers of hash and signature.
func (c *cms) algorithms() (digest, signature []byte, err error) {
	h, err := sign.HashOf(c.chain[0].PublicKey)
	if err != nil {
		return nil, nil, err
	}
	switch c.chain[0].PublicKey.(type) {
	case *rsa.PublicKey:
		signature = der(tagSequence, derOID(oidSHA256WithRSA), der(tagNull))
	case *ecdsa.PublicKey:
		signature = der(tagSequence, derOID(oidsECDSA[h]))
	default:
		return nil, nil, fmt.Errorf("key of type %T: want RSA or ECDSA", c.chain[0].PublicKey)
	}
	return der(tagSequence, derOID(oidsSHA[h])), signature, nil
}

// encode writes the ContentInfo.
func (c *cms) encode() ([]byte, error) {
	digestAlgorithm, signatureAlgorithm, err := c.algorithms()
	if err != nil {
		return nil, err
	}
	serial, err := asn1.Marshal(c.chain[0].SerialNumber)
	if err != nil {
		return nil, err
	}
	var certificates [][]byte
	for _, certificate := range c.chain {
		certificates = append(certificates, certificate.Raw)
	}
	one := der(tagInteger, []byte{1})
	signer := [][]byte{
		one, der(tagSequence, c.chain[0].RawIssuer, serial), digestAlgorithm,
		c.signedAttributes(tagContext0), signatureAlgorithm, der(tagOctetString, c.signature),
	}
	if c.token != nil {
		signer = append(signer, der(tagContext1, attribute(oidSignatureStamp, c.token)))
	}
	return der(tagSequence, derOID(oidSignedData), der(tagContext0, der(tagSequence,
		one, der(tagSet, digestAlgorithm), der(tagSequence, derOID(oidData)),
		derSet(tagContext0, certificates...), der(tagSet, der(tagSequence, signer...))))), nil
}

// verify checks the signature over the attributes.
func (c *cms) verify() error {
	return sign.CheckSignature(c.chain[0].PublicKey, c.signedAttributes(tagSet), c.signature)
}

// parseCMS reads what encode writes, and nothing else: it takes the parts out and
// puts them together again.
func parseCMS(data []byte) (*cms, error) {
	// Where a part is, is looked up by position; that all else is as it should be
	// shows when it is written again.
	signedData := descend(data, 1, 0)
	signer := children(descend(signedData, 4, 0))
	certificates := children(descend(signedData, 3))
	switch {
	case len(signer) != 6 && len(signer) != 7 || len(certificates) == 0:
		return nil, errCMS
	case len(certificates) > maxChain:
		return nil, errManyCertificate
	}
	var c cms
	c.signature = signer[5].Bytes
	if len(signer) == 7 {
		c.token = descend(signer[6].FullBytes, 0, 1, 0)
	}
	attributes := map[string][]byte{}
	for _, a := range children(signer[3].FullBytes) {
		if parts := children(a.FullBytes); len(parts) == 2 {
			attributes[string(parts[0].FullBytes)] = parts[1].FullBytes
		}
	}
	c.digest = content(descend(attributes[string(derOID(oidMessageDigest))], 0))
	if err := c.order(certificates, descend(attributes[string(derOID(oidSigningCertV2))], 0, 0)); err != nil {
		return nil, err
	}
	if again, err := c.encode(); err != nil || !bytes.Equal(again, data) {
		return nil, errCMS
	}
	return &c, nil
}

// order gives the certificates the order of the chain, which is that of the hashes
// in the signed attribute.
func (c *cms) order(certificates []asn1.RawValue, ids []byte) error {
	byHash := map[[sha256.Size]byte][]byte{}
	for _, certificate := range certificates {
		byHash[sha256.Sum256(certificate.FullBytes)] = certificate.FullBytes
	}
	list := children(ids)
	if len(list) != len(certificates) {
		return errCMS
	}
	for _, id := range list {
		var sum [sha256.Size]byte
		copy(sum[:], content(descend(id.FullBytes, 0)))
		certificate, err := x509.ParseCertificate(byHash[sum])
		if err != nil {
			return errCMS
		}
		c.chain = append(c.chain, certificate)
	}
	return nil
}

// children are the elements within an element; none, when it is not one.
func children(element []byte) []asn1.RawValue {
	var outer asn1.RawValue
	if rest, err := asn1.Unmarshal(element, &outer); err != nil || len(rest) > 0 || !outer.IsCompound {
		return nil
	}
	var list []asn1.RawValue
	for rest := outer.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil
		}
		list = append(list, one)
	}
	return list
}

// descend follows a path of positions into an element; nil, where it leads nowhere.
func descend(element []byte, path ...int) []byte {
	for _, i := range path {
		list := children(element)
		if i >= len(list) {
			return nil
		}
		element = list[i].FullBytes
	}
	return element
}

func content(element []byte) []byte {
	var v asn1.RawValue
	if _, err := asn1.Unmarshal(element, &v); err != nil {
		return nil
	}
	return v.Bytes
}
