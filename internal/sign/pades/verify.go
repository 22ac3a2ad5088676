package pades

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// Signature is what a document says of one of its signatures.
type Signature struct {
	Field      string
	Name       string    // that the signer gave
	Reason     string    // why, in the signer's words
	At         time.Time // when the signer says it signed
	Ranges     [4]int64  // the signed bytes: from, length, from, length
	Chain      []*x509.Certificate
	Digest     []byte    // of the signed bytes, by sign.HashOf the key
	Token      []byte    // the RFC 3161 token in DER; nil: there is none
	Stamp      tsa.Stamp // what the token says; zero before it is verified
	Validation Validation
	Appearance [][]byte // its objects, for a comparison with what is drawn again
	First      int      // the number of the first of them
}

// End is how long the file is that the signature speaks of.
func (s *Signature) End() int64 { return s.Ranges[2] + s.Ranges[3] }

// Document is what a PDF file says of how it came about.
type Document struct {
	Rendered   int64 // how many bytes were rendered, before anybody signed
	Signatures []Signature
}

// Signatures lists a document's signatures, the first first, and checks none of
// them. The document must be one that reports/pdf rendered.
func Signatures(pdf []byte) (*Document, error) {
	return read(pdf, func(d *document, i int) (*Signature, error) {
		s, _, _, err := d.said(i)
		return s, err
	})
}

// CheckToken checks an RFC 3161 token over a message, and tells what it says. Whether its
// authority is trusted decides whether its time counts.
type CheckToken func(token, message []byte) (tsa.Stamp, error)

// Verify checks a document's signatures: that each is the signer's, over every byte
// that was there when it was made but its own, that an update holds nothing but what
// a signature needs, and that no byte follows the last. Timestamps are handed to
// check; without one they are refused, since nothing would have looked at them.
//
// It says that nothing was altered since. Whether the certificates are those of whom
// they name is for the caller to judge by the chains.
func Verify(pdf []byte, check CheckToken) (*Document, error) {
	return read(pdf, func(d *document, i int) (*Signature, error) { return d.signature(i, check) })
}

func read(pdf []byte, one func(*document, int) (*Signature, error)) (*Document, error) {
	d, err := parse(pdf)
	if err != nil {
		return nil, err
	}
	doc := &Document{Rendered: d.revisions[0].end}
	for i := range d.revisions[1:] {
		s, err := one(d, i+1)
		if err != nil {
			return nil, fmt.Errorf("signature %d of the PDF: %w", i+1, err)
		}
		doc.Signatures = append(doc.Signatures, *s)
	}
	return doc, nil
}

// said reads the signature that revision i is.
func (d *document) said(i int) (*Signature, *update, *cms, error) {
	u, s, err := readUpdate(d, i)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := parseCMS(u.cms)
	if err != nil {
		return nil, nil, nil, err
	}
	return &Signature{Field: u.field.name, Name: u.name, Reason: u.reason, At: u.at,
		Ranges: [4]int64{0, s.hole, s.after, s.end - s.after}, Chain: c.chain, Digest: c.digest, Token: c.token,
		Validation: u.validation, Appearance: u.appearance, First: d.revisions[i-1].size + 1}, u, c, nil
}

// signature checks the signature that revision i is.
func (d *document) signature(i int, check CheckToken) (*Signature, error) {
	said, u, c, err := d.said(i)
	if err != nil {
		return nil, err
	}
	again, s, err := u.write(d.before(i))
	if err != nil {
		return nil, err
	}
	if r := d.revisions[i]; !bytes.Equal(again, d.data[r.start:r.end]) {
		return nil, errForm
	}
	digest, err := s.digest(d.data, c.chain[0].PublicKey)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(digest, c.digest) {
		return nil, errors.New("the signed bytes were altered")
	}
	if err := c.verify(); err != nil {
		return nil, err
	}
	if c.token != nil {
		if check == nil {
			return nil, errors.New("it has a timestamp, which nothing here can check")
		}
		if said.Stamp, err = check(c.token, c.signature); err != nil {
			return nil, fmt.Errorf("timestamp: %w", err)
		}
	}
	at, _ := sign.SignedAt(u.at, said.Stamp)
	return said, sign.CheckChain(c.chain, at)
}
