package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// envelope is a DSSE v1 envelope. Its signatures carry, beside what DSSE asks
// for, the public key, so that openssl alone can verify them, the certificate
// chain where there is one, and timestamps. The tokens are over the bytes of the
// signature, as those of Sigstore's bundles are, which wrap each in a TimeStampResp.
type envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     string      `json:"payload"` // base64
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	KeyID        string   `json:"keyid"`                  // the key's fingerprint
	Sig          string   `json:"sig"`                    // base64
	PublicKey    string   `json:"publicKey"`              // SPKI in PEM
	Certificates []string `json:"certificates,omitempty"` // PEM, leaf first
	Timestamps   []string `json:"timestamps,omitempty"`   // RFC 3161 tokens over the signature, base64 of DER
}

// PAE is DSSE's pre-authentication encoding: the bytes that signatures are over.
func PAE(payloadType string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

// SignStatement signs the statement with each signer and returns the envelope:
// indented JSON with a newline at its end.
func SignStatement(ctx context.Context, s Signer, st Statement, more ...Signer) ([]byte, error) {
	signers := append([]Signer{s}, more...)
	st.Predicate.Signers = nil
	for _, s := range signers {
		st.Predicate.Signers = append(st.Predicate.Signers, Signatory{Fingerprint(s.Public()), certificateHashes(s.Certificates())})
	}
	if err := st.validate(); err != nil {
		return nil, err
	}
	payload, err := st.encode()
	if err != nil {
		return nil, err
	}
	e := envelope{PayloadType: PayloadType, Payload: base64.StdEncoding.EncodeToString(payload)}
	for _, s := range signers {
		one, err := sign(ctx, s, PAE(PayloadType, payload))
		if err != nil {
			return nil, err
		}
		e.Signatures = append(e.Signatures, one)
	}
	return encodeEnvelope(e)
}

// sign makes one signature. It verifies it too: a key kept elsewhere might not be
// the one its certificate says.
func sign(ctx context.Context, s Signer, message []byte) (signature, error) {
	sig, err := s.Sign(ctx, message)
	if err != nil {
		return signature{}, err
	}
	if err := verify(s.Public(), message, sig); err != nil {
		return signature{}, err
	}
	public, err := PublicPEM(s.Public())
	if err != nil {
		return signature{}, err
	}
	return signature{KeyID: Fingerprint(s.Public()), Sig: base64.StdEncoding.EncodeToString(sig),
		PublicKey: string(public), Certificates: certificatesPEM(s.Certificates())}, nil
}

func encodeEnvelope(e envelope) ([]byte, error) {
	b, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode envelope: %w", err)
	}
	return append(b, '\n'), nil
}

// Signed is what Verify found.
type Signed struct {
	Statement  Statement
	Signatures []SignatureInfo
}

// SignatureInfo describes one verified signature.
type SignatureInfo struct {
	Algorithm   string
	Fingerprint string
	Subject     string // of the certificate; empty for a bare key
	Issuer      string // of the certificate
	SelfSigned  bool   // nobody but the signer vouches for the certificate
	NotAfter    time.Time
	Trusted     bool        // made by a key that the verifier was told to expect
	Chain       Chain       // what the certificate comes to
	Stamps      []tsa.Stamp // timestamps over it, all sound; those that are Trusted count
}

// Verify checks an envelope that SignStatement made: its form, byte for byte,
// and every signature in it, with the key that it carries. That shows that nothing
// was changed since; who signed, only trust can say. With trust, the error wraps
// [ErrUntrusted] when whom it expects has not signed.
func Verify(data []byte, trust Trust) (Signed, error) {
	e, payload, err := parseEnvelope(data)
	if err != nil {
		return Signed{}, fmt.Errorf("envelope: %w", err)
	}
	statement, err := parseStatement(payload)
	if err != nil {
		return Signed{}, err
	}
	if len(e.Signatures) != len(statement.Predicate.Signers) {
		return Signed{}, fmt.Errorf("envelope: %d signatures, and the statement names %d signers", len(e.Signatures), len(statement.Predicate.Signers))
	}
	signed := Signed{Statement: statement}
	var keys []crypto.PublicKey
	for i, s := range e.Signatures {
		one, err := s.verify(PAE(e.PayloadType, payload), statement.Predicate.Signers[i], trust.Timestamps)
		if err != nil {
			return Signed{}, fmt.Errorf("signature %d: %w", i+1, err)
		}
		if contains(keys, one.public) {
			return Signed{}, fmt.Errorf("signature %d: its key has signed before", i+1)
		}
		keys = append(keys, one.public)
		signed.Signatures = append(signed.Signatures, one.info(trust, statement.Predicate.SignedAt))
	}
	return signed, trust.satisfied(keys, signed.Signatures)
}

