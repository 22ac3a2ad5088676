package opc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evidencepack/evidence/internal/sign"
)

// Authority gives time stamps.
type Authority interface {
	// Timestamp returns the DER of a TimeStampToken over the SHA-256 of the message.
	Timestamp(ctx context.Context, message []byte) (token []byte, err error)
}

// ErrNoTimestamp: the authority gave no time stamp. Nothing was written.
var ErrNoTimestamp = errors.New("no time stamp")

// Options says how a package is signed.
type Options struct {
	Signer    sign.Signer
	Authority Authority // nil: the signature gets no time stamp
	At        time.Time // when it is signed, by the signer's word
	Purpose   string    // shown by Excel as the purpose of signing; at most 255 characters
}

// Sign writes to w the package of size bytes that r has, with one more signature. It reads the package
// twice and holds none of its parts. Signatures that it has already stay valid;
// those of other programs are [ErrForeign].
func Sign(ctx context.Context, w io.Writer, r io.ReaderAt, size int64, o Options) error {
	if err := sign.SignsDocuments(o.Signer); err != nil {
		return err
	}
	at := o.At.UTC().Truncate(time.Second)
	if err := sign.CheckChain(o.Signer.Certificates(), at); err != nil {
		return err
	}
	if utf8.RuneCountInString(o.Purpose) > 255 || strings.ContainsFunc(o.Purpose, func(r rune) bool { return r < ' ' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF }) {
		return fmt.Errorf("purpose %q: at most 255 characters of one line", o.Purpose)
	}
	c, err := open(r, size)
	if err != nil {
		return err
	}
	if c.signatures == maxSigners {
		return fmt.Errorf("the package has %d signatures, as many as it can", maxSigners)
	}
	d := &document{at: at, comment: o.Purpose, chain: o.Signer.Certificates()}
	if d.manifest, err = c.manifest(ctx); err != nil {
		return err
	}
	if err := d.sign(ctx, o); err != nil {
		return err
	}
	encoded, err := d.encode()
	if err != nil {
		return err
	}
	// What the certificate's texts may hold is decided by reading it as Verify will.
	if _, err := parse(encoded); err != nil {
		return fmt.Errorf("the signature cannot be read again: %w", err)
	}
	return c.write(w, c.signatures, encoded)
}

// sign fills in the signature's value, which it checks, and the time stamp.
func (d *document) sign(ctx context.Context, o Options) error {
	message, err := d.toSign()
	if err != nil {
		return err
	}
	sig, err := o.Signer.Sign(ctx, message)
	if err != nil {
		return err
	}
	if d.value, err = toXML(o.Signer.Public(), sig); err != nil {
		return err
	}
	if err := d.checkValue(); err != nil {
		return err
	}
	if o.Authority == nil {
		return nil
	}
	if d.token, err = o.Authority.Timestamp(ctx, d.stamped()); err != nil {
		return fmt.Errorf("%w: %w", ErrNoTimestamp, err)
	}
	return nil
}

// methodOf names the signature method of a key, with the hash that [sign.HashOf] says.
func methodOf(public crypto.PublicKey) (string, error) {
	const more = "http://www.w3.org/2001/04/xmldsig-more#"
	h, err := sign.HashOf(public)
	if err != nil {
		return "", err
	}
	hash := strings.ToLower(strings.ReplaceAll(h.String(), "-", ""))
	switch public.(type) {
	case *rsa.PublicKey:
		return more + "rsa-" + hash, nil
	case *ecdsa.PublicKey:
		return more + "ecdsa-" + hash, nil
	}
	return "", fmt.Errorf("a key of %s signs no XML", sign.Algorithm(public))
}

// ecdsaValue is how X.509 writes a signature of ECDSA. XML-DSig writes r and s one after the other,
// each as long as the curve's order.
type ecdsaValue struct{ R, S *big.Int }

func toXML(public crypto.PublicKey, sig []byte) ([]byte, error) {
	key, ok := public.(*ecdsa.PublicKey)
	if !ok {
		return sig, nil
	}
	var v ecdsaValue
	n := (key.Curve.Params().N.BitLen() + 7) / 8
	if rest, err := asn1.Unmarshal(sig, &v); err != nil || len(rest) > 0 || v.R.Sign() <= 0 || v.S.Sign() <= 0 || v.R.BitLen() > 8*n || v.S.BitLen() > 8*n {
		return nil, errors.New("the signer gave no ECDSA signature")
	}
	out := make([]byte, 2*n)
	v.R.FillBytes(out[:n])
	v.S.FillBytes(out[n:])
	return out, nil
}

func fromXML(public crypto.PublicKey, value []byte) ([]byte, error) {
	key, ok := public.(*ecdsa.PublicKey)
	if !ok {
		return value, nil
	}
	n := (key.Curve.Params().N.BitLen() + 7) / 8
	if len(value) != 2*n {
		return nil, fmt.Errorf("an ECDSA signature of %d bytes: %d are needed", len(value), 2*n)
	}
	return asn1.Marshal(ecdsaValue{new(big.Int).SetBytes(value[:n]), new(big.Int).SetBytes(value[n:])})
}
