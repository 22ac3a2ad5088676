package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // the default hash of PBKDF2 (RFC 8018), which older files have
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"hash"
)

// The object identifiers of RFC 8018 and of NIST's AES.
var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}

	// ciphers gives the length of the key in bytes, by cipher.
	ciphers = map[string]int{
		"2.16.840.1.101.3.4.1.2":  16, // AES-128-CBC
		"2.16.840.1.101.3.4.1.22": 24, // AES-192-CBC
		"2.16.840.1.101.3.4.1.42": 32, // AES-256-CBC
	}
	// pseudorandom are the HMACs that PBKDF2 may be made of.
	pseudorandom = map[string]func() hash.Hash{
		"1.2.840.113549.2.7":  sha1.New,
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.10": sha512.New384,
		"1.2.840.113549.2.11": sha512.New,
	}
)

// maxIterations bounds what deriving a key from a passphrase may take: some seconds.
const maxIterations = 20_000_000

// The shapes of RFC 5958, section 3, and of RFC 8018, appendix A.
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Params struct {
	Derivation, Encryption pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

var (
	errPassphrase = errors.New("the passphrase is wrong, or the key is damaged")
	errScheme     = errors.New("it is encrypted in a way that is not read: encrypt it by PBES2 with PBKDF2 and AES (openssl pkcs8 -topk8 -v2 aes-256-cbc)")
)

// decryptPKCS8 opens an EncryptedPrivateKeyInfo (RFC 5958) that is encrypted by PBES2
// with PBKDF2 and AES-CBC, and gives the PKCS #8 within it. Its errors tell nothing of
// the passphrase or the key.
func decryptPKCS8(der, passphrase []byte) ([]byte, error) {
	var e encryptedKey
	var scheme pbes2Params
	var derivation pbkdf2Params
	if !unmarshal(der, &e) {
		return nil, errors.New("its encrypted PKCS #8 cannot be read")
	}
	if !e.Algorithm.Algorithm.Equal(oidPBES2) || !unmarshal(e.Algorithm.Parameters.FullBytes, &scheme) ||
		!scheme.Derivation.Algorithm.Equal(oidPBKDF2) || !unmarshal(scheme.Derivation.Parameters.FullBytes, &derivation) {
		return nil, errScheme
	}
	block, iv, err := cipherOf(scheme.Encryption, derivation, passphrase)
	if err != nil {
		return nil, err
	}
	if len(e.Data) == 0 || len(e.Data)%block.BlockSize() != 0 {
		return nil, errPassphrase
	}
	plain := make([]byte, len(e.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, e.Data)
	return unpad(plain, block.BlockSize())
}

// cipherOf derives the key and makes the cipher.
func cipherOf(encryption pkix.AlgorithmIdentifier, d pbkdf2Params, passphrase []byte) (cipher.Block, []byte, error) {
	prf := sha1.New // RFC 8018: where none is named
	if len(d.PRF.Algorithm) > 0 {
		prf = pseudorandom[d.PRF.Algorithm.String()]
	}
	length, known := ciphers[encryption.Algorithm.String()]
	var iv []byte
	if prf == nil || !known || !unmarshal(encryption.Parameters.FullBytes, &iv) || len(iv) != aes.BlockSize || d.KeyLength != 0 && d.KeyLength != length {
		return nil, nil, errScheme
	}
	if d.Iterations < 1 || d.Iterations > maxIterations {
		return nil, nil, errors.New("it asks for a number of iterations that is not allowed")
	}
	key, err := pbkdf2.Key(prf, string(passphrase), d.Salt, d.Iterations, length)
	if err != nil {
		return nil, nil, errScheme
	}
	block, err := aes.NewCipher(key)
	return block, iv, err
}

// unpad takes the padding of PKCS #7 off.
func unpad(b []byte, size int) ([]byte, error) {
	n := int(b[len(b)-1])
	if n < 1 || n > size {
		return nil, errPassphrase
	}
	good := 1
	for _, p := range b[len(b)-n:] {
		good &= subtle.ConstantTimeByteEq(p, byte(n))
	}
	if good != 1 {
		return nil, errPassphrase
	}
	return b[:len(b)-n], nil
}

// unmarshal reads one value and nothing after it.
func unmarshal(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}
