package opc

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
)

// ErrAltered: the package is not what was signed.
var ErrAltered = errors.New("the package was altered after it was signed")

// Signature is a sound signature of a package. Whether its signer is who it should be, and what the
// token is worth, is for others to judge.
type Signature struct {
	Part         string              // "_xmlsignatures/sig1.xml"
	Certificates []*x509.Certificate // leaf first, each signed by the next; only the leaf is covered by the signature
	At           time.Time           // by the signer's word; within the leaf's validity
	Purpose      string
	Token        []byte // RFC 3161, in DER; empty: none
	Stamped      []byte // the message that the token must be over
}

// Verify checks every signature of a package, in the order in which they were made, and
// that each covers every part that holds the workbook. A package without any gives none. The
// error wraps [ErrAltered] when parts are not those that were signed, and [ErrForeign] when
// the signatures, or changes since, are another program's.
func Verify(ctx context.Context, r io.ReaderAt, size int64) ([]Signature, error) {
	c, err := open(r, size)
	if err != nil {
		return nil, err
	}
	if err := c.checkForm(r, size); err != nil {
		return nil, err
	}
	if c.signatures == 0 {
		return nil, nil
	}
	there, err := c.manifest(ctx)
	if err != nil {
		return nil, err
	}
	var list []Signature
	for i := 1; i <= c.signatures; i++ {
		s, err := c.verify(signaturePart(i), there)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", signaturePart(i), err)
		}
		list = append(list, s)
	}
	return list, nil
}

// verify checks one signature against the manifest of what is there.
func (c *container) verify(part string, there []reference) (Signature, error) {
	data, err := c.read(part, maxText)
	if err != nil {
		return Signature{}, err
	}
	d, err := parse(data)
	if err != nil {
		return Signature{}, err
	}
	if err := d.checkValue(); err != nil {
		return Signature{}, err
	}
	if list := differences(d.manifest, there); len(list) > 0 {
		return Signature{}, fmt.Errorf("%w: %s", ErrAltered, strings.Join(list, "; "))
	}
	if err := sign.CheckChain(d.chain, d.at); err != nil {
		return Signature{}, err
	}
	s := Signature{Part: part, Certificates: d.chain, At: d.at, Purpose: d.comment, Token: d.token}
	if len(d.token) > 0 {
		s.Stamped = d.stamped()
	}
	return s, nil
}

// checkValue checks the signature's value with the key of its certificate.
func (d *document) checkValue() error {
	leaf := d.chain[0]
	message, err := d.toSign()
	if err != nil {
		return err
	}
	sig, err := fromXML(leaf.PublicKey, d.value)
	if err != nil {
		return err
	}
	if err := sign.CheckSignature(leaf.PublicKey, message, sig); err != nil {
		return fmt.Errorf("certificate of %s: %w", leaf.Subject, err)
	}
	return nil
}
