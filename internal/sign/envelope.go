package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// envelope is a DSSE v1 envelope. Its signatures carry, beside what DSSE asks
// for, the public key, so that openssl alone can verify them, the certificate
// chain where there is one, and timestamps.
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

// SignStatement signs the statement and returns the envelope: indented JSON with
// a newline at its end.
func SignStatement(ctx context.Context, s Signer, st Statement) ([]byte, error) {
	payload, err := st.encode()
	if err != nil {
		return nil, err
	}
	sig, err := s.Sign(ctx, PAE(PayloadType, payload))
	if err != nil {
		return nil, err
	}
	public, err := PublicPEM(s.Public())
	if err != nil {
		return nil, err
	}
	one := signature{KeyID: Fingerprint(s.Public()), Sig: base64.StdEncoding.EncodeToString(sig), PublicKey: string(public)}
	for _, c := range s.Certificates() {
		one.Certificates = append(one.Certificates, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
	}
	return encodeEnvelope(envelope{PayloadType, base64.StdEncoding.EncodeToString(payload), []signature{one}})
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
	Trusted     bool   // made by a key that the verifier was told to expect
}

// Verify checks an envelope that SignStatement made: its form, byte for byte,
// and every signature in it. With trust, one of them must be by a trusted key.
func Verify(data []byte, trust Trust) (Signed, error) {
	var e envelope
	if err := strict(data, &e); err != nil {
		return Signed{}, fmt.Errorf("envelope: %w", err)
	}
	if again, err := encodeEnvelope(e); err != nil || !bytes.Equal(again, data) {
		return Signed{}, errors.New("envelope: it is not written as it was signed")
	}
	if e.PayloadType != PayloadType {
		return Signed{}, fmt.Errorf("envelope: its payload is of type %q, want %q", e.PayloadType, PayloadType)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil {
		return Signed{}, fmt.Errorf("envelope: payload: %w", err)
	}
	if len(e.Signatures) == 0 {
		return Signed{}, errors.New("envelope: nobody signed it")
	}
	var signed Signed
	trusted := false
	for i, s := range e.Signatures {
		info, err := s.verify(PAE(e.PayloadType, payload), trust)
		if err != nil {
			return Signed{}, fmt.Errorf("signature %d: %w", i+1, err)
		}
		trusted = trusted || info.Trusted
		signed.Signatures = append(signed.Signatures, info)
	}
	if !trust.empty() && !trusted {
		return Signed{}, fmt.Errorf("it is signed with %s, and not with the key that was given", signed.Signatures[0].Fingerprint)
	}
	signed.Statement, err = parseStatement(payload)
	return signed, err
}

func (s signature) verify(message []byte, trust Trust) (SignatureInfo, error) {
	public, err := parsePublic([]byte(s.PublicKey))
	if err != nil {
		return SignatureInfo{}, err
	}
	if s.KeyID != Fingerprint(public) {
		return SignatureInfo{}, fmt.Errorf("keyid %q is not its key's fingerprint %s", s.KeyID, Fingerprint(public))
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
	if err != nil {
		return SignatureInfo{}, err
	}
	if err := verify(public, message, sig); err != nil {
		return SignatureInfo{}, err
	}
	info := SignatureInfo{Algorithm: Algorithm(public), Fingerprint: s.KeyID}
	var chain []*x509.Certificate
	if len(s.Certificates) > 0 {
		if chain, err = parseChain([]byte(strings.Join(s.Certificates, ""))); err != nil {
			return SignatureInfo{}, err
		}
		if !samePublic(chain[0].PublicKey, public) {
			return SignatureInfo{}, errors.New("its certificate is of another key")
		}
		info.Subject = chain[0].Subject.String()
	}
	info.Trusted = trust.has(public)
	return info, nil
}

func parsePublic(data []byte) (crypto.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("no public key in PEM")
	}
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	}
	return nil, fmt.Errorf("a PEM block %q is no public key", block.Type)
}
