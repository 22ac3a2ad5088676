package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
)

// Sign says who signs packs.
type Sign struct {
	Preparer Signer  // signs a pack when it is made
	Approver *Signer // signs it afterwards (evidence sign); nil: none is configured
}

// Signer is one who signs packs, and the key that they sign with.
type Signer struct {
	Name         evidence.Text // as readers know them; empty: the certificate's subject alone
	Role         evidence.Text
	Key          string   // absolute path of a file (PEM, PKCS#12), awskms:///…, or pkcs11:…
	Certificates string   // absolute path of the chain, PEM, leaf first; may be empty
	Roots        string   // absolute path of the roots that the chain must lead to, PEM; empty: any
	Revocation   []string // absolute paths of CRLs and OCSP responses that report.pdf carries along; may be empty

	PassphraseEnv  string // name of the environment variable with the passphrase or PIN
	PassphraseFile string // absolute path of the file with it
}

// The roles of those whom the configuration gives none.
var (
	preparing = evidence.Text{JA: "作成者", EN: "Preparer"}
	approving = evidence.Text{JA: "承認者", EN: "Approver"}
)

type signFile struct {
	Preparer   *signerFile     `yaml:"preparer"`
	Approver   *signerFile     `yaml:"approver"`
	Timestamps []timestampFile `yaml:"timestamps"`
}

type signerFile struct {
	Name           evidence.Text `yaml:"name"`
	Role           evidence.Text `yaml:"role"`
	Key            string        `yaml:"key"`
	Certificates   string        `yaml:"certificates"`
	Roots          string        `yaml:"roots"`
	Revocation     []string      `yaml:"revocation"`
	PassphraseEnv  string        `yaml:"passphrase_env"`
	PassphraseFile string        `yaml:"passphrase_file"`
	// Known only to be refused: an unknown field is shown with its line.
	Passphrase any `yaml:"passphrase"`
	PIN        any `yaml:"pin"`
}

// signers reads the section. The preparer's key is that of the section keys unless the
// section names another.
func signers(f signFile, keys Keys, written keysFile, dir string) (Sign, error) {
	s := Sign{Preparer: Signer{Role: preparing, Key: keys.Pack, Certificates: keys.Certificate}}
	if f.Preparer != nil {
		p, err := f.Preparer.read(dir, preparing)
		if err != nil {
			return Sign{}, fmt.Errorf("preparer: %w", err)
		}
		if p.Key == "" {
			p.Key = keys.Pack
		} else if written.Pack != "" {
			return Sign{}, errors.New("preparer: key: the section keys names one too (pack): name it once")
		}
		if p.Certificates == "" {
			p.Certificates = keys.Certificate
		} else if written.Certificate != "" {
			return Sign{}, errors.New("preparer: certificates: the section keys names one too (certificate): name them once")
		}
		s.Preparer = p
	}
	if f.Approver == nil {
		return s, nil
	}
	a, err := f.Approver.read(dir, approving)
	if err != nil {
		return Sign{}, fmt.Errorf("approver: %w", err)
	}
	if a.Key == "" {
		return Sign{}, errors.New("approver: key: which key signs? A file, awskms:///… or pkcs11:…")
	}
	if a.Key == s.Preparer.Key {
		return Sign{}, errors.New("approver: key: it is the preparer's: whoever prepared a pack does not approve it")
	}
	if sign.SamePerson(a.Name, s.Preparer.Name) {
		return Sign{}, errors.New("approver: name: it is the preparer's: whoever prepared a pack does not approve it")
	}
	s.Approver = &a
	return s, nil
}

// scheme is that of a URI. One letter is a drive of Windows.
var scheme = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]+):`)

func (f *signerFile) read(dir string, role evidence.Text) (Signer, error) {
	if f.Passphrase != nil || f.PIN != nil {
		return Signer{}, errors.New("passphrase: it does not stand in the configuration: name passphrase_env or passphrase_file")
	}
	if f.PassphraseEnv != "" && f.PassphraseFile != "" {
		return Signer{}, errors.New("want passphrase_env or passphrase_file, not both")
	}
	for field, text := range map[string]evidence.Text{"name": f.Name, "role": f.Role} {
		if text != (evidence.Text{}) && !text.Complete() {
			return Signer{}, fmt.Errorf("%s: needed in both languages, or not at all: {ja: …, en: …}", field)
		}
	}
	s := Signer{
		Name: f.Name, Role: f.Role, Key: f.Key, Certificates: inDir(dir, f.Certificates, ""), Roots: inDir(dir, f.Roots, ""),
		PassphraseEnv: f.PassphraseEnv, PassphraseFile: inDir(dir, f.PassphraseFile, ""),
	}
	for _, file := range f.Revocation {
		if file == "" {
			return Signer{}, errors.New("revocation: a file without a name")
		}
		s.Revocation = append(s.Revocation, inDir(dir, file, ""))
	}
	if s.Role == (evidence.Text{}) {
		s.Role = role
	}
	m := scheme.FindStringSubmatch(f.Key)
	switch {
	case m == nil:
		s.Key = inDir(dir, f.Key, "")
	case m[1] != "awskms" && m[1] != "pkcs11":
		return Signer{}, fmt.Errorf("key: %s: is not known: want a path, awskms:///… or pkcs11:…", m[1])
	case strings.Contains(f.Key, "pin-value") || strings.Contains(f.Key, "pin-source"):
		return Signer{}, errors.New("key: a PIN does not stand in a URI: name passphrase_env or passphrase_file")
	}
	return s, nil
}

// InFile reports whether the key is a file, rather than in a token or a service.
func (s Signer) InFile() bool { return !scheme.MatchString(s.Key) }
