package pades

import (
	"bytes"
	"context"
	"crypto"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// Authority gives timestamps.
type Authority interface {
	// Timestamp returns the DER of an RFC 3161 TimeStampToken over the SHA-256 of the message.
	Timestamp(ctx context.Context, message []byte) (token []byte, err error)
}

// ErrNoTimestamp: the authority gave no timestamp, and nothing was signed.
var ErrNoTimestamp = errors.New("no timestamp")

// Options say how a document is signed.
type Options struct {
	Signer     sign.Signer
	Authority  Authority // nil: without a timestamp, level B-B
	Field      string    // the name of the field; empty: the first that is free
	Name       string    // of the signer, for readers
	Reason     string    // may be empty
	At         time.Time // when the signer says it signs, to the second
	Validation Validation
	// Appearance draws the signature: a form XObject and what it needs, as objects
	// from what follows "n 0 obj" to the end of the line of "endobj". The form has
	// the number given, the others those after it.
	Appearance func(first int) ([][]byte, error)
}

// maxRoom bounds the CMS of a signature, in bytes.
const maxRoom = 1 << 20

// Sign returns the document with a signature appended. The signed document begins
// with the bytes of the given one, and former signatures, which are checked before,
// stay valid. It verifies what it has made, too.
func Sign(ctx context.Context, pdf []byte, o Options) ([]byte, error) {
	signedPDF, err := o.sign(ctx, pdf)
	if err != nil {
		return nil, fmt.Errorf("sign the PDF: %w", err)
	}
	return signedPDF, nil
}

func (o *Options) sign(ctx context.Context, pdf []byte) ([]byte, error) {
	if err := sign.SignsDocuments(o.Signer); err != nil {
		return nil, err
	}
	chain := o.Signer.Certificates()
	if len(chain) > maxChain {
		return nil, errManyCertificate
	}
	if err := sign.CheckChain(chain, o.At); err != nil {
		return nil, err
	}
	if _, err := Verify(pdf, notChecked); err != nil {
		return nil, err
	}
	d, err := parse(pdf)
	if err != nil {
		return nil, err
	}
	u := &update{name: o.Name, reason: o.Reason, at: o.At.UTC().Truncate(time.Second), validation: o.Validation}
	if u.field, err = d.free(o.Field); err != nil {
		return nil, err
	}
	if u.appearance, err = o.Appearance(d.last().size + 1); err != nil {
		return nil, err
	}
	// How long the CMS will be is known when it is made: a signature that does not
	// find room is made again with more.
	u.room = 4 << 10
	for _, c := range chain {
		u.room += len(c.Raw)
	}
	if o.Authority != nil {
		u.room += 8 << 10
	}
	for {
		appended, s, err := u.write(d)
		if err != nil {
			return nil, err
		}
		file := slices.Concat(pdf, appended)
		if u.cms, err = o.cms(ctx, file, s); err != nil {
			return nil, err
		}
		if len(u.cms) <= u.room {
			u.fill(file, 0, s)
			_, err := Verify(file, notChecked)
			return file, err
		}
		if u.room = len(u.cms) + 1<<10; u.room > maxRoom {
			return nil, errors.New("the signature and its timestamp are too long")
		}
		u.cms = nil
	}
}

// cms signs the bytes of a file.
func (o *Options) cms(ctx context.Context, file []byte, s signed) ([]byte, error) {
	c := &cms{chain: o.Signer.Certificates()}
	var err error
	if c.digest, err = s.digest(file, o.Signer.Public()); err != nil {
		return nil, err
	}
	if c.signature, err = o.Signer.Sign(ctx, c.signedAttributes(tagSet)); err != nil {
		return nil, err
	}
	if err := c.verify(); err != nil {
		return nil, err
	}
	if o.Authority != nil {
		if c.token, err = o.Authority.Timestamp(ctx, c.signature); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoTimestamp, err)
		}
	}
	return c.encode()
}

// digest hashes the bytes that are signed, with the hash that goes with the key.
func (s signed) digest(file []byte, public crypto.PublicKey) ([]byte, error) {
	h, err := sign.HashOf(public)
	if err != nil {
		return nil, err
	}
	if !h.Available() {
		return nil, fmt.Errorf("no hash for a key of type %T", public)
	}
	sum := h.New()
	sum.Write(file[:s.hole])
	sum.Write(file[s.after:s.end])
	return sum.Sum(nil), nil
}

// notChecked leaves timestamps to whoever knows their authorities.
func notChecked([]byte, []byte) (tsa.Stamp, error) { return tsa.Stamp{}, nil }

// element is the DER element that zeros follow; nil, if it is none or something
// else does.
func element(padded []byte) []byte {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(padded, &v)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return nil
	}
	return v.FullBytes
}
