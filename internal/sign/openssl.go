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
