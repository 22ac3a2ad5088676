package delivery

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// Recipients are those who will be able to read.
type Recipients []age.Recipient

// ParseRecipients reads public keys of age ("age1…", one each; https://age-encryption.org/v1).
// A private key, which has no place on a command line, is refused without being repeated.
func ParseRecipients(keys []string) (Recipients, error) {
	var list Recipients
	for _, key := range keys {
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(key)), "AGE-SECRET-KEY-") {
			return nil, errors.New("recipient: this is a private key, which is now in the shell's history: make another, and give its public key (age1…)")
		}
		if strings.ContainsAny(strings.TrimSpace(key), "\r\n#") {
			return nil, errors.New("recipient: one public key (age1…) at a time")
		}
		found, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil {
			return nil, fmt.Errorf("recipient %.80q: it is no public key of age (age1…)", key)
		}
		list = append(list, found...)
	}
	return list, nil
}

// Encrypt writes what src holds so that each of the recipients, and nobody else, can read it
// ("age -d -i KEY").
func (list Recipients) Encrypt(dst io.Writer, src io.Reader) error {
	w, err := age.Encrypt(dst, list...)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, src); err != nil {
		return err
	}
	return w.Close()
}
