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
jq -j '.signatures[0].publicKey' ENVELOPE > signer.pub.pem
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
// They leave its time in $at, in seconds, and verify as of then: the certificates of
// authorities expire.
func OpenSSLTimestamp(envelopeFile, rootsFile string) string {
	return strings.NewReplacer("ENVELOPE", envelopeFile, "ROOTS", rootsFile).Replace(timestampTemplate)
}

const timestampTemplate = `jq -r '.signatures[0].timestamps[0]' ENVELOPE | base64 -d > statement.tst
openssl ts -reply -in statement.tst -token_in -text > statement.tst.txt
cat statement.tst.txt
at=$(date -u -d "$(sed -n 's/^Time stamp: //p' statement.tst.txt)" +%s)
openssl pkcs7 -inform DER -in statement.tst -print_certs -out tsa-chain.pem
openssl ts -verify -in statement.tst -token_in -data statement.sig -CAfile ROOTS -untrusted tsa-chain.pem -attime "$at"
`

// SaidTime is the command that puts the time of signing that the signer states in $at.
const SaidTime = `at=$(date -u -d "$(jq -r .predicate.signedAt statement.json)" +%s)
`

// OpenSSLChain returns the commands that show the certificate of that signature, check
// that it is of the key that signed, and verify its chain up to the roots in a PEM file
// as of $at.
func OpenSSLChain(envelopeFile, rootsFile string) string {
	return strings.NewReplacer("ENVELOPE", envelopeFile, "ROOTS", rootsFile).Replace(chainTemplate)
}

const chainTemplate = `jq -r '.signatures[0].certificates[]' ENVELOPE > signer-chain.pem
openssl x509 -in signer-chain.pem -noout -subject -issuer -dates
openssl x509 -in signer-chain.pem -noout -pubkey | cmp - signer.pub.pem
openssl verify -attime "$at" -CAfile ROOTS -untrusted signer-chain.pem signer-chain.pem
`

// Cosign returns the command by which Sigstore's cosign (2.6 or later) verifies that
// signature, and that a file is one of the statement's, after the commands of OpenSSL.
func Cosign(public crypto.PublicKey, envelopeFile, file string) string {
	hash := ""
	if h, err := HashOf(public); err == nil && h != 0 && h != crypto.SHA256 {
		hash = " --signature-digest-algorithm " + strings.ToLower(strings.ReplaceAll(h.String(), "-", ""))
	}
	return fmt.Sprintf("cosign verify-blob-attestation --key signer.pub.pem%s --signature %s --type %s \\\n  --insecure-ignore-tlog=true %s\n",
		hash, envelopeFile, PredicateType, file)
}
