package delivery

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
)

// Agile encryption ([MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.15) with what Excel uses today: AES-256
// in CBC mode, SHA-512, and a password hashed a hundred thousand times.
const (
	spinCount   = 100_000
	keySize     = 32
	saltSize    = aes.BlockSize
	segmentSize = 4096
)

// Purposes that keys and initialization vectors are derived for.
var (
	forVerifierInput = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	forVerifierHash  = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	forKey           = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
	forHMACKey       = []byte{0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6}
	forHMACValue     = []byte{0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33}
)

// mostPassword is as long as Excel lets a password be, in UTF-16 units.
const mostPassword = 255

// CheckPassword tells why a password will not do.
func CheckPassword(password string) error {
	switch n := len(utf16.Encode([]rune(password))); {
	case n == 0:
		return errors.New("the workbook's password is empty")
	case n > mostPassword:
		return fmt.Errorf("the workbook's password has %d characters: Excel takes %d", n, mostPassword)
	}
	return nil
}

// EncryptWorkbook writes a workbook of size bytes so that it opens with the password, in
// Excel and whatever reads its encrypted files. The workbook is read once and not held.
func EncryptWorkbook(dst io.Writer, src io.Reader, size int64, password string) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	secrets := make([]byte, keySize+2*saltSize+aes.BlockSize+sha512.Size)
	if _, err := rand.Read(secrets); err != nil {
		return err
	}
	take := func(n int) (part []byte) {
		part, secrets = secrets[:n:n], secrets[n:]
		return part
	}
	key, dataSalt, passwordSalt, verifier, hmacKey := take(keySize), take(saltSize), take(saltSize), take(aes.BlockSize), take(sha512.Size)

	hashed := hashPassword(password, passwordSalt)
	wrap := func(purpose, plain []byte) []byte {
		return encrypt(derived(hashed, purpose, keySize), passwordSalt, plain)
	}
	verifierHash := sha512.Sum512(verifier)
	info := encryptionInfo{
		dataSalt: dataSalt, passwordSalt: passwordSalt,
		verifierInput: wrap(forVerifierInput, verifier), verifierHash: wrap(forVerifierHash, verifierHash[:]), key: wrap(forKey, key),
		hmacKey: encrypt(key, derived(dataSalt, forHMACKey, aes.BlockSize), hmacKey),
	}
	return writeCompound(dst, padded(size)+8, func(w io.Writer) ([]byte, error) {
		mac := hmac.New(sha512.New, hmacKey)
		if err := encryptPackage(io.MultiWriter(w, mac), src, size, key, dataSalt); err != nil {
			return nil, err
		}
		info.hmacValue = encrypt(key, derived(dataSalt, forHMACValue, aes.BlockSize), mac.Sum(nil))
		return info.encode(), nil
	})
}

// encryptPackage writes the stream EncryptedPackage: the size, and then segments of which
// each has its own initialization vector.
func encryptPackage(w io.Writer, src io.Reader, size int64, key, salt []byte) error {
	if err := binary.Write(w, binary.LittleEndian, size); err != nil {
		return err
	}
	segment := make([]byte, segmentSize)
	var index [4]byte
	for n, left := uint32(0), size; left > 0; n++ {
		part := segment[:min(left, segmentSize)]
		if _, err := io.ReadFull(src, part); err != nil {
			return fmt.Errorf("it is shorter than its %d bytes: %w", size, err)
		}
		left -= int64(len(part))
		binary.LittleEndian.PutUint32(index[:], n)
		if _, err := w.Write(encrypt(key, derived(salt, index[:], aes.BlockSize), part)); err != nil {
			return err
		}
	}
	if n, err := src.Read(segment[:1]); n > 0 || err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(fmt.Errorf("it is longer than its %d bytes", size), err)
	}
	return nil
}

// hashPassword is the hash that keys are derived from.
func hashPassword(password string, salt []byte) []byte {
	text := bytes.Clone(salt)
	for _, u := range utf16.Encode([]rune(password)) {
		text = binary.LittleEndian.AppendUint16(text, u)
	}
	sum := sha512.Sum512(text)
	var round [4 + sha512.Size]byte
	for i := range uint32(spinCount) {
		binary.LittleEndian.PutUint32(round[:], i)
		copy(round[4:], sum[:])
		sum = sha512.Sum512(round[:])
	}
	return sum[:]
}

// derived is the first n bytes of the hash of a secret or salt and a purpose.
func derived(from, purpose []byte, n int) []byte {
	sum := sha512.Sum512(append(bytes.Clone(from), purpose...))
	return sum[:n:n]
}

// encrypt pads with zeros to whole blocks: the sizes of what is encrypted are known.
func encrypt(key, iv, plain []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key's size is a constant
	}
	out := make([]byte, padded(int64(len(plain))))
	copy(out, plain)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}

func padded(n int64) int64 { return (n + aes.BlockSize - 1) / aes.BlockSize * aes.BlockSize }

// encryptionInfo is the stream of that name, of a size that does not depend on what it says.
type encryptionInfo struct {
	dataSalt, hmacKey, hmacValue                   []byte
	passwordSalt, verifierInput, verifierHash, key []byte
}

func (i encryptionInfo) encode() []byte {
	text := base64.StdEncoding.EncodeToString
	ciphers := fmt.Sprintf(`saltSize="%d" blockSize="%d" keyBits="%d" hashSize="%d" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"`,
		saltSize, aes.BlockSize, keySize*8, sha512.Size)
	const namespace = "http://schemas.microsoft.com/office/2006/"
	b := bytes.NewBuffer([]byte{4, 0, 4, 0, 0x40, 0, 0, 0}) // version 4.4, agile
	fmt.Fprintf(b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\r\n"+
		`<encryption xmlns="%[1]sencryption" xmlns:p="%[1]skeyEncryptor/password"><keyData %[2]s saltValue="%[3]s"/>`+
		`<dataIntegrity encryptedHmacKey="%[4]s" encryptedHmacValue="%[5]s"/>`+
		`<keyEncryptors><keyEncryptor uri="%[1]skeyEncryptor/password"><p:encryptedKey spinCount="%[6]d" %[2]s saltValue="%[7]s" `+
		`encryptedVerifierHashInput="%[8]s" encryptedVerifierHashValue="%[9]s" encryptedKeyValue="%[10]s"/></keyEncryptor></keyEncryptors></encryption>`,
		namespace, ciphers, text(i.dataSalt), text(i.hmacKey), text(i.hmacValue), spinCount, text(i.passwordSalt), text(i.verifierInput), text(i.verifierHash), text(i.key))
	return b.Bytes()
}
