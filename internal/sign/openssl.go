package sign

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"strings"
)

// OpenSSL returns the shell commands that verify the first signature of an
// envelope with openssl, jq and base64 alone. They leave the signed statement in
// statement.json and the key in signer.pub.pem, and the last one exits with 0
// only if the signature is right. Tests run them.
func OpenSSL(public crypto.PublicKey, envelopeFile string) string {
	return strings.NewReplacer("ENVELOPE", envelopeFile, "VERIFY", opensslVerify(public)).Replace(opensslTemplate)
}

// opensslTemplate rebuilds what DSSE signs: "DSSEv1", then type and payload, each
// after its length in bytes.
const opensslTemplate = `jq -r .payload ENVELOPE | base64 -d > statement.json
jq -r '.signatures[0].sig' ENVELOPE | base64 -d > statement.sig
jq -r '.signatures[0].publicKey' ENVELOPE > signer.pub.pem
{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < statement.json)"; cat statement.json; } > statement.pae
VERIFY
`

func opensslVerify(public crypto.PublicKey) string {
	if _, ok := public.(ed25519.PublicKey); ok {
		return "openssl pkeyutl -verify -rawin -pubin -inkey signer.pub.pem -in statement.pae -sigfile statement.sig"
	}
	name := "sha256"
	if h, err := HashOf(public); err == nil {
		name = strings.ToLower(strings.ReplaceAll(h.String(), "-", ""))
	}
	return fmt.Sprintf("openssl dgst -%s -verify signer.pub.pem -signature statement.sig statement.pae", name)
}

// OpenSSLTimestamp returns the commands that have openssl verify the first timestamp of
// that signature, under the roots of its authority in a PEM file, after those of OpenSSL.
// They print what it says, at its own time, since authorities' certificates expire.
func OpenSSLTimestamp(envelopeFile, rootsFile string) string {
	return strings.NewReplacer("ENVELOPE", envelopeFile, "ROOTS", rootsFile).Replace(timestampTemplate)
}

const timestampTemplate = `jq -r '.signatures[0].timestamps[0]' ENVELOPE | base64 -d > statement.tst
openssl ts -reply -in statement.tst -token_in -text
at=$(date -u -d "$(openssl ts -reply -in statement.tst -token_in -text | sed -n 's/^Time stamp: //p')" +%s)
openssl pkcs7 -inform DER -in statement.tst -print_certs -out tsa-chain.pem
openssl ts -verify -in statement.tst -token_in -data statement.sig -CAfile ROOTS -untrusted tsa-chain.pem -attime "$at"
`

// OpenSSLChain returns the commands that take the certificate chain of that signature
// out, show it, and verify it up to the roots in a PEM file at the time in "$at", and
// that the key that signed is the certificate's.
func OpenSSLChain(envelopeFile, rootsFile string) string {
	return strings.NewReplacer("ENVELOPE", envelopeFile, "ROOTS", rootsFile).Replace(chainTemplate)
}

const chainTemplate = `jq -r '.signatures[0].certificates[]' ENVELOPE > signer-chain.pem
openssl x509 -in signer-chain.pem -noout -subject -issuer -dates
openssl x509 -in signer-chain.pem -noout -pubkey | cmp - signer.pub.pem
openssl verify -attime "$at" -CAfile ROOTS -untrusted signer-chain.pem signer-chain.pem
`