// verified is a signature that is sound.
type verified struct {
	public crypto.PublicKey
	chain  []*x509.Certificate // leaf first; empty for a bare key
	stamps []tsa.Stamp
}

func (v verified) info(trust Trust, said time.Time) SignatureInfo {
	info := SignatureInfo{Algorithm: Algorithm(v.public), Fingerprint: Fingerprint(v.public), Stamps: v.stamps}
	if len(v.chain) > 0 {
		leaf := v.chain[0]
		info.Subject, info.Issuer, info.NotAfter, info.SelfSigned = leaf.Subject.String(), leaf.Issuer.String(), leaf.NotAfter, selfSigned(leaf)
	}
	info.Chain = trust.chain(v.chain, trust.moment(v.stamps, said))
	info.Trusted = info.Chain == ChainTrusted || trust.has(v.public)
	return info
}

// parseEnvelope refuses every byte that encodeEnvelope would not have written: a
// signature covers the payload alone, and nothing else would notice a change
// around it.
func parseEnvelope(data []byte) (envelope, []byte, error) {
	var e envelope
	if err := strict(data, &e); err != nil {
		return envelope{}, nil, err
	}
	if again, err := encodeEnvelope(e); err != nil || !bytes.Equal(again, data) {
		return envelope{}, nil, errors.New("it is not written as it was signed")
	}
	if e.PayloadType != PayloadType {
		return envelope{}, nil, fmt.Errorf("its payload is of type %q, want %q", e.PayloadType, PayloadType)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil {
		return envelope{}, nil, fmt.Errorf("payload: %w", err)
	}
	if len(e.Signatures) == 0 {
		return envelope{}, nil, errors.New("nobody signed it")
	}
	return e, payload, nil
}

// verify checks one signature, and that all it carries is of the one key that the
// statement names. Its timestamps must be over it.
func (s signature) verify(message []byte, who Signatory, authorities []*x509.Certificate) (verified, error) {
	fail := func(err error) (verified, error) { return verified{}, err }
	public, err := parsePublic(s.PublicKey)
	if err != nil {
		return fail(err)
	}
	if s.KeyID != Fingerprint(public) || s.KeyID != who.KeyID {
		return fail(fmt.Errorf("keyid %q, its key is %s, the statement names %q", s.KeyID, Fingerprint(public), who.KeyID))
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
	if err != nil {
		return fail(err)
	}
	if err := verify(public, message, sig); err != nil {
		return fail(err)
	}
	chain, err := s.chain(public, who)
	if err != nil {
		return fail(err)
	}
	stamps, err := s.stamps(sig, authorities)
	return verified{public, chain, stamps}, err
}

// chain reads the certificates, which the statement names by their hashes.
func (s signature) chain(public crypto.PublicKey, who Signatory) ([]*x509.Certificate, error) {
	if len(s.Certificates) == 0 && len(who.Certificates) == 0 {
		return nil, nil
	}
	chain, err := parseChain([]byte(strings.Join(s.Certificates, "")))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(certificatesPEM(chain), s.Certificates) || !slices.Equal(certificateHashes(chain), who.Certificates) {
		return nil, errors.New("its certificates are not those that it was signed with")
	}
	if !samePublic(chain[0].PublicKey, public) {
		return nil, errors.New("its certificate is of another key")
	}
	return chain, nil
}

func certificatesPEM(chain []*x509.Certificate) []string {
	var blocks []string
	for _, c := range chain {
		blocks = append(blocks, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
	}
	return blocks
}

func certificateHashes(chain []*x509.Certificate) []string {
	var hashes []string
	for _, c := range chain {
		sum := sha256.Sum256(c.Raw)
		hashes = append(hashes, hex.EncodeToString(sum[:]))
	}
	return hashes
}

// parsePublic reads a key that PublicPEM wrote, byte for byte.
func parsePublic(text string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no public key in PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	if again, err := PublicPEM(public); err != nil || string(again) != text {
		return nil, errors.New("its public key is not written as it was signed")
	}
	return public, nil
}
