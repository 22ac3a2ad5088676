// Package sampling draws samples that neither side of an audit can steer.
//
// A sample follows from a seed and from the identities of the population's items,
// and from nothing else. The seed is a hash of what was sealed, of the control and
// the period, and of a nonce, a text of the auditor's own choice. Sealing fixes the
// first three, so that nobody picks items; but who seals might seal again until the
// sample suits. The nonce ends that: it is given after the sealing.
//
// Method evidence-sample/v1, to the byte:
//
//  1. The seed is the SHA-256 of [Basis.Text], in lower-case hex.
//  2. An item's key is the SHA-256 of its ID in UTF-8, in lower-case hex: a key holds
//     no character that a shell or a file of lines takes for something else.
//  3. An item's rank is the SHA-256 of the line "<seed> <key>\n", in lower-case hex.
//  4. Items are put in the order of their ranks. The first are the sample, as many as
//     its size; the ones after them take the places of those that are replaced, in
//     this order.
//
// So the sample of a smaller size begins that of a larger one, and items that are
// added to the population leave the order of the others as it is.
package sampling

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
)

// Method names the way in which samples are drawn. What is drawn otherwise has another name.
const Method = "evidence-sample/v1"

// Exempt is [Basis.Of] where the exempt items of a control are drawn from: those that an
// exemption leaves out.
const Exempt = "exempt"

// Basis is what the seed of a control's sample follows from.
type Basis struct {
	Root    string // of the checkpoint, in lower-case hex
	Control string
	Of      string // which of its items are drawn from: [Exempt]; empty: those that it applies to
	Period  evidence.Period
	Nonce   string // as [CheckNonce] accepts it; empty: the auditor gave none
}

// Text is what the seed is the hash of: five lines, each with its end.
func (b Basis) Text() string { return strings.Join(b.Lines(), "\n") + "\n" }

// Lines are the lines of [Basis.Text] without their ends.
func (b Basis) Lines() []string {
	control := b.Control
	if b.Of != "" {
		control += " " + b.Of // the ID of a control has no space
	}
	return []string{Method, "root " + b.Root, "control " + control, "period " + b.Period.String(), "nonce " + b.Nonce}
}

// Seed is the hash of the basis.
func (b Basis) Seed() string { return sum(b.Text()) }

// Key stands for an item's ID.
func Key(id string) string { return sum(id) }

// Rank is an item's place in the order of a seed.
func Rank(seed, key string) string { return sum(seed + " " + key + "\n") }

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// maxNonce is the longest nonce, in bytes.
const maxNonce = 200

// CheckNonce refuses a nonce that people could not read and type.
func CheckNonce(s string) error {
	switch {
	case len(s) > maxNonce:
		return fmt.Errorf("nonce: %d bytes long, and at most %d are taken", len(s), maxNonce)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("nonce %q: it has characters that cannot be seen", s)
	case strings.TrimSpace(s) != s:
		return fmt.Errorf("nonce %q: it begins or ends with a space", s)
	}
	return nil
}
