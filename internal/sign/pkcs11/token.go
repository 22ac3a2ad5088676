//go:build pkcs11

package pkcs11

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/ThalesGroup/crypto11"

	"github.com/evidencepack/evidence/internal/sign"
)

// Open logs in to the token with the PIN and finds the key. Without certificates, leaf
// first, the key's own is taken from the token, where it has one; they must hold against
// the policy. The session lasts as long as the process.
func Open(p Place, pin sign.Passphrase, chain []*x509.Certificate, policy sign.Policy) (sign.Signer, error) {
	secret, err := pin.Read()
	if err != nil {
		return nil, fmt.Errorf("PKCS#11 key %s: PIN: %w (passphrase_env or passphrase_file)", p, err)
	}
	token, err := crypto11.Configure(&crypto11.Config{Path: p.Module, TokenLabel: p.Token, TokenSerial: p.Serial, Pin: string(secret)})
	if err != nil {
		return nil, fmt.Errorf("PKCS#11 key %s: open the token by %s: %w", p, p.Module, hidden(err, secret))
	}
	signer, err := open(token, p, chain, policy)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("PKCS#11 key %s: %w", p, hidden(err, secret)), token.Close())
	}
	return signer, nil
}

func open(token *crypto11.Context, p Place, chain []*x509.Certificate, policy sign.Policy) (sign.Signer, error) {
	var label []byte
	if p.Object != "" {
		label = []byte(p.Object)
	}
	keys, err := token.FindKeyPairs(p.ID, label)
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the key: %w", err)
	case len(keys) == 0:
		return nil, errors.New("the token has no pair of keys of that name")
	case len(keys) > 1:
		return nil, fmt.Errorf("the token has %d pairs of keys of that name: add id= to the URI", len(keys))
	}
	if len(chain) == 0 {
		own, err := token.FindCertificate(p.ID, label, nil)
		if err != nil {
			return nil, fmt.Errorf("find the certificate: %w", err)
		}
		if own != nil {
			chain = []*x509.Certificate{own}
		}
	}
	return sign.NewSigner(keys[0], chain, policy)
}

// hidden keeps a PIN out of an error, whatever a library puts into it.
func hidden(err error, secret []byte) error {
	if len(secret) > 0 && strings.Contains(err.Error(), string(secret)) {
		return errors.New("the token's library refused (its message is withheld, since it repeats the PIN)")
	}
	return err
}
