package redaction

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// keySize is that of a key, in bytes.
const keySize = 32

// Key makes pseudonyms. Whoever has it can find out by trying which value a pseudonym
// stands for, so that it stays with the organisation: it prints as nothing but a mark.
type Key struct{ secret []byte }

// String tells nothing of the key, and neither do the others.
func (Key) String() string { return mark }

// GoString is String.
func (Key) GoString() string { return mark }

// LogValue is String.
func (Key) LogValue() slog.Value { return slog.StringValue(mark) }

// MarshalText is String.
func (Key) MarshalText() ([]byte, error) { return []byte(mark), nil }

// LoadKey reads a key file: 64 hex digits and a line's end. Errors never hold what it says.
func LoadKey(path string) (Key, error) {
	b, err := os.ReadFile(strings.TrimPrefix(path, "file:"))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Key{}, fmt.Errorf("redaction key: %w (evidence init makes one where the configuration names it)", err)
		}
		return Key{}, fmt.Errorf("redaction key: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(secret) != keySize {
		return Key{}, fmt.Errorf("redaction key %s: want %d hex digits", path, 2*keySize)
	}
	return Key{secret}, nil
}

// GenerateKey writes a new key file, which must not be there yet.
func GenerateKey(path string) error {
	secret := make([]byte, keySize)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// ID names the key without telling it: 16 hex digits, equal for equal keys.
func (k Key) ID() string { return hex.EncodeToString(k.mac("key id", "")[:8]) }

// mac is HMAC-SHA-256 of a value, apart for each use.
func (k Key) mac(use, value string) []byte {
	h := hmac.New(sha256.New, k.secret)
	_, _ = h.Write([]byte("evidence-redaction/v1 " + use + "\n" + value)) // never fails
	return h.Sum(nil)
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// pseudonym stands for a name or login of an account: "anon-", what it is of where that is known,
// and 16 letters and digits, fit to be a login, the part of an address before the @, or a word of
// a link.
func (k Key) pseudonym(n Nature, value string) string {
	if n != "" {
		n += "-"
	}
	return "anon-" + string(n) + k.letters(value)
}

var naturedName = regexp.MustCompile(`\banon-(?:` + string(Person+"|"+Bot+"|"+Service+"|"+BreakGlass) + `)-([a-z2-7]{16})\b`)

// Unnatured writes the pseudonyms in a text without what their accounts are of: packs of
// different months may know more or less of that, and the letters are the same in all.
func Unnatured(text string) string { return naturedName.ReplaceAllString(text, "anon-$1") }

// letters are the 80 bits of a pseudonym: equal for equal values, whatever they are of.
func (k Key) letters(value string) string {
	return letters.EncodeToString(k.mac("person", canonical(value))[:10])
}

// number stands for a number: one of at most 48 bits, which every reader of JSON keeps.
func (k Key) number(value string) string {
	return strconv.FormatUint(binary.BigEndian.Uint64(k.mac("number", value))>>16, 10)
}

// pseudonymous begins the pseudonym of every address: fd00::/8, which no network routes.
const pseudonymous = 0xfd

// address stands for an IP address: the first 48 bits follow from the named networks that it
// lies in, and the others from the address.
func (k Key) address(a netip.Addr, networks string) netip.Addr {
	b := [16]byte{0: pseudonymous}
	copy(b[1:6], k.mac("networks", networks))
	copy(b[6:], k.mac("address", a.Unmap().WithZone("").String()))
	return netip.AddrFrom16(b)
}
